"""Fixtures of the tests in this folder."""

from __future__ import annotations

from typing import Any

import pytest

from committees.models import Person
from committees.roles import Role
from tasks.models import Task
from tests.support.people import (
    Bodies,
    TaskAt,
    appoint,
)
from tests.tasks.secrecy.helpers import (
    People,
    made_secret,
)


@pytest.fixture
def secret_at(task_at: TaskAt) -> TaskAt:
    """A secret task in any state: what a real one cannot hold was written while it was none."""

    def make(state: str = "in_progress", **values: Any) -> Task:
        task = task_at(state, number="17", **values)
        return made_secret(task)

    return make


@pytest.fixture
def hands_down(bodies: Bodies, people: People) -> Person:
    """The secretary of the lead body, who splits its tasks."""
    appoint(people["officer"], bodies.lead, Role.SECRETARY)
    return people["officer"]
