"""A deadline that has passed, or lies before its order, is looked at twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from audit.models import Event
from committees.models import Body
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut, Order, Task
from tests.portal.days.helpers import DAY, People
from tests.support.api import Api
from tests.support.people import WHY, Bodies, TaskAt, appoint, make_body, task_below
from tests.tasks.admin_tasks_helpers import task_values
from tests.tasks.task_forms_helpers import of, typed

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


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
        act for act in client.get(task.get_absolute_url()).context["panel"].acts if act.verb.name == "assign"
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
