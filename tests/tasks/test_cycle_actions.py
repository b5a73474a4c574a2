"""A recurring task: its cycle, and the tasks that fall due in it, made in time, caught up, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from audit.models import Event
from committees.models import Person
from notices.models import Notice
from portal.shared.days import VIETNAM
from tasks import actions, jobs
from tasks.actions import common
from tasks.actions import cycles as recurring
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.lifecycle import Standing, View
from tasks.models import Recurrence, Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, task_below
from tests.support.told import told_by
from tests.tasks.test_races import pushed

People = dict[str, Person]
GIVEN = date(2026, 9, 16)
MONTHLY = Cycle("month", 25, date(2026, 9, 1), date(2027, 12, 31))
WEEKLY = Cycle("week", 5, date(2026, 9, 1), date(2027, 12, 31))


def on(day: date) -> Any:
    return time_machine.travel(datetime.combine(day, time(9), VIETNAM), tick=False)


@pytest.fixture
def head_at(task_at: TaskAt, people: People) -> Callable[..., Task]:
    """The head of a cycle, given on 16/09/2026 unless told."""

    def make(cycle: Cycle = MONTHLY, state: str = "in_progress", day: date = GIVEN, **values: Any) -> Task:
        with on(day):
            task = task_at("draft", due_on=None, **values)
            edit = partial(actions.edit_task, task=task, by=people["secretary"])
            edit(values={"due_kind": "recurring"}, cycle=cycle)
            if state != "draft":
                actions.propose(task=task, by=people["secretary"])
                actions.assign(task=task, by=people["head"])
                actions.accept(task=task, by=people["officer"])
            task.refresh_from_db()
        return task

    return make


def refused_fields(act: Callable[[], Any]) -> set[str]:
    """The fields beside which an action refuses."""
    with pytest.raises(ValidationError) as refused:
        act()
    return set(refused.value.message_dict)


def made(day: date) -> int:
    with on(day):
        return actions.make_occurrences(on=day)


def days_of(head: Task) -> list[str]:
    days = head.children.order_by("occurrence_on").values_list("occurrence_on", flat=True)
    return [f"{day:%d/%m/%Y}" for day in days if day]


# --- what an occurrence is ----------------------------------------------------------------------


def test_an_occurrence_is_a_task_of_its_own(head_at: Callable[..., Task], people: People) -> None:
    head = head_at(title="Báo cáo tiến độ", title_en="Report progress", number="5", pillar="Thể chế")
    assert told_by(partial(made, GIVEN)) == {
        ("task_assigned", "officer"),
        ("task_assigned", "lead_head"),
        ("help_assigned", "helper"),
    }
    task = head.children.get()
    assert (task.title, task.title_en) == ("Báo cáo tiến độ (tháng 9/2026)", "Report progress (month 9/2026)")
    assert (task.state, task.due_kind, task.due_on) == ("assigned", "day", date(2026, 9, 25))
    assert task.due_on == task.occurrence_on == task.original_due_on
    for name in ("number", "pillar", "assigner", "lead", "assigned_by", "created_by", "secrecy", "programme"):
        assert getattr(task, name) == getattr(head, name), name
    assert [(part.body_id, part.kind) for part in task.parts.all()] == [
        (part.body_id, part.kind) for part in head.parts.all()
    ]
    event = Event.objects.about(task).get()
    assert (event.verb, event.by, event.by_name) == ("task_recurred", None, "Cổng điều hành")
    assert task.lead_id in event.body_ids
    # From here on it is like any other task.
    actions.accept(task=task, by=people["officer"])
    actions.ask_extension(
        task=task, by=people["officer"], proposed_on=date(2099, 1, 1), reason="Chờ số liệu."
    )
    head.refresh_from_db()
    assert (head.state, head.due_on, head.original_due_on) == ("in_progress", None, None)


def test_a_parts_own_day_does_not_come_back_every_period(
    head_at: Callable[..., Task], bodies: Bodies
) -> None:
    part = PartSpec(bodies.helper, "coordinating", "Số liệu ngân sách", date(2026, 9, 20))
    head = head_at(parts=[part])
    made(GIVEN)
    copied = head.children.get().parts.get()
    assert (copied.body, copied.work, copied.due_on) == (bodies.helper, "Số liệu ngân sách", None)


def test_a_long_title_keeps_its_period(head_at: Callable[..., Task]) -> None:
    head = head_at(title="Báo cáo " + "x" * 492)
    made(GIVEN)
    title = head.children.get().title
    assert len(title) == 500
    assert title.endswith("x (tháng 9/2026)")


def test_a_secret_cycle_makes_secret_tasks_without_words(head_at: Callable[..., Task]) -> None:
    head = head_at(secrecy="secret", title="", number="12", parts=[])
    made(GIVEN)
    assert head.children.get().title == head.title
    assert head.children.get().secrecy == "secret"


# --- when they are made -------------------------------------------------------------------------


def test_each_is_made_when_its_period_begins(head_at: Callable[..., Task]) -> None:
    head = head_at()
    assert made(GIVEN) == 1
    assert made(date(2026, 9, 30)) == 0
    assert made(date(2026, 10, 1)) == 1
    assert days_of(head) == ["25/09/2026", "25/10/2026"]


def test_midnight_is_midnight_in_vietnam(head_at: Callable[..., Task]) -> None:
    head = head_at()
    made(GIVEN)
    with time_machine.travel(datetime(2026, 10, 1, 0, 5, tzinfo=VIETNAM), tick=False):
        jobs.make_occurrences()
    assert days_of(head) == ["25/09/2026", "25/10/2026"]


def test_an_outage_is_caught_up_and_nothing_made_twice(head_at: Callable[..., Task]) -> None:
    weekly, monthly = head_at(WEEKLY), head_at()
    made(GIVEN)
    later = GIVEN + timedelta(days=100)
    assert made(later) == 14 + 3
    assert made(later) == 0
    assert days_of(monthly) == ["25/09/2026", "25/10/2026", "25/11/2026", "25/12/2026"]
    fridays = [date(2026, 9, 18) + timedelta(weeks=week) for week in range(15)]
    assert days_of(weekly) == [f"{day:%d/%m/%Y}" for day in fridays]


def test_across_new_year_and_month_ends(head_at: Callable[..., Task]) -> None:
    head = head_at(Cycle("month", 31, date(2027, 11, 1), date(2028, 4, 30)))
    made(date(2028, 6, 1))
    assert days_of(head) == [
        *("30/11/2027", "31/12/2027", "31/01/2028", "29/02/2028", "31/03/2028", "30/04/2028"),
    ]
    titles = list(head.children.order_by("due_on").values_list("title", flat=True))
    assert titles[1].endswith("(tháng 12/2027)")
    assert titles[2].endswith("(tháng 1/2028)")


def test_only_days_of_the_cycle(head_at: Callable[..., Task]) -> None:
    head = head_at(Cycle("month", 25, date(2026, 9, 26), date(2026, 11, 24)))
    made(date(2027, 6, 1))
    assert days_of(head) == ["25/10/2026"]


def test_what_was_due_before_it_was_given_is_not_made(head_at: Callable[..., Task]) -> None:
    head = head_at(Cycle("week", 2, date(2025, 1, 1), date(2027, 12, 31)))  # a Tuesday; given on a Wednesday
    assert made(GIVEN) == 0
    assert made(GIVEN + timedelta(days=5)) == 1
    assert days_of(head) == ["22/09/2026"]


@pytest.mark.parametrize("state", ["draft"])
def test_a_draft_makes_nothing(head_at: Callable[..., Task], state: str) -> None:
    head_at(state=state)
    assert made(date(2027, 1, 1)) == 0


def test_nothing_while_suspended_and_what_passed_meanwhile_is_left(
    head_at: Callable[..., Task], people: People
) -> None:
    head = head_at()
    made(GIVEN)
    with on(date(2026, 9, 28)):
        actions.suspend(task=head, by=people["secretary"], reason="Chờ hướng dẫn.")
    assert made(date(2026, 12, 10)) == 0
    # Also when it is stopped after the job has read what runs.
    assert recurring.make_occurrences_of(head, on=date(2026, 12, 10)) == 0
    with on(date(2026, 12, 10)):
        actions.resume(task=head, by=people["secretary"])
    assert made(date(2026, 12, 10)) == 1
    assert days_of(head) == ["25/09/2026", "25/12/2026"]


def test_nothing_more_once_it_is_withdrawn_or_reported(head_at: Callable[..., Task], people: People) -> None:
    withdrawn, reported = head_at(), head_at()
    made(GIVEN)
    with on(date(2026, 9, 28)):
        actions.withdraw(task=withdrawn, by=people["secretary"], reason="Trùng.")
        actions.add_evidence(task=reported, by=people["officer"], kind="document", document="1/BC")
        actions.submit(task=reported, by=people["officer"], report="Đã xong.")
    assert made(date(2026, 11, 1)) == 0
    with on(date(2026, 11, 2)):
        actions.send_back(task=reported, by=people["secretary"], reason="Còn kỳ tháng 10.")
    # Sent back the clock runs as if it had never stopped.
    assert made(date(2026, 11, 2)) == 2
    assert days_of(reported) == ["25/09/2026", "25/10/2026", "25/11/2026"]
    assert withdrawn.children.get().state == "assigned"


def test_what_is_wrong_with_one_keeps_no_other(
    head_at: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = head_at(), head_at()
    real = recurring.make_occurrences_of

    def make(head: Task, *, on: date) -> int:
        if head.pk == broken.pk:
            raise RuntimeError
        return real(head, on=on)

    monkeypatch.setattr(recurring, "make_occurrences_of", make)
    assert made(GIVEN) == 1
    monkeypatch.undo()
    assert made(GIVEN) == 1
    assert days_of(broken) == days_of(good) == ["25/09/2026"]


def test_a_crash_half_way_leaves_nothing(
    head_at: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = head_at(WEEKLY)
    tell, said = common.record_event, []

    def crash(*args: Any, **kwargs: Any) -> None:
        said.append(args)
        if len(said) == 3:
            raise RuntimeError
        tell(*args, **kwargs)

    monkeypatch.setattr(recurring, "record_event", crash)
    before = Event.objects.count(), Notice.objects.count()
    assert made(GIVEN + timedelta(days=60)) == 0
    assert (days_of(head), Event.objects.count(), Notice.objects.count()) == ([], *before)
    monkeypatch.undo()
    assert made(GIVEN + timedelta(days=60)) == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_workers_at_once_make_none_twice(
    head_at: Callable[..., Task], caplog: pytest.LogCaptureFixture
) -> None:
    head = head_at(WEEKLY)
    day = GIVEN + timedelta(days=100)
    make = partial(actions.make_occurrences, on=day)
    # The first stands before the chain of events with everything written, the second comes to the cycle.
    assert pushed(make, make) == ["ok", "ok"]
    assert len(days_of(head)) == len(set(days_of(head))) == 15
    assert Event.objects.filter(verb="task_recurred").count() == 15
    # Not even by the constraint that would have stopped the second: it found nothing left to make.
    assert "was left for the next run" not in caplog.text


def test_the_database_makes_none_twice_either(head_at: Callable[..., Task]) -> None:
    head = head_at()
    made(GIVEN)
    twin = head.children.get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_the_job_runs_every_hour() -> None:
    schedule: Any = settings.CELERY_BEAT_SCHEDULE["make_occurrences"]
    assert schedule["task"] == jobs.make_occurrences.name
    assert schedule["schedule"].minute == {5}
    assert len(schedule["schedule"].hour) == 24


def test_with_nothing_to_make_the_job_asks_once(
    head_at: Callable[..., Task], django_assert_num_queries: Any
) -> None:
    for _cycle in range(3):
        head_at()
    made(GIVEN)
    with django_assert_num_queries(1):
        actions.make_occurrences(on=GIVEN)


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
