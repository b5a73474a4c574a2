"""What of a received row is unsure, each with its field; and two hundred faults in five thousand rows."""

from __future__ import annotations

import io
import random
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from audit.models import Event
from committees.models import Body, Person
from imports import meaning
from imports.checks import check
from imports.duplicates import TitleIndex, TitleWords
from imports.models import Import
from imports.problems import problem_sentence
from imports.reading.files import tables
from imports.reading.rows import rows_of
from imports.types import FileRow
from tasks import actions
from tasks.models import Order, OrderRelation, Task
from tests.support.office import HEADER, saved
from tests.support.people import Bodies, TaskAt

ASSIGNED = "assigned"
LEAD, HELPER = "Sở Khoa học và Công nghệ", "Sở Tài chính"


def row(place: int = 1, **values: Any) -> FileRow:
    said = {"number": str(place), "title": f"Việc số {place}", "lead": LEAD, "due": "30/6/2026", **values}
    return FileRow(row=place + 1, table="Phụ lục", **said)


def codes(order: Order, *rows: FileRow) -> list[list[tuple[str, str]]]:
    return [[(problem.field, problem.code) for problem in one.problems] for one in check(rows, order)]


@pytest.mark.parametrize(
    "values, found",
    [
        ({}, []),
        ({"coordinating": HELPER}, []),
        ({"coordinating": "các cơ quan liên quan"}, []),
        ({"title": ""}, [("title", "no_title")]),
        ({"lead": ""}, [("lead", "no_lead")]),
        ({"lead": f"{LEAD}; {HELPER}"}, [("lead", "several_leads")]),
        ({"lead": "Sở Không Có Tên"}, [("lead", "unknown_body")]),
        ({"lead": "các cơ quan liên quan"}, [("lead", "unknown_body")]),
        ({"lead": "Các sở, ban, ngành"}, [("lead", "group_leads")]),
        ({"coordinating": "Sở Không Có Tên"}, [("coordinating", "unknown_body")]),
        ({"due": ""}, [("due", "no_due")]),
        ({"due": "31/2/2026"}, [("due", "due_no_such_day")]),
        ({"deliverable": "#REF!"}, [("deliverable", "error_value")]),
        ({"doubts": (("title", "joined"),)}, [("title", "joined")]),
        ({"title": "Việc " * 200}, [("title", "shortened")]),
        ({"pillar": "Nhóm " * 50}, [("pillar", "shortened")]),
        ({"lead": f"Chủ trì: {LEAD}. Phối hợp: {HELPER}"}, []),
    ],
)
def test_what_is_unsure(values: dict[str, Any], found: list[tuple[str, str]], order: Order) -> None:
    (one,) = check([row(**values)], order)
    assert [(problem.field, problem.code) for problem in one.problems] == found
    assert all(problem_sentence(problem).endswith(".") for problem in one.problems)


def test_who_leads_and_who_helps(order: Order, bodies: Bodies) -> None:
    apart, together = check(
        [row(coordinating=HELPER), row(2, lead=f"Chủ trì: {LEAD}. Phối hợp: {HELPER}")], order
    )
    for one in (apart, together):
        assert [named.body for named in one.lead] == [bodies.lead.pk]
        assert [named.body for named in one.coordinating] == [bodies.helper.pk]


def test_what_before_means_is_the_setting_of_the_body(order: Order) -> None:
    for means, day in ((Body.Before.DAY_BEFORE, 29), (Body.Before.THAT_DAY, 30)):
        order.body.before_means = means
        (one,) = check([row(due="trước ngày 30/6/2026")], order)
        assert one.due.on == date(2026, 6, day)


def test_what_is_too_long_is_shortened_and_kept_whole(order: Order) -> None:
    words = "Rà soát, hoàn thiện " * 40
    (one,) = check([row(title=words, note="Ghi chú")], order)
    assert len(one.read.title) <= 500
    assert one.read.title.endswith("…")
    assert one.read.note == f"Ghi chú\n{words}"
    (beyond,) = check([row(note="a" * 30_000)], order)
    assert [(problem.code, problem.stops) for problem in beyond.problems] == [("too_long", True)]


# Repeated


def test_the_same_number_or_the_same_words_in_the_file(order: Order) -> None:
    found = codes(
        order,
        row(1, title="Xây dựng kế hoạch chuyển đổi số năm 2026"),
        row(2, title="Xây dựng  KẾ HOẠCH chuyển đổi số năm 2026."),
        row(3, title="Xây dựng kế hoạch chuyển đổi số năm 2027"),  # another number, another task
        row(4, title="Xây dựng kế hoạch chuyển đổi số năm 2026", lead=HELPER),  # of another agency
        row(5, number="1.", title="Việc khác hẳn"),
        row(6, number="1", title="Việc của nhóm khác", pillar="II"),
    )
    assert found == [[], [("title", "row_again")], [], [], [("number", "number_again")], []]


