"""Which days the State works on, from a written list."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

ONE = timedelta(days=1)

# The calendar, as it was announced: from which day to which nobody works, and the Saturdays that make up.
# 2025: the Government's office on Tết and National Day, and 2/5 for Saturday 26/4. 2026: the Ministry of Home
# Affairs on Tết (nine days), 31/8 for Saturday 22/8, 2/1 for Saturday 10/1; Hùng Kings fall on a Sunday, so
# the Monday after; 24/11 from this year on. 2027: the Labour Code alone, art. 111 and 112.
REST = """
2025-01-01 2025-01-01  2025-01-25 2025-02-02  2025-04-05 2025-04-07  2025-04-30 2025-05-04
2025-08-30 2025-09-02  2026-01-01 2026-01-04  2026-02-14 2026-02-22  2026-04-25 2026-04-27
2026-04-30 2026-05-03  2026-08-29 2026-09-02  2026-11-24 2026-11-24  2027-01-01 2027-01-03
2027-02-04 2027-02-10  2027-04-16 2027-04-18  2027-04-30 2027-05-03  2027-09-02 2027-09-05
2027-11-24 2027-11-24
"""
MADE_UP = "2025-04-26 2026-01-10 2026-08-22"


def _worked() -> Iterator[date]:
    ends = [date.fromisoformat(day) for day in REST.split()]
    rest = list(zip(ends[::2], ends[1::2], strict=True))
    made_up = {date.fromisoformat(day) for day in MADE_UP.split()}
    day = date(2025, 1, 1)
    while day.year < 2028:
        weekend = day.weekday() in (5, 6)
        if day in made_up or not (weekend or any(first <= day <= last for first, last in rest)):
            yield day
        day += ONE


WORKED = list(_worked())
"""Every day of 2025 to 2027 on which the State works, in order."""


def works(day: date) -> bool:
    return WORKED[bisect_right(WORKED, day) - 1] == day


def worked_before(day: date, count: int) -> date:
    """Counted back from the day itself, or from the last day worked before it."""
    return WORKED[bisect_right(WORKED, day) - 1 - count]


def worked_after(day: date, count: int) -> date:
    return WORKED[bisect_right(WORKED, day) - 1 + count]


def next_worked(day: date) -> date:
    """The day itself, or the first one worked after it."""
    return WORKED[bisect_left(WORKED, day)]
