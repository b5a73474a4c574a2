"""Trees of tasks, four levels deep, drawn at random: the sum from the leaves, and what no course breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from audit.models import Event
from committees import access
from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import VIETNAM, today
from portal.shared.verdicts import Refused
from tasks import actions, rollup, rules
from tasks.lifecycle import COUNTED, FIVE, OPEN, State
from tasks.models import Part, Request, Task
from tests.support.people import WHY, Bodies, appoint, make_body, make_person

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=VIETNAM)
People = dict[str, Person]


def many(examples: int) -> settings:
    """The fixtures stay for all examples; each example's rows are rolled back.

    Nothing is made smaller: a course takes minutes to say again what its first failure says at once.
    """
    return settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


# --- the sum -------------------------------------------------------------------------------------


@dataclass
class Branch:
    """A task as it is drawn; `weight` is its share of the one above."""

    state: str
    percent: int
    weight: int | None
    below: list[Branch] = field(default_factory=list)


STATES = [
    *[state for state in State.values if state != State.DRAFT],
    "assigned",
    "in_progress",
    "never issued",
]


def branches(levels: int) -> st.SearchStrategy[Branch]:
    weights = st.none() | st.integers(0, 100)
    below = st.lists(branches(levels - 1), max_size=4) if levels else st.just([])
    return st.builds(Branch, st.sampled_from(STATES), st.integers(0, 100), weights, below)


@st.composite
def trees(draw: st.DrawFn) -> Branch:
    """Half of the families are weighed whole, as the action asks; the others just as they were drawn."""
    root = draw(branches(4))

    def weigh(branch: Branch) -> None:
        if draw(st.booleans()):
            for one in branch.below:
                one.weight = draw(st.integers(0, 100))
        for one in branch.below:
            weigh(one)

    weigh(root)
    return root


def counted(branch: Branch) -> list[Branch]:
    """Issued and not withdrawn: `proposed` and a draft that was withdrawn were never given to anybody."""
    return [one for one in branch.below if one.state not in ("proposed", "withdrawn", "never issued")]


def leaves(branch: Branch, share: Fraction) -> Iterator[tuple[Fraction, int]]:
    """Every last task that counts, with its share of the whole and how far it is: from the top down."""
    family = counted(branch)
    if not family:
        yield share, 100 if branch.state == "completed" else branch.percent
        return
    weights = [one.weight for one in family]
    whole = sum(weight or 0 for weight in weights)
    for one, weight in zip(family, weights, strict=True):
        if whole and None not in weights:
            yield from leaves(one, share * Fraction(weight or 0, whole))
        else:
            yield from leaves(one, share / len(family))


def planted(branch: Branch, bodies: Bodies, person: Person, above: Task | None = None) -> Task:
    """The rows of a tree, past the actions: the sum has to be right for whatever it finds."""
    state = "withdrawn" if branch.state == "never issued" else branch.state
    task = Task(
        title="Nhiệm vụ",
        assigner=bodies.committee,
        lead=bodies.lead,
        parent=above,
        state=state,
        percent=branch.percent,
        weight=branch.weight,
        assigned_at=None if branch.state in ("proposed", "never issued") else NOON,
        suspended_from="assigned" if state == "suspended" else "",
    )
    if state in ("submitted", "completed"):
        task.submitted_by, task.submitted_at = person, NOON
    if state == "completed":
        task.confirmed_by, task.confirmed_at = Person.objects.exclude(pk=person.pk)[0], NOON
    task.save()
    for one in branch.below:
        planted(one, bodies, person, task)
    return task


@many(100)
@given(tree=trees(), said=st.integers(0, 100))
@example(tree=Branch("in_progress", 30, None), said=70)
def test_the_sum_is_a_recount_from_the_leaves(
    bodies: Bodies, people: People, tree: Branch, said: int
) -> None:
    with transaction.atomic():
        root = planted(tree, bodies, people["officer"])
        found = rollup.roll_up(root)
        if not counted(tree):
            assert found is None
        else:
            assert found is not None
            wanted = list(leaves(tree, Fraction(1)))
            assert sum(share for share, _percent in wanted) == 1
            assert found.exact == sum(share * percent for share, percent in wanted)
            assert found.percent <= found.exact < found.percent + 1
            # What the lead body says of the whole stands beside it.
            Task.objects.filter(pk=root.pk).update(percent=said)
            assert rollup.roll_up(Task.objects.get(pk=root.pk)) == found
        transaction.set_rollback(True)


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
            rule = rules.may_hand_down if verb == "hand_down" else rules.VERBS[verb]
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
