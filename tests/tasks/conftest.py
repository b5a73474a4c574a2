"""What several tests of tasks begin with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from committees.models import Person
from portal.shared.days import today
from tasks import actions
from tasks.models import Task


@pytest.fixture
def asked(task_at: Any, people: dict[str, Person]) -> Task:
    """A task whose lead asked for ten days more."""
    task: Task = task_at("in_progress", due_on=today() + timedelta(days=10))
    actions.ask_extension(
        task=task, by=people["officer"], proposed_on=today() + timedelta(days=20), reason="Chờ số liệu."
    )
    return task


@pytest.fixture(autouse=True)
def _kept_counts(kept_counts_hold: None) -> None:
    """After every change that a test makes to tasks, by whatever door."""
