"""One letter a person and day: what is in it, what is left out and why, and what the server answers."""

import re
import socket
import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.mail import get_connection
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from committees import actions as committee_actions
from committees.models import Membership, Person
from committees.roles import Role
from notices.daily_run import remind
from notices.delivery import claims, composition
from notices.delivery import sender as letters
from notices.delivery.mail import Mail
from notices.delivery.sender import send_owed
from notices.drop_reasons import ReaderReason
from notices.models import Letter, Notice, Policy, Preference
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from reminders import kinds as telling
from reminders import planning as reminders
from tasks import actions
from tasks.drop_reasons import TaskReason
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.support.people import appoint, make_body, make_person

TODAY = date(2026, 7, 20)  # a Monday
DUE = date(2026, 7, 16)  # two working days before
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    """Eight in the morning in Vietnam, long after the terms of the fixtures began."""
    at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM)
    with time_machine.travel(at, tick=True) as clock:
        yield clock


@pytest.fixture
def officer(people: dict[str, Person]) -> Person:
    """The only person of the lead body, so that one letter is one letter."""
    Membership.objects.filter(person=people["lead_head"]).update(ends_on=date(2026, 6, 30))
    return people["officer"]


@pytest.fixture
def late(officer, task_at) -> Task:
    """A task that is overdue, with nothing owed yet but its reminder; nobody above is told of it."""
    fill_years(2026, 2026)
    task: Task = task_at("in_progress", due_on=DUE)
    days = {"before": [7, 3, 1], "after": [1, 3, 7], "hour": time(8)}
    Policy.objects.create(body=task.assigner, **days)
    Notice.objects.all().delete()
    return task


def words_of(html: str) -> str:
    class Words(HTMLParser):
        text, quiet = "", False

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            self.quiet = tag in ("style", "title")
            self.text += " "

        def handle_endtag(self, tag: str) -> None:
            self.quiet = False

        def handle_data(self, data: str) -> None:
            self.text += "" if self.quiet else data

    parser = Words()
    parser.feed(html)
    return " ".join(parser.text.split())


