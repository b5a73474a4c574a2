"""The periods of a recurring task and the day in each: plain arithmetic of days, no clock, no database."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

# How many months a period has; a week has none.
MONTHS_IN = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}

MAX_CYCLE_YEARS = 50

_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Cycle:
    """Something that falls due once in each period, between `starts_on` and `until`.

    `day` is 1 (Monday) to 7 of a week, else a day of the month `month` of the period; where that month is
    shorter, its last day.
    """

    every: str
    day: int
    starts_on: date
    until: date
    month: int = 1

    def period_of(self, day: date) -> date:
        """The first day of the period that holds the day; a week begins on Monday."""
        if self.every == "week":
            return day - timedelta(days=day.weekday())
        months = MONTHS_IN[self.every]
        return date(day.year, day.month - (day.month - 1) % months, 1)

    def after(self, period: date) -> date:
        """The first day of the next period."""
        if self.every == "week":
            return period + timedelta(days=7)
        return _later(period, MONTHS_IN[self.every])

    def due(self, period: date) -> date:
        """The day of the period that begins on this one."""
        if self.every == "week":
            return period + timedelta(days=self.day - 1)
        month = _later(period, self.month - 1)
        return month.replace(day=min(self.day, monthrange(month.year, month.month)[1]))

    def occurrences(self, since: date | None = None) -> Iterator[tuple[date, date]]:
        """First day and due day of each period in order, from the one that holds `since` to the end."""
        period = self.period_of(max(since, self.starts_on) if since else self.starts_on)
        while period <= self.until:
            due = self.due(period)
            if self.starts_on <= due <= self.until:
                yield period, due
            period = self.after(period)

    def next_due(self, on: date) -> date | None:
        """The first day from `on` that something falls due; None when the cycle is over."""
        return next((due for _period, due in self.occurrences(on) if due >= on), None)

    def words(self, period: date) -> str:
        """The period as a title names it: tháng 9/2026, quý IV/2026, tuần 47/2026, năm 2026."""
        match self.every:
            case "week":
                year, week, _day = period.isocalendar()
                return f"tuần {week}/{year}"
            case "month":
                return f"tháng {period.month}/{period.year}"
            case "quarter":
                return f"quý {_ROMAN[period.month // 3]}/{period.year}"
            case "half_year":
                return f"6 tháng {'đầu' if period.month == 1 else 'cuối'} năm {period.year}"
        return f"năm {period.year}"

    def words_en(self, period: date) -> str:
        match self.every:
            case "week":
                year, week, _day = period.isocalendar()
                return f"week {week}/{year}"
            case "month":
                return f"month {period.month}/{period.year}"
            case "quarter":
                return f"quarter {_ROMAN[period.month // 3]}/{period.year}"
            case "half_year":
                return f"{'first' if period.month == 1 else 'second'} half of {period.year}"
        return str(period.year)


def _later(first: date, months: int) -> date:
    """The first day of a month, so many months after another."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
