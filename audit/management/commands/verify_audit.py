"""Count the chain of events again, or write it out for a check elsewhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.models import GENESIS, Event


class Command(BaseCommand):
    help = "Verify that no event was changed, removed or put in between."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", action="store_true", help="print 'digest content' lines instead")

    def handle(self, *args: Any, **options: Any) -> None:
        digest, count = GENESIS, 0
        for event in Event.objects.order_by("pk").iterator():
            if options["export"]:
                self.stdout.write(f"{event.digest} {event.content()}")
            elif event.seal(digest) != event.digest:
                raise CommandError(f"Event {event.pk} does not follow from the one before it.")
            digest, count = event.digest, count + 1
        if not options["export"]:
            self.stdout.write(f"{count} events, the chain is whole. Last digest: {digest}")
