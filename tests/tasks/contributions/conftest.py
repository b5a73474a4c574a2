"""Fixtures of the tests in this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.shared.days import today
from tasks.actions.task_fields import PartSpec
from tasks.models import Task
from tests.support.people import Bodies, TaskAt
from tests.tasks.contributions.helpers import DAY


@pytest.fixture
def helped(bodies: Bodies, task_at: TaskAt) -> Callable[..., Task]:
    """A task at work in which HELPER has a day of its own."""

    def make(days: int = 10, state: str = "in_progress", **values: Any) -> Task:
        own = today() + days * DAY
        parts = [PartSpec(bodies.helper, "coordinating", work="Cung cấp số liệu", due_on=own)]
        return task_at(state, parts=parts, **values)

    return make
