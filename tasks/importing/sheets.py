"""The visible sheets of an Excel workbook, read as a stream: what each cell shows, how far it is merged."""

from __future__ import annotations

import re
import zipfile
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import COL_TAG, MERGE_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from portal.shared.text import legible
from tasks.importing.problems import COLUMNS, ROWS, damaged, swollen, too_many_columns, too_many_rows
from tasks.importing.types import Cell, Line, Table

Row = dict[int, Cell]
"""Column, counted from 1 → cell."""

STRINGS = 20 * ROWS
"""Different texts of a workbook."""

_STRING = re.compile(rb"<(?:\w+:)?si[ >/]")
_DECIMALS = re.compile(r"0\.(0+)")
_IN_QUOTES = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
MONTH_FIRST = " (mm/dd/yyyy)"
"""Stands behind a day whose month may be its day: no deadline is read with it."""
_NO_MONTH_FIRST = re.compile(r"(1[3-9]|2\d|3[01])[/.-]\d{1,2}[/.-]\d{4}")
_MONTH_FIRST = re.compile(r"m{1,2}\W*d")
_OF_THE_READER = ("mm-dd-yy", "m/d/yy h:mm")
"""Formats 14 and 22 of Excel: it shows them in the order of whoever opens the file."""
_ESCAPED = re.compile(r"_x000[dD]_")


def tables_of(package: zipfile.ZipFile, main: str) -> list[Table]:
    for part in package.namelist():
        # openpyxl reads them all before the first cell, each with the care of a formatted text.
        if part.endswith("sharedStrings.xml") and len(_STRING.findall(package.read(part))) > STRINGS:
            raise swollen()
    book = load_workbook(package.fp, read_only=True, keep_links=False)  # type: ignore[arg-type]
    seen = (sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
    return [_table_of(sheet) for sheet in seen if isinstance(sheet, ReadOnlyWorksheet)]


def _table_of(sheet: ReadOnlyWorksheet) -> Table:
    rows: dict[int, Row] = {}
    formulas: list[str] = []
    merged: list[str] = []
    hidden: set[int] = set()
    days: dict[int, dict[int, date]] = defaultdict(dict)
    for number, cells in _rows_of(sheet, merged, hidden):
        row = {}
        for cell in cells:
            if cell.data_type == "f":
                formulas.append(cell.coordinate)
            elif text := shown(cell):
                if cell.column > COLUMNS:
                    raise too_many_columns()
                row[cell.column] = Cell(text, bold=bool(cell.font.b))
                if isinstance(cell.value, date):
                    days[cell.column][number] = cell.value
        if row:
            rows[number] = row
        if len(rows) > ROWS:
            raise too_many_rows()
    for column, found in days.items():
        _doubt_turned(rows, column, found)
    _merge(rows, merged)
    lines = [Line(number, _in_order(rows[number])) for number in sorted(rows)]
    return Table(legible(sheet.title), lines, tuple(formulas), hidden=frozenset(hidden))


def _rows_of(
    sheet: ReadOnlyWorksheet, merged: list[str], hidden: set[int]
) -> Iterator[tuple[int, list[ReadOnlyCell]]]:
    """The rows that are there; `merged` cells and `hidden` columns are known when they have all been read."""
    # Its own reader of rows says nothing of merged cells, and fills every gap up to the last row of a sheet.
    book: Any = sheet.parent
    stream: Any = sheet
    with stream._get_source() as source:
        parser = WorkSheetParser(
            source,
            stream._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for _event, element in iterparse(source):
            if element.tag == ROW_TAG:
                number, cells = parser.parse_row(element)
                yield number, [ReadOnlyCell(sheet, **cell) for cell in cells if cell["value"] is not None]
                element.clear()
            elif element.tag == COL_TAG and element.get("hidden") in ("1", "true"):
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                hidden.update(range(first - 1, min(last, COLUMNS)))
            elif element.tag == MERGE_TAG:
                merged += [child.get("ref", "") for child in element]


def _doubt_turned(rows: dict[int, Row], column: int, days: dict[int, date]) -> None:
    """An English Excel takes 06/07 for June and leaves 30/6 as text: beside such texts none is sure."""
    texts = (row[column].text for number, row in rows.items() if column in row and number not in days)
    if any(day.day > 12 for day in days.values()) or not any(map(_NO_MONTH_FIRST.fullmatch, texts)):
        return
    for number, day in days.items():
        cell = rows[number][column]
        if day.day != day.month and not cell.text.endswith(MONTH_FIRST):
            rows[number][column] = replace(cell, text=cell.text + MONTH_FIRST)


def _merge(rows: dict[int, Row], merged: list[str]) -> None:
    """Say how wide merged cells are, and repeat their text in the rows below that they reach."""
    numbers = sorted(rows)
    left_to_merge = sum(map(len, rows.values())) + 100 * len(rows)
    for ref in merged:
        left, top, right, bottom = (bound or 1 for bound in range_boundaries(ref))
        first, width = rows.get(top, {}).get(left), right - left + 1
        for number in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]:
            row = rows[number]
            left_to_merge -= 1
            if left_to_merge < 0:
                raise damaged()  # a cell is merged once at most, so these lie over each other
            for hidden in [column for column in row if left <= column <= right]:
                del row[hidden]
            if first:
                row[left] = replace(first, width=width, continues=number > top)


def _in_order(row: Row) -> tuple[Cell, ...]:
    empty = Cell()
    return tuple(row.get(column, empty) for column in range(1, max(row, default=0) + 1))


def shown(cell: ReadOnlyCell) -> str:
    """What Excel shows of a value, days and decimals as Vietnam writes them."""
    value: Any = cell.value
    if isinstance(value, str):
        return _ESCAPED.sub("", value).strip()
    if isinstance(value, datetime | date):
        return _day(value, _IN_QUOTES.sub("", cell.number_format.lower()))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return _number(value, cell.number_format)


def _day(value: date, form: str) -> str:
    """A cell that shows only month and year names no day, whatever Excel keeps behind it; nor a year."""
    if "general" in form:
        return f"{value.day}/{value.month}/{value.year}"
    if "y" not in form:
        return f"{value.day}/{value.month}" if "d" in form else f"tháng {value.month}"
    if "d" in form:
        day = f"{value.day}/{value.month}/{value.year}"
        # Shown as 06/07/2026 it is 6 July to whoever reads it in Vietnam: neither is taken.
        unsure = value.day <= 12 and value.day != value.month and form not in _OF_THE_READER
        return f"{day}{MONTH_FIRST}" if unsure and _MONTH_FIRST.match(form) else day
    return f"{value.month}/{value.year}" if "m" in form else str(value.year)


def _number(value: float, form: str) -> str:
    decimals = _DECIMALS.search(form)
    if "%" in form:
        value, unit = value * 100, "%"
    else:
        unit = ""
    if decimals:
        return f"{value:.{len(decimals[1])}f}{unit}"
    return f"{value:.10g}{unit}"


def place(row: int, column: int) -> str:
    """As Excel names a cell; `column` counts from 0."""
    return f"{get_column_letter(column + 1)}{row}"
