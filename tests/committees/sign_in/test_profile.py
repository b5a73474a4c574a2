"""One's own language, profile and password, and what is said when a request cannot be read."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from committees import password_attempts
from committees.models import PasswordAttempts, Person
from committees.roles import PERMISSIONS, Role
from portal.sent_once import FIELD
from portal.shared import errors
from portal.shared.days import today
from tests.committees.sign_in.helpers import LOGIN, sign_in
from tests.support.people import SINCE, Bodies, TaskAt, appoint, make_person

pytestmark = pytest.mark.once


People = dict[str, Person]


NEW = "một-mật-khẩu-mới-57"


@pytest.mark.parametrize("name", ["a\x00b", "x" * 5000, "", "   "])
def test_nonsense_is_refused_with_a_sentence(client: Client, person: Person, name: str) -> None:
    assert sign_in(client, name, "p\x00w").status_code == 200


def test_sign_out_is_a_post(client: Client, person: Person) -> None:
    client.force_login(person)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get("/").status_code == 302


def test_language_before_and_after_signing_in(client: Client, person: Person) -> None:
    assert client.get(LOGIN)["Content-Language"] == "vi"
    answer = client.post("/language/", {"language": "en", "next": "/accounts/login/?next=/bodies/"})
    assert answer["Location"] == "/accounts/login/?next=/bodies/"
    assert client.get(LOGIN)["Content-Language"] == "en"
    client.force_login(person)
    assert client.get("/")["Content-Language"] == "vi"
    client.post("/language/", {"language": "en", "next": "/"})
    person.refresh_from_db()
    assert person.language == "en"
    assert client.get("/")["Content-Language"] == "en"
    assert Event.objects.about(person).filter(verb="profile_changed").count() == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_language_leads_nowhere_else(client: Client, db: None, target: str) -> None:
    assert client.post("/language/", {"language": "en", "next": target})["Location"] == "/"


def test_a_language_that_is_not_there(client: Client, person: Person) -> None:
    client.force_login(person)
    assert client.post("/language/", {"language": "xx"}).status_code == 400
    assert client.get("/language/").status_code == 405


def test_profile_keeps_what_is_mine_and_only_that(client: Client, people: People) -> None:
    person = people["deputy"]
    client.force_login(person)
    answer = client.post(
        "/profile/",
        {
            "language": "en",
            "email": "moi@demo.invalid",
            "phone": "0912 345 678",
            "is_superuser": "1",
            "name": "X",
        },
    )
    assert answer["Location"] == "/profile/"
    person.refresh_from_db()
    assert (person.language, person.email, person.phone) == ("en", "moi@demo.invalid", "0912 345 678")
    assert (person.is_staff, person.name) == (False, "Deputy")


@pytest.mark.parametrize(
    "field, value",
    [
        ("email", "khong phai thu"),
        ("phone", "1" * 31),
        ("language", "xx"),
        ("phone", "12\x0034"),
        ("email", "a\x00@b.vn"),
    ],
)
def test_profile_refuses_beside_the_field(client: Client, people: People, field: str, value: str) -> None:
    client.force_login(people["deputy"])
    values = {"language": "vi", "email": "deputy@demo.invalid", "phone": "", field: value}
    answer = client.post("/profile/", values)
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    assert not Event.objects.filter(verb="profile_changed").exists()


def test_profile_shows_past_and_future_offices_and_what_they_give(
    client: Client, people: People, bodies: Bodies
) -> None:
    person = people["deputy"]
    appoint(person, bodies.sister, Role.MEMBER, SINCE, today() - timedelta(days=1))
    appoint(person, bodies.top, Role.HEAD, today() + timedelta(days=1))
    client.force_login(person)
    terms = dict(client.get("/profile/").context["terms"])
    assert {when: [row["term"].office.body.code for row in rows] for when, rows in terms.items()} == {
        "now": ["COMMITTEE"],
        "later": ["TOP"],
        "ended": ["SISTER"],
    }
    assert PERMISSIONS["assign_tasks_in_own_field"] in terms["now"][0]["may"]
    assert PERMISSIONS["assign_tasks"] not in terms["now"][0]["may"]


def test_password_change_keeps_me_in_and_is_in_the_audit(client: Client, person: Person) -> None:
    client.force_login(person)
    other = Client()
    other.force_login(person)
    values = {"old_password": "demo", "new_password1": NEW, "new_password2": NEW}
    assert client.post("/accounts/password/", values)["Location"] == "/accounts/password/done/"
    assert client.get("/accounts/password/done/").status_code == 200
    assert other.get("/").status_code == 302, "other devices are signed out"
    event = Event.objects.about(person).get(verb="password_changed")
    assert (event.before, event.after) == ({}, {})
    assert sign_in(Client(), password=NEW).status_code == 302


def test_password_change_asks_for_the_old_one(client: Client, person: Person) -> None:
    client.force_login(person)
    values = {"old_password": "sai", "new_password1": NEW, "new_password2": NEW}
    assert client.post("/accounts/password/", values).status_code == 200
    assert sign_in(Client()).status_code == 302
    assert not Event.objects.filter(verb="password_changed").exists()


def change(client: Client, old: str) -> Any:
    values = {"old_password": old, "new_password1": NEW, "new_password2": NEW}
    return client.post("/accounts/password/", values)


def test_the_old_password_is_not_guessed_either(client: Client, person: Person) -> None:
    client.force_login(person)
    for _try in range(5):
        assert change(client, "sai").status_code == 200
    answer = change(client, "demo")
    assert answer.status_code == 429
    assert "15" in str(answer.context["form"].errors["old_password"])
    assert not Event.objects.filter(verb="password_changed").exists()

    other = Client()
    other.force_login(make_person("khac"))
    assert change(other, "demo").status_code == 302, "each account counts for itself"

    PasswordAttempts.objects.update(since=timezone.now() - password_attempts.ATTEMPT_PERIOD)
    assert change(client, "demo").status_code == 302


def test_the_right_old_password_forgets_the_wrong_ones(client: Client, person: Person) -> None:
    client.force_login(person)
    for _try in range(4):
        change(client, "sai")
    assert change(client, "demo").status_code == 302
    assert not PasswordAttempts.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_page_with_its_one_time_key_counts_and_changes_too(client: Client) -> None:
    """In real transactions: the count has one of its own, which cannot stand inside that of the key."""
    client.force_login(make_person("thuky"))
    values = {"new_password1": NEW, "new_password2": NEW, FIELD: "k"}
    for _try in range(5):
        assert client.post("/accounts/password/", {**values, "old_password": "sai"}).status_code == 200
    assert client.post("/accounts/password/", {**values, "old_password": "demo"}).status_code == 429
    PasswordAttempts.objects.all().delete()
    changed = client.post("/accounts/password/", {**values, "old_password": "demo"})
    assert changed["Location"] == "/accounts/password/done/"
    # Somebody else signs in at a browser that is still signed in.
    again = client.post(LOGIN, {"username": "thuky", "password": NEW, FIELD: "k"})
    assert again["Location"] == "/"


def test_the_old_password_leaves_the_sign_in_alone(client: Client, person: Person) -> None:
    """Who sits at somebody's open browser does not keep them out elsewhere."""
    client.force_login(person)
    for _try in range(6):
        change(client, "sai")
    assert sign_in(Client()).status_code == 302


