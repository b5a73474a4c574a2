"""The forms of a file, its doors, and what crashes leave."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document as open_word

from audit.models import Event
from committees.models import Body, Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from reports import actions, documents, jobs, notice_kinds
from reports import exports as exporting
from reports.documents.layout import Column, Document, Letterhead, Table
from reports.documents.letterhead import form_of, letterhead_of, signature_of
from reports.models import KEPT, STUCK, TRIES, Export
from reports.rules import AT_A_TIME
from tasks.models import Order, Task
from tests.reports.exports.helpers import People, made, rows_of, sheet_of, stored, words_of
from tests.support.people import Bodies, TaskAt

pytestmark = pytest.mark.once

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


@pytest.mark.both
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


@pytest.mark.both
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


@pytest.mark.both
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
