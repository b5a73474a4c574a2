"""One click in a letter (RFC 8058): whose link it is, what it may switch off, and what it may not."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from audit.models import Event
from committees.models import Person
from notices import preferences
from notices.delivery import unsubscribe
from notices.delivery.composition import compose_letter
from notices.models import Letter, Notice, Preference
from notices.preferences import How
from portal.shared.days import today
from tests.support.people import TaskAt

pytestmark = pytest.mark.once

People = dict[str, Person]

NEWS = ["task_confirmed", "task_suspended", "overdue", "task_sent_back"]


def address(person: Person, names: list[str] = NEWS) -> str:
    return urlsplit(unsubscribe.unsubscribe_url(person, names)).path


def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


def test_looking_changes_nothing_and_posting_switches_off(people: People) -> None:
    path = address(people["officer"])
    page = stranger().get(path)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert not Preference.objects.exists()
    answer = stranger().post(
        path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    chosen = preferences.read_preferences(people["officer"])
    assert {name for name, how in chosen.items() if how == How.PORTAL} == {"task_confirmed", "task_suspended"}
    assert Event.objects.latest("pk").by == people["officer"]
    assert stranger().post(path).status_code == 200


def test_a_letter_of_duties_alone_has_no_link(people: People) -> None:
    assert unsubscribe.unsubscribe_url(people["officer"], ["overdue", "task_sent_back", "unknown"]) == ""


def test_a_duty_in_a_signed_link_is_left_alone(people: People) -> None:
    token = signing.dumps([people["officer"].pk, ["overdue", "x", "task_confirmed"]], salt=unsubscribe.SALT)
    stranger().post(f"/notices/unsubscribe/{token}/")
    assert list(Preference.objects.values_list("kind", flat=True)) == ["task_confirmed"]


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "x"])
def test_a_link_that_nobody_signed_is_a_page_with_a_sentence(people: People, change: Any) -> None:
    *start, token, end = address(people["officer"]).split("/")
    answer = stranger().post("/".join([*start, change(token), end]))
    assert answer.status_code == 404
    assert "60" in answer.content.decode()
    assert not Preference.objects.exists()


def test_a_link_holds_for_sixty_days(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    path, now = address(people["officer"]), timezone.now().timestamp()
    for days, status in ((59, 200), (61, 404)):
        monkeypatch.setattr(
            "django.core.signing.time.time", lambda days=days: now + timedelta(days=days).total_seconds()
        )
        assert stranger().get(path).status_code == status


def test_a_locked_account_changes_nothing(people: People) -> None:
    path = address(people["officer"])
    Person.objects.filter(pk=people["officer"].pk).update(is_active=False)
    assert stranger().post(path).status_code == 404
    assert not Preference.objects.exists()


def test_the_page_speaks_the_language_of_the_reader_of_the_letter(people: People) -> None:
    Person.objects.filter(pk=people["officer"].pk).update(language="en")
    page = stranger().get(address(people["officer"]))
    assert page["Content-Language"] == "en"
    assert "Switch these letters off" in page.content.decode()


def test_a_letter_brings_the_link_only_with_what_may_be_switched_off(people: People, task_at: TaskAt) -> None:
    task_at("completed")
    officer = people["officer"]
    letter = Letter(person=officer, on=today(), message_id="<1@x>")

    def headers(kind: str) -> dict[str, Any]:
        return dict(
            compose_letter(letter, list(Notice.objects.filter(person=officer, kind=kind))).extra_headers
        )

    assert "List-Unsubscribe" not in headers("task_assigned")
    found = headers("task_confirmed")
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stranger().post(urlsplit(found["List-Unsubscribe"].strip("<>")).path)
    assert preferences.read_preferences(officer)["task_confirmed"] == How.PORTAL