# What went wrong


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "address", ["/khong-co/", "/bodies/KHONG-CO/", "/bodies/khong-co/", "/tasks/99999999/"]
)
def test_not_found_is_our_page(
    client: Client, person: Person, settings: Any, debug: bool, address: str
) -> None:
    settings.DEBUG = debug
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 404
    assert "404.html" in [template.name for template in answer.templates]
    assert "resolver" not in answer.content.decode().lower()


def test_an_address_without_its_slash_still_leads_on(client: Client, person: Person, settings: Any) -> None:
    settings.DEBUG = True
    client.force_login(person)
    assert client.get("/bodies")["Location"] == "/bodies/"


def test_a_fault_says_nothing_was_written_and_gives_a_code(
    person: Person, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = False
    monkeypatch.setattr("tasks.lists.my_work.MyWork.__init__", lambda *args: 1 / 0)
    client = Client(raise_request_exception=False)
    client.force_login(person)
    answer = client.get("/")
    assert answer.status_code == 500
    faults = [record for record in caplog.records if record.name == "portal.faults"]
    code = str(faults[0].args[0])  # type: ignore[index]
    assert code in answer.content.decode()
    assert faults[0].exc_info
    assert "ZeroDivisionError" not in answer.content.decode()


def test_a_form_without_its_token_says_so(person: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    answer = client.post("/profile/", {"language": "en"})
    assert answer.status_code == 403
    assert "403_csrf.html" in [template.name for template in answer.templates]


def test_too_much_at_once_is_refused(person: Person, settings: Any) -> None:
    settings.DEBUG, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = False, 1000
    client = Client()
    client.force_login(person)
    answer = client.post("/profile/", {"language": "en", "phone": "1" * 2000})
    assert answer.status_code == 413


def test_bad_requests_and_refusals_have_a_page(person: Person, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = person
    assert errors.bad_request(request, ValueError()).status_code == 400
    assert errors.bad_request(request, RequestDataTooBig()).status_code == 413
    assert errors.forbidden(request, PermissionError("Không phải của bạn.")).status_code == 403


def test_a_refusal_has_the_way_back(client: Client, people: People, task_at: TaskAt) -> None:
    client.force_login(people["member"])
    answer = client.get(reverse("bodies:appoint", args=["COMMITTEE"]))
    assert answer.status_code == 403
    assert "errors/refused.html" in [template.name for template in answer.templates]


@pytest.mark.parametrize(
    ("browser", "cookie", "language"),
    [
        ("en-GB,en;q=0.9,vi;q=0.5", "", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.5", "", "vi"),
        ("fr,de;q=0.5", "", "vi"),
        ("", "", "vi"),
        ("en", "vi", "vi"),
        ("vi", "en", "en"),
        ("en", "xx", "en"),
    ],
)
@pytest.mark.django_db
def test_the_sign_in_page_is_in_the_language_of_the_browser(browser: str, cookie: str, language: str) -> None:
    """Until somebody chooses another one on this device."""
    client = Client(headers={"accept-language": browser})
    if cookie:
        client.cookies["language"] = cookie
    answer = client.get("/accounts/login/")
    assert answer["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]


def test_a_person_reads_their_own_language_whatever_the_browser_says(people: dict[str, Person]) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(people["officer"])
    assert client.get("/")["Content-Language"] == "vi"
