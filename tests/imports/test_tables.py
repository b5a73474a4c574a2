"""Where one received table ends and another begins, what is not read, and what stands under what."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from imports.reading.passed_over import sentence_for
from tests.imports.tables_helpers import TASKS, Rows, paper, read, said
from tests.support.office import saved

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]


PROJECT = "Đề án đô thị thông minh"


def book(**pages: Rows) -> io.BytesIO:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in pages.items():
        page = made.create_sheet(name.replace("_", " "))
        for row in rows:
            page.append(row)
    return saved(made)


# A table with a header of its own


@pytest.mark.parametrize(
    "title",
    [
        *("Tên đề án", "Tên dự án", "Nội dung công việc", "Văn bản", "Tên văn bản", "Đề án, dự án"),
        *("Danh mục chương trình", "Tên đề án/dự án", "Hạng mục", "Project"),
    ],
)
def test_a_second_table_is_read_by_its_own_header(title: str) -> None:
    projects = [
        ["TT", title, "Cơ quan phối hợp", "Cơ quan chủ trì", "Thời hạn"],
        ["1", PROJECT, "Công an tỉnh", "Sở Xây dựng", "31/12/2027"],
    ]
    found = read(paper(TASKS, "Phụ lục II. Danh mục", projects))
    assert said(found, "pillar", "number", "title", "lead", "coordinating") == [
        ("THỂ CHẾ", "1", "Ban hành kế hoạch", "Sở Nội vụ", "Công an tỉnh"),
        ("", "1", PROJECT, "Sở Xây dựng", "Công an tỉnh"),
    ]
    assert found.passed_over == []


def test_a_third_table_with_yet_another_order_and_width() -> None:
    second = [["Thời hạn", "Đơn vị chủ trì", "Tên dự án"], ["31/12/2027", "Sở Y tế", "Bệnh án điện tử"]]
    third = [
        ["STT", "Sản phẩm", "Tên đề án", "Cơ quan chủ trì", "Thời hạn", "Ghi chú"],
        ["1", "Đề án", PROJECT, "Sở Xây dựng", "30/6/2027", ""],
    ]
    assert said(read(paper(TASKS, "", second, "", third)), "title", "lead", "due") == [
        ("Ban hành kế hoạch", "Sở Nội vụ", "31/3/2027"),
        ("Bệnh án điện tử", "Sở Y tế", "31/12/2027"),
        (PROJECT, "Sở Xây dựng", "30/6/2027"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        ["TT", "Chỉ tiêu", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời hạn"],
        ["TT", "Chỉ tiêu", "Đơn vị tính", "Cơ quan chủ trì", "Năm 2027"],
        ["TT", "Nội dung", "Chỉ tiêu", "Cơ quan chủ trì", "Thời hạn"],
        ["TT", "Họ và tên", "Chức vụ", "Đơn vị", "Điện thoại"],
        ["TT", "Họ và tên", "Chức vụ", "Cơ quan", "Nhiệm vụ"],
        ["Họ và tên", "Chức danh", "Cơ quan", "Nhiệm vụ được phân công", "Số điện thoại"],
        ["TT", "Số, ký hiệu", "Trích yếu", "Ngày ban hành", "Cơ quan ban hành"],
        ["TT", "Mã", "Tên đơn vị", "Tên viết tắt", "Thời hạn"],
        ["No.", "Indicator", "Unit", "Lead agency", "Deadline"],
    ],
)
@pytest.mark.parametrize("layout", ["paper", "book", "below"])
def test_lists_of_something_else_are_passed_over_and_said(other: list[str], layout: str) -> None:
    """As a table as wide as the one before it, as a sheet, and further down in the sheet of the tasks."""
    line = ["1", "Một", "Hai", "Ba", "Bốn"]
    if layout == "paper":
        found = read(paper(TASKS, "", [other, line]))
    elif layout == "book":
        found = read(book(Một=TASKS, Hai=[other, line]))
    else:
        found = read(book(Một=[*TASKS, [], ["DANH SÁCH KÈM THEO"], other, line]))
    assert said(found, "title") == [("Ban hành kế hoạch",)]
    (one,) = found.passed_over
    assert (one.kind, one.table) == {
        "paper": ("table", "2"),
        "book": ("sheet", "Hai"),
        "below": ("table", "Một"),
    }[layout]
    assert [column.words for column in one.columns] == other
    assert ("DANH SÁCH" in sentence_for(one)) == (layout == "below")


def test_letterheads_and_signatures_are_known_and_not_told_of() -> None:
    letterhead = [["ỦY BAN NHÂN DÂN TỈNH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ["Số: 980", "Ngày 20"]]
    signatures = [["Nơi nhận:\n- Như trên;", "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH"]]
    found = read(paper(letterhead, "", TASKS, "", signatures))
    assert (len(found.rows), found.passed_over) == (1, [])


def test_nothing_goes_on_with_a_table_that_was_passed_over() -> None:
    """Its second page has no header, and is as wide as the table of tasks before it."""
    members = [["TT", "Họ và tên", "Chức vụ", "Cơ quan", "Ghi chú"], ["1", "A", "Giám đốc", "Sở Y tế", ""]]
    more = [["2", "B", "Phó Giám đốc", "Sở Nội vụ", ""]]
    found = read(paper(TASKS, "", members, "", more))
    assert said(found, "title") == [("Ban hành kế hoạch",)]
    assert [(one.kind, one.table) for one in found.passed_over] == [("table", "2"), ("table", "3")]


def test_after_another_list_in_a_sheet_tasks_may_follow() -> None:
    members = [["STT", "Họ và tên", "Chức vụ"], ["1", "Nguyễn Văn A", "Giám đốc"]]
    found = read(book(Một=[*TASKS, [], *members, [], TASKS[0], ["2", "Việc hai", "Sở Y tế", "", "2027"]]))
    assert said(found, "number", "title", "pillar") == [
        ("1", "Ban hành kế hoạch", "THỂ CHẾ"),
        ("2", "Việc hai", ""),
    ]


def test_another_header_in_a_sheet_needs_no_column_of_numbers() -> None:
    first = [["Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn"], ["Việc một", "Sở A", "30/6/2027"]]
    second = [["Thời hạn", "Nhiệm vụ", "Cơ quan chủ trì"], ["31/12/2027", "Việc hai", "Sở B"]]
    found = read(book(Một=[*first, [], *second]))
    assert said(found, "title", "lead", "due") == [
        ("Việc một", "Sở A", "30/6/2027"),
        ("Việc hai", "Sở B", "31/12/2027"),
    ]


@pytest.mark.parametrize("header", [[TASKS[0]], [], [TASKS[0], ["(1)", "(2)", "(3)", "(4)", "(5)"]]])
def test_the_same_table_goes_on_over_pages_with_and_without_its_header(header: Rows) -> None:
    more = [["1.1", "Lấy ý kiến", "Sở Nội vụ", "", "2027"], ["2", "Việc hai", "Sở Y tế", "", "2027"]]
    for file in (paper(TASKS, "", [*header, *more]), book(Một=[*TASKS, *header, *more])):
        assert said(read(file), "pillar", "number", "parent_number") == [
            ("THỂ CHẾ", "1", ""),
            ("THỂ CHẾ", "1.1", "1"),
            ("THỂ CHẾ", "2", ""),
        ]


@pytest.mark.parametrize("between", ["PHỤ LỤC II", "Danh mục nhiệm vụ giao cho cấp xã", "Biểu số 02"])
def test_another_appendix_with_the_same_columns_begins_anew(between: str) -> None:
    more = [TASKS[0], ["1.1", "Việc hai", "Sở Y tế", "", "2027"]]
    files = (
        paper(TASKS, between, more),
        book(Một=TASKS, Hai=[[between], *more]),
        book(Một=[*TASKS, [], [between], *more]),
    )
    for file in files:
        assert said(read(file), "pillar", "number", "parent_number") == [
            ("THỂ CHẾ", "1", ""),
            ("", "1.1", ""),
        ]


def test_a_title_that_says_it_goes_on_is_no_other_appendix() -> None:
    more = [["TT", "Nhiệm\nvụ", *TASKS[0][2:]], ["1.1", "Việc hai", "Sở Y tế", "", "2027"]]
    found = read(paper(TASKS, "PHỤ LỤC I (tiếp theo)", more))
    assert said(found, "pillar", "parent_number") == [("THỂ CHẾ", ""), ("THỂ CHẾ", "1")]


def test_a_line_that_names_a_day_in_words_is_no_signature() -> None:
    rows = [
        ["Nội dung công việc", "Đơn vị chủ trì", "Thời gian"],
        ["Hội nghị sơ kết, ngày 15 tháng 6 năm 2027", "Sở Nội vụ", "15/6/2027"],
        ["Lễ công bố, ngày 01 tháng 7 năm 2027", "", "01/7/2027"],
        ["Số hóa hộ tịch", "Sở Tư pháp", "31/12/2027"],
        ["", "Khánh Hòa, ngày 20 tháng 11 năm 2026", ""],
        ["Người ký", "", ""],
    ]
    assert [title for (title,) in said(read(paper(rows)), "title")] == [rows[n][0] for n in (1, 2, 3)]
