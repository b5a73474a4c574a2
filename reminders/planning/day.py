"""What planning reads once for all deadlines of a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from notices.calendar import Calendar
from notices.policy import schedule as policies
from notices.policy.schedule import DEFAULT, PolicyRules
from reminders.planning.steps import StepFinder

# Stands for the body in a row of steps that counts for every body without a policy of its own.
DEFAULT_POLICY = 0


@dataclass(frozen=True)
class PlanningDay:
    on: date
    steps: StepFinder
    # The policies of the bodies that have one of their own.
    own_policies: dict[int, PolicyRules]

    @classmethod
    def of(cls, on: date) -> PlanningDay:
        return cls(on, StepFinder(Calendar.read(), on), policies.read_own_policies())

    def rules(self, assigner_id: int) -> PolicyRules:
        return self.own_policies.get(assigner_id, DEFAULT)

    @property
    def is_working_day(self) -> bool:
        return self.steps.calendar.working_day(self.on)

    @property
    def horizon(self) -> date:
        """The first deadline that is still too far away for any step."""
        farthest = max(rules.horizon for rules in (DEFAULT, *self.own_policies.values()))
        return self.steps.calendar.add_working_days(self.on, farthest + 1)

    def policies_and_days(self, rows: QuerySet[Any], assigner: str) -> Iterator[tuple[int, date]]:
        """Every deadline of the rows for the default, and those of each body with a policy of its own.

        `assigner` is the column that holds the body whose policy counts.
        """
        for day in rows.order_by().values_list("due_on", flat=True).distinct():
            yield DEFAULT_POLICY, day
        if self.own_policies:
            under_own_policy = rows.filter(**{f"{assigner}__in": list(self.own_policies)}).order_by()
            yield from under_own_policy.values_list(assigner, "due_on").distinct()
