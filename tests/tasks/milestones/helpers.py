"""What the tests of milestones share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import time_machine
from django.test import Client

from committees.models import Person
from portal.shared.days import VIETNAM
from tasks import actions
from tasks.actions.milestones import MilestoneSpec
from tasks.models import Milestone, Task

People = dict[str, Person]


DAY = timedelta(days=1)


PLAIN = date(2026, 11, 9)  # a Monday; no day off near it


def on(day: date) -> Any:
    return time_machine.travel(datetime.combine(day, time(9), VIETNAM), tick=False)


def asked(*days: int, words: str = "Gửi dự thảo") -> list[MilestoneSpec]:
    return [MilestoneSpec(PLAIN + day * DAY, f"{words} {number}") for number, day in enumerate(days, start=1)]


def with_marks(task: Task, people: People, *days: int) -> Task:
    return actions.set_milestones(task=task, by=people["secretary"], milestones=asked(*days))


def rows(task: Task) -> list[tuple[str, str, bool]]:
    marks = Milestone.objects.filter(task=task)
    return [(f"{one.due_on:%d/%m}", one.words, one.done_on is not None) for one in marks]


def first(task: Task) -> int:
    return Milestone.objects.filter(task=task).values_list("pk", flat=True)[0]


def reach(task: Task, people: People, day: date | None = PLAIN) -> Task:
    return actions.mark_milestone(task=task, by=people["officer"], milestone=first(task), done_on=day)


def signed_in(person: Person) -> Client:
    Person.objects.filter(pk=person.pk).update(language="en")
    client = Client()
    client.force_login(person)
    return client
