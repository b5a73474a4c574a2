"""Fixtures of the tests in this folder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.shared.days import today
from tasks.models import Task
from tests.reports.exports.helpers import People
from tests.support.people import Bodies, TaskAt, given
from tests.support.recorded import entered_again


@pytest.fixture
def several(bodies: Bodies, people: People, task_at: TaskAt) -> dict[str, Task]:
    return entered_again("several", lambda: _several(bodies, people, task_at))


def _several(bodies: Bodies, people: People, task_at: TaskAt) -> dict[str, Task]:
    tasks = {
        "open": task_at("in_progress", title="Nhiệm vụ thường"),
        "draft": task_at("draft", title="Việc đang soạn"),
        "restricted": task_at("in_progress", title="Việc hạn chế", secrecy="restricted"),
        "secret": task_at("in_progress", title="", number="17", secrecy="secret", parts=[]),
        "late": task_at("in_progress", title="Việc chậm", due_on=today() - timedelta(days=9)),
        "done": task_at("completed", title="Việc xong"),
    }
    values = {"assigner": bodies.top, "lead": bodies.sister, "due_on": today()}
    tasks["elsewhere"] = given(people["admin"], title="Việc nơi khác", **values)
    return tasks
