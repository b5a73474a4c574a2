"""What the tests of cycle actions share."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import time_machine

from committees.models import Person
from portal.shared.days import VIETNAM
from tasks import actions
from tasks.cycles import Cycle
from tasks.models import Task

People = dict[str, Person]


GIVEN = date(2026, 9, 16)


MONTHLY = Cycle("month", 25, date(2026, 9, 1), date(2027, 12, 31))


def on(day: date) -> Any:
    return time_machine.travel(datetime.combine(day, time(9), VIETNAM), tick=False)


def recurring(task: Task, people: People, cycle: Cycle = MONTHLY) -> Task:
    values = {"due_kind": "recurring", "due_on": None}
    return actions.edit_task(task=task, values=values, cycle=cycle, by=people["secretary"])


def made(day: date) -> int:
    with on(day):
        return actions.make_occurrences(on=day)


def days_of(head: Task) -> list[str]:
    days = head.children.order_by("occurrence_on").values_list("occurrence_on", flat=True)
    return [f"{day:%d/%m/%Y}" for day in days if day]
