"""Lists and reports as files: the same scope as the screen, inert cells, the forms of State and Party."""

from __future__ import annotations

import io
import json
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from docx import Document as open_word
from openpyxl import load_workbook

from audit.models import Event
from committees.models import Body, Membership, Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reports import actions, documents, jobs, notice_kinds
from reports import exports as exporting
from reports.documents.layout import Column, Document, Letterhead, Table, clean
from reports.documents.letterhead import form_of, letterhead_of, signature_of
from reports.models import KEPT, STUCK, TRIES, Export
from reports.rules import AT_A_TIME
from tasks import actions as task_actions
from tasks.lifecycle import FIVE, Standing
from tasks.lists import sheet
from tasks.models import Order, Task
from tests.support.people import Bodies, TaskAt, given

People = dict[str, Person]


def made(by: Person, report: str = "list", format: str = "xlsx", query: str = "") -> Export:
    """A file as a page makes it at once."""
    export = actions.ask_export(by=by, report=report, format=format, data=QueryDict(query))
    done = actions.make_export(export.pk, tell=False)
    assert done is not None
    done.refresh_from_db()
    return done


def sheet_of(export: Export) -> Any:
    assert export.state == Export.State.READY, export.problem
    return load_workbook(io.BytesIO(export.file.open("rb").read()))


def rows_of(export: Export) -> list[dict[str, Any]]:
    """The rows of the list by the names of its columns."""
    book = sheet_of(export)
    names = [column.name for column in sheet.COLUMNS]
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    head = next(number for number, line in enumerate(lines) if line[1] == str(sheet.COLUMNS[1].head))
    return [dict(zip(names, line, strict=True)) for line in lines[head + 1 :]]


def words_of(export: Export) -> str:
    word = open_word(io.BytesIO(export.file.read()))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in word.paragraphs] + cells + feet_of(word))


def feet_of(word: Any) -> list[str]:
    """What stands at the foot of the first page and of the others."""
    (section,) = word.sections
    return [foot.paragraphs[0].text for foot in (section.first_page_footer, section.footer)]


# Who reads what


@pytest.fixture
def several(bodies: Bodies, people: People, task_at: TaskAt) -> dict[str, Task]:
    tasks = {
        "open": task_at("in_progress", title="Nhiệm vụ thường"),
        "draft": task_at("draft", title="Việc đang soạn"),
        "restricted": task_at("in_progress", title="Việc hạn chế", secrecy="restricted"),
        "secret": task_at("in_progress", title="", number="17", secrecy="secret", parts=[]),
        "late": task_at("in_progress", title="Việc chậm", due_on=today() - timedelta(days=9)),
        "done": task_at("completed", title="Việc xong"),
    }
    values = {"assigner": bodies.top, "lead": bodies.sister, "due_on": today()}
    tasks["elsewhere"] = given(people["admin"], title="Việc nơi khác", **values)
    return tasks


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


# The form


def test_the_form_is_that_of_the_body(bodies: Bodies, people: People) -> None:
    """By the chain of the body, unless it chose the other form."""
    assert form_of(bodies.committee) == "party"
    assert form_of(bodies.lead) == "state"
    bodies.lead.letterhead = Body.Letterhead.PARTY
    assert form_of(bodies.lead) == "party"
    bodies.committee.place = "Khánh Hòa"
    head = letterhead_of(bodies.committee, date(2026, 2, 3))
    assert head.day == "Khánh Hòa, ngày 03 tháng 02 năm 2026"
    assert head.number.endswith("-BC/BCĐ")
    assert (head.above, head.issuer) == ("BAN CHỈ ĐẠO TRUNG ƯƠNG", "BAN CHỈ ĐẠO TỈNH KHÁNH HÒA")
    signed = signature_of(bodies.committee, today())
    assert signed.authority == ("T/M BAN CHỈ ĐẠO", "TRƯỞNG BAN")
    assert signed.name == people["head"].name
    state = letterhead_of(bodies.helper, date(2026, 11, 22))
    assert state.number.startswith("Số:")
    assert state.day.endswith("ngày 22 tháng 11 năm 2026")
    assert not signature_of(bodies.helper, today()).authority[0].startswith("TM.")


@pytest.mark.parametrize("format", ["docx", "xlsx"])
def test_the_letterhead_stands_on_it(several: dict[str, Task], people: People, format: str) -> None:
    for who, said in (("secretary", "ĐẢNG CỘNG SẢN VIỆT NAM"), ("officer", "Độc lập - Tự do - Hạnh phúc")):
        export = made(people[who], format=format)
        text = words_of(export) if format == "docx" else str(list(sheet_of(export).active.values))
        assert said in text


