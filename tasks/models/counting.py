"""The conditions of the counts: where a task stands on a day, by its columns alone."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThan, LessThanOrEqual

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
