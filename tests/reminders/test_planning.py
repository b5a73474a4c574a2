"""Planning under the policy of a body: its steps, its hour; and all that the one statement writes."""

from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from committees import access
from committees.models import Body
from committees.roles import PERMISSIONS
from notices.models import Notice, Policy
from notices.policy.schedule import DEFAULT
from notices.public_holidays import fill_years
from reminders import kinds as task_kinds
from reminders import planning as reminders
from tasks.drop_reasons import TaskReason
from tasks.models import Task

pytestmark = pytest.mark.django_db

DUE = date(2026, 7, 15)  # a Wednesday, no holiday near
TEN_BEFORE, SEVEN_BEFORE, LATE = date(2026, 7, 1), date(2026, 7, 6), date(2026, 7, 16)


@pytest.fixture(autouse=True)
def calendar():
    fill_years(2026, 2027)


def follow(body: Body, **values: Any) -> Policy:
    same = {"before": [10], "on_the_day": False, "after": [2], "weekly": False, "hour": time(9, 30)}
    return Policy.objects.create(body=body, **{**same, **values})


def owed() -> set[tuple[str, str]]:
    rows = Notice.objects.filter(kind__in=("overdue", "due_today", "due_soon"))
    return set(rows.values_list("kind", "step"))


def test_the_policy_of_the_assigner_counts(bodies, task_at):
    task_at("in_progress", due_on=DUE)
    follow(bodies.lead)
    assert reminders.plan_reminders(TEN_BEFORE) == 0
    follow(bodies.committee)
    assert reminders.plan_reminders(TEN_BEFORE) == 2
    assert (
        reminders.plan_reminders(SEVEN_BEFORE)
        == reminders.plan_reminders(DUE)
        == reminders.plan_reminders(LATE)
        == 0
    )
    assert reminders.plan_reminders(date(2026, 7, 17)) == 2
    assert owed() == {("due_soon", "-10"), ("overdue", "+2")}


def test_bodies_without_one_follow_the_default_beside_it(bodies, people, task_at):
    task = task_at("in_progress", due_on=DUE)
    follow(bodies.committee)
    same = {
        "assigned_by": task.assigned_by,
        "assigned_at": task.assigned_at,
        "lead": task.lead,
        "due_on": DUE,
    }
    Task.objects.create(title="Của cấp trên", state="in_progress", assigner=bodies.top, **same)
    assert reminders.plan_reminders(SEVEN_BEFORE) == 4
    assert owed() == {("due_soon", "-10"), ("due_soon", "-7")}
    hours = set(Notice.objects.filter(kind="due_soon").values_list("step", "not_before"))
    nine = DEFAULT.opens_at(SEVEN_BEFORE).replace(hour=9, minute=30)
    assert hours == {("-10", nine), ("-7", DEFAULT.opens_at(SEVEN_BEFORE))}


def test_a_change_counts_for_what_is_not_yet_sent(bodies, task_at):
    task_at("in_progress", due_on=DUE)
    reminders.plan_reminders(SEVEN_BEFORE)
    follow(bodies.committee)
    rows = list(Notice.objects.filter(kind="due_soon"))
    assert set(task_kinds.recheck(rows, SEVEN_BEFORE).values()) == {TaskReason.OTHER_POLICY}


def test_every_column_of_a_planned_notice_is_as_an_action_would_write_it(bodies, people, task_at):
    task = task_at("in_progress", due_on=DUE)
    reminders.plan_reminders(LATE)
    notice = Notice.objects.get(kind="overdue", person=people["officer"])
    assert (notice.about_type, notice.about_id, notice.body_id) == ("tasks.task", task.pk, task.lead_id)
    assert (notice.state, notice.data, notice.on, notice.due_version) == ("owed", {}, LATE, 1)
    assert (notice.letter_id, notice.read_at, notice.dropped_because) == (None, None, "")
    assert notice.planned_at is not None


def test_the_statement_asks_the_people_that_access_gives(bodies, people):
    made = [bodies.top, bodies.committee, bodies.lead, bodies.helper, bodies.sister]
    for permission in sorted(set(PERMISSIONS) - access.READING):
        found: dict[int, set[int]] = {}
        for row in access.holders(permission):
            found.setdefault(row["body"], set()).add(row["person_id"])
        for body in made:
            one = set(access.people(permission, body).values_list("pk", flat=True))
            assert found.get(body.pk, set()) == one, (permission, body)


def test_policies_of_many_bodies_cost_no_more_queries(bodies, task_at):
    task_at("in_progress", due_on=DUE)
    follow(bodies.committee)
    with CaptureQueriesContext(connection) as few:
        reminders.plan_reminders(LATE)
    for body in (bodies.top, bodies.lead, bodies.helper, bodies.sister):
        follow(body)
    with CaptureQueriesContext(connection) as many:
        reminders.plan_reminders(LATE)
    assert len(many) == len(few)
