"""Signing in and out, the language, the own profile and password, and the pages for what went wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from django.urls import reverse

from audit.models import Event
from committees.models import Person
from committees.roles import PERMISSIONS, Role
from portal.shared import errors
from portal.shared.attempts import Attempts
from portal.shared.days import today
from tests.people import SINCE, Bodies, TaskAt, appoint, make_person

pytestmark = pytest.mark.once

People = dict[str, Person]
LOGIN = "/accounts/login/"
NEW = "một-mật-khẩu-mới-57"


@pytest.fixture
def person(db: None) -> Person:
    return make_person("thuky")


def sign_in(client: Client, name: str = "thuky", password: str = "demo", **more: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password, **more})


def test_sign_in_leads_to_my_work_and_is_written_down(client: Client, person: Person) -> None:
    assert sign_in(client)["Location"] == "/"
    event = Event.objects.about(person).get(verb="signed_in")
    assert (event.by_id, event.after) == (person.pk, {"address": "127.0.0.1"})


def test_sign_in_goes_on_to_the_page_that_was_asked_for(client: Client, person: Person) -> None:
    assert client.get("/bodies/")["Location"] == f"{LOGIN}?next=/bodies/"
    assert sign_in(client, next="/bodies/")["Location"] == "/bodies/"
    client.logout()
    assert sign_in(client, next="https://evil.example/")["Location"] == "/"


def test_the_answer_is_the_same_for_a_name_that_does_not_exist(client: Client, person: Person) -> None:
    answers = [sign_in(client, name, "sai") for name in ("thuky", "khong-co")]
    assert {answer.status_code for answer in answers} == {200}
    said = [answer.context["form"].non_field_errors() for answer in answers]
    assert said[0] == said[1]
    assert said[0]
    assert not Event.objects.filter(verb="signed_in").exists()


def test_a_locked_account_cannot_sign_in(client: Client, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert sign_in(client).status_code == 200
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("name", ["thuky", "khong-co"])
def test_five_wrong_passwords_ask_to_wait(client: Client, person: Person, name: str) -> None:
    for _try in range(5):
        assert sign_in(client, name, "sai").status_code == 200
    answer = sign_in(client, name)  # the right one now, for the name that exists
    assert answer.status_code == 429
    assert "15" in str(answer.context["form"].non_field_errors())
    assert client.get("/").status_code == 302


def test_nobody_is_locked_out_from_elsewhere(client: Client, person: Person) -> None:
    for _try in range(6):
        sign_in(Client(REMOTE_ADDR="10.1.1.1"), password="sai")
    assert sign_in(Client(REMOTE_ADDR="10.1.1.1")).status_code == 429
    assert sign_in(client).status_code == 302


def test_the_wait_is_for_that_name_only_and_ends(client: Client, person: Person) -> None:
    for _try in range(6):
        sign_in(client, "nguoi-khac", "sai")
    assert sign_in(client).status_code == 302
    cache.clear()  # what fifteen minutes do
    assert sign_in(Client(), "nguoi-khac", "sai").status_code == 200


def test_signing_in_forgets_the_wrong_tries(client: Client, person: Person) -> None:
    for _round in range(2):
        for _try in range(4):
            sign_in(client, password="sai")
        assert sign_in(client).status_code == 302


def test_a_hundred_wrong_passwords_from_one_address_ask_to_wait(client: Client, person: Person) -> None:
    for number in range(100):
        assert sign_in(client, f"ten-{number}", "sai").status_code == 200
    assert sign_in(client).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.1.1.1")).status_code == 302


def test_behind_a_proxy_the_address_is_the_one_it_wrote(
    client: Client, person: Person, settings: Any
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client.post(LOGIN, {"username": "thuky", "password": "demo"}, HTTP_X_FORWARDED_FOR="1.2.3.4, 10.9.9.9")
    assert Event.objects.get(verb="signed_in").after == {"address": "10.9.9.9"}


@pytest.mark.parametrize("name", ["a\x00b", "x" * 5000, "", "   "])
def test_nonsense_is_refused_with_a_sentence(client: Client, person: Person, name: str) -> None:
    assert sign_in(client, name, "p\x00w").status_code == 200


def test_attempts_count_nothing_while_the_cache_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts("x", 3, 60)
    monkeypatch.setattr(cache, "get", lambda *args: None)
    monkeypatch.setattr(cache, "add", lambda *args: True)
    monkeypatch.setattr(cache, "incr", lambda *args: 1)
    attempts.failed("a")
    assert attempts.left("a") == 3


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
    monkeypatch.setattr(Person, "acting_memberships", lambda *args: 1 / 0)
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
