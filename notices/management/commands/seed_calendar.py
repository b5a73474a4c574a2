"""Fill the working calendar of the years that were never filled."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notices.public_holidays import FIRST_CALENDAR_YEAR, fill_years
from portal.shared.days import today

LAST = 2099  # the lunar tables behind Tết end there


class Command(BaseCommand):
    help = "Enters Vietnam's holidays, substitute days and make-up Saturdays; a filled year is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=int, default=FIRST_CALENDAR_YEAR, help="first year")
        parser.add_argument("--to", dest="last", type=int, default=today().year + 1, help="last year")

    def handle(self, *args: Any, first: int, last: int, **options: Any) -> None:
        if not 1995 <= first <= last <= LAST:
            raise CommandError(f"Give years from 1995 to {LAST}, the first not after the last.")
        self.stdout.write(f"{fill_years(first, last)} days entered for {first}–{last}.")
