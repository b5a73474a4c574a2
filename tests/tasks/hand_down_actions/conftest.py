"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

from committees.models import Body
from committees.roles import Role
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint, make_body
from tests.tasks.hand_down_actions.helpers import DUE, People, hand_down


@pytest.fixture
def above(task_at: TaskAt) -> Task:
    """The committee's task, led by LEAD, whose officer prepares tasks too."""
    return task_at("in_progress", due_on=DUE, parts=[])


@pytest.fixture
def office(bodies: Bodies, people: People) -> Body:
    """A body below the lead, with somebody who works in it; and LEAD has a secretary."""
    body = make_body("OFFICE", bodies.lead)
    appoint(people["outsider"], body, Role.OFFICER)
    appoint(people["officer"], bodies.lead, Role.SECRETARY)
    return body


@pytest.fixture
def child(above: Task, office: Body, people: People) -> Task:
    """Handed down from `above` by its lead."""
    return hand_down(above, office, people)
