"""Which reminder is due on which day, to whom, and once only."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from committees import access
from committees import actions as committee_actions
from committees.models import Membership
from committees.roles import PERMISSIONS, Role
from notices import kinds
from notices.calendar import Calendar
from notices.models import Notice
from notices.public_holidays import fill_years
from reminders import kinds as task_kinds
from reminders import planning as reminders
from tasks import actions
from tasks.lifecycle import State
from tasks.models import Task
from tests.support.people import appoint, make_body, make_person

pytestmark = pytest.mark.django_db

DUE = date(2026, 7, 15)  # a Wednesday in a year's longest stretch without a holiday


@pytest.fixture(autouse=True)
def calendar() -> Calendar:
    fill_years(2026, 2027)
    return Calendar.read()


@pytest.fixture
def plan(task_at):
    """Forget the news of the fixtures: only reminders are looked at."""

    def plan_on(on: date) -> list[str]:
        before = set(reminder_keys())
        count = reminders.plan_reminders(on)
        new = [key for key in reminder_keys() if key not in before]
        assert count == len(new)
        return new

    return plan_on


def reminder_keys() -> list[str]:
    kinds_of_reminder = ["overdue", "due_today", "due_soon"]
    return list(
        Notice.objects.filter(kind__in=kinds_of_reminder).order_by("pk").values_list("key", flat=True)
    )


@pytest.mark.parametrize(
    "on, step",
    [
        ("2026-07-03", ""),  # eight working days before
        ("2026-07-06", "-7"),
        ("2026-07-07", "-7"),  # missed on its day: still the step that counts
        ("2026-07-09", "-7"),
        ("2026-07-10", "-3"),
        ("2026-07-13", "-3"),
        ("2026-07-14", "-1"),
        ("2026-07-15", "0"),
        ("2026-07-16", "+1"),
        ("2026-07-17", "+1"),
        ("2026-07-20", "+3"),
        ("2026-07-23", "+3"),
        ("2026-07-24", "+7"),
        ("2026-07-30", "+7"),
        ("2026-07-31", "+7w1"),
        ("2026-08-06", "+7w1"),
        ("2026-08-07", "+7w2"),
        ("2026-09-03", "+7w5"),
        ("2027-07-23", "+7w52"),
    ],
)
def test_the_step_of_a_day(calendar, on, step):
    assert reminders.StepFinder(calendar, date.fromisoformat(on)).step(DUE) == step


@pytest.mark.parametrize(
    "due_on, on, step",
    [
        ("2026-11-24", "2026-11-23", "0"),  # due on a holiday: the last working day before it
        ("2026-11-24", "2026-11-25", "+1"),
        ("2026-11-22", "2026-11-20", "0"),  # due on a Sunday
        ("2026-11-22", "2026-11-23", "+1"),
        ("2026-02-13", "2026-02-23", "+1"),  # Tết between: one working day late
        ("2026-02-23", "2026-02-13", "-1"),
    ],
)
def test_days_off_do_not_count(calendar, due_on, on, step):
    assert reminders.StepFinder(calendar, date.fromisoformat(on)).step(date.fromisoformat(due_on)) == step


@pytest.mark.parametrize(
    "step, kind",
    [("-7", "due_soon"), ("-1", "due_soon"), ("0", "due_today"), ("+1", "overdue"), ("+7w3", "overdue")],
)
def test_the_kind_of_a_step(step, kind):
    assert reminders.kind_of(step) == kind
    assert kinds.known(kind)


def test_the_people_of_the_lead_body_are_reminded(plan, people, task_at):
    task = task_at("in_progress", due_on=DUE)
    workers = (people["lead_head"], people["officer"])
    expected = {f"overdue:{task.pk}:v1:+1:person-{person.pk}" for person in workers}
    assert set(plan(date(2026, 7, 16))) == expected


@pytest.mark.parametrize("state", list(State))
def test_only_who_is_at_work_is_reminded(plan, task_at, state):
    task_at(state, due_on=DUE)
    expected = 2 if state in (State.ASSIGNED, State.IN_PROGRESS) else 0
    assert len(plan(date(2026, 7, 16))) == expected


def test_a_step_is_owed_once(plan, task_at):
    task_at("in_progress", due_on=DUE)
    assert len(plan(date(2026, 7, 16))) == 2
    assert plan(date(2026, 7, 16)) == plan(date(2026, 7, 17)) == []
    assert len(plan(date(2026, 7, 20))) == 2


def test_a_missed_day_is_caught_up_with_the_step_of_now(plan, task_at):
    task = task_at("in_progress", due_on=DUE)
    keys = plan(date(2026, 7, 22))
    assert {key.split(":person")[0] for key in keys} == {f"overdue:{task.pk}:v1:+3"}


def test_nothing_is_planned_on_a_day_off(plan, task_at):
    task_at("in_progress", due_on=DUE)
    assert plan(date(2026, 7, 18)) == plan(date(2026, 7, 19)) == []
    assert plan(date(2026, 9, 2)) == []


def test_a_new_deadline_begins_anew(plan, people, task_at):
    task = task_at("in_progress", due_on=DUE)
    plan(date(2026, 7, 16))
    actions.edit_task(task=task, values={"due_on": date(2026, 7, 16)}, by=people["head"], past_deadline=True)
    assert {key.split(":person")[0] for key in plan(date(2026, 7, 17))} == {f"overdue:{task.pk}:v2:+1"}


def test_tasks_without_a_day_are_never_due(plan, task_at):
    task_at("in_progress", due_on=None, due_kind=Task.DueKind.CONTINUOUS)
    assert plan(date(2026, 7, 16)) == []


def test_a_term_that_ended_or_a_locked_account_gets_nothing(plan, people, task_at):
    task_at("in_progress", due_on=DUE)
    Membership.objects.filter(person=people["lead_head"]).update(ends_on=date(2026, 7, 15))
    assert all(f"person-{people['officer'].pk}" in key for key in plan(date(2026, 7, 16)))
    people["officer"].is_active = False
    committee_actions.save_person(person=people["officer"], by=None)
    assert plan(date(2026, 7, 20)) == []


def test_who_takes_office_later_gets_the_step_of_then(plan, bodies, task_at):
    task_at("in_progress", due_on=DUE)
    plan(date(2026, 7, 16))
    new = make_person("new")
    appoint(new, bodies.lead, Role.SECRETARY, starts_on=date(2026, 7, 17))
    assert len(plan(date(2026, 7, 17))) == 1


def test_of_a_restricted_task_only_its_readers(plan, bodies, people, task_at):
    deputy = make_person("lead_deputy")
    appoint(deputy, bodies.lead, Role.STANDING_DEPUTY)
    task_at("in_progress", due_on=DUE, secrecy=Task.Secrecy.RESTRICTED)
    assert not any(key.endswith(f"person-{deputy.pk}") for key in plan(date(2026, 7, 16)))
    task_at("in_progress", due_on=DUE)
    assert any(key.endswith(f"person-{deputy.pk}") for key in plan(date(2026, 7, 16)))


def test_many_tasks_cost_as_many_queries_as_few(bodies, people, task_at):
    task = task_at("in_progress", due_on=DUE)
    with CaptureQueriesContext(connection) as few:
        assert reminders.plan_reminders(date(2026, 7, 16)) == 2
    others = [make_body(f"LEAD-{number}", bodies.committee) for number in range(10)]
    for number, body in enumerate(others):
        appoint(make_person(f"officer-{number}"), body, Role.OFFICER)
    Task.objects.bulk_create(_like(task, body) for body in others for _ in range(5))
    with CaptureQueriesContext(connection) as many:
        assert reminders.plan_reminders(date(2026, 7, 16)) == 50
    assert len(many) == len(few)


def _like(task: Task, lead, **values) -> Task:
    same = {"assigner": task.assigner, "assigned_by": task.assigned_by, "assigned_at": task.assigned_at}
    return Task(title="Như trên", state=State.IN_PROGRESS, lead=lead, **{"due_on": DUE, **same, **values})


def test_many_bodies_are_asked_as_one_is(bodies, people):
    made = [bodies.top, bodies.committee, bodies.lead, bodies.helper, bodies.sister]
    for permission in sorted(set(PERMISSIONS) - access.READING):
        found = access.people_of_many(permission, [body.pk for body in made])
        for body in made:
            one = sorted(access.people(permission, body).values_list("pk", flat=True))
            assert found.get(body.pk, []) == one, (permission, body)


def test_reading_is_not_asked_for_many():
    with pytest.raises(ValueError, match="bodies above"):
        access.people_of_many("view_tasks", [])


def test_every_notice_that_an_action_owes_has_its_kind(people, task_at):
    for state in State:
        task_at(state)
    assert set(Notice.objects.values_list("kind", flat=True)) <= set(task_kinds.KIND_BY_NAME)
    assert next(kind.name for kind in kinds.every()) == "overdue"
