"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

from tasks.models import Task
from tests.support.people import TaskAt
from tests.tasks.milestones.helpers import (
    People,
    with_marks,
)


@pytest.fixture
def task(task_at: TaskAt, people: People) -> Task:
    """Due on 9 December, with milestones on 19 and 29 November."""
    return with_marks(task_at("in_progress"), people, 10, 20)
