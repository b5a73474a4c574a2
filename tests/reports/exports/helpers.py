"""What the tests of exports share."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.storage import default_storage
from django.http import QueryDict
from docx import Document as open_word
from openpyxl import load_workbook

from committees.models import Person
from reports import actions
from reports.models import Export
from tasks.lists import sheet

People = dict[str, Person]


def made(by: Person, report: str = "list", format: str = "xlsx", query: str = "") -> Export:
    """A file as a page makes it at once."""
    export = actions.ask_export(by=by, report=report, format=format, data=QueryDict(query))
    done = actions.make_export(export.pk, tell=False)
    assert done is not None
    done.refresh_from_db()
    return done


def sheet_of(export: Export) -> Any:
    assert export.state == Export.State.READY, export.problem
    return load_workbook(io.BytesIO(export.file.open("rb").read()))


def rows_of(export: Export) -> list[dict[str, Any]]:
    """The rows of the list by the names of its columns."""
    book = sheet_of(export)
    names = [column.name for column in sheet.COLUMNS]
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    head = next(number for number, line in enumerate(lines) if line[1] == str(sheet.COLUMNS[1].head))
    return [dict(zip(names, line, strict=True)) for line in lines[head + 1 :]]


def words_of(export: Export) -> str:
    word = open_word(io.BytesIO(export.file.read()))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in word.paragraphs] + cells + feet_of(word))


def feet_of(word: Any) -> list[str]:
    """What stands at the foot of the first page and of the others."""
    (section,) = word.sections
    return [foot.paragraphs[0].text for foot in (section.first_page_footer, section.footer)]


def stored() -> list[str]:
    try:
        folders, _files = default_storage.listdir("exports")
    except FileNotFoundError:
        return []
    return [
        name
        for year in folders
        for month in default_storage.listdir(f"exports/{year}")[0]
        for name in default_storage.listdir(f"exports/{year}/{month}")[1]
    ]