def text_of(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def html_of(message: Any) -> str:
    return str(message.get_body(("html",)).get_content())


# One letter


def test_one_letter_a_person_and_day(late, officer, smtp):
    sent = remind(TODAY).sent
    assert (sent.letters, sent.notices, sent.failed) == (1, 1, 0)
    letter = Letter.objects.get()
    assert (letter.person, letter.on, letter.state) == (officer, TODAY, Letter.State.SENT)
    assert letter.answer == "250 OK: kept"
    assert letter.sent_at is not None
    assert letter.attempts == 1
    assert Notice.objects.get().state == Notice.State.TOLD
    assert Notice.objects.get().letter == letter


def test_its_headers(late, officer, smtp):
    remind(TODAY)
    (message,) = smtp.messages
    assert message["To"] == f"{officer.name} <{officer.email}>"
    assert message["Message-ID"] == Letter.objects.get().message_id == composition.message_id(officer, TODAY)
    assert message["Date"].endswith("+0700")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"].startswith("<reminders.")
    assert message["Reply-To"]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_letter_about_one_task_stands_in_its_thread(late, officer, task_at, smtp):
    remind(TODAY)
    (message,) = smtp.messages
    assert message["References"] == f"<tasks.task.{late.pk}.thread@localhost>"
    urging_actions.urge(task=late, by=late.assigned_by)
    task_at("in_progress", due_on=TODAY)
    remind(TODAY + timedelta(days=1))
    (message,) = [one for one in smtp.messages[1:] if officer.email in one["To"]]
    assert message["References"] is None


def test_it_is_read_in_the_dark_on_a_phone_and_asks_nothing_from_outside(late, smtp):
    remind(TODAY)
    html = html_of(smtp.messages[0])
    assert "prefers-color-scheme:dark" in html
    assert 'content="width=device-width' in html
    assert "@media (max-width:480px)" in html
    assert re.findall(r"<img|<link|<script|src=|url\(|@import|@font-face", html) == []


def test_ten_runs_send_once(late, smtp):
    for _ in range(10):
        remind(TODAY)
    assert len(smtp.messages) == Letter.objects.count() == 1


def test_overdue_comes_first(late, officer, people, task_at, smtp):
    task_at("submitted", due_on=TODAY)
    task_at("in_progress", title="Hạn hôm nay", due_on=TODAY)
    task_at("in_progress", title="Hạn ngày kia", due_on=TODAY + timedelta(days=2))
    remind(TODAY)
    (message,) = [one for one in smtp.messages if officer.email in one["To"]]
    text = text_of(message)
    places = [text.index(late.title), text.index("Hạn hôm nay\n"), text.index("Hạn ngày kia\n")]
    assert places == sorted(places)
    assert re.findall(r"\d+", message["Subject"].split(":")[1])[0] == "1"


def test_lines_stand_by_body_and_first_the_body_with_the_most_pressing(late, officer, bodies, task_at, smtp):
    task_at("in_progress", title="Việc thứ ba", due_on=DUE + timedelta(days=1))
    other = task_at("in_progress", title="Việc thứ nhất", due_on=DUE - timedelta(days=1))
    Task.objects.filter(pk=other.pk).update(assigner=bodies.sister)
    Notice.objects.all().delete()
    Person.objects.filter(pk=officer.pk).update(language="en")
    remind(TODAY)
    (message,) = [one for one in smtp.messages if officer.email in one["To"]]
    lines = [line.strip() for line in text_of(message).splitlines()]
    titles = ["- Việc thứ nhất", f"- {late.title}", "- Việc thứ ba"]
    given = [f"Given by {bodies.sister.brief}", f"Given by {bodies.committee.brief}"]
    expected = [given[0], titles[0], given[1], *titles[1:]]
    assert [line for line in lines if line in expected] == expected
    shown = re.findall(r"<h3>(.*?)</h3>|<a[^>]*>(Việc thứ [^<]*|" + late.title + ")</a>", html_of(message))
    assert ["".join(one) for one in shown] == [line.removeprefix("- ") for line in expected]


def test_to_the_giver_lines_stand_by_the_body_that_leads(late, people, bodies, task_at, smtp):
    task_at("submitted", title="Chờ xác nhận", due_on=TODAY)
    remind(TODAY)
    (message,) = [one for one in smtp.messages if people["secretary"].email in one["To"]]
    before = text_of(message).partition("- Chờ xác nhận")[0].strip().splitlines()[-1]
    assert bodies.lead.brief in before
    assert bodies.lead.brief not in text_of(message).partition("- Chờ xác nhận")[2].partition("http")[0]


def test_text_and_html_say_the_same(late, officer, task_at, smtp):
    task_at("in_progress", title="Trình <đề án> & dự toán", due_on=TODAY)
    remind(TODAY)
    (message,) = [one for one in smtp.messages if officer.email in one["To"]]
    html = words_of(html_of(message))
    for line in text_of(message).splitlines():
        words = line.strip(" -").strip()
        if not words or words.startswith("http") or "http" in words:
            continue
        for piece in re.split(r" · |, |: ", words):
            assert " ".join(piece.split()) in html, piece
    assert "&lt;đề án&gt; &amp;" in html_of(message)


def test_each_in_their_language(late, officer, bodies, smtp):
    reader = make_person("english", language="en")
    appoint(reader, bodies.lead, Role.SECRETARY)
    Task.objects.filter(pk=late.pk).update(title_en="List the places without signal")
    remind(TODAY)
    by_address = {message["To"].addresses[0].addr_spec: message for message in smtp.messages}
    english, vietnamese = by_address[reader.email], by_address[officer.email]
    assert "List the places without signal" in text_of(english)
    assert '<html lang="en">' in html_of(english)
    assert late.title in text_of(vietnamese)
    assert '<html lang="vi">' in html_of(vietnamese)


def test_a_link_opens_the_task(late, smtp, settings):
    settings.PORTAL_URL = "https://cong.example.vn"
    remind(TODAY)
    address = f"https://cong.example.vn{late.get_absolute_url()}"
    assert address in text_of(smtp.messages[0])
    assert f'href="{address}"' in html_of(smtp.messages[0])
    assert smtp.messages[0]["Message-ID"].endswith("@cong.example.vn>")


def test_of_a_restricted_task_number_and_day_only(officer, task_at, smtp):
    fill_years(2026, 2026)
    secret = {"title": "Phương án bí mật", "number": "17", "deliverable": "Đề án mật"}
    task = task_at("in_progress", due_on=DUE, secrecy=Task.Secrecy.RESTRICTED, **secret)
    remind(TODAY)
    (message,) = [one for one in smtp.messages if officer.email in one["To"]]
    whole = message.as_string() + text_of(message) + html_of(message)
    assert task.code in text_of(message)
    assert "16/07/2026" in text_of(message)
    assert task.title not in whole
    assert "Đề án mật" not in whole
    assert task.assigner.brief not in text_of(message)


def test_the_longest_letter_has_an_end(late, task_at, smtp, monkeypatch):
    monkeypatch.setattr(composition, "MAX_LINES_PER_HEADING", 2)
    for number in range(4):
        task_at("in_progress", title=f"Việc {number}", due_on=DUE)
    Notice.objects.all().delete()
    remind(TODAY)
    (message,) = smtp.messages
    titles = [late.title, *(f"Việc {number}" for number in range(4))]
    assert sum(title in text_of(message) for title in titles) == 2
    assert "5" in message["Subject"].split(":")[1]


def test_nothing_on_a_day_off(late, smtp):
    done = remind(date(2026, 7, 19))
    assert (done.working_day, done.planned, Letter.objects.count()) == (False, 0, 0)
    assert send_owed(date(2026, 7, 19)).letters == 0


def test_later_news_waits_for_the_next_working_day(late, people, smtp):
    remind(TODAY)
    urging_actions.urge(task=late, by=people["secretary"], message="Gấp.")
    remind(TODAY)
    assert len(smtp.messages) == 1
    remind(TODAY + timedelta(days=1))
    assert len(smtp.messages) == 2
    assert "Gấp." in text_of(smtp.messages[1])


def test_a_letter_with_nothing_left_is_not_sent(late, people, smtp):
    reminders.plan(TODAY)
    actions.withdraw(task=late, by=people["secretary"], reason="Trùng.")
    Notice.objects.filter(kind__endswith="_withdrawn").delete()
    sent = send_owed(TODAY)
    assert (sent.letters, sent.dropped, len(smtp.messages)) == (0, 1, 0)
    assert Letter.objects.get().state == Letter.State.EMPTY


def test_after_an_empty_letter_news_of_the_day_still_goes(late, people, smtp):
    reminders.plan(TODAY)
    actions.withdraw(task=late, by=people["secretary"], reason="Trùng.")
    withdrawn = Notice.objects.filter(kind="task_withdrawn")
    withdrawn.update(on=TODAY + timedelta(days=1))
    send_owed(TODAY)
    withdrawn.update(on=TODAY)
    assert send_owed(TODAY).letters == 1


# What is left out, and why


def withdrawn(task, people, officer):
    actions.withdraw(task=task, by=people["secretary"], reason="Trùng.")


def suspended(task, people, officer):
    actions.suspend(task=task, by=people["secretary"], reason="Chờ.")


def submitted(task, people, officer):
    actions.add_evidence(task=task, by=officer, kind="document", document="12/BC")
    actions.submit(task=task, by=officer, report="Xong.")


def completed(task, people, officer):
    submitted(task, people, officer)
    actions.confirm(task=task, by=people["secretary"])


def extended(task, people, officer):
    actions.edit_task(task=task, values={"due_on": TODAY + timedelta(days=60)}, by=people["head"])


def given_to_another(task, people, officer):
    Membership.objects.filter(person=people["helper"]).update(starts_on=date(2026, 1, 1))
    helper = people["helper"].memberships.get().office.body
    actions.change_lead(task=task, lead=helper, by=people["head"], reason="Đổi.")


def term_ended(task, people, officer):
    Membership.objects.filter(person=officer).update(ends_on=TODAY - timedelta(days=1))


def locked(task, people, officer):
    officer.is_active = False
    committee_actions.save_person(person=officer, by=None)


def without_address(task, people, officer):
    officer.email = ""
    committee_actions.save_person(person=officer, by=None)


def right_taken(task, people, officer):
    office = officer.memberships.get().office
    committee_actions.set_office_permissions(office=office, permissions=["view_tasks"], by=people["admin"])


def sight_taken(task, people, officer):
    office = officer.memberships.get().office
    committee_actions.set_office_permissions(office=office, permissions=["work_on_tasks"], by=people["admin"])


def dissolved(task, people, officer):
    type(task.lead).objects.filter(pk=task.lead_id).update(dissolved_on=TODAY)


def made_restricted(task, people, officer):
    sight_through_a_role_that_reads_no_restricted_task(officer)
    Task.objects.filter(pk=task.pk).update(secrecy=Task.Secrecy.RESTRICTED)


def sight_through_a_role_that_reads_no_restricted_task(officer):
    term = officer.memberships.get()
    deputy = term.office.body.offices.get(role=Role.STANDING_DEPUTY)
    Membership.objects.filter(pk=term.pk).update(office=deputy)


def deleted(task, people, officer):
    task.parts.all().delete()
    Task.objects.filter(pk=task.pk).delete()


@pytest.mark.parametrize(
    "happens, reason",
    [
        (withdrawn, TaskReason.WITHDRAWN),
        (suspended, TaskReason.SUSPENDED),
        (submitted, TaskReason.SUBMITTED),
        (completed, TaskReason.COMPLETED),
        (extended, TaskReason.MOVED),
        (given_to_another, TaskReason.OTHER_LEAD),
        (term_ended, TaskReason.NO_OFFICE),
        (right_taken, TaskReason.NO_OFFICE),
        (sight_taken, TaskReason.NOT_VISIBLE),
        (locked, ReaderReason.LOCKED),
        (without_address, ReaderReason.NO_ADDRESS),
        (deleted, TaskReason.DELETED),
        (dissolved, TaskReason.DISSOLVED),
        (made_restricted, TaskReason.NOT_VISIBLE),
    ],
)
def test_asked_again_before_it_is_sent(late, people, officer, smtp, happens, reason):
    reminders.plan(TODAY)
    happens(late, people, officer)
    send_owed(TODAY)
    notice = Notice.objects.get(kind="overdue")
    assert (notice.state, notice.dropped_because) == (Notice.State.DROPPED, reason)
    assert notice.letter is None
    for message in smtp.messages:
        assert officer.email not in message["To"] or "quá hạn" not in text_of(message).lower()


def test_a_contribution_delivered_meanwhile_is_not_asked_for(late, people, bodies, smtp):
    part = late.parts.get_or_create(body=bodies.sister, kind="coordinating")[0]
    type(part).objects.filter(pk=part.pk).update(due_on=DUE)
    Membership.objects.filter(office__body=bodies.sister).update(starts_on=date(2026, 1, 1), ends_on=None)
    reminders.plan(TODAY)
    owed = Notice.objects.filter(kind="part_overdue")
    assert owed.exists()
    type(part).objects.filter(pk=part.pk).update(delivered_at=timezone.now(), delivered_by=people["sister"])
    send_owed(TODAY)
    assert set(owed.values_list("state", "dropped_because")) == {(Notice.State.DROPPED, TaskReason.DELIVERED)}
    actions.return_contribution(task=late, by=people["officer"], reason="Thiếu số liệu.")
    assert set(owed.values_list("state", "dropped_because")) == {(Notice.State.OWED, "")}


def confirmed(late, people, officer) -> Notice:
    completed(late, people, officer)
    return Notice.objects.get(kind="task_confirmed", person=officer)


def test_who_chose_the_portal_meanwhile_reads_it_there(late, people, officer, smtp):
    notice = confirmed(late, people, officer)
    Preference.objects.create(person=officer, kind=notice.kind, how=Preference.How.PORTAL)
    send_owed(TODAY)
    notice.refresh_from_db()
    assert (notice.state, notice.dropped_because) == (Notice.State.DROPPED, ReaderReason.IN_PORTAL)
    assert [one for one in smtp.messages if officer.email in one["To"]] == []
    assert notice in Notice.objects.unread_for(officer)


def test_nobody_is_let_off_a_duty(late, officer, smtp):
    Preference.objects.create(person=officer, kind="overdue", how=Preference.How.PORTAL)
    assert remind(TODAY).sent.letters == 1


def test_who_has_no_address_reads_it_in_the_portal(late, people, officer, smtp):
    reminders.plan(TODAY)
    without_address(late, people, officer)
    send_owed(TODAY)
    assert Notice.objects.unread_for(officer).filter(kind="overdue").exists()


def test_a_reminder_that_was_not_sent_gives_way_to_the_next_step(late, officer, smtp):
    smtp.answer = lambda message: "451 try again later"
    remind(TODAY)
    smtp.answer = lambda message: None
    remind(date(2026, 7, 21))
    states = dict(Notice.objects.values_list("step", "dropped_because"))
    assert states == {"+1": TaskReason.LATER_STEP, "+3": ""}
    assert len(smtp.messages) == 1


def test_two_urges_are_one_line(late, people, smtp, morning):
    urging_actions.urge(task=late, by=people["secretary"])
    morning.shift(timedelta(days=1))
    urging_actions.urge(task=late, by=people["secretary"])
    send_owed(date(2026, 7, 21))
    reasons = (
        Notice.objects.filter(kind="task_urged").order_by("pk").values_list("dropped_because", flat=True)
    )
    assert list(reasons) == [TaskReason.LATER_NEWS, ""]


def test_what_two_bodies_deliver_is_two_lines_and_what_goes_back_to_them_too(late, officer, bodies, smtp):
    helper, both = make_person("helper_of_both"), (bodies.sister, make_body("ANOTHER"))
    for body in both:
        appoint(helper, body, Role.SECRETARY)
        late.parts.get_or_create(body=body, kind="coordinating")
        actions.contribute(task=late, by=helper, contribution="Đã gửi số liệu.", body=body)
    send_owed(TODAY)
    for body in both:
        actions.return_contribution(task=late, by=officer, reason="Thiếu số liệu.", body=body)
    send_owed(date(2026, 7, 21))
    told = Notice.objects.filter(state=Notice.State.TOLD)
    assert told.filter(person=officer, kind="part_delivered").count() == 2
    assert told.filter(person=helper, kind="part_returned").count() == 2


def test_who_lost_a_task_learns_that_and_nothing_of_it_since(late, people, officer, smtp):
    old_title = late.title
    late = actions.recall(task=task_given_again(late, people), by=people["secretary"], reason="Chưa rõ.")
    actions.edit_task(task=late, values={"title": "Nội dung mới"}, by=people["secretary"])
    send_owed(TODAY)
    (message,) = [one for one in smtp.messages if officer.email in one["To"]]
    assert old_title in text_of(message)
    assert "Chưa rõ." in text_of(message)
    assert "Nội dung mới" not in message.as_string() + text_of(message) + html_of(message)
    assert late.get_absolute_url() not in text_of(message)


def task_given_again(task: Task, people: dict[str, Person]) -> Task:
    """As it was before the lead accepted it: what can still be recalled."""
    Task.objects.filter(pk=task.pk).update(state="assigned")
    return Task.objects.get(pk=task.pk)


def test_an_unknown_kind_is_dropped_and_says_so(late, officer, smtp):
    Notice.objects.create(
        key="old:1", person=officer, kind="of_an_older_version", about_type="tasks.task", about_id=1, on=TODAY
    )
    remind(TODAY)
    assert Notice.objects.get(key="old:1").dropped_because == ReaderReason.UNKNOWN_KIND
    assert len(smtp.messages) == 1


# What the server answers


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
    reminders.plan(TODAY)
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
    reminders.plan(TODAY)
    sender = letters.Sender(TODAY, until=0)
    sender.write_to(list(letters.people_owed(TODAY)))
    assert (sender.result.letters, smtp.messages) == (0, [])
    assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.PLANNED}
    assert send_owed(TODAY).letters == 2


def test_many_letters_ask_as_often_as_few(late, officer, bodies, smtp):
    def asked() -> int:
        Notice.objects.all().delete()
        Letter.objects.all().delete()
        reminders.plan(TODAY)
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
    plain, seen = telling._plainly_seen(pairs, TODAY), telling._seen(pairs, TODAY)
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


def test_what_a_crash_left_between_two_stamps_is_told(late, officer, smtp, monkeypatch):
    settle = claims.mark_told
    monkeypatch.setattr(letters, "mark_told", lambda: 0)
    remind(TODAY)
    assert Notice.objects.get().state == Notice.State.OWED
    monkeypatch.setattr(letters, "mark_told", settle)
    remind(TODAY)
    remind(TODAY + timedelta(days=1))
    assert Notice.objects.get(step="+1").state == Notice.State.TOLD
    assert sum(late.title in text_of(message) for message in smtp.messages) == len(smtp.messages) == 2


def test_a_claimed_letter_is_nobody_elses(late, officer):
    reminders.plan(TODAY)
    assert [letter.person for letter in claims.claim_letters([officer], TODAY)] == [officer]
    assert claims.claim_letters([officer], TODAY) == []
    assert not letters.people_owed(TODAY).exists()


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
    reminders.plan(TODAY)
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
