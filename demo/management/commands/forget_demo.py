"""`manage.py forget_demo`: the demonstration is over, its accounts are closed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from demo import accounts
from portal.env import Misconfigured


class Command(BaseCommand):
    help = (
        "Close the accounts of the demonstration: no sign-in, no office, no administration. Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where DEBUG is off and there are any"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            try:
                accounts.refuse_open_accounts()
            except Misconfigured as sentence:
                raise CommandError(str(sentence)) from None
            return
        number = accounts.close_all()
        if not number:
            self.stdout.write(_("There is no demo account to close; nothing was changed."))
            return
        closed = _("Demo accounts closed: %(number)d. Nobody signs in with them, and they hold no office.")
        self.stdout.write(closed % {"number": number})
        self.stdout.write(
            _(
                "Their rows stay, because the audit trail and the tasks name them; so do the bodies, orders"
                " and tasks of the demo. For a portal without any of it, begin with an empty database."
            )
        )
