"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

from committees.models import Body
from committees.roles import Role
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person
from tests.support.recorded import entered_again


@pytest.fixture
def communes(bodies: Bodies) -> list[Body]:
    """Seven communes below the committee, each with an officer."""
    return entered_again("communes", lambda: _communes(bodies))


def _communes(bodies: Bodies) -> list[Body]:
    made = [
        make_body(f"XA-{number}", bodies.committee, level="commune", kind="committee") for number in range(7)
    ]
    for body in made:
        appoint(make_person(f"officer-{body.code.lower()}"), body, Role.OFFICER)
    return made


@pytest.fixture
def above(task_at: TaskAt) -> Task:
    return task_at("in_progress", pillar="Hạ tầng số", description="Chi tiết.", deliverable="Báo cáo")
