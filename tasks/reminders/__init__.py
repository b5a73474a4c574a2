"""Who is reminded of which task on a day: the workers, those above them, and the heads once a week."""

from __future__ import annotations

from tasks.reminders.ladder import OVERDUE, PART, SOON, TODAY, Ladder, kind_of
from tasks.reminders.workers import plan

__all__ = ["OVERDUE", "PART", "SOON", "TODAY", "Ladder", "kind_of", "plan"]
