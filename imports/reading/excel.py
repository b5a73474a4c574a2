"""The visible sheets of an Excel workbook, read as a stream: what each cell shows, how far it is merged.

Only the parts that say so are read, so that damage anywhere else in a workbook does no harm.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from lxml.etree import _Element as Element
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from imports.problems import MAX_COLUMNS, MAX_ROWS, refusal, too_many_columns, too_many_rows
from imports.reading.cell_text import CellText, TextRuns
from imports.reading.package import Package
from imports.types import Cell, Line, Table
from portal.shared.text import legible

# Column, counted from 1 → cell.
Row = dict[int, Cell]

# Different texts of a workbook.
MAX_STRINGS = 20 * MAX_ROWS

# Merged ranges of a sheet.
MAX_MERGED = 4 * MAX_ROWS

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ROW, CELL, COL, MERGED = (f"{_NS}{name}" for name in ("row", "c", "col", "mergeCell"))
VALUE, FORMULA, INLINE, TEXT, RUN, ITEM = (f"{_NS}{name}" for name in ("v", "f", "is", "t", "r", "si"))

_COORDINATE = re.compile(r"\$?([A-Za-z]{1,3})\$?\d{1,7}")
_DECIMALS = re.compile(r"0\.(0+)")
_IN_QUOTES = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_SHOWS_NOTHING = re.compile(r";;;?")
# Stands behind a day whose month may be its day: no deadline is read with it.
MONTH_FIRST = " (mm/dd/yyyy)"
_NO_MONTH_FIRST = re.compile(r"(1[3-9]|2\d|3[01])[/.-]\d{1,2}[/.-]\d{4}")
_MONTH_FIRST = re.compile(r"m{1,2}\W*d")
# Formats 14 and 22 of Excel: it shows them in the order of whoever opens the file.
_OF_THE_READER = ("mm-dd-yy", "m/d/yy h:mm")
_ESCAPED = re.compile(r"_x000[dD]_")
_WHITE = ("FFFFFF", "FFFFFFFF", "00FFFFFF")
_OFF = ("0", "false", "off", "none")


@dataclass(frozen=True)
class Look:
    """What a format of a workbook makes of a value."""

    form: str = "General"
    bold: bool = False
    struck: bool = False
    white: bool = False


@dataclass
class Book:
    epoch: datetime = WINDOWS_EPOCH
    strings: list[CellText] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def look(self, style: str) -> Look:
        place = int(style or 0)
        return self.looks[place] if place < len(self.looks) else Look()


def tables_of(package: Package, main: str) -> list[Table]:
    workbook, relations = package.tree(main), package.relations(main)
    properties = workbook.find(f"{_NS}workbookPr")
    old = properties is not None and _is_on(properties.get("date1904", "0"))
    book = Book(
        MAC_EPOCH if old else WINDOWS_EPOCH,
        _strings(package, package.related(main, "sharedStrings")),
        _looks(package, package.related(main, "styles")),
    )
    tables = []
    for sheet in workbook.iter(f"{_NS}sheet"):
        relation = relations.get(sheet.get(_ID, ""))
        if relation is None or relation.kind != "worksheet":
            continue  # a sheet that is one chart
        name = legible(sheet.get("name", ""))
        if sheet.get("state", "visible") != "visible":
            tables.append(Table(name, [], hidden=True))
        elif relation.target:
            tables.append(_table_of(package, relation.target, name, book))
        else:
            raise refusal("damaged")
    return tables


def _table_of(package: Package, part: str, name: str, book: Book) -> Table:
    rows: dict[int, Row] = {}
    unseen: set[int] = set()
    hidden: set[int] = set()
    merged: list[str] = []
    days: dict[int, dict[int, date]] = defaultdict(dict)
    number = 0
    for element in package.stream(part, COL, ROW, MERGED):
        if element.tag == COL:
            if _is_hidden(element, "width"):
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                hidden |= set(range(first, min(last, MAX_COLUMNS) + 1))
        elif element.tag == MERGED:
            merged.append(element.get("ref", ""))
            if len(merged) > MAX_MERGED:
                raise refusal("swollen")
        else:
            number = int(element.get("r") or number + 1)
            row, days_in_row = _row(element, book, hidden)
            for column, day in days_in_row.items():
                days[column][number] = day
            if row:
                rows[number] = row
            if _is_hidden(element, "ht"):
                unseen.add(number)
            if len(rows) > MAX_ROWS:
                raise too_many_rows()
    for column, dated in days.items():
        _doubt_turned(rows, column, dated)
    _merge(rows, merged, hidden)
    lines = [Line(number, _in_order(rows[number]), number in unseen) for number in sorted(rows)]
    return Table(name, lines, linked=_is_filled(package, part))


def _is_hidden(element: Element, measure: str) -> bool:
    return _is_on(element.get("hidden", "0")) or element.get(measure) in ("0", "0.0")


def _is_on(value: str) -> bool:
    return value.lower() not in _OFF


def _row(element: Element, book: Book, hidden: set[int]) -> tuple[Row, dict[int, date]]:
    """The cells that show something, and those of them that are days."""
    row: Row = {}
    days: dict[int, date] = {}
    column = 0
    for cell in element.iter(CELL):
        column = _column(cell.get("r", ""), column)
        look = book.look(cell.get("s", "0"))
        formula = cell.find(FORMULA)
        if formula is not None and (formula.text or formula.get("t")):
            new_cell = Cell(formula=True)
        else:
            words, day = _value(cell, book, look)
            if not words.text and not words.marks:
                continue
            new_cell = Cell(words.text, bold=look.bold, marks=words.marks)
            if day:
                days[column] = day
        if column > MAX_COLUMNS:
            raise too_many_columns()
        row[column] = replace(new_cell, hidden=True) if column in hidden else new_cell
    return row, days


def _column(coordinate: str, before: int) -> int:
    if not coordinate:
        return before + 1
    match = _COORDINATE.fullmatch(coordinate)
    if not match:
        raise refusal("damaged")
    return column_index_from_string(match[1])


def _value(cell: Element, book: Book, look: Look) -> tuple[CellText, date | None]:
    """What the cell shows, and its day where it holds one."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(INLINE)
        return (_dressed(_words(inline), look) if inline is not None else CellText()), None
    typed = cell.findtext(VALUE) or ""
    if not typed:
        return CellText(), None
    if kind == "s":
        text = book.strings[int(typed)]
        return _dressed(text, look), None
    if kind in ("str", "e"):
        runs = TextRuns()
        runs.add(_unescaped(typed))
        return _dressed(runs.words(), look), None
    if kind == "b":
        return _dressed(CellText("TRUE" if _is_on(typed) else "FALSE"), look), None
    value = _typed_day(typed) if kind == "d" else _number_or_day(typed, look.form, book.epoch)
    day = value if isinstance(value, date) else None
    return _dressed(CellText(shown(value, look.form)), look), day


