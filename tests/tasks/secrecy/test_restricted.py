"""A restricted task is not there for those it is not for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from committees.models import Person
from committees.roles import Role
from notices.daily_run import remind
from notices.models import Letter, Notice
from notices.public_holidays import fill_years
from portal.shared.days import today
from tasks import actions
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tasks.urging import actions as urging_actions
from tests.portal.matrix_helpers import _groups, every_route
from tests.support.api import Api
from tests.support.people import (
    Bodies,
    TaskAt,
    appoint,
    make_person,
    task_below,
)
from tests.tasks.secrecy.helpers import (
    DAY,
    PAPER,
    People,
    child_of,
)

# --- a restricted task is not there -------------------------------------------------------------


UNTRUSTED = ("standing_deputy", "deputy", "assistant", "member", "inspector", "sister", "staff")


UNTRUSTED_OF_LEAD = ("lead_deputy", "lead_member")


WORDS = "Kho xăng dầu"
"""In every text of the hidden tasks, and searched for by those who must not find it."""


@pytest.fixture
def everybody(bodies: Bodies, people: People) -> People:
    """Everybody who is not trusted, one of them an administrator too, so that the admin is asked as well."""
    for name, role in zip(UNTRUSTED_OF_LEAD, (Role.STANDING_DEPUTY, Role.MEMBER), strict=True):
        people[name] = make_person(name)
        appoint(people[name], bodies.lead, role)
    Person.objects.filter(username="assistant").update(is_staff=True)
    return {name: Person.objects.get(pk=people[name].pk) for name in (*UNTRUSTED, *UNTRUSTED_OF_LEAD)}


def lived_through(task: Task, people: People) -> Task:
    """All that can be written about a task: notes, comments, evidence, requests, a report, a sending back."""
    number = {"text": WORDS} if task.secrecy != "secret" else {"text": PAPER}
    said = number["text"]
    actions.report_progress(task=task, by=people["officer"], percent=30, note=said)
    actions.add_comment(task=task, by=people["secretary"], text=said)
    urging_actions.urge(task=task, by=people["secretary"], message=said)
    actions.ask_extension(
        task=task, by=people["officer"], proposed_on=(task.due_on or today()) + 3 * DAY, reason=said
    )
    actions.counter_request(
        task=task, by=people["head"], counter_on=(task.due_on or today()) + 2 * DAY, decision=said
    )
    actions.accept_counter(task=task, by=people["officer"])
    actions.add_evidence(task=task, by=people["officer"], kind="document", document=PAPER)
    actions.submit(task=task, by=people["officer"], report=said)
    actions.send_back(task=task, by=people["secretary"], reason=said)
    task.refresh_from_db()
    return task


HIDDEN = {"title": WORDS, "deliverable": WORDS, "description": WORDS, "pillar": WORDS, "number": "99"}


def hide(level: str, state: str, people: People, task_at: TaskAt, **values: Any) -> Task:
    held = HIDDEN if level == "restricted" else {"number": "99"}
    task = task_at("draft", secrecy=level, **held, **values)
    if state == "draft":
        return task
    actions.propose(task=task, by=people["secretary"])
    actions.assign(task=task, by=people["head"], past_deadline=True)
    if state == "recalled":
        actions.recall(task=task, by=people["head"], reason=PAPER)
        return task
    lived_through(task, people)
    if state == "submitted":
        actions.submit(task=task, by=people["officer"], report=PAPER)
    return task


CHANGES = (
    *("healthz", "readyz", "login", "logout", "language", "jsi18n", "autocomplete", "schema", "_add"),
    *("notices_notice_changelist", "notices_letter_changelist"),
)
"""Tells of the machine, asks for more than an address, or shows no row; and who was told, not of what."""


def addresses(bodies: Bodies, order: Order, beside: Task) -> list[str]:
    """Every page that stands alone, whoever adds it, and those that list, count or name tasks."""
    alone = [
        reverse(name)
        for name, pattern in every_route()
        if not pattern.pattern.converters and not _groups(pattern) and not name.endswith(CHANGES)
    ]
    tasks = [
        "q=kho+xang",
        "q=99",
        "view=overdue",
        "state=submitted",
        "mine=decide",
        "mine=open",
        "order=null",
    ]
    tasks += [f"order={order.pk}", "body=LEAD", "pillar=Kho", f"under={beside.pk}", "standing=at_risk"]
    pages = [f"/tasks/?{asked}" for asked in tasks]
    pages += [f"/tasks/{beside.pk}/", f"/tasks/{beside.pk}/below/", f"/tasks/{beside.pk}/set-weights/"]
    pages += [f"/orders/{order.pk}/", "/orders/?q=kho", "/overview/?by=order", "/overview/?by=pillar"]
    pages += [f"/bodies/{body}/" for body in ("COMMITTEE", "LEAD", "HELPER")]
    pages += [f"/api/tasks/{asked}" for asked in ("?q=kho+xang", "?mine=open", f"{beside.pk}/")]
    pages += [f"/api/orders/{order.pk}/", f"/api/tasks/{beside.pk}/above/"]
    admin = ["task/?q=kho", "task/?secrecy__exact=restricted", f"task/{beside.pk}/change/"]
    pages += [f"/admin/tasks/{page}" for page in (*admin, f"task/{beside.pk}/history/")]
    choice = "app_label=tasks&model_name=task&field_name=parent"
    return [*alone, *pages, "/admin/audit/event/?q=Kho", f"/admin/autocomplete/?{choice}&term=kho"]


CHANGING = re.compile(
    r'name="(?:csrfmiddlewaretoken|one_time_key)" value="[^"]*"|"X-CSRFToken": *"[^"]*"|nonce="[^"]*"'
)


def read_by(person: Person, pages: list[str]) -> dict[str, str]:
    """Address → what this person reads there."""
    client = Client()
    client.force_login(person)
    read = {}
    for page in pages:
        if page.startswith("/admin/") and not person.is_staff:
            continue
        answer = client.get(page, follow=False)
        body = CHANGING.sub("", answer.content.decode()) if not answer.streaming else ""
        read[page] = f"{answer.status_code} {body}"
    return read


AT = "2026-11-20 09:00 +07:00"


@pytest.fixture
def at_nine() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def test_lists_do_not_grow_by_what_is_not_for_their_reader(
    at_nine: None,
    bodies: Bodies,
    people: People,
    everybody: People,
    order: Order,
    task_at: TaskAt,
    hands_down: Person,
) -> None:
    """Byte for byte: no row, no count, no option, no notice, no sum."""
    beside = task_at("in_progress", order=order, title="Việc thường")
    shown = task_below(beside, people)
    pages = addresses(bodies, order, beside)
    for person in everybody.values():
        read_by(person, [])  # the first sign-in shows in the list of people
    comparing = ("standing_deputy", "assistant", "inspector", "lead_deputy")
    before = {name: read_by(everybody[name], pages) for name in comparing}
    assert not [page for read in before.values() for page in read if read[page].startswith("500")]
    assert (
        shown.code in before["assistant"][f"/tasks/{beside.pk}/"]
        or shown.title in before["assistant"]["/tasks/"]
    )
    hidden = []
    for level in ("restricted", "secret"):
        for state, above in (
            ("draft", beside),
            ("in_progress", beside),
            ("submitted", None),
            ("recalled", None),
        ):
            days = 5 if level == "secret" else -1
            task = hide(level, state, people, task_at, order=order, parent=above, due_on=today() + days * DAY)
            hidden.append(task)
        hidden.append(child_of(hidden[-2], bodies, hands_down, level, number="98"))
    for name in comparing:
        after = read_by(everybody[name], pages)
        differ = [page for page in after if after[page] != before[name][page]]
        assert not differ, (name, differ)
    assert not Notice.objects.filter(
        person__in=everybody.values(), about_id__in=[task.pk for task in hidden]
    ).exists()


@pytest.mark.once
def test_no_address_of_it_answers(
    at_nine: None, people: People, everybody: People, task_at: TaskAt, hands_down: Person, bodies: Bodies
) -> None:
    task = hide("restricted", "in_progress", people, task_at)
    child = child_of(task, bodies, hands_down, "restricted")
    file = actions.add_evidence(
        task=task, by=people["officer"], kind="file", file=SimpleUploadedFile("a.txt", b"x")
    )
    own = [f"/tasks/{task.pk}/evidence/{file.pk}/{way}" for way in ("", "show/")]
    own += [f"/tasks/{child.pk}/above/{task.pk}/"]
    for pk in (task.pk, child.pk):
        own += [f"/tasks/{pk}/{page}" for page in ("", "why/", "edit/", "below/", "urge/", "comment/")]
        own += [f"/api/tasks/{pk}/{page}" for page in ("", "comments/", "progress/", "evidence/", "above/")]
        own += [f"/admin/tasks/task/{pk}/{page}" for page in ("change/", "history/", "do/urge/")]
    for name, person in everybody.items():
        said = {page: text[:3] for page, text in read_by(person, own).items()}
        assert set(said.values()) == {"404"}, (name, said)
        nobody = Api(person).post(f"tasks/{task.pk}/comment/", text="x").status_code
        assert nobody == Api(person).post(f"tasks/{task.pk + 1000}/comment/", text="x").status_code == 404


def test_those_who_are_trusted_do_see_them(
    at_nine: None, people: People, order: Order, task_at: TaskAt
) -> None:
    """The comparison above would pass on an empty portal too."""
    beside = task_at("in_progress", order=order)
    task = hide(
        "restricted", "in_progress", people, task_at, order=order, parent=beside, due_on=today() + DAY
    )
    for who in ("head", "secretary", "officer", "lead_head", "helper"):
        read = read_by(people[who], ["/tasks/?q=kho+xang", f"/tasks/{task.pk}/", f"/orders/{order.pk}/"])
        assert all(WORDS in page for page in read.values()), who


def test_an_order_known_only_by_a_restricted_task_stays_unknown(
    at_nine: None, bodies: Bodies, people: People, everybody: People, task_at: TaskAt
) -> None:
    """Whoever reads the tasks of its body reads its register; a body that received the task does not."""
    order = Order(body=bodies.committee, number="99-KH/BCĐ", kind="plan", abstract=WORDS)
    order = order_actions.save_order(order=order, by=people["secretary"])
    hide("restricted", "in_progress", people, task_at, order=order)
    pages = ["/orders/", f"/orders/{order.pk}/", "/api/orders/", "/tasks/?q=99-KH"]
    for who in (*UNTRUSTED_OF_LEAD, "sister", "staff"):
        read = read_by(everybody[who], pages)
        assert not [page for page in read if order.number in read[page].replace("q=99-KH", "")], who
    assert WORDS in read_by(people["officer"], pages)[f"/orders/{order.pk}/"]


# --- letters and notices ------------------------------------------------------------------------


def letters_to(name: str) -> str:
    rows = Letter.objects.filter(person__username=name)
    return " ".join(f"{letter.subject} {letter.text} {letter.html}" for letter in rows)


@pytest.mark.parametrize("level", ["restricted", "secret"])
def test_a_letter_names_code_and_day_only(
    at_nine: None,
    bodies: Bodies,
    people: People,
    everybody: People,
    order: Order,
    task_at: TaskAt,
    level: str,
) -> None:
    fill_years(2026, 2026)
    Notice.objects.all().delete()
    task = hide(level, "in_progress", people, task_at, order=order, due_on=today() + DAY)
    gone = hide(level, "recalled", people, task_at, order=order)
    remind(today())
    trusted = ("head", "secretary", "officer", "lead_head")
    assert any(task.code in letters_to(who) for who in trusted)
    for who in trusted:
        said = letters_to(who)
        assert not [words for words in (WORDS, PAPER, order.number, "Số 99", "no. 99") if words in said], who
    assert gone.code in letters_to("officer")
    for who in everybody:
        assert not [one.code for one in (task, gone) if one.code in letters_to(who)], who
        assert not Notice.objects.filter(person__username=who).exists(), who
    api = Api(people["officer"])
    told = api.get("notices/").content.decode() + read_by(people["officer"], ["/notices/"])["/notices/"]
    assert task.code in told
    assert WORDS not in told
    assert PAPER not in told


def test_what_was_owed_is_asked_again_once_a_task_is_restricted(
    at_nine: None, people: People, everybody: People, task_at: TaskAt, hands_down: Person
) -> None:
    """Those who lose sight of it find its name nowhere: not in the letter that waits, not on old notices."""
    fill_years(2026, 2026)
    task = task_at("in_progress", due_on=today() + DAY, **{**HIDDEN, "number": "99/KHO"})
    lived_through(task, people)
    actions.recall(task=task_at("assigned", **HIDDEN), by=people["head"], reason=WORDS)
    losing = ("lead_deputy", "standing_deputy", "deputy")
    assert Notice.objects.filter(person__username__in=losing, about_id=task.pk).exists()
    for one in Task.objects.filter(title=WORDS):
        actions.edit_task(task=one, values={"secrecy": "restricted"}, by=people["secretary"])
    remind(today())
    for name, person in everybody.items():
        assert WORDS not in letters_to(name), name
        assert task.code not in letters_to(name), name
        read = read_by(person, ["/notices/", "/api/notices/", "/", "/tasks/", "/admin/audit/event/"])
        assert not [page for page, said in read.items() if WORDS in said or "99/KHO" in said], name


def test_a_told_notice_forgets_the_name_of_what_is_restricted_since(
    at_nine: None, people: People, everybody: People, task_at: TaskAt
) -> None:
    fill_years(2026, 2026)
    task = task_at("submitted", **HIDDEN)
    remind(today())
    assert WORDS in letters_to("deputy")
    pages = ["/notices/", "/api/notices/"]
    assert all(WORDS in said for said in read_by(everybody["deputy"], pages).values())
    actions.confirm(task=task, by=people["secretary"])
    Task.objects.filter(pk=task.pk).update(secrecy="restricted")
    assert not [page for page, said in read_by(everybody["deputy"], pages).items() if WORDS in said]


def test_nobody_is_told_who_may_not_read(people: People, everybody: People, task_at: TaskAt) -> None:
    """Not even that something they cannot see was urged, withdrawn or given to another body."""
    task = hide("restricted", "in_progress", people, task_at)
    actions.withdraw(task=task, by=people["secretary"], reason=WORDS)
    told = set(Notice.objects.values_list("person__username", flat=True))
    assert told <= {"head", "secretary", "officer", "lead_head", "helper"}
