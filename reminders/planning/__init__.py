"""Who is reminded of which task on a day: the workers, those above them, and the heads once a week."""

from __future__ import annotations

from reminders.planning.above import ESCALATED, Superiors, escalate, rung_of
from reminders.planning.ladder import MILESTONE, OVERDUE, PART, SOON, TODAY, Ladder, kind_of
from reminders.planning.workers import plan

PLANNERS = (plan, escalate)
"""Each owes its own kinds of notice of a day, and again nothing."""

__all__ = [
    "ESCALATED",
    "MILESTONE",
    "OVERDUE",
    "PART",
    "PLANNERS",
    "SOON",
    "TODAY",
    "Ladder",
    "Superiors",
    "escalate",
    "kind_of",
    "plan",
    "rung_of",
]
