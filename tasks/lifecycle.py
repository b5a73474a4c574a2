"""The life of a task as two tables: its states, and which verb leads from which to which (DESIGN §4)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("waiting for approval")
    ASSIGNED = "assigned", _("assigned")
    IN_PROGRESS = "in_progress", _("in progress")
    SUBMITTED = "submitted", _("waiting for confirmation")
    COMPLETED = "completed", _("completed")
    SUSPENDED = "suspended", _("suspended")
    WITHDRAWN = "withdrawn", _("withdrawn")


UNISSUED = (State.DRAFT, State.PROPOSED)
"""Only the assigner sees these, and no count holds them."""

RUNNING = (State.ASSIGNED, State.IN_PROGRESS)
"""The lead is at work and its clock runs."""

OPEN = (State.ASSIGNED, State.IN_PROGRESS, State.SUBMITTED)
COUNTED = (*OPEN, State.COMPLETED)
"""The five-way count; suspended and withdrawn are shown beside it."""


@dataclass(frozen=True)
class Move:
    sources: tuple[State, ...]
    target: State | None
    """None: back to the state that was left (resume)."""


MOVES: dict[str, Move] = {
    "propose": Move((State.DRAFT,), State.PROPOSED),
    "assign": Move((State.PROPOSED,), State.ASSIGNED),
    "record_approval": Move((State.PROPOSED,), State.ASSIGNED),
    "recall": Move((State.PROPOSED, State.ASSIGNED), State.DRAFT),
    "accept": Move((State.ASSIGNED,), State.IN_PROGRESS),
    "decline": Move((State.ASSIGNED,), State.PROPOSED),
    "submit": Move((State.ASSIGNED, State.IN_PROGRESS), State.SUBMITTED),
    "send_back": Move((State.SUBMITTED,), State.IN_PROGRESS),
    "confirm": Move((State.SUBMITTED,), State.COMPLETED),
    "suspend": Move((State.ASSIGNED, State.IN_PROGRESS), State.SUSPENDED),
    "resume": Move((State.SUSPENDED,), None),
    "withdraw": Move((*UNISSUED, *OPEN, State.SUSPENDED), State.WITHDRAWN),
    "change_lead": Move((*RUNNING, State.SUSPENDED), State.ASSIGNED),
    "supersede": Move((*OPEN, State.SUSPENDED), State.WITHDRAWN),
}


LEVELS_ABOVE = 4
"""Four levels of government: three hand-downs lead up to the first task, and its cycle may stand above."""


RISK_LONGEST = 365
RISK_TOLD_FROM = 5
"""Days late expected from which the superior is told (DOMAIN §3.3)."""


class Standing(models.TextChoices):
    """Where a task stands on a day: a question about the clock, never stored."""

    NO_DEADLINE = "no_deadline", _("no deadline")
    IN_TIME = "in_time", _("in time")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("overdue")
    DONE_ON_TIME = "done_on_time", _("done on time")
    DONE_LATE = "done_late", _("done late")


CURRENT, FIRST = "due_on", "original_due_on"
"""The column a standing is asked of: the deadline of now, or the first one, which never moves."""

FIVE = (
    Standing.DONE_ON_TIME,
    Standing.DONE_LATE,
    Standing.IN_TIME,
    Standing.OVERDUE,
    Standing.NO_DEADLINE,
)
"""given = the sum of these; due soon is inside in time."""

DUE_SOON_DAYS = 7
"""Calendar days before the deadline in which an open task in time is also due soon (DOMAIN §3.3)."""


class Pace(models.TextChoices):
    """The three colours of open tasks: late is overdue, at risk is flagged and still in time."""

    ON_SCHEDULE = "on_schedule", _("on schedule")
    AT_RISK = "at_risk", _("at risk")
    LATE = "late", _("late")


class View(models.TextChoices):
    """The quick views of a list: every task is in exactly one, so their counts add up to all.

    They differ from the five in three places: what waits for confirmation in its time stands apart,
    and so do what is due soon and, of what has no deadline, work that never ends and cycles.
    """

    OVERDUE = "overdue", _("Overdue")
    SUBMITTED = "submitted", _("Waiting for confirmation")
    DUE_SOON = "due_soon", _("Due soon")
    IN_TIME = "in_time", _("In time")
    CONTINUOUS = "continuous", _("Continuous")
    NO_DEADLINE = "no_deadline", _("No deadline")
    DONE_ON_TIME = "done_on_time", _("Done on time")
    DONE_LATE = "done_late", _("Done late")
    PREPARED = "prepared", _("Being prepared")
    SUSPENDED = "suspended", _("Suspended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


GIVEN = "given"
"""The view that holds the five together: what the count calls given."""
