"""Cells, days and numbers as programs other than Excel and Word write them, or as a damaged file has them."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from docx import Document
from docx.oxml.parser import parse_xml

from tests.imports.files_helpers import changed
from tests.imports.limits_helpers import in_sheet
from tests.imports.rows_helpers import read, said
from tests.support.office import HEADER, saved, sheet, table_in

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]

ROWS = [HEADER, [1, "Việc", "Sở A", None, "BC", "30/6/2026"]]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


# Excel


def with_due(cell: str) -> io.BytesIO:
    """A sheet whose deadline is this cell."""
    letters = "ABCDEF"
    heads = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{head}</t></is></c>'
        for letter, head in zip(letters, HEADER, strict=True)
    )
    words = "".join(
        f'<c r="{letter}2" t="inlineStr"><is><t>{word}</t></is></c>'
        for letter, word in zip("ABC", ("1", "Việc", "Sở A"), strict=True)
    )
    return in_sheet(f'<sheetData><row r="1">{heads}</row><row r="2">{words}{cell}</row></sheetData>')


@pytest.mark.parametrize(
    "cell, due",
    [
        # A day as ISO writes it, which LibreOffice and Google may; and one that is none.
        ('<c r="F2" t="d"><v>2027-06-30</v></c>', "30/6/2027"),
        ('<c r="F2" t="d"><v>2027-06-30T00:00:00</v></c>', "30/6/2027"),
        # The kept result of a formula that is no longer there.
        ('<c r="F2" t="str"><v>quý II/2027</v></c>', "quý II/2027"),
        ('<c r="F2" t="str"><v>quý II_x000D_/2027</v></c>', "quý II/2027"),
        ('<c r="F2" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="F2" t="b"><v>0</v></c>', "FALSE"),
        ('<c r="F2" t="b"><v>true</v></c>', "TRUE"),
        # Without a place of its own a cell stands after the one before.
        ('<c/><c/><c t="str"><v>30/6/2027</v></c>', "30/6/2027"),
        ('<c r="F2"/>', ""),
        ('<c r="F2" t="inlineStr"/>', ""),
    ],
)
def test_a_cell_is_read_however_it_is_written(cell: str, due: str) -> None:
    assert said(with_due(cell), "title", "due") == [("Việc", due)]


def test_a_number_that_is_no_day_of_the_calendar_is_no_deadline() -> None:
    file = sheet([HEADER, [1, "Việc", "Sở A", None, "BC", date(2027, 6, 30)]])
    file = changed(file, sheet1=("<v>46568</v>", "<v>99999999</v>"))
    assert said(file, "due") == [("#VALUE!",)]


@pytest.mark.parametrize(
    "swap",
    [
        {"sheet1": ('r="F2"', 'r="2F"')},
        {
            "workbook.xml.rels": (
                'Target="/xl/worksheets/sheet1.xml"',
                'Target="file:///C:/khac.xml" TargetMode="External"',
            )
        },
    ],
)
def test_what_points_nowhere_is_damage(swap: dict[str, tuple[str, str]]) -> None:
    with pytest.raises(ValidationError) as refused:
        read(changed(sheet(ROWS), None, **swap))
    assert refused.value.code == "damaged"


def test_a_merged_cell_without_words_merges_nothing() -> None:
    rows = [
        HEADER,
        [1, "Việc một", None, None, "BC", "30/6/2026"],
        [2, "Việc hai", None, None, "BC", "30/6/2027"],
    ]
    assert said(sheet(rows, "C2:C3"), "title", "lead") == [("Việc một", ""), ("Việc hai", "")]


# Word


def numbered(levels: str, *nums: str) -> Any:
    """A document with one table, whose lists are numbered so."""
    paper = Document()
    numbering = paper.part.numbering_part.element
    kind = f'<w:abstractNum xmlns:w="{W}" w:abstractNumId="77">{levels}</w:abstractNum>'
    numbering.insert(0, parse_xml(kind))
    for number, inside in enumerate(nums, start=77):
        numbering.append(
            parse_xml(
                f'<w:num xmlns:w="{W}" w:numId="{number}"><w:abstractNumId w:val="77"/>{inside}</w:num>'
            )
        )
    return paper


def put_in_list(cell: Any, number: int, level: int | None = 0) -> None:
    at = "" if level is None else f'<w:ilvl w:val="{level}"/>'
    mark = f'<w:numPr xmlns:w="{W}">{at}<w:numId w:val="{number}"/></w:numPr>'
    cell.paragraphs[0]._p.get_or_add_pPr().append(parse_xml(mark))


DECIMAL = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
AGAIN = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'


def tasks_in(paper: Any, count: int) -> list[Any]:
    """The cells of numbers of so many tasks, all empty."""
    rows = [["", f"Việc {number}", "Sở A", "", "", ""] for number in range(count)]
    return [row.cells[0] for row in table_in(paper, [HEADER, *rows]).rows[1:]]


def test_a_list_that_begins_again_is_counted_from_its_own_first() -> None:
    """Two lists of Word count together unless the second says where it starts."""
    for inside, numbers in (("", ["1", "2", "3", "4"]), (AGAIN, ["1", "2", "1", "2"])):
        paper = numbered(DECIMAL, "", inside)
        for cell, number in zip(tasks_in(paper, 4), (77, 77, 78, 78), strict=True):
            put_in_list(cell, number)
        assert [row.number for row in read(saved(paper))] == numbers


def test_a_level_that_the_list_does_not_have_numbers_nothing() -> None:
    paper = numbered(DECIMAL, "")
    for cell, level in zip(tasks_in(paper, 3), (0, 5, None), strict=True):
        put_in_list(cell, 77, level)
    assert [row.number for row in read(saved(paper))] == ["1", "", "2"]


def test_a_bullet_is_no_number() -> None:
    paper = numbered('<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl>', "")
    for cell in tasks_in(paper, 2):
        put_in_list(cell, 77)
    assert [row.title for row in read(saved(paper))] == ["Việc 0", "Việc 1"]


def test_a_list_that_nobody_defined_numbers_nothing() -> None:
    paper = Document()
    for cell in tasks_in(paper, 1):
        put_in_list(cell, 4711)
    assert [row.number for row in read(saved(paper))] == [""]


def test_text_of_another_file_is_refused_in_the_short_form_of_a_field_too() -> None:
    paper = Document()
    cell = table_in(paper, [HEADER, ["1", "Việc", "Sở A", "", "", ""]]).cell(1, 1)
    run = "<w:r><w:t>Khác</w:t></w:r>"
    field = f'<w:fldSimple xmlns:w="{W}" w:instr=" INCLUDETEXT C:/a.docx ">{run}</w:fldSimple>'
    cell.paragraphs[0]._p.append(parse_xml(field))
    with pytest.raises(ValidationError, match="other files"):
        read(saved(paper))


def test_cells_that_word_took_away_hold_nothing() -> None:
    """A cell that a change not yet accepted deletes, and one that an old file merges into its neighbour."""
    for mark in (f'<w:cellDel xmlns:w="{W}"/>', f'<w:hMerge xmlns:w="{W}" w:val="continue"/>'):
        paper = Document()
        cell = table_in(paper, [HEADER, ["1", "Việc", "Sở A", "Sở B", "BC", "30/6/2026"]]).cell(1, 3)
        cell._tc.get_or_add_tcPr().append(parse_xml(mark))
        assert said(saved(paper), "lead", "coordinating", "due") == [("Sở A", "", "30/6/2026")]
