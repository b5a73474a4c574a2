"""The job of a fan-out obeys the rule that a person's door asks; what it cannot give is told, then mended."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Body
from committees.roles import Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut, Recurrence, Task
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person, task_below
from tests.support.told import told_by
from tests.tasks.cycle_actions.helpers import GIVEN, MONTHLY, People, made, on, recurring

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def communes(bodies: Bodies) -> list[Body]:
    made = [make_body(f"XA-{number}", bodies.committee, level="commune") for number in range(3)]
    for body in made:
        appoint(make_person(f"officer-{body.code.lower()}"), body, Role.OFFICER)
    return made


def fanned_out(task: Task, people: People, to: list[Body], **values: Any) -> FanOut:
    values = {"giver": task.assigner, "by": people["secretary"], **values}
    fan_out = fan_out_actions.prepare_fan_out(task=task, bodies=to, **values)
    fan_out_actions.start_fan_out(fan_out=fan_out, by=people["head"])
    return fan_out


def given(fan_out: FanOut) -> FanOut:
    fan_out_actions.give_fan_out(fan_out.pk)
    fan_out.refresh_from_db()
    return fan_out


def test_each_body_gets_its_own_cycle(
    task_at: TaskAt, people: People, communes: list[Body], bodies: Bodies
) -> None:
    with on(GIVEN):
        head = recurring(task_at("in_progress"), people)
    with on(date(2026, 10, 27)):
        given(fanned_out(Task.objects.get(pk=head.pk), people, communes))
        tasks = list(Task.objects.filter(parent=head, occurrence_on=None))
        assert [(task.due_kind, task.due_on, task.cycle) for task in tasks] == [
            ("recurring", None, MONTHLY)
        ] * 3
        assert {task.lead for task in tasks} == set(communes)
        recorded = Event.objects.about(tasks[0]).get().after["recurrence"]
        assert recorded == ["month", 25, "2026-09-01", "2027-12-31", 1]
    # What fell due before it was given is not made; from the next period on each has its own.
    assert made(date(2026, 10, 28)) == 2, "of the head itself, whose days of September and October were not"
    assert made(date(2026, 11, 2)) == 4
    for task in tasks:
        assert [f"{one.due_on:%d/%m}" for one in task.children.all()] == ["25/11"]
        assert {one.lead for one in task.children.all()} == {task.lead}


def test_a_day_of_its_own_is_a_day(task_at: TaskAt, people: People, communes: list[Body]) -> None:
    with on(GIVEN):
        head = recurring(task_at("in_progress"), people)
        given(fanned_out(Task.objects.get(pk=head.pk), people, communes, due_on=GIVEN + 30 * DAY))
        tasks = Task.objects.filter(parent=head, lead__in=communes)
        assert {(task.due_kind, task.due_on) for task in tasks} == {("day", GIVEN + 30 * DAY)}
        assert not Recurrence.objects.filter(task__in=tasks).exists()


def test_what_waits_for_an_event_waits_for_it_in_each_body(
    task_at: TaskAt, people: People, communes: list[Body]
) -> None:
    above = task_at("in_progress")
    values = {"due_kind": "relative", "due_on": None, "after_days": 30, "after_event": "Luật có hiệu lực"}
    above = actions.edit_task(task=above, values=values, by=people["secretary"])
    given(fanned_out(above, people, communes))
    for task in Task.objects.filter(parent=above):
        assert (task.due_kind, task.after_days, task.after_event) == ("relative", 30, "Luật có hiệu lực")
        assert task.waits_for


def test_a_body_that_was_passed_over_is_told_of_and_tried_again(
    task_at: TaskAt, people: People, communes: list[Body]
) -> None:
    above = task_at("in_progress")
    fan_out = fanned_out(above, people, communes, due_on=above.due_on)
    Body.objects.filter(pk=communes[1].pk).update(dissolved_on=today())
    told = told_by(partial(given, fan_out))
    menders = {"head", "standing_deputy", "secretary", "assistant"}
    assert {who for kind, who in told if kind == "fan_out_incomplete"} == menders
    assert "fan_out_given" not in {kind for kind, _who in told}
    fan_out.refresh_from_db()
    assert fan_out.recipients.get(body=communes[1]).skipped == "dissolved"
    client = Client()
    client.force_login(people["head"])
    assert (
        f"/tasks/{above.pk}/fan-outs/{fan_out.pk}/retry/"
        in client.get(fan_out.get_absolute_url()).content.decode()
    )
    Body.objects.filter(pk=communes[1].pk).update(dissolved_on=None)
    assert client.post(f"/tasks/{above.pk}/fan-outs/{fan_out.pk}/retry/").status_code == 302
    assert "fan_out_given" in {kind for kind, _who in told_by(partial(given, fan_out))}
    assert Task.objects.filter(parent=above).count() == 3
    with pytest.raises(Refused) as refused:
        fan_out_actions.retry_fan_out(fan_out=fan_out, by=people["head"])
    assert refused.value.status == 409


def test_a_fan_out_stops_when_its_giver_is_dissolved(
    task_at: TaskAt, people: People, communes: list[Body], bodies: Bodies
) -> None:
    above = task_at("in_progress")
    fan_out = fanned_out(above, people, communes, due_on=above.due_on)
    appoint(make_person("top_secretary"), bodies.top, Role.SECRETARY)
    Body.objects.filter(pk=bodies.committee.pk).update(dissolved_on=today())
    told = told_by(partial(given, fan_out))
    assert ("fan_out_stopped", "top_secretary") in told
    fan_out.refresh_from_db()
    assert (fan_out.state, fan_out.stop) == ("stopped", "dissolved")
    assert not Task.objects.filter(parent=above).exists()


def test_a_stop_is_told_although_whoever_prepared_it_left(
    task_at: TaskAt, people: People, communes: list[Body]
) -> None:
    above = task_at("in_progress")
    fan_out = fanned_out(above, people, communes, due_on=above.due_on)
    committee_actions.close_account(person=people["secretary"], by=people["admin"], last_day=today() - DAY)
    actions.suspend(task=above, by=people["head"], reason="Chờ hướng dẫn.")
    told = told_by(partial(given, fan_out))
    assert {who for kind, who in told if kind == "fan_out_stopped"} == {
        "head",
        "standing_deputy",
        "assistant",
    }


def test_a_cycle_that_no_longer_fits_stops_a_fan_out(
    task_at: TaskAt, people: People, communes: list[Body]
) -> None:
    """The task above it moved forward between the list and the job."""
    with on(GIVEN):
        top = task_at("in_progress", due_on=date(2027, 12, 31))
        head = recurring(task_below(top, people, title="Báo cáo", due_on=top.due_on), people)
        fan_out = fanned_out(Task.objects.get(pk=head.pk), people, communes)
        Task.objects.filter(pk=top.pk).update(due_on=date(2026, 12, 1))
        assert (given(fan_out).state, fan_out.stop) == ("stopped", "deadline")
