"""A few hundred plausible tasks among a few bodies, and how each is counted, in plain Python."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from committees.models import Person
from committees.roles import Role
from portal.shared.days import VIETNAM
from tasks.lifecycle import RUNNING, State
from tasks.models import Order, Part, Task
from tasks.orders import actions as order_actions
from tests.support.people import OFFICES, Bodies, appoint, make_body, make_person
from tests.support.recorded import entered_again

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
    return entered_again("tasks that are counted", _counted)


def _counted() -> World:
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


WHO = [*OFFICES, "outsider", "both", "admin"]


def many(examples: int) -> settings:
    health = [HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=health
    )
