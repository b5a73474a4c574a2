"""Cycles: what one may be, and the tasks that fall due in it, each made when its period begins."""

from __future__ import annotations

import logging
from dataclasses import asdict, astuple
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.shared.days import today
from tasks import secrecy
from tasks.actions.common import keys_above, lock, owe_news, tell, workers
from tasks.cycles import LONGEST, MONTHS, Cycle
from tasks.lifecycle import LEVELS_ABOVE, RUNNING, State
from tasks.models import Part, Recurrence, Task

SAME = (
    *("order", "number", "pillar", "programme", "description", "deliverable", "deliverable_kind"),
    *("target", "target_unit", "authority", "priority", "secrecy", "assigner", "lead", "lead_words"),
    *("leader", "contact", "created_by", "assigned_by", "approval"),
)
"""What a task takes from the cycle it belongs to; from then on it lives a life of its own."""

NEEDED = {
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


def told(task: Task) -> list[Any] | None:
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
    elif task.parent and len(keys_above(task.parent)) + 1 >= LEVELS_ABOVE:
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
    months = MONTHS.get(cycle.every, 1)
    if cycle.every == "week" and cycle.day > 7:
        return {"day": _("Of a week: 1 for Monday to 7 for Sunday.")}
    if cycle.month > months:
        return {"month": _("The period has %(months)s months: give 1 to %(months)s.") % {"months": months}}
    if cycle.until < cycle.starts_on:
        return {"until": _("The last day of the cycle is not before its first.")}
    if _too_long(today(), cycle.starts_on):
        return {"starts_on": _("At most %(years)s years ahead.") % {"years": LONGEST}}
    if _too_long(cycle.starts_on, cycle.until):
        return {"until": _("A cycle runs at most %(years)s years.") % {"years": LONGEST}}
    if next(cycle.occurrences(), None) is None:
        return {"until": _("No day of this cycle lies between its first and its last day.")}
    if (above := task.day_above()) and cycle.until > above:
        said = _("Not later than the task above, which is due on %(day)s.")
        return {"until": said % {"day": f"{above:%d/%m/%Y}"}}
    return {}


def _too_long(first: date, last: date) -> bool:
    return (last.year - LONGEST, last.month, last.day) > (first.year, first.month, first.day)


def set_cycle(task: Task, asked: Cycle | None) -> None:
    """Write the cycle of a task that was checked. What is made stays; the rest follows the new cycle."""
    if task.due_kind != Task.DueKind.RECURRING:
        Recurrence.objects.filter(task=task).delete()
    elif asked and asked != cycle_of(task):
        make(task, on=today())
        Recurrence.objects.update_or_create(task=task, defaults=asdict(asked))
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
    running = Recurrence.objects.filter(task__state__in=RUNNING).select_related("task")
    left = running.filter(Q(made_until__isnull=True) | Q(made_until__lt=F("until")))
    return sum(_make_alone(row.task, on) for row in list(left) if row.to_make(on))


def _make_alone(head: Task, on: date) -> int:
    try:
        return make(head, on=on)
    except Exception:
        log.exception("The cycle of task %s was left for the next run.", head.pk)
        return 0


@transaction.atomic
def make(head: Task, *, on: date) -> int:
    """The same for one cycle. Its row is held, so that two at once make nothing twice."""
    head = lock(head)
    row = Recurrence.objects.filter(task=head).first()
    new = row.to_make(on) if row and head.state in RUNNING else []
    if above := head.day_above():
        # It has moved since the cycle was given.
        new = [one for one in new if one[1] <= above]
    if row is None or not new:
        return 0
    there = set(head.children.exclude(occurrence_on=None).values_list("occurrence_on", flat=True))
    parts = list(head.parts.helping())
    made = [_occurrence(head, row.cycle, *one, parts) for one in new if one[1] not in there]
    row.made_until = new[-1][0]
    row.save(update_fields=["made_until"])
    for task in made:
        owe_news(workers(task), "task_assigned", task, None, body=task.lead)
    for task in made:
        tell(task, "task_recurred", None, after={"original_due_on": task.due_on})
    return len(made)


def _occurrence(head: Task, cycle: Cycle, period: date, due: date, parts: list[Part]) -> Task:
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
        **{name: getattr(head, name) for name in SAME},
    )
    # A part's own day is one day; in the next period it would be long past.
    Part.objects.bulk_create(
        Part(task=task, body_id=part.body_id, kind=part.kind, work=part.work) for part in parts
    )
    return task


def _titled(head: Task, title: str, period: str) -> str:
    """The title with its period; the portal titles a secret task itself."""
    if not title or secrecy.is_secret(head):
        return title
    return f"{title[: 500 - len(period) - 3].rstrip()} ({period})"
