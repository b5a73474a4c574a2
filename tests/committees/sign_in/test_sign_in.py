"""Signing in and out, the language, the own profile and password, and the pages for what went wrong."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from audit.models import Event
from committees import jobs, password_attempts
from committees.models import PasswordAttempts, Person
from portal import env
from portal.middleware import ProxyMiddleware
from tests.committees.sign_in.helpers import LOGIN, sign_in
from tests.support.people import make_person

pytestmark = pytest.mark.once


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


def test_changing_addresses_helps_nobody(client: Client, person: Person) -> None:
    """All addresses that the account was never signed in from are one place."""
    for address in ("10.1.1.1", "10.2.2.2", "203.0.113.7", "2001:db8::1", "2001:db8:1::1"):
        assert sign_in(Client(REMOTE_ADDR=address), password="sai").status_code == 200
    for address in ("10.1.1.1", "198.51.100.1", "2001:db8:2::1"):
        assert sign_in(Client(REMOTE_ADDR=address)).status_code == 429
    assert not Event.objects.filter(verb="signed_in").exists()


def use_up(address: str = "203.0.113.7", name: str = "thuky") -> None:
    """Somebody guesses until they have to wait."""
    stranger = Client(REMOTE_ADDR=address)
    for _try in range(6):
        answer = sign_in(stranger, name, "sai")
    assert answer.status_code == 429


def test_nobody_is_locked_out_of_a_device_they_signed_in_on(client: Client, person: Person) -> None:
    sign_in(client)
    client.post("/accounts/logout/")
    use_up()
    use_up("127.0.0.1")
    assert sign_in(client, REMOTE_ADDR="198.51.100.9").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="198.51.100.9"), password="sai").status_code == 200, "known by now"


@pytest.mark.parametrize(
    "before, now, status",
    [
        ("10.5.5.5", "10.5.5.5", 302),
        ("10.5.5.5", "10.5.5.6", 429),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 302),  # one household of IPv6
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 429),
    ],
)
def test_nobody_is_locked_out_of_a_network_they_signed_in_from(
    person: Person, before: str, now: str, status: int
) -> None:
    sign_in(Client(REMOTE_ADDR=before))
    use_up()
    assert sign_in(Client(REMOTE_ADDR=now)).status_code == status


def test_a_known_place_has_no_more_tries_than_others(client: Client, person: Person) -> None:
    sign_in(client)
    for _try in range(5):
        assert sign_in(client, password="sai").status_code == 200
    assert sign_in(client).status_code == 429


@pytest.mark.parametrize("cookie", ["", "x", "{}:a:b", "eyJkZXZpY2UiOiJ4IiwicGVvcGxlIjpbMV19:1w:x"])
def test_a_cookie_that_we_did_not_write_is_no_device(person: Person, cookie: str) -> None:
    use_up()
    stranger = Client(REMOTE_ADDR="203.0.113.8")
    stranger.cookies[password_attempts.DEVICE_COOKIE] = cookie
    assert sign_in(stranger).status_code == 429


def test_the_device_of_one_person_is_a_stranger_to_another(person: Person) -> None:
    make_person("khac")
    own = Client(REMOTE_ADDR="203.0.113.8")
    sign_in(own, "khac")
    own.post("/accounts/logout/")
    use_up()
    assert sign_in(own).status_code == 429
    assert sign_in(own, "khac").status_code == 302


def test_the_wait_is_for_that_name_only_and_ends(client: Client, person: Person) -> None:
    for _try in range(6):
        sign_in(client, "nguoi-khac", "sai")
    assert sign_in(client).status_code == 302
    PasswordAttempts.objects.update(
        since=timezone.now() - password_attempts.ATTEMPT_PERIOD + timedelta(seconds=5)
    )
    assert sign_in(Client(), "nguoi-khac", "sai").status_code == 429
    PasswordAttempts.objects.update(since=timezone.now() - password_attempts.ATTEMPT_PERIOD)
    assert sign_in(Client(), "nguoi-khac", "sai").status_code == 200


def test_trying_on_while_one_has_to_wait_does_not_make_the_wait_longer(person: Person) -> None:
    use_up()
    began = PasswordAttempts.objects.values_list("since", flat=True)
    before = set(began)
    use_up()
    assert set(began.all()) == before


def test_signing_in_forgets_the_wrong_tries(client: Client, person: Person) -> None:
    for _round in range(2):
        for _try in range(4):
            sign_in(client, password="sai")
        assert sign_in(client).status_code == 302


def test_a_hundred_wrong_passwords_from_one_network_ask_to_wait(person: Person) -> None:
    known = Client(REMOTE_ADDR="2001:db8::1")
    sign_in(known)
    for number in range(100):
        somebody = Client(REMOTE_ADDR=f"2001:db8::{number:x}:1")
        assert sign_in(somebody, f"ten-{number}", "sai").status_code == 200
    assert sign_in(Client(REMOTE_ADDR="2001:db8::abcd:2")).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.1.1.1")).status_code == 302
    assert sign_in(known).status_code == 302, "a known device is not held back by its neighbours"


def test_an_office_that_signs_in_at_once_is_not_held_back(person: Person) -> None:
    for _one in range(password_attempts.NETWORK_LIMIT.number + 5):
        assert sign_in(Client(REMOTE_ADDR="10.1.1.1")).status_code == 302


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_counted_before_they_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    make_person("thuky")
    asked, slow = [], threading.Event()

    def check(self: Person, password: str) -> bool:
        asked.append(password)
        slow.wait(0.5)  # a good hash takes its time, and the others arrive meanwhile
        return False

    monkeypatch.setattr(Person, "check_password", check)
    started = threading.Barrier(15)

    def guess(number: int) -> int:
        started.wait()
        try:
            return int(sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), password=f"{number}").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(15) as pool:
        answers = list(pool.map(guess, range(15)))
    assert sorted(answers) == [200] * 5 + [429] * 10
    assert len(asked) == 5


def test_what_holds_nobody_back_any_more_is_forgotten(client: Client, person: Person) -> None:
    sign_in(client, password="sai")
    jobs.forget_attempts()
    assert PasswordAttempts.objects.count() == 2
    PasswordAttempts.objects.update(
        since=timezone.now() - password_attempts.ATTEMPT_PERIOD - timedelta(seconds=1)
    )
    jobs.forget_attempts()
    assert PasswordAttempts.objects.count() == 0


OURS = "10.0.0.1, 10.9.0.0/16, ::1"


@pytest.mark.parametrize(
    "peer, forwarded, address",
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),  # the first is the caller's own word
        ("10.0.0.1", "203.0.113.7, 10.9.8.7", "203.0.113.7"),  # two proxies, both named
        ("10.0.0.1", "1.2.3.4, 203.0.113.7, 10.9.8.7, 10.9.8.8", "203.0.113.7"),
        ("::1", "203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7:51234", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::1]:51234", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.9.8.7", "10.9.8.7"),
        # Nobody named: its word is not taken.
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.2", "1.2.3.4", "10.0.0.2"),
        # No address is no address.
        ("10.0.0.1", "unknown", ""),
        ("10.0.0.1", "1.2.3.4, _hidden", ""),
        ("10.0.0.1", "<script>alert(1)</script>", ""),
        ("10.0.0.1", "999.1.1.1", ""),
        ("10.0.0.1", "x" * 5000, ""),
        ("", "1.2.3.4", ""),
    ],
)
def test_an_address_is_believed_only_from_a_proxy_that_is_named(
    person: Person, settings: Any, monkeypatch: pytest.MonkeyPatch, peer: str, forwarded: str, address: str
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", OURS)
    settings.TRUSTED_PROXIES = env.trusted_proxies()
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert sign_in(Client(), REMOTE_ADDR=peer, **headers).status_code == 302
    assert Event.objects.get(verb="signed_in").after == ({"address": address} if address else {})


def test_without_a_named_proxy_nobody_is_believed(client: Client, person: Person) -> None:
    sign_in(client, HTTP_X_FORWARDED_FOR="1.2.3.4")
    assert Event.objects.get(verb="signed_in").after == {"address": "127.0.0.1"}


def test_a_written_address_gives_no_more_tries(client: Client, person: Person) -> None:
    for number in range(5):
        sign_in(client, password="sai", HTTP_X_FORWARDED_FOR=f"10.1.1.{number}")
    assert sign_in(client, HTTP_X_FORWARDED_FOR="10.1.1.9").status_code == 429


@pytest.mark.parametrize(
    "peer, headers, scheme",
    [
        ("10.0.0.1", {"HTTP_X_FORWARDED_PROTO": "https"}, "https"),
        ("10.0.0.1", {"HTTP_X_FORWARDED_PROTO": "http"}, "http"),
        ("10.0.0.1", {"HTTP_X_FORWARDED_PROTO": "https, http"}, "http"),  # the proxy's own word is the last
        ("10.0.0.1", {}, "http"),
        ("203.0.113.9", {"HTTP_X_FORWARDED_PROTO": "https"}, "http"),
        # gunicorn has taken the word of somebody on this machine already.
        ("127.0.0.1", {"HTTP_X_FORWARDED_PROTO": "https", "wsgi.url_scheme": "https"}, "http"),
        ("127.0.0.1", {"HTTP_X_FORWARDED_SSL": "on", "wsgi.url_scheme": "https"}, "http"),
        # gunicorn with a certificate of its own.
        ("203.0.113.9", {"wsgi.url_scheme": "https"}, "https"),
    ],
)
def test_https_is_believed_only_from_a_proxy_that_is_named(
    rf: RequestFactory,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    peer: str,
    headers: dict[str, str],
    scheme: str,
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", OURS)
    settings.TRUSTED_PROXIES = env.trusted_proxies()
    request = rf.get("/", REMOTE_ADDR=peer, **headers)  # type: ignore[arg-type]
    answer = ProxyMiddleware(lambda request: HttpResponse(request.scheme))(request)
    assert answer.content.decode() == scheme
