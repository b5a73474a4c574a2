"""Letters of every kind as a mail program takes them apart: headers, two parts that say the same, links.

They are parsed by Python's own `email` from the bytes that go to the server, and compared piece by piece.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from committees.models import Membership, Person, ProposedTerm
from committees.roles import Role
from notices import kinds, preferences
from notices.daily_run import remind
from notices.delivery import composition
from notices.delivery.composition import compose_letter
from notices.delivery.sender import send_owed
from notices.models import Letter, Notice
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.notices.letters_parsed_helpers import check, parsed, part_of, read_html
from tests.support.people import Bodies, TaskAt, appoint, make_person
from tests.support.zones import ZONES

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TODAY = date(2026, 7, 20)  # a Monday
A_DAY = timedelta(days=1)
LANGUAGES = ("vi", "en")

# Typed decomposed, with what HTML would take for its own, and long.
REASON = unicodedata.normalize("NFD", "Thiếu <số liệu> & “phụ lục” của tổ chức; ") + "đề nghị bổ sung " * 12


# A world in which everything has happened


@dataclass
class World:
    task: Task
    people: dict[str, Person]
    bodies: Bodies
    readers: dict[str, Person]


@pytest.fixture
def world(people: dict[str, Person], bodies: Bodies, task_at: TaskAt) -> Iterator[World]:
    at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM).timestamp()
    with time_machine.travel(at, tick=False):
        fill_years(2026, 2026)
        readers = {}
        for language in LANGUAGES:
            reader = readers[language] = make_person(f"reader_{language}", language=language)
            for body, role in (
                (bodies.committee, Role.HEAD),
                (bodies.lead, Role.HEAD),
                (bodies.helper, Role.OFFICER),
            ):
                appoint(reader, body, role)
        title = unicodedata.normalize("NFD", "Trình <đề án> & dự toán, ") + "hạ tầng số; " * 30
        parts = [PartSpec(bodies.helper, "coordinating", due_on=date(2026, 7, 15))]
        task = task_at("in_progress", title=title[:480], due_on=date(2026, 7, 15), parts=parts)
        yield World(task, people, bodies, readers)


ABOUT_A_BODY, ABOUT_A_PERSON = ("weekly_summary",), ("address_refused",)


def notice_of(kind: str, person: Person, world: World) -> Notice:
    """As an action or the planner owes it."""
    about: Any = world.task
    if kind in ABOUT_A_BODY:
        about = world.bodies.lead
    elif kind in ABOUT_A_PERSON:
        about = world.people["officer"]
    elif kind == "appointed":
        about = Membership.objects.filter(office__body=world.bodies.lead)[0]
    elif kind == "break_glass":
        about = world.bodies.lead.offices.get(role="member")
    elif kind == "term_proposed":
        about = proposed_term(world)
    data: dict[str, Any] = {
        "by": "Trần Văn A",
        "reason": unicodedata.normalize("NFC", REASON),
        "title": world.task.title,
    }
    data |= {"days": 3, "address": "officer@demo.invalid", "answer": "550 5.1.1 <no such user>"}
    own_day = kind.startswith(("part_", "milestone_")) and "due" in kind
    data |= {"due_on": "2026-07-15", "passed_over": 2} if own_day else {"passed_over": 2}
    data |= {"week": "2026-07-20", "new": True, "own": False}
    return Notice.objects.create(
        key=f"{kind}:{person.pk}",
        person=person,
        kind=kind,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        body=world.bodies.committee if kind in JUDGED else world.bodies.lead,
        data=data,
        on=TODAY,
    )


def proposed_term(world: World) -> ProposedTerm:
    staff, office = world.people["staff"], world.bodies.committee.offices.get(role=Role.MEMBER)
    values = {"proposed_by": staff, "proposed_at": timezone.now(), "starts_on": TODAY}
    return ProposedTerm.objects.get_or_create(person=staff, office=office, defaults=values)[0]


# Told to the body that gave the task.
JUDGED = ("task_submitted", "task_proposed", "extension_asked", "withdrawal_asked", "risk_flagged")


def raw_of(person: Person, notices: list[Notice]) -> bytes:
    letter = Letter(person=person, on=TODAY, message_id=composition.message_id(person, TODAY))
    return compose_letter(letter, notices).as_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_of_each_kind(world: World, language: str) -> None:
    reader = world.readers[language]
    free = {kind.name for kind in preferences.switchable_kinds()}
    assert free
    for kind in kinds.every():
        raw = raw_of(reader, [notice_of(kind.name, reader, world)])
        content = check(raw, language)
        message = parsed(raw)
        assert bool(message["List-Unsubscribe"]) == (kind.name in free), kind.name
        assert re.fullmatch(r"<(tasks\.task|committees\.\w+)\.\d+\.thread@localhost>", message["References"])
        [(_heading, _body, [item])] = content.groups
        assert item.title, kind.name
        assert item.text, kind.name
        assert item.url in content.links


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_kinds_in_one_letter(world: World, language: str) -> None:
    reader = world.readers[language]
    notices = [notice_of(kind.name, reader, world) for kind in kinds.every()]
    raw = raw_of(reader, notices)
    content, message = check(raw, language), parsed(raw)
    assert sum(len(items) for *_where, items in content.groups) == len(notices)
    assert message["References"] is None
    assert message["List-Unsubscribe"].strip().startswith(f"<{settings.PORTAL_URL}/")
    headings = [heading for heading, *_rest in content.groups]
    ranks = list(dict.fromkeys(headings))
    assert sorted(headings, key=ranks.index) == headings, "a heading stands twice"


# A real morning


def acted(world: World, task_at: TaskAt) -> None:
    """Of each sort something: late, due today, soon, sent back, to confirm, asked, urged, for those above."""
    people, secretary, officer = world.people, world.people["secretary"], world.people["officer"]
    task_at("in_progress", title="Hạn hôm nay", due_on=TODAY)
    task_at("in_progress", title="Hạn ngày kia", due_on=TODAY + 2 * A_DAY)
    task_at("submitted", title="Chờ xác nhận")
    back = task_at("submitted", title="Bị trả lại")
    actions.send_back(task=back, by=secretary, reason=REASON)
    asked = task_at("in_progress", title="Xin gia hạn")
    day = TODAY + 60 * A_DAY
    actions.ask_extension(task=asked, by=officer, proposed_on=day, reason=REASON)
    urging_actions.urge(task=world.task, by=people["secretary"], message=REASON[:400])
    done = task_at("completed", title="Đã xong")
    assert done.state == "completed"
    task_at("in_progress", title="Phương án mật", due_on=TODAY - 20 * A_DAY, secrecy="restricted")


@pytest.fixture
def morning(world: World, task_at: TaskAt, settings: Any) -> dict[str, bytes]:
    """Person → the bytes of their letter, as they go to a server."""
    settings.EMAIL_BACKEND = "notices.delivery.mail.FolderBackend"
    acted(world, task_at)
    done = remind(TODAY)
    assert done.sent.failed == 0
    letters = {}
    for path in Path(settings.EMAIL_FILE_PATH).glob("*.eml"):
        raw = path.read_bytes()
        letters[str(parsed(raw)["To"].addresses[0].username)] = raw
    assert len(letters) == done.sent.letters
    return letters


@pytest.mark.slow
def test_every_letter_of_a_morning(world: World, morning: dict[str, bytes]) -> None:
    assert set(morning) >= {"officer", "lead_head", "secretary", "head", "helper", "reader_vi", "reader_en"}
    content = {name: check(raw, "en" if name == "reader_en" else "vi") for name, raw in morning.items()}
    in_vi, in_en = content["reader_vi"], content["reader_en"]
    assert in_vi.links == in_en.links, "both languages of the same things"
    assert in_vi.groups != in_en.groups
    secret = Task.objects.get(secrecy="restricted")
    for raw in morning.values():
        message = parsed(raw)
        whole = part_of(message, "plain") + part_of(message, "html") + str(message["Subject"])
        assert secret.title not in whole
    assert secret.code in part_of(parsed(morning["officer"]), "plain")


@pytest.mark.slow
def test_links_lead_to_pages_that_ask_to_sign_in(
    client: Client, world: World, morning: dict[str, bytes]
) -> None:
    links = {link for raw in morning.values() for link in read_html(part_of(parsed(raw), "html")).links}
    assert len(links) > 5
    for link in links:
        path = urlsplit(link)._replace(scheme="", netloc="").geturl()
        answer = client.get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, settings.LOGIN_URL), link
    client.force_login(world.readers["vi"])
    own = read_html(part_of(parsed(morning["reader_vi"]), "html")).links
    assert {
        client.get(urlsplit(link)._replace(scheme="", netloc="").geturl()).status_code for link in own
    } == {200}


@pytest.mark.parametrize("zone", ZONES, indirect=True)
def test_the_date_is_of_vietnam_wherever_the_server_stands(zone: str, world: World) -> None:
    reader = world.readers["vi"]
    message = parsed(raw_of(reader, [notice_of("overdue", reader, world)]))
    assert message["Date"] == "Mon, 20 Jul 2026 08:00:00 +0700"


def test_a_second_attempt_has_the_same_message_id(world: World) -> None:
    remind(TODAY)
    first = {one.to[0]: one.extra_headers["Message-ID"] for one in mail.outbox}
    mail.outbox.clear()
    # As after a crash between the server's answer and the stamp.
    Letter.objects.update(state=Letter.State.SENDING, sent_at=None, claimed_until=None)
    Letter.objects.update(claimed_until=datetime(2026, 7, 20, 7, 0, tzinfo=VIETNAM))
    Notice.objects.filter(state="told").update(state="owed")
    send_owed(TODAY)
    assert {one.to[0]: one.extra_headers["Message-ID"] for one in mail.outbox} == first
    assert len(set(first.values())) == len(first)


def test_a_title_on_two_lines_makes_no_second_line(world: World) -> None:
    Task.objects.filter(pk=world.task.pk).update(title="Việc một\n\nOverdue (3)\n- Việc hai\n  Xin chào")
    reader = world.readers["en"]
    content = check(raw_of(reader, [notice_of("overdue", reader, world)]), "en")
    assert [len(items) for *_where, items in content.groups] == [1]
