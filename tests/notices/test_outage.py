"""Days without mail are caught up with one letter; who cannot be reached is written down and told of."""

import smtplib
import socket
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Membership, Person
from committees.roles import Role
from notices import jobs
from notices.daily_run import remind
from notices.delivery import refused_addresses, sender
from notices.delivery.mail import is_address_refusal
from notices.delivery.sender import send_owed
from notices.drop_reasons import AddressReason, ReaderReason
from notices.models import Letter, Notice
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from reminders import planning as reminders
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.support.people import appoint, make_person

TODAY = date(2026, 7, 20)  # a Monday
DUE = date(2026, 7, 16)
pytestmark = [pytest.mark.django_db, pytest.mark.once]
GONE = "550 5.1.1 nobody lives here"


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM), tick=True) as clock:
        yield clock


@pytest.fixture
def officer(people: dict[str, Person]) -> Person:
    return people["officer"]


@pytest.fixture
def late(officer, task_at) -> Task:
    fill_years(2026, 2026)
    task: Task = task_at("in_progress", due_on=DUE)
    Notice.objects.all().delete()
    return task


def to(smtp: Any, person: Person) -> list[Any]:
    return [message for message in smtp.messages if person.email in message["To"]]


# After an outage


def test_after_days_without_a_server_one_letter_says_what_is_owed_now(late, officer, smtp, morning):
    smtp.answer = lambda message: "451 the disk is full"
    for days in range(4):
        morning.move_to(datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM) + timedelta(days=days))
        remind(TODAY + timedelta(days=days))
    assert smtp.messages == []
    smtp.answer = lambda message: None
    friday = TODAY + timedelta(days=4)
    morning.move_to(datetime(2026, 7, 24, 8, 0, tzinfo=VIETNAM))
    for _ in range(3):
        remind(friday)
    (message,) = to(smtp, officer)
    assert "24/07/2026" in message["Subject"]
    lines = Notice.objects.filter(person=officer, kind="overdue")
    assert lines.filter(state=Notice.State.TOLD).count() == 1
    assert not lines.filter(state=Notice.State.OWED).exists()


def test_after_days_in_which_nothing_ran_one_letter_says_what_is_owed_now(late, officer, smtp):
    remind(TODAY)
    remind(TODAY + timedelta(days=9))
    assert len(to(smtp, officer)) == 2
    steps = Notice.objects.filter(person=officer, kind="overdue", state=Notice.State.TOLD)
    assert sorted(steps.values_list("step", flat=True)) == ["+1", "+7"]


def test_whichever_job_comes_first_after_an_outage_the_one_letter_says_everything(
    late, people, officer, task_at, smtp, morning
):
    """Beat that starts again asks for both at once, and what was owed before must not use up the letter."""
    news = task_at("in_progress", title="Việc được đôn đốc", due_on=None)
    urging_actions.urge(task=news, by=people["secretary"])
    morning.move_to(datetime(2026, 7, 21, 9, 0, tzinfo=VIETNAM))
    jobs.help_send()
    jobs.remind()
    (message,) = to(smtp, officer)
    text = message.get_body(("plain",)).get_content()
    assert late.title in text
    assert news.title in text


def test_a_letter_refused_all_day_is_given_up_with_an_alarm(late, officer, smtp, morning, caplog):
    Membership.objects.filter(office__body=late.lead_id).exclude(person=officer).update(ends_on=DUE)
    smtp.answer = lambda message: "451 later"
    for _ in range(len(sender.RETRY_PAUSES)):
        remind(TODAY)
        letter = Letter.objects.get(person=officer)
        assert not Letter.objects.given_up().exists()
        assert letter.next_attempt_at
        morning.move_to(letter.next_attempt_at + timedelta(seconds=1))
    remind(TODAY)
    assert Letter.objects.given_up().get() == letter
    assert f"{letter.message_id} is given up: put_off 451 later" in caplog.text
    remind(TODAY)
    letter.refresh_from_db()
    assert letter.attempts == len(sender.RETRY_PAUSES) + 1


