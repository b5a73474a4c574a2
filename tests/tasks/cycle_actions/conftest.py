"""Fixtures of the tests in this folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from tasks import actions
from tasks.cycles import Cycle
from tasks.models import Task
from tests.support.people import TaskAt
from tests.tasks.cycle_actions.helpers import GIVEN, MONTHLY, People, on


@pytest.fixture
def head_at(task_at: TaskAt, people: People) -> Callable[..., Task]:
    """The head of a cycle, given on 16/09/2026 unless told."""

    def make(cycle: Cycle = MONTHLY, state: str = "in_progress", day: date = GIVEN, **values: Any) -> Task:
        with on(day):
            task = task_at("draft", due_on=None, **values)
            edit = partial(actions.edit_task, task=task, by=people["secretary"])
            edit(values={"due_kind": "recurring"}, cycle=cycle)
            if state != "draft":
                actions.propose(task=task, by=people["secretary"])
                actions.assign(task=task, by=people["head"])
                actions.accept(task=task, by=people["officer"])
            task.refresh_from_db()
        return task

    return make
