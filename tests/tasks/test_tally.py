"""The five numbers add up, for any filter, viewer and day, and equal a count written here by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from committees.models import Person
from committees.roles import Role
from portal.shared.days import VIETNAM
from tasks.lifecycle import CURRENT, FIRST, FIVE, OPEN, RUNNING, Pace, Standing, State, View
from tasks.lists.filters import TaskFilter, column_of
from tasks.lists.quick_views import ViewCounts
from tasks.models import Order, Part, Task
from tasks.models.tasks import TaskQuerySet
from tasks.orders import actions as order_actions
from tests.support.people import OFFICES, Bodies, appoint, make_body, make_person

DAY = timedelta(days=1)
NOW = date(2026, 11, 20)
DAYS = [NOW - 40 * DAY, NOW - DAY, NOW, NOW + DAY, NOW + 7 * DAY, NOW + 8 * DAY, NOW + 60 * DAY]
PILLARS = ["", "Thể chế", "Hạ tầng số", "Nhân lực"]
OUTSIDE_THE_FIVE = {"draft", "proposed", "suspended", "withdrawn"}


# --- the rule in its own words (DESIGN §2.4, 2.5, 2.7), in plain Python -------------------------


def counted_as(task: Task, on: date, first: bool = False) -> str:
    """Which of the five numbers holds this task on the day; empty when none does."""
    if task.state in OUTSIDE_THE_FIVE:
        return ""
    due = task.original_due_on if first else task.due_on
    reported = task.submitted_at.astimezone(VIETNAM).date() if task.submitted_at else None
    if task.state == "completed":
        assert reported is not None
        return "done_late" if due and reported > due else "done_on_time"
    if due is None:
        return "no_deadline"
    # A submission stops the clock at its own day; a task without one runs until the day asked.
    return "overdue" if (reported or on) > due else "in_time"


def coloured(task: Task, on: date, first: bool = False) -> str:
    """Which of the three colours an open task has; empty when it is not open."""
    way = counted_as(task, on, first)
    if way == "overdue":
        return "late"
    if way == "in_time" and task.risk_days:
        return "at_risk"
    return "on_schedule" if way in ("in_time", "no_deadline") else ""


def recount(tasks: list[Task], on: date, first: bool = False) -> dict[str, int]:
    numbers = dict.fromkeys(
        ["done_on_time", "done_late", "in_time", "overdue", "no_deadline", "suspended", "withdrawn"], 0
    )
    for task in tasks:
        if name := counted_as(task, on, first):
            numbers[name] += 1
        elif task.state in numbers:
            numbers[task.state] += 1
    return {"given": sum(1 for task in tasks if task.state not in OUTSIDE_THE_FIVE), **numbers}


# --- a few hundred plausible tasks --------------------------------------------------------------


def moments(day: date) -> list[datetime]:
    """Around midnight in Vietnam: 16:59 and 17:01 of the same day in UTC."""
    return [
        datetime.combine(day, time(23, 59), VIETNAM),
        datetime.combine(day + DAY, time(0, 1), VIETNAM),
        datetime.combine(day - 3 * DAY, time(9, 30), VIETNAM),
    ]


def make_tasks(bodies: Bodies, people: dict[str, Person], orders: list[Order]) -> None:
    dice = Random(57)
    assigners = [bodies.committee, bodies.sister, bodies.lead]
    leads = [bodies.lead, bodies.helper, bodies.committee, bodies.sister]
    tasks = []
    dues = [None, *(NOW + n * DAY for n in (-40, -8, -7, -1, 0, 1, 6, 7, 8, 60))]
    for state, due, turn in product(State.values, dues, range(4)):
        issued = state not in ("draft", "proposed") and not (state == "withdrawn" and turn == 3)
        task = Task(
            title=f"Nhiệm vụ {state} {turn}",
            assigner=dice.choice(assigners),
            lead=dice.choice(leads) if issued or turn else None,
            due_on=due,
            state=state,
            secrecy=dice.choice(["normal", "normal", "normal", "restricted"]),
            pillar=dice.choice(PILLARS),
            programme=dice.choice(["nq57", "da06"]),
            assigned_at=datetime(2026, 9, 1, tzinfo=VIETNAM) if issued else None,
            suspended_from="in_progress" if state == "suspended" else "",
        )
        task.order = dice.choice([None, *(order for order in orders if order.body == task.assigner)])
        if state in ("submitted", "completed"):
            task.submitted_by = people["officer"]
            task.submitted_at = dice.choice(moments(dice.choice([due or NOW, NOW, NOW - DAY])))
        if state == "completed":
            task.confirmed_by, task.confirmed_at = people["secretary"], moments(NOW)[0]
        if issued:
            # Extended, given one day later on, never moved, or moved forward by a change.
            task.original_due_on = dice.choice([due, due, None, NOW - 8 * DAY, NOW + 7 * DAY])
        if state in RUNNING and due and dice.random() < 0.5:
            task.risk_days, task.risk_by, task.risk_at = 6, people["officer"], moments(NOW)[0]
        task.search_text = task.title.lower()
        tasks.append(task)
    Task.objects.bulk_create(tasks)
    parts = []
    for task in Task.objects.all():
        for body in dice.sample([body for body in leads if body.pk != task.lead_id], dice.choice([0, 1, 2])):
            kind = dice.choice(Part.Kind.values)
            former: dict[str, Any] = {}
            if kind == Part.Kind.FORMER_LEAD:
                former = {"ended_at": task.created_at, "then": {}}
            parts.append(Part(task=task, body=body, kind=kind, **former))
    Part.objects.bulk_create(parts)


class World:
    bodies: Bodies
    people: dict[str, Person]
    orders: list[Order]
    tasks: dict[int, Task]

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}

    def seen_by(self, who: str) -> list[int]:
        if who not in self._seen:
            tasks = Task.objects.visible_to(self.people[who])
            self._seen[who] = list(tasks.values_list("pk", flat=True))
        return self._seen[who]


@pytest.fixture
def world(db: None) -> World:
    made = World()
    top = make_body("TOP", kind="committee", level="central")
    committee = make_body("COMMITTEE", top, kind="committee")
    made.bodies = Bodies(
        top=top,
        committee=committee,
        lead=make_body("LEAD", committee),
        helper=make_body("HELPER", committee),
        sister=make_body("SISTER", top, kind="committee"),
    )
    made.people = {name: make_person(name) for name in (*OFFICES, "outsider", "both")}
    for name, (body, role) in OFFICES.items():
        appoint(made.people[name], getattr(made.bodies, body), role)
    appoint(made.people["both"], made.bodies.lead, Role.SECRETARY)
    appoint(made.people["both"], made.bodies.sister, Role.MEMBER)
    made.people["admin"] = make_person("admin", is_staff=True, is_superuser=True)
    made.orders = []
    for place, clerk in (
        (committee, "secretary"),
        (made.bodies.sister, "sister"),
        (made.bodies.lead, "both"),
    ):
        order = Order(body=place, number=f"1-KH/{place.code}", kind=Order.Kind.PLAN)
        made.orders.append(order_actions.save_order(order=order, by=made.people[clerk]))
    make_tasks(made.bodies, made.people, made.orders)
    made.tasks = Task.objects.in_bulk()
    return made


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
WHO = [*OFFICES, "outsider", "both", "admin"]


def many(examples: int) -> settings:
    health = [HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=health
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


@many(500)
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
