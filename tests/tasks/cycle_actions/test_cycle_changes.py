"""Another cycle, what is no cycle, and its doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from audit.models import Event
from committees.models import Person
from tasks import actions
from tasks.cycles import Cycle
from tasks.lifecycle import Standing, View
from tasks.models import Recurrence, Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, task_below
from tests.tasks.cycle_actions.helpers import GIVEN, MONTHLY, People, days_of, made, on


def refused_fields(act: Callable[[], Any]) -> set[str]:
    """The fields beside which an action refuses."""
    with pytest.raises(ValidationError) as refused:
        act()
    return set(refused.value.message_dict)


# --- changing the cycle -------------------------------------------------------------------------


def test_another_cycle_holds_for_the_periods_not_yet_made(
    head_at: Callable[..., Task], people: People
) -> None:
    head = head_at()
    made(GIVEN)
    edit = partial(actions.edit_task, task=head, by=people["secretary"], values={})
    with on(date(2026, 10, 3)):
        edit(cycle=Cycle("month", 10, MONTHLY.starts_on, MONTHLY.until), reason="Sớm hơn.")
    # October was made as the old cycle had it before the new one was written.
    assert days_of(head) == ["25/09/2026", "25/10/2026"]
    made(date(2026, 11, 1))
    assert days_of(head) == ["25/09/2026", "25/10/2026", "10/11/2026"]
    event = Event.objects.about(head).filter(verb="task_changed").newest_first()[0]
    assert set(event.after) == {"recurrence"}
    assert event.before["recurrence"] == ["month", 25, "2026-09-01", "2027-12-31", 1]
    with on(date(2026, 11, 20)):
        edit(cycle=Cycle("week", 5, MONTHLY.starts_on, MONTHLY.until))
    made(date(2026, 11, 23))
    # The Fridays of November that had passed by then are not made; that very day is.
    assert days_of(head)[3:] == ["20/11/2026", "27/11/2026"]


def test_a_day_that_both_cycles_hold_is_made_once(head_at: Callable[..., Task], people: People) -> None:
    head = head_at()
    made(GIVEN)
    with on(GIVEN):
        fridays = Cycle("week", 5, GIVEN, MONTHLY.until)
        actions.edit_task(task=head, by=people["secretary"], values={}, cycle=fridays)
    made(date(2026, 9, 28))
    assert days_of(head) == ["18/09/2026", "25/09/2026", "02/10/2026"]


def test_the_same_cycle_again_is_no_change(head_at: Callable[..., Task], people: People) -> None:
    head = head_at()
    events = Event.objects.count()
    actions.edit_task(task=head, by=people["secretary"], values={"due_kind": "recurring"}, cycle=MONTHLY)
    assert Event.objects.count() == events


def test_another_kind_of_deadline_ends_the_cycle(head_at: Callable[..., Task], people: People) -> None:
    head = head_at()
    made(GIVEN)
    values = {"due_kind": "continuous"}
    # The form still carries the cycle that the task had.
    actions.edit_task(task=head, by=people["secretary"], values=values, cycle=MONTHLY)
    assert not Recurrence.objects.exists()
    assert made(date(2027, 1, 1)) == 0
    assert len(days_of(head)) == 1


def test_an_occurrence_stays_under_its_cycle(
    head_at: Callable[..., Task], people: People, task_at: TaskAt
) -> None:
    head = head_at()
    made(GIVEN)
    edit = partial(actions.edit_task, task=head.children.get(), by=people["secretary"])
    for parent in (None, task_at("in_progress", lead=head.lead)):
        assert "parent" in refused_fields(partial(edit, values={"parent": parent}))
    again = partial(edit, values={"due_kind": "recurring", "due_on": None}, cycle=MONTHLY)
    assert refused_fields(again) == {"due_kind"}


# --- what is no cycle ---------------------------------------------------------------------------


BAD = [
    (Cycle("month", 25, date(2026, 9, 1), date(2026, 8, 31)), "until"),
    (Cycle("month", 25, date(2026, 9, 1), date(2076, 9, 2)), "until"),
    (Cycle("month", 25, date(2026, 9, 1), date(2076, 10, 1)), "until"),
    (Cycle("month", 25, date(2026, 9, 1), date(9999, 12, 31)), "until"),
    (Cycle("month", 25, date(2090, 9, 1), date(2091, 9, 1)), "starts_on"),
    (Cycle("month", 25, date(2026, 9, 1), date(2026, 9, 24)), "until"),
    (Cycle("week", 8, date(2026, 9, 1), date(2027, 9, 1)), "day"),
    (Cycle("month", 32, date(2026, 9, 1), date(2027, 9, 1)), "day"),
    (Cycle("month", 0, date(2026, 9, 1), date(2027, 9, 1)), "day"),
    (Cycle("month", 1, date(2026, 9, 1), date(2027, 9, 1), 2), "month"),
    (Cycle("quarter", 1, date(2026, 9, 1), date(2027, 9, 1), 4), "month"),
    (Cycle("half_year", 1, date(2026, 9, 1), date(2027, 9, 1), 7), "month"),
    (Cycle("year", 1, date(2026, 9, 1), date(2027, 9, 1), 13), "month"),
    (Cycle("year", 1, date(2026, 9, 1), date(2027, 9, 1), 0), "month"),
    (Cycle("fortnight", 1, date(2026, 9, 1), date(2027, 9, 1)), "every"),
    (None, "every"),
]


@pytest.mark.parametrize("cycle, field", BAD)
def test_what_is_no_cycle_is_refused_beside_its_field(
    task_at: TaskAt, people: People, cycle: Cycle | None, field: str
) -> None:
    with on(GIVEN):
        task = task_at("draft", due_on=None)
        values = {"due_kind": "recurring"}
        edit = partial(actions.edit_task, task=task, by=people["secretary"], values=values, cycle=cycle)
        assert refused_fields(edit) == {field}
    assert not Recurrence.objects.exists()


def test_exactly_fifty_years_is_a_cycle(head_at: Callable[..., Task]) -> None:
    head_at(Cycle("year", 31, date(2026, 9, 16), date(2076, 9, 16), 12))


def test_a_cycle_is_no_day_and_a_day_no_cycle(task_at: TaskAt, people: People) -> None:
    edit = partial(actions.edit_task, task=task_at("draft"), by=people["secretary"])
    assert set(refused_fields(partial(edit, values={"due_kind": "recurring"}, cycle=MONTHLY))) == {"due_on"}
    assert set(refused_fields(partial(edit, values={}, cycle=MONTHLY))) == {"every"}


def test_no_later_than_the_task_above(task_at: TaskAt, people: People, bodies: Bodies) -> None:
    with on(GIVEN):
        above = task_at("in_progress", due_on=date(2027, 6, 30))
        values = {"assigner": bodies.committee, "lead": bodies.lead, "parent": above, "due_kind": "recurring"}
        new = partial(actions.new_task, by=people["secretary"])
        task = Task(title="Báo cáo", **values)
        assert set(refused_fields(partial(new, task=task, cycle=MONTHLY))) == {"until"}
        within = Cycle("month", 25, date(2026, 9, 1), date(2027, 6, 30))
        task = new(task=Task(title="Báo cáo", **values), cycle=within)
        actions.propose(task=task, by=people["secretary"])
        actions.assign(task=task, by=people["head"])
    made(GIVEN)
    with on(date(2026, 10, 1)):
        # The day above moves: what would pass it is not made.
        actions.edit_task(task=above, by=people["secretary"], values={"due_on": date(2026, 10, 20)}, below={})
        assert actions.make_occurrences(on=date(2026, 10, 1)) == 0
    assert days_of(task) == ["25/09/2026"]


def test_no_cycle_below_the_fourth_level(task_at: TaskAt, people: People, bodies: Bodies) -> None:
    task = task_at("in_progress")
    for _level in range(3):
        task = task_below(task, people)
    new = Task(title="Báo cáo", assigner=task.assigner, lead=task.lead, parent=task, due_kind="recurring")
    until = task.due_on
    assert until
    cycle = Cycle("week", 1, until - timedelta(days=20), until)
    refused = refused_fields(partial(actions.new_task, task=new, cycle=cycle, by=people["admin"]))
    assert set(refused) == {"due_kind"}


# --- doors --------------------------------------------------------------------------------------


def form_of(task: Task, **values: Any) -> dict[str, Any]:
    return {
        "version": task.version,
        "title": task.title,
        "lead": "LEAD",
        "due_kind": task.due_kind,
        "programme": "nq57",
        "priority": "normal",
        "secrecy": "normal",
        "parts-TOTAL_FORMS": 0,
        "parts-INITIAL_FORMS": 0,
        **values,
    }


CYCLE = {"every": "quarter", "day": "31", "month": "3", "starts_on": "01/10/2026", "until": "31/12/2028"}


def test_the_form_takes_a_cycle_and_the_page_says_it(client: Any, people: People, task_at: TaskAt) -> None:
    task = task_at("draft", due_on=None, due_kind="none", parts=[])
    client.force_login(people["secretary"])
    answer = client.post(f"/tasks/{task.pk}/edit/", form_of(task, due_kind="recurring", **CYCLE))
    assert answer.status_code == 302
    assert task.recurrence.cycle == Cycle("quarter", 31, date(2026, 10, 1), date(2028, 12, 31), 3)
    with on(GIVEN), override("en"):
        page = client.get(f"/tasks/{task.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "31/12/2028" in page
    page = client.get(f"/tasks/{task.pk}/edit/").content.decode()
    assert 'name="until" value="31/12/2028"' in page


@pytest.mark.parametrize("missing", ["every", "day", "starts_on", "until"])
def test_the_form_asks_for_the_whole_cycle(
    client: Any, people: People, task_at: TaskAt, missing: str
) -> None:
    task = task_at("draft", due_on=None, due_kind="none", parts=[])
    client.force_login(people["secretary"])
    for kind in ("recurring", "none"):
        typed = form_of(task, **{**CYCLE, "due_kind": kind, missing: ""})
        answer = client.post(f"/tasks/{task.pk}/edit/", typed)
        assert answer.status_code == 200
        assert set(answer.context["form"].errors) == {missing}
    assert not Recurrence.objects.exists()


def test_the_form_of_any_other_task_asks_for_no_cycle(client: Any, people: People, task_at: TaskAt) -> None:
    task = task_at("draft", due_on=None, due_kind="none", parts=[])
    client.force_login(people["secretary"])
    assert client.post(f"/tasks/{task.pk}/edit/", form_of(task, title="Mới")).status_code == 302


def test_a_stale_form_shows_both_cycles(client: Any, people: People, head_at: Callable[..., Task]) -> None:
    head = head_at(parts=[])
    client.force_login(people["secretary"])
    answer = client.post(f"/tasks/{head.pk}/edit/", form_of(head, version=0, due_kind="recurring", **CYCLE))
    assert answer.status_code == 409
    assert any("31/12/2027" in saved and "31/12/2028" in typed for _f, saved, typed in differences(answer))


def differences(answer: Any) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = answer.context["differences"]
    return found


def test_the_api_takes_a_cycle_and_tells_it(people: People) -> None:
    api = Api(people["secretary"])
    cycle = {"every": "month", "day": 31, "starts_on": "2026-09-01", "until": "2027-08-31"}
    draft = {"title": "Báo cáo", "assigner": "COMMITTEE", "lead": "LEAD", "due_kind": "recurring"}
    answer = api.post("tasks/", **draft, recurrence=cycle)
    assert answer.status_code == 201
    task = answer.json()
    assert task["recurrence"] == {**cycle, "month": 1, "stop": "", "stopped_for": None}
    assert (task["due_on"], task["occurrence_on"]) == (None, None)
    changed = api.patch(f"tasks/{task['id']}/", version=task["version"], recurrence={**cycle, "day": 1})
    assert changed.json()["recurrence"]["day"] == 1
    kept = api.patch(f"tasks/{task['id']}/", version=task["version"] + 1, title="Báo cáo tháng")
    assert kept.json()["recurrence"]["day"] == 1
    for bad, field in (({"until": "2026-08-01"}, "until"), ({"day": 40}, "recurrence")):
        answer = api.post("tasks/", **draft, recurrence={**cycle, **bad})
        assert (answer.status_code, list(answer.json())) == (400, [field])
    assert api.post("tasks/", **draft).status_code == 400


# --- counts -------------------------------------------------------------------------------------


def test_a_cycle_and_continuous_work_stand_apart_in_no_deadline(
    head_at: Callable[..., Task], task_at: TaskAt
) -> None:
    head, forever = head_at(), task_at("in_progress", due_on=None, due_kind="continuous")
    undated = task_at("in_progress", due_on=None, due_kind="none")
    made(GIVEN)
    numbers = Task.objects.views(GIVEN)
    assert (numbers[View.CONTINUOUS], numbers[View.NO_DEADLINE]) == (2, 1)
    assert set(Task.objects.in_view(View.CONTINUOUS, GIVEN)) == {head, forever}
    assert set(Task.objects.in_view(View.NO_DEADLINE, GIVEN)) == {undated}
    tally = Task.objects.tally(GIVEN)
    assert (tally[Standing.NO_DEADLINE], tally["given"]) == (3, 4)


def test_the_admin_takes_a_cycle_and_tells_it(client: Any, people: People, task_at: TaskAt) -> None:
    Person.objects.update(is_staff=True)
    task = task_at("draft", due_on=None, due_kind="none", parts=[])
    address = reverse("admin:tasks_task_change", args=[task.pk])
    client.force_login(people["secretary"])
    typed = form_of(task, opened_version=task.version, lead=task.lead_id, due_kind="recurring", **CYCLE)
    assert client.post(address, {**typed, "until": ""}).context["adminform"].form.errors.keys() == {"until"}
    assert client.post(address, typed).status_code == 302
    assert task.recurrence.cycle == Cycle("quarter", 31, date(2026, 10, 1), date(2028, 12, 31), 3)
    assert 'value="31/12/2028"' in client.get(address).content.decode()
    client.force_login(people["member"])
    assert "31/12/2028" in client.get(address).content.decode()
