"""Received files for tests that begin where the checking ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from typing import IO, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook

from committees.models import Person
from committees.names.results import ReadName
from imports import actions as import_actions
from imports import meaning
from imports.actions import files as importing
from imports.models import Import, ImportRow
from imports.reading import reader, sandbox
from imports.reading.passed_over import passed_over_to_json
from imports.reading.rows import Content
from imports.types import CheckedRow, ColumnHeading, Due, FileRow, PassedOver, Problem
from tasks.models import Order

Received = Callable[..., Import]


def checked(number: str = "1", title: str = "Lập danh mục", **values: Any) -> CheckedRow:
    """A row as the checking hands it over; `row` are further words of the file."""
    words = {"row": 5, "table": "1", "number": number, "title": title, **values.pop("row", {})}
    values = {"due": Due("30/6/2026", "day", date(2026, 6, 30)), **values}
    return CheckedRow(FileRow(**words), **values)


def unknown(words: str, *nearest: int) -> dict[str, Any]:
    """A lead that is no body the portal knows."""
    problem = Problem("lead", "unknown_body", {"words": words})
    return {"lead": (ReadName(words, nearest=nearest),), "problems": (problem,)}


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read by this process; `test_limits.py` asks that another one gives the same."""

    def answer(file: IO[bytes], name: str) -> Any:
        return json.loads(json.dumps(reader.answer(file, name)))

    monkeypatch.setattr(sandbox, "_answer", answer)


@pytest.fixture
def received(order: Order, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Received:
    """`received([row, …])`: an import whose file was read as these rows, by its job."""

    def make(rows: Sequence[CheckedRow], passed_over: Sequence[PassedOver] = ()) -> Import:
        monkeypatch.setattr(importing, "read_tables", lambda file, name: [])
        content = Content([one.read for one in rows], list(passed_over), [])
        monkeypatch.setattr(importing, "content_of", lambda found, answers: content)
        monkeypatch.setattr(importing, "check", lambda found, order, progress: rows)
        file = SimpleUploadedFile("phu-luc.xlsx", workbook())
        imported = import_actions.start_import(order=order, file=file, by=people["secretary"])
        import_actions.read_import(imported.pk)
        imported.refresh_from_db()
        return imported

    return make


COST = PassedOver("column", "1", "Kinh phí", 5, columns=(ColumnHeading("kinh phi", "Kinh phí", "G"),))
"""A column whose meaning nobody knows."""


def read_as(
    order: Order, rows: Sequence[CheckedRow], by: Person, passed_over: Sequence[PassedOver] = (COST,)
) -> Import:
    """The same put there without a file."""
    imported = Import.objects.create(
        order=order,
        by=by,
        at=timezone.now(),
        file_name="phu-luc.xlsx",
        file="imports/none.xlsx",
        state="ready",
        passed_over=passed_over_to_json(passed_over),
    )
    found = meaning.import_rows(rows, order)
    for row in found:
        row.of = imported
    ImportRow.objects.bulk_create(found)
    return imported


def workbook(*rows: Sequence[str]) -> bytes:
    """An Excel file with these rows."""
    kept, book = BytesIO(), Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(kept)
    return kept.getvalue()


TABLE = workbook(["STT", "Nhiệm vụ", "Thời hạn"], ["1", "Lập danh mục", "30/6/2026"])
