"""What the tests of fan out share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from committees.models import Body, Person
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut, Task

DAY = timedelta(days=1)


People = dict[str, Person]


def prepare(task: Task, people: People, bodies: list[Body], **values: Any) -> FanOut:
    values = {"giver": task.assigner, "by": people["secretary"], "due_on": task.due_on, **values}
    return fan_out_actions.prepare_fan_out(task=task, bodies=bodies, **values)


def run(fan_out: FanOut) -> FanOut:
    fan_out_actions.give_fan_out(fan_out.pk)
    fan_out.refresh_from_db()
    return fan_out
