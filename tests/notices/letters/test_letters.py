"""One letter a person and day: what is in it, what is left out and why, and what the server answers."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine

from committees.models import Person
from committees.roles import Role
from notices.daily_run import remind
from notices.delivery import composition
from notices.delivery.sender import send_owed
from notices.models import Letter, Notice
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from reminders import planning as reminders
from tasks import actions
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.notices.letters.helpers import DUE, TODAY, html_of, text_of
from tests.support.people import appoint, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    """Eight in the morning in Vietnam, long after the terms of the fixtures began."""
    at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM)
    with time_machine.travel(at, tick=True) as clock:
        yield clock


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
    reminders.plan_reminders(TODAY)
    actions.withdraw(task=late, by=people["secretary"], reason="Trùng.")
    Notice.objects.filter(kind__endswith="_withdrawn").delete()
    sent = send_owed(TODAY)
    assert (sent.letters, sent.dropped, len(smtp.messages)) == (0, 1, 0)
    assert Letter.objects.get().state == Letter.State.EMPTY


def test_after_an_empty_letter_news_of_the_day_still_goes(late, people, smtp):
    reminders.plan_reminders(TODAY)
    actions.withdraw(task=late, by=people["secretary"], reason="Trùng.")
    withdrawn = Notice.objects.filter(kind="task_withdrawn")
    withdrawn.update(on=TODAY + timedelta(days=1))
    send_owed(TODAY)
    withdrawn.update(on=TODAY)
    assert send_owed(TODAY).letters == 1