def test_a_server_that_is_away_all_day_is_no_letters_fault(late, officer, smtp, settings, morning):
    up = settings.EMAIL_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = probe.getsockname()[1]
    Membership.objects.filter(office__body=late.lead_id).exclude(person=officer).update(ends_on=DUE)
    for _run in range(len(sender.RETRY_PAUSES) + 1):
        remind(TODAY)
        letter = Letter.objects.get(person=officer)
        assert letter.next_attempt_at
        assert letter.next_attempt_at - timezone.now() <= sender.RETRY_PAUSES[0]
        morning.move_to(letter.next_attempt_at + timedelta(seconds=1))
    settings.EMAIL_PORT = up
    remind(TODAY)
    assert len(to(smtp, officer)) == 1


def test_what_may_have_arrived_comes_again_as_it_was(late, people, officer, task_at, smtp, morning):
    """A mail program hides a second letter of the same Message-ID, and would hide what only it says."""

    def hangs_up(message: Any) -> str | None:
        smtp.messages.append(message)
        raise ConnectionResetError

    smtp.answer = hangs_up
    remind(TODAY)
    smtp.answer = lambda message: None
    news = task_at("in_progress", title="Việc mới đến", due_on=None)
    urging_actions.urge(task=news, by=people["secretary"])
    morning.shift(sender.RETRY_PAUSES[0] + timedelta(seconds=1))
    remind(TODAY)
    first, again = to(smtp, officer)
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_body(("plain",)).get_content() == again.get_body(("plain",)).get_content()
    remind(TODAY + timedelta(days=1))
    assert news.title in to(smtp, officer)[-1].get_body(("plain",)).get_content()


# An address that the server refuses


def refuse(smtp: Any, person: Person) -> None:
    smtp.refuse = lambda address: GONE if address == person.email else None


@pytest.mark.both
def test_a_refused_address_turns_red_and_nothing_more_goes_there(late, officer, smtp):
    refuse(smtp, officer)
    remind(TODAY)
    officer.refresh_from_db()
    assert officer.address_refused_at
    assert officer.address_answer == GONE
    event = Event.objects.get(verb="address_refused")
    assert (event.by, event.after["email"]) == (None, officer.email)
    smtp.refuse = lambda address: None
    for days in range(3):
        remind(TODAY + timedelta(days=days))
    assert to(smtp, officer) == []
    dropped = Notice.objects.filter(person=officer, kind="overdue", state=Notice.State.DROPPED)
    assert dropped.filter(dropped_because=ReaderReason.ADDRESS_REFUSED).exists()
    assert Notice.objects.unread_for(officer).filter(kind="overdue").exists()


def test_the_secretary_of_the_body_is_told_once(late, officer, bodies, smtp):
    secretary = make_person("keeper")
    appoint(secretary, bodies.lead, Role.SECRETARY)
    refuse(smtp, officer)
    remind(TODAY)
    remind(TODAY)
    notice = Notice.objects.get(kind=refused_addresses.KIND_NAME)
    assert (notice.person, notice.body, notice.about_id) == (secretary, bodies.lead, officer.pk)
    remind(TODAY + timedelta(days=1))
    text = to(smtp, secretary)[-1].get_body(("plain",)).get_content()
    assert officer.name in text
    assert GONE in text


def test_where_nobody_is_secretary_the_head_is_told(late, people, officer, smtp):
    refuse(smtp, officer)
    remind(TODAY)
    assert Notice.objects.get(kind=refused_addresses.KIND_NAME).person == people["lead_head"]


def corrected(officer: Person, people: dict[str, Person]) -> None:
    officer.email = "new@demo.invalid"
    committee_actions.save_own_profile(person=officer, by=officer)


def entered_anew(officer: Person, people: dict[str, Person]) -> None:
    officer.email = "new@demo.invalid"
    committee_actions.save_person(person=officer, by=people["staff"])


def trusted(officer: Person, people: dict[str, Person]) -> None:
    committee_actions.accept_address(person=officer, by=people["staff"])


@pytest.mark.parametrize("happens", [corrected, entered_anew, trusted])
def test_letters_go_again_and_the_secretary_is_not_bothered(late, people, officer, smtp, happens):
    refuse(smtp, officer)
    remind(TODAY)
    happens(Person.objects.get(pk=officer.pk), people)
    fresh = Person.objects.get(pk=officer.pk)
    assert (fresh.address_refused_at, fresh.address_answer) == (None, "")
    smtp.refuse = lambda address: None
    remind(TODAY + timedelta(days=1))
    assert len(to(smtp, fresh)) == 1
    told = Notice.objects.get(kind=refused_addresses.KIND_NAME)
    assert told.dropped_because == AddressReason.CORRECTED


