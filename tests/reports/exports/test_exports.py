"""Lists and reports as files: the same scope as the screen, inert cells, the forms of State and Party."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime, timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from committees.models import Membership, Person
from portal.shared.days import today
from reports import actions
from reports.documents.layout import clean
from reports.models import Export
from tasks import actions as task_actions
from tasks.lifecycle import FIVE, Standing
from tasks.lists import sheet
from tasks.models import Order, Task
from tests.reports.exports.helpers import People, made, rows_of, sheet_of, words_of
from tests.support.people import Bodies, TaskAt


@pytest.mark.once
@pytest.mark.parametrize("who", ["head", "secretary", "member", "officer", "helper", "inspector", "sister"])
@pytest.mark.parametrize("query", ["", "standing=overdue", "view=given", "q=viec"])
def test_a_file_holds_exactly_what_the_screen_shows(
    several: dict[str, Task], people: People, client: Client, who: str, query: str
) -> None:
    client.force_login(people[who])
    shown = client.get(f"/tasks/?{query}").context["page"].object_list
    rows = rows_of(export := made(people[who], query=query))
    assert [row["key"] for row in rows] == [task.code for task in shown]
    assert export.rows == len(rows)
    assert {row["title"] for row in rows} == {task.title for task in shown}


def test_a_stranger_gets_an_empty_file_and_a_member_nothing_restricted(
    several: dict[str, Task], people: People
) -> None:
    assert rows_of(made(people["outsider"])) == []
    titles = {row["title"] for row in rows_of(made(people["member"]))}
    assert "Việc hạn chế" not in titles
    assert not any("mật" in title for title in titles)
    assert "Việc hạn chế" in {row["title"] for row in rows_of(made(people["officer"]))}


@pytest.mark.parametrize("report, format", [("late", "xlsx"), ("weekly", "docx"), ("meeting", "docx")])
def test_reports_tell_a_member_nothing_restricted(
    several: dict[str, Task], people: People, report: str, format: str
) -> None:
    Task.objects.filter(pk=several["restricted"].pk).update(due_on=today() - timedelta(days=3))
    export = made(people["member"], report, format)
    text = words_of(export) if format == "docx" else str(list(sheet_of(export).active.values))
    assert "Việc chậm" in text
    assert "Việc hạn chế" not in text


def test_drafts_name_nothing_restricted_whoever_makes_them(several: dict[str, Task], people: People) -> None:
    """They go on to people who may not read it; the numbers still count it."""
    Task.objects.filter(pk=several["restricted"].pk).update(due_on=today() - timedelta(days=3))
    text = words_of(made(people["secretary"], "meeting", "docx"))
    assert "Việc hạn chế" not in text
    assert "Tasks given: 5." in text or "Tổng số nhiệm vụ đã giao: 5." in text


def test_what_a_body_led_before_is_in_no_file_of_it(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", title="Việc chuyển giao", due_on=today() - timedelta(days=5))
    task_actions.report_progress(task=task, by=people["officer"], percent=10, note="Thiếu kinh phí.")
    by = people["secretary"]
    task_actions.change_lead(task=task, by=by, lead=bodies.sister, reason="Đổi đầu mối.")
    task.refresh_from_db()
    task_actions.edit_task(task=task, values={"deliverable": "Sản phẩm mới"}, by=by)
    task_actions.accept(task=task, by=people["sister"])
    task_actions.report_progress(task=task, by=people["admin"], percent=20, note="Tin mới của nơi khác.")
    assert list(rows_of(made(people["officer"]))) == []
    late = str(list(sheet_of(made(people["officer"], "late")).active.values))
    assert "Việc chuyển giao" not in late
    assert "Thiếu kinh phí." not in late
    assert "Tin mới của nơi khác." not in late
    assert "Tin mới của nơi khác." in str(list(sheet_of(made(by, "late")).active.values))


def test_a_file_is_its_owners_alone(several: dict[str, Task], people: People, client: Client) -> None:
    export = made(people["secretary"])
    for who in ("head", "officer", "admin"):
        client.force_login(people[who])
        assert client.get(export.get_absolute_url()).status_code == 404
        assert client.post(f"/reports/files/{export.pk}/again/").status_code == 404
        assert export.file_name not in client.get("/reports/files/").content.decode()
    client.force_login(people["secretary"])
    answer = client.get(export.get_absolute_url())
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"


def test_with_other_offices_no_old_file_is_handed_out(
    several: dict[str, Task], people: People, client: Client
) -> None:
    export, person = made(people["officer"]), people["officer"]
    Membership.objects.filter(person=person).update(ends_on=today() - timedelta(days=1))
    client.force_login(person)
    assert client.get(export.get_absolute_url()).status_code == 409
    assert f'href="{export.get_absolute_url()}"' not in client.get("/reports/files/").content.decode()
    assert client.post(f"/reports/files/{export.pk}/again/").status_code == 200
    export.refresh_from_db()
    assert export.rows == 0


def test_what_is_made_later_is_made_with_the_rights_of_then(several: dict[str, Task], people: People) -> None:
    export = actions.ask_export(by=people["officer"], report="list", format="xlsx", data=QueryDict())
    assert export.rows
    Membership.objects.filter(person=people["officer"]).update(ends_on=today() - timedelta(days=1))
    actions.make_export(export.pk, tell=True)
    export.refresh_from_db()
    assert (export.state, export.rows) == ("ready", 0)
    other = actions.ask_export(by=people["secretary"], report="list", format="xlsx", data=QueryDict())
    Person.objects.filter(pk=people["secretary"].pk).update(is_active=False)
    actions.make_export(other.pk, tell=True)
    other.refresh_from_db()
    assert (other.state, other.problem, other.file.name) == ("failed", Export.Problem.LOCKED, "")


def test_a_condition_that_no_longer_holds_widens_nothing(
    several: dict[str, Task], people: People, order: Order, task_at: TaskAt
) -> None:
    """Of an order that is no longer seen, not the list without that condition."""
    task_at("in_progress", order=order)
    query = QueryDict(f"order={order.pk}")
    export = actions.ask_export(by=people["helper"], report="list", format="xlsx", data=query)
    assert export.rows == 1
    Membership.objects.filter(person=people["helper"]).update(ends_on=today() - timedelta(days=1))
    actions.make_export(export.pk, tell=True)
    export.refresh_from_db()
    assert (export.state, export.problem) == ("failed", Export.Problem.CONDITION)


# What stands in it


FORMULAS = ("=1+1", "+84 58", "-5", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "'=1", "–5")


def test_cells_that_look_like_formulas_are_text_and_come_back_the_same(
    people: People, task_at: TaskAt, bodies: Bodies
) -> None:
    for number, words in enumerate(FORMULAS):
        task = task_at("draft", title="Việc", parts=[])
        Task.objects.filter(pk=task.pk).update(title=words, number=str(number), deliverable=words)
    export = made(people["secretary"])
    page = sheet_of(export).active
    found = {}
    for line in page.iter_rows():
        for cell in line:
            assert cell.data_type != "f"
        found[line[10].value] = line[2]
    for number, words in enumerate(FORMULAS):
        assert found[str(number)].value == words
        assert bool(found[str(number)].quotePrefix) == (words[0] in "=+-@\t")


def test_numbers_and_days_are_numbers_and_days(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", due_on=date(2026, 12, 31), due_words="Quý IV/2026")
    book = sheet_of(export := made(people["secretary"]))
    (row,) = rows_of(export)
    assert row["due"].date() == date(2026, 12, 31)
    assert (row["row"], row["percent"], row["version"]) == (1, task.percent, task.version)
    assert row["due_words"] == "Quý IV/2026"
    said = json.loads(book.custom_doc_props[sheet.PROPERTY].value)
    assert said["id"] == export.pk
    assert said["columns"].split(",") == [column.name for column in sheet.COLUMNS]
    last = sheet_column(len(sheet.COLUMNS))
    assert book.active.column_dimensions[last].hidden
    assert book.active.print_title_rows


def sheet_column(number: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number - 1]


def test_an_untouched_row_says_what_the_task_says(people: People, task_at: TaskAt, order: Order) -> None:
    task = task_at(
        "in_progress", order=order, number="1.2.a", pillar="Dữ liệu", deliverable="Danh mục\n2 bản"
    )
    (row,) = rows_of(made(people["secretary"], query=f"order={order.pk}"))
    stored = Task.objects.prefetch_related("parts__body").get(pk=task.pk)
    with translation.override("vi"):
        values = sheet.values_of(stored)
    for name, value in values.items():
        there = row[name].date() if isinstance(row[name], datetime) else row[name]
        assert (there or "") == (value or ""), name


def test_what_no_office_file_can_hold_is_left_out(people: People, task_at: TaskAt) -> None:
    task = task_at("draft", title="Việc", parts=[])
    odd = "Dữ liệu\uffff\x0b & <b> “mở” \u0065\u0302\u0301 đ"
    Task.objects.filter(pk=task.pk).update(title=odd)
    for format in ("xlsx", "docx", "pdf"):
        assert made(people["secretary"], format=format).state == "ready"
    (row,) = rows_of(made(people["secretary"]))
    assert row["title"] == clean(odd) == "Dữ liệu & <b> “mở” ế đ"
    assert unicodedata.is_normalized("NFC", row["title"])


@pytest.mark.parametrize("by", ["lead", "order", "pillar", "month", "quarter"])
def test_the_count_is_that_of_the_page(several: dict[str, Task], people: People, by: str) -> None:
    export = made(people["secretary"], "counts", query=f"by={by}")
    lines = [line for line in sheet_of(export).active.values if isinstance(line[2], int)]
    tally = Task.objects.visible_to(people["secretary"]).tally(today())
    numbers = (tally["given"], *(tally[one] for one in FIVE))
    assert lines[-1][2:8] == numbers
    for column in range(2, 8):
        assert sum(line[column] for line in lines[:-1]) == lines[-1][column]


def test_late_tasks_with_cause_and_remedy(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", due_on=today() + timedelta(days=1))
    task_actions.flag_risk(task=task, by=people["officer"], days=6, remedy="Thêm người.")
    day = today() + timedelta(days=40)
    task_actions.ask_extension(task=task, by=people["lead_head"], proposed_on=day, reason="Chờ Bộ.")
    Task.objects.filter(pk=task.pk).update(due_on=today() - timedelta(days=12))
    task_at("in_progress")
    export = made(people["head"], "late")
    (line,) = [line for line in sheet_of(export).active.values if line[1] == task.code]
    assert (line[6], line[7], line[8]) == (12, "Chờ Bộ.", "Thêm người.")
    assert export.rows == 1


def test_every_file_says_who_when_which_and_how_many(several: dict[str, Task], people: People) -> None:
    for format in ("xlsx", "docx"):
        export = made(people["secretary"], format=format, query="standing=overdue")
        said = words_of(export) if format == "docx" else str(list(sheet_of(export).active.values))
        assert people["secretary"].name in said
        assert "(+07:00)" in said
        assert f"{today():%d/%m/%Y}" in said
        assert str(Standing.OVERDUE.label) in said
        assert ": 1." in said


def test_file_names_are_plain_letters(people: People, several: dict[str, Task]) -> None:
    name = made(people["secretary"]).file_name
    assert name.isascii()
    assert " " not in name
    assert name.endswith(f"{today()}.xlsx")
