"""Which columns of a table are read, and as what."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook
from openpyxl.styles import Font

from imports.reading.passed_over import sentence_for
from imports.reading.rows import NothingRead
from tests.imports.tables_helpers import TASKS, Rows, paper, read, said
from tests.support.office import HEADER, document, saved, sheet

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]


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
