"""`manage.py load_scale`: a synthetic country of any size, for measuring."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from demo import scale
from portal.shared.days import today


class Command(BaseCommand):
    help = (
        "Write synthetic bodies, people and tasks beside what is there, for measuring. No event is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bodies", type=int, default=340)
        parser.add_argument("--people", type=int, default=2_000)
        parser.add_argument("--tasks", type=int, default=10_000)
        parser.add_argument("--yes", action="store_true", help="also where DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["yes"]:
            raise CommandError(
                _("This fills the database with invented tasks. Repeat with --yes if that is what you want.")
            )
        if options["bodies"] < 1 or options["people"] < 2 or options["tasks"] < 0:
            raise CommandError(_("Give at least 1 body and 2 people, and no negative number."))
        began = time.monotonic()
        scale.load(bodies=options["bodies"], people=options["people"], tasks=options["tasks"], today=today())
        summary = _("Loaded %(bodies)d bodies, %(people)d people and %(tasks)d tasks in %(seconds)d seconds.")
        self.stdout.write(summary % {**options, "seconds": round(time.monotonic() - began)})
