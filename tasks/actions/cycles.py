"""Cycles of recurring tasks: what a cycle may be, and the tasks of its periods, made when each begins."""

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
    Problems,
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
from tasks.models.tasks import MAX_TITLE_LENGTH

# What a task of a period takes from the recurring task; afterwards it lives a life of its own.
COPIED_FIELDS = (
    *("order", "number", "pillar", "programme", "description", "deliverable", "deliverable_kind"),
    *("target", "target_unit", "authority", "priority", "secrecy", "assigner", "lead", "lead_words"),
    *("created_by", "assigned_by", "approval"),
)

# Taken too, as long as the person holds an office in the lead body.
COPIED_PEOPLE = ("leader", "contact")

NOT_STOPPED: dict[str, Any] = {"stop": "", "stopped_for": None}

# Field → what to say when it is missing.
REQUIRED_CYCLE_FIELDS = {
    "every": _("Say how often it falls due."),
    "day": _("Say on which day it falls due."),
    "starts_on": _("Give the first day of the cycle."),
    "until": _("A cycle has a last day, at most 50 years after its first."),
}

log = logging.getLogger(__name__)


# The cycle of a task


def cycle_of(task: Task) -> Cycle | None:
    row = Recurrence.objects.filter(task=task.pk or 0).first()
    return row.cycle if row else None


def cycle_facts(task: Task) -> list[Any] | None:
    """What an event keeps of the cycle."""
    cycle = cycle_of(task)
    return list(astuple(cycle)) if cycle else None


def is_new_cycle(task: Task, cycle: Cycle | None) -> bool:
    """Is this another cycle than the task has? None leaves the cycle as it is."""
    return cycle is not None and cycle != cycle_of(task)


def check_cycle(task: Task, cycle: Cycle | None, problems: Problems) -> None:
    """A recurring task has a cycle and no day of its own; None leaves the cycle as it is."""
    if task.due_kind != Task.DueKind.RECURRING:
        # A form still shows the cycle of a task that is to have another kind of deadline.
        if is_new_cycle(task, cycle):
            problems["every"] = _("Choose “recurring” as the kind of deadline, or leave the cycle empty.")
    elif task.occurrence_on:
        problems["due_kind"] = _("This task belongs to a cycle already: give it a day.")
    elif task.parent and len(ancestor_keys(task.parent)) + 1 >= LEVELS_ABOVE:
        problems["due_kind"] = _("Too deep for a cycle: its tasks would stand below the fourth level.")
    elif planned := cycle or cycle_of(task):
        problems |= _problems_of(task, planned)
    else:
        problems["every"] = _("A recurring task has a cycle: say how often, on which day and until when.")


def _problems_of(task: Task, cycle: Cycle) -> Problems:
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


def set_cycle(task: Task, cycle: Cycle | None) -> None:
    """Save a checked cycle. Tasks that were made stay; those of the following periods obey the new cycle."""
    if task.due_kind != Task.DueKind.RECURRING:
        Recurrence.objects.filter(task=task).delete()
    elif cycle and cycle != cycle_of(task):
        make_occurrences_of(task, on=today())
        Recurrence.objects.update_or_create(task=task, defaults={**asdict(cycle), **NOT_STOPPED})
        if task.is_issued:
            skip_past(task, on=today())


def skip_past(task: Task, *, on: date) -> None:
    """Make no tasks for periods whose day passed before the task was given, or while it was suspended."""
    row = Recurrence.objects.filter(task=task).first()
    past = [period for period, due in row.to_make(on) if due < on] if row else []
    if row and past:
        row.made_until = past[-1]
        row.save(update_fields=["made_until"])


# The tasks of its periods


def make_occurrences(*, on: date) -> int:
    """Make the tasks of all periods that have begun and are not made yet; returns how many.

    Each cycle is a transaction of its own: an error in one keeps no other waiting.
    """
    running = Recurrence.objects.filter(task__state__in=RUNNING, stop="").select_related("task")
    unfinished = running.filter(Q(made_until__isnull=True) | Q(made_until__lt=F("until")))
    made = 0
    for row in list(unfinished):
        if row.to_make(on):
            try:
                made += make_occurrences_of(row.task, on=on)
            except Exception:
                log.exception("The cycle of task %s was left for the next run.", row.task.pk)
    return made


