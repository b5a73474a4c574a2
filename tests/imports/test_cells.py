"""What stands in a cell of Excel and Word, as a reader sees it."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook

from imports.reading.columns import columns_of
from imports.reading.legacy_fonts import _OF_TCVN3
from imports.reading.numbering import FORMS, Level, List
from imports.types import Cell, Line, Table
from portal.shared.text import legible
from tests.imports.rows_helpers import read, said
from tests.support.office import HEADER, document, saved, sheet, table_in

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]


# What stands in a cell


@pytest.mark.parametrize(
    "value, form, shown",
    [
        (date(2026, 6, 30), "dd/mm/yyyy", "30/6/2026"),
        (date(2026, 6, 30), "m/d/yyyy", "30/6/2026"),
        (date(2026, 6, 7), "m/d/yyyy", "7/6/2026 (mm/dd/yyyy)"),
        (date(2026, 6, 7), "[$-409]mm/dd/yy;@", "7/6/2026 (mm/dd/yyyy)"),
        (date(2026, 6, 6), "m/d/yyyy", "6/6/2026"),
        (date(2026, 6, 7), "mm-dd-yy", "7/6/2026"),
        (date(2026, 6, 7), "mmm d, yyyy", "7/6/2026"),
        (date(2026, 6, 7), "m\\/d\\/yyyy", "7/6/2026 (mm/dd/yyyy)"),
        (date(2026, 6, 30), "d-mmm", "30/6"),
        (date(2026, 6, 30), "mmm", "tháng 6"),
        (date(2026, 9, 1), "mm/yyyy", "9/2026"),
        (date(2026, 9, 1), '"Tháng "m/yyyy', "9/2026"),
        (1, "General", "1"),
        (1.5, "General", "1.5"),
        (1.1, "0.00", "1.10"),
        (0.8, "0%", "80%"),
        (2026.0, "General", "2026"),
        (True, "General", "TRUE"),
    ],
)
def test_a_value_is_read_as_it_is_shown(value: Any, form: str, shown: str) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (HEADER, [1, "Việc", "Sở A", None, None, value]):
        page.append(row)
    page["F2"].number_format = form
    assert said(saved(book), "due") == [(shown,)]


def test_days_beside_texts_that_an_english_excel_left_are_unsure() -> None:
    def dues(*values: Any) -> list[Any]:
        return said(
            sheet([HEADER, *([n, f"Việc {n}", "Sở A", None, None, v] for n, v in enumerate(values))]), "due"
        )

    turned = "7/6/2026 (mm/dd/yyyy)"
    assert dues(date(2026, 6, 7), "30/6/2026", date(2026, 5, 5)) == [(turned,), ("30/6/2026",), ("5/5/2026",)]
    assert dues(date(2026, 6, 7), "30/6/2026", date(2026, 6, 20))[0] == ("7/6/2026",)
    assert dues(date(2026, 6, 7), "quý IV/2026")[0] == ("7/6/2026",)


@pytest.mark.parametrize(
    "written, shown",
    [
        ("Đoàn\u00a0thể", "Đoàn thể"),
        ("chuyển\u00ad đổi\u200b số", "chuyển đổi số"),
        (unicodedata.normalize("NFD", "Ủy ban nhân dân"), "Ủy ban nhân dân"),
        ("Ðảng ủy", "Đảng ủy"),
        ("Ɖảng ƣu tú", "Đảng ưu tú"),
        ("Sở Cоng Thương", "Sở Cong Thương"),  # a Cyrillic o
        ("Βộ Y tế", "Bộ Y tế"),  # a Greek Beta
        ("Правда", "Правда"),
        ("e\u0323\u0302 tho\u0300ng", "ệ thòng"),
        ("một\r\n\r\n hai\t ba \x07", "một\nhai ba"),
    ],
)
def test_text_is_what_a_person_sees(written: str, shown: str) -> None:
    assert legible(written) == shown


def old_letters(rows: list[Any]) -> list[Any]:
    """As they were typed with .VnTime before Unicode."""
    back = {new: old for old, new in _OF_TCVN3.items()}
    return [[cell.translate(back) for cell in row] for row in rows]


def test_letters_of_before_unicode_are_known_by_the_header() -> None:
    rows = [HEADER, ["1", "Xây dựng Đề án, thường xuyên", "Sở Tư pháp", "Ủy ban", "", "30/6/2026"]]
    typed = old_letters(rows)
    assert typed[0][1] == "NhiÖm vô"
    for file in (sheet(typed), document(typed)):
        assert said(file, "title", "lead") == [("Xây dựng Đề án, thường xuyên", "Sở Tư pháp")]
    assert said(sheet([HEADER, ["1", "NhiÖm vô", "Sở A"]]), "title") == [("NhiÖm vô",)]


def test_unseen_characters_do_not_hide_a_column() -> None:
    header = ["S\u00adTT", unicodedata.normalize("NFD", "Nhiệm\u00a0vụ"), "Ðơn vị chủ trì", "Thời\u200b hạn"]
    assert said(sheet([header, [1, "Việc", "Sở A", "30/6/2026"]]), "title", "lead", "due") == [
        ("Việc", "Sở A", "30/6/2026")
    ]


# Word


def test_several_tables_with_and_without_the_header_again() -> None:
    paper = Document()
    paper.add_paragraph("I. Thể chế")
    table_in(paper, [["Nơi nhận", "Chữ ký"], ["a", "b"]])
    table_in(paper, [HEADER, [1, "Việc một", "Sở A", "", "", "30/6/2026"]])
    table_in(paper, [[2, "Việc hai", "Sở A", "", "", "30/6/2026"]])
    paper.add_paragraph("II. Hạ tầng số")
    table_in(paper, [HEADER, [3, "Việc ba", "Sở A", "", "", "30/6/2026"]])
    assert said(saved(paper), "table", "row", "pillar", "title") == [
        ("2", 2, "", "Việc một"),
        ("3", 1, "", "Việc hai"),
        ("4", 2, "Hạ tầng số", "Việc ba"),
    ]


def test_a_row_that_speaks_of_tasks_is_no_header_of_its_table() -> None:
    """It stands first in a table that goes on without a header."""
    words = "Công khai nhiệm vụ, cơ quan chậm"
    paper = Document()
    table_in(paper, [HEADER, [1, "Việc một", "Sở A", "", "", ""]])
    for number, deliverable in ((2, "Kết quả"), ("", "Báo cáo")):
        table_in(paper, [[number, words, "Các cơ quan, đơn vị", "Các sở", deliverable, "tháng 9/2026"]])
    assert said(saved(paper), "title", "lead") == [
        ("Việc một", "Sở A"),
        (words, "Các cơ quan, đơn vị"),
        (words, "Các cơ quan, đơn vị"),
    ]


def test_numbers_of_automatic_lists_are_counted() -> None:
    paper = Document()
    table = table_in(paper, [HEADER, *(["", f"Việc {n}", "Sở A", "", "", ""] for n in range(1, 4))])
    for row in table.rows[1:]:
        row.cells[0].paragraphs[0].style = "List Number"
    assert said(saved(paper), "number") == [("1",), ("2",), ("3",)]


def test_a_list_counts_each_level_and_begins_again_below_the_next() -> None:
    levels = {
        0: Level(2, "upperRoman", "%1."),
        1: Level(1, "decimal", "%1.%2"),
        2: Level(1, "lowerLetter", "%3)"),
    }
    counted = List(levels)
    assert [counted.next(level) for level in (0, 1, 2, 2, 1, 2, 0, 1)] == [
        *("II.", "II.1", "a)", "b)", "II.2", "a)", "III.", "III.1")
    ]
    assert [FORMS["upperRoman"](number) for number in (4, 9, 14, 40, 1999)] == [
        "IV",
        "IX",
        "XIV",
        "XL",
        "MCMXCIX",
    ]
    assert [FORMS["lowerLetter"](number) for number in (1, 26, 27, 53)] == ["a", "z", "aa", "aaa"]


def test_a_table_inside_a_cell_is_text_of_that_cell_and_a_frame_is_none() -> None:
    paper = Document()
    frame = paper.add_table(rows=1, cols=1).cell(0, 0)
    inner = frame.add_table(rows=0, cols=6)
    for line in (HEADER, ["1", "Việc", "", "", "BC", "30/6/2026"]):
        for cell, text in zip(inner.add_row().cells, line, strict=True):
            cell.text = text
    small = inner.cell(1, 2).add_table(rows=2, cols=1)
    small.cell(0, 0).text, small.cell(1, 0).text = "Sở A", "Sở B"
    assert said(saved(paper), "title", "lead") == [("Việc", "Sở A\nSở B")]


def _tracked(kind: str, paragraph: Any, text: str) -> None:
    change, run, words = OxmlElement(f"w:{kind}"), OxmlElement("w:r"), OxmlElement("w:t")
    words.text = text
    run.append(words)
    change.append(run)
    paragraph._p.append(change)


def test_changes_count_as_accepted_and_hidden_text_is_not_read() -> None:
    paper = Document()
    table = table_in(paper, [HEADER, [1, "Việc", "Sở A", "", "", ""], [2, "Bỏ", "Sở B", "", "", ""]])
    due, words = table.cell(1, 5).paragraphs[0], table.cell(1, 1).paragraphs[0]
    _tracked("ins", due, "30/9/2026")
    _tracked("moveFrom", due, "30/6/2026")
    _tracked("del", due, "31/12/2026")
    hidden = words.add_run(" ẩn")
    hidden.font.hidden = True
    words.add_run(" có\tđường").add_break()
    words.add_run("xuống dòng")
    struck = OxmlElement("w:trPr")
    struck.append(OxmlElement("w:del"))
    table.rows[2]._tr.insert(0, struck)
    assert said(saved(paper), "title", "due") == [("Việc có đường xuống dòng", "30/9/2026")]


def test_words_of_links_and_results_of_fields_are_read() -> None:
    paper = Document()
    table = table_in(paper, [HEADER, [1, "", "Sở A", "", "", ""]])
    paragraph = table.cell(1, 1).paragraphs[0]
    for tag in ("hyperlink", "smartTag", "sdt"):
        _tracked(tag, paragraph, f"{tag} ")
    for kind, text in (("begin", ""), ("", " DATE "), ("separate", ""), ("result", "kết quả"), ("end", "")):
        run = OxmlElement("w:r")
        part = OxmlElement("w:fldChar" if kind in ("begin", "separate", "end") else "w:instrText")
        if kind == "result":
            part = OxmlElement("w:t")
        if kind in ("begin", "separate", "end"):
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run.append(part)
        paragraph._p.append(run)
    assert said(saved(paper), "title") == [("hyperlink smartTag sdt kết quả",)]


# Nothing to read


@pytest.mark.parametrize(
    "rows, words",
    [
        ([["Họ tên", "Chức vụ"], ["A", "B"]], "No table of tasks"),
        ([], "No table of tasks"),
        (
            [["STT", "Nội dung và tiêu chí", "Điểm chuẩn", "Ghi chú"], [1, "Tiêu chí", 10]],
            "No table of tasks",
        ),
        ([HEADER], "no tasks below"),
        ([HEADER, ["I", "Thể chế"]], "no tasks below"),
        ([*([[f"dòng {n}"] for n in range(20)]), HEADER, [1, "Việc", "Sở A"]], "No table of tasks"),
        ([HEADER, [1, "Việc", "Sở A", None, None, "=TODAY()"], [2, "=B2", "Sở A"]], "2, the first is F2"),
    ],
)
def test_a_file_without_tasks_is_refused_with_one_sentence(rows: list[Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        read(sheet(rows))
    assert len(refused.value.messages) == 1


def test_formulas_of_a_sheet_without_tasks_do_no_harm() -> None:
    assert said(sheet([HEADER, [1, "Việc", "Sở A"]], tính=[["=1+1"]]), "title") == [("Việc",)]


def test_the_heading_of_a_document_is_no_header() -> None:
    title = Line(
        1, (Cell("Danh mục nhiệm vụ, cơ quan chủ trì và thời hạn hoàn thành", width=4), *[Cell()] * 3)
    )
    assert columns_of(Table("1", [title])) is None
