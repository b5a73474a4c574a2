"""Preparing a task and changing it: what is typed, what is refused beside which field, what goes stale."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from audit.models import Event
from committees.models import Person
from portal.shared.days import today
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.lifecycle import State
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, make_body
from tests.tasks.task_forms_helpers import of, typed

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def signed_in(client: Client, person: Person) -> Client:
    person.language = "en"
    person.save(update_fields=["language"])
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared as they stand in the source, also those still lazy after the answer."""
    with translation.override("en"):
        yield


def test_a_new_task_is_a_draft_and_says_what_is_missing(client: Client, people: Any, bodies: Bodies) -> None:
    data = typed(**{"parts-0-body": "Sở Tài chính (HELPER)", "parts-0-work": "Bố trí vốn"})
    response = signed_in(client, people["secretary"]).post("/tasks/new/", data, follow=True)
    task = Task.objects.get()
    assert (task.state, task.lead, task.assigner) == (State.DRAFT, bodies.lead, bodies.committee)
    assert [(part.body, part.work) for part in task.parts.all()] == [(bodies.helper, "Bố trí vốn")]
    assert "Draft saved: Rà soát thủ tục." in text_of(response)
    assert "Not clear yet: responsibility: the leader in charge, result: the deliverable" in text_of(response)


@pytest.mark.parametrize(
    "who, status",
    [("secretary", 200), ("assistant", 200), ("head", 403), ("officer", 403), ("outsider", 403)],
)
def test_who_prepares_tasks(client: Client, people: Any, who: str, status: int) -> None:
    client = signed_in(client, people[who])
    assert client.get("/tasks/new/").status_code == status
    if status == 403:
        assert client.post("/tasks/new/", typed()).status_code == 403
        assert not Task.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["LEAD", "lead", "Sở Khoa học và Công nghệ", "so khoa hoc  va cong nghe", "Whatever (LEAD)"],
)
def test_a_body_by_its_code_or_its_whole_name(client: Client, people: Any, bodies: Bodies, name: str) -> None:
    signed_in(client, people["secretary"]).post("/tasks/new/", typed(lead=name))
    assert Task.objects.get().lead == bodies.lead


def test_a_name_that_several_bodies_share_asks_for_the_code(
    client: Client, people: Any, bodies: Bodies
) -> None:
    make_body("LEAD.2", bodies.sister, name_vi="Sở Khoa học và Công nghệ")
    response = signed_in(client, people["secretary"]).post(
        "/tasks/new/", typed(lead="Sở Khoa học và Công nghệ")
    )
    assert "Several bodies have this name. Write the code: LEAD, LEAD.2." in text_of(response)
    assert not Task.objects.exists()


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "title", "required"),
    ({"title": "x" * 501}, "title", "500"),
    ({"title": "a\x00b"}, "title", "Null"),
    ({"title": "a\x07b"}, "title", "Remove the control characters"),
    ({"description": "x" * 1_000_000}, "description", "20000"),
    ({"lead": "NOWHERE"}, "lead", "There is no body “NOWHERE”."),
    ({"lead": "a\x00b"}, "lead", "Null"),
    ({"due_on": "31/02/2030"}, "due_on", "There is no day 31/02/2030."),
    ({"due_on": "soon"}, "due_on", "Write the day as 25/12/2026"),
    ({"start_on": "01/01/2031"}, "due_on", "The deadline is not before the start."),
    ({"due_kind": "continuous"}, "due_on", "This kind of deadline has no day."),
    ({"due_kind": "never"}, "due_kind", "never"),
    ({"order": "999"}, "order", "not one of the available choices"),
    ({"parent": "999"}, "parent", "not one of the available choices"),
    ({"target": "a lot"}, "target", "number"),
    ({"secrecy": "secret", "deliverable": "Đề án"}, "deliverable", "A secret task is kept with its number"),
]


@pytest.mark.parametrize("values, field, sentence", BAD)
def test_bad_input_is_a_sentence_beside_its_field_and_nothing_is_written(
    client: Client, people: Any, values: dict[str, Any], field: str, sentence: str
) -> None:
    events = Event.objects.count()
    response = signed_in(client, people["secretary"]).post("/tasks/new/", typed(**values))
    assert response.status_code == 200
    form = response.context["form"]
    assert sentence in " ".join(form.errors.get(field, [])), form.errors
    assert set(form.errors) == {field}
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Task.objects.exists()
    assert Event.objects.count() == events
    if len(str(values.get(field))) < 100:
        assert form[field].value() == values.get(field, form.data[field])


