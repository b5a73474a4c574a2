"""What happens each working morning: plan what is owed, then send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from notices import kinds
from notices.calendar import Calendar
from notices.delivery.sender import SendingResult, send_owed
from notices.public_holidays import fill_years_around


@dataclass(frozen=True)
class DailyRun:
    working_day: bool
    planned: int
    sent: SendingResult


def remind(on: date, seconds: float | None = None, at: datetime | None = None) -> DailyRun:
    """Owe what is due on the day and send it; again or twice at once it owes and sends nothing twice.

    With `at` it sends what is due at that moment, outside the quiet hours; else all of the day.

    The calendar is filled here if nobody has: a forgotten command must not make a holiday a working day.
    """
    fill_years_around(on)
    if not Calendar.read().working_day(on):
        return DailyRun(False, 0, SendingResult())
    planned = sum(plan(on) for plan in kinds.planners())
    return DailyRun(True, planned, send_owed(on, seconds, at))
