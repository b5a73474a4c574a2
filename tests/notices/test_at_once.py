"""What somebody wants to know at once: a letter of its own within minutes, and never a second time by day."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.db import connections

from committees.models import Person
from committees.roles import Role
from notices import jobs, kinds
from notices.daily_run import remind
from notices.delivery import claims, composition, sender
from notices.delivery.sender import send_at_once, send_owed
from notices.models import Letter, Notice, Policy, Preference
from notices.preferences import How, save_preferences
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from tasks import actions
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.support.people import appoint, make_person

TODAY = date(2026, 7, 21)  # a Tuesday
TOMORROW = TODAY + timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return datetime.combine(day, time(hour, minute), VIETNAM)


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[time_machine.Traveller]:
    fill_years(2026, 2026)
    with time_machine.travel(at(14), tick=True) as clock:
        yield clock


@pytest.fixture
def officer(people: dict[str, Person]) -> Person:
    """Wants to know at once what comes back and what is confirmed."""
    return eager(people["officer"])


def eager(person: Person) -> Person:
    chosen = dict.fromkeys(("task_sent_back", "task_confirmed", "task_assigned"), "at_once")
    save_preferences(person=person, by=person, chosen=chosen)
    return person


@pytest.fixture
def task(officer: Person, task_at: Any) -> Task:
    made: Task = task_at("submitted", due_on=TODAY + timedelta(days=90))
    Notice.objects.all().delete()
    return made


def send_back(task: Task, people: dict[str, Person], reason: str = "Thiếu phụ lục.") -> Notice:
    actions.send_back(task=task, by=people["head"], reason=reason)
    return Notice.objects.filter(kind="task_sent_back", person=people["officer"]).latest("pk")


def again(task: Task, people: dict[str, Person]) -> None:
    actions.submit(task=task, by=people["officer"], report="Đã bổ sung.")


def to(smtp: Any, person: Person) -> list[Any]:
    return [message for message in smtp.messages if person.email in message["To"]]


def text_of(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def test_it_goes_within_minutes_and_the_letter_of_the_day_says_it_no_more(task, people, officer, smtp):
    notice = send_back(task, people)
    jobs.tell_at_once()
    (message,) = to(smtp, officer)
    notice.refresh_from_db()
    letter = Letter.objects.get(person=officer)
    assert (letter.number, letter.state, notice.state, notice.letter) == (1, "sent", "told", letter)
    assert message["Message-ID"] == letter.message_id
    assert task.title in message["Subject"]
    assert "Thiếu phụ lục." in text_of(message)
    for day in (TODAY, TOMORROW):
        remind(day)
    assert sum("Thiếu phụ lục." in text_of(one) for one in to(smtp, officer)) == 1


def test_who_did_not_choose_it_hears_with_the_letter_of_the_day(task, people, smtp):
    send_back(task, people)
    send_at_once(TODAY)
    assert to(smtp, people["lead_head"]) == []
    remind(TODAY)
    assert len(to(smtp, people["lead_head"])) == 1


def test_what_happened_since_the_last_one_is_one_letter(task, people, officer, smtp, task_at):
    send_back(task, people)
    task_at("assigned", title="Việc thứ hai")
    send_at_once(TODAY)
    send_at_once(TODAY)
    (first,) = to(smtp, officer)
    assert "Việc thứ hai" in text_of(first)
    assert "Thiếu phụ lục." in text_of(first)
    again(task, people)
    send_back(task, people, "Thiếu chữ ký.")
    send_at_once(TODAY)
    _first, second = to(smtp, officer)
    assert first["Message-ID"] != second["Message-ID"]
    assert ("Thiếu chữ ký." in text_of(second), "Thiếu phụ lục." in text_of(second)) == (True, False)
    assert list(
        Letter.objects.filter(person=officer).order_by("number").values_list("number", flat=True)
    ) == [1, 2]


@pytest.mark.both
def test_the_letter_of_the_day_is_not_used_up_by_it(task, people, officer, smtp):
    send_back(task, people)
    assert officer not in sender.people_owed(TODAY, at(14))
    assert officer in sender.people_owed(TODAY)  # by hand everything goes
    send_at_once(TODAY)
    urging_actions.urge(task=task, by=people["secretary"])
    send_owed(TODAY, at=at(14, 10))
    assert [letter.number for letter in Letter.objects.filter(person=officer).order_by("sent_at")] == [1, 0]
    assert len(to(smtp, officer)) == 2


def test_it_goes_along_with_a_letter_of_the_day_that_goes_first(task, people, officer, smtp):
    send_back(task, people)
    urging_actions.urge(task=task, by=people["secretary"], message="Gấp.")
    send_owed(TODAY, at=at(14))
    assert send_at_once(TODAY).letters == 0
    (message,) = to(smtp, officer)
    assert "Thiếu phụ lục." in text_of(message)
    assert "Gấp." in text_of(message)


def test_a_reminder_never_goes_at_once_whatever_stands_in_a_row(officer, task_at, smtp):
    task_at("in_progress", due_on=TODAY - timedelta(days=1))
    Notice.objects.all().delete()
    Preference.objects.create(person=officer, kind="overdue", how=How.AT_ONCE)
    for plan in kinds.planners():
        plan(TODAY)
    assert Notice.objects.owed().filter(person=officer, kind="overdue").exists()
    assert send_at_once(TODAY).letters == 0
    assert send_owed(TODAY, at=at(14)).letters > 0


@pytest.mark.parametrize("day, hour, goes", [(TODAY, 17, 1), (TODAY, 18, 0), (TODAY, 6, 0), (TODAY, 7, 1)])
def test_quiet_hours_hold_for_it_too(task, people, smtp, day, hour, goes):
    send_back(task, people)
    assert send_at_once(day, at=at(hour, 30)).letters == goes
    assert Letter.objects.filter(state=Letter.State.SENDING).count() == 0


def test_quiet_hours_are_those_of_the_body_that_gave_the_task(task, people, smtp):
    days = {"before": [3], "after": [1, 3], "hour": time(8)}
    Policy.objects.create(body=task.assigner, **days, quiet_from=time(12), quiet_until=time(15))
    send_back(task, people)
    assert send_at_once(TODAY, at=at(14)).letters == 0
    assert send_at_once(TODAY, at=at(21)).letters == 1


def test_on_a_day_off_it_waits_for_the_next_working_day(task, people, smtp, afternoon):
    saturday = date(2026, 7, 25)
    afternoon.move_to(at(10, day=saturday))
    send_back(task, people)
    jobs.tell_at_once()
    assert smtp.messages == []
    afternoon.move_to(at(7, 5, day=saturday + timedelta(days=2)))
    jobs.tell_at_once()
    assert len(smtp.messages) == 1


def test_it_is_asked_again_and_an_empty_letter_is_not_sent(task, people, officer, smtp):
    notice = send_back(task, people)
    actions.withdraw(task=task, by=people["secretary"], reason="Trùng.")
    assert send_at_once(TODAY).dropped == 1
    notice.refresh_from_db()
    assert notice.dropped_because == "task_withdrawn"
    assert Letter.objects.get(person=officer).state == Letter.State.EMPTY
    assert smtp.messages == []


def test_who_chose_the_letter_of_the_day_again_meanwhile_gets_that(task, people, officer, smtp):
    send_back(task, people)
    save_preferences(person=officer, by=officer, chosen={"task_sent_back": "daily"})
    assert send_at_once(TODAY).letters == 0
    send_owed(TODAY, at=at(14))
    assert Letter.objects.get(person=officer, state="sent").number == 0


def test_451_then_success_under_the_same_message_id(task, people, officer, smtp, afternoon):
    send_back(task, people)
    urging_actions.urge(task=task, by=people["secretary"])
    smtp.answer = lambda message: "451 later"
    send_at_once(TODAY)
    smtp.answer = lambda message: None
    assert send_at_once(TODAY).letters == 0  # not before the pause is over
    send_owed(TODAY, at=at(14, 5))
    (daily,) = to(smtp, officer)
    assert "Thiếu phụ lục." not in text_of(daily)  # it is in the other letter, which may have arrived
    afternoon.shift(timedelta(minutes=11))
    assert send_at_once(TODAY).letters == 1
    letter = Letter.objects.get(person=officer, number=1)
    assert (letter.attempts, to(smtp, officer)[1]["Message-ID"]) == (2, letter.message_id)


def test_another_choice_between_two_attempts_loses_no_line(
    task, people, officer, task_at, smtp, bodies, afternoon
):
    """What may have arrived comes again with the same lines; none is taken for told that no letter says."""
    notices = [send_back(task, people)]
    other = task_at("submitted", title="Việc được xác nhận", due_on=TODAY + timedelta(days=90))
    actions.confirm(task=other, by=people["head"])
    notices.append(Notice.objects.get(kind="task_confirmed", person=officer, about_id=other.pk))
    smtp.answer = lambda message: "451 later"
    send_at_once(TODAY)
    smtp.answer = lambda message: None
    save_preferences(person=officer, by=officer, chosen={"task_confirmed": "daily"})
    afternoon.shift(timedelta(minutes=11))
    send_at_once(TODAY)
    remind(TOMORROW)
    (message, *_later) = to(smtp, officer)
    assert "Thiếu phụ lục." in text_of(message)
    assert other.title in text_of(message)
    assert {notice.state for notice in Notice.objects.filter(pk__in=[n.pk for n in notices])} == {"told"}
    assert sum(other.title in text_of(one) for one in to(smtp, officer)) == 1


@pytest.mark.both
def test_what_is_given_up_goes_with_the_next_letter_of_the_day(task, people, officer, smtp, afternoon):
    notice = send_back(task, people)
    smtp.answer = lambda message: "550 not this"
    for _ in range(5):
        send_at_once(TODAY)
        afternoon.shift(timedelta(hours=1))
    letter = Letter.objects.given_up().get(person=officer)
    assert (letter.number, letter.attempts) == (1, sender.MAX_REFUSALS)
    smtp.answer = lambda message: None
    remind(TOMORROW)
    notice.refresh_from_db()
    assert notice.state == Notice.State.TOLD


@pytest.mark.both
def test_what_was_given_up_and_owed_alone_is_tried_at_once_the_next_day(task, people, officer, smtp):
    notice = send_back(task, people)
    smtp.answer = lambda message: "550 not this"
    send_at_once(TODAY)
    Letter.objects.filter(person=officer).update(next_attempt_at=None)
    smtp.answer = lambda message: None
    assert send_at_once(TODAY).letters == 0
    assert send_at_once(TOMORROW).letters == 1
    notice.refresh_from_db()
    assert notice.letter == Letter.objects.get(person=officer, on=TOMORROW)


@pytest.mark.both
def test_what_one_letter_has_in_hand_is_in_no_other(task, people, officer, smtp, afternoon, monkeypatch):
    send_back(task, people)
    urging_actions.urge(task=task, by=people["secretary"])

    def dies(self: Any, draft: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sender.Sender, "_stamp", dies)
        with pytest.raises(KeyboardInterrupt):
            send_at_once(TODAY)
    send_owed(TODAY, at=at(14))
    afternoon.shift(claims.LEASE + timedelta(seconds=1))
    send_at_once(TODAY)
    found = [one["Message-ID"] for one in to(smtp, officer) if "Thiếu phụ lục." in text_of(one)]
    assert len(found) == 2
    assert len(set(found)) == 1


@pytest.mark.both
def test_a_line_that_another_letter_took_since_it_was_read_keeps_the_letter_back(
    task, people, officer, smtp, monkeypatch
):
    notice = send_back(task, people)
    compose = composition.compose_letter

    def meanwhile(letter: Letter, notices: Any, facts: Any) -> Any:
        (other,) = claims.claim_letters([officer], TODAY)
        Notice.objects.filter(pk=notice.pk).update(letter=other)
        return compose(letter, notices, facts)

    monkeypatch.setattr(sender, "compose_letter", meanwhile)
    assert send_at_once(TODAY).letters == 0
    assert smtp.messages == []
    assert Letter.objects.get(person=officer, number=1).state == Letter.State.PLANNED


@pytest.mark.django_db(transaction=True)
def test_letters_of_the_day_and_at_once_together_say_everything_once(people, task_at, bodies, smtp):
    """On PostgreSQL really at once; SQLite lets one writer after the other, which must hold as well."""
    readers = [make_person(f"worker-{number}") for number in range(8)]
    for reader in readers:
        appoint(reader, bodies.lead, Role.OFFICER)
        eager(reader)
    task = task_at("submitted", due_on=TODAY + timedelta(days=90))
    Notice.objects.all().delete()
    send_back(task, people)
    task_at("assigned", title="Việc thứ hai")
    urging_actions.urge(task=task, by=people["secretary"])
    together, faults = threading.Barrier(3), []

    def act(send: Any) -> None:
        try:
            together.wait(10)
            send()
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    both = [
        lambda: send_at_once(TODAY),
        lambda: send_owed(TODAY, at=at(14)),
        lambda: send_at_once(TODAY, at=at(14)),
    ]
    threads = [threading.Thread(target=act, args=(send,)) for send in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for _ in range(2):  # what one had to leave to the other
        send_at_once(TODAY)
        send_owed(TODAY, at=at(14))
    for reader in readers:
        said = "".join(text_of(message) for message in to(smtp, reader))
        assert said.count("Thiếu phụ lục.") == said.count("Việc thứ hai") == 1
    assert not Notice.objects.owed().filter(person__in=readers).exists()


def test_beat_asks_every_few_minutes() -> None:
    line: Any = portal_settings.CELERY_BEAT_SCHEDULE["tell_at_once"]
    assert line["task"] == jobs.tell_at_once.name
    assert len(line["schedule"].minute) >= 12


def test_of_a_restricted_task_the_subject_names_its_code_only(task, people, officer, smtp):
    Task.objects.filter(pk=task.pk).update(secrecy=Task.Secrecy.RESTRICTED)
    send_back(task, people)
    send_at_once(TODAY)
    (message,) = to(smtp, officer)
    assert task.code in message["Subject"]
    assert task.title not in message["Subject"] + text_of(message)
    assert "Thiếu phụ lục." not in text_of(message)
