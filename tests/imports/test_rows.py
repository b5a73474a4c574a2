"""The tables of received files → a row of each task: columns by name, headings, numbering, merged cells."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from imports.reading.rows import rows_of
from imports.types import Cell, Line, Table
from tests.imports.rows_helpers import read, said
from tests.support.office import HEADER, document, saved, sheet

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]


def grid(rows: list[list[str]]) -> Table:
    lines = [Line(number, tuple(map(Cell, row))) for number, row in enumerate(rows, start=1)]
    return Table("1", lines)


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
    (row,) = read(sheet(rows, "A3:F3 A4:F4"))
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


def test_a_numbered_line_is_a_heading_where_it_is_merged_over_who_and_when() -> None:
    rows = [HEADER, [1, "Hạ tầng số"], ["1.1", "Việc", "Sở A", "Sở B", "BC", "30/6/2026"]]
    (row,) = read(sheet(rows, "B2:F2"))
    assert (row.pillar, row.title) == ("Hạ tầng số", "Việc")
    # Over the title alone it is a task that lacks the rest.
    assert [row.title for row in read(sheet(rows))] == ["Hạ tầng số", "Việc"]


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
