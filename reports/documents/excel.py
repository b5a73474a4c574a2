"""A document as a sheet, written row by row, so that a hundred thousand need no more room than ten.

What somebody typed is text and stays text: no cell of ours is a formula. Text that begins like one
(=, +, -, @) is marked as text besides, so that it is none after somebody edits it either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
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

DAY = "dd/mm/yyyy"
WHOLE = "#,##0"
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
INCH = 25.4


class Style:
    """The few looks of a cell, made once: a new one for every cell is what makes a large sheet slow."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.face = {bold: Font(name=layout.FACE, size=layout.TABLE, bold=bold) for bold in (False, True)}
        self.known: dict[Any, Any] = {}

    def of(self, align: str, number_format: str, *, bold: bool, marked: bool, fill: bool = False) -> Any:
        """The style as the cells of the sheet share it."""
        key = (align, number_format, bold, marked, fill)
        if key not in self.known:
            cell = WriteOnlyCell(self.sheet)
            cell.font, cell.border, cell.alignment = self.face[bold], EDGES, ALIGN[align]
            cell.number_format = number_format
            cell.quotePrefix = marked  # type: ignore[attr-defined]
            if fill:
                cell.fill = HEAD
            self.known[key] = cell._style  # type: ignore[attr-defined]
        return self.known[key]


def draw(document: Document, file: IO[bytes]) -> int:
    book = Workbook(write_only=True)
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
        dimension.width, dimension.hidden = column.sheet_width or max(6, column.width * 0.55), column.hidden
    shown = [column for column in table.columns if not column.hidden]
    above = [*_heading(document, shown), [], *([fact] for fact in _facts(document)), []]
    first = len(above) + 1
    sheet.freeze_panes = f"A{first + 1}"
    sheet.print_title_rows = f"{first}:{first}"
    style = Style(sheet)
    for line in above:
        sheet.append([_plain(sheet, cell) for cell in line])
    sheet.append(_cells(sheet, style, table.columns, [column.head for column in table.columns], head=True))
    count = 0
    for count, row in enumerate(table.rows, 1):  # noqa: B007 - the number of the last is given
        sheet.append(_cells(sheet, style, table.columns, row))
    if table.sums:
        sheet.append(_cells(sheet, style, table.columns, table.sums, bold=True))
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(table.columns))}{first + count}"
    return count


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


def _facts(document: Document) -> Iterator[Any]:
    for fact in document.facts:
        yield ("left", fact, False, 11)


def _heading(document: Document, shown: Sequence[Column]) -> Iterator[list[Any]]:
    """The letterhead over the left and the right columns, then the title over all of them."""
    if head := document.letterhead:
        left = _half(shown)
        right = len(shown) - left
        for one, other in _lines(head):
            yield [*_over(left, *one), *_over(right, *other)]
        yield []
    yield _over(len(shown), document.title, True, 16 if document.party else layout.TEXT)
    yield _over(len(shown), document.subject, True, layout.TEXT)


def _lines(head: Letterhead) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    party = head.form == layout.PARTY
    nation = (layout.THE_PARTY, True, 15) if party else (layout.NATION, True, 13)
    motto = ("", False, 14) if party else (layout.MOTTO, True, 14)
    upper = (head.above, False, 13) if head.above else (head.issuer, True, 13)
    lower = (head.issuer, True, 13) if head.above else ("", False, 13)
    return [
        (upper, nation),
        (lower, motto),
        ((f"*\n{head.number}" if party else head.number, False, 13), (head.day, False, 14, True)),
    ]


def _half(shown: Sequence[Column]) -> int:
    """Columns that the issuer stands over: as many as make up two fifths of the width."""
    widths = [column.sheet_width or max(6, column.width * 0.55) for column in shown]
    reached = 0.0
    for number, width in enumerate(widths, 1):
        reached += width
        if reached >= 0.4 * sum(widths):
            return min(number, len(shown) - 1) or 1
    return 1


def _over(columns: int, text: str, bold: bool, size: int, italic: bool = False) -> list[Any]:
    return [("across", text, bold, size, italic)] + [("across", "", False, size, False)] * (columns - 1)


def _plain(sheet: Any, said: Any) -> Any:
    """A cell above the table: (align, text, bold, size[, italic])."""
    align, text, bold, size, *italic = said
    cell = WriteOnlyCell(sheet)
    _write(cell, text or None)
    cell.font = Font(name=layout.FACE, size=size, bold=bold, italic=bool(italic and italic[0]))
    cell.alignment = ACROSS if align == "across" else Alignment(vertical="center")
    return cell


def _cells(
    sheet: Any,
    style: Style,
    columns: Sequence[Column],
    row: Sequence[Cell],
    *,
    head: bool = False,
    bold: bool = False,
) -> list[Any]:
    return [
        _cell(sheet, style, "head" if head else column.align, value, bold=head or bold, fill=head)
        for column, value in zip(columns, row, strict=True)
    ]


def _cell(sheet: Any, style: Style, align: str, value: Cell, *, bold: bool, fill: bool) -> Any:
    cell = WriteOnlyCell(sheet)
    _write(cell, value)
    marked = isinstance(value, str) and value.startswith(LIKE_A_FORMULA)
    if isinstance(value, date):
        shown = DAY
    elif isinstance(value, str) or value is None:
        shown = "@" if isinstance(value, str) else "General"
    else:
        shown = WHOLE if isinstance(value, int) else "0.0"
    cell._style = style.of(align, shown, bold=bold, marked=marked, fill=fill)  # type: ignore[attr-defined]
    return cell


def _write(cell: Any, value: Cell) -> None:
    """The value as what it is; of text, never as the formula that openpyxl would make of "=…"."""
    if isinstance(value, str):
        cell._value, cell.data_type = clean(value)[:LONGEST], "s"
    else:
        cell.value = value
