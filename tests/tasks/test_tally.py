"""The five numbers add up, for any filter, viewer and day, and equal a count written here by hand."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

from django.db import connection
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from committees.models import Person
from committees.roles import Role
from portal.shared.days import VIETNAM
from tasks.lifecycle import CURRENT, FIRST, FIVE, OPEN, Pace, Standing, State, View
from tasks.lists.filters import TaskFilter, column_of
from tasks.lists.quick_views import ViewCounts
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet
from tests.support.people import OFFICES, Bodies
from tests.tasks.tally_world import (
    DAY,
    DAYS,
    NOW,
    PILLARS,
    WHO,
    World,
    coloured,
    counted_as,
    many,
    recount,
    world,
)

__all__ = ["world"]


def filtered(
    tasks: TaskQuerySet, params: dict[str, Any], on: date, person: Person | None = None
) -> TaskQuerySet:
    request = RequestFactory().get("/tasks/") if person else None
    if request:
        request.user = person  # type: ignore[assignment]
    found = TaskFilter(params, queryset=tasks, request=request, on=on)
    assert found.is_valid(), found.errors
    return found.qs  # type: ignore[no-any-return]


PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "standing": st.sampled_from([*Standing.values, "submitted"]),
        "state": st.lists(st.sampled_from(State.values), min_size=1, max_size=3, unique=True),
        "body": st.sampled_from(["TOP", "COMMITTEE", "LEAD", "HELPER", "SISTER"]),
        "part": st.sampled_from(["any", "assigner", "lead", "co_lead", "coordinating"]),
        "order": st.integers(0, 2),
        "pillar": st.sampled_from(PILLARS),
        "programme": st.sampled_from(["nq57", "da06", "reform"]),
        "period": st.sampled_from(["2026", "2026-Q4", "2026-11", "2027", "2026-11-13..2026-11-28"]),
        "q": st.sampled_from(["nhiem vu", "Nhiệm vụ", "submitted", "khong co"]),
        "view": st.sampled_from([*View.values, "given"]),
        "at_risk": st.sampled_from(["1", "0"]),
        "deadline": st.sampled_from(["current", "first", "first"]),
    },
)


def check(world: World, tasks: TaskQuerySet, on: date, deadline: str = "current") -> None:
    first, due = deadline == "first", column_of(deadline)
    numbers = tasks.tally(on, due)
    assert numbers["given"] == sum(numbers[name] for name in FIVE)
    rows = [world.tasks[pk] for pk in tasks.values_list("pk", flat=True)]
    assert len(rows) == len(set(rows))
    assert numbers == recount(rows, on, first)
    # The quick views part the same list: every task is in exactly one.
    views = tasks.views(on, due)
    assert sum(views[view] for view in View.values) == len(rows)
    assert ViewCounts(views).tally == {name: numbers[name] for name in ("given", *FIVE)}
    # So do the three colours what is open of it.
    three = tasks.tally_and_paces(on, due)
    assert {name: three[name] for name in Pace.values} == {
        name: sum(coloured(row, on, first) == name for row in rows) for name in Pace.values
    }
    assert sum(three[name] for name in Pace.values) == sum(row.state in OPEN for row in rows)


# PostgreSQL is asked in every shape; which rows a condition finds does not hang on the database.
@many(500 if connection.vendor == "sqlite" else 150)
@given(params=PARAMS, who=st.sampled_from(WHO), on=st.sampled_from(DAYS))
def test_the_five_add_up_and_equal_a_count_by_hand(
    world: World, params: dict[str, Any], who: str, on: date
) -> None:
    """Any filter over what somebody sees; the scope is read once a person, for its SQL costs most."""
    if "order" in params:
        params["order"] = world.orders[params["order"]].pk
    tasks = filtered(Task.objects.filter(pk__in=world.seen_by(who)), params, on)
    check(world, tasks, on, params.get("deadline", "current"))


@many(25)
@given(params=PARAMS, who=st.sampled_from(WHO), on=st.sampled_from(DAYS))
def test_the_same_through_the_door_of_the_list(
    world: World, params: dict[str, Any], who: str, on: date
) -> None:
    """The scope, the filter and the count in one statement, as the page asks it."""
    params.pop("order", None)
    person = world.people[who]
    tasks = filtered(Task.objects.visible_to(person), params, on, person)
    check(world, tasks, on, params.get("deadline", "current"))


def test_the_data_hold_every_case(world: World) -> None:
    """Else the agreement above would prove little."""
    tasks = list(Task.objects.all())
    assert len(tasks) == 8 * 11 * 4
    for on in DAYS[1:4]:
        assert {counted_as(task, on) for task in tasks} == {"", *map(str, FIVE)}
    minutes = {
        (task.state, task.submitted_at.astimezone(VIETNAM).strftime("%H:%M"), counted_as(task, NOW))
        for task in tasks
        if task.submitted_at and task.due_on
    }
    for state, on_time, late in (
        ("completed", "done_on_time", "done_late"),
        ("submitted", "in_time", "overdue"),
    ):
        assert {(state, "23:59", on_time), (state, "00:01", late)} <= minutes
    assert Task.objects.filter(secrecy="restricted").exists()
    both = {(counted_as(task, NOW), counted_as(task, NOW, first=True)) for task in tasks}
    assert {("done_on_time", "done_late"), ("in_time", "overdue"), ("overdue", "in_time")} <= both
    assert {("in_time", "no_deadline"), ("no_deadline", "in_time")} <= both
    assert {coloured(task, NOW) for task in tasks} == {"", *Pace.values}


def test_one_task_and_many_answer_alike(world: World) -> None:
    """`Task.standing` and the queryset agree for every task and day; in time holds what is due soon."""
    for on, due in product(DAYS, (CURRENT, FIRST)):
        sets = {name: pks(Task.objects.standing(name, on, due)) for name in Standing}
        paces = {name: pks(Task.objects.pace(name, on, due)) for name in Pace}
        for task in world.tasks.values():
            alone = task.standing(on, due)
            among = {name for name in Standing if task.pk in sets[name]}
            wanted = {alone} if alone else set()
            if alone == Standing.DUE_SOON:
                wanted.add(Standing.IN_TIME)
            assert among == wanted, (task.state, task.due_on, task.submitted_at, on)
            assert counted_as(task, on, due == FIRST) == str(alone or "").replace("due_soon", "in_time")
            pace = task.pace(on, due)
            assert {name for name in Pace if task.pk in paces[name]} == ({pace} if pace else set())
            assert coloured(task, on, due == FIRST) == str(pace or "")


def pks(tasks: TaskQuerySet) -> set[int]:
    return set(tasks.values_list("pk", flat=True))


def test_due_soon_is_seven_days_and_ends_today(world: World) -> None:
    dues = set(Task.objects.due_soon(NOW).values_list("due_on", flat=True))
    assert dues == {NOW, NOW + DAY, NOW + 6 * DAY, NOW + 7 * DAY}


def test_the_parts_sum_to_the_whole(world: World) -> None:
    """The same numbers by lead, by assigner and by pillar."""
    for on, who, by in product(DAYS[1:4], ("admin", "head", "both"), ("lead_id", "assigner_id", "pillar")):
        tasks = Task.objects.visible_to(world.people[who])
        whole, parts = tasks.tally(on), tasks.tallies(on, by)
        for name in ("given", *FIVE):
            assert sum(part[name] for part in parts.values()) == whole[name], (on, who, by, name)
        for value, part in parts.items():
            mine = [task for task in tasks if getattr(task, by) == value]
            assert {**part, "suspended": 0, "withdrawn": 0} == {
                **recount(mine, on),
                "suspended": 0,
                "withdrawn": 0,
            }


def sees(who: str, task: Task, bodies: Bodies) -> bool:
    """Who sees a task, written out for these bodies and people (DESIGN §3)."""
    if who == "admin":
        return True
    given = {"both": {bodies.lead, bodies.sister}, "outsider": set(), "inspector": set()}
    places: set[Any] = given.get(who, {getattr(bodies, OFFICES[who][0])} if who in OFFICES else set())
    offices = [OFFICES[who][1]] if who in OFFICES else []
    reach = set(places)
    if who in ("head", "standing_deputy", "deputy", "secretary"):
        reach |= {bodies.lead, bodies.helper}  # the bodies below their own
    if who == "inspector":
        reach = {bodies.top, bodies.committee, bodies.lead, bodies.helper, bodies.sister}
    issued = task.state not in ("draft", "proposed") and task.assigned_at is not None
    involved = {task.assigner}
    if issued:
        involved |= {*helping(task), *([task.lead] if task.lead else [])}
    if task.secrecy == "normal":
        return bool(involved & reach)
    trusted = places if set(offices) & {Role.HEAD, Role.SECRETARY, Role.OFFICER} else set()
    if who == "both":
        trusted = {bodies.lead}  # the secretary's place; in the other they are a plain member
    return bool(involved & trusted)


def helping(task: Task) -> list[Any]:
    """A body that led the task once reads it as it was then, in a list of its own."""
    return [part.body for part in task.parts.all() if part.kind != "former_lead"]


def test_the_scope_is_what_the_regulation_says(world: World) -> None:
    tasks = list(Task.objects.select_related("assigner", "lead").prefetch_related("parts__body"))
    for who in WHO:
        person = world.people[who]
        seen = set(Task.objects.visible_to(person).values_list("pk", flat=True))
        assert seen == {task.pk for task in tasks if sees(who, task, world.bodies)}, who
        for body in (world.bodies.committee, world.bodies.lead):
            mine = [
                task
                for task in tasks
                if task.pk in seen and body in (task.assigner, task.lead, *helping(task))
            ]
            assert Task.objects.visible_to(person).of_body(body).tally(NOW) == recount(mine, NOW), (who, body)


def test_drafts_are_in_no_number(world: World) -> None:
    drafts = Task.objects.filter(state__in=["draft", "proposed"])
    assert drafts.exists()
    assert set(drafts.tally(NOW).values()) == {0}
    assert drafts.tallies(NOW, "assigner_id") == {}
