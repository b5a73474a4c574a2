"""A page of docs/ that a command writes from the code, and that `run.py check` compares with the code."""

from __future__ import annotations

import inspect
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


def first_paragraph(docstring: str | None) -> str:
    """The first paragraph of a docstring on one line; empty without a docstring."""
    return " ".join(inspect.cleandoc(docstring or "").split("\n\n")[0].split())


class WrittenPageCommand(BaseCommand):
    """Writes `page`; with --check it only fails, with the command to run, when the page is out of date."""

    requires_system_checks: list[str] = []
    page: str  # from the root of the repository
    command: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when the page is old.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / self.page
        text = self.write_page()
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {self.page}.")
        elif not path.exists() or self.comparable(path.read_text(encoding="utf-8")) != self.comparable(text):
            raise CommandError(
                f"{self.page} is not what the code says now: run .venv/bin/python manage.py {self.command}"
                " and commit the page."
            )

    def write_page(self) -> str:
        raise NotImplementedError

    def comparable(self, text: str) -> str:
        """The page without what may differ from the code until it is written the next time."""
        return text
