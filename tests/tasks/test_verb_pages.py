"""The page of each verb: what it asks, says and refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from tasks.actions.task_fields import PartSpec
from tasks.lifecycle import State
from tests.tasks.task_pages_helpers import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared as they stand in the source, also those still lazy after the answer."""
    with translation.override("en"):
        yield


# Verbs


def test_a_verb_page_answers_like_every_door(client, people, task_at):
    task = task_at("in_progress")
    for who, verb, status in [
        ("sister", "send-back", 404),
        ("officer", "send-back", 403),
        ("secretary", "send-back", 409),
        ("officer", "submit", 200),
        ("secretary", "suspend", 200),
        ("member", "suspend", 403),
    ]:
        other = signed_in(Client(), people[who])
        assert other.get(f"/tasks/{task.pk}/{verb}/").status_code == status, (who, verb)
        if status != 200:
            assert other.post(f"/tasks/{task.pk}/{verb}/", {"reason": "x"}).status_code == status
    task.refresh_from_db()
    assert task.state == State.IN_PROGRESS


def test_confirming_says_what_was_done_who_is_told_and_what_is_next(client, people, task_at):
    first, second = task_at("submitted"), task_at("submitted", title="Việc thứ hai")
    client = signed_in(client, people["secretary"])
    response = client.post(f"/tasks/{first.pk}/confirm/", follow=True)
    first.refresh_from_db()
    assert first.state == State.COMPLETED
    text = text_of(response)
    assert "Completion confirmed: Lập danh mục điểm lõm sóng." in text
    assert "Sở Khoa học và Công nghệ is told." in text
    assert f'<a href="/tasks/{second.pk}/">Next: Việc thứ hai</a>' in response.content.decode()


def test_confirming_twice_is_said_not_done_twice(client, people, task_at):
    task = task_at("submitted")
    client = signed_in(client, people["secretary"])
    assert client.post(f"/tasks/{task.pk}/confirm/").status_code == 302
    assert client.post(f"/tasks/{task.pk}/confirm/").status_code == 409


def test_a_missing_reason_is_said_beside_its_field_and_nothing_happens(client, people, task_at):
    task = task_at("submitted")
    client = signed_in(client, people["secretary"])
    response = client.post(f"/tasks/{task.pk}/send-back/", {"reason": "  "})
    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.content.decode()
    task.refresh_from_db()
    assert task.state == State.SUBMITTED
    assert client.post(f"/tasks/{task.pk}/send-back/", {"reason": "Thiếu phụ lục"}).status_code == 302


@pytest.mark.parametrize("bad", ["x" * 1_000_000, "a\x00b", "a\x07b", ""])
def test_bad_text_is_a_sentence(client, people, task_at, bad):
    task = task_at("in_progress")
    client = signed_in(client, people["officer"])
    for verb, data in (
        ("comment", {"text": bad}),
        ("progress", {"percent": 10, "note": bad}),
        ("submit", {"report": bad, "document": "1/BC"}),
    ):
        response = client.post(f"/tasks/{task.pk}/{verb}/", data)
        assert response.status_code == 200, verb
        assert response.context["form"].errors
    task.refresh_from_db()
    assert (task.state, task.percent) == (State.IN_PROGRESS, 0)
    assert not task.evidence.exists()


@pytest.mark.parametrize("percent", ["101", "-1", "abc", "1e9", ""])
def test_a_percent_is_0_to_100(client, people, task_at, percent):
    task = task_at("in_progress")
    response = signed_in(client, people["officer"]).post(
        f"/tasks/{task.pk}/progress/", {"percent": percent, "note": "đã làm"}
    )
    assert "percent" in response.context["form"].errors


def test_reporting_complete_takes_evidence_in_the_same_step(client, people, task_at):
    task = task_at("in_progress")
    client = signed_in(client, people["officer"])
    response = client.post(f"/tasks/{task.pk}/submit/", {"report": "Đã xong."})
    assert "Add a file, a link or a document number." in text_of(response)
    data = {"report": "Đã xong.", "document": "12/BC", "url": "https://example.vn/bc"}
    assert client.post(f"/tasks/{task.pk}/submit/", data).status_code == 302
    task.refresh_from_db()
    assert task.state == State.SUBMITTED
    assert {one.kind for one in task.evidence.all()} == {"link", "document"}


def test_who_declines_goes_where_they_can_be(client, people, task_at):
    task = task_at("assigned")
    response = signed_in(client, people["officer"]).post(
        f"/tasks/{task.pk}/decline/", {"reason": "Sai cơ quan"}
    )
    assert (response.status_code, response["Location"]) == (302, "/")


def test_people_are_chosen_among_the_lead_body(client, people, task_at):
    task = task_at("in_progress")
    client = signed_in(client, people["officer"])
    form = client.get(f"/tasks/{task.pk}/name-people/").context["form"]
    assert set(form.fields["leader"].queryset) == {people["officer"], people["lead_head"]}
    data = {"leader": people["lead_head"].pk, "contact": people["officer"].pk}
    assert client.post(f"/tasks/{task.pk}/name-people/", data).status_code == 302
    task.refresh_from_db()
    assert (task.leader, task.contact) == (people["lead_head"], people["officer"])
    response = client.post(f"/tasks/{task.pk}/name-people/", {"leader": people["head"].pk})
    assert "leader" in response.context["form"].errors


def test_urging_twice_a_day_is_refused_with_the_reason(client, people, task_at):
    task = task_at("in_progress")
    client = signed_in(client, people["secretary"])
    assert client.post(f"/tasks/{task.pk}/urge/").status_code == 302
    response = client.post(f"/tasks/{task.pk}/urge/")
    assert response.status_code == 409
    assert "Already urged today" in text_of(response)


def test_assigning_what_is_unclear_asks_once_more(client, people, task_at):
    task = task_at("proposed")
    client = signed_in(client, people["head"])
    assign = next(
        act for act in client.get(f"/tasks/{task.pk}/").context["panel"].acts if act.verb.name == "assign"
    )
    assert not assign.at_once
    assert "Not clear yet:" in text_of(client.get(f"/tasks/{task.pk}/assign/"))
    assert client.post(f"/tasks/{task.pk}/assign/").status_code == 302


def test_no_page_holds_inline_style_or_script(client, people, task_at, order):
    task = task_at(
        "submitted", order=order, parts=[PartSpec(people["helper"].memberships.get().office.body, "co_lead")]
    )
    client = signed_in(client, people["secretary"])
    for url in ("/tasks/", f"/tasks/{task.pk}/", "/tasks/new/", f"/orders/{order.pk}/", "/orders/"):
        page = client.get(url).content.decode()
        assert not re.search(r"<style| style=", page), url
        assert not re.search(r"<script(?![^>]*src=)", page), url
