"""A document as a sheet, written row by row, so that a hundred thousand need no more room than ten.

What somebody typed is text and stays text: no cell of ours is a formula. Text that begins like one
(=, +, -, @) is marked as text besides, so that it is none after somebody edits it either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from textwrap import wrap
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from reports.documents import layout
from reports.documents.layout import Cell, Column, Document, Letterhead, Table, clean

LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST = 32_767
"""Characters that a cell holds."""

FORMATS = {"text": ("@", "s"), "day": ("dd/mm/yyyy", "d"), "whole": ("#,##0", "n"), "part": ("0.0", "n")}
"""How a value is shown, and as what it is stored: text never as the formula that "=…" would become."""

_THIN = Side(style="thin")
EDGES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
HEAD = PatternFill("solid", fgColor="E7EAEE")
ACROSS = Alignment(horizontal="centerContinuous", vertical="center")
ALIGN = {
    "left": Alignment(vertical="top", wrap_text=True),
    "right": Alignment(vertical="top", horizontal="right"),
    "centre": Alignment(vertical="top", horizontal="center", wrap_text=True),
    "head": Alignment(vertical="center", horizontal="center", wrap_text=True),
}
BESIDE = Alignment(vertical="center")
INCH = 25.4
ISSUER = 36
"""Letters of a long issuer in one line."""
LINE, HIGHEST = 15, 400
"""Points of one line, and of the highest row that both programs take."""


class Looks:
    """The few looks of a cell. A cell is written as soon as the sheet has it: one of each serves all rows."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.face = {bold: Font(name=layout.FACE, size=layout.TABLE, bold=bold) for bold in (False, True)}
        self.known: dict[Any, Any] = {}

    def cell(self, value: Cell, align: str, *, bold: bool = False) -> Any:
        """The cell with this value: written before the next one is asked for."""
        kind = _kind_of(value)
        if isinstance(value, str):
            value = clean(value)[:LONGEST]
            marked = value.startswith(LIKE_A_FORMULA)
        else:
            marked = False
        key = (kind, align, bold, marked)
        cell = self.known.get(key) or self.known.setdefault(key, self._made(*key))
        cell._value = value
        return cell

    def _made(self, kind: str, align: str, bold: bool, marked: bool) -> Any:
        cell: Any = WriteOnlyCell(self.sheet)
        cell.font, cell.border, cell.alignment = self.face[bold], EDGES, ALIGN[align]
        cell.number_format, cell.data_type = FORMATS[kind]
        cell.quotePrefix = marked
        if align == "head":
            cell.fill = HEAD
        return cell


def _kind_of(value: Cell) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, date):
        return "day"
    return "whole" if isinstance(value, int) or value is None else "part"


def draw(document: Document, file: IO[bytes]) -> int:
    book: Any = Workbook(write_only=True)
    for name, value in document.properties.items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    book.properties.title, book.properties.creator = clean(document.subject)[:250], clean(document.author)
    tables = [block for block in document.blocks if isinstance(block, Table)]
    rows = sum(_sheet(book, document, table, number) for number, table in enumerate(tables, 1))
    book.save(file)
    return rows


def _sheet(book: Any, document: Document, table: Table, number: int) -> int:
    sheet = book.create_sheet(str(number) if number > 1 else _sheet_name(document.title))
    _page(sheet)
    for place, column in enumerate(table.columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.hidden = column.characters, column.hidden
    printed = [column for column in table.columns if column.width]
    above = list(_above(document, printed))
    first = len(above) + 1
    sheet.freeze_panes = f"A{first + 1}"
    sheet.print_title_rows = f"{first}:{first}"
    looks = Looks(sheet)
    for line in above:
        sheet.append([_plain(sheet, cell, len(line) > 1) for cell in line])
    sheet.row_dimensions[first].height = 2 * LINE + 3
    heads = [column.head for column in table.columns]
    sheet.append(_cells(looks, table.columns, heads, align="head", bold=True))
    count = 0
    for count, row in enumerate(table.rows, 1):
        sheet.row_dimensions[first + count].height = _height(table.columns, row)
        sheet.append(_cells(looks, table.columns, row))
        # Written: kept for every row they would need more room than all the rest.
        del sheet.row_dimensions[first + count]
    if table.sums:
        sheet.append(_cells(looks, table.columns, table.sums, bold=True))
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(table.columns))}{first + count}"
    sheet.print_area = f"A1:{get_column_letter(len(printed))}{first + count + bool(table.sums)}"
    return count


