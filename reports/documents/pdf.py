"""A document as PDF, in a font that lies beside this code and is embedded: it reads the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from textwrap import wrap
from typing import IO, Any, Literal
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from reports.documents import layout
from reports.documents.layout import Column, Document, Heading, Letterhead, Signature, Table, clean

FACE = "Liberation Serif"
FACES = {"Regular": FACE, "Bold": f"{FACE} Bold", "Italic": f"{FACE} Italic"}
FONTS = Path(__file__).resolve().parent.parent / "fonts"
WHOLE = ((0, 0), (-1, -1))
IN_OUR_FONT = ("FONTNAME", *WHOLE, FACE)
"""Else every cell begins with a font that is not embedded, though no letter is set in it."""

SAFE, LINES, LETTER = 500, 25, 6.2
"""Letters that a cell of any table holds without growing higher than a page; else so many lines of a part,
and the points of a letter, rather wide."""

Align = Literal[0, 1, 2, 4]
_ALIGN: dict[str, Align] = {"left": TA_LEFT, "right": TA_RIGHT, "centre": TA_CENTER}


def draw(document: Document, file: IO[bytes]) -> int:
    _fonts()
    width, height = (layout.LONG, layout.SHORT) if document.landscape else (layout.SHORT, layout.LONG)
    template = BaseDocTemplate(
        file,
        pagesize=(width * mm, height * mm),
        title=clean(document.subject)[:250],
        author=clean(document.author),
        lang="vi",
        # As `IN_OUR_FONT`, for each page.
        initialFontName=FACE,
    )
    frame = Frame(
        layout.LEFT * mm,
        layout.BOTTOM * mm,
        document.across * mm,
        (height - layout.TOP - layout.BOTTOM) * mm,
        *(0, 0, 0, 0),
    )
    template.addPageTemplates(PageTemplate("all", [frame], onPage=partial(_edges, document)))
    counts: list[int] = []
    template.build(list(_story(document, counts)))
    return sum(counts)


@cache
def _fonts() -> None:
    """Registered when the first document is drawn: a web process that draws none reads none."""
    for name, face in FACES.items():
        pdfmetrics.registerFont(TTFont(face, FONTS / f"LiberationSerif-{name}.ttf"))
    addMapping(FACE, 0, 0, FACES["Regular"])
    addMapping(FACE, 1, 0, FACES["Bold"])
    addMapping(FACE, 0, 1, FACES["Italic"])


def _edges(document: Document, canvas: Any, template: Any) -> None:
    """Above the number, from the second page on; below who made it and when."""
    width, height = canvas._pagesize
    if document.made:
        made = _line(document.made, layout.SMALL, mark="i", align=TA_LEFT)
        _width, high = made.wrap(document.across * mm, layout.BOTTOM * mm)
        made.drawOn(canvas, layout.LEFT * mm, (layout.BOTTOM - 4) * mm - high)
    if template.page == 1:
        return
    canvas.setFont(FACE, 13)
    canvas.drawCentredString(width / 2, height - layout.NUMBER_AT * mm - 4, str(template.page))


@cache
def _style(
    size: float, align: Align = TA_LEFT, before: float = 0, after: float = 0, indent: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}-{align}-{before}-{after}-{indent}",
        fontName=FACE,
        fontSize=size,
        leading=size * 1.22,
        alignment=align,
        spaceBefore=before,
        spaceAfter=after,
        firstLineIndent=indent,
        splitLongWords=True,
    )


def _line(
    text: str, size: float, *, mark: str = "", align: Align = TA_CENTER, before: float = 0
) -> Paragraph:
    """One paragraph; `mark` holds the letters of what it is: b, i, u."""
    markup = escape(clean(text)).replace("\n", "<br/>")
    for sign in mark:
        markup = f"<{sign}>{markup}</{sign}>"
    return Paragraph(markup, _style(size, align, before))


class Rule(Flowable):
    """A line in the middle of what it stands in; a cell would put a narrow one on its left."""

    def __init__(self, length: float) -> None:
        super().__init__()
        self.length = length * mm

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, 8

    def draw(self) -> None:
        left = (self.width - self.length) / 2
        self.canv.setLineWidth(0.7)
        self.canv.line(left, 3, left + self.length, 3)


def _story(document: Document, counts: list[int]) -> Iterator[Flowable]:
    if document.letterhead:
        yield _letterhead(document.letterhead, document.across)
    yield _line(document.title, 16 if document.party else layout.TEXT, mark="b", before=18)
    yield _line(document.subject, layout.TEXT, mark="b")
    yield _line("-----", layout.TEXT) if document.party else Rule(document.across * 0.2)
    for fact in document.facts:
        yield _line(fact, layout.SMALL, mark="i", before=2)
    yield Spacer(0, 4 * mm)
    for block in document.blocks:
        if isinstance(block, Table):
            yield from _table(block, document.across, counts)
        elif isinstance(block, Heading):
            yield CondPageBreak(25 * mm)
            mark = "b" if block.level == 1 else "bi"
            yield Paragraph(_marked(block.text, mark), _style(layout.TEXT, TA_LEFT, 6, 6))
        else:
            yield Paragraph(escape(clean(block.text)), _style(layout.TEXT, TA_JUSTIFY, 0, 6, 12.7 * mm))
    if document.signature:
        yield _signature(document.signature, document.across)


def _marked(text: str, mark: str) -> str:
    # There is no bold italic among the fonts: a heading of the second level is italic.
    sign = "i" if "i" in mark else "b"
    return f"<{sign}>{escape(clean(text))}</{sign}>"


def _letterhead(head: Letterhead, across: int) -> Grid:
    wide = across > 200
    left: list[Flowable] = [_line(head.above, 13)] if head.above else []
    left.append(_line(head.issuer, 13, mark="b"))
    right: list[Flowable]
    if head.form == layout.PARTY:
        left.append(_line("*", 13))
        right = [_line(layout.THE_PARTY, 15, mark="b"), Rule(74)]
    else:
        left.append(Rule(across * layout.ISSUER * 0.36))
        small, large = (13, 14) if wide else (12, 13)
        motto = _line(layout.MOTTO, large, mark="b")
        right = [_line(layout.NATION, small, mark="b"), motto, Rule(64 if wide else 60)]
    left.append(_line(head.number, 13, before=0 if head.form == layout.PARTY else 4))
    right.append(_line(head.day, 14 if wide else 13, mark="i", before=4))
    return _two(left, right, [across * layout.ISSUER * mm, across * (1 - layout.ISSUER) * mm])


def _two(left: list[Flowable], right: list[Flowable], widths: list[float]) -> Grid:
    sides = ((f"{side}PADDING", *WHOLE, 0) for side in ("LEFT", "RIGHT"))
    style: list[Any] = [("VALIGN", *WHOLE, "TOP"), IN_OUR_FONT, *sides]
    return Grid([[left, right]], colWidths=widths, style=style)


def _table(table: Table, across: int, counts: list[int]) -> Iterator[Flowable]:
    places, columns = table.on_paper()
    whole = sum(column.width for column in columns)
    widths = [column.width / whole * across * mm for column in columns]
    head = [_cell(column.head, TA_CENTER, mark="b") for column in columns]
    rows: list[list[Flowable]] = []
    count = 0
    for count, row in enumerate(table.rows, 1):  # noqa: B007 - the number of the last is given
        rows.extend(
            _row(part, columns) for part in _parts([layout.format_cell(row[at]) for at in places], widths)
        )
    counts.append(count)
    if table.sums:
        rows.append(_row([layout.format_cell(table.sums[at]) for at in places], columns, mark="b"))
    yield LongTable(
        [head, *rows],
        colWidths=widths,
        repeatRows=1,
        style=[
            ("GRID", *WHOLE, 0.5, colors.black),
            ("VALIGN", *WHOLE, "TOP"),
            ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
            IN_OUR_FONT,
            *((f"{side}PADDING", *WHOLE, 3) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
        ],
    )
    if table.more:
        yield _line(table.more, layout.TABLE, mark="i", align=TA_LEFT, before=3)
    yield Spacer(0, 4 * mm)


def _parts(texts: list[str], widths: list[float]) -> Iterator[list[str]]:
    """The row, or several of it when a cell is higher than a page: a table is parted between rows only."""
    if all(len(text) < SAFE and text.count("\n") < LINES for text in texts):
        yield texts
        return
    cells = [_lines_of(text, width) for text, width in zip(texts, widths, strict=True)]
    for first in range(0, max(map(len, cells)), LINES):
        yield ["\n".join(lines[first : first + LINES]) for lines in cells]


def _lines_of(text: str, width: float) -> list[str]:
    letters = max(1, int(width / LETTER))
    return [part for line in text.split("\n") for part in wrap(line, letters) or [""]]


def _row(texts: list[str], columns: list[Column], mark: str = "") -> list[Flowable]:
    return [_cell(text, _ALIGN[column.align], mark=mark) for text, column in zip(texts, columns, strict=True)]


def _cell(text: str, align: Align, mark: str = "") -> Paragraph:
    return _line(text, layout.TABLE, mark=mark, align=align)


def _signature(signature: Signature, across: int) -> KeepTogether:
    party = signature.form == layout.PARTY
    names = [
        _line(f"- {recipient}", 12 if party else 11, align=TA_LEFT) for recipient in signature.recipients
    ]
    heading = _line(layout.RECIPIENTS, 14 if party else 12, mark="u" if party else "i", align=TA_LEFT)
    right = [_line(line, layout.TEXT, mark="b") for line in signature.authority]
    signed = [*right, Spacer(0, 22 * mm), _line(signature.name, layout.TEXT, mark="b")]
    both = _two([heading, *names], signed, [across * 0.5 * mm, across * 0.5 * mm])
    return KeepTogether([Spacer(0, 4 * mm), both])
