"""Milestones on pages, in the API, in files that leave and in files that come."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, time
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import translation
from docx import Document
from openpyxl import Workbook, load_workbook

from audit.models import Event
from committees.names.results import ReadName
from imports import actions as import_actions
from imports.meaning import Meaning
from imports.models import Import
from imports.preview import PreviewRow
from imports.types import Due
from portal.shared.days import VIETNAM
from portal.shared.verdicts import Refused
from reports.actions import ask_export, make_export
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.lists import sheet
from tasks.models import Order, Task
from tests.support.api import Api
from tests.support.imports import checked, read_as
from tests.support.people import Bodies, TaskAt
from tests.support.shown import as_shown
from tests.support.told import told_by
from tests.tasks.milestones.helpers import (
    DAY,
    PLAIN,
    People,
    first,
    on,
    reach,
    rows,
    signed_in,
    with_marks,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_day() -> Iterator[None]:
    with time_machine.travel(datetime.combine(PLAIN, time(9), VIETNAM), tick=False):
        yield


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_on_the_pages(task: Task, people: People) -> None:
    secretary, officer = signed_in(people["secretary"]), signed_in(people["officer"])
    address = f"/tasks/{task.pk}/set-milestones/"
    sent = as_shown(
        secretary, address, **{"day-2": "01/12/2026", "words-2": "Trình ký", "words-3": "Không ngày"}
    )
    assert "Give the day of this milestone" in text_of(secretary.post(address, sent))
    assert secretary.post(address, {**sent, "words-3": "", "day-0": "", "words-0": ""}).status_code == 302
    assert [words for _day, words, _done in rows(task)] == ["Gửi dự thảo 2", "Trình ký"]
    page = officer.get(f"/tasks/{task.pk}/")
    assert "Gửi dự thảo 2 29/11/2026" in text_of(page)
    mark = f"/tasks/{task.pk}/mark-milestone/?milestone={first(task)}"
    assert mark in page.content.decode()
    assert officer.post(mark, as_shown(officer, mark, done_on="09/11/2026")).status_code == 302
    said = text_of(officer.get(f"/tasks/{task.pk}/"))
    assert "Milestones: 29/11/2026: Gửi dự thảo 2 (reached 09/11/2026); 01/12/2026: Trình ký" in said


def test_what_is_wrong_with_a_row_stands_beside_it(task: Task, people: People) -> None:
    secretary, address = signed_in(people["secretary"]), f"/tasks/{task.pk}/set-milestones/"
    sent = as_shown(secretary, address, **{"day-1": "01/01/2027", "day-2": "31/02/2026"})
    form = secretary.post(address, sent).context["form"]
    with translation.override("en"):
        errors = {name: list(sentences) for name, sentences in form.errors.items()}
    assert errors == {
        "day-1": ["The milestone of 01/01/2027 lies after the deadline, 09/12/2026."],
        "day-2": ["There is no day 31/02/2026. Check the day and the month."],
    }
    # A row that nobody touched is not asked again.
    Task.objects.filter(pk=task.pk).update(due_on=PLAIN + 15 * DAY)
    assert secretary.post(address, as_shown(secretary, address, **{"words-0": "Khác"})).status_code == 302
    assert [words for _day, words, _done in rows(task)] == ["Khác", "Gửi dự thảo 2"]


def test_over_the_api(task: Task, people: People) -> None:
    secretary, officer = Api(people["secretary"]), Api(people["officer"])
    marks = [{"due_on": "2026-11-20", "words": "Trình ký"}]
    answer = secretary.post(f"tasks/{task.pk}/set-milestones/", milestones=marks).json()["milestones"]
    assert [(one["due_on"], one["words"], one["standing"]) for one in answer] == [
        ("2026-11-20", "Trình ký", "in_time")
    ]
    reached = officer.post(
        f"tasks/{task.pk}/mark-milestone/", milestone=answer[0]["id"], done_on="2026-11-09"
    ).json()["milestones"]
    assert (reached[0]["done_on"], reached[0]["done_by"]["username"]) == ("2026-11-09", "officer")
    wrong = secretary.post(f"tasks/{task.pk}/set-milestones/", milestones=[{"due_on": "2027-11-20"}])
    assert (wrong.status_code, list(wrong.json())) == (400, ["milestones"])


def test_a_former_lead_reads_those_of_its_time(task: Task, people: People, bodies: Bodies) -> None:
    with on(PLAIN + DAY):
        actions.change_lead(task=task, by=people["head"], lead=bodies.sister, reason="Đổi đầu mối.")
    with on(PLAIN + 2 * DAY):
        with_marks(task, people, 25)
        actions.mark_milestone(task=task, by=people["sister"], milestone=first(task), done_on=PLAIN + 2 * DAY)
        seen = Api(people["officer"]).get(f"tasks/{task.pk}/").json()["milestones"]
        assert [(one["due_on"], one["done_on"]) for one in seen] == [
            ("2026-11-19", None),
            ("2026-11-29", None),
        ]
        said = text_of(signed_in(people["officer"]).get(f"/tasks/{task.pk}/"))
        assert "29/11/2026" in said
        assert "04/12/2026" not in said
        now = Api(people["sister"]).get(f"tasks/{task.pk}/").json()["milestones"]
        assert [one["due_on"] for one in now] == ["2026-12-04"]


def test_a_former_lead_reads_what_it_reached_though_it_is_open_again_and_gone(
    task: Task, people: People, bodies: Bodies
) -> None:
    mark = first(task)
    with on(PLAIN):
        actions.mark_milestone(task=task, by=people["officer"], milestone=mark, done_on=PLAIN)
    with on(PLAIN + DAY):
        actions.change_lead(task=task, by=people["head"], lead=bodies.sister, reason="Đổi đầu mối.")
    with on(PLAIN + 2 * DAY):
        actions.mark_milestone(task=task, by=people["sister"], milestone=mark, done_on=None)
        actions.set_milestones(task=task, by=people["head"], milestones=[])
        assert not task.milestones.exists()
        seen = Api(people["officer"]).get(f"tasks/{task.pk}/").json()["milestones"]
        assert [(one["due_on"], one["done_on"]) for one in seen] == [
            ("2026-11-19", str(PLAIN)),
            ("2026-11-29", None),
        ]
        page = text_of(signed_in(people["officer"]).get(f"/tasks/{task.pk}/"))
        assert f"{PLAIN:%d/%m/%Y}" in page
        for verb, sent in (("mark-milestone", {"milestone": mark}), ("set-milestones", {"milestones": []})):
            assert Api(people["officer"]).post(f"tasks/{task.pk}/{verb}/", **sent).status_code == 403


@pytest.mark.parametrize("format", ["xlsx", "docx", "pdf"])
def test_exported_beside_the_deadline(task: Task, people: People, tmp_path: Path, format: str) -> None:
    reach(task, people)
    with translation.override("vi"):
        export = ask_export(by=people["secretary"], report="list", format=format, data=QueryDict())
        make_export(export.pk, tell=False)
    export.refresh_from_db()
    content = export.file.read()
    if format == "xlsx":
        cells = [str(cell.value) for row in load_workbook(BytesIO(content)).worksheets[0] for cell in row]
        text = "\n".join(cells)
    elif format == "docx":
        text = "\n".join(
            cell.text
            for table in Document(BytesIO(content)).tables
            for row in table.rows
            for cell in row.cells
        )
    else:
        paper = tmp_path / "list.pdf"
        paper.write_bytes(content)
        text = subprocess.run(
            ["pdftotext", "-raw", paper, "-"], capture_output=True, check=True
        ).stdout.decode()
    assert "19/11/2026: Gửi dự thảo 1 (hoàn thành ngày 09/11/2026)" in " ".join(text.split())


def returned(task: Task, order: Order, people: People, **cells: Any) -> Import:
    row = {"row": 1, "state": "", **sheet.values_of(task), **cells}
    book, kept = Workbook(), BytesIO()
    book.worksheets[0].append([str(column.head) for column in sheet.COLUMNS])
    book.worksheets[0].append([row[column.name] for column in sheet.COLUMNS])
    book.save(kept)
    file = SimpleUploadedFile("nhiem-vu.xlsx", kept.getvalue())
    imported = import_actions.start_import(order=order, file=file, by=people["secretary"])
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    return imported


def test_a_sheet_comes_back_with_other_milestones(task: Task, order: Order, people: People) -> None:
    reach(task, people)
    task.refresh_from_db()
    with translation.override("vi"):
        assert returned(task, order, people).rows.count() == 0, "untouched it changes nothing"
        kept = sheet.milestone_lines(task)[0]
        for cell, code in (
            ("25/11/2026: Trình ký", "milestone_reached"),
            (f"{kept}\nsau đó", "milestone_unread"),
        ):
            wrong = returned(task, order, people, milestones=cell).rows.get()
            assert code in [problem["code"] for problem in wrong.problems]
        imported = returned(task, order, people, milestones=f"{kept}\n25/11/2026: Trình ký\n30/11/2026")
        assert imported.rows.get().problems == []
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert rows(task) == [
        ("19/11", "Gửi dự thảo 1", True),
        ("25/11", "Trình ký", False),
        ("30/11", "", False),
    ]


# --- received files -------------------------------------------------------------------------------------


def received(order: Order, people: People, bodies: Bodies) -> Import:
    """One row with something in every field that the preview shows."""
    row = checked(
        "1.2",
        "Xây dựng đề án",
        row={
            "pillar": "Hạ tầng số",
            "deliverable": "Đề án",
            "lead": "Sở KH&CN; Sở Tài chính",
            "coordinating": "Ban lạ",
            "due": "trước 30/3/2027; 30/6/2027",
            "note": "Ghi chú của tệp",
            "parent_words": "Nhiệm vụ 5 của Kế hoạch",
        },
        lead=(ReadName("Sở KH&CN", bodies.lead.pk), ReadName("Sở Tài chính", bodies.sister.pk)),
        coordinating=(ReadName("Sở Tài chính", bodies.helper.pk), ReadName("Ban lạ", loose=True)),
        due=Due("trước 30/3/2027; 30/6/2027", "day", date(2027, 6, 30), milestones=(date(2027, 3, 29),)),
    )
    return read_as(order, [row], people["secretary"])


def test_milestones_of_a_received_file_are_kept(order: Order, people: People, bodies: Bodies) -> None:
    imported = received(order, people, bodies)
    client, address = signed_in(people["secretary"]), f"{imported.get_absolute_url()}rows/1/"
    sent = as_shown(client, address)
    assert sent["milestones"] == "29/03/2027"
    assert client.post(address, {**sent, "milestones": "29/03/2027; 30/04/2027"}).status_code == 302
    import_actions.write_import(imported=imported, by=people["secretary"])
    task = Task.objects.get()
    assert rows(task) == [("29/03", "", False), ("30/04", "", False)]
    assert Event.objects.about(task).get().after["milestones"][0] == ["2027-03-29", "", None]


def test_a_milestone_after_its_deadline_stops_the_row(order: Order, people: People, bodies: Bodies) -> None:
    imported = received(order, people, bodies)
    import_actions.correct_row(
        imported=imported, position=1, by=people["secretary"], values={"milestones": ["2027-07-01"]}
    )
    imported.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert "01/07/2027" in " ".join(refused.value.messages)
    assert not Task.objects.exists()


def test_nothing_that_the_preview_shows_is_dropped_on_writing(
    order: Order, people: People, bodies: Bodies
) -> None:
    imported = received(order, people, bodies)
    row = imported.rows.get()
    meaning, words = Meaning.kept(row.values), dict(row.read)
    import_actions.write_import(imported=imported, by=people["secretary"])
    task = Task.objects.get()
    row.refresh_from_db()
    helping = {(part.body_id, part.kind) for part in task.parts.all()}
    kept: dict[str, bool] = {
        "number": task.number == meaning.number == "1.2",
        "pillar": task.pillar == meaning.pillar == "Hạ tầng số",
        "title": task.title == meaning.title == "Xây dựng đề án",
        "deliverable": task.deliverable == meaning.deliverable == "Đề án",
        "description": task.description == meaning.description and "Ghi chú của tệp" in task.description,
        "lead": task.lead_id == meaning.lead == bodies.lead.pk,
        "co_lead": {(bodies.sister.pk, "co_lead")} <= helping,
        "coordinating": {(bodies.helper.pk, "coordinating")} <= helping and "Ban lạ" in task.description,
        "lead_words": task.lead_words == meaning.lead_words == words["lead"],
        "due_kind": task.due_kind == meaning.due_kind,
        "due_on": task.due_on == meaning.due_on,
        "due_words": task.due_words == meaning.due_words == words["due"],
        "milestones": [f"{one.due_on}" for one in task.milestones.all()] == meaning.milestones,
        "parent_words": task.parent_words == meaning.parent_words == "Nhiệm vụ 5 của Kế hoạch",
    }
    assert [name for name, is_kept in kept.items() if not is_kept] == []
    # Of another kind of deadline and of rows above: tests/imports/test_actions.py.
    elsewhere = {"after_days", "after_event", "every", "day", "month", "starts_on", "until"}
    elsewhere |= {"parent", "parent_number"}
    # What the file said and what it resembled stays with the row, which names its task.
    with_the_row = {"names", "duplicates"}
    assert {one.name for one in fields(Meaning)} == set(kept) | elsewhere | with_the_row
    assert (row.task, row.values, row.read) == (task, meaning.plain(), words)
    shown = {one.name for one in fields(PreviewRow)}
    of_the_meaning = {
        "meaning",
        "lead",
        "co_leads",
        "coordinating",
        "other_helpers",
        "due",
        "milestones",
        "above",
    }
    of_the_row = {"row", "place", "to_many", "reads_before", "duplicates", "hidden", "doubts", "stops"}
    assert shown == of_the_meaning | of_the_row


def test_a_lists_page_asks_as_often_with_many_milestones(
    task: Task, people: People, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(people["officer"])
    client.get(f"/tasks/{task.pk}/")
    few = Api(people["officer"]).queries(f"tasks/{task.pk}/")
    with_marks(task, people, *range(1, 15))
    assert Api(people["officer"]).queries(f"tasks/{task.pk}/") == few
    with django_assert_max_num_queries(12):
        client.get(f"/tasks/{task.pk}/")


def test_a_draft_has_them_before_it_is_given(task_at: TaskAt, people: People, bodies: Bodies) -> None:
    draft = task_at("draft", parts=[PartSpec(bodies.helper, "coordinating")])
    assert told_by(partial(with_marks, draft, people, 10)) == set()
    with pytest.raises(Refused):
        actions.mark_milestone(task=draft, by=people["officer"], milestone=first(draft), done_on=PLAIN)
