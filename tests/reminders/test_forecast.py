"""Who will be reminded of a task and when: what the page foresees where something is missing or stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine

from committees.models import Body, Person
from committees.roles import Role
from notices.calendar import Calendar
from notices.policy.schedule import DEFAULT
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM, today
from reminders.forecast import Forecast, ForecastLine
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]

DUE = date(2026, 7, 15)  # a Wednesday, no holiday near


@pytest.fixture(autouse=True)
def weeks_before() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 6, 1, 9, 0, tzinfo=VIETNAM), tick=False):
        fill_years(2026, 2027)
        yield


def lines_of(task: Task, reader: Person) -> list[ForecastLine]:
    task = Task.objects.select_related("lead", "assigner").get(pk=task.pk)
    return Forecast(task, DEFAULT, Calendar.read(), today()).lines(reader)


def bodies_told(lines: list[ForecastLine]) -> set[Body]:
    return {line.body for line in lines}


def test_a_draft_without_lead_foresees_only_those_above_its_giver(
    task_at: TaskAt, people: dict[str, Person], bodies: Bodies
) -> None:
    lines = lines_of(task_at("draft", lead=None, due_on=DUE), people["secretary"])
    assert bodies_told(lines) == {bodies.committee}
    assert [line.names for line in lines] == [["Secretary"], ["Standing_Deputy"]]


def test_without_a_day_nobody_is_reminded(task_at: TaskAt, people: dict[str, Person]) -> None:
    assert lines_of(task_at("in_progress", due_on=None, due_kind="none"), people["secretary"]) == []


def test_a_body_that_helps_is_reminded_of_its_own_day_until_it_delivered(
    task_at: TaskAt, people: dict[str, Person], bodies: Bodies
) -> None:
    own_day = date(2026, 7, 8)
    task = task_at(
        "in_progress",
        due_on=DUE,
        parts=[
            PartSpec(bodies.helper, "coordinating", due_on=own_day),
            PartSpec(bodies.sister, "coordinating"),
        ],
    )
    helping = [line for line in lines_of(task, people["admin"]) if line.body == bodies.helper]
    assert own_day in {line.day for line in helping}
    assert {name for line in helping for name in line.names} == {"Helper"}
    assert bodies.sister not in bodies_told(lines_of(task, people["admin"])), "it has no day of its own"
    actions.contribute(task=task, by=people["helper"], contribution="Đã góp ý.")
    assert bodies.helper not in bodies_told(lines_of(task, people["admin"]))


def test_once_telling_above_is_stopped_only_workers_are_foreseen(
    task_at: TaskAt, people: dict[str, Person], bodies: Bodies
) -> None:
    task = task_at("in_progress", due_on=DUE)
    assert any(line.days_late for line in lines_of(task, people["admin"]))
    actions.stop_escalation(task=task, by=people["secretary"], reason="Chờ Bộ.")
    lines = lines_of(task, people["admin"])
    assert bodies_told(lines) == {bodies.lead}
    assert not any(line.days_late for line in lines)


def test_of_a_restricted_task_only_its_readers_are_foreseen(
    task_at: TaskAt, people: dict[str, Person], bodies: Bodies
) -> None:
    """A standing deputy works on the tasks of the body, yet reads no restricted one."""
    appoint(make_person("other"), bodies.lead, Role.STANDING_DEPUTY)
    named = {}
    for secrecy in ("normal", "restricted"):
        lines = lines_of(task_at("in_progress", due_on=DUE, secrecy=secrecy), people["admin"])
        named[secrecy] = {name for line in lines for name in line.names}
    assert "Other" in named["normal"]
    assert named["restricted"] == {"Officer", "Lead_Head", "Secretary", "Head"}


def test_a_step_that_nobody_holds_stays_and_names_nobody(
    task_at: TaskAt, people: dict[str, Person], bodies: Bodies
) -> None:
    task = task_at("assigned", due_on=DUE, lead=bodies.top)
    mine = [line for line in lines_of(task, people["admin"]) if line.body == bodies.top]
    assert mine
    assert {tuple(line.people) for line in mine} == {()}
