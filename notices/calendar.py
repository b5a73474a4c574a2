"""Working days in Vietnam: weekdays, except where the editable calendar says otherwise."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from notices.models import CalendarDay
from portal.shared.days import WEEKDAYS, format_day

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The calendar as it was when read: ask it as often as needed, it does not ask the database again."""

    exceptions: Mapping[date, bool]

    @classmethod
    def read(cls) -> Calendar:
        return cls(dict(CalendarDay.objects.values_list("day", "is_working")))

    def working_day(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < 5)

    def add_working_days(self, day: date, count: int) -> date:
        """The working day that comes so many working days after the day, or before it when negative."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _step in range(abs(count)):
            day += step
            while not self.working_day(day):
                day += step
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` comes first."""
        return self._worked_until(end) - self._worked_until(start)

    def _worked_until(self, day: date) -> int:
        """Counted, not walked: planning asks for thousands of deadlines, some years back."""
        days, sums = self._corrections
        weeks, rest = divmod(day.toordinal(), 7)  # day 1 of the era was a Monday
        return weeks * 5 + min(rest, 5) + sums[bisect_right(days, day)]

    @cached_property
    def _corrections(self) -> tuple[list[date], list[int]]:
        """Days that differ from their weekday, and how far the count is off after each of them."""
        odd = sorted(day for day, works in self.exceptions.items() if works != (day.weekday() < 5))
        shifts = (1 if self.exceptions[day] else -1 for day in odd)
        return odd, [0, *accumulate(shifts)]


def describe_day_off(day: date | None) -> str:
    """That this day is no working day, with its name in the calendar; empty for a working day.

    An order's day stands as it is written: the page only says what day it is.
    """
    return (
        describe_read_day_off(day, CalendarDay.objects.filter(day=day).values(*CALENDAR_COLUMNS).first())
        if day
        else ""
    )


CALENDAR_COLUMNS = ("is_working", "name")


def describe_read_day_off(day: date | None, row: Mapping[str, Any] | None) -> str:
    """As `describe_day_off`, where the calendar's row of the day was read already.

    `row` holds `CALENDAR_COLUMNS`; None when the calendar has no row for the day.
    """
    if day is None or (row["is_working"] if row else day.weekday() < 5):
        return ""
    values = {"weekday": _(WEEKDAYS[day.weekday()]), "day": format_day(day)}
    if row:
        return _("%(weekday)s %(day)s is a day off (%(name)s).") % {**values, "name": row["name"]}
    return _("%(weekday)s %(day)s is a day off.") % values
