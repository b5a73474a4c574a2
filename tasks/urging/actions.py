"""Urging by hand: one task, or hundreds in as many queries as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import append, compose
from committees import access
from committees.access import Right
from committees.models import Membership, Person
from committees.roles import RESTRICTED_READERS
from notices.actions import known_keys, notice, owe_new
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused, not_now
from tasks import rules
from tasks.actions.common import clean_text, lock_all
from tasks.models import Part, Task

LONGEST = 500
ALREADY = _("Already urged today, or nobody is there to be told. Urge again tomorrow.")

Outcome = int | Refused | ValidationError
"""How many people will be told of a task, or why it was not urged."""


def urge(*, task: Task, by: Person, message: str = "") -> int:
    """Remind the lead body by hand, once a day; gives how many people will be told."""
    outcome = urge_many(tasks=[task], by=by, message=message)[task.pk]
    if isinstance(outcome, int):
        return outcome
    raise outcome


@transaction.atomic
def urge_many(*, tasks: Iterable[Task], by: Person, message: str = "") -> dict[int, Outcome]:
    """Urge each by itself, so that one that may not be urged keeps no other from it: task pk → outcome."""
    locked = lock_all(tasks)
    outcomes: dict[int, Outcome] = {}
    said: dict[int, str] = {}
    rights: dict[int, Right | None] = {}
    with access.asking_once():
        for task in locked:
            try:
                rights[task.pk] = rules.may_urge(by, task).or_raise()
                said[task.pk] = clean_text(task, message, "message", max_length=LONGEST)
            except (Refused, ValidationError) as refused:
                outcomes[task.pk] = refused
    allowed = [task for task in locked if task.pk in said]
    told = _owe(allowed, by, said)
    outcomes |= {task.pk: told.get(task.pk) or Refused(not_now(ALREADY)) for task in allowed}
    _record([task for task in allowed if task.pk in told], by, rights, said, told)
    return outcomes


def _owe(tasks: Sequence[Task], by: Person, said: dict[int, str]) -> dict[int, int]:
    """Task pk → how many people are newly owed the notice; without those where nobody is."""
    workers = workers_of_many(tasks)
    owed = [
        _notice(task, person, by, said[task.pk])
        for task in tasks
        for person in workers[task.pk]
        if person != by.pk
    ]
    known = known_keys(one.key for one in owed)
    owed = [one for one in owed if one.key not in known]
    owe_new(owed)
    told: dict[int, int] = {}
    for one in owed:
        told[one.about_id] = told.get(one.about_id, 0) + 1
    return told


def _notice(task: Task, person: int, by: Person, reason: str) -> Notice:
    return notice(
        person,
        "task_urged",
        about=task,
        occasion=f"{today():%Y-%m-%d}",
        body=task.lead,
        due_version=task.due_version,
        data={"by": str(by), "reason": reason},
    )


def _record(
    tasks: Sequence[Task],
    by: Person,
    rights: dict[int, Right | None],
    said: dict[int, str],
    told: dict[int, int],
) -> None:
    helping: dict[int, list[int]] = {}
    rows = Part.objects.helping().filter(task__in=[task.pk for task in tasks])
    for task_id, body_id in rows.values_list("task_id", "body_id"):
        helping.setdefault(task_id, []).append(body_id)
    now = timezone.now()
    append(
        [
            compose(
                "task_urged",
                about=task,
                by=by,
                right=rights[task.pk],
                at=now,
                after={"people": told[task.pk]},
                reason=said[task.pk],
                bodies=[task.assigner_id, task.lead_id, *helping.get(task.pk, ())],
            )
            for task in tasks
        ]
    )


def workers_of_many(tasks: Sequence[Task]) -> dict[int, list[int]]:
    """Task → who works on it for its lead; of a restricted one only those whose office reads it."""
    working = access.people_of_many("work_on_tasks", {task.lead_id for task in tasks if task.lead_id})
    closed = [task for task in tasks if task.secrecy != Task.Secrecy.NORMAL]
    bodies = _reading_bodies({key for task in closed for key in working.get(task.lead_id or 0, ())})
    named: dict[int, set[int | None]] = {task.pk: {task.assigner_id, task.lead_id} for task in closed}
    for task_id, body_id in Part.objects.filter(task__in=named).values_list("task_id", "body_id"):
        named[task_id].add(body_id)
    return {
        task.pk: [
            key
            for key in working.get(task.lead_id or 0, ())
            if task.pk not in named or not named[task.pk].isdisjoint(bodies.get(key, ()))
        ]
        for task in tasks
    }


def _reading_bodies(people: set[int]) -> dict[int, set[int]]:
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
