"""What planning asks once for all deadlines of a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from notices.calendar import Calendar
from notices.policy import schedule
from notices.policy.schedule import DEFAULT, PolicyRules
from reminders.planning.ladder import Ladder

DEFAULT_POLICY = 0
"""Stands for the body in a row of steps that counts for every body without a policy of its own."""


@dataclass(frozen=True)
class Morning:
    """What is the same for every deadline on a day; `own` are the policies of the bodies that have one."""

    on: date
    ladder: Ladder
    own: dict[int, PolicyRules]

    @classmethod
    def of(cls, on: date) -> Morning:
        return cls(on, Ladder(Calendar.read(), on), schedule.read_own_policies())

    def rules(self, giver: int) -> PolicyRules:
        return self.own.get(giver, DEFAULT)

    @property
    def is_working_day(self) -> bool:
        return self.ladder.calendar.working_day(self.on)

    @property
    def horizon(self) -> date:
        """The first deadline that is still too far away for any step."""
        farthest = max(rules.horizon for rules in (DEFAULT, *self.own.values()))
        return self.ladder.calendar.add_working_days(self.on, farthest + 1)

    def policies_and_days(self, rows: QuerySet[Any], giver: str) -> Iterator[tuple[int, date]]:
        """Every deadline there is, for the default; and those of each body that has a policy of its own."""
        for day in rows.order_by().values_list("due_on", flat=True).distinct():
            yield DEFAULT_POLICY, day
        if self.own:
            theirs = rows.filter(**{f"{giver}__in": list(self.own)}).order_by()
            yield from theirs.values_list(giver, "due_on").distinct()
