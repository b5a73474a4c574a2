"""The life of a task: its states, the moves between them, and where it stands on a day (DESIGN §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

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


# Only the assigner sees these, and no count holds them.
UNISSUED = (State.DRAFT, State.PROPOSED)

# The lead is at work and its clock runs.
RUNNING = (State.ASSIGNED, State.IN_PROGRESS)

OPEN = (State.ASSIGNED, State.IN_PROGRESS, State.SUBMITTED)

# The five-way count; suspended and withdrawn are shown beside it.
COUNTED = (*OPEN, State.COMPLETED)

# Nobody is at work, and no day changes how these are counted: their counts are kept.
AT_REST = (State.COMPLETED, State.SUSPENDED, State.WITHDRAWN)


@dataclass(frozen=True)
class Move:
    """One step in the life of a task, and the event that records it.

    `target` is None where the task returns to the state that it left. A move that ends a request
    takes an open request of the lead body back: after it there is nothing left to decide.
    """

    sources: tuple[State, ...]
    target: State | None
    event: str
    ends_request: bool = False


# The table of verbs names each of these in the row of its verb; nothing else sets a state.
PROPOSE = Move((State.DRAFT,), State.PROPOSED, "task_proposed")
ASSIGN = Move((State.PROPOSED,), State.ASSIGNED, "task_assigned")
RECORD_APPROVAL = Move((State.PROPOSED,), State.ASSIGNED, "task_approval_recorded")
RECALL = Move((State.PROPOSED, State.ASSIGNED), State.DRAFT, "task_recalled", ends_request=True)
ACCEPT = Move((State.ASSIGNED,), State.IN_PROGRESS, "task_accepted")
DECLINE = Move((State.ASSIGNED,), State.PROPOSED, "task_declined", ends_request=True)
SUBMIT = Move(RUNNING, State.SUBMITTED, "task_submitted", ends_request=True)
SEND_BACK = Move((State.SUBMITTED,), State.IN_PROGRESS, "task_sent_back")
CONFIRM = Move((State.SUBMITTED,), State.COMPLETED, "task_confirmed")
UNDO_CONFIRMATION = Move((State.COMPLETED,), State.SUBMITTED, "task_confirmation_undone")
SUSPEND = Move(RUNNING, State.SUSPENDED, "task_suspended", ends_request=True)
RESUME = Move((State.SUSPENDED,), None, "task_resumed")
WITHDRAW = Move((*UNISSUED, *OPEN, State.SUSPENDED), State.WITHDRAWN, "task_withdrawn", ends_request=True)
CHANGE_LEAD = Move((*RUNNING, State.SUSPENDED), State.ASSIGNED, "task_lead_changed", ends_request=True)
SUPERSEDE = Move((*OPEN, State.SUSPENDED), State.WITHDRAWN, "task_superseded", ends_request=True)

# How long whoever confirmed a result can take that back.
UNDO_FOR = timedelta(minutes=10)

# Four levels of government: three hand-downs lead up to the first task, and its cycle may stand above.
LEVELS_ABOVE = 4

MAX_RISK_DAYS = 365

# Days late expected from which the superior is told (DOMAIN §3.3).
RISK_TOLD_FROM = 5


class Standing(models.TextChoices):
    """Where a task stands on a day: a question about the clock, never stored."""

    NO_DEADLINE = "no_deadline", _("no deadline")
    IN_TIME = "in_time", _("in time")
    DUE_SOON = "due_soon", _("due soon")
    OVERDUE = "overdue", _("overdue")
    DONE_ON_TIME = "done_on_time", _("done on time")
    DONE_LATE = "done_late", _("done late")


# The column a standing is asked of: the deadline of now, or the first one, which never moves.
CURRENT, FIRST = "due_on", "original_due_on"

# Tasks given = the sum of these; due soon is inside in time.
FIVE = (
    Standing.DONE_ON_TIME,
    Standing.DONE_LATE,
    Standing.IN_TIME,
    Standing.OVERDUE,
    Standing.NO_DEADLINE,
)

# Calendar days before the deadline in which an open task in time is also due soon (DOMAIN §3.3).
DUE_SOON_DAYS = 7


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


# The view that holds the five together.
GIVEN = "given"