def _height(columns: Sequence[Column], row: Sequence[Cell]) -> float:
    """As high as its longest cell: neither program reckons that itself when the file is printed unseen."""
    lines = max(_lines_in(cell, column.characters) for cell, column in zip(row, columns, strict=True))
    return min(HIGHEST, LINE * lines + 3)


def _lines_in(cell: Cell, width: float) -> int:
    if not isinstance(cell, str):
        return 1
    return sum(1 + int(len(line) / width) for line in cell.split("\n"))


def _sheet_name(title: str) -> str:
    return "".join(sign for sign in clean(title) if sign not in "[]:*?/\\")[:31] or "1"


def _page(sheet: Any) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    margins = sheet.page_margins
    margins.top, margins.bottom = layout.TOP / INCH, layout.BOTTOM / INCH
    margins.left, margins.right = layout.LEFT / INCH, layout.RIGHT / INCH
    margins.header = margins.footer = layout.NUMBER_AT / INCH
    sheet.HeaderFooter.differentFirst = True
    sheet.oddHeader.center.text = "&P"


@dataclass(frozen=True)
class Words:
    """A line above the table: over so many columns, or from the first one on."""

    text: str
    size: int = layout.TABLE
    mark: str = ""
    """The letters of what it is: b, i, u."""


def _above(document: Document, printed: Sequence[Column]) -> Iterator[list[Any]]:
    """The letterhead over the left and the right columns, the title over all, and how the file was made."""
    if head := document.letterhead:
        left = _half(printed)
        for words, other in zip_longest(_left(head), _right(head), fillvalue=Words("")):
            # Text goes on over the empty cells beside it: on the right there are none unless it has text.
            yield [*_over(left, words), *(_over(len(printed) - left, other) if other.text else [])]
        yield []
    yield _over(len(printed), Words(document.title, 16 if document.party else layout.TEXT, "b"))
    yield _over(len(printed), Words(document.subject, layout.TEXT, "b"))
    for fact in filter(None, (document.made, *document.facts)):
        yield [Words(fact, mark="i")]
    yield []


def _left(head: Letterhead) -> Iterator[Words]:
    if head.above:
        yield Words(head.above, 12)
    for line in wrap(head.issuer, ISSUER):
        yield Words(line, 12, "b")
    if head.form == layout.PARTY:
        yield Words("*", 13)
    yield Words(head.number, 13)


def _right(head: Letterhead) -> Iterator[Words]:
    if head.form == layout.PARTY:
        yield Words(layout.THE_PARTY, 15, "bu")
    else:
        yield Words(layout.NATION, 13, "b")
        yield Words(layout.MOTTO, 14, "bu")
    yield Words(head.day, 14, "i")


def _half(printed: Sequence[Column]) -> int:
    """Columns that the issuer stands over: as many as make up half of the width, and not all."""
    reached = 0.0
    for number, column in enumerate(printed, 1):
        reached += column.width
        if reached >= 0.45 * sum(column.width for column in printed):
            return max(1, min(number, len(printed) - 1))
    return 1


def _over(columns: int, words: Words) -> list[Any]:
    return [words] + [ACROSS] * (columns - 1)


def _plain(sheet: Any, words: Words | Alignment, across: bool) -> Any:
    """A cell above the table; those beside it, over which its text goes on, are empty and like it."""
    cell = WriteOnlyCell(sheet)
    if isinstance(words, Words):
        if words.text:
            cell._value, cell.data_type = clean(words.text), "s"  # type: ignore[attr-defined]
        bold, italic = "b" in words.mark, "i" in words.mark
        cell.font = Font(
            name=layout.FACE,
            size=words.size,
            bold=bold,
            italic=italic,
            underline="single" if "u" in words.mark else None,
        )
    cell.alignment = ACROSS if across else BESIDE
    return cell


def _cells(
    looks: Looks, columns: Sequence[Column], row: Sequence[Cell], *, align: str = "", bold: bool = False
) -> Iterator[Any]:
    for column, value in zip(columns, row, strict=True):
        yield looks.cell(value, align or column.align, bold=bold)
