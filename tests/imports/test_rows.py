"""The tables of received files → a row of each task: columns by name, headings, numbering, merged cells."""

from __future__ import annotations

import io
import unicodedata
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook
from openpyxl.styles import Font

from imports.reading.columns import columns_of
from imports.reading.files import tables
from imports.reading.legacy_fonts import _OF_TCVN3
from imports.reading.numbering import FORMS, Level, List
from imports.reading.rows import rows_of
from imports.types import Cell, FileRow, Line, Table
from portal.shared.text import legible
from tests.support.office import HEADER, document, saved, sheet, table_in

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]


def read(file: io.BytesIO) -> list[FileRow]:
    return rows_of(tables(file, "phụ lục"))


def grid(rows: list[list[str]]) -> Table:
    lines = [Line(number, tuple(map(Cell, row))) for number, row in enumerate(rows, start=1)]
    return Table("1", lines)


def said(file: io.BytesIO, *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, field) for field in fields) for row in read(file)]


# Columns


@pytest.mark.parametrize(
    "heading, field",
    [
        *((words, "number") for words in ("STT", "TT", "Số TT", "Số thứ tự", "Stt.", "No.")),
        *(
            (words, "title")
            for words in (
                *("Nhiệm vụ", "Nội dung nhiệm vụ", "Nội dung công việc", "Tên nhiệm vụ", "NHIỆM VỤ CỤ THỂ"),
                *("Nhiệm vụ (rõ việc)", "Nhiệm vụ, giải pháp", "Công việc", "Nội dung", "Task"),
                *("Nhiệm vụ trọng tâm", "Các nhiệm vụ chủ yếu", "Nội dung thực hiện", "Nhiệm\nvụ"),
            )
        ),
        *(
            (words, "lead")
            for words in (
                *("Cơ quan chủ trì", "Đơn vị chủ trì", "Chủ trì", "Cơ quan, đơn vị chủ trì", "Lead"),
                *("Cơ quan chủ trì thực hiện", "Chủ trì (rõ người)", "Đơn vị thực hiện", "Bộ, ngành chủ trì"),
                *("Mã ĐV chủ trì", "Đơn vị chủ trì, tham mưu", "Cơ quan chủ trì, phối hợp", "Phân công"),
            )
        ),
        *(
            (words, "coordinating")
            for words in ("Cơ quan phối hợp", "Đơn vị phối hợp", "Phối hợp", "Cơ quan phối hợp thực hiện")
        ),
        *(
            (words, "deliverable")
            for words in ("Sản phẩm", "Kết quả", "Sản phẩm đầu ra", "Sản phẩm/Kết quả", "Kết quả đầu ra")
        ),
        *(
            (words, "due")
            for words in (
                *("Thời hạn", "Thời gian hoàn thành", "Thời gian thực hiện", "Hạn", "Thời hạn hoàn thành"),
                *("Hạn (rõ thời gian)", "Ngày kết thúc", "Tiến độ hoàn thành", "Deadline", "Hạn hoàn thành"),
            )
        ),
        *((words, "note") for words in ("Ghi chú", "GHI CHÚ", "Note")),
        *(
            (words, "parent_words")
            for words in ("NV theo KH 05-KH/BCĐTW", "Nhiệm vụ cấp trên", "Nhiệm vụ theo Kế hoạch 05")
        ),
        *((words, "pillar") for words in ("Nhóm", "Lĩnh vực", "Nhóm nhiệm vụ")),
    ],
)
def test_a_column_is_known_by_its_usual_names(heading: str, field: str) -> None:
    others = {"title": "Nhiệm vụ", "due": "Thời hạn", "lead": "Chủ trì"}
    header = [heading, *(words for name, words in others.items() if name != field)]
    (row,) = rows_of([grid([header, ["x", *(f"y{place}" for place in range(len(header) - 1))]])])
    assert getattr(row, field) == "x"


