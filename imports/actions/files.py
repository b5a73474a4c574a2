"""A received file: taken in, read in the background, or dropped."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import DatabaseError, transaction
from django.utils import timezone

from committees.models import Person
from imports import round_trip
from imports import rules as import_rules
from imports.actions.common import lock_import, record_import_event, save_state
from imports.checks import check
from imports.meaning import import_rows
from imports.models import Import, ImportRow
from imports.problems import refusal
from imports.reading.beginning import check_beginning
from imports.reading.column_answers import remembered_answers
from imports.reading.passed_over import passed_over_to_json
from imports.reading.rows import NothingRead, content_of
from imports.reading.sandbox import ReaderDied, read_tables
from imports.types import ColumnHeading, PassedOver
from portal.shared import uploads
from portal.shared.background import queue
from tasks.models import Order

JOB = "imports.jobs.read_import"

# How often a file is read of which the reading, or the worker, dies.
MAX_TRIES = 2
# A reading that gave no sign of life for so long is one of a worker that is gone.
ABANDONED_AFTER = timedelta(minutes=3)
# A file that the disk does not give back by then.
GIVEN_UP_AFTER = timedelta(hours=1)

State = Import.State

log = logging.getLogger(__name__)


@transaction.atomic
def start_import(*, order: Order, file: File[Any], by: Person) -> Import:
    """Take a received file; it is read in the background, and nothing is written of it yet."""
    right = import_rules.may_import(by, order).or_raise()
    name = uploads.clean_name(file.name or "")
    try:
        uploads.check_file(file)
        check_beginning(file, name)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    file.seek(0)
    imported = Import(order=order, by=by, at=timezone.now(), file_name=name)
    file.name = uploads.stored_name(name)
    imported.file = file
    imported.save()
    record_import_event(imported, "import_started", by, right, file_name=name)
    queue(JOB, imported.pk)
    return imported


def read_import(pk: int, *, in_line: bool = True) -> None:
    """Read the file and check its rows. It may be run twice, at once, or again after a crash.

    One file is read at a time, so that however many are sent, the other processes of a worker are free for
    letters. Then the next one is queued; one of which the reading died goes to the end of the line. A command
    does not stand in it.
    """
    imported = _claim(pk) if in_line else _waiting(pk)
    if imported is None:
        return
    _read_or_fail(imported)
    if in_line and (next_pk := next_import()) is not None:
        # One that is being read already is not begun again by that.
        queue(JOB, next_pk)


def next_import() -> int | None:
    """The file that waits longest."""
    waiting = Import.objects.filter(state=State.READING).order_by("tries", "pk")
    return waiting.values_list("pk", flat=True).first()


def _waiting(pk: int) -> Import | None:
    return Import.objects.filter(pk=pk, state=State.READING).select_related("order__body", "by").first()


@transaction.atomic
def _claim(pk: int) -> Import | None:
    """The import, if it waits and nothing else is being read; who asks at the same time waits here."""
    now = timezone.now()
    waiting = list(
        Import.objects.filter(state=State.READING)
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk", "read_since")
    )
    if any(since and since > now - ABANDONED_AFTER for _pk, since in waiting):
        return None
    imported = _waiting(pk)
    if imported is None:
        return None
    if imported.tries >= MAX_TRIES:
        # Both times whoever read it was gone before it could say why.
        _fail(imported, refusal("too_heavy"))
        return None
    imported.tries, imported.read_since = imported.tries + 1, now
    imported.save(update_fields=["tries", "read_since"])
    return imported


def _read_or_fail(imported: Import) -> None:
    try:
        rows, passed_over = _read(imported)
    except ReaderDied as death:
        if imported.tries < MAX_TRIES:
            _release(imported)
        else:
            _fail(imported, death)
    except NothingRead as error:
        # What was said of columns can be changed where the file is read no more because of it.
        answered = [
            PassedOver("answered", "", key, field=meaning, columns=(ColumnHeading(key, key, ""),))
            for key, meaning in imported.columns.items()
        ]
        _fail(imported, error, [*error.passed_over, *answered])
    except ValidationError as error:
        _fail(imported, error)
    except (DatabaseError, OSError):
        # Not the file's fault: the sweep of the next minute tries again.
        if (imported.read_again_at or imported.at) < timezone.now() - GIVEN_UP_AFTER:
            _fail(imported, refusal("unreadable"))
        else:
            _release(imported, tries=imported.tries - 1)
        raise
    except Exception:
        log.exception("Import %s could not be read.", imported.pk)
        _fail(imported, refusal("unreadable"))
    else:
        _finish(imported, rows, passed_over)


def _release(imported: Import, **values: Any) -> None:
    Import.objects.filter(pk=imported.pk, state=State.READING).update(read_since=None, **values)


def _read(imported: Import) -> tuple[list[ImportRow], list[PassedOver]]:
    """The rows, and what was not read of the file."""
    with imported.file.open("rb") as file:
        tables = read_tables(file, imported.file_name)
    returned = round_trip.returned_lines(tables, imported.by.language)
    answers = {
        **remembered_answers(imported.order.body),
        **imported.columns,
        **(round_trip.heading_answers() if returned else {}),
    }
    content = content_of(tables, answers)
    new = [row for row in content.rows if (row.table, row.row) not in returned]
    progress = _Progress(imported, len(new) + len(returned))
    new_rows = import_rows(check(new, imported.order, progress.report), imported.order)
    change_rows = round_trip.change_rows(returned.values(), imported.by, after=len(new_rows))
    # Every column of a sheet that the portal wrote is known.
    exported = {table for table, _row in returned}
    passed_over = [
        entry for entry in (*content.passed_over, *content.answered) if entry.table not in exported
    ]
    return [*new_rows, *change_rows], passed_over


class _Progress:
    """How many rows are checked, for the page that asks; written a hundred times at most."""

    def __init__(self, imported: Import, total: int) -> None:
        self.reading = Import.objects.filter(pk=imported.pk, state=State.READING)
        self.total, self.reported = total, 0
        self.reading.update(total=total)

    def report(self, checked: int) -> None:
        if checked - self.reported >= max(1, self.total // 100):
            self.reported = checked
            self.reading.update(checked=checked, read_since=timezone.now())


@transaction.atomic
def _finish(imported: Import, rows: list[ImportRow], passed_over: list[PassedOver]) -> None:
    # Another worker may have been quicker, or somebody dropped the file meanwhile.
    imported = lock_import(imported)
    if imported.state != State.READING:
        return
    for row in rows:
        row.of = imported
    ImportRow.objects.bulk_create(rows, batch_size=500)
    imported.total = imported.checked = max(imported.total, len(rows))
    imported.passed_over = passed_over_to_json(passed_over)
    save_state(imported, State.READY, "import_read", None, None, rows=len(rows))


@transaction.atomic
def _fail(imported: Import, error: ValidationError, passed_over: Collection[PassedOver] = ()) -> None:
    """The reason is kept as code and values: the sentence is made for whoever reads it."""
    imported = lock_import(imported)
    if imported.state == State.READING:
        imported.passed_over = passed_over_to_json(passed_over)
        imported.problem, imported.problem_values = error.code or "unreadable", dict(error.params or {})
        save_state(imported, State.FAILED, "import_failed", None, None, problem=imported.problem)


@transaction.atomic
def drop_import(*, imported: Import, by: Person) -> Import:
    """Nothing of the file is written, and it is kept no longer."""
    imported = lock_import(imported)
    right = import_rules.may_drop_import(by, imported).or_raise()
    imported.rows.all().delete()
    name = imported.file.name
    imported.problem, imported.problem_values = "", {}
    imported.passed_over, imported.ended_at = [], timezone.now()
    save_state(imported, State.DROPPED, "import_dropped", by, right)
    transaction.on_commit(lambda: imported.file.storage.delete(str(name)), robust=True)
    return imported
