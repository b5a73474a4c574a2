"""The weekly report: which days it covers, what is due next, and what stands at its foot."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.utils import translation
from docx import Document as open_word

from committees.models import Person
from portal.shared.days import start_of
from reports.models import Export
from tasks.models import Task
from tests.reports.exports.helpers import feet_of, made, sheet_of
from tests.support.people import TaskAt

pytestmark = pytest.mark.once

People = dict[str, Person]
MONDAY = date(2026, 11, 30)
DAY = timedelta(days=1)
HOURS = timedelta(hours=10)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def word_on(day: date, by: Person, query: str = "", report: str = "weekly") -> Any:
    with time_machine.travel(start_of(day) + HOURS, tick=False):
        export = made(by, report, "docx", query)
    assert export.state == Export.State.READY, export.problem
    return open_word(io.BytesIO(export.file.open("rb").read()))


def body_of(word: Any) -> str:
    """What stands on the pages, tables in their places, without head and foot."""
    return "\n".join(text.text or "" for text in word.element.body.iter() if text.tag.endswith("}t"))


@pytest.mark.parametrize(
    "day, query, first, last",
    [
        # Without a choice: up to Wednesday the week before, from Thursday the week that runs.
        (MONDAY, "", "23/11/2026", "29/11/2026"),
        (MONDAY + 2 * DAY, "", "23/11/2026", "29/11/2026"),
        (MONDAY + 3 * DAY, "", "30/11/2026", "03/12/2026"),
        (MONDAY + 6 * DAY, "", "30/11/2026", "06/12/2026"),
        (MONDAY, "week=last", "23/11/2026", "29/11/2026"),
        (MONDAY, "week=this", "30/11/2026", "30/11/2026"),
        (MONDAY + 4 * DAY, "week=last", "23/11/2026", "29/11/2026"),
        (MONDAY, "week=days&since=2026-11-16&until=2026-11-22", "16/11/2026", "22/11/2026"),
        (MONDAY, "week=days&since=16/11/2026&until=", "16/11/2026", "30/11/2026"),
        (MONDAY, "week=days&until=2026-11-25", "23/11/2026", "25/11/2026"),
        # Across the year.
        (date(2027, 1, 1), "week=this", "28/12/2026", "01/01/2027"),
        (date(2027, 1, 4), "", "28/12/2026", "03/01/2027"),
    ],
)
def test_the_period_is_chosen(people: People, day: date, query: str, first: str, last: str) -> None:
    text = body_of(word_on(day, people["secretary"], query))
    assert f"Implementation of Resolution 57-NQ/TW from {first} to {last}" in text
    assert f"From {first} to {last}, 0 tasks were completed and 0 were given." in text


def test_on_a_monday_the_results_are_those_of_the_last_week(people: People, task_at: TaskAt) -> None:
    for title, confirmed in (
        ("Xong thứ Hai tuần trước", MONDAY - 7 * DAY),
        ("Xong Chủ nhật tuần trước", MONDAY - DAY),
        ("Xong hai tuần trước", MONDAY - 8 * DAY),
        ("Xong hôm nay", MONDAY),
    ):
        task = task_at("completed", title=title)
        Task.objects.filter(pk=task.pk).update(confirmed_at=start_of(confirmed) + HOURS)
    text = body_of(word_on(MONDAY, people["secretary"]))
    assert "Xong thứ Hai tuần trước" in text
    assert "Xong Chủ nhật tuần trước" in text
    assert "Xong hai tuần trước" not in text
    assert "Xong hôm nay" not in text
    assert "Xong hôm nay" in body_of(word_on(MONDAY, people["secretary"], "week=this"))


@pytest.mark.parametrize("query", ["", "week=this", "week=days&since=2026-11-01&until=2026-11-08"])
def test_what_is_due_next_begins_tomorrow_and_skips_nothing(
    people: People, task_at: TaskAt, query: str
) -> None:
    days = {"thứ Ba": 1, "thứ Sáu": 4, "Chủ nhật": 6, "thứ Hai tới": 7, "Chủ nhật tới": 13, "sau nữa": 14}
    for title, ahead in days.items():
        task_at("in_progress", title=f"Đến hạn {title}.", due_on=MONDAY + ahead * DAY)
    text = body_of(word_on(MONDAY, people["secretary"], query))
    assert "Tasks due from 01/12/2026 to 13/12/2026:" in text
    listed = {title for title in days if f"Đến hạn {title}." in text}
    assert listed == set(days) - {"sau nữa"}


def test_the_meeting_report_looks_ahead_from_tomorrow_too(people: People) -> None:
    text = body_of(word_on(MONDAY, people["secretary"], "since=2026-11-02&until=2026-11-20", "meeting"))
    assert "Work of the steering committee from 02/11/2026 to 20/11/2026" in text
    assert "issued from 02/11/2026 to 20/11/2026" in text
    assert "Tasks due from 01/12/2026 to 30/12/2026:" in text
    text = body_of(word_on(MONDAY, people["secretary"], "", "meeting"))
    assert "from 01/10/2026 to 30/11/2026" in text


@pytest.mark.parametrize(
    "query, field, sentence",
    [
        ("week=days&since=2026-11-20&until=2026-11-10", "since", "Not later than the last day, 10/11/2026."),
        ("week=days&until=2026-12-01", "until", "Not later than today, 30/11/2026."),
        ("week=days&since=0026-01-01", "since", "01/01/0026 is too far in the past"),
        ("week=days&since=2026-02-31", "since", "There is no day 2026-02-31."),
        ("week=days&until=soon", "until", "Write the day as 25/12/2026."),
        ("week=next", "week", "Choose one of the periods."),
    ],
)
def test_days_that_make_no_period(
    people: People, client: Client, query: str, field: str, sentence: str
) -> None:
    people["secretary"].language = "en"
    people["secretary"].save(update_fields=["language"])
    with time_machine.travel(start_of(MONDAY) + HOURS, tick=True):
        client.force_login(people["secretary"])
        with pytest.raises(ValidationError) as refused:
            made(people["secretary"], "weekly", "docx", query)
        assert sentence in refused.value.message_dict[field][0]
        data = {"report": "weekly", "format": "docx", **QueryDict(query).dict()}
        answer = client.post("/reports/files/new/", data)
        assert answer.status_code == 400
        errors = answer.context["form"].errors
        assert list(errors) == [field]
        assert sentence in errors[field][0] or field == "week"
        assert client.get(f"/reports/files/new/?report=weekly&{query}").status_code == 200
    assert not Export.objects.exists()


def test_the_page_offers_the_usual_week(people: People, client: Client) -> None:
    for ahead, usual in ((0, "last"), (3, "this")):
        with time_machine.travel(start_of(MONDAY + ahead * DAY) + HOURS, tick=True):
            client.force_login(people["secretary"])
            page = client.get("/reports/files/new/?report=weekly")
            assert page.context["form"].initial["week"] == usual
            data = {"report": "weekly", "format": "docx", "week": "days", "since": "02/11/2026", "until": ""}
            assert client.post("/reports/files/new/", data).status_code == 200
            assert "since=2026-11-02" in Export.objects.latest("pk").filters


@pytest.mark.parametrize(
    "query, format",
    [
        ("", "xlsx"),
        ("report=counts", "xlsx"),
        ("report=weekly", "docx"),
        ("report=meeting", "docx"),
        ("report=x", "xlsx"),
    ],
)
def test_the_page_offers_a_format_that_the_report_has(
    people: People, client: Client, query: str, format: str
) -> None:
    client.force_login(people["secretary"])
    assert client.get(f"/reports/files/new/?{query}").context["form"].initial["format"] == format


@pytest.mark.parametrize("report", ["weekly", "meeting", "list", "late", "counts"])
def test_who_made_it_and_when_stands_at_the_foot(people: People, task_at: TaskAt, report: str) -> None:
    task_at("in_progress")
    word = word_on(MONDAY, people["secretary"], report=report)
    line = f"Made at 10:00 (+07:00) on 30/11/2026 by {people['secretary'].name}, "
    assert [foot.startswith(line) for foot in feet_of(word)] == [True, True]
    assert "Made at" not in body_of(word)


def test_a_sheet_has_no_foot_on_the_screen_and_says_it_above(people: People, task_at: TaskAt) -> None:
    task_at("in_progress")
    with time_machine.travel(start_of(MONDAY) + HOURS, tick=False):
        cells = [str(line[0]) for line in sheet_of(made(people["secretary"])).active.values if line[0]]
    assert any(cell.startswith("Made at 10:00 (+07:00) on 30/11/2026 by") for cell in cells)
