"""Any course of allowed actions on random trees: what always holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from committees import access
from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions, rollup, rules
from tasks.lifecycle import COUNTED, FIVE, OPEN, State
from tasks.models import Part, Request, Task
from tasks.verbs import VERBS
from tests.support.people import WHY, Bodies, appoint, make_body, make_person
from tests.tasks.trees_helpers import People, many

pytestmark = pytest.mark.once

DAY = timedelta(days=1)


# --- any course of allowed actions ---------------------------------------------------------------


LEVELS = ("TOP", "COMMITTEE", "LEAD", "UNIT", "TEAM")
"""Each gives to the next: four tasks one below the other."""


ROLES = (Role.HEAD, Role.SECRETARY, Role.OFFICER)


VALUES = st.integers(0, 2**20)


@dataclass
class Course:
    """A tree of tasks, and people of five levels who do with it whatever they may."""

    bodies: dict[str, Body]
    people: dict[tuple[str, Role], Person]

    def below(self, body: Body) -> Body | None:
        code = LEVELS[LEVELS.index(body.code) + 1 :][:1]
        return self.bodies[code[0]] if code else None

    def concerned(self, task: Task) -> list[Person]:
        """People of the assigner and of the lead; somebody of neither now and then."""
        codes = [body.code for body in (task.assigner, task.lead) if body]
        return [self.people[code, role] for code in codes for role in ROLES]


@pytest.fixture
def course(bodies: Bodies, people: People) -> Course:
    found = {"TOP": bodies.top, "COMMITTEE": bodies.committee, "LEAD": bodies.lead}
    found["UNIT"] = make_body("UNIT", bodies.lead)
    found["TEAM"] = make_body("TEAM", found["UNIT"])
    held = {("COMMITTEE", Role.HEAD): "head", ("COMMITTEE", Role.SECRETARY): "secretary"}
    held |= {("LEAD", Role.HEAD): "lead_head", ("LEAD", Role.OFFICER): "officer"}
    everybody = {place: people[name] for place, name in held.items()}
    for code in LEVELS:
        for role in ROLES:
            if (code, role) not in everybody:
                person = everybody[code, role] = make_person(f"{code}_{role}".lower())
                appoint(person, found[code], role)
    return Course(found, everybody)


def near(task: Task, number: int) -> date:
    """Around the deadline of now, so that it fits as often as not."""
    return (task.due_on or today() + 20 * DAY) + timedelta(days=number % 25 - 12)


def after(task: Task, number: int) -> date:
    return (task.due_on or today()) + timedelta(days=number % 8 + 1)


def draft_below(course: Course, task: Task, by: Person, number: int) -> Any:
    lead = course.below(task.lead) if task.lead else None
    if task.lead is None or lead is None:
        raise ValidationError("nobody stands below")
    row = Task(
        title="Việc giao tiếp", assigner=task.lead, lead=lead, parent=task, due_on=near(task, -(number % 12))
    )
    if number % 5 == 0:
        row.due_kind, row.due_on = Task.DueKind.RELATIVE, None
        row.after_days, row.after_event = number % 40 + 1, "khi có hướng dẫn"
    return actions.new_task(task=row, by=by)


def edited(course: Course, task: Task, by: Person, number: int) -> Any:
    """Another day, with one answer for all below or with none; now and then another task above."""
    values: dict[str, Any] = {"due_on": near(task, number)}
    if number % 7 == 0:
        values = {"parent": Task.objects.order_by("pk")[number % Task.objects.count()]}
    answer = ("", "bring_forward", "bring_forward", "withdraw")[number % 4]
    below = {"rest": answer} if answer else {}
    return actions.edit_task(task=task, values=values, by=by, below=below, reason=WHY, past_deadline=True)


def led_by_another(course: Course, task: Task, by: Person, number: int) -> Any:
    code = LEVELS[number % len(LEVELS)]
    return actions.change_lead(task=task, by=by, lead=course.bodies[code], reason=WHY)


def weighed(course: Course, task: Task, by: Person, number: int) -> Any:
    keys = [node.pk for node in rollup.children(task)]
    share = 100 // max(1, len(keys))
    weights = dict.fromkeys(keys, share) | ({keys[0]: 100 - share * (len(keys) - 1)} if keys else {})
    return actions.set_weights(task=task, by=by, weights=weights)


ACTS: dict[str, Any] = {
    "hand_down": draft_below,
    "edit": edited,
    "change_lead": led_by_another,
    "set_weights": weighed,
    "propose": lambda course, task, by, n: actions.propose(task=task, by=by),
    "assign": lambda course, task, by, n: actions.assign(task=task, by=by, past_deadline=True),
    "recall": lambda course, task, by, n: actions.recall(task=task, by=by, reason=WHY),
    "accept": lambda course, task, by, n: actions.accept(task=task, by=by),
    "decline": lambda course, task, by, n: actions.decline(task=task, by=by, reason=WHY),
    "progress": lambda course, task, by, n: actions.report_progress(
        task=task, by=by, percent=n % 101, note=WHY
    ),
    "add_evidence": lambda course, task, by, n: actions.add_evidence(
        task=task, by=by, kind="document", document=f"{n}/BC"
    ),
    "submit": lambda course, task, by, n: actions.submit(task=task, by=by, report="Đã xong."),
    "confirm": lambda course, task, by, n: actions.confirm(task=task, by=by),
    "send_back": lambda course, task, by, n: actions.send_back(task=task, by=by, reason=WHY),
    "suspend": lambda course, task, by, n: actions.suspend(task=task, by=by, reason=WHY),
    "resume": lambda course, task, by, n: actions.resume(task=task, by=by),
    "withdraw": lambda course, task, by, n: actions.withdraw(task=task, by=by, reason=WHY),
    "ask_extension": lambda course, task, by, n: actions.ask_extension(
        task=task, by=by, proposed_on=after(task, n), reason=WHY
    ),
    "ask_withdrawal": lambda course, task, by, n: actions.ask_withdrawal(task=task, by=by, reason=WHY),
    "approve_request": lambda course, task, by, n: actions.approve_request(task=task, by=by),
    "refuse_request": lambda course, task, by, n: actions.refuse_request(task=task, by=by, decision=WHY),
    "counter_request": lambda course, task, by, n: actions.counter_request(
        task=task, by=by, counter_on=after(task, n)
    ),
    "accept_counter": lambda course, task, by, n: actions.accept_counter(task=task, by=by),
    "decline_counter": lambda course, task, by, n: actions.decline_counter(task=task, by=by),
    "cancel_request": lambda course, task, by, n: actions.cancel_request(task=task, by=by),
    "set_event_day": lambda course, task, by, n: actions.set_event_day(
        task=task, by=by, happened_on=near(task, n) - 20 * DAY, reason=WHY, past_deadline=True
    ),
    "flag_risk": lambda course, task, by, n: actions.flag_risk(task=task, by=by, days=n % 9 + 1, remedy=WHY),
    "clear_risk": lambda course, task, by, n: actions.clear_risk(task=task, by=by),
}


ON = ("hand_down", "propose", "assign", "accept", "progress", "add_evidence", "set_weights")


DAYS = ("edit", "set_event_day", "change_lead")


ASKED = tuple(verb for verb in ACTS if verb.endswith(("_request", "_counter", "_extension")))


STOPS = ("withdraw", "suspend", "recall", "decline", "ask_withdrawal", "change_lead", "submit")
"""Now and then only: else little would live long enough to meet anything."""


STEPS = st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), min_size=12, max_size=25)


@pytest.mark.slow
@many(12)
@given(shape=st.lists(st.integers(0, 1), min_size=2, max_size=4), steps=STEPS)
def test_no_course_breaks_what_always_holds(
    course: Course, shape: list[int], steps: list[tuple[int, int, int, int]]
) -> None:
    with transaction.atomic():
        began = Event.objects.latest("pk").pk
        grow(course, shape)
        for numbers in steps:
            step(course, *numbers)
        assert_nobody_sees_more(course, list(course.people))
        assert_one_chain(began)
        transaction.set_rollback(True)


def grow(course: Course, shape: list[int]) -> None:
    """A task of the first level and others below it, each where the shape says, all at work."""
    tasks: list[Task] = []
    for number in (0, *shape):
        deep = [task for task in tasks if task.lead and course.below(task.lead)]
        above = deep[-1 - number % len(deep)] if deep else None
        giver = above.lead if above and above.lead else course.bodies["TOP"]
        due_on = today() + (30 - 4 * LEVELS.index(giver.code)) * DAY
        row = Task(title="Việc", assigner=giver, lead=course.below(giver), parent=above, due_on=due_on)
        task = actions.new_task(task=row, by=course.people[giver.code, Role.SECRETARY])
        actions.propose(task=task, by=course.people[giver.code, Role.SECRETARY])
        actions.assign(task=task, by=course.people[giver.code, Role.HEAD], past_deadline=True)
        tasks.append(actions.accept(task=task, by=course.people[task.lead.code, Role.OFFICER]))  # type: ignore[union-attr]


def step(course: Course, which: int, who: int, what: int, number: int) -> None:
    whole = Task.objects.select_related("assigner", "lead", "order", "parent")
    # As a page reads them: once for all rules.
    tasks = list(whole.prefetch_related("requests", "evidence", "parts__body").order_by("pk"))
    wish = (ON, DAYS, ASKED, ASKED, STOPS)[number % 5]
    asked = [task for task in tasks if wish is ASKED and rules.waiting_request(task)]
    task = (asked or tasks)[which % len(asked or tasks)]
    verb, able = allowed(course, task, [*wish[what % len(wish) :], *wish[: what % len(wish)]])
    if not able:
        return
    before = rows()
    try:
        with transaction.atomic():
            ACTS[verb](course, task, able[who % len(able)], number)
    except (ValidationError, Refused):
        assert rows() == before
    assert_holds(verb)
    assert_nobody_sees_more(course, list(course.people)[number % 15 :: 15])


def allowed(course: Course, task: Task, verbs: list[str]) -> tuple[str, list[Person]]:
    """The first of the verbs that somebody may do on this task now, and who."""
    with access.asking_once():
        for verb in verbs:
            rule = rules.may_hand_down if verb == "hand_down" else VERBS[verb].rule
            if able := [by for by in course.concerned(task) if rule(by, task)]:
                return verb, able
    return "", []


def rows() -> tuple[Any, ...]:
    tables = (Task, Part, Request, Event)
    return tuple(list(table._default_manager.order_by("pk").values_list()) for table in tables)


def assert_holds(verb: str) -> None:
    tasks = {task.pk: task for task in Task.objects.select_related("assigner", "lead")}
    for task in tasks.values():
        assert_day_fits(task, tasks, verb)
    tally = Task.objects.tally(today())
    assert tally["given"] == sum(tally[name] for name in FIVE)
    assert tally["given"] == sum(task.state in COUNTED for task in tasks.values())


def assert_day_fits(task: Task, tasks: dict[int, Task], verb: str) -> None:
    """Of what is issued and not done; what a body only prepares is asked again when it is issued."""
    above, levels = task.parent_id, 0
    while above:
        levels += 1
        assert levels < 5, verb
        if task.state in (*OPEN, State.SUSPENDED) and task.due_on and (day := tasks[above].due_on):
            assert task.due_on <= day, (verb, task.pk, above)
        above = tasks[above].parent_id


def assert_nobody_sees_more(course: Course, places: list[tuple[str, Role]]) -> None:
    tasks = Task.objects.select_related("assigner", "lead")
    helped = set(Part.objects.helping().values_list("task_id", "body_id"))
    for code, role in places:
        seen = set(Task.objects.visible_to(course.people[code, role]).values_list("pk", flat=True))
        assert seen == {task.pk for task in tasks if sees(course, code, role, task, helped)}, (code, role)


def sees(course: Course, code: str, role: Role, task: Task, helped: set[tuple[int, int]]) -> bool:
    """DESIGN §3: what one's body gave, and what it received once issued; heads and secretaries look down."""
    reached = LEVELS[LEVELS.index(code) :] if role != Role.OFFICER else (code,)
    if task.assigner.code in reached:
        return True
    received = [task.lead] if task.lead else []
    received += [body for body in course.bodies.values() if (task.pk, body.pk) in helped]
    return task.is_issued and any(body.code in reached for body in received)


def assert_one_chain(began: int) -> None:
    """Each event follows from the one before, and those of a task tell its whole way to where it stands."""
    digest = Event.objects.get(pk=began).digest
    told: dict[int, dict[str, Any]] = {}
    for event in Event.objects.filter(pk__gt=began).order_by("pk"):
        assert event.seal(digest) == event.digest
        digest = event.digest
        if event.about_type == "tasks.task" and "kind" not in event.after:  # else of a request
            known = told.setdefault(event.about_id, {"state": "draft"})
            assert {name: known.get(name) for name in event.before if name in KEPT} == {
                name: value for name, value in event.before.items() if name in KEPT
            }, event.verb
            known |= event.after
    for task in Task.objects.all():
        row = {"state": task.state, "due_on": task.due_on and str(task.due_on), "lead": task.lead_id}
        row["parent"] = task.parent_id
        assert {name: told[task.pk].get(name) for name in KEPT} == row


KEPT = ("state", "due_on", "lead", "parent")