BAD_PARTS: list[tuple[dict[str, Any], str]] = [
    ({"parts-0-body": "NOWHERE"}, "There is no body “NOWHERE”."),
    ({"parts-0-body": "LEAD"}, "Only one body is the lead."),
    ({"parts-0-body": "HELPER", "parts-0-kind": "lead"}, "lead is not one of the available choices"),
    ({"parts-0-body": "HELPER", "parts-1-body": "HELPER"}, "is named twice"),
    ({"parts-0-body": "HELPER", "parts-0-due_on": "01/01/2031"}, "is not later than the task's"),
    ({"parts-0-body": "HELPER", "parts-0-work": "x" * 501}, "500"),
    ({"parts-0-work": "việc không có cơ quan"}, "Name the body, or empty the row."),
]


@pytest.mark.parametrize("values, sentence", BAD_PARTS)
def test_a_second_lead_and_other_bad_parts(
    client: Client, people: Any, values: dict[str, Any], sentence: str
) -> None:
    response = signed_in(client, people["secretary"]).post("/tasks/new/", typed(**values))
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert not Task.objects.exists()


def test_rows_without_end_are_refused(client: Client, people: Any) -> None:
    response = signed_in(client, people["secretary"]).post(
        "/tasks/new/", typed(**{"parts-TOTAL_FORMS": "5000"})
    )
    assert response.status_code == 200
    assert not Task.objects.exists()


def test_more_rows_keep_what_was_typed(client: Client, people: Any) -> None:
    data = typed(**{"parts-0-body": "HELPER", "more_rows": "1"})
    response = signed_in(client, people["secretary"]).post("/tasks/new/", data)
    assert len(response.context["parts"].forms) == 5
    assert 'value="HELPER"' in response.content.decode()
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    "text, day, words",
    [
        ("12/2030", "2030-12-31", "12/2030"),
        ("Q1/2030", "2030-03-31", "Q1/2030"),
        ("2030", "2030-12-31", "2030"),
        ("quý III/2030", "2030-09-30", "quý III/2030"),
        ("2030-05-06", "2030-05-06", ""),
        ("6/5/2030", "2030-05-06", ""),
    ],
)
def test_a_month_quarter_or_year_is_its_last_day_with_its_words(
    client: Client, people: Any, text: str, day: str, words: str
) -> None:
    signed_in(client, people["secretary"]).post("/tasks/new/", typed(due_on=text))
    task = Task.objects.get()
    assert (str(task.due_on), task.due_words) == (day, words)


def test_the_address_names_the_order_or_the_task_above(
    client: Client, people: Any, order: Any, task_at: TaskAt
) -> None:
    client = signed_in(client, people["secretary"])
    assert client.get(f"/tasks/new/?order={order.pk}").context["form"]["order"].value() == order.pk
    above = task_at("in_progress")
    form = client.get(f"/tasks/new/?parent={above.pk}").context["form"]
    assert (form["parent"].value(), form["due_on"].value()) == (above.pk, above.due_on)
    for nonsense in ("abc", "%00", "9" * 30, "-1"):
        assert client.get(f"/tasks/new/?order={nonsense}&parent={nonsense}").status_code == 200


def test_another_bodys_register_is_not_offered(client: Client, people: Any, order: Any) -> None:
    response = signed_in(client, people["sister"]).post("/tasks/new/", typed(order=order.pk))
    assert "order" in response.context["form"].errors


# Changing


def test_editing_shows_what_is_saved_and_saves_what_is_typed(
    client: Client, people: Any, task_at: TaskAt
) -> None:
    task = task_at("draft")
    client = signed_in(client, people["secretary"])
    page = client.get(f"/tasks/{task.pk}/edit/")
    form = page.context["form"]
    assert (form["lead"].value(), form["due_on"].value()) == ("Sở Khoa học và Công nghệ (LEAD)", task.due_on)
    assert f'value="{task.due_on:%d/%m/%Y}"' in page.content.decode()
    assert 'value="Sở Tài chính (HELPER)"' in page.content.decode()
    response = client.post(f"/tasks/{task.pk}/edit/", of(task, deliverable="Báo cáo"))
    assert response.status_code == 302
    task.refresh_from_db()
    assert task.deliverable == "Báo cáo"
    assert not task.parts.exists()


