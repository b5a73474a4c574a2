"""Days and moments in Vietnam time. The clock is read here and passed down as a day."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_noop

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

# Named here so that our catalogue says "Thứ Hai"; Django's own says "Thứ 2".
WEEKDAYS = (
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
)


def today() -> date:
    """The calendar day in Vietnam now, whatever zone the server or reader is in."""
    return timezone.localdate(timezone=VIETNAM)


def day_of(moment: datetime) -> date:
    """The Vietnamese calendar day of an aware moment."""
    return moment.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """The first moment of a day in Vietnam, aware."""
    return datetime.combine(day, time.min, VIETNAM)


def format_time(moment: datetime) -> str:
    """16:42: the time of day in Vietnam."""
    return moment.astimezone(VIETNAM).strftime("%H:%M")


def format_day(day: date) -> str:
    """28/09/2026: how a day is written everywhere, in both languages."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"