def test_a_task_that_the_order_has_already(order: Order, people: dict[str, Person], task_at: TaskAt) -> None:
    """It is the same place and nearly the same words; what is alike elsewhere a person looks at."""
    title = "Khắc phục điểm lõm sóng, thiếu điện ở vùng sâu, vùng xa"
    here = task_at("draft", order=order, number="7.", pillar="Hạ tầng", title=title)
    bare = task_at("draft", order=order, title="Lập danh mục dữ liệu mở của tỉnh")
    other = task_at("assigned", title="Ban hành khung kiến trúc số của tỉnh")
    gone = task_at("draft", order=order, number="10", title="Lập danh mục cơ sở dữ liệu dùng chung")
    actions.withdraw(task=gone, by=people["secretary"], reason="Nhầm")
    near = title.replace(",", " và") + "."
    expected: list[tuple[FileRow, list[Task], list[Task]]] = [
        (row(7, pillar="HẠ TẦNG", title=near), [here], []),
        (row(7, pillar="Hạ tầng", title="Đề án đô thị thông minh"), [], []),  # of a second appendix
        (row(7, pillar="Phụ lục II", title=title), [], [here]),
        (row(8, pillar="Hạ tầng", title=near), [], [here]),
        (row(9, number="", title="Lập danh mục dữ liệu mở của tỉnh"), [bare], []),
        (row(9, title="Lập danh mục dữ liệu mở của tỉnh"), [], [bare]),
        (row(9, title="Ban hành khung kiến trúc số của tỉnh"), [], [other]),
        (row(10, title="Lập danh mục cơ sở dữ liệu dùng chung"), [], []),  # withdrawn
    ]
    for one, same, alike in expected:
        (checked,) = check([one], order)
        assert checked.duplicates == tuple(task.pk for task in same)
        assert checked.alike == tuple(task.pk for task in alike)
        codes = ["is_there"] if same else ["exists"] if alike else []
        assert [problem.code for problem in checked.problems] == codes


def test_a_second_appendix_under_the_same_order_loses_nothing(order: Order, task_at: TaskAt) -> None:
    for number, title in (("1", "Ban hành kế hoạch chuyển đổi số"), ("2", "Đào tạo cán bộ các xã")):
        task_at("draft", order=order, number=number, title=title)
    second = [row(1, title="Đề án đô thị thông minh"), row(2, title="Ban hành kế hoạch chuyển đổi số")]
    first_again = [row(1, title="Ban hành kế hoạch chuyển đổi số"), row(2, title="Đào tạo cán bộ các xã.")]
    assert [one.left_out for one in meaning.import_rows(check(second, order), order)] == [False, False]
    assert [one.left_out for one in meaning.import_rows(check(first_again, order), order)] == [True, True]


@pytest.mark.parametrize(
    "one, other, alike",
    [
        ("Lập danh mục điểm lõm sóng của tỉnh", "LẬP DANH MỤC điểm lõm sóng của tỉnh", True),
        ("Lập danh mục điểm lõm sóng của tỉnh", "Lap danh muc diem lom song cua tinh", True),
        (
            "Xây dựng, trình ban hành kế hoạch chuyển đổi số của tỉnh",
            "Xây dựng và trình ban hành kế hoạch chuyển đổi số của tỉnh",
            True,
        ),
        ("Báo cáo kết quả quý I của tỉnh", "Báo cáo kết quả quý II của tỉnh", False),
        ("Báo cáo kết quả năm 2025", "Báo cáo kết quả năm 2026", False),
        ("Sở A trình Sở B báo cáo", "Sở B trình Sở A báo cáo", False),
        ("Lập danh mục điểm lõm sóng", "Lập danh mục điểm thiếu điện", False),
        (
            "Rà soát, cập nhật hồ sơ cấp độ an toàn các hệ thống thông tin của Sở Y tế",
            "Rà soát, cập nhật hồ sơ cấp độ an toàn các hệ thống thông tin của Sở Nội vụ",
            False,
        ),
        (
            "Rà soát, cập nhật hồ sơ cấp độ an toàn các hệ thống thông tin của Sở Y tế",
            "Rà soát, bổ sung hồ sơ cấp độ an toàn các hệ thống thông tin của Sở Y tế",
            True,
        ),
        (
            "RÀ SOÁT, CẬP NHẬT HỒ SƠ CẤP ĐỘ AN TOÀN CÁC HỆ THỐNG THÔNG TIN CỦA SỞ Y TẾ",
            "Rà soát, bổ sung hồ sơ cấp độ an toàn các hệ thống thông tin của Sở Y tế",
            True,
        ),
        ("Lập danh mục", "", False),
    ],
)
@pytest.mark.once
def test_near_the_same_words(one: str, other: str, alike: bool) -> None:
    assert TitleIndex([one, "Việc khác"]).of(TitleWords.read(other)) == ([0] if alike else [])


# The task above


