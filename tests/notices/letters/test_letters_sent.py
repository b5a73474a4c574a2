"""What a mail server answers, crashes, and several senders at once."""

import socket
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.mail import get_connection
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from committees.models import Membership, Person
from committees.roles import Role
from notices.daily_run import remind
from notices.delivery import claims, composition
from notices.delivery import sender as letters
from notices.delivery.mail import Mail
from notices.delivery.sender import send_owed
from notices.models import Letter, Notice
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from reminders import kinds as telling
from reminders import planning as reminders
from reminders.kinds import visibility
from tasks.drop_reasons import TaskReason
from tasks.models import Task
from tests.notices.letters.helpers import DUE, TODAY, text_of
from tests.support.people import appoint, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    """Eight in the morning in Vietnam, long after the terms of the fixtures began."""
    at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM)
    with time_machine.travel(at, tick=True) as clock:
        yield clock


# What the server answers


@pytest.mark.both
def test_451_then_success(late, officer, smtp, morning):
    smtp.answer = lambda message: "451 greylisted, try again later"
    assert remind(TODAY).sent.failed == 1
    letter = Letter.objects.get()
    assert (letter.state, letter.answer) == (Letter.State.FAILED, "451 greylisted, try again later")
    first = letter.message_id
    smtp.answer = lambda message: None
    assert remind(TODAY).sent.letters == 0  # not before the pause is over
    morning.shift(timedelta(minutes=11))
    assert remind(TODAY).sent.letters == 1
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.answer) == (Letter.State.SENT, 2, "250 OK: kept")
    assert smtp.messages[0]["Message-ID"] == letter.message_id == first


def test_the_pause_grows(late, smtp, morning):
    smtp.answer = lambda message: "451 later"
    pauses = []
    for _ in range(6):
        remind(TODAY)
        letter = Letter.objects.get()
        assert letter.next_attempt_at
        pauses.append(round((letter.next_attempt_at - timezone.now()).total_seconds() / 60))
        morning.move_to(letter.next_attempt_at + timedelta(seconds=1))
    assert pauses == [10, 20, 40, 80, 160, 160]


@pytest.mark.both
def test_550_ends_the_day_but_not_the_reminder(late, smtp, morning):
    smtp.answer = lambda message: "550 no such mailbox"
    for _ in range(6):
        remind(TODAY)
        morning.shift(timedelta(hours=1))
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == (Letter.State.FAILED, letters.MAX_REFUSALS)
    assert (letter.answer, letter.next_attempt_at) == ("550 no such mailbox", None)
    assert Notice.objects.get().state == Notice.State.OWED
    smtp.answer = lambda message: None
    assert remind(date(2026, 7, 21)).sent.letters == 1
    assert Letter.objects.count() == 2


def test_one_refusal_does_not_stop_the_others(late, officer, bodies, smtp):
    other = make_person("another")
    appoint(other, bodies.lead, Role.SECRETARY)
    smtp.answer = lambda message: "550 no such mailbox" if officer.email in message["To"] else None
    sent = remind(TODAY).sent
    assert (sent.letters, sent.failed) == (1, 1)


@pytest.mark.both
def test_the_server_is_down(late, officer, bodies, smtp, settings, morning):
    appoint(make_person("another"), bodies.lead, Role.SECRETARY)
    up = settings.EMAIL_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = probe.getsockname()[1]
    sent = remind(TODAY).sent
    assert (sent.letters, sent.failed) == (0, 1)  # no use in trying the others
    assert "ConnectionRefused" in Letter.objects.get(state=Letter.State.FAILED).answer
    assert Letter.objects.filter(state=Letter.State.PLANNED).count() == 1
    settings.EMAIL_PORT = up
    morning.shift(timedelta(minutes=11))
    assert remind(TODAY).sent.letters == 2
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.TOLD}


def test_the_server_hangs_up_between_letters(late, bodies, smtp):
    appoint(make_person("another"), bodies.lead, Role.SECRETARY)
    connection: Any = get_connection()
    sender = letters.Sender(TODAY, connection)
    reminders.plan_reminders(TODAY)
    first, second = letters.people_owed(TODAY)
    sender.write_to([first])
    connection.connection.sock.shutdown(socket.SHUT_RDWR)
    sender.write_to([second])
    connection.close()
    assert (sender.result.letters, sender.result.failed) == (2, 0)


def test_an_address_that_mail_cannot_carry(late, officer, smtp):
    Person.objects.filter(pk=officer.pk).update(email="thư.ký@demo.invalid")
    assert remind(TODAY).sent.failed == 1
    letter = Letter.objects.get()
    assert (letter.state, letter.failure, letter.next_attempt_at) == ("failed", "bad_address", None)


