"""What happens each working morning: plan what is owed, then send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from notices import kinds
from notices.calendar import Calendar
from notices.delivery.sender import Sent, send_owed
from notices.public_holidays import seed_around


@dataclass(frozen=True)
class Reminded:
    working_day: bool
    planned: int
    sent: Sent


def remind(on: date, seconds: float | None = None, at: datetime | None = None) -> Reminded:
    """Owe what is due on the day and send it; again or twice at once it owes and sends nothing twice.

    With `at` it sends what is due at that moment, outside the quiet hours; else all of the day.

    The calendar is filled here if nobody has: a forgotten command must not make a holiday a working day.
    """
    seed_around(on)
    if not Calendar.read().working_day(on):
        return Reminded(False, 0, Sent())
    planned = sum(plan(on) for plan in kinds.planners())
    return Reminded(True, planned, send_owed(on, seconds, at))
