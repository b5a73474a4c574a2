"""Deadlines that are no day from the start: so many days after an event, periods in words, none at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from audit.models import Event
from committees.models import Person
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions, rules
from tasks.actions.task_fields import PartSpec
from tasks.lifecycle import Standing
from tasks.models import Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, task_below
from tests.support.told import told_by

pytestmark = pytest.mark.once

People = dict[str, Person]
DAY = timedelta(days=1)
AFTER = {
    "due_kind": "relative",
    "due_on": None,
    "after_days": 30,
    "after_event": "Trung ương ban hành văn bản",
}


@pytest.fixture
def waiting(task_at: TaskAt) -> Task:
    """In progress, and waiting for the day of its event."""
    return task_at("in_progress", **AFTER)


def refused_fields(act: Callable[[], Any]) -> dict[str, list[str]]:
    """Field → sentences of a refused action; nothing was written."""
    tasks, events = list(Task.objects.values()), Event.objects.count()
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        act()
    assert (list(Task.objects.values()), Event.objects.count()) == (tasks, events)
    return invalid.value.message_dict


# --- so many days after an event ----------------------------------------------------------------


def test_until_the_day_is_known_it_has_no_deadline(waiting: Task, people: People) -> None:
    assert (waiting.due_on, waiting.original_due_on) == (None, None)
    assert waiting.standing(today()) == Standing.NO_DEADLINE
    assert Task.objects.tally(today())[Standing.NO_DEADLINE] == 1
    assert waiting.waits_for.startswith("30 ")
    assert "Trung ương ban hành văn bản" in waiting.waits_for
    assert "when" not in [clear.name for clear in waiting.unclear()]
    assert not rules.may_ask_extension(people["officer"], waiting)


def test_the_day_of_the_event_gives_the_deadline(waiting: Task, people: People) -> None:
    happened = today() - 3 * DAY
    act = partial(actions.set_event_day, task=waiting, by=people["secretary"], happened_on=happened)
    assert told_by(act) == {("event_day_set", "officer"), ("event_day_set", "lead_head")}
    waiting.refresh_from_db()
    assert waiting.due_on == waiting.original_due_on == happened + 30 * DAY
    assert (waiting.due_version, waiting.waits_for) == (2, "")
    event = Event.objects.about(waiting).filter(verb="event_day_set").get()
    assert event.before == {"happened_on": None, "due_on": None}
    assert event.after == {"happened_on": f"{happened}", "due_on": f"{waiting.due_on}"}
    assert act() == waiting
    assert Event.objects.filter(verb="event_day_set").count() == 1


def test_another_day_corrects_it_with_a_reason_and_the_first_deadline_stays(
    waiting: Task, people: People
) -> None:
    enter = partial(actions.set_event_day, task=waiting, by=people["secretary"])
    enter(happened_on=today())
    assert set(refused_fields(partial(enter, happened_on=today() - DAY))) == {"reason"}
    task = enter(happened_on=today() - DAY, reason="Văn bản ký ngày trước.")
    assert (task.due_on, task.original_due_on) == (today() + 29 * DAY, today() + 30 * DAY)
    assert task.due_version == 3


@pytest.mark.parametrize("ahead, ok", [(0, True), (1, True), (366, True), (367, False), (-4000, True)])
def test_a_day_that_is_known(waiting: Task, people: People, ahead: int, ok: bool) -> None:
    enter = partial(actions.set_event_day, task=waiting, by=people["secretary"], past_deadline=True)
    act = partial(enter, happened_on=today() + ahead * DAY)
    if ok:
        assert act().due_on == today() + (ahead + 30) * DAY
    else:
        assert set(refused_fields(act)) == {"happened_on"}
    assert set(refused_fields(partial(enter, happened_on=None, reason="Nhầm."))) == {"happened_on"}


def test_not_past_the_task_above_nor_before_the_start(task_at: TaskAt, people: People) -> None:
    above = task_at("in_progress", due_on=today() + 40 * DAY)
    below = task_below(above, people, **AFTER, start_on=today() + 15 * DAY)
    enter = partial(actions.set_event_day, task=below, by=people["secretary"])
    for ahead, counted in ((11, today() + 41 * DAY), (-20, today() + 10 * DAY)):
        said = refused_fields(partial(enter, happened_on=today() + ahead * DAY))
        assert f"{counted:%d/%m/%Y}" in said["happened_on"][0]
        assert len(said["happened_on"]) == 2
    assert enter(happened_on=today() + 10 * DAY).due_on == above.due_on


def test_not_before_the_tasks_below(waiting: Task, people: People) -> None:
    below = task_below(waiting, people, due_on=today() + 20 * DAY)
    enter = partial(actions.set_event_day, task=waiting, by=people["secretary"])
    said = refused_fields(partial(enter, happened_on=today() - 15 * DAY))
    assert below.code in said["happened_on"][1]
    assert enter(happened_on=today() - 10 * DAY).due_on == below.due_on


def test_no_body_that_helps_has_longer_than_the_task(task_at: TaskAt, people: People, bodies: Bodies) -> None:
    part = PartSpec(bodies.helper, "coordinating", due_on=today() + 40 * DAY)
    task = task_at("in_progress", **AFTER, parts=[part])
    actions.set_event_day(task=task, by=people["secretary"], happened_on=today())
    assert task.parts.get().due_on == today() + 30 * DAY
    actions.edit_task(task=task, by=people["secretary"], values={"deliverable": "Báo cáo"})


def test_of_a_draft_the_first_deadline_is_set_at_issue(task_at: TaskAt, people: People) -> None:
    task = task_at("draft", **AFTER)
    act = partial(actions.set_event_day, task=task, by=people["assistant"], happened_on=today())
    assert told_by(act) == set()
    task.refresh_from_db()
    assert (task.due_on, task.original_due_on) == (today() + 30 * DAY, None)
    actions.propose(task=task, by=people["secretary"])
    assert actions.assign(task=task, by=people["head"]).original_due_on == today() + 30 * DAY


WHO = [
    ("head", "ok"),
    ("standing_deputy", "ok"),
    ("secretary", "ok"),
    ("deputy", "403"),
    ("assistant", "403"),
    ("member", "403"),
    ("officer", "403"),
    ("helper", "403"),
    ("inspector", "403"),
    ("sister", "403"),
    ("outsider", "403"),
    ("admin", "ok"),
]


@pytest.mark.parametrize("who, wanted", WHO)
def test_who_enters_the_day(waiting: Task, people: People, who: str, wanted: str) -> None:
    enter = partial(actions.set_event_day, task=waiting, by=people[who], happened_on=today())
    if wanted == "ok":
        enter()
    else:
        with pytest.raises(Refused) as refused:
            enter()
        assert str(refused.value.status) == wanted


STATES = ["submitted", "completed", "suspended", "withdrawn"]


@pytest.mark.parametrize("state", STATES)
def test_not_while_nobody_works_on_it(task_at: TaskAt, people: People, state: str) -> None:
    task = task_at(state, **AFTER)
    with pytest.raises(Refused) as refused:
        actions.set_event_day(task=task, by=people["secretary"], happened_on=today())
    assert refused.value.status == 409


def test_another_number_of_days_counts_again_and_another_kind_forgets_the_event(
    waiting: Task, people: People
) -> None:
    edit = partial(actions.edit_task, task=waiting, by=people["secretary"])
    actions.set_event_day(task=waiting, by=people["secretary"], happened_on=today())
    assert edit(values={"after_days": 45}).due_on == today() + 45 * DAY
    # The form still carries the event that the task had.
    task = edit(values={"due_kind": "day", "after_days": 45})
    assert (task.after_days, task.after_event, task.happened_on) == (None, "", None)
    assert (task.due_on, task.original_due_on) == (today() + 45 * DAY, today() + 30 * DAY)


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"after_days": None}, {"after_days"}),
    ({"after_event": " "}, {"after_event"}),
    ({"after_days": -1}, {"after_days"}),
    ({"after_days": 3651}, {"after_days"}),
    ({"due_on": date(2027, 1, 1)}, {"due_on"}),
    ({"due_kind": "day", "after_days": 31, "due_on": date(2027, 1, 1)}, {"after_days", "after_event"}),
    ({"due_kind": "none", "after_event": "Khác"}, {"after_days", "after_event"}),
]


@pytest.mark.parametrize("values, fields", BAD)
def test_what_is_no_event_is_refused_beside_its_field(
    waiting: Task, people: People, values: dict[str, Any], fields: set[str]
) -> None:
    edit = partial(actions.edit_task, task=waiting, by=people["secretary"], values=values)
    assert set(refused_fields(edit)) == fields


def test_the_page_asks_for_the_day_and_tells_the_story(client: Any, people: People, waiting: Task) -> None:
    client.force_login(people["secretary"])
    address = reverse("tasks:set_event_day", args=[waiting.pk])
    page = client.get(f"/tasks/{waiting.pk}/").content.decode()
    assert address in page
    assert "Trung ương ban hành văn bản" in page
    assert client.get(address).status_code == 200
    assert client.post(address, {"happened_on": "32/01/2026"}).context["form"].errors
    assert client.post(address, {"happened_on": f"{today():%d/%m/%Y}"}).status_code == 302
    page = client.get(f"/tasks/{waiting.pk}/")
    assert f"{today() + 30 * DAY:%d/%m/%Y}" in page.content.decode()
    assert page.context["deadlines"] == []
    late = {"happened_on": f"{today() - DAY:%d/%m/%Y}", "reason": "Văn bản ký hôm trước."}
    assert client.post(address, late).status_code == 302
    rows = client.get(f"/tasks/{waiting.pk}/").context["deadlines"]
    days = [f"{today() + ahead * DAY:%d/%m/%Y}" for ahead in (29, 30)]
    assert [(row.day, row.is_current, row.is_first) for row in rows] == [
        (days[0], True, False),
        (days[1], False, True),
    ]


def test_no_button_where_no_event_is_waited_for(client: Any, people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress")
    client.force_login(people["secretary"])
    address = reverse("tasks:set_event_day", args=[task.pk])
    assert address not in client.get(f"/tasks/{task.pk}/").content.decode()


def test_the_list_says_what_it_waits_for(client: Any, people: People, waiting: Task) -> None:
    client.force_login(people["secretary"])
    page = client.get("/tasks/?view=no_deadline").content.decode()
    assert waiting.waits_for in page.replace("&quot;", '"')


def test_the_api_tells_the_event_and_takes_its_day(people: People, waiting: Task) -> None:
    api = Api(people["secretary"])
    task = api.get(f"tasks/{waiting.pk}/").json()
    assert (task["after_days"], task["after_event"], task["happened_on"]) == (
        30,
        "Trung ương ban hành văn bản",
        None,
    )
    answer = api.post(f"tasks/{waiting.pk}/set-event-day/", happened_on=today())
    assert (answer.status_code, answer.json()["due_on"]) == (200, f"{today() + 30 * DAY}")
    assert api.post(f"tasks/{waiting.pk}/set-event-day/").status_code == 400


# --- a first deadline after issue ---------------------------------------------------------------


def test_the_first_day_a_task_ever_got_is_kept(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress", due_on=None, due_kind="none")
    assert task.original_due_on is None
    edit = partial(actions.edit_task, task=task, by=people["secretary"])
    first, second = today() + 10 * DAY, today() + 20 * DAY
    assert edit(values={"due_kind": "day", "due_on": first}).original_due_on == first
    assert edit(values={"due_on": second}).original_due_on == first
    task = actions.edit_task(task=task, by=people["secretary"], values={"due_kind": "none", "due_on": None})
    assert (task.due_on, task.original_due_on) == (None, first)


# --- periods in words ---------------------------------------------------------------------------


def test_the_words_of_a_period_give_its_day_and_stay(task_at: TaskAt, people: People) -> None:
    task = task_at("assigned", due_kind="period", due_on=None, due_words="quý IV/2027")
    assert (task.due_on, task.original_due_on) == (date(2027, 12, 31), date(2027, 12, 31))
    assert task.due_words == "quý IV/2027"


def test_words_and_day_do_not_say_different_things(task_at: TaskAt, people: People) -> None:
    task = task_at("draft", due_kind="period", due_on=None, due_words="tháng 9/2027")
    edit = partial(actions.edit_task, task=task, by=people["secretary"])
    for values in ({"due_on": date(2027, 9, 15)}, {"due_words": "tháng 10/2027"}):
        said = refused_fields(partial(edit, values=values))
        assert set(said) == {"due_on"}
    assert edit(values={"due_words": "tháng 10/2027", "due_on": None}).due_on == date(2027, 10, 31)
    # Words that name no period are the order's own business.
    assert edit(values={"due_words": "sau khi có hướng dẫn", "due_on": None}).due_on is None


@pytest.mark.usefixtures("plain_day")
def test_an_extension_leaves_the_orders_words(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress", due_kind="period", due_on=None, due_words="tháng 9/2027")
    later = date(2027, 10, 15)
    actions.ask_extension(task=task, by=people["lead_head"], proposed_on=later, reason="Chờ.")
    actions.approve_request(task=task, by=people["head"])
    task = actions.edit_task(task=task, by=people["secretary"], values={"deliverable": "Báo cáo"})
    assert (task.due_on, task.due_words, task.original_due_on) == (later, "tháng 9/2027", date(2027, 9, 30))


def test_a_day_field_takes_the_words_too(client: Any, people: People, task_at: TaskAt) -> None:
    task = task_at("draft", due_on=None, due_kind="none", parts=[])
    client.force_login(people["secretary"])
    typed = {
        "version": task.version,
        "title": task.title,
        "lead": "LEAD",
        "due_kind": "period",
        "programme": "nq57",
        "priority": "normal",
        "secrecy": "normal",
        "due_on": "6 tháng đầu năm 2027",
        "parts-TOTAL_FORMS": 0,
        "parts-INITIAL_FORMS": 0,
    }
    assert client.post(f"/tasks/{task.pk}/edit/", typed).status_code == 302
    task.refresh_from_db()
    assert (task.due_on, task.due_words) == (date(2027, 6, 30), "6 tháng đầu năm 2027")
