"""`manage.py verify_counts`: whether the kept counts are what a new count of the tasks gives."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tasks.models.kept_counts import KeptCount, differences, recount


class Command(BaseCommand):
    help = "Verify that the kept counts of completed, suspended and withdrawn tasks are what is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="count again and keep that")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = differences()
        if wrong and not options["repair"]:
            tasks = sum(map(abs, wrong.values()))
            raise CommandError(
                f"{len(wrong)} counts are wrong, by {tasks} tasks together. --repair counts them again."
            )
        if options["repair"]:
            recount()
        total = sum(KeptCount.objects.added_up().values())
        self.stdout.write(f"{total} tasks are counted as they are; {len(wrong)} counts were repaired.")