@pytest.mark.parametrize(
    "email", ["a@b.vn\r\nBcc: x@y.vn", "a@b.vn, x@y.vn", "<a@b.vn>", "a b@c.vn", "@b.vn", "a@", "a@b@c"]
)
def test_no_address_smuggles_a_header_or_a_second_reader(late, officer, smtp, email):
    Person.objects.filter(pk=officer.pk).update(email=email)
    assert remind(TODAY).sent.letters == 0
    assert smtp.messages == []


@pytest.mark.parametrize(
    "name", ['Ông "A", <b@c.vn>', "Trần\r\nBcc: x@y.vn", "Nguyễn " * 28, "\u202eA", "=?utf-8?q?Chu_tich?="]
)
def test_any_name_is_only_a_name(late, officer, smtp, name):
    Person.objects.filter(pk=officer.pk).update(name=name[:200])
    remind(TODAY)
    (message,) = smtp.messages
    assert [address.addr_spec for address in message["To"].addresses] == [officer.email]
    assert message["Bcc"] is None
    # Without spaces: the standard library's parser adds some where a long name is folded.
    expected = " ".join(name.split())[:100]
    assert "".join(message["To"].addresses[0].display_name.split()) == "".join(expected.split())


def test_a_line_that_cannot_be_written_stops_nobody_else(late, officer, bodies, smtp, monkeypatch):
    appoint(make_person("another"), bodies.lead, Role.SECRETARY)
    write = composition.compose_letter

    def breaks(letter: Letter, notices: Any, facts: Any) -> Mail:
        if letter.person == officer:
            raise RuntimeError("a template is broken")
        return write(letter, notices, facts)

    monkeypatch.setattr(letters, "compose_letter", breaks)
    sent = remind(TODAY).sent
    assert (sent.letters, sent.failed) == (1, 1)
    assert Letter.objects.get(person=officer).failure == "not_written"


def test_a_notice_that_cannot_be_told_stops_nobody_elses_letter(late, officer, bodies, smtp, monkeypatch):
    appoint(make_person("another"), bodies.lead, Role.SECRETARY)
    about = composition.LetterFacts.about

    def breaks(notices: Any, on: date) -> Any:
        if any(notice.person == officer for notice in notices):
            raise RuntimeError("a kind is broken")
        return about(notices, on)

    monkeypatch.setattr(composition.LetterFacts, "about", breaks)
    sent = remind(TODAY).sent
    assert (sent.letters, sent.failed) == (1, 1)
    assert Letter.objects.get(person=officer).failure == "not_written"


def test_what_time_does_not_allow_is_left_to_the_next_run(late, officer, bodies, smtp):
    appoint(make_person("another"), bodies.lead, Role.SECRETARY)
    reminders.plan_reminders(TODAY)
    sender = letters.Sender(TODAY, until=0)
    sender.write_to(list(letters.people_owed(TODAY)))
    assert (sender.result.letters, smtp.messages) == (0, [])
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.PLANNED}
    assert send_owed(TODAY).letters == 2


def test_many_letters_ask_as_often_as_few(late, officer, bodies, smtp):
    def asked() -> int:
        Notice.objects.all().delete()
        Letter.objects.all().delete()
        reminders.plan_reminders(TODAY)
        with CaptureQueriesContext(connection) as captured:
            count = send_owed(TODAY).letters
        return len(captured) - count  # each is stamped by itself

    one = asked()
    for number in range(6):
        appoint(make_person(f"worker-{number}"), bodies.lead, Role.OFFICER)
    assert asked() == one
    assert len(smtp.messages) == 8


def test_what_is_plain_from_an_office_is_what_the_person_sees(late, people, task_at):
    """Whoever is seen without being asked apart would have been given the task by `visible_to` too."""
    secret = {"secrecy": Task.Secrecy.RESTRICTED}
    tasks = [
        late,
        task_at("draft"),
        task_at("assigned"),
        task_at("completed"),
        task_at("in_progress", **secret),
    ]
    everybody = list(Person.objects.all())
    pairs = [Notice(person=one, about_id=task.pk) for one in everybody for task in tasks]
    plain, seen = visibility.visible_by_office(pairs, TODAY), visibility.visible_tasks(pairs, TODAY)
    for person in everybody:
        truth = set(Task.objects.visible_to(person, TODAY).values_list("pk", flat=True))
        assert plain[person.pk] <= truth
        assert seen[person.pk] == truth & {task.pk for task in tasks}
    assert any(plain.values())


# Crashes, and several senders at once


