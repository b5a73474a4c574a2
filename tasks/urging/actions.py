"""Urging by hand, and who is told of a task by that."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.models import Membership, Person
from committees.roles import RESTRICTED_READERS
from notices.actions import build_notice, owe_all
from portal.shared.days import today
from portal.shared.verdicts import not_now, refuse
from tasks import rules
from tasks.actions.common import clean_text, lock, record_event
from tasks.models import Part, Task

MAX_MESSAGE_LENGTH = 500
ALREADY = _("Already urged today, or nobody is there to be told. Urge again tomorrow.")


@transaction.atomic
def urge(*, task: Task, by: Person, message: str = "") -> int:
    """Remind the lead body by hand, once a day; gives how many people will be told."""
    task = lock(task)
    right = rules.may_urge(by, task).or_raise()
    message = clean_text(task, message, "message", max_length=MAX_MESSAGE_LENGTH)
    notices = [
        build_notice(
            person,
            "task_urged",
            about=task,
            occasion=f"{today():%Y-%m-%d}",
            body=task.lead,
            due_version=task.due_version,
            data={"by": str(by), "reason": message},
        )
        for person in workers_of_many([task])[task.pk]
        if person != by.pk
    ]
    people = owe_all(notices)
    if not people:
        refuse(not_now(ALREADY))
    # The bodies that help in it read the event too.
    record_event(task, "task_urged", by, right=right, after={"people": people}, reason=message)
    return people


def workers_of_many(tasks: Sequence[Task]) -> dict[int, list[int]]:
    """Task → who works on it for its lead; of a restricted one only those whose office reads it."""
    working = access.people_of_many("work_on_tasks", {task.lead_id for task in tasks if task.lead_id})
    restricted = [task for task in tasks if task.secrecy != Task.Secrecy.NORMAL]
    trusting = _trusting_bodies({key for task in restricted for key in working.get(task.lead_id or 0, ())})
    taking_part: dict[int, set[int | None]] = {
        task.pk: {task.assigner_id, task.lead_id} for task in restricted
    }
    for task_id, body_id in Part.objects.filter(task__in=taking_part).values_list("task_id", "body_id"):
        taking_part[task_id].add(body_id)
    return {
        task.pk: [
            person
            for person in working.get(task.lead_id or 0, ())
            if task.pk not in taking_part or not taking_part[task.pk].isdisjoint(trusting.get(person, ()))
        ]
        for task in tasks
    }


def _trusting_bodies(people: set[int]) -> dict[int, set[int]]:
    """Person → the bodies in which they hold an office that reads restricted tasks."""
    if not people:
        return {}
    terms = Membership.objects.holding_on(today()).filter(
        person__in=people, office__role__in=RESTRICTED_READERS
    )
    held: dict[int, set[int]] = {}
    for person, body in terms.values_list("person_id", "office__body_id"):
        held.setdefault(person, set()).add(body)
    return held
