"""Deciding in a row: the same list in the same order, one decision after the other, nothing asked twice."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from committees.models import Person
from portal.shared.days import today
from tasks import actions
from tasks.deciding.queue import Queue
from tasks.lists.my_work import MyWork
from tasks.lists.task_list import TaskList
from tasks.models import Order, Task
from tests.support.people import WHY, TaskAt

pytestmark = pytest.mark.once

People = dict[str, Person]
DAY = timedelta(days=1)
WORK = "mine=confirm&work=1"


@pytest.fixture
def reports(people: People, task_at: TaskAt) -> list[Task]:
    """Three reports, the one that is due first handed in last."""
    return [task_at("submitted", title=f"Báo cáo {n}", due_on=today() + (9 - n) * DAY) for n in range(3)]


@pytest.fixture
def door(client: Client, people: People) -> Any:
    client.force_login(people["secretary"])
    return client


def page_of(task: Task, query: str = WORK) -> str:
    return f"{reverse('deciding:task', args=[task.pk])}?{query}"


def act_on(task: Task, slug: str, query: str = WORK) -> str:
    return f"{reverse('deciding:decide', args=[task.pk, slug])}?{query}"


def opened(answer: Any) -> int:
    """The key of the task that a redirect opens."""
    assert answer.status_code == 302, answer.status_code
    return int(answer.url.partition("?")[0].removeprefix("/deciding/").rstrip("/") or 0)


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


# The list


LISTS = (
    "mine=confirm",
    "mine=confirm&sort=-due",
    "view=submitted",
    "view=submitted&sort=-due",
    "q=bao+cao+1",
)


@pytest.mark.parametrize("query", LISTS)
def test_the_queue_is_the_list(people: People, reports: list[Task], task_at: TaskAt, query: str) -> None:
    """What can be decided on, in the order that the list has."""
    task_at("in_progress", title="Báo cáo 1 đang làm")
    shown = TaskList(people["secretary"], QueryDict(query), today())
    assert shown.is_valid
    wanted = [task.pk for task in shown.sorted_tasks() if task.state == "submitted"]
    assert len(wanted) == (1 if "q=" in query else 3)
    assert Queue(people["secretary"], QueryDict(query), today()).keys == wanted


def test_from_my_work_it_is_as_the_page_shows_it(
    people: People, reports: list[Task], task_at: TaskAt
) -> None:
    for number in range(3):
        task_at("proposed", title=f"Dự thảo {number}", due_on=today() + (20 - number) * DAY)
    asked = task_at("in_progress", title="Xin gia hạn", due_on=today() + 2 * DAY)
    actions.ask_extension(task=asked, by=people["officer"], proposed_on=today() + 40 * DAY, reason=WHY)
    task_at("draft")
    work = MyWork(people["head"], today())
    for section in (work.to_confirm(), work.to_decide()):
        rows = [row.task.pk for row in section.rows if row.in_a_row]
        params = QueryDict(section.in_a_row.partition("?")[2])
        assert Queue(people["head"], params, today()).keys == rows
        assert len(rows) == {"confirm": 3, "decide": 4}[section.name]


def test_own_work_is_not_in_it(people: People, reports: list[Task]) -> None:
    Task.objects.filter(pk=reports[0].pk).update(submitted_by=people["secretary"])
    assert reports[0].pk not in Queue(people["secretary"], QueryDict("view=submitted"), today()).keys
    assert Queue(people["member"], QueryDict("view=submitted"), today()).keys == []


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_list_that_waits_leads_there_under_its_conditions(
    door: Any, reports: list[Task], headers: dict[str, str]
) -> None:
    """Also when the list alone is fetched, narrowed by what was typed since."""
    page = words(door.get("/tasks/?view=submitted&q=bao+cao+1&sort=-due", headers=headers))
    assert 'href="/deciding/?view=submitted&q=bao+cao+1&sort=-due"' in page
    assert 'href="/deciding/' not in words(door.get("/tasks/?view=in_time", headers=headers))


def test_wrong_conditions_are_said_by_the_list(door: Any, reports: list[Task]) -> None:
    answer = door.get("/deciding/?mine=nonsense")
    assert (answer.status_code, answer["Location"]) == (302, "/tasks/?mine=nonsense")
    assert door.get(page_of(reports[0], "mine=nonsense"))["Location"] == "/tasks/?mine=nonsense"


# One after the other


def test_each_decision_opens_the_next_of_this_list(door: Any, reports: list[Task]) -> None:
    first, second, third = reports
    assert opened(door.get(f"/deciding/?{WORK}")) == first.pk
    assert "1 / 3" in words(door.get(page_of(first)))
    answer = door.post(act_on(second, "confirm"))
    assert opened(answer) == third.pk
    page = words(door.get(answer.url))
    assert "Đã xác nhận hoàn thành:" in page or "Xác nhận hoàn thành:" in page
    assert second.title in page
    assert "2 / 2" in page
    # After the last comes the one that was put off; after that nothing is left, and there is a way back.
    answer = door.post(act_on(third, "send-back"), {"reason": "Thiếu số liệu."})
    assert opened(answer) == first.pk
    answer = door.post(act_on(first, "confirm"))
    assert opened(answer) == 0
    page = words(door.get(answer.url))
    assert "không còn gì chờ bạn quyết định" in page
    assert 'href="/#confirm"' in page
    states = [Task.objects.get(pk=task.pk).state for task in reports]
    assert states == ["completed", "completed", "in_progress"]


def test_the_order_of_the_list_stays(door: Any, reports: list[Task]) -> None:
    query = "view=submitted&sort=due"
    assert opened(door.get(f"/deciding/?{query}")) == reports[2].pk
    answer = door.post(act_on(reports[2], "confirm", query))
    assert opened(answer) == reports[1].pk
    assert "view=submitted" in answer.url
    page = words(door.get(answer.url))
    assert f'href="/deciding/{reports[0].pk}/?view=submitted&then={reports[1].pk}" rel="next"' in page
    assert 'rel="prev"' not in page


def ask(task: Task, people: People) -> None:
    actions.ask_extension(task=task, by=people["officer"], proposed_on=today() + 90 * DAY, reason=WHY)


def nothing(task: Task, people: People) -> None:
    """Ready as it is."""


# Filled in when a test runs: no test reads the clock while it is imported.
IN_60_DAYS = "in 60 days"

# What is decided: who, the state before, what makes it ready, the form, the event.
DECISIONS: dict[str, tuple[str, str, Callable[[Task, People], None], dict[str, str], str]] = {
    "confirm": ("secretary", "submitted", nothing, {}, "task_confirmed"),
    "send-back": ("secretary", "submitted", nothing, {"reason": WHY}, "task_sent_back"),
    "assign": ("head", "proposed", nothing, {}, "task_assigned"),
    "record-approval": ("secretary", "proposed", nothing, {"approval": "5/TTr"}, "task_approval_recorded"),
    "recall": ("head", "proposed", nothing, {"reason": WHY}, "task_recalled"),
    "approve-request": ("head", "in_progress", ask, {}, "extension_given"),
    "refuse-request": ("head", "in_progress", ask, {"decision": WHY}, "request_refused"),
    "counter-request": (
        *("head", "in_progress", ask),
        {"counter_on": IN_60_DAYS},
        "request_countered",
    ),
}


@pytest.mark.parametrize("slug", DECISIONS)
def test_every_decision(client: Any, people: People, task_at: TaskAt, slug: str) -> None:
    """Offered on the page, done by the real action, refused without what it needs and kept open."""
    who, state, make_ready, values, event = DECISIONS[slug]
    later = f"{today() + 60 * DAY:%d/%m/%Y}"
    data = {name: later if value == IN_60_DAYS else value for name, value in values.items()}
    task = task_at(state)
    make_ready(task, people)
    client.force_login(people[who])
    query = "mine=confirm" if state == "submitted" else "mine=decide"
    page = words(client.get(page_of(task, query)))
    assert f'action="/deciding/{task.pk}/{slug}/?{query}"' in page
    if data:
        events = Event.objects.count()
        answer = client.post(act_on(task, slug, query))
        assert answer.status_code == 200
        assert 'aria-invalid="true"' in words(answer)
        assert Event.objects.count() == events
    assert opened(client.post(act_on(task, slug, query), data)) == 0
    last = Event.objects.about(task).newest_first()[0]
    assert (last.verb, last.by) == (event, people[who])


def test_only_what_judges_is_there(door: Any, reports: list[Task]) -> None:
    for slug in ("withdraw", "edit", "undo-confirmation", "nonsense"):
        assert door.post(act_on(reports[0], slug)).status_code == 404, slug


# Somebody else was there first


def test_decided_by_another_meanwhile(door: Any, people: People, reports: list[Task]) -> None:
    """The note says who and what; what stood behind it opens."""
    first, second, third = reports
    door.get(page_of(first))
    actions.confirm(task=second, by=people["head"])
    for answer in (
        door.get(page_of(second, f"{WORK}&then={third.pk}")),
        door.post(act_on(second, "confirm", f"{WORK}&then={third.pk}")),
        door.post(act_on(second, "send-back", f"{WORK}&then={third.pk}"), {"reason": WHY}),
    ):
        assert opened(answer) == third.pk
        note = " ".join(str(message) for message in answer.wsgi_request._messages)
        assert "Báo cáo 1 không còn chờ nữa" in note
        assert str(people["head"]) in note
    assert Event.objects.filter(verb="task_confirmed").count() == 1
    # What stood behind it is gone as well: the first of the list.
    actions.confirm(task=third, by=people["head"])
    assert opened(door.get(page_of(second, f"{WORK}&then={third.pk}"))) == first.pk


def test_it_is_taken_back_from_the_note(door: Any, people: People, reports: list[Task]) -> None:
    after = door.post(act_on(reports[0], "confirm"))
    page = words(door.get(after.url))
    undo = f"/deciding/{reports[0].pk}/undo/?{WORK}"
    assert f'action="{undo}"' in page
    until = Task.objects.get(pk=reports[0].pk).undo_until
    assert until is not None
    assert opened(door.post(undo)) == reports[0].pk
    assert Task.objects.get(pk=reports[0].pk).state == "submitted"
    assert door.post(undo).status_code == 409
    # What cannot be taken back offers no such thing.
    after = door.post(act_on(reports[1], "send-back"), {"reason": WHY})
    assert "/undo/" not in words(door.get(after.url))


def test_an_address_alone_says_nothing_was_done(door: Any, people: People, reports: list[Task]) -> None:
    actions.confirm(task=reports[1], by=people["head"])
    assert 'role="status"' in words(door.get(door.post(act_on(reports[2], "confirm")).url))
    for forged in (reports[1].pk, reports[0].pk, 10**9, "x"):
        assert 'role="status"' not in words(door.get(page_of(reports[0], f"{WORK}&done={forged}")))


# Who


@pytest.mark.parametrize(
    "who, get, post",
    [("head", 200, 302), ("member", 302, 403), ("officer", 302, 403), ("sister", 404, 404)],
)
def test_who(client: Client, people: People, reports: list[Task], who: str, get: int, post: int) -> None:
    client.force_login(people[who])
    assert client.get(page_of(reports[0])).status_code == get
    assert client.post(act_on(reports[0], "confirm")).status_code == post
    if who != "head":
        assert client.post(f"/deciding/{reports[0].pk}/undo/").status_code == post


def test_the_letters_are_switched_off(door: Any, reports: list[Task]) -> None:
    assert "data-keys" in words(door.get(page_of(reports[0])))
    answer = door.post("/deciding/keys/", {"keys": "off", "back": page_of(reports[0])})
    assert (answer.status_code, answer["Location"]) == (302, page_of(reports[0]))
    page = words(door.get(page_of(reports[0])))
    assert "data-keys" not in page
    assert "<kbd>" not in page
    assert "aria-keyshortcuts" not in page
    elsewhere = door.post("/deciding/keys/", {"keys": "on", "back": "https://example.com/"})
    assert elsewhere["Location"] == "/deciding/"


@pytest.mark.parametrize("kind", ["submitted", "proposed", "request"])
def test_it_asks_the_database_as_often_for_many(
    client: Any, people: People, task_at: TaskAt, order: Order, kind: str
) -> None:
    """With a note of what was done, a picture of everything beside it, and twenty in the queue."""

    def make() -> Task:
        task = task_at("in_progress" if kind == "request" else kind, order=order)
        if kind == "request":
            ask(task, people)
        return task

    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(first, query)).status_code == 200
        return len(captured)

    client.force_login(people["head"])
    first, done = make(), task_at("submitted")
    actions.confirm(task=done, by=people["head"])
    query = f"mine={'confirm' if kind == 'submitted' else 'decide'}&work=1&done={done.pk}"
    queries(query)
    once = queries(query)
    for _again in range(15):
        make()
    assert queries(query) == once <= 12
