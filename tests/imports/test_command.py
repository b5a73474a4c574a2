"""`manage.py import_tasks`: what a received file holds, as text and as JSON; drafts only with --commit."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import Event
from committees.models import Person
from imports.models import Import
from tasks.models import Order, Task
from tests.support.office import HEADER, document, sheet
from tests.support.people import Bodies

pytestmark = [pytest.mark.usefixtures("in_english", "read_here"), pytest.mark.once]

LEAD = "Sở Khoa học và Công nghệ"
ROWS = [
    HEADER,
    ["I", "Thể chế"],
    [1, "Trình nghị quyết", f"{LEAD}; Sở Tài chính", "Sở Tài chính", "Nghị quyết", "trước ngày 30/6/2026"],
    [2, "Rà soát quy định", "Sở Không Có Tên", None, "Báo cáo", "quý IV/2026"],
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "phụ lục.xlsx"
    path.write_bytes(sheet(ROWS).getvalue())
    return path


def said(*words: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_tasks", *map(str, words), stdout=out, **options)
    return out.getvalue()


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Task, Import, Event, Order))


def test_rows_as_json(file: Path, order: Order) -> None:
    before = counted()
    found = json.loads(said(file, "--body", "COMMITTEE", "--order", "11-kh/bcđ", "--json"))
    one, two = found["rows"]
    assert found.keys() == {"rows", "passed_over"}
    assert found["passed_over"] == []
    assert {**one, "problems": len(one["problems"])} == {
        "row": 3,
        "number": "1",
        "parent": None,
        "title": "Trình nghị quyết",
        "pillar": "Thể chế",
        "lead": [LEAD, "Sở Tài chính"],
        "coordinating": ["Sở Tài chính"],
        "deliverable": "Nghị quyết",
        "due_on": "2026-06-29",
        "due_kind": "day",
        "due_words": "trước ngày 30/6/2026",
        "problems": 1,
    }
    assert (two["due_on"], two["due_kind"]) == ("2026-12-31", "period")
    (problem,) = two["problems"]
    assert (problem["field"], problem["cell"], problem["code"]) == ("lead", "Sheet!C4", "unknown_body")
    assert "Sở Không Có Tên" in problem["says"]
    assert counted() == before


def test_what_was_not_read_and_what_stands_above(order: Order, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    header = ["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Thời hạn điều chỉnh", "Kinh phí"]
    rows = [header, ["01", "Việc", LEAD, "30/6/2027", "30/9/2027", "5"], ["1.1", "Việc con", LEAD]]
    path.write_bytes(sheet(rows, Khác=[["STT", "Chỉ tiêu", "Đơn vị tính"], [1, "Tỷ lệ", "%"]]).getvalue())
    named = [path, "--body", "COMMITTEE", "--order", order.number]
    found = json.loads(said(*named, "--json"))
    assert [(row["number"], row["parent"]) for row in found["rows"]] == [("01", None), ("1.1", "01")]
    (problem,) = found["rows"][0]["problems"]
    assert (problem["field"], problem["code"], found["rows"][0]["due_on"]) == ("due", "two_columns", None)
    assert "Thời hạn điều chỉnh: 30/9/2027" in problem["says"]
    assert [(one["kind"], one["table"], one["name"]) for one in found["passed_over"]] == [
        ("choice", "Sheet", "Thời hạn; Thời hạn điều chỉnh"),
        ("column", "Sheet", "Kinh phí"),
        ("sheet", "Khác", "STT | Chỉ tiêu | Đơn vị tính"),
    ]
    for one in found["passed_over"]:
        assert one["says"] in said(*named)


def test_rows_as_text(file: Path, order: Order) -> None:
    found = said(file, "--body", "COMMITTEE", "--order", order.number)
    assert "Sheet!3\t1\tTrình nghị quyết" in found
    assert "29/06/2026" in found
    assert "2 rows read, 2 of them to be looked at." in found
    assert "Nothing was written." in found


def test_an_order_that_is_not_entered_yet_can_be_tried(file: Path, bodies: Bodies) -> None:
    assert len(json.loads(said(file, "--body", "COMMITTEE", "--order", "1/KH", "--json"))["rows"]) == 2
    with pytest.raises(CommandError, match="Enter the order first"):
        said(file, "--body", "COMMITTEE", "--order", "1/KH", "--commit")


@pytest.mark.both
@pytest.mark.parametrize("by", [["--by", "secretary"], []])
def test_with_commit_all_rows_are_drafts(file: Path, by: list[str], order: Order) -> None:
    """Without --by it is whoever entered the order."""
    found = said(file, "--body", "COMMITTEE", "--order", order.number, "--commit", *by)
    drafts = list(order.tasks.order_by("pk"))
    assert "2 drafts written under 11-KH/BCĐ." in found
    assert [(task.number, task.state, task.unsure) for task in drafts] == [
        ("1", "draft", ["lead"]),
        ("2", "draft", ["lead"]),
    ]
    imported = Import.objects.get()
    assert (imported.state, imported.by.username) == ("written", "secretary")
    assert Event.objects.filter(verb="import_written", by__username="secretary").count() == 1


def test_the_command_does_not_stand_in_the_line_of_received_files(
    file: Path, order: Order, people: dict[str, Person]
) -> None:
    now = timezone.now()
    Import.objects.create(
        order=order, by=people["secretary"], at=now, file_name="a", file="imports/a.xlsx", read_since=now
    )
    assert "2 drafts written" in said(file, "--body", "COMMITTEE", "--order", order.number, "--commit")


def test_a_second_time_nothing_is_left_to_write(file: Path, order: Order) -> None:
    words = [file, "--body", "COMMITTEE", "--order", order.number, "--commit"]
    said(*words)
    before = counted()
    with pytest.raises(CommandError, match="Every row is left out"):
        said(*words)
    assert counted() == before
    assert len(list((Path(settings.MEDIA_ROOT) / "imports").rglob("*.xlsx"))) == 1


def test_one_row_that_cannot_be_written_stops_all(order: Order, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(document([*ROWS, [3, "", LEAD, "", "", "30/6/2026"]]).getvalue())
    before = counted()
    with pytest.raises(CommandError, match="has no task"):
        said(path, "--body", "COMMITTEE", "--order", order.number, "--commit")
    assert counted() == before
    assert not list((Path(settings.MEDIA_ROOT) / "imports").rglob("*.docx"))


@pytest.mark.parametrize("by, words", [("member", "Only the secretary"), ("nobody", "Say with --by")])
def test_the_command_asks_the_same_rule(
    by: str, words: str, file: Path, order: Order, people: dict[str, Person]
) -> None:
    with pytest.raises(CommandError, match=words):
        said(file, "--body", "COMMITTEE", "--order", order.number, "--commit", "--by", by)
    assert not Import.objects.exists()


def test_what_cannot_be_read_is_one_sentence(order: Order, tmp_path: Path, file: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("Nhiệm vụ")
    named = ["--body", "COMMITTEE", "--order", order.number]
    for words, expected in (
        ([text, *named], "no Excel or Word file"),
        ([tmp_path / "none.xlsx", *named], "cannot be opened"),
        ([file, "--body", "NOBODY", "--order", "1"], "No body has the code NOBODY"),
        ([file, *named, "--dated", "28/7/2026"], "YYYY-MM-DD"),
    ):
        with pytest.raises(CommandError, match=expected) as refused:
            said(*words)
        assert "\n" not in str(refused.value)
        assert refused.value.returncode == 1


def test_a_file_without_tasks_says_what_it_holds_instead(order: Order, tmp_path: Path) -> None:
    path = tmp_path / "chỉ tiêu.xlsx"
    path.write_bytes(sheet([["TT", "Chỉ tiêu", "Cơ quan chủ trì"], ["1", "100% hồ sơ", LEAD]]).getvalue())
    with pytest.raises(CommandError) as refused:
        said(path, "--body", "COMMITTEE", "--order", order.number)
    assert "The sheet “Sheet” was not read" in str(refused.value)


def test_of_two_orders_with_a_number_the_day_tells(file: Path, order: Order) -> None:
    Order.objects.create(body=order.body, number=order.number, kind="plan", issued_on="2025-01-01")
    named = [file, "--body", "COMMITTEE", "--order", order.number]
    with pytest.raises(CommandError, match="add --dated"):
        said(*named)
    assert "2 rows read" in said(*named, "--dated", "2026-07-28")
