"""`manage.py prepare`: the database as this version of the portal needs it, before anything is started."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate the database; load the demonstration, or make sure that its accounts are closed."
    # All in one process and without the checks of the code, which `run.py check` makes: each start waits.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False)
        if not settings.DEBUG:
            call_command("forget_demo", check=True)
        elif "load_demo" in get_commands():  # somebody may have taken it out of a copy
            call_command("load_demo")
