"""A person leaves: their account is closed, and others are named in their open tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import actions as committee_actions
from committees.models import Person
from portal.shared.days import today
from tasks import rules
from tasks.actions.common import holds_office, lock, record_event
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet

PEOPLE_FIELDS = ("leader", "contact")


@transaction.atomic
def leave(
    *,
    person: Person,
    by: Person,
    last_day: date | None = None,
    at_once: bool = False,
    successors: Mapping[int, Person] | None = None,
) -> Person:
    """Close a person's account after a last day (today when not given), or with its terms ended at once.

    `successors` says by key of the task who is named there instead. A task without a successor keeps the
    name, and its lead body finds it among those without a contact.
    """
    successors = successors or {}
    # Locked before the first event: whoever works on one of the tasks holds its row and waits for the chain.
    rows = named_in(person).filter(pk__in=successors).select_for_update(of=("self",), no_key=True)
    tasks = {task.pk: task for task in rows.order_by("pk")}
    day = None if at_once else last_day or today()
    left = committee_actions.close_account(person=person, by=by, last_day=day)
    for pk, successor in successors.items():
        if pk in tasks:
            _hand_over(tasks[pk], person, successor, by)
    return left


def named_in(person: Person) -> TaskQuerySet:
    """Open tasks in which a person is the leader in charge or the contact."""
    return Task.objects.open().filter(Q(contact=person) | Q(leader=person))


def _hand_over(task: Task, person: Person, successor: Person, by: Person) -> None:
    task = lock(task)
    right = rules.may_name_people(by, task).or_raise()
    if successor.pk == person.pk or not holds_office(successor, task.lead):
        raise ValidationError(
            {f"task_{task.pk}": _("Choose somebody else who holds an office in the lead body.")}
        )
    before = snapshot(task, PEOPLE_FIELDS)
    for name in PEOPLE_FIELDS:
        if getattr(task, f"{name}_id") == person.pk:
            setattr(task, name, successor)
    task.version += 1
    task.save(update_fields=[*PEOPLE_FIELDS, "version"])
    record_event(
        task, "task_people_named", by, right=right, before=before, after=snapshot(task, PEOPLE_FIELDS)
    )