def _typed_day(typed: str) -> Any:
    read: Any = from_ISO8601
    value = read(typed)
    return value if value is not None else typed


def _number_or_day(typed: str, form: str, epoch: datetime) -> Any:
    value: Any = float(typed) if re.search(r"[.eE]", typed) else int(typed)
    if not is_date_format(form):
        return value
    try:
        return from_excel(value, epoch, timedelta=is_timedelta_format(form))
    except (OverflowError, ValueError):
        return "#VALUE!"


def _dressed(words: CellText, look: Look) -> CellText:
    """The words as the format of the whole cell shows them."""
    if _SHOWS_NOTHING.fullmatch(look.form.strip()):
        return CellText()
    if look.struck and words.text:
        return CellText("", ("struck_out",))
    if look.white and words.text:
        return CellText(words.text, (*words.marks, "white_text"))
    return words


# The parts beside the sheets


def _strings(package: Package, part: str) -> list[CellText]:
    strings: list[CellText] = []
    for item in package.stream(part, ITEM) if part else ():
        strings.append(_words(item))
        if len(strings) > MAX_STRINGS:
            raise refusal("swollen")
    return strings


def _words(item: Element) -> CellText:
    """A text, whose runs may be struck out or raised. How Japanese is pronounced is none of it."""
    runs = TextRuns()
    for child in item:
        if child.tag == TEXT:
            runs.add(_unescaped(child.text))
        elif child.tag == RUN:
            form = child.find(f"{_NS}rPr")
            runs.add(_unescaped(child.findtext(TEXT)), struck=_has(form, "strike"), raised=_is_raised(form))
    return runs.words()


def _unescaped(text: str | None) -> str:
    return _ESCAPED.sub("", text or "")


def _has(form: Element | None, name: str) -> bool:
    element = None if form is None else form.find(f"{_NS}{name}")
    return element is not None and _is_on(element.get("val", "1"))