def test_word_has_the_margins_and_repeats_its_head(several: dict[str, Task], people: People) -> None:
    word = open_word(io.BytesIO(made(people["secretary"], format="docx").file.read()))
    section: Any = word.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [20, 20, 30, 20]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert section.page_width > section.page_height
    normal: Any = word.styles["Normal"]
    assert (normal.font.name, normal.font.size.pt) == ("Times New Roman", 14)
    assert sum("w:tblHeader" in table._tbl.xml for table in word.tables) == 1
    draft = open_word(io.BytesIO(made(people["secretary"], "weekly", "docx").file.read()))
    upright: Any = draft.sections[0]
    assert upright.page_height > upright.page_width


def test_a_very_long_cell_is_parted_between_pages(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", due_on=today() - timedelta(days=2))
    Task.objects.filter(pk=task.pk).update(risk_remedy="Tăng cường nhân lực. " * 900)
    for format in ("pdf", "docx", "xlsx"):
        assert made(people["secretary"], "late", format).state == "ready"


# The doors


def test_small_ones_come_at_once_and_large_ones_when_they_are_ready(
    several: dict[str, Task], people: People, client: Client, monkeypatch: Any
) -> None:
    client.force_login(people["secretary"])
    answer = client.post("/reports/files/new/", {"report": "list", "format": "xlsx", "standing": "overdue"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert not Notice.objects.filter(kind=notice_kinds.READY)
    monkeypatch.setitem(exporting.AT_ONCE, Export.Format.XLSX, 0)
    answer = client.post("/reports/files/new/", {"report": "list", "format": "xlsx", "standing": "overdue"})
    assert answer["Location"] == "/reports/files/"
    export = Export.objects.latest("pk")
    assert (export.state, export.filters) == ("waiting", "standing=overdue")
    assert client.get(export.get_absolute_url()).status_code == 409
    assert client.post(f"/reports/files/{export.pk}/again/").status_code == 409
    assert "hx-trigger" in client.get("/reports/files/").content.decode()
    jobs.make_export(export.pk)
    (notice,) = Notice.objects.filter(kind=notice_kinds.READY)
    assert (notice.person, notice.about_id) == (people["secretary"], export.pk)
    assert b"xlsx" in client.get("/notices/").content
    assert client.get(export.get_absolute_url()).status_code == 200


def test_what_no_page_offers_is_refused(several: dict[str, Task], people: People, monkeypatch: Any) -> None:
    for report, format, query in (
        ("weekly", "pdf", ""),
        ("nonsense", "xlsx", ""),
        ("list", "csv", ""),
        ("list", "xlsx", "period=soon"),
        ("list", "xlsx", "body=NOWHERE"),
    ):
        with pytest.raises(ValidationError):
            actions.ask_export(by=people["head"], report=report, format=format, data=QueryDict(query))
    monkeypatch.setattr(exporting, "ON_PAPER", 2)
    with pytest.raises(ValidationError):
        actions.ask_export(by=people["head"], report="list", format="pdf", data=QueryDict())
    assert not Export.objects.exists()
    assert not Event.objects.filter(verb="export_asked").exists()


def test_the_form_leads_back_and_says_what_is_wrong(
    several: dict[str, Task], people: People, client: Client
) -> None:
    client.force_login(people["secretary"])
    page = client.get("/reports/files/new/?standing=overdue&report=late&format=pdf")
    assert page.context["count"] == 1
    assert "/tasks/?standing=overdue" in page.content.decode()
    wrong = client.post("/reports/files/new/", {"report": "weekly", "format": "pdf", "standing": "overdue"})
    assert wrong.status_code == 400
    assert 'name="standing" value="overdue"' in wrong.content.decode()
    assert client.get("/reports/files/new/?period=soon").status_code == 400


@pytest.mark.parametrize("path", ["/tasks/", "/reports/", "/bodies/COMMITTEE/", "/orders/{order}/"])
def test_lists_have_a_menu_that_keeps_their_filter(
    several: dict[str, Task], people: People, client: Client, order: Order, path: str
) -> None:
    client.force_login(people["secretary"])
    page = client.get(path.format(order=order.pk) + ("?view=overdue" if path == "/tasks/" else ""))
    assert 'action="/reports/files/new/"' in page.content.decode()
    if path == "/tasks/":
        assert 'name="view" value="overdue"' in page.content.decode()


def test_the_page_of_files_asks_as_often_for_many_as_for_one(
    several: dict[str, Task], people: People, client: Client
) -> None:
    client.force_login(people["secretary"])
    counts = []
    for _more in range(2):
        made(people["secretary"], "counts")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/reports/files/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


# Crashes, retries, expiry


def asked_for(person: Person) -> Export:
    return actions.ask_export(by=person, report="list", format="xlsx", data=QueryDict())


def test_it_is_made_once_however_often_it_is_tried(several: dict[str, Task], people: People) -> None:
    export = asked_for(people["head"])
    assert actions.make_export(export.pk, tell=True)
    assert actions.make_export(export.pk, tell=True) is None
    assert Notice.objects.filter(kind=notice_kinds.READY).count() == 1


def test_nobody_keeps_the_worker_busy_alone(several: dict[str, Task], people: People) -> None:
    exports = [asked_for(people["head"]) for _one in range(AT_A_TIME)]
    with pytest.raises(Refused) as refused:
        asked_for(people["head"])
    assert refused.value.status == 409
    asked_for(people["secretary"])
    actions.make_export(exports[0].pk, tell=True)
    asked_for(people["head"])


def test_what_a_dead_worker_left_is_taken_up(
    several: dict[str, Task], people: People, monkeypatch: Any
) -> None:
    export = asked_for(people["head"])
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(state="making", started_at=now, tries=1)
    assert actions.make_export(export.pk, tell=True) is None
    Export.objects.filter(pk=export.pk).update(started_at=now - STUCK - timedelta(minutes=1))
    assert list(Export.objects.to_make(now)) == [export]
    assert actions.make_export(export.pk, tell=True)
    Export.objects.filter(pk=export.pk).update(
        state="making", started_at=now - STUCK - timedelta(minutes=1), tries=TRIES
    )
    assert actions.make_export(export.pk, tell=True)
    export.refresh_from_db()
    assert export.state == "failed"


def test_who_lost_it_to_another_keeps_no_file(
    several: dict[str, Task], people: People, monkeypatch: Any
) -> None:
    export = asked_for(people["head"])
    draw = documents.draw

    def slow(*args: Any) -> int:
        later = timezone.now() + timedelta(seconds=1)
        Export.objects.filter(pk=export.pk).update(started_at=later)
        return draw(*args)

    monkeypatch.setattr(documents, "draw", slow)
    assert actions.make_export(export.pk, tell=True) is None
    assert stored() == []


def stored() -> list[str]:
    try:
        folders, _files = default_storage.listdir("exports")
    except FileNotFoundError:
        return []
    return [
        name
        for year in folders
        for month in default_storage.listdir(f"exports/{year}")[0]
        for name in default_storage.listdir(f"exports/{year}/{month}")[1]
    ]


def test_what_breaks_is_told_and_made_again(
    several: dict[str, Task], people: People, client: Client, monkeypatch: Any
) -> None:
    export = asked_for(people["secretary"])
    with monkeypatch.context() as broken:
        broken.setattr(documents, "draw", lambda *args: 1 / 0)
        actions.make_export(export.pk, tell=True)
    export.refresh_from_db()
    assert (export.state, export.problem) == ("failed", Export.Problem.BROKE)
    assert Notice.objects.filter(kind=notice_kinds.FAILED, person=people["secretary"]).exists()
    client.force_login(people["secretary"])
    assert client.post(f"/reports/files/{export.pk}/again/")["Content-Disposition"]
    export.refresh_from_db()
    assert (export.state, export.problem) == ("ready", "")


def test_files_expire(several: dict[str, Task], people: People, client: Client) -> None:
    export = made(people["secretary"])
    assert len(stored()) == 1
    assert actions.expire_exports(now=timezone.now()) == 0
    assert actions.expire_exports(now=timezone.now() + KEPT) == 1
    assert stored() == []
    client.force_login(people["secretary"])
    assert client.get(export.get_absolute_url()).status_code == 409
    assert client.post(f"/reports/files/{export.pk}/again/").status_code == 200
    assert len(stored()) == 1


def test_rows_that_come_meanwhile_are_counted(people: People, task_at: TaskAt, monkeypatch: Any) -> None:
    task_at("draft")
    export = asked_for(people["secretary"])
    draw = documents.draw
    calls: list[int] = []

    def slow(*args: Any) -> int:
        if not calls:
            task_at("draft", title="Đến sau")
        calls.append(1)
        return draw(*args)

    monkeypatch.setattr(documents, "draw", slow)
    actions.make_export(export.pk, tell=False)
    export.refresh_from_db()
    assert (export.rows, len(calls)) == (2, 2)
    assert len(rows_of(export)) == 2


def test_memory_does_not_grow_with_the_rows() -> None:
    """Each row is written and forgotten: ten times the rows take no more room."""
    import tracemalloc

    columns = tuple(Column(str(number), str(number), 20) for number in range(12))

    def peak(rows: int) -> int:
        cells = [f"Nhiệm vụ {number}" for number in range(12)]
        document = Document("T", "S", (), (Table(columns, (cells for _row in range(rows))),))
        tracemalloc.start()
        documents.draw(document, "xlsx", io.BytesIO())
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(50)
    assert peak(2000) < 1.5 * peak(400) + 1_000_000


def test_a_letterhead_is_data() -> None:
    head = Letterhead("state", "", "SỞ A", "BC-…", "Hà Nội", date(2026, 11, 2))
    assert head.day == "Hà Nội, ngày 02 tháng 11 năm 2026"
