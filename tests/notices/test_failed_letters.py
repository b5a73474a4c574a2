"""A letter that could not be sent says what happened, on the admin's first page too, and is sent again."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from audit.models import Event
from committees.models import Membership, Person
from notices import actions, rules
from notices.daily_run import remind
from notices.delivery import sender
from notices.models import Letter, LetterFailure, Notice, Preference
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from portal.shared.verdicts import Refused
from tasks import actions as task_actions
from tasks.models import Task
from tests.support.admin_door import one_event
from tests.support.people import TaskAt
from tests.support.servers import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TODAY = date(2026, 7, 20)  # a Monday
PAGE = "/admin/notices/letter/"


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM), tick=True) as clock:
        yield clock


@pytest.fixture
def officer(people: dict[str, Person]) -> Person:
    """The only person who is owed a letter."""
    Membership.objects.filter(person=people["lead_head"]).update(ends_on=date(2026, 6, 30))
    return people["officer"]


@pytest.fixture
def late(officer: Person, task_at: TaskAt) -> Task:
    fill_years(2026, 2026)
    task = task_at("in_progress", due_on=date(2026, 7, 17))
    Notice.objects.all().delete()
    return task


class Broken:
    """What can be broken around a letter."""

    def __init__(
        self, settings: Any, smtp: Mailbox, monkeypatch: Any, tmp_path: Path, officer: Person
    ) -> None:
        self.settings, self.smtp, self.monkeypatch = settings, smtp, monkeypatch
        self.tmp_path, self.officer = tmp_path, officer


@pytest.fixture
def broken(settings: Any, smtp: Mailbox, monkeypatch: Any, tmp_path: Path, officer: Person) -> Broken:
    return Broken(settings, smtp, monkeypatch, tmp_path, officer)


def the_template(broken: Broken) -> None:
    def breaks(*args: Any) -> Any:
        raise RuntimeError("Mật: a template is broken")

    broken.monkeypatch.setattr(sender, "compose_letter", breaks)


def the_address(broken: Broken) -> None:
    Person.objects.filter(pk=broken.officer.pk).update(email="thư.ký@demo.invalid")


def the_folder(broken: Broken) -> None:
    (broken.tmp_path / "mail").write_text("no folder")
    broken.settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    broken.settings.EMAIL_FILE_PATH = broken.tmp_path / "mail"


def the_way(broken: Broken) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        broken.settings.EMAIL_PORT = probe.getsockname()[1]


def the_sign_in(broken: Broken) -> None:
    broken.settings.EMAIL_HOST_USER, broken.settings.EMAIL_HOST_PASSWORD = "portal", "wrong"


def the_connection(broken: Broken) -> None:
    def hangs_up(message: Any) -> str:
        raise ConnectionResetError

    broken.smtp.answer = hangs_up


def answers(answer: str) -> Callable[[Broken], None]:
    def breaks(broken: Broken) -> None:
        broken.smtp.answer = lambda message: answer

    return breaks


WAYS: list[tuple[Callable[[Broken], None], LetterFailure, str]] = [
    (the_template, LetterFailure.NOT_WRITTEN, "RuntimeError"),
    (the_address, LetterFailure.BAD_ADDRESS, ""),
    (the_folder, LetterFailure.NOT_STORED, "File exists"),
    (the_way, LetterFailure.UNREACHABLE, "ConnectionRefusedError"),
    (the_sign_in, LetterFailure.TURNED_AWAY, "AUTH"),
    (the_connection, LetterFailure.BROKEN_OFF, "SMTPServerDisconnected"),
    (answers("451 4.3.0 come back later"), LetterFailure.PUT_OFF, "451 4.3.0 come back later"),
    (answers("554 5.6.0 not this one"), LetterFailure.REFUSED, "554 5.6.0 not this one"),
    (answers("550 5.1.1 nobody lives here"), LetterFailure.ADDRESS_REFUSED, "550 5.1.1 nobody lives here"),
]


def get(person: Person, path: str) -> str:
    client = Client(headers={"accept-language": person.language})
    client.force_login(person)
    return html.unescape(client.get(path).content.decode())


def row_of(page: str, label: str) -> str:
    """The address behind a line of the first page."""
    found = re.search(rf'<a href="([^"]+)">{re.escape(label)}: 1</a>', page)
    assert found, f"{label} is not on the page"
    return found[1]


@pytest.mark.parametrize("breaks, failure, answer", WAYS, ids=[failure.value for _b, failure, _a in WAYS])
def test_the_first_page_of_the_admin_says_what_happened(
    late: Task, officer: Person, people: dict[str, Person], broken: Broken,
    breaks: Callable[[Broken], None], failure: LetterFailure, answer: str,
) -> None:  # fmt: skip
    breaks(broken)
    assert remind(TODAY).sent.failed == 1
    letter = Letter.objects.get(person=officer)
    assert (letter.state, letter.failure) == (Letter.State.FAILED, failure)
    assert answer in letter.answer
    assert bool(answer) == bool(letter.answer)
    assert "Mật" not in letter.answer, "an administrator reads it, who may not read the task"
    staff = people["staff"]
    with translation.override(staff.language):
        label = str(failure.label)
    listed = row_of(get(staff, "/admin/"), label[0].upper() + label[1:])
    assert officer.name in get(staff, listed)
    assert label in get(staff, listed)
    other = "refused" if failure != LetterFailure.REFUSED else "put_off"
    assert officer.name not in get(staff, listed.replace(f"exact={failure.value}", f"exact={other}"))


def test_every_way_to_fail_was_tried_and_has_words() -> None:
    assert {failure for _breaks, failure, _answer in WAYS} == set(LetterFailure)
    assert all(failure.label for failure in LetterFailure)


def test_what_is_sent_forgets_why_it_failed(
    late: Task, officer: Person, broken: Broken, morning: Any
) -> None:
    broken.smtp.answer = lambda message: "451 later"
    remind(TODAY)
    broken.smtp.answer = lambda message: None
    morning.shift(timedelta(minutes=11))
    remind(TODAY)
    letter = Letter.objects.get(person=officer)
    assert (letter.state, letter.failure, letter.answer) == (Letter.State.SENT, "", "250 OK: kept")


@pytest.mark.parametrize(
    "state, failure",
    [
        ("failed", ""),
        ("failed", "The portal could not write this letter."),
        ("sent", "refused"),
        ("planned", "some other code"),
    ],
)
def test_the_database_keeps_codes_and_nothing_else(officer: Person, state: str, failure: str) -> None:
    sent_at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM) if state == "sent" else None
    values = {"person": officer, "on": TODAY, "message_id": "<1>", "sent_at": sent_at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(state=state, failure=failure[:20], **values)


# A folder that cannot be written to is no letter's fault


def test_a_full_folder_uses_up_no_attempts(late: Task, broken: Broken, morning: Any) -> None:
    the_folder(broken)
    for _run in range(len(sender.RETRY_PAUSES) + 2):
        assert remind(TODAY).sent.failed == 1
        morning.shift(timedelta(minutes=11))
    letter = Letter.objects.get()
    assert (letter.attempts, bool(letter.next_attempt_at)) == (0, True)
    (broken.tmp_path / "mail").unlink()
    assert remind(TODAY).sent.letters == 1
    assert len(list((broken.tmp_path / "mail").glob("*.eml"))) == 1


# Sending again


@pytest.fixture
def given_up(late: Task, officer: Person, smtp: Mailbox, morning: Any) -> Letter:
    """Refused until nobody tries again today."""
    smtp.answer = lambda message: "554 5.6.0 not this one"
    for _run in range(sender.MAX_REFUSALS):
        remind(TODAY)
        morning.shift(timedelta(hours=1))
    smtp.answer = lambda message: None
    letter = Letter.objects.given_up().get()
    assert remind(TODAY).sent.letters == 0
    return letter


def choose(person: Person, *chosen: Letter) -> Any:
    Person.objects.filter(pk=person.pk).update(language="en")
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    keys = [letter.pk for letter in chosen]
    return client.post(PAGE, {"action": "send_again", "_selected_action": keys}, follow=True)


def test_it_is_sent_with_the_next_run_under_its_message_id(
    given_up: Letter, people: dict[str, Person], smtp: Mailbox
) -> None:
    with one_event("letter_sent_again", people["staff"]) as event:
        choose(people["staff"], given_up)
    assert (event.before["failure"], event.before["attempts"]) == ("refused", sender.MAX_REFUSALS)
    assert remind(TODAY).sent.letters == 1
    (message,) = smtp.messages
    assert message["Message-ID"] == given_up.message_id
    given_up.refresh_from_db()
    assert (given_up.state, given_up.attempts) == (Letter.State.SENT, sender.MAX_REFUSALS + 1)
    assert not Notice.objects.owed().exists()


def test_it_is_one_more_attempt(given_up: Letter, people: dict[str, Person], smtp: Mailbox) -> None:
    smtp.answer = lambda message: "554 5.6.0 not this one"
    choose(people["staff"], given_up)
    assert remind(TODAY).sent.failed == 1
    assert Letter.objects.given_up().get() == given_up


def test_an_address_that_was_corrected_meanwhile(
    late: Task, people: dict[str, Person], broken: Broken, smtp: Mailbox
) -> None:
    the_address(broken)
    remind(TODAY)
    Person.objects.filter(pk=broken.officer.pk).update(email="thu.ky@demo.invalid")
    choose(people["staff"], Letter.objects.get())
    assert remind(TODAY).sent.letters == 1
    assert "thu.ky@demo.invalid" in smtp.messages[0]["To"]


@pytest.mark.both
def test_a_letter_at_once_too(
    officer: Person, people: dict[str, Person], task_at: TaskAt, smtp: Mailbox
) -> None:
    fill_years(2026, 2026)
    task = task_at("submitted")
    Notice.objects.all().delete()
    Preference.objects.create(person=officer, kind="task_sent_back", how=Preference.How.AT_ONCE)
    task_actions.send_back(task=task, by=people["secretary"], reason="Thiếu phụ lục.")
    Notice.objects.exclude(person=officer).delete()
    smtp.answer = lambda message: "550 5.7.1 blocked"
    sender.send_at_once(TODAY)
    Letter.objects.update(next_attempt_at=None)
    smtp.answer = lambda message: None
    assert sender.send_at_once(TODAY).letters == 0
    letter = Letter.objects.get()
    assert letter.number == 1
    choose(people["staff"], letter)
    assert sender.send_at_once(TODAY).letters == 1


def test_several_at_once_each_by_itself(given_up: Letter, people: dict[str, Person], smtp: Mailbox) -> None:
    values = {"person": people["head"], "on": TODAY, "message_id": "<2>"}
    sent = Letter.objects.create(state="sent", sent_at=datetime(2026, 7, 20, tzinfo=VIETNAM), **values)
    page = choose(people["staff"], given_up, sent).content.decode()
    assert "1 letter is sent again with the next run" in page
    assert "Only a letter that could not be sent is sent again." in page


@pytest.mark.parametrize(
    "who, allowed",
    [("staff", True), ("admin", True), ("head", False), ("secretary", False), ("officer", False)],
)
def test_who_sends_again(given_up: Letter, people: dict[str, Person], who: str, allowed: bool) -> None:
    assert bool(rules.may_send_again(people[who], given_up)) == allowed
    answer = choose(people[who], given_up)
    given_up.refresh_from_db()
    assert answer.status_code == (200 if allowed else 403)
    assert (given_up.next_attempt_at is not None) == allowed


def it_was_sent(letter: Letter, morning: Any) -> None:
    Letter.objects.filter(pk=letter.pk).update(state="sent", failure="", sent_at=datetime.now(VIETNAM))


def it_is_being_sent(letter: Letter, morning: Any) -> None:
    Letter.objects.filter(pk=letter.pk).update(state="sending")


def it_is_the_next_day(letter: Letter, morning: Any) -> None:
    morning.shift(timedelta(days=1))


def its_address_is_red(letter: Letter, morning: Any) -> None:
    Person.objects.filter(pk=letter.person_id).update(address_refused_at=datetime.now(VIETNAM))


def nothing_is_owed(letter: Letter, morning: Any) -> None:
    Notice.objects.all().delete()


def somebody_else_did_it(letter: Letter, morning: Any) -> None:
    Letter.objects.filter(pk=letter.pk).update(next_attempt_at=datetime.now(VIETNAM))


@pytest.mark.both
@pytest.mark.parametrize(
    "happens, sentence",
    [
        (somebody_else_did_it, "goes with the next run already"),
        (it_was_sent, "Only a letter that could not be sent"),
        (it_is_being_sent, "Only a letter that could not be sent"),
        (it_is_the_next_day, "goes with the letter of today"),
        (its_address_is_red, "The mail server refuses this address"),
        (nothing_is_owed, "Nothing of this letter is owed"),
    ],
)
def test_when_it_is_not_sent_again(
    given_up: Letter, people: dict[str, Person], morning: Any, happens: Any, sentence: str
) -> None:
    happens(given_up, morning)
    before = Letter.objects.values().get(pk=given_up.pk)
    events = Event.objects.count()
    with translation.override("en"), pytest.raises(Refused, match=sentence):
        actions.send_again(letter=given_up, by=people["staff"])
    assert sentence in html.unescape(choose(people["staff"], given_up).content.decode())
    assert Letter.objects.values().get(pk=given_up.pk) == before
    assert Event.objects.count() == events
