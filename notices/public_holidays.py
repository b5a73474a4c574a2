"""Filling the working calendar: public holidays, substitute days off and make-up Saturdays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.metadata import version

import holidays
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from notices.actions import save_calendar_day
from notices.models import CalendarDay

# The oldest deadlines of the programme.
FIRST_CALENDAR_YEAR = 2025

MAKE_UP_DAY = "Ngày làm việc bù"

# Swaps of the State sector that the package does not know: day → works, name, source.
GOVERNMENT_SWAPS: dict[date, tuple[bool, str, str]] = {
    date(2026, 1, 2): (False, "Ngày nghỉ (thay cho ngày 10/01/2026)", "Bộ Nội vụ, 25/12/2025"),
    date(2026, 1, 10): (True, MAKE_UP_DAY, "Bộ Nội vụ, 25/12/2025"),
}


def fill_years(first: int, last: int) -> int:
    """Fill the years that were never filled; gives how many days were entered.

    A filled year is left alone, so what an administrator changed or deleted stays so.
    """
    return sum(_fill(year) for year in range(first, last + 1) if not _is_filled(year))


def fill_years_around(day: date) -> int:
    """Fill the first year to the one after the day, as far as reminders of that day may look."""
    return fill_years(min(FIRST_CALENDAR_YEAR, day.year), day.year + 1)


def _is_filled(year: int) -> bool:
    return CalendarDay.objects.filter(day__year=year, seeded=True).exists()


def _fill(year: int) -> int:
    known = set(CalendarDay.objects.filter(day__year=year).values_list("day", flat=True))
    new = [day for day in _days(year) if day.day not in known]
    try:
        with transaction.atomic():
            for day in new:
                save_calendar_day(day=day, by=None)
    except (ValidationError, IntegrityError):
        if not _is_filled(year):  # else another process was filling the same year
            raise
        return 0
    return len(new)


def _days(year: int) -> Iterator[CalendarDay]:
    # The language is given: without it the package follows the locale of the process.
    vietnam = holidays.country_holidays("VN", years=year, language="vi")
    source = f"holidays {version('holidays')}"
    days = {day: (False, name, source) for day, name in vietnam.items()}
    days |= dict.fromkeys(vietnam.weekend_workdays, (True, MAKE_UP_DAY, source))
    days |= GOVERNMENT_SWAPS
    for day, (is_working, name, source_of_day) in sorted(days.items()):
        if day.year == year:
            yield CalendarDay(
                day=day, is_working=is_working, name=name[:200], source=source_of_day, seeded=True
            )
