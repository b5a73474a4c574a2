"""Who is reminded of which task on a day: those who work on it, and those above them."""

from __future__ import annotations

from reminders.planning.deadlines import plan_reminders
from reminders.planning.escalation import ESCALATED, OfficeHolders, plan_escalations, rung_of
from reminders.planning.steps import (
    MILESTONE_PREFIX,
    OVERDUE,
    PART_PREFIX,
    SOON,
    TODAY,
    StepFinder,
    kind_of,
)

# Each owes its own kinds of notice of a day; run again, it owes nothing.
PLANNERS = (plan_reminders, plan_escalations)

__all__ = [
    "ESCALATED",
    "MILESTONE_PREFIX",
    "OVERDUE",
    "PART_PREFIX",
    "PLANNERS",
    "SOON",
    "TODAY",
    "OfficeHolders",
    "StepFinder",
    "kind_of",
    "plan_escalations",
    "plan_reminders",
    "rung_of",
]