def test_another_change_of_the_person_leaves_it_red(late, people, officer, smtp):
    refuse(smtp, officer)
    remind(TODAY)
    person = Person.objects.get(pk=officer.pk)
    person.phone = "0258 000 000"
    committee_actions.save_own_profile(person=person, by=person)
    assert Person.objects.get(pk=officer.pk).address_refused_at


def test_who_no_longer_keeps_the_body_is_not_told(late, people, officer, smtp):
    refuse(smtp, officer)
    remind(TODAY)
    told = Notice.objects.get(kind=refused_addresses.KIND_NAME)
    Membership.objects.filter(person=told.person).update(ends_on=TODAY)
    send_owed(TODAY + timedelta(days=1))
    told.refresh_from_db()
    assert told.dropped_because == AddressReason.NOT_KEEPER


@pytest.mark.parametrize(
    "error, of_address",
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.1.1 no such user")}), True),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")}), True),
        (
            smtplib.SMTPRecipientsRefused({"a": (550, b"5.1.1 <a>: Recipient address rejected: blocked")}),
            True,
        ),
        (
            smtplib.SMTPRecipientsRefused({"a": (550, b"Requested action not taken: mailbox unavailable")}),
            True,
        ),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.1.0 <a>: user unknown")}), True),
        (smtplib.SMTPRecipientsRefused({"a": (551, b"User not local; does not exist here")}), True),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.2.1 mailbox disabled")}), True),
        (smtplib.SMTPRecipientsRefused({"a": (556, b"5.1.10 the domain takes no mail")}), True),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"refused")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"blocked by policy")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"Greylisted, unknown client")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user, or your host is on a blacklist")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (553, b"sender address does not exist")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.1.8 sender domain not found")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.7.1 user unknown to our policy")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"client 5.1.1.7 is refused")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (554, b"5.7.1 relay access denied")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (552, b"5.2.2 mailbox full")}), False),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"4.2.0 greylisted")}), False),
        (smtplib.SMTPDataError(550, b"5.1.1 no such user"), True),
        (smtplib.SMTPDataError(550, b"5.7.1 looks like spam"), False),
        (smtplib.SMTPDataError(554, b"rejected"), False),
        (smtplib.SMTPSenderRefused(550, b"who are you", "portal@x"), False),
        (ConnectionRefusedError(), False),
    ],
)
def test_what_is_about_the_address(error, of_address):
    assert is_address_refusal(error) is of_address


def page(person: Person, path: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client.get(path).content.decode()


def test_it_is_red_on_the_profile_the_members_page_and_in_the_admin(late, people, officer, bodies, smtp):
    refuse(smtp, officer)
    paths = ("/profile/", f"/bodies/{bodies.lead.code}/", f"/admin/committees/person/{officer.pk}/change/")
    readers = (officer, people["lead_head"], people["admin"])
    Person.objects.update(language="en")
    said = ("No letter reaches you.", "refuses this person", "nobody lives here")
    for reader, path, words in zip(readers, paths, said, strict=True):
        assert words not in page(reader, path)
    remind(TODAY)
    for reader, path, words in zip(readers, paths, said, strict=True):
        assert words in page(Person.objects.get(pk=reader.pk), path)
    assert "refuses this person" not in page(officer, paths[1])


@pytest.mark.both
def test_it_is_trusted_again_in_the_admin(late, people, officer, smtp):
    refuse(smtp, officer)
    remind(TODAY)
    client = Client()
    client.force_login(people["staff"])
    chosen = {"action": "accept_address", "_selected_action": [officer.pk]}
    client.post("/admin/committees/person/", chosen)
    assert Person.objects.get(pk=officer.pk).address_refused_at is None
    assert Event.objects.get(verb="address_accepted").by == people["staff"]


def test_a_reminder_is_not_planned_twice_for_it(late, officer, smtp):
    refuse(smtp, officer)
    remind(TODAY)
    assert reminders.plan_reminders(TODAY) == 0
