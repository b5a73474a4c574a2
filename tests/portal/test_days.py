"""Days: those that do not exist or lie far away, before the order's date, and deadlines that have passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Event
from committees.models import Absence, Body, Membership, Person
from committees.roles import Role
from notices.models import CalendarDay
from portal.shared.day_fields import DayField, validate_day
from portal.shared.days import today
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut, Order, Part, Recurrence, Request, Task
from tests.support.api import Api
from tests.support.people import SINCE, WHY, Bodies, TaskAt, appoint, make_body, task_below
from tests.tasks.test_admin_tasks import task_values
from tests.tasks.test_task_forms import of, typed

People = dict[str, Person]
DAY = timedelta(days=1)
PAST = "is too far in the past"
FUTURE = "is too far in the future"
NO_SUCH_DAY = "There is no day"

STRANGE = [
    ("31/02/2026", NO_SUCH_DAY),
    ("00/01/2026", NO_SUCH_DAY),
    ("29/02/2027", NO_SUCH_DAY),
    ("12/13/2026", NO_SUCH_DAY),
    ("2026-02-31", NO_SUCH_DAY),
    ("01/01/0000", NO_SUCH_DAY),
    ("01/01/0026", PAST),
    ("0026-01-01", PAST),
    ("31/12/1989", PAST),
    ("01/01/2101", FUTURE),
    ("31/12/9999", FUTURE),
    ("soon", "Write the day as"),
]


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def act_as(client: Client, people: People) -> Callable[[str], Client]:
    def enter(name: str) -> Client:
        people[name].language = "en"
        people[name].save(update_fields=["language"])
        client.force_login(people[name])
        return client

    return enter


def iso(text: str) -> str:
    """As the API writes it."""
    day, month, year = text.split("/") if "/" in text else reversed(text.split("-"))
    return f"{year}-{month}-{day}"


# --- the field --------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2100, 12, 31), date(2028, 2, 29)])
def test_the_ends_of_the_range_belong_to_it(day: date) -> None:
    validate_day(day)


def test_every_day_of_every_model_is_this_field() -> None:
    from django.apps import apps

    plain = [
        f"{model.__name__}.{field.name}"
        for label in ("committees", "notices", "tasks", "reports")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if type(field) is models.DateField
    ]
    assert plain == []
    assert isinstance(Task._meta.get_field("due_on"), DayField)


# --- every door -------------------------------------------------------------------------------------


@pytest.fixture
def pages(people: People, bodies: Bodies, task_at: TaskAt) -> dict[str, Any]:
    """Field → how one day is sent to the page that holds it: person, address, what else it holds."""
    asked = task_at("in_progress")
    actions.ask_extension(task=asked, by=people["officer"], proposed_on=today() + 60 * DAY, reason=WHY)
    event = {"due_kind": "relative", "due_on": None, "after_days": 30, "after_event": "văn bản ban hành"}
    waiting = task_at("in_progress", **event)
    term = people["assistant"].memberships.get()
    cycle = {"due_kind": "recurring", "due_on": "", "every": "month", "day": "5"}
    months = {"starts_on": "01/01/2027", "until": "31/12/2027"}
    away = {
        "deputy": people["assistant"].pk,
        "starts_on": "01/01/2027",
        "ends_on": "02/01/2027",
        "reason": "x",
    }
    member = {"person": "outsider", "role": "member", "starts_on": "01/01/2027", "ends_on": "01/01/2028"}
    order = {"number": "9-KH", "kind": "plan"}
    task, running = "/tasks/new/", task_at("in_progress")
    return {
        "due_on": ("secretary", task, typed()),
        "start_on": ("secretary", task, typed()),
        "starts_on": ("secretary", task, typed(**cycle, **months)),
        "until": ("secretary", task, typed(**cycle, **months)),
        "parts-0-due_on": ("secretary", task, typed(**{"parts-0-body": "HELPER"})),
        "issued_on": ("secretary", "/orders/new/", order),
        "ask_until": ("secretary", "/orders/new/", order),
        "proposed_on": ("officer", f"/tasks/{running.pk}/ask-extension/", {"reason": WHY}),
        "counter_on": ("standing_deputy", f"/tasks/{asked.pk}/counter-request/", {}),
        "happened_on": ("secretary", f"/tasks/{waiting.pk}/set-event-day/", {}),
        "member starts_on": ("secretary", "/bodies/COMMITTEE/appoint/", member),
        "member ends_on": ("secretary", "/bodies/COMMITTEE/appoint/", member),
        "end ends_on": ("secretary", f"/bodies/COMMITTEE/members/{term.pk}/end/", {}),
        "away ends_on": ("head", reverse("away"), away),
        "last_day": ("staff", f"/people/{people['officer'].pk}/leave/", {}),
        "since": ("secretary", reverse("reports:new"), {"report": "meeting", "format": "docx"}),
    }


def test_every_page_says_what_is_wrong_with_a_day(act_as: Any, pages: dict[str, Any]) -> None:
    before = Event.objects.count()
    for name, (who, address, values) in pages.items():
        client = act_as(who)
        for text, sentence in STRANGE:
            answer = client.post(address, {**values, name.split()[-1]: text})
            assert answer.status_code in (200, 400), (name, text)
            assert sentence in answer.content.decode(), (name, text)
    assert Event.objects.count() == before


def test_every_request_to_the_api_says_it_too(people: People, bodies: Bodies, task_at: TaskAt) -> None:
    running = task_at("in_progress")
    draft = {"assigner": "COMMITTEE", "title": "Việc", "due_kind": "day"}
    cycle = {"every": "month", "day": 5, "month": 1, "starts_on": "2027-01-01", "until": "2027-12-31"}
    term = {"person": "outsider", "body": "COMMITTEE", "role": "member", "starts_on": "2027-01-01"}
    many = {"level": "provincial", "giver": "COMMITTEE"}
    doors: dict[str, Any] = {
        "due_on": ("secretary", "tasks/", lambda day: {**draft, "due_on": day}),
        "start_on": ("secretary", "tasks/", lambda day: {**draft, "start_on": day}),
        "until": (
            "secretary",
            "tasks/",
            lambda day: {**draft, "due_kind": "recurring", "recurrence": {**cycle, "until": day}},
        ),
        "part": (
            "secretary",
            "tasks/",
            lambda day: {**draft, "parts": [{"body": "HELPER", "kind": "coordinating", "due_on": day}]},
        ),
        "order": ("secretary", "orders/", lambda day: {"body": "COMMITTEE", "number": "9", "issued_on": day}),
        "extension": (
            "officer",
            f"tasks/{running.pk}/ask-extension/",
            lambda day: {"proposed_on": day, "reason": WHY},
        ),
        "term": ("secretary", "memberships/", lambda day: {**term, "starts_on": day}),
        "term's end": ("secretary", "memberships/", lambda day: {**term, "ends_on": day}),
        "term's last day": (
            "head",
            f"memberships/{people['assistant'].memberships.get().pk}/end/",
            lambda day: {"last_day": day},
        ),
        "many": ("secretary", f"tasks/{running.pk}/fan-outs/", lambda day: {**many, "due_on": day}),
    }
    before = Event.objects.count()
    for name, (who, address, values) in doors.items():
        people[who].language = "en"
        people[who].save(update_fields=["language"])
        for text, sentence in STRANGE:
            day = iso(text) if text != "soon" else text
            answer = Api(people[who]).post(address, **values(day))
            assert answer.status_code == 400, (name, text, answer.content)
            assert sentence in answer.content.decode(), (name, text, answer.content)
    assert Event.objects.count() == before


@pytest.mark.parametrize("text", ["0026-01-01", "9999-12-31", "0001-01-01", "2026-02-31", "0000-01-01", "x"])
def test_no_address_with_a_strange_day_falls_over(
    act_as: Any, people: People, order: Order, text: str
) -> None:
    client = act_as("admin")
    year, month = text[:4], text[:7]
    pages = [
        *(f"/tasks/?period={words}" for words in (year, month, f"{year}-Q1", f"{text}..{text}")),
        f"/tasks/?period=2026-01-01..{text}",
        f"/tasks/?from={text}",
        f"/reports/?period={year}",
        f"/reports/files/new/?report=meeting&since={text}",
        f"/reports/files/new/?report=weekly&period={text}..{text}",
        f"/bodies/COMMITTEE/?on={text}",
        f"/bodies/COMMITTEE/reminders/?on={text}",
        f"/orders/?from={text}",
        f"/orders/{order.pk}/?period={year}",
        f"/?from={text}",
    ]
    for address in pages:
        assert client.get(address).status_code < 500, address
    for address in (
        *(f"/admin/notices/{model}/?{name}__exact={text}" for model, name in ADMIN_DAYS),
        *(f"/admin/notices/{model}/?{name}__year={year}" for model, name in ADMIN_DAYS),
        *(f"/admin/notices/{model}/?{name}__gte={text}" for model, name in ADMIN_DAYS),
    ):
        assert client.get(address).status_code < 500, address
    api = Api(people["admin"])
    for path, name in (
        ("tasks/", "period"),
        ("memberships/", "on"),
        ("bodies/COMMITTEE/members/", "on"),
        ("tasks/tally/", "period"),
    ):
        assert api.get(path, **{name: text}).status_code == 400, path


ADMIN_DAYS = [("calendarday", "day"), ("notice", "on"), ("letter", "on")]


@pytest.mark.parametrize(
    "day, sentence",
    [("0026-11-30", PAST), ("1989-12-31", PAST), ("9999-12-31", FUTURE), ("2101-01-01", FUTURE)],
)
def test_commands_say_it_too(people: People, bodies: Bodies, order: Order, day: str, sentence: str) -> None:
    """Without it the calendar would be filled for two thousand years, or eight thousand."""
    with pytest.raises(CommandError, match=sentence):
        call_command("remind", "--on", day)
    with pytest.raises(CommandError, match=sentence):
        call_command("import_tasks", __file__, "--body", "COMMITTEE", "--order", order.number, "--dated", day)
    assert not CalendarDay.objects.exists()


def test_the_page_says_why_a_period_is_not_listed(act_as: Any) -> None:
    client = act_as("secretary")
    assert PAST in client.get("/tasks/?period=0026-01-01..0026-02-01").content.decode()
    assert FUTURE in client.get("/tasks/?period=9999").content.decode()
    assert PAST in client.get("/bodies/COMMITTEE/?on=0026-01-01").content.decode()
    assert NO_SUCH_DAY in client.get("/bodies/COMMITTEE/?on=31/02/2026").content.decode()


@pytest.mark.parametrize("text, sentence", STRANGE)
def test_the_admin_says_it_too(act_as: Any, bodies: Bodies, text: str, sentence: str) -> None:
    answer = act_as("admin").post("/admin/notices/calendarday/add/", {"day": text, "name": "Nghỉ"})
    assert sentence in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_a_ministry_may_be_older(bodies: Bodies) -> None:
    ministry = make_body("MOF", bodies.top, established_on=date(1945, 8, 28))
    assert Body.objects.get(pk=ministry.pk).established_on == date(1945, 8, 28)
    with pytest.raises(ValidationError):
        make_body("OLD", bodies.top, established_on=date(26, 8, 28))


@pytest.mark.parametrize("day", [date(26, 1, 1), date(1989, 12, 31), date(2101, 1, 1), date(9999, 12, 31)])
def test_the_database_refuses_it_too(
    people: People, bodies: Bodies, task_at: TaskAt, order: Order, day: date
) -> None:
    task = task_at("in_progress")
    actions.ask_extension(task=task, by=people["officer"], proposed_on=today() + 60 * DAY, reason=WHY)
    CalendarDay.objects.create(day=today(), is_working=True, name="Làm bù")
    fan_out = FanOut(task=task, giver=task.assigner, by=people["secretary"], at=timezone.now())
    fan_out.save()
    away = {
        "person": people["head"],
        "deputy": people["member"],
        "by": people["head"],
        "at": task.assigned_at,
    }
    given = Task.objects.filter(pk=task.pk)
    term = Membership.objects.filter(person=people["member"])
    Recurrence.objects.create(task=task, every="month", day=1, month=1, starts_on=today(), until=today())
    refused = [
        lambda: given.update(start_on=day, due_on=day),
        lambda: given.update(start_on=None, due_on=day),
        lambda: Part.objects.update(due_on=day),
        lambda: FanOut.objects.update(due_on=day),
        lambda: Request.objects.update(from_due_on=None, proposed_on=day),
        lambda: Order.objects.filter(pk=order.pk).update(issued_on=day),
        lambda: CalendarDay.objects.update(day=day),
        lambda: term.update(starts_on=day, ends_on=None),
        lambda: term.update(starts_on=min(day, SINCE), ends_on=max(day, SINCE)),
        lambda: Absence.objects.create(**away, starts_on=day, ends_on=day),
        lambda: Recurrence.objects.update(starts_on=day, until=day),
    ]
    for number, act in enumerate(refused):
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            act()
        assert "in_range" in str(error.value), number


# --- before the order's date ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, warned",
    [
        ({"due_on": date(2026, 7, 27)}, "The deadline 27/07/2026 lies before the order's date, 28/07/2026."),
        ({"due_on": date(2026, 7, 28)}, ""),
        ({"start_on": date(2026, 7, 1)}, "The start 01/07/2026 lies before the order's date, 28/07/2026."),
        ({"start_on": date(2026, 7, 28)}, ""),
    ],
)
def test_a_day_before_the_orders_date_is_a_warning(
    act_as: Any, people: People, order: Order, task_at: TaskAt, values: dict[str, Any], warned: str
) -> None:
    task = task_at("proposed", order=order, **values)
    assert task.day_warnings(date(2026, 7, 1)) == ([warned] if warned else [])
    client = act_as("head")
    for address in (task.get_absolute_url(), f"/tasks/{task.pk}/assign/"):
        assert ("before the order" in client.get(address).content.decode()) is bool(warned), address
    people["secretary"].language = "en"
    people["secretary"].save(update_fields=["language"])
    assert (warned in Api(people["secretary"]).get(f"tasks/{task.pk}/").json()["warnings"]) is bool(warned)
    assert client.post(f"/tasks/{task.pk}/assign/", {"past_deadline": "on"}).status_code == 302


def test_the_deadline_of_a_body_that_helps_is_compared_too(
    act_as: Any, order: Order, bodies: Bodies, task_at: TaskAt
) -> None:
    parts = [PartSpec(bodies.helper, "coordinating", "", date(2026, 7, 27))]
    task = task_at("proposed", order=order, parts=parts)
    warned = "The deadline of a body that helps, 27/07/2026, lies before the order's date, 28/07/2026."
    assert task.day_warnings(date(2026, 7, 1)) == [warned]
    for address in (task.get_absolute_url(), f"/tasks/{task.pk}/assign/"):
        page = act_as("head").get(address).content.decode()
        assert "27/07/2026, lies before" in page, address


def test_without_an_order_or_its_date_nothing_is_compared(
    people: People, order: Order, task_at: TaskAt
) -> None:
    Order.objects.filter(pk=order.pk).update(issued_on=None)
    order.refresh_from_db()
    assert task_at("draft", order=order, start_on=date(2020, 1, 1)).day_warnings(today()) == []
    assert task_at("draft", start_on=date(2020, 1, 1)).day_warnings(today()) == []


# --- a deadline that has passed ---------------------------------------------------------------------


def test_a_passed_deadline_is_given_only_on_purpose(act_as: Any, people: People, task_at: TaskAt) -> None:
    task = task_at("proposed", due_on=today() - DAY)
    client, assign = act_as("head"), f"/tasks/{task.pk}/assign/"
    act = next(
        act for act in client.get(task.get_absolute_url()).context["panel"].acts if act.verb == "assign"
    )
    assert not act.at_once
    assert 'name="past_deadline"' in client.get(assign).content.decode()
    answer = client.post(assign)
    task.refresh_from_db()
    assert (answer.status_code, task.state) == (200, "proposed")
    assert "has already passed. Correct it, or confirm that it is meant." in answer.content.decode()
    assert client.post(assign, {"past_deadline": "on"}).status_code == 302
    task.refresh_from_db()
    assert task.state == "assigned"


@pytest.mark.parametrize("days, asks", [(-400, True), (-1, True), (0, False), (30, False)])
@pytest.mark.parametrize(
    "verb, who, values",
    [("assign", "head", {}), ("record-approval", "secretary", {"approval": "45/TTr"})],
)
def test_the_api_asks_for_it_by_name(
    people: People, task_at: TaskAt, days: int, asks: bool, verb: str, who: str, values: Any
) -> None:
    task = task_at("proposed", due_on=today() + days * DAY)
    api = Api(people[who])
    answer = api.post(f"tasks/{task.pk}/{verb}/", **values)
    if asks:
        assert (answer.status_code, list(answer.json())) == (400, ["past_deadline"])
        assert api.post(f"tasks/{task.pk}/{verb}/", **values, past_deadline=False).status_code == 400
        answer = api.post(f"tasks/{task.pk}/{verb}/", **values, past_deadline=True)
    assert (answer.status_code, answer.json()["state"]) == (200, "assigned")


def test_the_paper_of_the_head_is_no_way_around_it(act_as: Any, task_at: TaskAt) -> None:
    task = task_at("proposed", due_on=today() - DAY)
    client, address = act_as("secretary"), f"/tasks/{task.pk}/record-approval/"
    assert client.post(address, {"approval": "45/TTr"}).status_code == 200
    assert client.post(address, {"approval": "45/TTr", "past_deadline": "on"}).status_code == 302


def test_nor_is_the_admin(act_as: Any, people: People, task_at: TaskAt) -> None:
    late, in_time = task_at("proposed", due_on=today() - DAY), task_at("proposed")
    client = act_as("admin")
    chosen = {"action": "do_assign", "_selected_action": [late.pk, in_time.pk]}
    page = client.post("/admin/tasks/task/", chosen, follow=True).content.decode()
    assert "has already passed" in page
    states = dict(Task.objects.values_list("pk", "state"))
    assert (states[late.pk], states[in_time.pk]) == ("proposed", "assigned")
    address = f"/admin/tasks/task/{late.pk}/do/assign/"
    assert 'name="past_deadline"' in client.get(address).content.decode()
    client.post(address, {})
    assert Task.objects.get(pk=late.pk).state == "proposed"
    client.post(address, {"past_deadline": "on"})
    assert Task.objects.get(pk=late.pk).state == "assigned"


def test_nor_is_giving_it_to_many(act_as: Any, people: People, bodies: Bodies, task_at: TaskAt) -> None:
    above = task_at("in_progress", due_on=today() + 5 * DAY)
    values: dict[str, Any] = {
        "task": above,
        "giver": bodies.committee,
        "by": people["secretary"],
        "due_on": today() - DAY,
    }
    fan_out = fan_out_actions.prepare_fan_out(bodies=[bodies.helper], **values)
    page = f"/tasks/{above.pk}/fan-outs/{fan_out.pk}/"
    client = act_as("head")
    assert 'name="past_deadline"' in client.get(page).content.decode()
    assert "has already passed" in client.post(f"{page}start/", follow=True).content.decode()
    fan_out.refresh_from_db()
    assert fan_out.state == FanOut.State.PREPARED
    api = Api(people["head"])
    assert api.post(f"tasks/{above.pk}/fan-outs/{fan_out.pk}/start/").status_code == 400
    client.post(f"{page}start/", {"past_deadline": "on"})
    fan_out.refresh_from_db()
    assert fan_out.state != FanOut.State.PREPARED


# --- a deadline that is moved to a day that has passed ----------------------------------------------


def _edit(task: Task, people: People, **values: Any) -> Task:
    return actions.edit_task(task=task, by=people["secretary"], **values)


@pytest.mark.parametrize("state", ["assigned", "in_progress"])
@pytest.mark.parametrize("ago", [1, 400])
def test_an_issued_task_gets_a_passed_deadline_only_on_purpose(
    people: People, task_at: TaskAt, state: str, ago: int
) -> None:
    task, day = task_at(state), today() - ago * DAY
    due_on, events = task.due_on, Event.objects.count()
    with pytest.raises(ValidationError) as refused:
        _edit(task, people, values={"due_on": day, "deliverable": "Bản đồ"})
    assert list(refused.value.message_dict) == ["past_deadline"]
    assert f"{day:%d/%m/%Y} has already passed" in refused.value.messages[0]
    task.refresh_from_db()
    assert (task.due_on, task.deliverable, Event.objects.count()) == (due_on, "", events)
    assert _edit(task, people, values={"due_on": day}, past_deadline=True).due_on == day


def test_only_another_day_that_has_passed_is_asked_about(people: People, task_at: TaskAt) -> None:
    assert _edit(task_at("in_progress"), people, values={"due_on": today()}).due_on == today()
    late = task_at("in_progress", due_on=today() - DAY)
    assert _edit(late, people, values={"due_on": late.due_on, "deliverable": "Bản đồ"}).deliverable
    assert _edit(late, people, values={"due_on": None, "due_kind": "none"}).due_on is None
    # A draft is asked about when it is given.
    assert _edit(task_at("draft"), people, values={"due_on": today() - DAY}).due_on == today() - DAY


def test_words_of_a_period_that_has_passed_are_asked_about_too(people: People, task_at: TaskAt) -> None:
    task, words = task_at("in_progress"), {"due_kind": "period", "due_on": None, "due_words": "Quý I/2020"}
    with pytest.raises(ValidationError) as refused:
        _edit(task, people, values=words)
    assert list(refused.value.message_dict) == ["past_deadline"]
    assert _edit(task, people, values=words, past_deadline=True).due_on == date(2020, 3, 31)


def test_fewer_days_after_an_event_are_asked_about_too(people: People, task_at: TaskAt) -> None:
    after = {"due_kind": "relative", "due_on": None, "after_days": 30, "after_event": "ban hành văn bản"}
    task = task_at("in_progress", **after)
    actions.set_event_day(task=task, by=people["secretary"], happened_on=today() - 10 * DAY)
    with pytest.raises(ValidationError) as refused:
        _edit(task, people, values={"after_days": 5})
    assert list(refused.value.message_dict) == ["past_deadline"]
    assert _edit(task, people, values={"after_days": 5}, past_deadline=True).due_on == today() - 5 * DAY


def test_a_day_of_an_event_that_makes_the_task_late_is_asked_about(
    act_as: Any, people: People, task_at: TaskAt
) -> None:
    after = {"due_kind": "relative", "due_on": None, "after_days": 30, "after_event": "ban hành văn bản"}
    task, happened = task_at("in_progress", **after), today() - 31 * DAY
    client, address = act_as("secretary"), f"/tasks/{task.pk}/set-event-day/"
    assert "past_deadline" not in client.get(address).content.decode()
    sent = {"happened_on": f"{happened:%d/%m/%Y}"}
    answer = client.post(address, sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["past_deadline"])
    assert 'name="past_deadline"' in answer.content.decode()
    task.refresh_from_db()
    assert task.happened_on is None
    api = Api(people["secretary"]).post(f"tasks/{task.pk}/set-event-day/", happened_on=f"{happened}")
    assert (api.status_code, list(api.json())) == (400, ["past_deadline"])
    assert client.post(address, {**sent, "past_deadline": "on"}).status_code == 302
    task.refresh_from_db()
    assert task.due_on == today() - DAY
    # Of a draft it is asked when the draft is given.
    draft = task_at("draft", **after)
    entered = actions.set_event_day(task=draft, by=people["secretary"], happened_on=happened)
    assert entered.due_on == today() - DAY


def test_the_form_of_an_edit_shows_the_tick_when_it_is_needed(act_as: Any, task_at: TaskAt) -> None:
    task, day = task_at("in_progress"), today() - DAY
    client, address = act_as("secretary"), f"/tasks/{task.pk}/edit/"
    assert "past_deadline" not in client.get(address).content.decode()
    sent = of(task, due_on=f"{day:%d/%m/%Y}")
    answer = client.post(address, sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["past_deadline"])
    page = answer.content.decode()
    assert 'name="past_deadline"' in page
    assert "has already passed. Correct it, or confirm that it is meant." in page
    # Once ticked it stays, whatever else is to be corrected.
    answer = client.post(address, {**sent, "past_deadline": "on", "title": ""})
    assert 'name="past_deadline"' in answer.content.decode()
    assert client.post(address, {**sent, "past_deadline": "on"}).status_code == 302
    task.refresh_from_db()
    assert task.due_on == day


@pytest.mark.parametrize("by", ["edit", "patch"])
def test_the_api_of_an_edit_asks_for_it_by_name(people: People, task_at: TaskAt, by: str) -> None:
    task, api = task_at("in_progress"), Api(people["secretary"])
    sent = {"version": task.version, "due_on": f"{today() - DAY}"}

    def send(**values: Any) -> Any:
        if by == "edit":
            return api.post(f"tasks/{task.pk}/edit/", **sent, **values)
        return api.patch(f"tasks/{task.pk}/", **sent, **values)

    for refused in (send(), send(past_deadline=False)):
        assert (refused.status_code, list(refused.json())) == (400, ["past_deadline"])
    assert send(past_deadline=True).json()["due_on"] == sent["due_on"]


def test_the_admin_of_an_edit_asks_beside_its_tick(act_as: Any, task_at: TaskAt) -> None:
    task, day = task_at("in_progress", parts=[]), today() - DAY
    client, address = act_as("admin"), f"/admin/tasks/task/{task.pk}/change/"
    sent = task_values(task, due_on=f"{day:%d/%m/%Y}")
    answer = client.post(address, sent)
    assert list(answer.context["adminform"].form.errors) == ["past_deadline"]
    assert 'name="past_deadline"' in answer.content.decode()
    assert Task.objects.get(pk=task.pk).due_on == task.due_on
    assert client.post(address, {**sent, "past_deadline": "on"}).status_code == 302
    assert Task.objects.get(pk=task.pk).due_on == day


# --- under a task that is late ----------------------------------------------------------------------


@pytest.fixture
def late(people: People, bodies: Bodies, task_at: TaskAt) -> Task:
    """The lead's task, ten days late; the lead's office is below it."""
    appoint(people["lead_head"], bodies.lead, Role.SECRETARY)
    make_body("OFFICE", bodies.lead)
    return task_at("in_progress", due_on=today() - 10 * DAY)


def test_handing_down_a_late_task_leads_to_its_extension(act_as: Any, people: People, late: Task) -> None:
    client, ask = act_as("lead_head"), f"/tasks/{late.pk}/ask-extension/"
    address = f"/tasks/new/?parent={late.pk}"
    assert f'href="{ask}"' in client.get(address).content.decode()
    soon = f"{today() + 5 * DAY:%d/%m/%Y}"
    answer = client.post(address, typed(lead="OFFICE", parent=late.pk, due_on=soon))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "That day has passed: ask for an extension of the task above first." in page
    assert f'href="{ask}"' in page
    assert not late.children.exists()
    # What it leads to helps.
    actions.ask_extension(task=late, by=people["officer"], proposed_on=today() + 20 * DAY, reason=WHY)
    actions.approve_request(task=late, by=people["standing_deputy"])
    assert client.post(address, typed(lead="OFFICE", parent=late.pk, due_on=soon)).status_code == 302
    assert late.children.get().due_on == today() + 5 * DAY


def test_by_the_passed_day_it_can_be_handed_down_on_purpose(
    people: People, bodies: Bodies, late: Task
) -> None:
    office = Body.objects.get(code="OFFICE")
    child = Task(title="Việc con", parent=late, assigner=bodies.lead, lead=office, due_on=late.due_on)
    actions.new_task(task=child, by=people["lead_head"])
    actions.propose(task=child, by=people["lead_head"])
    with pytest.raises(ValidationError) as refused:
        actions.assign(task=child, by=people["lead_head"])
    assert list(refused.value.message_dict) == ["past_deadline"]
    assert actions.assign(task=child, by=people["lead_head"], past_deadline=True).state == "assigned"


def test_the_sentence_is_the_same_wherever_a_day_above_binds(people: People, late: Task) -> None:
    Task.objects.filter(pk=late.pk).update(due_on=today() + 5 * DAY)
    late.refresh_from_db()
    child = task_below(late, people)
    Task.objects.filter(pk__in=[late.pk, child.pk]).update(due_on=today() - DAY)
    child.refresh_from_db()
    later = today() + 5 * DAY
    acts = {
        "due_on": lambda: actions.edit_task(task=child, values={"due_on": later}, by=people["admin"]),
        "proposed_on": lambda: actions.ask_extension(
            task=child, by=people["admin"], proposed_on=later, reason=WHY
        ),
    }
    for field, act in acts.items():
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            act()
        assert "ask for an extension of the task above first" in refused.value.message_dict[field][0]


def test_whoever_may_not_ask_is_led_to_the_task_itself(act_as: Any, people: People, late: Task) -> None:
    # The giver of the late task cannot ask themselves for an extension.
    page = act_as("secretary").get(f"/tasks/new/?parent={late.pk}").content.decode()
    assert f'href="{late.get_absolute_url()}"' in page
    assert "ask-extension" not in page


def test_a_late_task_above_that_is_not_seen_hides_none_that_is(
    act_as: Any, people: People, bodies: Bodies, late: Task
) -> None:
    """Both are due on one day, as a task handed down often is; only the nearer one is the reader's."""
    higher = Task.objects.create(
        title="Việc trên",
        assigner=bodies.sister,
        lead=bodies.committee,
        due_on=late.due_on,
        state="in_progress",
        assigned_at=timezone.now(),
        created_by=people["sister"],
    )
    Task.objects.filter(pk=late.pk).update(parent=higher)
    client = act_as("lead_head")
    assert client.get(higher.get_absolute_url()).status_code == 404
    page = client.get(f"/tasks/new/?parent={late.pk}").content.decode()
    assert f'href="/tasks/{late.pk}/ask-extension/"' in page
    assert "Việc trên" not in page


def test_under_a_task_in_time_nothing_is_said(act_as: Any, task_at: TaskAt) -> None:
    above = task_at("in_progress")
    assert "The task above" not in act_as("lead_head").get(f"/tasks/new/?parent={above.pk}").content.decode()