def test_a_crash_repeats_only_its_letter_with_the_same_id(late, officer, bodies, smtp, morning, monkeypatch):
    appoint(make_person("another"), bodies.lead, Role.SECRETARY)
    stamp = letters.Sender._stamp

    def dies(self: Any, draft: claims.LetterDraft) -> None:
        if draft.letter.person == officer:
            raise KeyboardInterrupt
        stamp(self, draft)

    monkeypatch.setattr(letters.Sender, "_stamp", dies)
    with pytest.raises(KeyboardInterrupt):
        remind(TODAY)
    monkeypatch.setattr(letters.Sender, "_stamp", stamp)
    assert Letter.objects.get(person=officer).state == Letter.State.SENDING
    remind(TODAY)
    morning.shift(claims.LEASE + timedelta(seconds=1))
    remind(TODAY)
    ids = [message["Message-ID"] for message in smtp.messages]
    assert len(ids) == 3
    assert len(set(ids)) == 2
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.SENT}


@pytest.mark.both
def test_what_a_crash_left_between_two_stamps_is_told(late, officer, smtp, monkeypatch):
    settle = claims.mark_told
    monkeypatch.setattr(letters, "mark_told", lambda *_letters: 0)
    remind(TODAY)
    assert Notice.objects.get().state == Notice.State.OWED
    monkeypatch.setattr(letters, "mark_told", settle)
    remind(TODAY)
    remind(TODAY + timedelta(days=1))
    assert Notice.objects.get(step="+1").state == Notice.State.TOLD
    assert sum(late.title in text_of(message) for message in smtp.messages) == len(smtp.messages) == 2


@pytest.mark.both
def test_a_claimed_letter_is_nobody_elses(late, officer):
    reminders.plan_reminders(TODAY)
    assert [letter.person for letter in claims.claim_letters([officer], TODAY)] == [officer]
    assert claims.claim_letters([officer], TODAY) == []
    assert not letters.people_owed(TODAY).exists()


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_once(request, people, task_at, bodies, smtp):
    """On PostgreSQL really at once; SQLite lets one writer after the other, which must hold as well."""
    fill_years(2026, 2026)
    for number in range(12):
        appoint(make_person(f"worker-{number}"), bodies.lead, Role.OFFICER)
    task_at("in_progress", due_on=DUE)
    Notice.objects.all().delete()
    together, faults = threading.Barrier(2), []

    def send() -> None:
        try:
            together.wait(10)
            remind(TODAY)
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert faults == []
    assert connection.vendor in ("postgresql", "sqlite")
    readers = sorted(message["To"].addresses[0].addr_spec for message in smtp.messages)
    assert len(readers) == len(set(readers)) == 14
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.SENT}
    assert not Notice.objects.owed().exists()


# Letters as files


def test_letters_as_files(late, officer, settings):
    settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    remind(TODAY)
    (path,) = Path(settings.EMAIL_FILE_PATH).iterdir()
    letter = Letter.objects.get()
    assert path.name == letter.message_id.strip("<>") + ".eml"
    assert letter.answer == f"250 written to {path.name}"
    assert officer.email.encode() in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


# The same lines on a page


def test_a_notice_told_long_ago_says_nothing_of_a_task_out_of_sight(late, officer):
    remind(TODAY)
    notices = list(Notice.objects.all())
    assert telling.compose(notices, TODAY)[notices[0].pk].title == late.title
    Membership.objects.filter(person=officer).update(ends_on=TODAY)
    line = telling.compose(notices, TODAY + timedelta(days=1))[notices[0].pk]
    assert late.title not in f"{line}"
    assert str(late.get_absolute_url()) not in f"{line}"


def test_who_lost_a_right_by_a_restriction_reads_nothing_either(late, bodies, people):
    deputy = make_person("lead_deputy")
    appoint(deputy, bodies.lead, Role.STANDING_DEPUTY)
    reminders.plan_reminders(TODAY)
    Task.objects.filter(pk=late.pk).update(secrecy=Task.Secrecy.RESTRICTED)
    send_owed(TODAY)
    assert Notice.objects.get(person=deputy).dropped_because == TaskReason.NOT_VISIBLE


def test_many_lines_cost_as_many_queries_as_one(late, officer, task_at, django_assert_num_queries):
    remind(TODAY)
    for number in range(5):
        task_at("in_progress", title=f"Việc {number}", due_on=DUE)
    notices = list(Notice.objects.filter(person=officer))
    with django_assert_num_queries(5):
        telling.compose(notices[:1], TODAY)
    with django_assert_num_queries(5):
        telling.compose(notices, TODAY)
