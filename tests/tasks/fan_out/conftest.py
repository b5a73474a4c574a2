"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

from committees.models import Body
from committees.roles import Role
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person


@pytest.fixture
def communes(bodies: Bodies) -> list[Body]:
    """Seven communes below the committee, each with an officer."""
    made = [
        make_body(f"XA-{number}", bodies.committee, level="commune", kind="committee") for number in range(7)
    ]
    for body in made:
        appoint(make_person(f"officer-{body.code.lower()}"), body, Role.OFFICER)
    return made


@pytest.fixture
def above(task_at: TaskAt) -> Task:
    return task_at("in_progress", pillar="Hạ tầng số", description="Chi tiết.", deliverable="Báo cáo")
