"""Fixtures of the tests in this folder."""

from __future__ import annotations

from datetime import date, time

import pytest

from committees.models import Membership, Person
from notices.models import Notice, Policy
from notices.public_holidays import fill_years
from tasks.models import Task
from tests.notices.letters.helpers import DUE


@pytest.fixture
def officer(people: dict[str, Person]) -> Person:
    """The only person of the lead body, so that one letter is one letter."""
    Membership.objects.filter(person=people["lead_head"]).update(ends_on=date(2026, 6, 30))
    return people["officer"]


@pytest.fixture
def late(officer, task_at) -> Task:
    """A task that is overdue, with nothing owed yet but its reminder; nobody above is told of it."""
    fill_years(2026, 2026)
    task: Task = task_at("in_progress", due_on=DUE)
    days = {"before": [7, 3, 1], "after": [1, 3, 7], "hour": time(8)}
    Policy.objects.create(body=task.assigner, **days)
    Notice.objects.all().delete()
    return task
