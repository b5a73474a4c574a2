"""Cycles: what one may be, and the tasks that fall due in it, each made when its period begins."""

from __future__ import annotations

import logging
from dataclasses import asdict, astuple, dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.models import Membership, Person
from committees.roles import Role
from portal.shared.days import today
from tasks import rules, secrecy
from tasks.actions import deadlines
from tasks.actions.common import (
    ancestor_keys,
    body_to_notify,
    holds_office,
    lead_workers,
    lock,
    lock_with_ancestors,
    notify,
    notify_helping_bodies,
    record_event,
)
from tasks.cycles import MAX_CYCLE_YEARS, MONTHS_IN, Cycle
from tasks.lifecycle import LEVELS_ABOVE, RUNNING, State
from tasks.models import Part, Recurrence, Task

SAME = (
    *("order", "number", "pillar", "programme", "description", "deliverable", "deliverable_kind"),
    *("target", "target_unit", "authority", "priority", "secrecy", "assigner", "lead", "lead_words"),
    *("created_by", "assigned_by", "approval"),
)
"""What a task takes from the cycle it belongs to; from then on it lives a life of its own."""

NAMED = ("leader", "contact")
"""Who is named in it too, as long as they hold an office in the lead body."""

GOES_ON: dict[str, Any] = {"stop": "", "stopped_for": None}

REQUIRED_CYCLE_FIELDS = {
    "every": _("Say how often it falls due."),
    "day": _("Say on which day it falls due."),
    "starts_on": _("Give the first day of the cycle."),
    "until": _("A cycle has a last day, at most 50 years after its first."),
}
"""What a cycle cannot do without, and what a door says when it is missing."""

log = logging.getLogger(__name__)


# The cycle itself


def cycle_of(task: Task) -> Cycle | None:
    row = Recurrence.objects.filter(task=task.pk or 0).first()
    return row.cycle if row else None


def cycle_facts(task: Task) -> list[Any] | None:
    """The cycle as an event keeps it."""
    cycle = cycle_of(task)
    return list(astuple(cycle)) if cycle else None


def is_new_cycle(task: Task, asked: Cycle | None) -> bool:
    """Does an edit ask for another cycle than the task has?"""
    return asked is not None and asked != cycle_of(task)


def check_cycle(task: Task, asked: Cycle | None, problems: dict[str, Any]) -> None:
    """A recurring task has a cycle and no day of its own; `asked=None` leaves the cycle as it is."""
    if task.due_kind != Task.DueKind.RECURRING:
        # A form still shows the cycle of a task that is to have another kind of deadline.
        if is_new_cycle(task, asked):
            problems["every"] = _("Choose “recurring” as the kind of deadline, or leave the cycle empty.")
    elif task.occurrence_on:
        problems["due_kind"] = _("This task belongs to a cycle already: give it a day.")
    elif task.parent and len(ancestor_keys(task.parent)) + 1 >= LEVELS_ABOVE:
        problems["due_kind"] = _("Too deep for a cycle: its tasks would stand below the fourth level.")
    elif cycle := asked or cycle_of(task):
        problems |= _refusals(task, cycle)
    else:
        problems["every"] = _("A recurring task has a cycle: say how often, on which day and until when.")


def _refusals(task: Task, cycle: Cycle) -> dict[str, Any]:
    """Beside each field of the cycle what is wrong with it; one that is no cycle is asked no more."""
    try:
        Recurrence(**asdict(cycle)).clean_fields(exclude=("task",))
    except ValidationError as error:
        return dict(error.message_dict)
    months = MONTHS_IN.get(cycle.every, 1)
    if cycle.every == "week" and cycle.day > 7:
        return {"day": _("Of a week: 1 for Monday to 7 for Sunday.")}
    if cycle.month > months:
        return {"month": _("The period has %(months)s months: give 1 to %(months)s.") % {"months": months}}
    if cycle.until < cycle.starts_on:
        return {"until": _("The last day of the cycle is not before its first.")}
    if _too_long(today(), cycle.starts_on):
        return {"starts_on": _("At most %(years)s years ahead.") % {"years": MAX_CYCLE_YEARS}}
    if _too_long(cycle.starts_on, cycle.until):
        return {"until": _("A cycle runs at most %(years)s years.") % {"years": MAX_CYCLE_YEARS}}
    if next(cycle.occurrences(), None) is None:
        return {"until": _("No day of this cycle lies between its first and its last day.")}
    if (above := task.day_above()) and cycle.until > above:
        return {"until": deadlines.later_than_above(above)}
    return {}


