"""What the tests of hand down actions share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from committees.models import Body, Person
from tasks import actions
from tasks.models import Task
from tests.support.clock import PLAIN_DAY
from tests.support.people import task_below

DAY = timedelta(days=1)


DUE = PLAIN_DAY + 30 * DAY


People = dict[str, Person]


def hand_down(above: Task, lead: Body, people: People, **values: Any) -> Task:
    assert above.lead
    return task_below(above, people, **{"assigner": above.lead, "lead": lead, **values})


def fresh(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def form_of(task: Task, **values: Any) -> dict[str, Any]:
    """What the page of a task sends."""
    columns = ("title", "due_kind", "priority", "programme", "secrecy")
    day = f"{task.due_on:%d/%m/%Y}" if task.due_on else ""
    lead = task.lead.code if task.lead else ""
    rows = {"parts-TOTAL_FORMS": "0", "parts-INITIAL_FORMS": "0", "version": fresh(task).version}
    held = {name: getattr(task, name) for name in columns}
    return {**held, "due_on": day, "lead": lead, "parent": task.parent_id or "", **rows, **values}


EARLIER = DUE - 10 * DAY


def move(above: Task, by: Person, **answers: Any) -> Task:
    return actions.edit_task(task=above, values={"due_on": EARLIER}, by=by, reason="Chỉ đạo mới.", **answers)
