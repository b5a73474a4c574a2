"""The pages of an import: upload, waiting, the table that can be corrected, writing and taking back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from committees.models import Person
from committees.names.results import ReadName
from imports import actions as import_actions
from imports.meaning import Meaning
from imports.models import Import
from imports.types import Due, Problem
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tests.imports.wizard.helpers import NO_YEAR, People, signed_in, text_of
from tests.support.imports import Received, checked
from tests.support.people import Bodies, TaskAt

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


# --- who ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who, status",
    [
        ("secretary", 200),
        ("assistant", 200),
        ("head", 403),
        ("member", 403),
        ("inspector", 403),
        ("officer", 404),
        ("sister", 404),
        ("outsider", 404),
    ],
)
def test_who_opens_the_pages_of_an_import(
    client: Client, people: People, received: Received, who: str, status: int
) -> None:
    imported = received([checked()])
    client, url = signed_in(client, people[who]), imported.get_absolute_url()
    assert client.get(f"/orders/{imported.order_id}/imports/new/").status_code == status
    for page in (url, f"{url}rows/1/"):
        assert client.get(page).status_code == status, page
    if status != 200:
        for page in ("rows/1/", "rows/1/leave-out/", "name/", "write/", "undo/", "drop/"):
            assert client.post(f"{url}{page}").status_code == status, page
        assert Import.objects.get().state == "ready"


def test_an_import_is_found_under_its_own_order_only(
    secretary: Client, received: Received, people: People, order: Order
) -> None:
    imported = received([checked()])
    other = order_actions.save_order(
        order=Order(body=order.body, number="9", kind="plan"), by=people["secretary"]
    )
    assert secretary.get(f"/orders/{other.pk}/imports/{imported.pk}/").status_code == 404


# --- the way through ------------------------------------------------------------------------------------


def test_from_the_file_to_drafts_and_back(
    secretary: Client, received: Received, bodies: Bodies, order: Order
) -> None:
    imported = received([checked(lead=(ReadName("Sở", bodies.lead.pk),)), checked("2", "Hai")])
    url = imported.get_absolute_url()
    page = secretary.get(url)
    assert "Write 2 drafts" in text_of(page)
    assert secretary.post(f"{url}rows/2/leave-out/", {"out": "1"}).status_code == 302
    imported.refresh_from_db()
    assert secretary.post(f"{url}write/", {"version": imported.version}).status_code == 302
    task = Task.objects.get()
    page = secretary.get(url)
    assert task.get_absolute_url() in page.content.decode()
    assert "Write" not in text_of(page)
    assert secretary.get(f"{url}undo/").status_code == 200
    assert secretary.post(f"{url}undo/").status_code == 302
    assert not Task.objects.exists()
    assert "taken back" in text_of(secretary.get(url))


def test_the_upload_takes_a_file_and_says_what_is_wrong(secretary: Client, order: Order) -> None:
    url = f"/orders/{order.pk}/imports/new/"
    assert "Choose the file first." in text_of(secretary.post(url))
    answer = secretary.post(url, {"file": SimpleUploadedFile("a.xlsx", b"PK")})
    assert answer.status_code == 200
    assert not Import.objects.exists()


def test_the_page_waits_for_the_reading_with_figures(secretary: Client, received: Received) -> None:
    imported = received([checked()])
    Import.objects.update(state="reading", total=400, checked=120)
    page = secretary.get(imported.get_absolute_url())
    assert "120/400" in text_of(page)
    assert 'hx-trigger="every 1s"' in page.content.decode()
    assert 'http-equiv="refresh"' in page.content.decode(), "and without script"
    Import.objects.update(state="ready")
    answer = secretary.get(imported.get_absolute_url(), headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"


def test_why_a_file_could_not_be_read(secretary: Client, received: Received) -> None:
    imported = received([checked()])
    Import.objects.update(state="failed", problem="too_many_rows", problem_values={"limit": 20})
    assert "This file has more than 20 rows." in text_of(secretary.get(imported.get_absolute_url()))
    Person.objects.update(language="vi")
    assert "Tệp này có hơn 20 dòng." in text_of(secretary.get(imported.get_absolute_url()))


# --- the table ------------------------------------------------------------------------------------------


def test_the_table_shows_what_was_read_beside_what_it_means(
    secretary: Client, received: Received, bodies: Bodies, task_at: TaskAt
) -> None:
    there = task_at("draft", title="Đã có", parts=[])
    before = Due("trước ngày 30/6/2026", "day", date(2026, 6, 29))
    imported = received(
        [
            checked(due=before, row={"due": before.words}, lead=(ReadName("Sở", bodies.lead.pk),)),
            checked("2", "Hai", due=Due("30/6"), problems=(NO_YEAR,), row={"due": "30/6"}),
            checked("3", "Ba", duplicates=(there.pk,)),
        ]
    )
    page = secretary.get(imported.get_absolute_url())
    said = text_of(page)
    for words in ("29/06/2026", "“trước ngày 30/6/2026”", "the day before", bodies.lead.brief):
        assert words in said
    assert "“30/6” names no year." in said
    assert there.code in said
    assert "Write 2 drafts" in said
    for show, places in (("unsure", [2]), ("duplicates", [3]), ("left_out", [3]), ("", [1, 2, 3])):
        rows = secretary.get(f"{imported.get_absolute_url()}?show={show}").context["rows"]
        assert [one.row.position for one in rows] == places, show


def test_the_words_of_many_helpers_and_the_days_between_stay_to_be_seen(
    secretary: Client, received: Received, people: People
) -> None:
    row = checked(
        row={"lead": "Chủ trì: Sở A; phối hợp: các bộ, ngành liên quan"},
        coordinating=(
            ReadName("UBND các tỉnh, thành phố", group="provinces"),
            ReadName("các bộ, ngành liên quan", loose=True, helps=True),
        ),
        due=Due("30/3/2027; 30/6/2027", "day", date(2027, 6, 30), milestones=(date(2027, 3, 30),)),
    )
    imported = received([row])
    said = text_of(secretary.get(imported.get_absolute_url()))
    assert "helped by “UBND các tỉnh, thành phố; các bộ, ngành liên quan”" in said
    assert "milestone 30/03/2027" in said
    import_actions.write_import(imported=imported, by=people["secretary"])
    assert Task.objects.get().description == "Phối hợp: UBND các tỉnh, thành phố; các bộ, ngành liên quan"


def test_a_task_that_the_person_cannot_see_is_not_named(
    client: Client, people: People, received: Received, task_at: TaskAt
) -> None:
    there = task_at("draft", title="Việc hạn chế", secrecy="restricted", parts=[])
    imported = received([checked(duplicates=(there.pk,))])
    said = text_of(signed_in(client, people["assistant"]).get(imported.get_absolute_url()))
    assert "It repeats a task that you cannot see." in said
    assert "Việc hạn chế" not in said


def test_a_page_of_fifty_rows_costs_as_much_as_one(
    secretary: Client, received: Received, bodies: Bodies, task_at: TaskAt
) -> None:
    there = task_at("draft", parts=[])
    lead: dict[str, Any] = {
        "lead": (ReadName("Sở", bodies.lead.pk), ReadName("Lạ", nearest=(bodies.sister.pk,)))
    }
    problems = (NO_YEAR, Problem("lead", "unknown_body", {"words": "Lạ"}))
    one = checked(**lead, duplicates=(there.pk,), problems=problems)
    few, many = received([one]), received([one] * 120)
    counts = []
    for imported in (few, many):
        secretary.get(imported.get_absolute_url())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = secretary.get(imported.get_absolute_url())
        counts.append(len(queries))
    assert len(page.context["rows"]) == 50
    assert counts[0] == counts[1] <= 12


def test_a_row_is_corrected_on_its_own_page(secretary: Client, received: Received, bodies: Bodies) -> None:
    imported = received(
        [
            checked(due=Due("30/6"), problems=(NO_YEAR,)),
            checked("2", "Hai", due=Due("30/6"), problems=(NO_YEAR,)),
        ]
    )
    url = f"{imported.get_absolute_url()}rows/1/"
    form = secretary.get(url).context["form"]
    typed = {
        **dict.fromkeys(form.fields, ""),
        "title": "Lập danh mục điểm lõm sóng",
        "lead": "LEAD",
        "coordinating": "HELPER",
        "due_kind": "day",
        "due_on": "30/06/2026",
        "mark": secretary.get(url).context["mark"],
        "next": "1",
    }
    typed.pop("sure")
    answer = secretary.post(url, typed)
    assert answer.headers["Location"].endswith("/rows/2/"), "on to the next that is not certain"
    row = imported.rows.get(position=1)
    meaning = Meaning.kept(row.values)
    assert (meaning.lead, meaning.coordinating) == (bodies.lead.pk, [bodies.helper.pk])
    assert (meaning.due_on, row.problems) == (date(2026, 6, 30), [])
    stale = secretary.post(url, {**typed, "title": "Khác"})
    assert stale.status_code == 409


def test_it_is_right_as_it_stands(secretary: Client, received: Received) -> None:
    imported = received([checked(due=Due("30/6"), problems=(NO_YEAR,))])
    url = f"{imported.get_absolute_url()}rows/1/"
    typed = {"title": "Lập danh mục", "number": "1", "due_kind": "none", "sure": "due"}
    assert secretary.post(url, typed).status_code == 302
    assert imported.rows.get().problems == []


def test_bad_input_is_told_beside_the_field(secretary: Client, received: Received) -> None:
    imported = received([checked()])
    url = f"{imported.get_absolute_url()}rows/1/"
    said = text_of(secretary.post(url, {"title": "", "due_kind": "day", "lead": "KHÔNG CÓ"}))
    assert "Lead: There is no body" in said
    assert Meaning.kept(imported.rows.get().values).title == "Lập danh mục"