@pytest.mark.parametrize(
    "state, who, status",
    [("draft", "secretary", 200), ("draft", "head", 403), ("in_progress", "head", 200),
     ("in_progress", "officer", 403), ("submitted", "head", 409), ("completed", "secretary", 409),
     ("in_progress", "sister", 404), ("draft", "officer", 404)],
)  # fmt: skip
def test_who_edits_when(
    client: Client, people: Any, task_at: TaskAt, state: str, who: str, status: int
) -> None:
    task = task_at(state)
    client = signed_in(client, people[who])
    assert client.get(f"/tasks/{task.pk}/edit/").status_code == status
    if status != 200:
        assert client.post(f"/tasks/{task.pk}/edit/", of(task, title="Khác")).status_code == status
        task.refresh_from_db()
        assert task.title != "Khác"


def test_a_stale_form_loses_nothing_and_says_who_and_what(
    client: Client, people: Any, task_at: TaskAt
) -> None:
    task = task_at("in_progress")
    client = signed_in(client, people["secretary"])
    old = of(task, title="Tên của tôi", lead="LEAD")
    actions.edit_task(task=task, values={"title": "Tên của Trưởng Ban"}, by=people["head"])
    response = client.post(f"/tasks/{task.pk}/edit/", old)
    assert response.status_code == 409
    text = text_of(response)
    assert "Head changed this at" in text
    assert "Nothing of yours was saved. What you typed is still here." in text
    assert ("Task", "Tên của Trưởng Ban", "Tên của tôi") in response.context["differences"]
    assert ("Bodies that help", "Sở Tài chính (coordinating)", "none") in response.context["differences"]
    assert 'value="Tên của tôi"' in response.content.decode()
    task.refresh_from_db()
    assert task.title == "Tên của Trưởng Ban"
    again = client.post(f"/tasks/{task.pk}/edit/", {**old, "version": response.context["version"]})
    assert again.status_code == 302
    task.refresh_from_db()
    assert task.title == "Tên của tôi"


@pytest.mark.parametrize("version", ["", "abc", "-1", "99999999999999999999", "٣"])
def test_a_form_without_its_version_is_stale(
    client: Client, people: Any, task_at: TaskAt, version: str
) -> None:
    task = task_at("draft")
    data = {**of(task, title="Khác"), "version": version}
    assert signed_in(client, people["secretary"]).post(f"/tasks/{task.pk}/edit/", data).status_code == 409


def test_a_circle_of_tasks_is_refused(client: Client, people: Any, bodies: Bodies, task_at: TaskAt) -> None:
    above = task_at("in_progress")
    below = task_at("draft", parent=above, due_on=above.due_on)
    response = signed_in(client, people["secretary"]).post(
        f"/tasks/{above.pk}/edit/", of(above, parent=below.pk)
    )
    assert "that would be a circle" in " ".join(response.context["form"].errors["parent"])


def test_a_deadline_later_than_the_task_above(client: Client, people: Any, task_at: TaskAt) -> None:
    above = task_at("in_progress")
    later = above.due_on + timedelta(days=1) if above.due_on else today()
    response = signed_in(client, people["secretary"]).post(
        "/tasks/new/", typed(parent=above.pk, due_on=f"{later:%d/%m/%Y}")
    )
    assert "Not later than the task above" in " ".join(response.context["form"].errors["due_on"])


def test_changing_an_issued_task_keeps_the_reason_and_parts(
    client: Client, people: Any, bodies: Bodies, task_at: TaskAt
) -> None:
    task = task_at("in_progress", parts=[PartSpec(bodies.helper, "co_lead", "Vốn")])
    data = of(task, deliverable="Đề án", reason="Theo Thông báo 408")
    data |= {"parts-0-body": "HELPER", "parts-0-kind": "co_lead", "parts-0-work": "Vốn"}
    assert signed_in(client, people["head"]).post(f"/tasks/{task.pk}/edit/", data).status_code == 302
    event = Event.objects.about(task).newest_first()[0]
    assert (event.verb, event.reason, event.after) == (
        "task_changed",
        "Theo Thông báo 408",
        {"deliverable": "Đề án"},
    )


def offered(client: Client, address: str) -> list[tuple[str, str]]:
    return re.findall(r'aria-label="([^"]+)"|data-value="([^"]+)"', client.get(address).content.decode())


def test_bodies_are_offered_while_typing(client: Client, people: Any) -> None:
    client = signed_in(client, people["secretary"])
    assert offered(client, "/tasks/bodies/?q=chinh tai") == [("Your own", ""), ("", "Sở Tài chính (HELPER)")]
    groups = [label for label, _body in offered(client, "/tasks/bodies/?q=ban chi dao") if label]
    assert groups == ["Your own", "Above", "Elsewhere"]
    assert offered(client, "/tasks/bodies/?q=khong co") == []
    assert client.get("/tasks/bodies/?q=%00").status_code == 200
