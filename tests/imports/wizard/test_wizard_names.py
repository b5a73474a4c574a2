"""Names that nobody knows, and refusals on the pages of an import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from committees.models import Alias, Body, Person
from committees.names.results import ReadName
from imports import actions as import_actions
from imports.meaning import Meaning
from imports.types import Due, Problem
from tasks import actions
from tasks.models import Order, Task
from tests.imports.wizard.helpers import NO_YEAR, People, signed_in, text_of
from tests.support.imports import Received, checked, unknown
from tests.support.people import Bodies

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


# --- names ----------------------------------------------------------------------------------------------


def test_a_name_is_chosen_once_and_remembered(secretary: Client, received: Received, bodies: Bodies) -> None:
    rows = [checked(str(n), f"Việc {n}", **unknown("Sở KHCN", bodies.lead.pk)) for n in range(3)]
    imported = received(rows)
    url = imported.get_absolute_url()
    page = secretary.get(url)
    ((one, _form),) = page.context["unnamed"]
    assert (one.words, one.rows, one.near) == ("Sở KHCN", 3, [bodies.lead.pk])
    typed = {"words": one.words, "near": bodies.lead.pk, "pick": bodies.lead.pk, "remember": "on"}
    assert secretary.post(f"{url}name/", typed).status_code == 302
    assert secretary.get(url).context["unnamed"] == []
    alias = Alias.objects.get()
    assert (alias.body, alias.used_by, alias.name) == (bodies.lead, bodies.committee, "Sở KHCN")


def test_a_name_may_be_another_body_or_none(secretary: Client, received: Received, bodies: Bodies) -> None:
    imported = received([checked(**unknown("Sở KHCN"))])
    url = imported.get_absolute_url()
    assert "Choose one of the bodies" in text_of(secretary.post(f"{url}name/", {"words": "Sở KHCN"}))
    answer = secretary.post(f"{url}name/", {"words": "Sở KHCN", "other": "HELPER"})
    assert answer.status_code == 302
    assert Meaning.kept(imported.rows.get().values).lead == bodies.helper.pk
    assert not Alias.objects.exists()


def test_a_name_too_long_to_be_remembered_is_not_chosen_either(
    secretary: Client, received: Received, bodies: Bodies
) -> None:
    words = "Sở Khoa học " * 22
    imported = received([checked(**unknown(words.strip()))])
    answer = {"words": words, "other": "HELPER", "remember": "on"}
    page = secretary.post(f"{imported.get_absolute_url()}name/", answer)
    assert page.status_code == 200
    assert "at most 250 characters" in text_of(page)
    assert Meaning.kept(imported.rows.get().values).lead is None


def test_a_plural_says_what_to_do(secretary: Client, received: Received) -> None:
    many = (ReadName("các sở, ban, ngành", group="agencies"),)
    problem = Problem("lead", "group_leads", {"words": "các sở, ban, ngành"})
    imported = received([checked(lead=many, problems=(problem,))])
    assert "Give to many bodies" in text_of(secretary.get(imported.get_absolute_url()))


# --- refusals on the page -------------------------------------------------------------------------------


def test_what_cannot_be_written_is_told_with_its_row(secretary: Client, received: Received) -> None:
    imported = received([checked("1", "", problems=(Problem("title", "no_title", stops=True),))])
    answer = secretary.post(f"{imported.get_absolute_url()}write/", {"version": imported.version})
    assert "Row 5: Write what is to be done" in text_of(answer)
    assert not Task.objects.exists()


def test_a_page_that_went_stale_writes_nothing(secretary: Client, received: Received, people: People) -> None:
    imported = received([checked()])
    import_actions.correct_row(
        imported=imported, position=1, values={"title": "Khác"}, by=people["assistant"]
    )
    answer = secretary.post(f"{imported.get_absolute_url()}write/", {"version": imported.version})
    assert "Nothing was written." in text_of(answer)
    assert not Task.objects.exists()


def test_taking_back_what_somebody_changed_asks(
    secretary: Client, received: Received, people: People
) -> None:
    imported = received([checked()])
    import_actions.write_import(imported=imported, by=people["secretary"])
    task = Task.objects.get()
    actions.edit_task(task=task, values={"title": "Sửa"}, by=people["assistant"])
    url = f"{imported.get_absolute_url()}undo/"
    assert task.code in text_of(secretary.get(url))
    assert secretary.post(url).status_code == 200
    assert Task.objects.exists()
    assert secretary.post(url, {"changed": "on"}).status_code == 302
    assert not Task.objects.exists()


def test_taking_back_names_no_draft_that_the_person_cannot_see(
    client: Client, received: Received, people: People
) -> None:
    imported = received([checked()])
    import_actions.write_import(imported=imported, by=people["secretary"])
    values = {"title": "Việc hạn chế", "secrecy": "restricted"}
    actions.edit_task(task=Task.objects.get(), values=values, by=people["secretary"])
    said = text_of(signed_in(client, people["assistant"]).get(f"{imported.get_absolute_url()}undo/"))
    assert "Somebody worked on 1 of them since" in said
    assert "Việc hạn chế" not in said


def test_the_order_names_its_files(secretary: Client, received: Received, order: Order) -> None:
    said = text_of(secretary.get(f"/orders/{order.pk}/"))
    assert "No file was read under this order." in said
    imported = received([checked()])
    assert imported.file_name in text_of(secretary.get(f"/orders/{order.pk}/"))
    import_actions.drop_import(imported=imported, by=Person.objects.get(username="secretary"))
    assert imported.file_name not in text_of(secretary.get(f"/orders/{order.pk}/"))


def test_a_missing_body_is_created_by_an_administrator(
    client: Client, people: People, received: Received
) -> None:
    imported = received([checked(**unknown("Sở mới"))])
    create = "/admin/committees/body/add/?name_vi=S%E1%BB%9F%20m%E1%BB%9Bi"
    page = signed_in(client, people["secretary"]).get(imported.get_absolute_url())
    assert create not in page.content.decode()
    Person.objects.filter(username="secretary").update(is_staff=True)
    assert create in client.get(imported.get_absolute_url()).content.decode()
    assert Body.objects.filter(name_vi="Sở mới").count() == 0


def test_a_day_typed_where_none_was_read_is_taken(secretary: Client, received: Received) -> None:
    imported = received([checked(due=Due("30/6"), problems=(NO_YEAR,))])
    typed = {"title": "Lập danh mục", "due_kind": "none", "due_on": "30/06/2026"}
    assert secretary.post(f"{imported.get_absolute_url()}rows/1/", typed).status_code == 302
    meaning = Meaning.kept(imported.rows.get().values)
    assert (meaning.due_kind, meaning.due_on) == ("day", date(2026, 6, 30))


def test_an_unsure_draft_says_so_on_its_page_and_in_lists(
    secretary: Client, received: Received, people: People, bodies: Bodies
) -> None:
    lead = (ReadName("Sở", bodies.lead.pk),)
    imported = received([checked(due=Due("30/6"), lead=lead, problems=(NO_YEAR,))])
    import_actions.write_import(imported=imported, by=people["secretary"])
    task = Task.objects.get()
    assert "Not certain in the received file: deadline." in text_of(secretary.get(task.get_absolute_url()))
    assert "not certain: deadline" in text_of(secretary.get("/tasks/"))
    secretary.post(f"{task.get_absolute_url()}vouch/")
    assert "Not certain" not in text_of(secretary.get(task.get_absolute_url()))


def test_what_many_lead_is_given_to_each_once_it_is_at_work(
    secretary: Client, received: Received, people: People, bodies: Bodies
) -> None:
    by = people["secretary"]
    many = ReadName("các sở, ban, ngành", group="agencies")
    imported = received([checked(lead=(many,), problems=unknown(many.words)["problems"])])
    import_actions.name_body(imported=imported, words=many.words, body=bodies.lead, by=by)
    import_actions.write_import(imported=imported, by=by)
    task = Task.objects.get()
    link = f"{task.get_absolute_url()}fan-out/"
    assert link not in secretary.get(imported.get_absolute_url()).content.decode()
    actions.propose(task=task, by=by)
    actions.assign(task=task, by=people["head"], past_deadline=True)
    assert link in secretary.get(imported.get_absolute_url()).content.decode()
