"""`manage.py import_tasks FILE --body CODE --order NUMBER`: what the import makes of a received file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from committees.models import Body, Person
from imports import actions as import_actions
from imports.checks import check
from imports.models import Import
from imports.problems import problem_sentence
from imports.reading.column_answers import remembered_answers
from imports.reading.passed_over import sentence_for
from imports.reading.rows import NothingRead, content_of
from imports.reading.sandbox import read_tables
from imports.types import CheckedRow, PassedOver, Problem
from portal.shared.day_fields import validate_day
from portal.shared.days import format_day
from portal.shared.text import number_key
from portal.shared.verdicts import Refused
from tasks.models import Order


class Command(BaseCommand):
    help = (
        "Reads the tasks of a Word or Excel file as the import on the order's page does. "
        "Nothing is written without --commit."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the .xlsx or .docx file")
        parser.add_argument("--body", required=True, help="code of the body that gives the tasks")
        parser.add_argument("--order", required=True, help="number of the order, e.g. 11-KH/BCĐ")
        parser.add_argument("--dated", help="the order's day, YYYY-MM-DD, where several have the number")
        parser.add_argument("--json", action="store_true", help="print the rows as JSON")
        parser.add_argument("--commit", action="store_true", help="write the rows as drafts, all or none")
        parser.add_argument(
            "--by", help="whose import it is (username); whoever entered the order without it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        order = order_of(options["body"], options["order"], options["dated"])
        try:
            with Path(options["file"]).open("rb") as file:
                content = content_of(
                    read_tables(file, Path(options["file"]).name), remembered_answers(order.body)
                )
                checked = check(content.rows, order)
                written = self._write(file, order, options["by"]) if options["commit"] else None
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be opened: %(reason)s.")
                % {"file": options["file"], "reason": error.strerror}
            ) from None
        except NothingRead as error:
            raise CommandError("\n".join([*error.messages, *map(sentence_for, error.passed_over)])) from None
        except (ValidationError, Refused) as error:
            raise CommandError("\n".join(getattr(error, "messages", [str(error)]))) from None
        if options["json"]:
            output = {
                "rows": [plain(row) for row in checked],
                "passed_over": [plain_passed_over(entry) for entry in content.passed_over],
            }
            self.stdout.write(json.dumps(output, ensure_ascii=False))
        else:
            self._say(checked, content.passed_over, written)

    def _write(self, file: Any, order: Order, username: str | None) -> Import:
        by = person_of(username, order)
        file.seek(0)
        imported: Import | None = None
        try:
            with transaction.atomic():
                imported = import_actions.start_import(
                    order=order, file=File(file, Path(file.name).name), by=by
                )
                import_actions.read_import(imported.pk, in_line=False)
                imported.refresh_from_db()
                return import_actions.write_import(imported=imported, by=by)
        except Exception:
            if imported:
                imported.file.delete(save=False)  # no row of the database knows of it any more
            raise

    def _say(
        self, checked: Sequence[CheckedRow], passed_over: Sequence[PassedOver], written: Import | None
    ) -> None:
        for row in checked:
            read = row.read
            lead = "; ".join(name.words for name in row.lead)
            self.stdout.write(f"{read.table}!{read.row}\t{read.number}\t{read.title}\t{lead}\t{due_of(row)}")
            for problem in row.problems:
                self.stdout.write(f"\t{place_of(problem, row)}: {problem_sentence(problem)}")
        for entry in passed_over:
            self.stdout.write(sentence_for(entry))
        unsure = sum(bool(row.problems) for row in checked)
        summary = _("%(rows)d rows read, %(unsure)d of them to be looked at.")
        self.stdout.write(summary % {"rows": len(checked), "unsure": unsure})
        if written is None:
            self.stdout.write(_("Nothing was written. Add --commit to write them as drafts."))
        else:
            drafts = written.rows.filter(task__isnull=False).count()
            self.stdout.write(
                _("%(drafts)d drafts written under %(order)s.") % {"drafts": drafts, "order": written.order}
            )


def order_of(code: str, number: str, dated: str | None) -> Order:
    """The order in the register; one that is not there yet can be tried but not written under."""
    body = Body.objects.filter(code=code).first()
    if body is None:
        raise CommandError(_("No body has the code %(code)s.") % {"code": code})
    matching = body.orders.filter(number_key=number_key(number))
    if dated:
        matching = matching.filter(issued_on=day_of(dated))
    orders = list(matching[:2])
    if len(orders) > 1:
        raise CommandError(_("Several orders have the number %(number)s: add --dated.") % {"number": number})
    return orders[0] if orders else Order(body=body, number=number)


def day_of(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        validate_day(day)
    except ValidationError as error:
        raise CommandError(error.messages[0]) from None
    except ValueError:
        raise CommandError(_("Write the day as YYYY-MM-DD, not %(text)s.") % {"text": text}) from None
    return day


def person_of(username: str | None, order: Order) -> Person:
    """Who answers for what is written: rules and audit ask it of a command as of every door."""
    if not order.pk:
        raise CommandError(
            _("%(number)s is not in the register of %(body)s. Enter the order first.")
            % {"number": order.number, "body": order.body.name_vi}
        )
    if username is None and order.created_by:
        return order.created_by
    by = Person.objects.filter(username=username or "").first()
    if by is None:
        raise CommandError(_("Say with --by whose import it is: the username of a person."))
    return by


def plain(row: CheckedRow) -> dict[str, Any]:
    read = row.read
    return {
        "row": read.row,
        "number": read.number,
        "parent": read.parent_number or None,
        "title": read.title,
        "pillar": read.pillar,
        "lead": [name.words for name in row.lead],
        "coordinating": [name.words for name in row.coordinating],
        "deliverable": read.deliverable,
        "due_on": row.due.on.isoformat() if row.due.on else None,
        "due_kind": str(row.due.kind),
        "due_words": row.due.words,
        "problems": [
            {
                "field": problem.field,
                "cell": place_of(problem, row),
                "code": problem.code,
                "says": problem_sentence(problem),
            }
            for problem in row.problems
        ],
    }


def plain_passed_over(entry: PassedOver) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "table": entry.table,
        "row": entry.row,
        "name": entry.name,
        "columns": [column.words or column.letter for column in entry.columns],
        "says": sentence_for(entry),
    }


def due_of(row: CheckedRow) -> str:
    return format_day(row.due.on) if row.due.on else row.due.words


def place_of(problem: Problem, row: CheckedRow) -> str:
    """The cell as Excel names it, with its sheet or the number of its table."""
    cell = row.read.cells.get(problem.field, str(row.read.row))
    return f"{row.read.table}!{cell}"