def _too_long(first: date, last: date) -> bool:
    return (last.year - MAX_CYCLE_YEARS, last.month, last.day) > (first.year, first.month, first.day)


def set_cycle(task: Task, asked: Cycle | None) -> None:
    """Write the cycle of a task that was checked. What is made stays; the rest follows the new cycle."""
    if task.due_kind != Task.DueKind.RECURRING:
        Recurrence.objects.filter(task=task).delete()
    elif asked and asked != cycle_of(task):
        make_occurrences_of(task, on=today())
        Recurrence.objects.update_or_create(task=task, defaults={**asdict(asked), **GOES_ON})
        if task.is_issued:
            skip_past(task, on=today())


def skip_past(task: Task, *, on: date) -> None:
    """Periods whose day passed before the task was given, or while it was suspended, are not made."""
    row = Recurrence.objects.filter(task=task).first()
    past = [period for period, due in row.to_make(on) if due < on] if row else []
    if row and past:
        row.made_until = past[-1]
        row.save(update_fields=["made_until"])


# What falls due in it


def make_occurrences(*, on: date) -> int:
    """Make the tasks of all periods that have begun and are not made yet; gives how many.

    Each cycle is a transaction of its own: what is wrong with one keeps no other waiting.
    """
    running = Recurrence.objects.filter(task__state__in=RUNNING, stop="").select_related("task")
    left = running.filter(Q(made_until__isnull=True) | Q(made_until__lt=F("until")))
    return sum(_make_alone(row.task, on) for row in list(left) if row.to_make(on))


def _make_alone(head: Task, on: date) -> int:
    try:
        return make_occurrences_of(head, on=on)
    except Exception:
        log.exception("The cycle of task %s was left for the next run.", head.pk)
        return 0


@transaction.atomic
def make_occurrences_of(head: Task, *, on: date) -> int:
    """The same for one cycle, up to the first day that may not be given: there the cycle stops.

    Its row is held, so that two at once make nothing twice.
    """
    head = lock(head)
    row = Recurrence.objects.filter(task=head, stop="").first()
    new = row.to_make(on) if row and head.state in RUNNING else []
    if row is None or not new:
        return 0
    may_be_made = list(takewhile(lambda period: not stop_reason(head, period[1], on), new))
    there = set(head.children.exclude(occurrence_on=None).values_list("occurrence_on", flat=True))
    made = [_Made.of(head, row.cycle, *period) for period in may_be_made if period[1] not in there]
    if may_be_made:
        row.made_until = may_be_made[-1][0]
    if stopped := new[len(may_be_made) :]:
        row.stopped_for = stopped[0][1]
        row.stop = stop_reason(head, row.stopped_for, on)
    row.save(update_fields=["made_until", "stop", "stopped_for"])
    for one in made:
        one.owe_news()
    if row.stop:
        _owe_stop(head, row)
    for one in made:
        record_event(one.task, "task_recurred", None, right=None, after={"original_due_on": one.task.due_on})
    if row.stop:
        record_event(
            head,
            "cycle_stopped",
            None,
            right=None,
            after={"stop": row.stop, "stopped_for": row.stopped_for},
        )
    return len(made)


def stop_reason(head: Task, due: date, on: date) -> str:
    """Why no task due on this day may be given on behalf of the cycle: what a person would be refused."""
    above = head.day_above()
    if head.assigner.is_dissolved(on):
        return Recurrence.Stop.GIVER
    if head.lead is None or head.lead.is_dissolved(on):
        return Recurrence.Stop.LEAD
    if len(ancestor_keys(head)) >= LEVELS_ABOVE:
        return Recurrence.Stop.DEPTH
    return Recurrence.Stop.ABOVE if above and due > above else ""


