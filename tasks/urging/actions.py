"""Urging by hand: one task, or hundreds in as many queries as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import append, build_event
from committees import access
from committees.access import Right
from committees.models import Membership, Person
from committees.roles import RESTRICTED_READERS
from notices.actions import build_notice, known_keys, owe_new
from portal.shared.days import today
from portal.shared.verdicts import Refused, not_now
from tasks import rules
from tasks.actions.common import clean_text, lock_all
from tasks.models import Part, Task

MAX_MESSAGE_LENGTH = 500
ALREADY = _("Already urged today, or nobody is there to be told. Urge again tomorrow.")

# How many people will be told of a task, or why it was not urged.
Outcome = int | Refused | ValidationError


@dataclass(frozen=True)
class Urging:
    """A task that may be urged, by which right, and the message as it is kept."""

    task: Task
    right: Right | None
    message: str


def urge(*, task: Task, by: Person, message: str = "") -> int:
    """Remind the lead body by hand, once a day; gives how many people will be told."""
    outcome = urge_many(tasks=[task], by=by, message=message)[task.pk]
    if isinstance(outcome, int):
        return outcome
    raise outcome


@transaction.atomic
def urge_many(*, tasks: Iterable[Task], by: Person, message: str = "") -> dict[int, Outcome]:
    """Urge each by itself, so that one that may not be urged keeps no other from it: task pk → outcome."""
    outcomes: dict[int, Outcome] = {}
    urgings: list[Urging] = []
    with access.asking_once():
        for task in lock_all(tasks):
            try:
                right = rules.may_urge(by, task).or_raise()
                text = clean_text(task, message, "message", max_length=MAX_MESSAGE_LENGTH)
            except (Refused, ValidationError) as error:
                outcomes[task.pk] = error
            else:
                urgings.append(Urging(task, right, text))
    people = _owe_notices(urgings, by)
    for urging in urgings:
        outcomes[urging.task.pk] = people.get(urging.task.pk) or Refused(not_now(ALREADY))
    _record([urging for urging in urgings if urging.task.pk in people], by, people)
    return outcomes


def _owe_notices(urgings: Sequence[Urging], by: Person) -> dict[int, int]:
    """Task pk → how many people are newly owed the notice; without the tasks of which nobody is."""
    workers = workers_of_many([urging.task for urging in urgings])
    notices = [
        build_notice(
            person,
            "task_urged",
            about=urging.task,
            occasion=f"{today():%Y-%m-%d}",
            body=urging.task.lead,
            due_version=urging.task.due_version,
            data={"by": str(by), "reason": urging.message},
        )
        for urging in urgings
        for person in workers[urging.task.pk]
        if person != by.pk
    ]
    known = known_keys(owed.key for owed in notices)
    new = [owed for owed in notices if owed.key not in known]
    owe_new(new)
    return dict(Counter(owed.about_id for owed in new))


def _record(urged: Sequence[Urging], by: Person, people: dict[int, int]) -> None:
    """One event for each task, which the bodies that help in it read too."""
    helping: dict[int, list[int]] = {}
    parts = Part.objects.helping().filter(task__in=[urging.task.pk for urging in urged])
    for task_id, body_id in parts.values_list("task_id", "body_id"):
        helping.setdefault(task_id, []).append(body_id)
    now = timezone.now()
    append(
        [
            build_event(
                "task_urged",
                about=urging.task,
                by=by,
                right=urging.right,
                at=now,
                after={"people": people[urging.task.pk]},
                reason=urging.message,
                bodies=[urging.task.assigner_id, urging.task.lead_id, *helping.get(urging.task.pk, ())],
            )
            for urging in urged
        ]
    )


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
