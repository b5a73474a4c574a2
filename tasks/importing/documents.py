"""The tables of a Word document as they are printed: changes accepted, nothing hidden, lists numbered."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml.etree import _Element as Element

from tasks.importing.numbering import Numbering
from tasks.importing.problems import COLUMNS, ROWS, linked, too_many_columns, too_many_rows
from tasks.importing.types import Cell, Line, Table

P, R, T, TBL, TR, TC = (qn(f"w:{name}") for name in ("p", "r", "t", "tbl", "tr", "tc"))
VAL = qn("w:val")

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_SECOND_COPY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WRITTEN = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): " ", qn("w:noBreakHyphen"): "-"}
_NOT_SHOWN = {
    *(
        qn(f"w:{name}")
        for name in ("del", "moveFrom", "delText", "instrText", "pPr", "rPr", "tcPr", "sectPr")
    ),
    _SECOND_COPY,
}
_AROUND = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
"""What may stand between a table and its rows, or a row and its cells, without being seen."""

_FETCHING = re.compile(r"\s*(LINK|DDE|DDEAUTO|INCLUDETEXT|DATABASE)\b", re.IGNORECASE)
"""Fields whose text is that of another file."""

_OFF = ("0", "false", "off", "none")


def tables_of(package: zipfile.ZipFile, main: str) -> list[Table]:
    document = parse_xml(package.read(main))
    if sum(1 for _row in document.iter(TR)) > ROWS:
        raise too_many_rows()
    _refuse_fetching(document)
    beside = main.rsplit("/", 1)[0]
    numbering = Numbering(_part(package, f"{beside}/numbering.xml"), _part(package, f"{beside}/styles.xml"))
    labels = numbering.labels(p for p in document.iter(P) if not _is_deleted(p))
    found = [element for element in document.iter(TBL) if not _is_second_copy(element)]
    names = {element: str(place) for place, element in enumerate(found, start=1)}
    return [
        Table(
            names[element],
            _lines(element, labels),
            (),
            True,
            _around(element, names),
            _before(element, labels),
        )
        for element in found
    ]


def _part(package: zipfile.ZipFile, name: str) -> Element | None:
    return parse_xml(package.read(name)) if name in package.namelist() else None


def _refuse_fetching(document: Element) -> None:
    simple = (field.get(qn("w:instr"), "") for field in document.iter(qn("w:fldSimple")))
    typed = ("".join(run.text or "" for run in p.iter(qn("w:instrText"))) for p in document.iter(P))
    if any(_FETCHING.match(words) for words in (*simple, *typed)):
        raise linked()


def _is_second_copy(element: Element) -> bool:
    return next(element.iterancestors(_SECOND_COPY), None) is not None


def _around(element: Element, names: dict[Element, str]) -> str:
    outer = next(element.iterancestors(TBL), None)
    return "" if outer is None else names[outer]


def _before(table: Element, labels: dict[Element, str]) -> str:
    for paragraph in table.itersiblings(P, TBL, preceding=True):
        if paragraph.tag == TBL:
            break
        words, _bold = _read(paragraph, labels)
        if words:
            return labels.get(paragraph, "") + words
    return ""


def _lines(table: Element, labels: dict[Element, str]) -> list[Line]:
    above: dict[int, Cell] = {}
    rows = (row for row in _parts(table, TR) if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is None)
    return [Line(number, tuple(_cells(row, above, labels))) for number, row in enumerate(rows, start=1)]


def _parts(element: Element, tag: str) -> Iterator[Element]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _AROUND:
            yield from _parts(child, tag)


def _cells(row: Element, above: dict[int, Cell], labels: dict[Element, str]) -> Iterator[Cell]:
    """A cell for each column of the grid; `above` is what merged cells go on with, column by column."""
    column = _number(row, "w:trPr/w:gridBefore")
    yield from [Cell()] * column
    for element in _parts(row, TC):
        if column > COLUMNS:
            raise too_many_columns()
        width = max(_number(element, "w:tcPr/w:gridSpan"), 1)
        cell = above.get(column) if _goes_on(element) else None
        if cell is None:
            text, bold = _read(element, labels)
            cell = Cell(text, width, bold=bold)
            above[column] = Cell(text, width, continues=True, bold=bold)
        yield cell
        yield from [Cell()] * (width - 1)
        column += width


def _goes_on(cell: Element) -> bool:
    """In a merged cell the first says "restart" and those below nothing or "continue"."""
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merge is not None and merge.get(VAL) != "restart"


def _number(element: Element, path: str) -> int:
    found = element.find("/".join(map(qn, path.split("/"))))
    return 0 if found is None else min(int(found.get(VAL, "0")), COLUMNS + 1)


def _read(cell: Element, labels: dict[Element, str]) -> tuple[str, bool]:
    """The words of a cell, those of a table inside it too, and whether all of them are bold."""
    if cell.find(f"{qn('w:tcPr')}/{qn('w:cellDel')}") is not None:
        return "", False
    words: list[str] = []
    weights: set[bool] = set()
    _gather(cell, labels, words, weights)
    return "".join(words).strip(), weights == {True}


def _gather(element: Element, labels: dict[Element, str], words: list[str], weights: set[bool]) -> None:
    for child in element:
        tag = child.tag
        if tag in _NOT_SHOWN or (tag == R and _is_hidden(child)):
            continue
        if tag in (T, _MATH):
            words.append(child.text or "")
        elif tag in _WRITTEN:
            words.append(_WRITTEN[tag])
        else:
            if tag == P:
                words.append(f"\n{labels.get(child, '')}")
            elif tag == R and child.find(T) is not None:
                weights.add(_has(child, "w:b"))
            _gather(child, labels, words, weights)


def _is_hidden(run: Element) -> bool:
    return _has(run, "w:vanish")


def _has(run: Element, name: str) -> bool:
    """A property of a run is on unless it says otherwise."""
    found = run.find(f"{qn('w:rPr')}/{qn(name)}")
    return found is not None and found.get(VAL, "1").lower() not in _OFF


def _is_deleted(paragraph: Element) -> bool:
    """A row that was struck out, or a paragraph without its mark, is no longer counted by a list."""
    if paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is not None:
        return True
    row = next(paragraph.iterancestors(TR), None)
    return row is not None and row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None