def _owe_stop(head: Task, row: Recurrence) -> None:
    """To those who can mend it."""
    if body := body_to_notify(head.assigner):
        people = access.people("edit_issued_tasks", body)
        occasion = f"cycle-v{head.version}-{row.stopped_for}"
        notify(people, "cycle_stopped", head, None, body=body, request=row.name, occasion=occasion)


@transaction.atomic
def resume_cycle(*, task: Task, by: Person) -> Task:
    """Let a cycle that stopped go on with the next run of its job; what passed meanwhile is not made."""
    task = lock_with_ancestors(task)
    right = rules.may_resume_cycle(by, task).or_raise()
    row = Recurrence.objects.get(task=task)
    if row.stopped_for and (stop := stop_reason(task, max(row.stopped_for, today()), today())):
        raise ValidationError(Recurrence.Stop(stop).label)
    Recurrence.objects.filter(pk=row.pk).update(**GOES_ON)
    skip_past(task, on=today())
    task.version += 1
    task.save(update_fields=["version"])
    record_event(task, "cycle_resumed", by, right=right, before={"stop": row.stop}, after={"stop": ""})
    return task


@dataclass(frozen=True)
class _Made:
    """A task made by a cycle, and who of the cycle could not be named in it any more."""

    task: Task
    unnamed: list[str]
    without_helper: bool

    @classmethod
    def of(cls, head: Task, cycle: Cycle, period: date, due: date) -> _Made:
        """Whoever left and whatever body was dissolved is left out, as a person's door would refuse them."""
        named = {name: getattr(head, name) for name in NAMED}
        kept = {name: one if one and holds_office(one, head.lead) else None for name, one in named.items()}
        task = Task.objects.create(
            parent=head,
            title=_titled(head, head.title, cycle.words(period)),
            title_en=_titled(head, head.title_en, cycle.words_en(period)),
            due_kind=Task.DueKind.DAY,
            due_on=due,
            original_due_on=due,
            occurrence_on=due,
            state=State.ASSIGNED,
            assigned_at=timezone.now(),
            **kept,
            **{name: getattr(head, name) for name in SAME},
        )
        parts = list(head.parts.helping().select_related("body"))
        helping = [part for part in parts if not part.body.is_dissolved(today())]
        # A part's own day is one day; in the next period it would be long past.
        Part.objects.bulk_create(
            Part(task=task, body_id=part.body_id, kind=part.kind, work=part.work) for part in helping
        )
        unnamed = [name for name in NAMED if named[name] and not kept[name]]
        return cls(task, unnamed, len(helping) < len(parts))

    def owe_news(self) -> None:
        task = self.task
        notify(lead_workers(task), "task_assigned", task, None, body=task.lead)
        notify_helping_bodies(task, "help_assigned", None)
        if self.unnamed:
            notify(
                secretaries(task),
                "cycle_without_people",
                task,
                None,
                body=task.lead,
                facts={"unnamed": self.unnamed},
            )
        if self.without_helper:
            people = access.people("edit_issued_tasks", task.assigner)
            notify(people, "cycle_without_helper", task, None, body=task.assigner)


def secretaries(task: Task) -> list[Person]:
    """The secretary of the lead body; where it has none, everybody who works on its tasks."""
    people = lead_workers(task)
    terms = Membership.objects.holding_on(today()).filter(
        office__body=task.lead, office__role=Role.SECRETARY, person__in=people
    )
    holders = set(terms.values_list("person_id", flat=True))
    return [person for person in people if person.pk in holders] or list(people)


def _titled(head: Task, title: str, period: str) -> str:
    """The title with its period; the portal titles a secret task itself."""
    if not title or secrecy.is_secret(head):
        return title
    return f"{title[: 500 - len(period) - 3].rstrip()} ({period})"