@pytest.mark.parametrize(
    "heading",
    [
        *("Kết quả thực hiện", "Ngày bắt đầu", "Thời gian cập nhật", "Tiến độ (%)", "Lãnh đạo phụ trách"),
        *("Thời hạn cũ", "Thời hạn ban đầu", "Thời gian trước đây"),
        *("Điểm chuẩn", "Căn cứ", "Trạng thái", "Tình trạng báo cáo", "Đơn vị tính", "Mã nhóm nhiệm vụ"),
    ],
)
def test_a_column_of_something_else_is_left_alone(heading: str) -> None:
    (row,) = rows_of([grid([[heading, *HEADER], ["khác", "1", "Việc", "Sở A", "Sở B", "BC", "30/6/2026"]])])
    assert "khác" not in (row.title, row.lead, row.coordinating, row.deliverable, row.due, row.pillar)
    assert (row.title, row.due, row.lead) == ("Việc", "30/6/2026", "Sở A")


def test_an_exact_time_is_no_old_one() -> None:
    (row,) = rows_of([grid([["Nhiệm vụ", "Thời hạn cụ thể"], ["Việc", "30/6/2026"]])])
    assert row.due == "30/6/2026"


def test_columns_stand_in_any_order_below_a_title() -> None:
    rows = [
        ["ỦY BAN NHÂN DÂN TỈNH", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        [],
        ["PHỤ LỤC: DANH MỤC NHIỆM VỤ, CƠ QUAN CHỦ TRÌ, THỜI HẠN"],
        ["(Kèm theo Kế hoạch số 11-KH/BCĐ ngày 28/7/2026)"],
        ["Thời hạn", "Cơ quan phối hợp", "Sản phẩm", "Nhiệm vụ", "Cơ quan chủ trì", "TT"],
        ["30/6/2026", "Sở B", "Báo cáo", "Việc", "Sở A", 1],
    ]
    (row,) = read(sheet(rows, merged="A3:F3 A4:F4"))
    assert (row.number, row.title, row.lead, row.coordinating) == ("1", "Việc", "Sở A", "Sở B")
    assert (row.deliverable, row.due, row.row, row.cells["due"]) == ("Báo cáo", "30/6/2026", 6, "A6")


def test_a_header_of_two_lines_with_its_columns_counted_below() -> None:
    rows = [
        ["TT", "Nhiệm vụ", "Cơ quan thực hiện", None, "Thời gian", None],
        [None, None, "Chủ trì", "Phối hợp", "Bắt đầu", "Kết thúc"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [1, "Việc", "Sở A", "Sở B", "1/6/2026", "30/6/2026"],
    ]
    for merged in ("A1:A2 B1:B2 C1:D1 E1:F1", "C1:D1 E1:F1"):
        assert said(sheet(rows, merged), "title", "lead", "coordinating", "due") == [
            ("Việc", "Sở A", "Sở B", "30/6/2026")
        ]


def test_the_document_above_stands_in_the_heading_of_its_column() -> None:
    (row,) = read(sheet([[*HEADER, "NV theo KH 05-KH/BCĐTW"], [1, "Việc", "A", "", "", "", "NV 2"]]))
    assert (row.parent_words, row.parent_order) == ("NV 2", "05-KH/BCĐTW")


# Rows


def test_headings_between_rows_become_the_pillar() -> None:
    rows = [
        HEADER,
        ["I. Thể chế"],
        [1, "Việc một", "Sở A"],
        ["II", "Hạ tầng số"],
        [2, "Việc hai", "Sở A"],
        ["A", "DỮ LIỆU"],
        [3, "Việc ba", "Sở A"],
        [None, "B. Nhân lực"],
        [4, "Việc bốn", "Sở A"],
        [None, "KỶ LUẬT THỰC THI"],
        [5, "Việc năm", "Sở A"],
        ["1.", "Nhóm việc khác"],
        [6, "Việc sáu", "Sở A"],
        ["VI", "Việc có cơ quan", "Sở B"],
    ]
    assert said(sheet(rows, "A2:F2 B12:F12"), "pillar", "title") == [
        ("Thể chế", "Việc một"),
        ("Hạ tầng số", "Việc hai"),
        ("DỮ LIỆU", "Việc ba"),
        ("Nhân lực", "Việc bốn"),
        ("KỶ LUẬT THỰC THI", "Việc năm"),
        ("Nhóm việc khác", "Việc sáu"),
        ("Nhóm việc khác", "Việc có cơ quan"),  # whoever leads something is no heading
    ]


def test_a_bold_line_without_number_and_agency_is_a_heading() -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in ([*HEADER], [None, "Nhóm thể chế"], [1, "Việc", "Sở A"]):
        page.append(row)
    page["B2"].font = Font(bold=True)
    assert said(saved(book), "pillar", "title") == [("Nhóm thể chế", "Việc")]


@pytest.mark.parametrize(
    "written, read_as",
    [
        (["1", "1.1", "1.1.a", "1.1.b", "1.2"], ["1", "1.1<1", "1.1.a<1.1", "1.1.b<1.1", "1.2<1"]),
        (["1.", "1.1.", "a)", "b)", "2."], ["1", "1.1<1", "1.1.a<1.1", "1.1.b<1.1", "2"]),
        (["1", "-", "-", "2", "+"], ["1", "<1", "<1", "2", "<2"]),
        (["1", "1a", "1b"], ["1", "1a<1", "1b<1"]),
        (["2.1", "2.2"], ["2.1", "2.2"]),  # "2" is no row of this file
        (["(1)", "(1.1)", "01"], ["1", "1.1<1", "01"]),
        ([1, 1.1, 1.2], ["1", "1.1<1", "1.2<1"]),
    ],
)
def test_numbering_says_what_stands_under_what(written: list[Any], read_as: list[str]) -> None:
    rows = [HEADER, *([number, f"Việc {place}", "Sở A"] for place, number in enumerate(written))]
    found = said(sheet(rows), "number", "parent_number")
    assert [f"{number}<{parent}" if parent else number for number, parent in found] == read_as


def test_the_number_may_stand_at_the_beginning_of_the_words() -> None:
    rows = [
        ["Nhiệm vụ", "Chủ trì"],
        ["1. Việc một", "A"],
        ["1.1. Việc nhỏ", "A"],
        ["a) Nhỏ hơn", "A"],
        ["30.000 hồ sơ", "A"],
        ["1.5 triệu hồ sơ", "A"],
        ["1.2 Việc khác", "A"],
    ]
    assert said(sheet(rows), "number", "parent_number", "title") == [
        ("1", "", "Việc một"),
        ("1.1", "1", "Việc nhỏ"),
        ("1.1.a", "1.1", "Nhỏ hơn"),
        ("", "", "30.000 hồ sơ"),
        ("", "", "1.5 triệu hồ sơ"),
        ("1.2", "1", "Việc khác"),
    ]


def test_under_each_heading_the_numbers_begin_again() -> None:
    rows = [
        HEADER,
        ["I", "Một"],
        [1, "Việc", "A"],
        ["1.1", "Việc nhỏ", "A"],
        ["II", "Hai"],
        ["1.1", "Của nhóm hai", "A"],
    ]
    assert said(sheet(rows), "number", "parent_number") == [("1", ""), ("1.1", "1"), ("1.1", "")]


def test_a_cell_merged_over_five_tasks_counts_for_all_five() -> None:
    rows = [HEADER, *([n, f"Việc {n}", "Sở A" if n == 1 else None, None, "BC", "30/6"] for n in range(1, 6))]
    assert said(sheet(rows, "C2:C6"), "lead") == [("Sở A",)] * 5
    assert said(document(rows, [(1, 2, 5, 2)]), "lead") == [("Sở A",)] * 5


def test_one_task_over_two_lines_has_both_agencies() -> None:
    rows = [
        HEADER,
        [1, "Việc", "Sở A", None, "BC", "30/6/2026"],
        [None, None, "Sở B", None, None, "30/9/2026"],
    ]
    for file in (sheet(rows, "A2:A3 B2:B3"), sheet(rows, "A2:A3 B2:B3 E2:E3")):
        assert said(file, "number", "lead", "due") == [("1", "Sở A\nSở B", "30/6/2026\n30/9/2026")]


def test_text_that_goes_on_in_the_next_line_is_one_task() -> None:
    rows = [
        HEADER,
        [1, "Xây dựng kế hoạch", "Sở A;", None, "Kế hoạch", "30/6/2026"],
        [None, "và tổ chức thực hiện", None],
        [None, None, "Sở B"],
        [2, "Việc hai", "Sở C", None, None, "30/9/2026"],
        [None, "Báo cáo Ban Chỉ đạo."],
    ]
    one, two = read(sheet(rows))
    assert (one.title, one.lead, one.doubts) == ("Xây dựng kế hoạch và tổ chức thực hiện", "Sở A;\nSở B", ())
    assert two.title == "Việc hai Báo cáo Ban Chỉ đạo."
    assert two.doubts == (("title", "joined"),)  # perhaps a task whose agency was forgotten


def test_without_a_column_of_numbers_a_line_of_words_alone_is_a_task() -> None:
    rows = [["Nhiệm vụ", "Chủ trì"], ["Việc một", "Sở A"], ["Việc hai", None]]
    assert said(sheet(rows), "title", "lead") == [("Việc một", "Sở A"), ("Việc hai", "")]


def test_a_row_without_words_of_a_task_is_still_a_row() -> None:
    rows = [HEADER, [1, None, "Sở A", None, "BC", "30/6/2026"], [2, "Việc", "Sở B"], [3], [4]]
    assert said(sheet(rows), "number", "title") == [("1", ""), ("2", "Việc")]


def test_headers_again_sums_and_signatures_are_no_tasks() -> None:
    rows = [
        HEADER,
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [1, "Việc một", "Sở A", None, "BC", "30/6/2026"],
        HEADER,
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [2, "Tổng hợp báo cáo", "Sở A", None, "BC", "30/6/2026"],
        ["Tổng cộng: 2 nhiệm vụ"],
        [],
        [None, "Khánh Hòa, ngày 28 tháng 7 năm 2026"],
        [None, "Nơi nhận:", None, "T/M BAN CHỈ ĐẠO"],
        [None, "- Như trên;", None, "TRƯỞNG BAN"],
        [None, "- Lưu VT.", None, "Nguyễn Văn A"],
    ]
    assert said(sheet(rows), "title") == [("Việc một",), ("Tổng hợp báo cáo",)]


def test_another_table_below_in_the_same_sheet_has_its_own_columns() -> None:
    rows = [
        HEADER,
        [1, "Việc", "Sở A"],
        [],
        ["Phần hai"],
        ["STT", "Chủ trì", "Nhiệm vụ"],
        [1, "Sở B", "Việc hai"],
    ]
    assert said(sheet(rows), "title", "lead")[-1] == ("Việc hai", "Sở B")


def test_each_sheet_has_its_own_header_and_hidden_ones_are_not_read() -> None:
    rows = [HEADER, [1, "Việc một", "Sở A"]]
    book = Workbook()
    for name, state in (("Một", "visible"), ("Ẩn", "hidden"), ("Hướng dẫn", "visible"), ("Hai", "visible")):
        page = book.create_sheet(name)
        page.sheet_state = state
        for row in [["Mã", "Tên viết tắt"], ["SKHCN", "Sở KH&CN"]] if name == "Hướng dẫn" else rows:
            page.append(row)
    assert said(saved(book), "table", "title") == [("Một", "Việc một"), ("Hai", "Việc một")]


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
