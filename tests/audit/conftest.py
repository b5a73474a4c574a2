"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

from committees.models import Person
from tasks.models import Order
from tests.audit.world import World
from tests.support.people import Bodies, TaskAt


@pytest.fixture
def world(bodies: Bodies, people: dict[str, Person], order: Order, task_at: TaskAt) -> World:
    return World(bodies, people, order, task_at)
