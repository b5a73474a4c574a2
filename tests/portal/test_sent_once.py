"""Sending twice is harmless: one form, one change; two tabs, two; whatever the form and at once too."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from committees.jobs import forget_sent_requests
from committees.models import Membership, PasswordAttempts, Person, SentRequest
from notices.models import Notice
from portal.sent_once import FIELD
from portal.shared.days import today
from reports.exports import AT_ONCE
from reports.models import Export
from tasks.models import Comment, Evidence, FanOut, Order, Progress, Request, Task
from tests.support.people import Bodies, TaskAt
from tests.tasks.task_forms_helpers import typed

People = dict[str, Person]
FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)
KEY = re.compile(rf'name="{FIELD}" value="([^"]+)"')


def door(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def key_on(client: Client, address: str) -> str:
    """The key of the form on a page, as a browser sends it."""
    form = FORM.findall(client.get(address).content.decode())[-1]
    (key,) = KEY.findall(form)
    return str(key)


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("bc.pdf", b"%PDF-1.7")


Case = tuple[str, str, Callable[[], dict[str, Any]], type[Any]]
CASES: dict[str, Case] = {
    "comment": ("officer", "/tasks/{pk}/comment/", lambda: {"text": "Đề nghị làm rõ."}, Comment),
    "progress": (
        "officer",
        "/tasks/{pk}/progress/",
        lambda: {"percent": 40, "note": "Đã khảo sát."},
        Progress,
    ),
    "request": (
        "officer",
        "/tasks/{pk}/ask-extension/",
        lambda: {"proposed_on": "01/01/2099", "reason": "Chờ hướng dẫn."},
        Request,
    ),
    "document": (
        "officer",
        "/tasks/{pk}/add-evidence/",
        lambda: {"kind": "document", "document": "9/BC"},
        Evidence,
    ),
    "upload": ("officer", "/tasks/{pk}/add-evidence/", lambda: {"kind": "file", "file": paper()}, Evidence),
    "member": (
        "head",
        "/bodies/COMMITTEE/appoint/",
        lambda: {"person": "outsider", "role": "member", "starts_on": f"{today():%d/%m/%Y}"},
        Membership,
    ),
    "order": ("secretary", "/orders/new/", lambda: {"number": "99-KH/BCĐ", "kind": "plan"}, Order),
    "urge": ("head", "/tasks/{pk}/urge/", lambda: {"message": "Khẩn trương."}, Notice),
}


@pytest.fixture
def address_of(task_at: TaskAt) -> Callable[[str], str]:
    task = task_at("in_progress")
    return lambda address: address.format(pk=task.pk)


def filled(client: Client, address: str, values: dict[str, Any]) -> dict[str, Any]:
    """What the form on the page holds already, with what is typed into it."""
    answer = client.get(address)
    form = answer.context["form"]
    given = {name: form.initial.get(name, field.initial) for name, field in form.fields.items()}
    given = {name: value for name, value in given.items() if isinstance(value, (str, int)) and value != ""}
    return {**given, **values}


@pytest.mark.parametrize(
    "name", ["comment", "progress", "request", "document", "upload", "member", "order", "urge"]
)
def test_a_second_click_changes_nothing(people: People, address_of: Any, bodies: Bodies, name: str) -> None:
    who, address, values, model = CASES[name]
    address, client = address_of(address), door(people[who])
    data = filled(client, address, values())
    if name == "order":
        data["body"] = bodies.committee.pk
    key, before, events = key_on(client, address), model.objects.count(), Event.objects.count()
    first = client.post(address, {**data, **values(), FIELD: key})
    assert first.status_code == 302, first.context and first.context["form"].errors
    assert (made := model.objects.count()) > before
    done = Event.objects.count()
    assert done > events
    second = client.post(address, {**data, **values(), FIELD: key})
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert (model.objects.count(), Event.objects.count()) == (made, done)
    assert len(list(get_messages(second.wsgi_request))) == 1


def test_two_tabs_stay_two(people: People, address_of: Any) -> None:
    client, address = door(people["officer"]), address_of("/tasks/{pk}/comment/")
    keys = {key_on(client, address), key_on(client, address)}
    for key in keys:
        client.post(address, {"text": "Đề nghị làm rõ.", FIELD: key})
    assert len(keys) == Comment.objects.count() == 2


def test_a_corrected_form_is_done(people: People, address_of: Any) -> None:
    """What was refused is not kept; nor is a key for other words, as after a step back in the browser."""
    client, address = door(people["officer"]), address_of("/tasks/{pk}/comment/")
    key = key_on(client, address)
    assert client.post(address, {"text": "", FIELD: key}).status_code == 200
    assert not SentRequest.objects.exists()
    for text in ("Đề nghị làm rõ.", "Đề nghị làm rõ thêm."):
        assert client.post(address, {"text": text, FIELD: key}).status_code == 302
    assert Comment.objects.count() == 2


def test_a_refusal_is_asked_again(people: People, address_of: Any) -> None:
    client, address = door(people["inspector"]), address_of("/tasks/{pk}/comment/")
    for _twice in range(2):
        assert client.post(address, {"text": "x", FIELD: "k"}).status_code == 403
    assert not SentRequest.objects.exists()


def test_the_own_password_is_changed_by_its_form(people: People) -> None:
    """Tries of the old password are counted inside the request that is sent once; refusals stay counted."""
    client, address = door(people["officer"]), reverse("password_change")
    new = {"new_password1": "dai-va-kho-doan-57", "new_password2": "dai-va-kho-doan-57"}
    for _try in range(2):
        wrong = client.post(address, {**new, "old_password": "sai", FIELD: key_on(client, address)})
        assert list(wrong.context["form"].errors) == ["old_password"]
    assert PasswordAttempts.objects.get().number == 2
    right = client.post(address, {**new, "old_password": "demo", FIELD: key_on(client, address)})
    assert right.status_code == 302
    assert Person.objects.get(pk=people["officer"].pk).check_password("dai-va-kho-doan-57")
    guessing = {**new, "old_password": "sai"}
    answers = [client.post(address, {**guessing, FIELD: f"k{n}"}).status_code for n in range(7)]
    assert answers == [200] * 5 + [429] * 2


def test_who_is_signed_in_signs_in_again(people: People) -> None:
    client = door(people["officer"])
    data = {"username": "secretary", "password": "demo", FIELD: "k"}
    assert client.post(reverse("login"), data).status_code == 302
    assert client.session["_auth_user_id"] == str(people["secretary"].pk)


def test_no_password_can_be_tried_against_what_is_kept(people: People, settings: Any) -> None:
    """What was sent is kept as a digest with the secret of the portal, not one that anybody can count."""
    client, data = door(people["officer"]), {"language": "vi", "email": "a@demo.invalid", FIELD: "k"}
    digests = []
    for secret in ("a" * 50, "b" * 50):
        settings.SECRET_KEY = secret
        client.force_login(people["officer"])
        SentRequest.objects.all().delete()
        assert client.post("/profile/", data).status_code == 302
        digests.append(SentRequest.objects.get().digest)
    assert digests[0] != digests[1]


def test_a_key_is_of_one_person(people: People, address_of: Any) -> None:
    for who in ("officer", "secretary"):
        data = {"text": "Đề nghị làm rõ.", FIELD: "the-same"}
        assert door(people[who]).post(address_of("/tasks/{pk}/comment/"), data).status_code == 302
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", "a\x00b", "x" * 5000])
def test_an_odd_key_harms_nothing(people: People, address_of: Any, key: str) -> None:
    client, address = door(people["officer"]), address_of("/tasks/{pk}/comment/")
    assert client.post(address, {"text": "Đề nghị làm rõ.", FIELD: key}).status_code == 302
    assert Comment.objects.count() == 1


def test_a_message_that_waits_is_not_said_twice(people: People, address_of: Any) -> None:
    """The second answer arrives while the message of the first is still to be shown."""
    client, address = door(people["officer"]), address_of("/tasks/{pk}/comment/")
    data = {"text": "Đề nghị làm rõ.", FIELD: "k"}
    client.post(address, data)
    page = client.post(address, data, follow=True)
    assert len(list(page.context["messages"])) == 1


def test_an_export_is_asked_for_once(people: People, task_at: TaskAt, monkeypatch: Any) -> None:
    task_at("in_progress")
    monkeypatch.setattr("reports.exports.AT_ONCE", dict.fromkeys(AT_ONCE, 0))
    client = door(people["secretary"])
    data = {"report": "list", "format": "xlsx", FIELD: "k"}
    answers = [client.post(reverse("reports:new"), data) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Export.objects.count() == 1


def test_the_api_takes_a_key_in_the_header(people: People, task_at: TaskAt) -> None:
    task, client = task_at("in_progress"), door(people["officer"])

    def say(text: str, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return client.post(
            f"/api/tasks/{task.pk}/comment/", {"text": text}, content_type="application/json", headers=headers
        )

    first, second = say("Một", "k-1"), say("Một", "k-1")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first["Content-Type"] == second["Content-Type"] == "application/json"
    assert Comment.objects.count() == 1
    other = say("Hai", "k-1")
    assert (other.status_code, Comment.objects.count()) == (409, 1)
    assert "detail" in other.json()
    assert say("Hai", "k-2").status_code == 200
    assert say("Ba", "x" * 201).status_code == 400
    for _twice in range(2):
        say("Bốn")
    assert Comment.objects.count() == 4
    assert say("", "k-3").status_code == 400
    assert say("Năm", "k-3").status_code == 200


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["without", "with"])
def test_what_is_too_large_or_unreadable_is_said_alike(
    people: People, task_at: TaskAt, settings: Any, key: dict[str, str]
) -> None:
    address, client = f"/api/tasks/{task_at('in_progress').pk}/comment/", door(people["officer"])
    broken = client.generic("POST", address, b"x", content_type="multipart/form-data", headers=key)
    assert (broken.status_code, list(broken.json())) == (400, ["detail"])
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        large = client.generic("POST", address, b"a" * 2000, content_type=kind, headers=key)
        assert (large.status_code, list(large.json())) == (413, ["detail"]), kind


def test_a_draft_is_prepared_once(people: People, bodies: Bodies) -> None:
    client = door(people["secretary"])
    data = {**typed(), FIELD: key_on(client, "/tasks/new/")}
    answers = [client.post("/tasks/new/", data) for _twice in range(2)]
    assert answers[0].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Task.objects.count() == 1


def test_a_fan_out_is_prepared_once(people: People, task_at: TaskAt) -> None:
    address, client = f"/api/tasks/{task_at('in_progress').pk}/fan-outs/", door(people["secretary"])
    for _twice in range(2):
        answer = client.post(
            address,
            {"bodies": ["HELPER"]},
            content_type="application/json",
            headers={"Idempotency-Key": "k"},
        )
        assert answer.status_code == 201
    assert FanOut.objects.count() == 1


def test_deleting_twice_answers_alike(people: People, task_at: TaskAt) -> None:
    task, client = task_at("in_progress"), door(people["officer"])
    headers = {"Idempotency-Key": "k"}
    body = {"kind": "document", "document": "9/BC"}
    address = f"/api/tasks/{task.pk}/evidence/"
    made = client.post(address, body, content_type="application/json", headers={"Idempotency-Key": "made"})
    assert made.status_code == 201
    pk = Evidence.objects.get().pk
    answers = [client.delete(f"{address}{pk}/", headers=headers).status_code for _twice in range(2)]
    assert answers == [204, 204]
    assert client.delete(f"{address}{pk}/").status_code == 404


def test_keys_are_forgotten_after_a_day(people: People, address_of: Any) -> None:
    client, address = door(people["officer"]), address_of("/tasks/{pk}/comment/")
    data = {"text": "Đề nghị làm rõ.", FIELD: "k"}
    client.post(address, data)
    forget_sent_requests()
    assert SentRequest.objects.count() == 1
    SentRequest.objects.update(at=timezone.now() - timedelta(days=1, minutes=1))
    forget_sent_requests()
    client.post(address, data)
    assert Comment.objects.count() == 2


def test_what_is_kept_of_a_form_cannot_be_guessed(people: People, address_of: Any, settings: Any) -> None:
    """A form may hold a password: whoever reads the table cannot try words against it."""
    address = address_of("/tasks/{pk}/comment/")
    for settings.SECRET_KEY in ("a" * 50, "b" * 50):
        client = door(people["officer"])
        client.post(address, {"text": "Một", FIELD: "k"})
    assert SentRequest.objects.values("digest").distinct().count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("api", [False, True], ids=["page", "api"])
def test_four_clicks_at_once_are_one(people: People, task_at: TaskAt, api: bool) -> None:
    task = task_at("in_progress")
    clients, start = [door(people["officer"]) for _each in range(4)], Barrier(4)
    answers: list[Any] = []

    def click(client: Client) -> None:
        start.wait()
        try:
            if api:
                answer = client.post(
                    f"/api/tasks/{task.pk}/comment/",
                    {"text": "Một"},
                    content_type="application/json",
                    headers={"Idempotency-Key": "k"},
                )
            else:
                answer = client.post(f"/tasks/{task.pk}/comment/", {"text": "Một", FIELD: "k"})
            answers.append((answer.status_code, answer.headers.get("Location"), answer.content))
        finally:
            connections.close_all()

    threads = [Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert answers[0][0] == (200 if api else 302)
    assert Comment.objects.count() == 1
