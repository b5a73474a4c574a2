"""A document as Word: real styles, a head row that repeats, page numbers that Word counts itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any
from xml.sax.saxutils import escape

from docx import Document as new_document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from reports.documents import layout
from reports.documents.layout import Cell, Column, Document, Heading, Letterhead, Signature, Table, clean

W = nsdecls("w")
CENTRE, LEFT, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
_JC = {"left": "left", "right": "right", "centre": "center"}
LONG_CELL = 800
"""Characters from which a row may be split between two pages."""


def draw(document: Document, file: IO[bytes]) -> int:
    word = new_document()
    _page(word, document)
    _footer(word, document.made)
    _style(word)
    if document.letterhead:
        _letterhead(word, document.letterhead, document.across)
    _title(word, document)
    rows = sum(_block(word, block, document.across) for block in document.blocks)
    if document.signature:
        # Never alone on its page.
        word.paragraphs[-1].paragraph_format.keep_with_next = True
        _signature(word, document.signature, document.across)
    core = word.core_properties
    core.title, core.author, core.comments = clean(document.subject)[:250], clean(document.author), ""
    word.save(file)
    return rows


def _page(word: Any, document: Document) -> None:
    (section,) = word.sections
    long, short = Mm(layout.LONG), Mm(layout.SHORT)
    section.page_width, section.page_height = (long, short) if document.landscape else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if document.landscape else WD_ORIENT.PORTRAIT
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    section.header_distance = section.footer_distance = Mm(layout.NUMBER_AT)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        inside = f'<w:fldChar w:fldCharType="{kind}"/>' if kind else f"<w:instrText>{text}</w:instrText>"
        number._p.append(parse_xml(f'<w:r {W}><w:rPr><w:sz w:val="26"/></w:rPr>{inside}</w:r>'))


def _footer(word: Any, made: str) -> None:
    """On the first page too, which has a foot of its own."""
    (section,) = word.sections
    for footer in (section.first_page_footer, section.footer):
        _line(footer, made, layout.SMALL, italic=True, align=LEFT, first=True)


def _style(word: Any) -> None:
    for name, size in (("Normal", layout.TEXT), ("Header", 13)):
        style = word.styles[name]
        style.font.name, style.font.size = layout.FACE, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), layout.FACE)
    spacing = word.styles["Normal"].paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    for level in (1, 2):
        style = word.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.bold = layout.FACE, Pt(layout.TEXT), True
        style.font.italic, style.font.color.rgb = level == 2, RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{script}"), None)
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), layout.FACE)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(6)
    cell = word.styles.add_style("Cell", 1)
    cell.base_style, cell.font.size = word.styles["Normal"], Pt(layout.TABLE)
    language = parse_xml(f'<w:lang {W} w:val="vi-VN" w:eastAsia="vi-VN"/>')
    word.styles["Normal"].element.get_or_add_rPr().append(language)


def _line(
    place: Any,
    text: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
    align: Any = CENTRE,
    first: bool = False,
) -> Any:
    """One paragraph in a cell or the document; `first` takes the empty one that a new cell has."""
    paragraph = place.paragraphs[0] if first else place.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(clean(text))
    run.font.size, run.bold, run.italic, run.underline = Pt(size), bold, italic, underline
    return paragraph


def _rule(place: Any, indent: float) -> None:
    """A line across a part of the cell: an empty paragraph with a lower edge, drawn in from both sides."""
    paragraph = place.add_paragraph()
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(indent)
    paragraph.paragraph_format.line_spacing = Pt(3)
    edge = f'<w:pBdr {W}><w:bottom w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    properties = paragraph._p.get_or_add_pPr()
    # The schema wants the edge before spacing and indent.
    properties.insert(0, parse_xml(edge))


def _two(word: Any, widths: Sequence[float]) -> list[Any]:
    """Two cells side by side, without edges."""
    table = word.add_table(rows=1, cols=2)
    table.autofit = False
    none = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("left", "right"))
    table._tbl.tblPr.append(parse_xml(f"<w:tblCellMar {W}>{none}</w:tblCellMar>"))
    for column, width in zip(table.columns, widths, strict=True):
        # One program reads the widths of columns, another those of cells.
        column.width = column.cells[0].width = Mm(width)
    return list(table.rows[0].cells)


def _letterhead(word: Any, head: Letterhead, across: int) -> None:
    left, right = _two(word, widths := (across * layout.ISSUER, across * (1 - layout.ISSUER)))
    party = head.form == layout.PARTY
    _line(left, head.above or head.issuer, 13, bold=not head.above, first=True)
    if head.above:
        _line(left, head.issuer, 13, bold=True)
    if party:
        _line(left, "*", 13)
        _line(right, layout.THE_PARTY, 15, bold=True, first=True)
        _rule(right, max(2.0, (widths[1] - 78) / 2))
    else:
        _rule(left, widths[0] * 0.33)
        _line(right, layout.NATION, 13 if across > 200 else 12, bold=True, first=True)
        _line(right, layout.MOTTO, 14 if across > 200 else 13, bold=True)
        _rule(right, max(2.0, (widths[1] - 66) / 2))
    _line(left, head.number, 13).paragraph_format.space_before = Pt(0 if party else 4)
    _line(right, head.day, 14 if across > 200 else 13, italic=True).paragraph_format.space_before = Pt(4)


def _title(word: Any, document: Document) -> None:
    size = 16 if document.party else layout.TEXT
    _line(word, document.title, size, bold=True).paragraph_format.space_before = Pt(18)
    _line(word, document.subject, layout.TEXT, bold=True)
    if document.party:
        _line(word, "-----", layout.TEXT)
    else:
        _rule(word, document.across * 0.4)
    for fact in document.facts:
        _line(word, fact, layout.SMALL, italic=True).paragraph_format.space_before = Pt(3)
    word.add_paragraph()


def _block(word: Any, block: Any, across: int) -> int:
    if isinstance(block, Table):
        return _table(word, block, across)
    if isinstance(block, Heading):
        word.add_heading(clean(block.text), block.level)
        return 0
    paragraph = word.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(12.7)
    paragraph.paragraph_format.space_after = Pt(6)
    run = paragraph.add_run(clean(block.text))
    if isinstance(block, layout.ToWrite):
        run.font.highlight_color = 7
    return 0


def _table(word: Any, table: Table, across: int) -> int:
    places, columns = table.on_paper()
    whole = sum(column.width for column in columns)
    widths = [round(column.width / whole * across * 56.7) for column in columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    sides = "".join(
        f'<w:{side} w:w="{space}" w:type="dxa"/>'
        for side, space in (("top", 30), ("left", 60), ("bottom", 30), ("right", 60))
    )
    drawn = parse_xml(
        f'<w:tbl {W}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{sides}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid></w:tbl>"
    )
    word.element.body.insert_element_before(drawn, "w:sectPr")
    drawn.append(_row([column.head for column in columns], columns, widths, head=True))
    count = 0
    for count, row in enumerate(table.rows, 1):  # noqa: B007 - the number of the last is given
        drawn.append(_row([row[place] for place in places], columns, widths))
    if table.sums:
        drawn.append(_row([table.sums[place] for place in places], columns, widths, bold=True))
    after = word.add_paragraph(clean(table.more))
    after.paragraph_format.space_after = Pt(6)
    return count


def _row(
    cells: Sequence[Cell],
    columns: Sequence[Column],
    widths: Sequence[int],
    *,
    head: bool = False,
    bold: bool = False,
) -> Any:
    texts = [layout.format_cell(cell) for cell in cells]
    whole = "" if any(len(text) > LONG_CELL for text in texts) else "<w:cantSplit/>"
    drawn = "".join(
        _cell(text, "center" if head else _JC[column.align], width, bold=head or bold)
        for text, column, width in zip(texts, columns, widths, strict=True)
    )
    repeats = "<w:tblHeader/>" if head else ""
    return parse_xml(f"<w:tr {W}><w:trPr>{whole}{repeats}</w:trPr>{drawn}</w:tr>")


def _cell(text: str, align: str, width: int, *, bold: bool) -> str:
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    middle = '<w:vAlign w:val="center"/>' if align == "center" and bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{middle}</w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="Cell"/><w:jc w:val="{align}"/></w:pPr><w:r>{weight}{lines}</w:r></w:p></w:tc>'
    )


def _signature(word: Any, signature: Signature, across: int) -> None:
    left, right = _two(word, (across * 0.5, across * 0.5))
    party = signature.form == layout.PARTY
    _line(
        left,
        layout.RECIPIENTS,
        14 if party else 12,
        bold=not party,
        italic=not party,
        underline=party,
        align=LEFT,
        first=True,
    )
    for recipient in signature.recipients:
        _line(left, f"- {recipient}", 12 if party else 11, align=LEFT)
    for number, line in enumerate(signature.authority):
        _line(right, line, layout.TEXT, bold=True, first=not number)
    for _space in range(4):
        right.add_paragraph()
    _line(right, signature.name, layout.TEXT, bold=True)
    row = left._tc.getparent()
    row.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {W}/>"))
