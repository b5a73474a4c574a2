"""`manage.py load_demo`: real orders and bodies with invented progress, for looking around."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from demo.load import load


class Command(BaseCommand):
    help = "Load the demo: real bodies, orders and tasks, invented people and progress. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                _("The demo has accounts with a known password. Set DEBUG=1 on a machine for trying out.")
            )
        new = load()
        if not new:
            self.stdout.write(_("The demo is loaded already; nothing was changed."))
            return
        summary = _("Demo loaded: %(bodies)d bodies, %(people)d people, %(orders)d orders, %(tasks)d tasks.")
        self.stdout.write(summary % vars(new))
