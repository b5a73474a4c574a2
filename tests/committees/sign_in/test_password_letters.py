"""A forgotten password, the first one, and the letters with which people choose them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from audit.models import Event
from committees import actions, jobs, password_attempts
from committees.models import PasswordLetter, Person
from committees.passwords import sending
from committees.passwords.actions import ask_reset_letter, owe_letter, send_reset_letter
from committees.passwords.tokens import password_tokens
from notices.delivery import health
from tests.committees.sign_in.helpers import sign_in
from tests.support.people import make_person

pytestmark = pytest.mark.once

FORGOTTEN = "/accounts/forgotten/"
NEW = {"new_password1": "dai-va-kho-doan-57", "new_password2": "dai-va-kho-doan-57"}


def ask(account: str, client: Client | None = None) -> Any:
    return (client or Client()).post(FORGOTTEN, {"account": account})


def link_in(letter: Any) -> str:
    link = re.search(r"https?://\S+/accounts/reset/\S+", letter.body)
    assert link
    return link[0].removeprefix(portal_settings.PORTAL_URL)


def choose(link: str, client: Client | None = None) -> Any:
    client = client or Client()
    page = client.get(link, follow=True)
    if not page.context["validlink"]:
        return None
    return client.post(page.redirect_chain[-1][0], NEW)


@pytest.mark.parametrize("account", ["thuky", "thuky@demo.invalid", " THUKY@demo.invalid "])
def test_a_forgotten_password_is_chosen_anew_by_letter(person: Person, account: str) -> None:
    answer = ask(account)
    assert answer["Location"] == f"{FORGOTTEN}done/"
    event = Event.objects.get(verb="reset_letter_asked")
    assert (event.by, event.after) == (None, {"email": person.email, "address": "127.0.0.1"})
    assert not mail.outbox, "no mail server is asked while somebody waits for the page"
    jobs.send_password_letters()
    (letter,) = mail.outbox
    assert letter.to == [person.email]
    assert person.check_password("demo")
    assert choose(link_in(letter))["Location"] == "/accounts/login/"
    assert sign_in(Client(), password=NEW["new_password1"]).status_code == 302
    assert choose(link_in(letter)) is None, "once"


def test_the_page_says_the_same_whoever_is_meant(person: Person) -> None:
    locked = make_person("khoa", is_active=False)
    Person.objects.filter(pk=locked.pk).update(is_active=False)
    Person.objects.filter(pk=make_person("tuchoi").pk).update(address_refused_at=timezone.now())
    Person.objects.filter(pk=make_person("mau").pk).update(is_demo=True)
    accounts = ("thuky", "khoa", "khoa@demo.invalid", "khong-co", "tuchoi", "mau")
    answers = [Client().post(FORGOTTEN, {"account": account}, follow=True) for account in accounts]
    pages = {re.sub(r"(?i)[\w-]{40,}", "", answer.content.decode()) for answer in answers}
    assert len(pages) == 1
    assert {answer.status_code for answer in answers} == {200}
    jobs.send_password_letters()
    assert [letter.to for letter in mail.outbox] == [[person.email]]
    assert Event.objects.filter(verb="reset_letter_asked").count() == 1


@pytest.mark.parametrize("account", ["thuky", "khong-co"])
def test_asking_is_limited_for_an_account(person: Person, account: str) -> None:
    for address in ("10.1.1.1", "10.2.2.2", "10.3.3.3"):
        assert ask(account, Client(REMOTE_ADDR=address)).status_code == 302
    answer = ask(account.upper(), Client(REMOTE_ADDR="10.4.4.4"))
    assert answer.status_code == 429
    assert "15" in str(answer.context["form"].errors["account"])


def test_asking_is_limited_for_a_network(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_attempts, "LETTER_NETWORK_LIMIT", password_attempts.Limit("few", 2))
    statuses = [ask(f"ai-{number}").status_code for number in range(3)]
    assert statuses == [302, 302, 429]
    assert ask("thuky", Client(REMOTE_ADDR="10.9.9.9")).status_code == 302


@pytest.mark.parametrize("account", ["", "   ", "a\x00b", "x" * 300])
def test_nonsense_is_refused_beside_the_field(db: None, account: str) -> None:
    answer = ask(account)
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"account"}


def test_a_stranger_fills_no_mailbox(person: Person) -> None:
    ask("thuky")
    ask("thuky@demo.invalid")
    assert PasswordLetter.objects.count() == 1


def test_a_mailbox_of_several_accounts_gets_one_letter_for_each(person: Person) -> None:
    Person.objects.filter(pk=make_person("vanthu").pk).update(email=person.email)
    ask(person.email)
    jobs.send_password_letters()
    assert {re.findall("thuky|vanthu", str(letter.body))[0] for letter in mail.outbox} == {"thuky", "vanthu"}


def test_who_changed_an_address_asks_for_no_letter_to_it(people: dict[str, Person]) -> None:
    """Else an administrator, who may not send the letter there, asks for it on the open page."""
    person = people["head"]
    person.email = "mine@demo.invalid"
    actions.save_person(person=person, by=people["staff"])
    ask("head")
    assert not PasswordLetter.objects.exists()
    # Sent by another administrator, and used: from now on the address is the person's own.
    send_reset_letter(person=person, by=people["admin"])
    jobs.send_password_letters()
    choose(link_in(mail.outbox[0]))
    ask("head")
    assert PasswordLetter.objects.filter(by=None).count() == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "khac@demo.invalid"}])
def test_what_changed_before_the_letter_left_is_asked_again(person: Person, change: dict[str, Any]) -> None:
    ask("thuky")
    Person.objects.filter(pk=person.pk).update(**change)
    jobs.send_password_letters()
    letter = PasswordLetter.objects.get()
    assert (mail.outbox, letter.sent_at, letter.next_attempt_at) == ([], None, None)
    assert letter.answer


def test_a_change_that_is_rolled_back_sends_nothing(person: Person) -> None:
    with transaction.atomic():
        owe_letter(person, None)
        transaction.set_rollback(True)
    jobs.send_password_letters()
    assert not mail.outbox


def test_a_letter_is_tried_again_and_at_last_given_up_and_seen(person: Person, settings: Any) -> None:
    settings.EMAIL_BACKEND = "notices.delivery.mail.SMTPBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    ask_reset_letter(account="thuky", address="192.0.2.1")
    now = timezone.now()
    for pause in portal_settings.LETTER_PAUSES:
        assert sending.send_letters(now) == 0
        assert PasswordLetter.objects.get().next_attempt_at == now + pause
        assert sending.send_letters(now) == 0, "not before its moment"
        now += pause
    assert health.check_delivery().letters_given_up_today == 0
    sending.send_letters(now)
    letter = PasswordLetter.objects.get()
    assert (letter.attempts, letter.next_attempt_at) == (7, None)
    assert health.check_delivery().letters_given_up_today == 1


def test_a_letter_in_hand_is_no_other_senders(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("thuky")
    now = timezone.now()
    monkeypatch.setattr(sending, "_waiting", lambda _now: [PasswordLetter.objects.get().pk])
    monkeypatch.setattr(sending, "_stamp", lambda *_args, **_values: False)  # died after sending
    sending.send_letters(now)
    sending.send_letters(now)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("first, days", [(True, 7), (False, 1)])
def test_a_link_is_dated(person: Person, monkeypatch: pytest.MonkeyPatch, first: bool, days: int) -> None:
    if first:
        person.set_unusable_password()
        person.save()
    token, written = password_tokens.make_token(person), datetime.now()  # noqa: DTZ005
    for age, works in ((timedelta(days=days, minutes=-1), True), (timedelta(days=days, minutes=1), False)):
        monkeypatch.setattr(password_tokens, "_now", lambda age=age: written + age)
        assert password_tokens.check_token(person, token) is works
    assert not password_tokens.check_token(person, "x")


def test_administrators_see_what_left_and_send_it_again_but_read_no_link(
    enter: Any, people: dict[str, Person]
) -> None:
    ask("member")
    jobs.send_password_letters()
    client, address = enter("staff"), "/admin/committees/passwordletter/"
    page = client.get(address).content.decode()
    assert "member@demo.invalid" in page
    assert "/accounts/reset/" not in page
    chosen = {"action": "send_again", "_selected_action": [PasswordLetter.objects.get().pk]}
    client.post(address, chosen)
    assert PasswordLetter.objects.filter(by=people["staff"]).count() == 1
