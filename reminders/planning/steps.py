"""The step that a deadline has reached on a day, under the policy of the body that set it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from notices.calendar import Calendar
from notices.policy.schedule import DEFAULT, PolicyRules

# Kinds of reminder of a task's deadline.
OVERDUE, TODAY, SOON = "overdue", "due_today", "due_soon"
# Before such a kind: a reminder of the own day of a body that helps, or of a milestone of the lead.
PART_PREFIX = "part_"
MILESTONE_PREFIX = "milestone_"


@dataclass(frozen=True)
class StepFinder:
    """Finds steps on one day. Many tasks share a deadline, so each is counted once."""

    calendar: Calendar
    on: date
    _reached: dict[tuple[PolicyRules, date], str] = field(default_factory=dict)

    def step(self, due_on: date, rules: PolicyRules = DEFAULT) -> str:
        """`-7` `0` `+3` in working days, then `+7w1` and so on; empty before the first.

        The latest one only: a step that was missed is not told later as if it were then.
        """
        key = (rules, due_on)
        if key not in self._reached:
            self._reached[key] = rules.step(self.calendar, due_on, self.on)
        return self._reached[key]

    def days_late(self, due_on: date) -> int:
        """Working days; of a deadline that has not passed, not more than zero."""
        return self.calendar.working_days_between(due_on, self.on) if due_on < self.on else 0


def kind_of(step: str) -> str:
    if step == "0":
        return TODAY
    return OVERDUE if step.startswith("+") else SOON
