"""Two people at once on one task: one comes first, the other meets what the first one made of it.

On PostgreSQL the two stand in line before a lock, in either order, so that each has read the old state
before the first one writes; the answers of both orders are known. SQLite lets one writer in at a time:
there they start together, and either order's answers will do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from audit.models import Event
from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut, Progress, Request, Task
from tests.support.clock import PLAIN_DAY
from tests.support.people import WHY, Bodies, TaskAt, appoint, make_body, make_person
from tests.support.told import at_once, in_line
from tests.tasks.races_helpers import pushed

DAY = timedelta(days=1)


People = dict[str, Person]


Act = Callable[[Task, People], Any]


LATER = PLAIN_DAY + 60 * DAY


pytestmark = pytest.mark.usefixtures("plain_day")


def asked(task: Task, people: People) -> None:
    actions.ask_extension(task=task, by=people["lead_head"], proposed_on=LATER, reason=WHY)


def withdrawal_asked(task: Task, people: People) -> None:
    actions.ask_withdrawal(task=task, by=people["lead_head"], reason=WHY)


def answered(task: Task, people: People) -> None:
    asked(task, people)
    actions.counter_request(task=task, by=people["head"], counter_on=LATER - 10 * DAY)


def proven(task: Task, people: People) -> None:
    actions.add_evidence(task=task, by=people["officer"], kind="document", document="12/BC")


def asked_and_proven(task: Task, people: People) -> None:
    asked(task, people)
    proven(task, people)


def submitted(task: Task, people: People) -> None:
    proven(task, people)
    actions.submit(task=task, by=people["officer"], report="Đã xong.")


def confirmed(task: Task, people: People) -> None:
    submitted(task, people)
    actions.confirm(task=task, by=people["secretary"])


def nothing(task: Task, people: People) -> None:
    """Ready as it is."""


ACTS: dict[str, Act] = {
    "approve": lambda task, people: actions.approve_request(task=task, by=people["head"]),
    "approve too": lambda task, people: actions.approve_request(task=task, by=people["standing_deputy"]),
    "refuse": lambda task, people: actions.refuse_request(
        task=task, by=people["standing_deputy"], decision=WHY
    ),
    "counter": lambda task, people: actions.counter_request(
        task=task, by=people["standing_deputy"], counter_on=LATER - 10 * DAY
    ),
    "accept": lambda task, people: actions.accept_counter(task=task, by=people["officer"]),
    "decline": lambda task, people: actions.decline_counter(task=task, by=people["lead_head"]),
    "take back": lambda task, people: actions.cancel_request(task=task, by=people["officer"]),
    "ask": lambda task, people: actions.ask_extension(
        task=task, by=people["lead_head"], proposed_on=LATER, reason=WHY
    ),
    "ask too": lambda task, people: actions.ask_withdrawal(task=task, by=people["officer"], reason=WHY),
    "submit": lambda task, people: actions.submit(task=task, by=people["officer"], report="Đã xong."),
    "submit too": lambda task, people: actions.submit(task=task, by=people["lead_head"], report="Xong."),
    "confirm": lambda task, people: actions.confirm(task=task, by=people["secretary"]),
    "undo": lambda task, people: actions.undo_confirmation(task=task, by=people["secretary"]),
    "comment": lambda task, people: actions.add_comment(task=task, by=people["officer"], text="Cảm ơn."),
    "send back": lambda task, people: actions.send_back(task=task, by=people["head"], reason=WHY),
    "withdraw": lambda task, people: actions.withdraw(task=task, by=people["secretary"], reason=WHY),
    "suspend": lambda task, people: actions.suspend(task=task, by=people["head"], reason=WHY),
    "another lead": lambda task, people: actions.change_lead(
        task=task, by=people["head"], lead=Body.objects.get(code="HELPER"), reason=WHY
    ),
    "progress": lambda task, people: actions.report_progress(
        task=task, by=people["officer"], percent=70, note="Còn một việc."
    ),
}


MOVES_THE_DAY = ("approve", "approve too", "accept")


@dataclass(frozen=True)
class Race:
    """What was before, the two who act, and what the second is told when it comes second."""

    before: Act
    one: str
    other: str
    other_second: str
    one_second: str


RACES = {
    "two deciders": Race(asked, "approve", "refuse", "409", "409"),
    "two approvals": Race(asked, "approve", "approve too", "409", "409"),
    "approve or another day": Race(asked, "approve", "counter", "409", "409"),
    "two free it of the task": Race(withdrawal_asked, "approve", "approve too", "409", "409"),
    "decide while withdrawing": Race(asked, "approve", "withdraw", "ok", "409"),
    "free while withdrawing": Race(withdrawal_asked, "approve", "withdraw", "409", "409"),
    "decide while suspending": Race(asked, "approve", "suspend", "ok", "409"),
    "decide while it is taken back": Race(asked, "approve", "take back", "409", "409"),
    "another day for what was taken back": Race(asked, "counter", "take back", "ok", "409"),
    "accept or decline": Race(answered, "accept", "decline", "409", "409"),
    "accept what was taken back": Race(answered, "accept", "take back", "409", "409"),
    "two ask": Race(nothing, "ask", "ask too", "409", "409"),
    "submit while asking": Race(proven, "ask", "submit", "ok", "409"),
    "submit while extending": Race(asked_and_proven, "approve", "submit", "ok", "409"),
    "two submit": Race(proven, "submit", "submit too", "409", "409"),
    "submit while progress comes": Race(proven, "submit", "progress", "409", "ok"),
    "submit while suspending": Race(proven, "submit", "suspend", "409", "409"),
    "submit while another leads": Race(proven, "submit", "another lead", "409", "403"),
    "decide while another leads": Race(asked, "approve", "another lead", "ok", "409"),
    "confirm or send back": Race(submitted, "confirm", "send back", "409", "409"),
    "confirm while withdrawing": Race(submitted, "confirm", "withdraw", "409", "409"),
    "two undo": Race(confirmed, "undo", "undo", "409", "409"),
    "undo while somebody comments": Race(confirmed, "undo", "comment", "ok", "409"),
}


def run(task: Task, people: People, one: str, other: str) -> tuple[str, str]:
    """Both, each with the task as its own page showed it."""
    acts = [partial(ACTS[name], Task.objects.get(pk=task.pk), people) for name in (one, other)]
    said = in_line(held(task), *acts) if connection.vendor == "postgresql" else at_once(*acts)
    return said[0], said[1]


def held(task: Task) -> Callable[[], Any]:
    """The row of the task, whatever the actions themselves lock."""
    return partial(Task.objects.select_for_update(no_key=True).get, pk=task.pk)


@pytest.mark.slow
def test_one_comes_first(transactional_db: None, people: People, task_at: TaskAt) -> None:
    """All in one test: emptying every table between two takes longer than a race."""
    for name, race in RACES.items():
        for first, second in ((race.one, race.other), (race.other, race.one)):
            task = task_at("in_progress")
            race.before(task, people)
            task.refresh_from_db()
            last = Event.objects.latest("pk").pk
            said = run(task, people, first, second)
            assert said in answers(race, first), (name, first, said)
            done = {act for act, one in zip((first, second), said, strict=True) if one == "ok"}
            assert Event.objects.filter(pk__gt=last).count() == events_of(done, task), (name, first)
            assert_settled(task, done)
    call_command("verify_audit", stdout=StringIO())  # fails when the chain is broken


def answers(race: Race, first: str) -> list[tuple[str, str]]:
    """What the two are told; where their order is luck, in either order."""
    told = {race.one: ("ok", race.other_second), race.other: ("ok", race.one_second)}
    second = race.other if first == race.one else race.one
    return [told[first]] if connection.vendor == "postgresql" else [told[first], told[second][::-1]]


def events_of(done: set[str], task: Task) -> int:
    """One for each act; one more where a decision has an effect, or leaves no request to decide."""
    cancelled = Request.objects.filter(task=task, state=Request.State.CANCELLED).count()
    return len(done) + len(done & set(MOVES_THE_DAY)) + cancelled - len(done & {"take back"})


def assert_settled(before: Task, done: set[str]) -> None:
    """The day moved as often as it was given, nothing is half done, nobody was told twice."""
    task = Task.objects.get(pk=before.pk)
    given = Request.objects.filter(task=task, kind="extension", state=Request.State.APPROVED)
    moved = len(done & set(MOVES_THE_DAY)) if given else 0
    assert task.due_version == before.due_version + moved
    assert task.due_on == (given.get().given_on if moved else before.due_on)
    assert task.original_due_on == before.original_due_on
    assert Request.objects.filter(task=task).waiting().count() <= (task.state in ("assigned", "in_progress"))
    assert Progress.objects.filter(task=task, report__isnull=False).count() == task.submissions
    assert task.submissions <= 1


def earlier(above: Task, people: People) -> Any:
    day = today() + 10 * DAY
    return actions.edit_task(task=above, values={"due_on": day}, by=people["head"], reason=WHY)


def later(below: Task, people: People) -> Any:
    return actions.edit_task(
        task=below, values={"due_on": today() + 20 * DAY}, by=people["lead_head"], reason=WHY
    )


def issue(below: Task, people: People) -> Any:
    return actions.assign(task=below, by=people["lead_head"])


def proposed_below(above: Task, bodies: Bodies, people: People, due_on: date) -> Task:
    unit = Body.objects.get(code="UNIT")
    row = Task(title="Việc giao tiếp", assigner=bodies.lead, lead=unit, parent=above, due_on=due_on)
    below = actions.new_task(task=row, by=people["lead_secretary"])
    return actions.propose(task=below, by=people["lead_secretary"])


def issued_below(above: Task, bodies: Bodies, people: People, due_on: date) -> Task:
    return actions.assign(task=proposed_below(above, bodies, people, due_on), by=people["lead_head"])


def issued_soon(above: Task, bodies: Bodies, people: People, due_on: date) -> Task:
    return issued_below(above, bodies, people, today() + 5 * DAY)


def asked_below(above: Task, bodies: Bodies, people: People, due_on: date) -> Task:
    below = issued_soon(above, bodies, people, due_on)
    actions.ask_extension(task=below, by=people["unit"], proposed_on=due_on, reason=WHY)
    return below


@pytest.fixture
def family(bodies: Bodies, people: People) -> People:
    """Everybody, a secretary of the lead body, who hands down, and the officer of a unit below it."""
    places = {
        "lead_secretary": (bodies.lead, Role.SECRETARY),
        "unit": (make_body("UNIT", bodies.lead), Role.OFFICER),
    }
    for name, (body, role) in places.items():
        people[name] = make_person(name)
        appoint(people[name], body, role)
    return people


def test_no_day_passes_the_one_above(
    transactional_db: None, bodies: Bodies, family: People, task_at: TaskAt
) -> None:
    """The day above comes forward while one below is issued, extended or put off: the second is refused."""
    days = today() + 20 * DAY
    below_acts: list[tuple[Callable[..., Task], Act]] = [
        (proposed_below, issue),
        (asked_below, lambda below, people: actions.approve_request(task=below, by=people["lead_head"])),
        (issued_soon, later),
    ]
    for make, act in below_acts:
        for turn in (False, True):
            above = task_at("in_progress", due_on=today() + 30 * DAY)
            below = make(above, bodies, family, days)
            acts = [partial(earlier, above, family), partial(act, below, family)]
            said = pushed(*(reversed(acts) if turn else acts))
            assert sorted(one == "ok" for one in said) == [False, True], (act, turn, said)
            assert not any("Error" in one for one in said), said
            above, below = Task.objects.get(pk=above.pk), Task.objects.get(pk=below.pk)
            assert below.due_on
            assert above.due_on
            assert below.state == "proposed" or below.due_on <= above.due_on, (act, turn, said)


def test_who_moves_a_family_waits_for_nobody_inside_it(
    transactional_db: None, bodies: Bodies, family: People, task_at: TaskAt
) -> None:
    """The day above takes those below along, while one of them is at work: both are done, none is stuck."""
    for turn in (False, True):
        above = task_at("in_progress", due_on=today() + 30 * DAY)
        below = issued_below(above, bodies, family, today() + 20 * DAY)
        move = partial(
            actions.edit_task,
            task=above,
            values={"due_on": today() + 10 * DAY},
            below={below.pk: "bring_forward"},
            by=family["head"],
        )
        work = partial(
            actions.report_progress, task=below, by=family["unit"], percent=40, note="Đang lấy ý kiến."
        )
        said = pushed(*((work, move) if turn else (move, work)))
        assert said == ["ok", "ok"]
        below.refresh_from_db()
        assert (below.due_on, below.percent) == (today() + 10 * DAY, 40)


def test_one_fan_out_is_started_once(
    transactional_db: None, bodies: Bodies, people: People, task_at: TaskAt
) -> None:
    """Two prepare the same bodies; two approve; two workers give while the day above comes forward."""
    above = task_at("in_progress", due_on=today() + 30 * DAY)
    prepare = partial(
        fan_out_actions.prepare_fan_out,
        task=above,
        giver=bodies.committee,
        bodies=[bodies.lead, bodies.helper],
        by=people["secretary"],
        due_on=above.due_on,
    )
    assert sorted(pushed(prepare, prepare)) == ["bodies", "ok"]
    start = partial(fan_out_actions.start_fan_out, fan_out=FanOut.objects.get(), by=people["head"])
    too = partial(fan_out_actions.start_fan_out, fan_out=FanOut.objects.get(), by=people["standing_deputy"])
    assert sorted(pushed(start, too)) == ["409", "ok"]
    assert Event.objects.filter(verb="fan_out_started").count() == 1
    give = partial(fan_out_actions.give_fan_out, FanOut.objects.get().pk)
    assert pushed(give, give, partial(earlier, above, people)).count("ok") >= 2
    children = Task.objects.filter(parent=above)
    assert sorted(children.values_list("lead__code", flat=True)) in ([], ["HELPER", "LEAD"])
    above.refresh_from_db()
    assert not children.filter(due_on__gt=above.due_on)


def test_no_circle_is_closed_at_once(transactional_db: None, people: People, task_at: TaskAt) -> None:
    """Two, and two pairs of a longer one: each edit alone is well, all of them would be a circle."""
    by = people["secretary"]
    for length in (2, 4):
        ring = [task_at("draft") for _one in range(length)]
        for place in range(1, length, 2):  # the halves that stand already
            if length > 2:
                actions.edit_task(task=ring[place], values={"parent": ring[(place + 1) % length]}, by=by)
        closing = [
            partial(actions.edit_task, task=ring[place], values={"parent": ring[place + 1 - length]}, by=by)
            for place in range(0, length, max(1, length // 2))
        ]
        assert sorted(pushed(*closing)) == ["ok", "parent"]
        for task in Task.objects.filter(pk__in=[one.pk for one in ring]):
            assert task.pk not in [above.pk for above in task.ancestors()]
            assert len(list(task.ancestors())) < length
