"""The conditions of the counts: where a task stands on a day, by its columns alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, IntegerField, Q, When
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThan, In, LessThanOrEqual

from portal.shared.days import VIETNAM
from tasks.lifecycle import (
    CURRENT,
    DUE_SOON_DAYS,
    OPEN,
    RUNNING,
    UNISSUED,
    Pace,
    Standing,
    State,
    View,
)

# The five numbers of `FIVE`, their sum `given`, and beside them `suspended` and `withdrawn`.
Tally = dict[str, int]

ISSUED = ~Q(state__in=UNISSUED) & Q(assigned_at__isnull=False)

# Kinds of deadline without an end. Of a recurring task each occurrence has a day and is counted by it.
CONTINUOUS = ("continuous", "recurring")

_SUBMITTED_ON = TruncDate("submitted_at", tzinfo=VIETNAM)


def _in_its_day(due: str) -> Q:
    """Submitted by midnight of the deadline's day in Vietnam, at the moment the system logged it."""
    return Q(LessThanOrEqual(_SUBMITTED_ON, F(due)))


def _after_its_day(due: str) -> Q:
    return Q(GreaterThan(_SUBMITTED_ON, F(due)))


def standing_of(state: str, due_on: date | None, stopped: date | None, on: date) -> Standing | None:
    """Where a task stands on the day, as `standing_q` asks it; `stopped` is the day of its submission."""
    if state == State.COMPLETED:
        late = stopped is not None and due_on is not None and stopped > due_on
        return Standing.DONE_LATE if late else Standing.DONE_ON_TIME
    if state not in OPEN:
        return None
    if due_on is None:
        return Standing.NO_DEADLINE
    if (stopped or on) > due_on:
        return Standing.OVERDUE
    soon = stopped is None and due_on <= on + timedelta(days=DUE_SOON_DAYS)
    return Standing.DUE_SOON if soon else Standing.IN_TIME


def standing_q(standing: str, on: date, due: str = CURRENT) -> Q:
    """The condition of one standing on a day. The five of `FIVE` never overlap and together are `COUNTED`.

    A submission stops the clock; a task sent back runs on as if it had never stopped.
    """
    done, waiting, running = Q(state=State.COMPLETED), Q(state=State.SUBMITTED), Q(state__in=RUNNING)
    dayless = Q(**{f"{due}__isnull": True})
    match standing:
        case Standing.NO_DEADLINE:
            return Q(state__in=OPEN) & dayless
        case Standing.DONE_ON_TIME:
            return done & (dayless | _in_its_day(due))
        case Standing.DONE_LATE:
            return done & _after_its_day(due)
        case Standing.IN_TIME:
            return (running & Q(**{f"{due}__gte": on})) | (waiting & _in_its_day(due))
        case Standing.DUE_SOON:
            soon = {f"{due}__gte": on, f"{due}__lte": on + timedelta(days=DUE_SOON_DAYS)}
            return running & Q(**soon)
        case Standing.OVERDUE:
            # The first condition follows from the others; it names the index of the open tasks.
            late = (running & Q(**{f"{due}__lt": on})) | (waiting & _after_its_day(due))
            return Q(state__in=OPEN, **{f"{due}__isnull": False}) & late
    raise ValueError(f"no such standing: {standing}")


def overdue_q(on: date, due: str = CURRENT) -> Q:
    """Of open tasks, those overdue: `standing_q` in fewer words, for counts that read every open task.

    A constraint says that of these exactly the submitted ones have a moment of submission.
    """
    return Q(submitted_at__isnull=True, **{f"{due}__lt": on}) | _after_its_day(due)


def pace_q(pace: str, on: date, due: str = CURRENT) -> Q:
    """The condition of one colour on a day; the three never overlap and together are `OPEN`."""
    match pace:
        case Pace.LATE:
            return standing_q(Standing.OVERDUE, on, due)
        case Pace.AT_RISK:
            # A warning stands only while the lead is at work, says a constraint.
            return Q(risk_days__isnull=False, **{f"{due}__gte": on})
        case Pace.ON_SCHEDULE:
            in_time = standing_q(Standing.IN_TIME, on, due) & Q(risk_days__isnull=True)
            return in_time | standing_q(Standing.NO_DEADLINE, on, due)
    raise ValueError(f"no such pace: {pace}")


def paces(tally: Tally, at_risk: int) -> Tally:
    """The three colours out of the five ways, once it is known how many are at risk."""
    on_schedule = tally[Standing.IN_TIME] + tally[Standing.NO_DEADLINE] - at_risk
    return {"on_schedule": on_schedule, "at_risk": at_risk, "late": tally[Standing.OVERDUE]}


def view_q(view: str, on: date, due: str = CURRENT) -> Q:
    running, dayless = Q(state__in=RUNNING), Q(**{f"{due}__isnull": True})
    match view:
        case View.PREPARED:
            return Q(state__in=UNISSUED)
        case View.SUSPENDED | View.WITHDRAWN:
            return Q(state=view)
        case View.SUBMITTED:
            return Q(state=State.SUBMITTED) & (dayless | _in_its_day(due))
        case View.IN_TIME:
            return running & Q(**{f"{due}__gt": on + timedelta(days=DUE_SOON_DAYS)})
        case View.CONTINUOUS:
            return running & dayless & Q(due_kind__in=CONTINUOUS)
        case View.NO_DEADLINE:
            return running & dayless & ~Q(due_kind__in=CONTINUOUS)
    return standing_q(view, on, due)


def view_columns(on: date, due: str = CURRENT) -> dict[str, Any]:
    """All that decides, beside the state, in which quick view a task is: what `view_of` takes.

    Where the deadline lies (0: there is none, 1: passed, 2: soon, 3: later), whether the task was submitted
    after it, and whether its kind has no end.
    """
    soon = on + timedelta(days=DUE_SOON_DAYS)
    passed, near = When(**{f"{due}__lt": on}, then=1), When(**{f"{due}__lte": soon}, then=2)
    none = When(**{f"{due}__isnull": True}, then=0)
    return {
        "place": Case(none, passed, near, default=3, output_field=IntegerField()),
        "late": GreaterThan(_SUBMITTED_ON, F(due)),
        "endless": In(F("due_kind"), CONTINUOUS),
    }


def view_of(state: str, place: int, *, late: bool, endless: bool) -> View:
    """The quick view of tasks with these columns: the one whose `view_q` they meet."""
    if state in UNISSUED:
        return View.PREPARED
    if state == State.COMPLETED:
        return View.DONE_LATE if late else View.DONE_ON_TIME
    if state == State.SUBMITTED:
        return View.OVERDUE if late else View.SUBMITTED
    if state not in RUNNING:
        return View(state)
    without_day = View.CONTINUOUS if endless else View.NO_DEADLINE
    return (without_day, View.OVERDUE, View.DUE_SOON, View.IN_TIME)[place]
