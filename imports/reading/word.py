"""The tables of a Word document as they are printed: changes accepted, nothing hidden, lists numbered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from docx.oxml.ns import qn
from lxml.etree import _Element as Element

from imports.problems import MAX_COLUMNS, MAX_ROWS, too_many_columns, too_many_rows
from imports.reading.cell_text import CellText, TextRuns
from imports.reading.numbering import Numbering
from imports.reading.package import Package
from imports.types import Cell, Line, Table

P, R, T, TBL, TR, TC = (qn(f"w:{name}") for name in ("p", "r", "t", "tbl", "tr", "tc"))
VAL, INSTRUCTION = qn("w:val"), qn("w:instr")
FIELD, SIMPLE_FIELD, TYPED_FIELD = qn("w:fldChar"), qn("w:fldSimple"), qn("w:instrText")
CONTROL, BOX, PROPERTIES = qn("w:sdt"), qn("w:txbxContent"), qn("w:rPr")

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ALTERNATIVES, _FALLBACK = f"{_COMPATIBLE}AlternateContent", f"{_COMPATIBLE}Fallback"
_WRITTEN = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " ", qn("w:noBreakHyphen"): "-"}
_NOT_SHOWN = {
    qn(f"w:{name}")
    for name in ("del", "moveFrom", "delText", "instrText", "pPr", "rPr", "tcPr", "sectPr", "sdtPr", "rt")
}
# What may stand between a table and its rows, or a row and its cells, without being seen.
_AROUND = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}

_PROPERTIES = {qn(f"w:{name}") for name in ("pPr", "rPr", "tcPr")}
# Properties of paragraphs, runs and cells that nothing here asks for: a third of what Word writes.
_UNREAD = {
    qn(f"w:{name}")
    for name in (
        *("spacing", "jc", "ind", "tabs", "keepNext", "keepLines", "widowControl", "contextualSpacing"),
        *("rFonts", "sz", "szCs", "bCs", "i", "iCs", "lang", "kern", "w", "highlight"),
        *("tcW", "tcBorders", "tcMar", "vAlign", "noWrap"),
    )
}

# Fields whose text is that of another file.
_FETCHING = re.compile(r"\s*(LINK|DDE|DDEAUTO|INCLUDETEXT|DATABASE)\b", re.IGNORECASE)

_GONE = (qn("w:del"), qn("w:moveFrom"))
# A run with one may hold the asterisk that somebody typed as the mark.
_NOTE_MARKS = (qn("w:footnoteReference"), qn("w:endnoteReference"))

_OFF = ("0", "false", "off", "none")
_WHITE = "FFFFFF"
_NO_FILL = ("", "auto", _WHITE)

Made = TypeVar("Made")


def tables_of(package: Package, main: str) -> list[Table]:
    document = package.tree_without(main, _UNREAD, _PROPERTIES)
    if sum(1 for _row in document.iter(TR)) > MAX_ROWS:
        raise too_many_rows()
    reader = _Reader(package, main, document)
    # A fallback says once more what stands beside it.
    elements = [
        element for element in document.iter(TBL) if next(element.iterancestors(_FALLBACK), None) is None
    ]
    names = {element: str(place) for place, element in enumerate(elements, start=1)}
    fetched = _fetched(document)
    return [
        Table(
            names[element],
            reader.lines(element),
            follows=True,
            inside=_around(element, names),
            heading=reader.before(element),
            linked=element in fetched,
        )
        for element in elements
    ]


def _fetched(document: Element) -> set[Element]:
    """Tables in which, or around which, a field puts the text of another file."""
    fetched: set[Element] = set()
    fields: list[str] = []
    for element in document.iter(FIELD, TYPED_FIELD, SIMPLE_FIELD, TBL):
        if element.tag == TBL:
            if any(map(_FETCHING.match, fields)):
                fetched.add(element)
            continue
        kind = element.get(qn("w:fldCharType")) if element.tag == FIELD else ""
        if kind == "begin":
            fields.append("")
        elif kind == "end" and fields:
            fields.pop()
        elif element.tag == SIMPLE_FIELD:
            if _FETCHING.match(element.get(INSTRUCTION, "")):
                fetched.update(element.iterancestors(TBL))
                fetched.update(element.iter(TBL))
        elif element.tag == TYPED_FIELD:
            # A field that is not begun properly is one nevertheless.
            fields[-1:] = [(fields[-1] if fields else "") + (element.text or "")]
            if _FETCHING.match(fields[-1]):
                fetched.update(element.iterancestors(TBL))
    return fetched


def _around(element: Element, names: dict[Element, str]) -> str:
    outer = next(element.iterancestors(TBL), None)
    return "" if outer is None else names.get(outer, "")


def _parts(element: Element, tag: str) -> Iterator[Element]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _parts(child, tag)


@cache
def _path(path: str) -> str:
    return "/".join(map(qn, path.split("/")))


def _value(element: Element | None, path: str) -> str | None:
    """What a property says; "1" where it only stands there, None where it does not."""
    child = None if element is None else element.find(_path(path))
    return None if child is None else child.get(VAL, "1")


def _is_on(element: Element | None, path: str) -> bool | None:
    """Whether a property is on; None where nothing is said of it."""
    value = _value(element, path)
    return None if value is None else value.lower() not in _OFF


# How it looks


@dataclass(frozen=True)
class Look:
    """What is said of some words; None where nothing is."""

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    white: bool | None = None

    def over(self, other: Look) -> Look:
        if other is _NOTHING:
            return self
        return Look(
            other.hidden if self.hidden is None else self.hidden,
            other.struck if self.struck is None else self.struck,
            other.raised if self.raised is None else self.raised,
            other.white if self.white is None else self.white,
        )


_NOTHING = Look()


def _look(properties: Element | None) -> Look:
    if properties is None:
        return _NOTHING
    align, color = _value(properties, "w:vertAlign"), _value(properties, "w:color")
    lifted = (_value(properties, "w:position") or "0").lstrip("+")
    raised = align == "superscript" if align else None
    strikes = [_is_on(properties, f"w:{name}") for name in ("strike", "dstrike")]
    return Look(
        hidden=_is_on(properties, "w:vanish"),
        struck=None if strikes == [None, None] else any(strikes),
        raised=True if lifted.isdigit() and int(lifted) > 0 else raised,
        white=None if color is None else color.upper() == _WHITE,
    )


class Styles:
    def __init__(self, styles: Element | None) -> None:
        self.styles: dict[str, Element] = {}
        self.looks: dict[str, Look] = {"": _NOTHING}
        for style in () if styles is None else styles.iter(qn("w:style")):
            self.styles[style.get(qn("w:styleId"), "")] = style

    def look(self, name: str, depth: int = 0) -> Look:
        if name not in self.looks:
            style = self.styles.get(name)
            based_on = _value(style, "w:basedOn") or ""
            # A style may, by mistake, be based on itself.
            below = self.look(based_on, depth + 1) if depth < 20 else _NOTHING
            self.looks[name] = _look(None if style is None else style.find(PROPERTIES)).over(below)
        return self.looks[name]

    def is_placeholder(self, name: str) -> bool:
        style = self.styles.get(name)
        return name == "PlaceholderText" or (_value(style, "w:name") or "").lower() == "placeholder text"

    def fills(self, name: str) -> bool:
        """Whether tables of this style may have dark cells, on which white words are seen."""
        style = self.styles.get(name)
        return style is not None and next(style.iter(qn("w:shd")), None) is not None


# What it says


@dataclass
class _Text:
    """The words of a cell while they are gathered."""

    is_dark: bool = False
    runs: TextRuns = field(default_factory=TextRuns)
    # Of the text boxes that lie over it.
    boxed: TextRuns = field(default_factory=TextRuns)
    weights: set[bool] = field(default_factory=set)
    # The mark of the paragraph before was deleted: the next one goes on in its line.
    joins: bool = False
    label_at: int = 0

    def add(self, words: str, look: Look) -> None:
        self.runs.add(words, struck=bool(look.struck), raised=bool(look.raised))
        if look.white and not self.is_dark and words.strip():
            self.runs.marks["white_text"] = None

    def begin_paragraph(self, label: str) -> None:
        if self.joins:
            # The paragraph that stays is the second: its number stands before what both say.
            self.runs.pieces[self.label_at] = label
            if not "".join(self.runs.pieces[-1:]).endswith(" "):
                self.runs.add(" ")
        else:
            self.runs.pieces += ["\n", label]
            self.label_at = len(self.runs.pieces) - 1

    def words(self) -> CellText:
        words, boxed = self.runs.words(), self.boxed.words()
        # A stamp lies over other words. Where there are none, the box holds what the cell says.
        return words if words.text or not boxed.text else CellText(boxed.text, ("in_text_box",))


class _Reader:
    def __init__(self, package: Package, main: str, document: Element) -> None:
        numbering, styles = _part(package, main, "numbering"), _part(package, main, "styles")
        self.styles = Styles(styles)
        paragraphs = [p for p in document.iter(P) if not _is_deleted(p)]
        # Without a list that can be read nothing is numbered; the words stand there all the same.
        self.labels = _or(dict[Element, str](), lambda: Numbering(numbering, styles).labels(paragraphs))

    def before(self, table: Element) -> str:
        """The last words between this table and the one before it."""
        for paragraph in table.itersiblings(P, TBL, preceding=True):
            if paragraph.tag == TBL:
                break
            text = _Text(is_dark=True)
            self._gather(paragraph, text, _NOTHING)
            if words := text.words().text:
                return self.labels.get(paragraph, "") + words
        return ""

    def lines(self, table: Element) -> list[Line]:
        above: dict[int, Cell] = {}
        dark = self.styles.fills(_value(table, "w:tblPr/w:tblStyle") or "")
        rows = (row for row in _parts(table, TR) if not _is_deleted_row(row))
        return [
            Line(number, tuple(self._cells(row, above, dark)), bool(_is_on(row, "w:trPr/w:hidden")))
            for number, row in enumerate(rows, start=1)
        ]

    def _cells(self, row: Element, above: dict[int, Cell], dark: bool) -> Iterator[Cell]:
        """A cell for each column of the grid; `above` is what merged cells go on with, column by column."""
        column = _number(row, "w:trPr/w:gridBefore")
        yield from [Cell()] * column
        for element in _parts(row, TC):
            if column > MAX_COLUMNS:
                raise too_many_columns()
            width = max(_number(element, "w:tcPr/w:gridSpan"), 1)
            cell = above.get(column) if _goes_on(element) else None
            if cell is None:
                words, bold = self._read(element, dark)
                cell = Cell(words.text, width, bold=bold, marks=words.marks)
                above[column] = Cell(words.text, width, continues=True, bold=bold, marks=words.marks)
            yield cell
            yield from [Cell()] * (width - 1)
            column += width

    def _read(self, cell: Element, dark: bool) -> tuple[CellText, bool]:
        """The words of a cell, those of a table inside it too, and whether all of them are bold."""
        if cell.find(f"{qn('w:tcPr')}/{qn('w:cellDel')}") is not None or _value(cell, "w:tcPr/w:hMerge") in (
            "1",
            "continue",
        ):
            return CellText(), False
        if any(map(_is_empty_control, cell.iterancestors(CONTROL, TBL))):
            return CellText(), False
        shading = cell.find(f"{qn('w:tcPr')}/{qn('w:shd')}")
        fill = "" if shading is None else shading.get(qn("w:fill"), "")
        text = _Text(is_dark=dark or fill.upper() not in map(str.upper, _NO_FILL))
        self._gather(cell, text, _NOTHING)
        return text.words(), text.weights == {True}

    def _gather(self, element: Element, text: _Text, look: Look) -> None:
        """`look` is that of the paragraph, and inside a run that of the run."""
        for child in element:
            tag = child.tag
            if tag in _NOT_SHOWN or (tag == CONTROL and _is_empty_control(child)):
                continue
            if tag in (T, _MATH):
                text.add(child.text or "", look)
            elif tag in _WRITTEN:
                text.runs.add(_WRITTEN[tag])
            elif tag == R:
                self._gather_run(child, text, look)
            elif tag == P:
                text.begin_paragraph(self.labels.get(child, ""))
                self._gather(child, text, self.styles.look(_value(child, "w:pPr/w:pStyle") or ""))
                text.joins = _loses_its_mark(child)
            elif tag == BOX:
                inside = _Text(is_dark=True)
                self._gather(child, inside, _NOTHING)
                text.boxed.add(f"\n{inside.runs.words().text}")
            elif tag == _ALTERNATIVES:
                # One thing drawn several ways, for older programs too: the first is what those of today show.
                self._gather(next(iter(child), child), text, look)
            elif tag == FIELD:
                text.runs.add(_chosen(child))
            else:
                self._gather(child, text, look)

    def _gather_run(self, run: Element, text: _Text, paragraph: Look) -> None:
        style = _value(run, "w:rPr/w:rStyle") or ""
        look = _look(run.find(PROPERTIES)).over(self.styles.look(style)).over(paragraph)
        if look.hidden or any(run.find(mark) is not None for mark in _NOTE_MARKS):
            return
        if self.styles.is_placeholder(style) and next(run.iterancestors(CONTROL), None) is not None:
            return  # a control that has forgotten that nothing was chosen
        if run.find(T) is not None:
            text.weights.add(bool(_is_on(run, "w:rPr/w:b")))
        self._gather(run, text, look)


def _part(package: Package, main: str, kind: str) -> Element | None:
    """A part beside the text. One that cannot be read says nothing, as in the programs that open the file."""
    name = package.related(main, kind)
    return _or(None, lambda: package.tree(name)) if name else None


def _or(otherwise: Made, read: Callable[[], Made]) -> Made:
    try:
        return read()
    except (SyntaxError, ValueError, LookupError):
        return otherwise


def _goes_on(cell: Element) -> bool:
    """Whether a merged cell goes on here: the first says "restart", those below nothing or "continue"."""
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merge is not None and merge.get(VAL) != "restart"


def _number(element: Element, path: str) -> int:
    return min(int(_value(element, path) or 0), MAX_COLUMNS + 1)


def _is_empty_control(control: Element) -> bool:
    """Whether the control shows what to fill in and holds nothing."""
    return control.tag == CONTROL and bool(_is_on(control, "w:sdtPr/w:showingPlcHdr"))


def _chosen(begin: Element) -> str:
    """What an old form shows of a list to choose from: it is in no run."""
    choices = begin.find(f"{qn('w:ffData')}/{qn('w:ddList')}")
    if choices is None:
        return ""
    names = [entry.get(VAL, "") for entry in choices.iter(qn("w:listEntry"))]
    place = int(_value(choices, "w:result") or _value(choices, "w:default") or 0)
    return names[place] if place < len(names) else ""


def _loses_its_mark(paragraph: Element) -> bool:
    """Whether its mark was deleted or moved away, so that the next paragraph goes on in the same line."""
    properties = paragraph.find(f"{qn('w:pPr')}/{PROPERTIES}")
    return properties is not None and any(properties.find(mark) is not None for mark in _GONE)


def _is_deleted(paragraph: Element) -> bool:
    """Whether no list counts the paragraph any more: its row was struck out, or it lost its mark."""
    row = next(paragraph.iterancestors(TR), None)
    return _loses_its_mark(paragraph) or (row is not None and _is_deleted_row(row))


def _is_deleted_row(row: Element) -> bool:
    return row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None
