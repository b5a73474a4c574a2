"""Days: those that do not exist or lie far away, before the order's date, and deadlines that have passed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Event
from committees.models import Absence, Body, Membership
from notices.models import CalendarDay
from portal.shared.day_fields import DayField, validate_day
from portal.shared.days import today
from tasks import actions
from tasks.models import FanOut, Order, Part, Recurrence, Request, Task
from tests.portal.days.helpers import DAY, People
from tests.support.api import Api
from tests.support.people import SINCE, WHY, Bodies, TaskAt, make_body
from tests.tasks.task_forms_helpers import typed

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


@pytest.mark.once
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