@transaction.atomic
def make_occurrences_of(head: Task, *, on: date) -> int:
    """Make the tasks of one recurring task, up to the first day that may not be given: there the cycle stops.

    The row of the task is locked, so that two workers at once make nothing twice.
    """
    head = lock(head)
    row = Recurrence.objects.filter(task=head, stop="").first()
    new = row.to_make(on) if row and head.state in RUNNING else []
    if row is None or not new:
        return 0
    allowed = list(takewhile(lambda period: not stop_reason(head, period[1], on), new))
    existing = set(head.children.exclude(occurrence_on=None).values_list("occurrence_on", flat=True))
    made = [
        _Occurrence.create(head, row.cycle, period, due) for period, due in allowed if due not in existing
    ]
    if allowed:
        row.made_until = allowed[-1][0]
    if refused := new[len(allowed) :]:
        row.stopped_for = refused[0][1]
        row.stop = stop_reason(head, row.stopped_for, on)
    row.save(update_fields=["made_until", "stop", "stopped_for"])
    for occurrence in made:
        occurrence.notify_people()
    if row.stop:
        _notify_of_stop(head, row)
    for occurrence in made:
        task = occurrence.task
        record_event(task, "task_recurred", None, right=None, after={"original_due_on": task.due_on})
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
    """Why the cycle may give no task due on this day, as a person would be refused; empty when it may."""
    above = head.day_above()
    if head.assigner.is_dissolved(on):
        return Recurrence.Stop.GIVER
    if head.lead is None or head.lead.is_dissolved(on):
        return Recurrence.Stop.LEAD
    if len(ancestor_keys(head)) >= LEVELS_ABOVE:
        return Recurrence.Stop.DEPTH
    return Recurrence.Stop.ABOVE if above and due > above else ""


def _notify_of_stop(head: Task, row: Recurrence) -> None:
    if body := body_to_notify(head.assigner):
        people = access.people("edit_issued_tasks", body)
        occasion = f"cycle-v{head.version}-{row.stopped_for}"
        notify(people, "cycle_stopped", head, None, body=body, request=row.name, occasion=occasion)


@transaction.atomic
def resume_cycle(*, task: Task, by: Person) -> Task:
    """Let a stopped cycle go on with the next run of its job; periods that passed meanwhile are not made."""
    task = lock_with_ancestors(task)
    right = rules.may_resume_cycle(by, task).or_raise()
    row = Recurrence.objects.get(task=task)
    if row.stopped_for and (stop := stop_reason(task, max(row.stopped_for, today()), today())):
        raise ValidationError(Recurrence.Stop(stop).label)
    Recurrence.objects.filter(pk=row.pk).update(**NOT_STOPPED)
    skip_past(task, on=today())
    task.version += 1
    task.save(update_fields=["version"])
    record_event(task, "cycle_resumed", by, right=right, before={"stop": row.stop}, after={"stop": ""})
    return task


@dataclass(frozen=True)
class _Occurrence:
    """A task made by a cycle, with the people and bodies of the recurring task that had to be left out."""

    task: Task
    unnamed: list[str]
    lacks_helping_body: bool

    @classmethod
    def create(cls, head: Task, cycle: Cycle, period: date, due: date) -> _Occurrence:
        """Make the task without people who left and bodies that were dissolved: no rule allows these."""
        named = {name: getattr(head, name) for name in COPIED_PEOPLE}
        people = {
            name: person if person and holds_office(person, head.lead) else None
            for name, person in named.items()
        }
        task = Task.objects.create(
            parent=head,
            title=_title_of_period(head, head.title, cycle.words(period)),
            title_en=_title_of_period(head, head.title_en, cycle.words_en(period)),
            due_kind=Task.DueKind.DAY,
            due_on=due,
            original_due_on=due,
            occurrence_on=due,
            state=State.ASSIGNED,
            assigned_at=timezone.now(),
            **people,
            **{name: getattr(head, name) for name in COPIED_FIELDS},
        )
        parts = list(head.parts.helping().select_related("body"))
        helping = [part for part in parts if not part.body.is_dissolved(today())]
        # Without the deadline of the part: in the next period that day would have passed.
        Part.objects.bulk_create(
            Part(task=task, body_id=part.body_id, kind=part.kind, work=part.work) for part in helping
        )
        unnamed = [name for name in COPIED_PEOPLE if named[name] and not people[name]]
        return cls(task, unnamed, len(helping) < len(parts))

    def notify_people(self) -> None:
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
        if self.lacks_helping_body:
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


def _title_of_period(head: Task, title: str, period: str) -> str:
    """The title with its period in brackets; that of a secret task says nothing more."""
    if not title or secrecy.is_secret(head):
        return title
    return f"{title[: MAX_TITLE_LENGTH - len(period) - 3].rstrip()} ({period})"
