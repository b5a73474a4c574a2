"""Where one received table ends and another begins, what is not read, and what stands under what."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font

from imports.reading.files import tables
from imports.reading.passed_over import sentence_for
from imports.reading.rows import Content, NothingRead, content_of
from tests.support.office import HEADER, document, saved, sheet, table_in

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]

Rows = list[list[Any]]

TASKS: Rows = [
    ["TT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời hạn"],
    ["I", "THỂ CHẾ", "", "", ""],
    ["1", "Ban hành kế hoạch", "Sở Nội vụ", "Công an tỉnh", "31/3/2027"],
]
PROJECT = "Đề án đô thị thông minh"


def read(file: io.BytesIO, answers: dict[str, str] | None = None) -> Content:
    return content_of(tables(file, "phụ lục"), answers or {})


def said(content: Content, *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, field) for field in fields) for row in content.rows]


def paper(*parts: str | Rows) -> io.BytesIO:
    """A document of paragraphs and tables."""
    made = Document()
    for part in parts:
        if isinstance(part, str):
            made.add_paragraph(part)
        else:
            table_in(made, part)
    return saved(made)


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


# Columns


@pytest.mark.parametrize("number", ["S\nT\nT", "T\nT", "S T T", "ST\nT", "STT"])
def test_a_narrow_heading_is_read_letter_under_letter(number: str) -> None:
    rows = [[number, "Nhiệm\nvụ", "Cơ quan\nchủ\ntrì"], ["1", "Việc", "Sở A"]]
    assert said(read(paper(rows)), "number", "title", "lead") == [("1", "Việc", "Sở A")]


@pytest.mark.parametrize("more", ["Nội dung thực hiện", "Giải pháp", "Nội dung cụ thể", "Hoạt động"])
def test_what_is_to_be_done_may_fill_two_columns(more: str) -> None:
    rows = [
        ["STT", "Nhiệm vụ", more, "Cơ quan chủ trì", "Thời hạn"],
        ["1", "Hoàn thiện thể chế:", "Ban hành nghị quyết", "Sở A", "30/6/2027"],
        ["", "", "Sửa đổi quy chế", "Sở B", "31/7/2027"],
    ]
    found = read(sheet(rows))
    assert said(found, "number", "title", "lead") == [
        ("1", "Hoàn thiện thể chế: Ban hành nghị quyết", "Sở A"),
        ("", "Sửa đổi quy chế", "Sở B"),
    ]
    assert found.passed_over == []
    merged = said(read(sheet(rows, "A2:A3 B2:B3")), "title", "lead")
    assert merged[1] == ("Hoàn thiện thể chế: Sửa đổi quy chế", "Sở B")


@pytest.mark.parametrize("other", ["Nội dung báo cáo", "Mục tiêu", "Tình hình thực hiện nhiệm vụ", "Căn cứ"])
def test_what_is_said_about_a_task_is_no_part_of_its_words(other: str) -> None:
    rows = [["STT", "Nhiệm vụ", other, "Cơ quan chủ trì"], ["1", "Việc", "khác", "Sở A"]]
    found = read(sheet(rows))
    assert said(found, "title") == [("Việc",)]
    assert [one.name for one in found.passed_over] == [other]


def test_notes_in_two_columns_are_both_kept() -> None:
    rows = [[*HEADER, "Ghi chú", "Ghi chú"], ["1", "Việc", "Sở A", "", "", "2027", "Một", "Hai"]]
    found = read(sheet(rows))
    assert (said(found, "note"), found.passed_over) == ([("Một\nHai",)], [])


@pytest.mark.parametrize(
    "headings, field",
    [
        (("Thời hạn theo Kế hoạch", "Thời hạn điều chỉnh"), "due"),
        (("Thời hạn", "Thời hạn"), "due"),
        (("Thời hạn", "Thời hạn điều chỉnh"), "due"),
        (("Cơ quan chủ trì", "Đơn vị chủ trì"), "lead"),
        (("Cơ quan phối hợp", "Đơn vị phối hợp"), "coordinating"),
        (("Sản phẩm", "Kết quả"), "deliverable"),
        (("Deadline", "Due date"), "due"),
    ],
)
def test_two_columns_for_one_field_are_a_question(headings: tuple[str, str], field: str) -> None:
    rest = {"title": "Nhiệm vụ", "lead": "Chủ trì", "due": "Hạn"}
    others = [words for name, words in rest.items() if name != field]
    rows = [["STT", *others, *headings], ["1", *(f"x{n}" for n in range(len(others))), "Một", "Hai"]]
    found = read(sheet(rows))
    (row,) = found.rows
    assert row.undecided == {field: f"{headings[0]}: Một; {headings[1]}: Hai"}
    (one,) = found.passed_over
    assert (one.kind, one.field, [column.words for column in one.columns]) == ("choice", field, [*headings])
    for column, words in zip(one.columns, ("Một", "Hai"), strict=True):
        answered = read(sheet(rows), {column.key: field})
        assert (said(answered, field), answered.rows[0].undecided) == ([(words,)], {})
        assert [other.kind for other in answered.passed_over] == ["column"]
        assert [(other.name, other.field) for other in answered.answered] == [(column.words, field)]


def test_a_hidden_column_does_not_stand_for_the_visible_one() -> None:
    made = Workbook()
    page: Any = made.active
    for line in (["Nhiệm vụ", "Thời hạn", "Thời hạn"], ["Việc", "30/6/2027", "30/9/2027"]):
        page.append(line)
    page.column_dimensions["B"].hidden = True
    found = read(saved(made))
    assert said(found, "due") == [("30/9/2027",)]
    (one,) = found.passed_over
    assert (one.kind, sentence_for(one)) == (
        "hidden",
        "The column “Thời hạn” is hidden and was not read (table Sheet).",
    )


def test_a_hidden_column_below_a_wide_heading_is_named() -> None:
    made = Workbook()
    page: Any = made.active
    page.append(["Nhiệm vụ", "Chủ trì", "Thời hạn", ""])
    page.append(["", "", "Kế hoạch", "Điều chỉnh"])
    page.append(["Việc", "Sở A", "30/6/2027", "30/9/2027"])
    for cells in ("A1:A2", "B1:B2", "C1:D1"):
        page.merge_cells(cells)
    page.column_dimensions["C"].hidden = True
    found = read(saved(made))
    assert said(found, "due") == [("30/9/2027",)]
    assert [(one.kind, one.name, one.row) for one in found.passed_over] == [("hidden", "Kế hoạch", 2)]


def test_a_table_without_a_header_is_named_by_its_first_row() -> None:
    found = read(paper(TASKS, [["7", "Việc bảy", "Sở A"], ["8", "Việc tám", "Sở B"]]))
    assert [(one.kind, one.name, one.row) for one in found.passed_over] == [
        ("table", "7 | Việc bảy | Sở A", 1)
    ]


def test_a_row_that_is_struck_out_is_left_out_and_named() -> None:
    made = Workbook()
    page: Any = made.active
    for row in (HEADER, ["1", "Việc một", "Sở A"], ["2", "Việc hai", "Sở B"], ["3", "Việc ba", "Sở C"]):
        page.append(row)
    for cell in page[3]:
        cell.font = Font(strike=True)
    found = read(saved(made))
    assert said(found, "number", "title") == [("1", "Việc một"), ("3", "Việc ba")]
    assert [sentence_for(one) for one in found.passed_over] == [
        "Row 3 is struck out and was not read (table Sheet)."
    ]


@pytest.mark.parametrize(
    "below",
    [
        [["STT", "Chỉ tiêu", "Đơn vị tính", "Năm 2026", "Tổng"], ["1", "=A1", "%", "=1+1", "=D5"]],
        [["STT", "Họ và tên", "Chức vụ", "Đơn vị", "Điểm"], ["1", "A", "=B5", "=C5", "=1+1"]],
        [["", "Nơi nhận:", "", "", ""], ["", "=A1", "=A2", "=A3", "=TODAY()"]],
    ],
)
def test_formulas_of_a_list_below_the_tasks_are_nobodys_business(below: Rows) -> None:
    assert said(read(sheet([*TASKS, *below])), "title") == [("Ban hành kế hoạch",)]


def test_a_computed_cell_of_tasks_below_another_list_is_refused() -> None:
    other = [["STT", "Họ và tên", "Chức vụ", "Đơn vị", "Điểm"], ["1", "A", "=B5", "=C5", "=1+1"]]
    with pytest.raises(ValidationError, match="the first is E8"):
        read(sheet([*TASKS, *other, *TASKS[:2], ["1", "Việc", "Sở A", "Sở B", "=TODAY()"]]))


def test_columns_that_nobody_knows_are_named_when_they_hold_something() -> None:
    rows = [
        ["Mã", *HEADER, "Kinh phí (triệu đồng)", "Căn cứ", None],
        ["", "1", "Việc một", "Sở A", "", "", "2027", "500", "", ""],
        ["", "2", "Việc hai", "Sở A", "", "", "2027", "", "", "thêm"],
    ]
    found = read(sheet(rows))
    assert [(one.kind, one.name, one.row) for one in found.passed_over] == [
        ("column", "Kinh phí (triệu đồng)", 2),
        ("column", "", 3),
    ]
    assert "Column J" in sentence_for(found.passed_over[1])


@pytest.mark.parametrize(
    "answers, field, value",
    [
        ({"kinh phi": "note"}, "note", "500"),
        ({"kinh phi": "deliverable"}, "deliverable", "500"),
        ({"thoi han": "", "kinh phi": "due"}, "due", "500"),
    ],
)
def test_a_person_says_what_a_column_means(answers: dict[str, str], field: str, value: str) -> None:
    rows = [["STT", "Nhiệm vụ", "Chủ trì", "Thời hạn", "Kinh phí"], ["1", "Việc", "Sở A", "2027", "500"]]
    found = read(sheet(rows), answers)
    assert said(found, field) == [(value,)]
    assert found.passed_over == []
    assert {one.name: one.field for one in found.answered}["Kinh phí"] == answers["kinh phi"]


def test_a_list_becomes_a_table_of_tasks_when_somebody_says_where_they_are() -> None:
    rows = [["TT", "Chỉ tiêu", "Cơ quan chủ trì", "Thời hạn"], ["1", "100% hồ sơ", "Sở A", "2027"]]
    with pytest.raises(NothingRead) as refused:
        read(sheet(rows))
    (one,) = refused.value.passed_over
    assert [column.key for column in one.columns] == ["tt", "chi tieu", "co quan chu tri", "thoi han"]
    assert said(read(sheet(rows), {"chi tieu": "title"}), "title", "lead") == [("100% hồ sơ", "Sở A")]


def test_english_headings() -> None:
    rows = [
        ["No.", "Task", "Lead agency", "Coordinating agencies", "Deliverable", "Deadline", "Notes"],
        ["1", "Việc", "Sở A", "Sở B", "Báo cáo", "30/6/2027", "Gấp"],
    ]
    found = read(sheet(rows))
    fields = ("number", "title", "lead", "coordinating", "deliverable", "due", "note")
    assert said(found, *fields) == [tuple(rows[1])]
    assert found.passed_over == []


# Lines without a number


@pytest.mark.parametrize(
    "line, sure",
    [
        ("Về hạ tầng số", False),
        ("về dữ liệu số", False),
        ("- Phủ sóng điểm lõm", False),
        ("và dữ liệu số", True),
        ("để phục vụ người dân", True),
    ],
)
def test_a_line_of_words_alone_is_marked_unless_it_clearly_goes_on(line: str, sure: bool) -> None:
    rows = [HEADER, ["1", "Phủ sóng 5G", "Sở A", "", "", "2027"], ["", line, "", "", "", ""]]
    marks = () if sure else (("title", "joined"),)
    assert said(read(sheet(rows)), "doubts") == [(marks,)]


# Numbers


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["5|- Một", "^|- Hai", "^|- Ba", "6|Bốn"], ["5 Một", " Hai", " Ba", "6 Bốn"]),
        (["5|- Một", "|- Hai", "6|Ba"], ["5 Một", " Hai", "6 Ba"]),
        (["5|Một", "^|- Hai", "^|- Ba"], ["5 Một", " Hai<5", " Ba<5"]),
        (["5|Một", "^|Hai"], ["5 Một", " Hai"]),
        (["01|Một", "1.1|Hai", "1.2.|Ba", "02|Bốn"], ["01 Một", "1.1 Hai<01", "1.2 Ba<01", "02 Bốn"]),
        (["1|Một", "01.1|Hai", "01.1.1|Ba"], ["1 Một", "01.1 Hai<1", "01.1.1 Ba<01.1"]),
        (["10|Một", "1.1|Hai"], ["10 Một", "1.1 Hai"]),
        (["1.|Một", "a)|Hai", "b)|Ba", "2.|Bốn", "a)|Năm"],
         ["1 Một", "1.a Hai<1", "1.b Ba<1", "2 Bốn", "2.a Năm<2"]),
        (["I.|Phần", "1.|Một", "a)|Hai", "II.|Phần", "1.|Ba", "1.1|Bốn"],
         ["1 Một", "1.a Hai<1", "1 Ba", "1.1 Bốn<1"]),
        (["1|Một", "1.1|Hai", "1.1.1|Ba", "1.2|Bốn"], ["1 Một", "1.1 Hai<1", "1.1.1 Ba<1.1", "1.2 Bốn<1"]),
    ],
)  # fmt: skip
def test_numbers_make_parents_only_where_numbering_says_so(lines: list[str], expected: list[str]) -> None:
    """ "^": merged with the number above."""
    cells = [line.split("|") for line in lines]
    rows = [["TT", "Nhiệm vụ", "Chủ trì"]]
    rows += [[n.strip("^"), words, "" if words == "Phần" else "Sở A"] for n, words in cells]
    merged: list[tuple[int, int, int, int]] = []
    for place, (number, _words) in enumerate(cells, start=1):
        if number == "^":
            first = merged.pop()[0] if merged and merged[-1][2] == place - 1 else place - 1
            merged.append((first, 0, place, 0))
    spans = " ".join(f"A{top + 1}:A{bottom + 1}" for top, _left, bottom, _right in merged)
    for file in (document(rows, merged), sheet(rows, spans)):
        found = said(read(file), "number", "title", "parent_number")
        assert [f"{n} {title}" + (f"<{parent}" if parent else "") for n, title, parent in found] == expected