def _is_raised(form: Element | None) -> bool:
    align = None if form is None else form.find(f"{_NS}vertAlign")
    return align is not None and align.get("val") == "superscript"


def _looks(package: Package, part: str) -> list[Look]:
    """The formats of the workbook; none where they are damaged, and numbers show as they are kept."""
    if not part:
        return []
    try:
        styles = package.tree(part)
        return _looks_of(styles)
    except (SyntaxError, ValueError, LookupError):
        return []


def _looks_of(styles: Element) -> list[Look]:
    forms = dict(BUILTIN_FORMATS)
    own = styles.iter(f"{_NS}numFmt")
    forms |= {int(form.get("numFmtId", "0")): form.get("formatCode", "") for form in own}
    fonts = styles.findall(f"{_NS}fonts/{_NS}font")
    filled = [_is_filled_with(fill) for fill in styles.findall(f"{_NS}fills/{_NS}fill")]
    looks = []
    for xf in styles.findall(f"{_NS}cellXfs/{_NS}xf"):
        font = _at(fonts, xf.get("fontId"))
        color = None if font is None else font.find(f"{_NS}color")
        white = color is not None and (color.get("rgb", "").upper() in _WHITE or color.get("theme") == "0")
        looks.append(
            Look(
                forms.get(int(xf.get("numFmtId", "0")), "General"),
                bold=_has(font, "b"),
                struck=_has(font, "strike"),
                white=white and not _at(filled, xf.get("fillId")),
            )
        )
    return looks


def _at(items: list[Any], place: str | None) -> Any:
    number = int(place or 0)
    return items[number] if number < len(items) else None


def _is_filled_with(fill: Element) -> bool:
    pattern = fill.find(f"{_NS}patternFill")
    if pattern is None:
        return len(fill) > 0
    return pattern.get("patternType", "none") != "none"


def _is_filled(package: Package, part: str) -> bool:
    """Whether a query fills the sheet, its own or that of a table in it."""
    relations = list(package.relations(part).values())
    if any(relation.kind == "queryTable" for relation in relations):
        return True
    inside = [relation.target for relation in relations if relation.kind == "table" and relation.target]
    return any(package.related(table, "queryTable") for table in inside)


# What a sheet makes of its cells


def _doubt_turned(rows: dict[int, Row], column: int, days: dict[int, date]) -> None:
    """An English Excel takes 06/07 for June and leaves 30/6 as text: beside such texts none is sure."""
    texts = (row[column].text for number, row in rows.items() if column in row and number not in days)
    if any(day.day > 12 for day in days.values()) or not any(map(_NO_MONTH_FIRST.fullmatch, texts)):
        return
    for number, day in days.items():
        cell = rows[number][column]
        if day.day != day.month and not cell.text.endswith(MONTH_FIRST):
            rows[number][column] = replace(cell, text=cell.text + MONTH_FIRST)


def _merge(rows: dict[int, Row], merged: Iterable[str], hidden: set[int]) -> None:
    """Say how wide merged cells are, and repeat their text in the rows below that they reach.

    One that reaches out of hidden columns is seen: it begins with the first that is not.
    """
    numbers = sorted(rows)
    left_to_merge = sum(map(len, rows.values())) + 100 * len(rows)
    for ref in merged:
        left, top, right, bottom = (bound or 1 for bound in range_boundaries(ref))
        first = rows.get(top, {}).get(left)
        begin = next(
            (column for column in range(left, min(right, MAX_COLUMNS) + 1) if column not in hidden), left
        )
        width = right - begin + 1
        for number in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]:
            row = rows[number]
            left_to_merge -= 1
            if left_to_merge < 0:
                raise refusal("damaged")  # a cell is merged once at most, so these lie over each other
            for covered in [column for column in row if left <= column <= right]:
                del row[covered]
            if first:
                unseen = begin in hidden
                row[begin] = replace(first, width=width, continues=number > top, hidden=unseen)


def _in_order(row: Row) -> tuple[Cell, ...]:
    empty = Cell()
    return tuple(row.get(column, empty) for column in range(1, max(row, default=0) + 1))


def shown(value: Any, form: str) -> str:
    """What Excel shows of a value, days and decimals as Vietnam writes them."""
    if isinstance(value, datetime | date):
        return _day(value, _IN_QUOTES.sub("", form.lower()))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return _number(value, form)


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