@pytest.fixture
def received(order: Order, bodies: Bodies, people: dict[str, Person]) -> dict[str, Task]:
    """Tasks that the committee received under 05-KH/BCĐTW of the body above."""
    above = Order.objects.create(
        body=bodies.top, number="05-KH/BCĐTW", kind=Order.Kind.PLAN, issued_on=date(2026, 7, 1)
    )
    made = {}
    for number, lead in (
        ("2", bodies.committee),
        ("9", bodies.committee),
        ("9 ", bodies.committee),
        ("3", bodies.sister),
    ):
        made[number] = Task.objects.create(
            assigner=bodies.top, lead=lead, order=above, number=number, title=f"Việc {number}", state=ASSIGNED
        )  # fmt: skip
    OrderRelation.objects.create(
        order=order, kind="implements", other=above, by=people["secretary"], at="2026-07-28T00:00Z"
    )
    return made


@pytest.mark.parametrize(
    "words, heading, number",
    [
        ("NV 2", "05-KH/BCĐTW", "2"),
        ("Nhiệm vụ số 2", "", "2"),  # of the one plan that this order implements
        ("2", "05-kh/bcđtw", "2"),
        ("NV 2 Kế hoạch 05-KH/BCĐTW", "", "2"),
        ("NV 2", "06-KH/BCĐTW", None),
        ("NV 2, 3", "05-KH/BCĐTW", None),
        ("NV 2-9", "05-KH/BCĐTW", None),
        ("NV 9", "05-KH/BCĐTW", None),  # two have this number
        ("NV 3", "05-KH/BCĐTW", None),  # another body received it
        ("NV 4", "05-KH/BCĐTW", None),
        ("KH 38-KH/TU", "05-KH/BCĐTW", None),
        ("", "05-KH/BCĐTW", None),
    ],
)
def test_the_task_above_where_one_alone_can_be_meant(
    words: str, heading: str, number: str | None, order: Order, received: dict[str, Task]
) -> None:
    (one,) = check([row(parent_words=words, parent_order=heading)], order)
    assert one.parent == (received[number].pk if number else None)


def test_without_a_plan_that_it_implements_a_bare_number_is_nobody(
    order: Order, received: dict[str, Task]
) -> None:
    order.relations.all().delete()
    (one,) = check([row(parent_words="NV 2")], order)
    assert one.parent is None


# Many rows

FAULTS: dict[str, tuple[int, Any, tuple[str, str]]] = {
    "no title": (1, None, ("title", "no_title")),
    "no agency": (2, None, ("lead", "no_lead")),
    "unknown agency": (2, "Sở Không Có Tên", ("lead", "unknown_body")),
    "unknown helper": (3, "Cục Hai Mươi Bảy", ("coordinating", "unknown_body")),
    "two agencies": (2, f"{LEAD}; {HELPER}", ("lead", "several_leads")),
    "no such day": (5, "31/6/2026", ("due", "due_no_such_day")),
    "no day": (5, "sớm nhất có thể", ("due", "due_unread")),
    "empty day": (5, None, ("due", "no_due")),
    "error": (4, "#N/A", ("deliverable", "error_value")),
    "long title": (1, "Việc dài " * 80, ("title", "shortened")),
    "same number": (0, "1", ("number", "number_again")),
    "same words": (1, "Rà soát việc 1 thứ 1", ("title", "row_again")),
}


def appendix(rows: int, faults: int) -> tuple[io.BytesIO, dict[str, tuple[str, str]]]:
    """A sheet, and where each fault was planted: "C17" → its field and code."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Phụ lục")
    page.append(HEADER)
    chance = random.Random(5)
    spoiled = dict(zip(chance.sample(range(2, rows), faults), list(FAULTS) * faults, strict=False))
    planted = {}
    for number in range(1, rows + 1):
        line: list[Any] = [
            number,
            f"Rà soát việc {number} thứ {number}",
            LEAD,
            HELPER,
            "Báo cáo",
            "30/6/2026",
        ]
        if name := spoiled.get(number):
            column, value, found = FAULTS[name]
            line[column] = value
            planted[f"{'ABCDEF'[column]}{number + 1}"] = found
        page.append(line)
    return saved(book), planted


@pytest.mark.once
@pytest.mark.slow
def test_two_hundred_faults_in_five_thousand_rows_are_all_found(order: Order) -> None:
    file, planted = appendix(5000, 200)
    assert (len(planted), len(set(planted.values()))) == (200, len(FAULTS))
    events = Event.objects.count()
    told: list[int] = []
    with CaptureQueriesContext(
        connection,
    ) as asked:
        checked = check(rows_of(tables(file, "phụ lục.xlsx")), order, told.append)
    found = {
        one.read.cells[problem.field]: (problem.field, problem.code)
        for one in checked
        for problem in one.problems
    }
    assert found == planted
    assert all(one.read.row == int(one.read.cells["title"][1:]) for one in checked)
    assert len(asked) <= 10
    assert told == sorted(told)
    assert told[-1] == 5000
    assert (Task.objects.count(), Import.objects.count(), Event.objects.count()) == (0, 0, events)


def test_checking_asks_as_often_for_many_rows_as_for_one(order: Order) -> None:
    def asked(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            check([row(number, parent_words="NV 2") for number in range(1, count + 1)], order)
        return len(queries)

    assert asked(1) == asked(30)
