"""Plan and send by hand what the clock does each working morning."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from notices import daily_run
from notices.calendar import Calendar
from portal.shared.day_fields import validate_day
from portal.shared.days import format_day, today


class Command(BaseCommand):
    help = "Plans and sends the letters of a day. Running it again sends nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", help="the day, YYYY-MM-DD; today without it")

    def handle(self, *args: Any, on: str | None, **options: Any) -> None:
        day = parse_day(on) if on else today()
        done = daily_run.remind(day)
        if not done.working_day:
            after = Calendar.read().add_working_days(day, 1)
            self.stdout.write(
                f"{format_day(day)} is a day off: nothing is sent."
                f" What is owed goes out on {format_day(after)}."
            )
            return
        sent = done.sent
        self.stdout.write(
            f"{format_day(day)}: {done.planned} notices planned; {sent.letters} letters sent with "
            f"{sent.notices} notices; {sent.dropped} notices dropped; {sent.failed} letters failed."
        )
        if sent.failed:
            self.stderr.write(
                "The letters that failed, and what happened to each, are in the admin under Letters."
            )


def parse_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        validate_day(day)
    except ValidationError as error:
        raise CommandError(error.messages[0]) from None
    except ValueError:
        raise CommandError(f"Write the day as YYYY-MM-DD, not {text!r}.") from None
    return day
