"""A verb on many tasks: it equals the single actions one by one, whatever happens meanwhile."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions as task_actions
from tasks import jobs
from tasks.many import actions
from tasks.many import values as many_values
from tasks.many.values import MANY
from tasks.models import Run, RunRow, Task
from tasks.verbs import VERBS
from tests.support.people import WHY, Bodies, TaskAt, appoint
from tests.tasks.many.helpers import carried_out, outcomes, prepared, values_of

People = dict[str, Person]

ABLE = {"assign": "head", "accept": "officer", "name_people": "officer"}
STATES = ("draft", "proposed", "assigned", "in_progress", "submitted", "completed", "suspended", "withdrawn")
COLUMNS = ("pk", "state", "version", "lead", "leader", "contact", "due_on", "percent", "confirmed_by")


def one_by_one(verb: str, tasks: list[Task], by: Person) -> dict[int, str]:
    """As a person would do it on the page of each task."""
    done = {}
    for task in tasks:
        seen = Task.objects.visible_to(by).filter(pk=task.pk).first()
        if seen is None:
            done[task.pk] = "missing"
            continue
        try:
            values = many_values.check(VERBS[verb], values_of(verb))
            many_values.do(VERBS[verb], seen, by, values)
        except (Refused, ValidationError):
            done[task.pk] = "refused"
        else:
            done[task.pk] = "done"
    return done


def what_came_of(act: Any) -> tuple[Any, ...]:
    """The outcomes, every task, every event and every notice; afterwards all is as it was."""
    with transaction.atomic():
        event, notice = (model.objects.order_by("-pk").first() for model in (Event, Notice))
        result = act()
        events = Event.objects.filter(pk__gt=event.pk if event else 0).order_by("pk")
        notices = Notice.objects.filter(pk__gt=notice.pk if notice else 0).order_by("key")
        world = (
            result,
            list(Task.objects.order_by("pk").values_list(*COLUMNS)),
            list(events.values_list("verb", "about_id", "by", "reason", "body_ids", "after", "for_name")),
            list(notices.values_list("key", "kind", "body", "data")),
        )
        transaction.set_rollback(True)
    return _without_moments(world)


def _without_moments(world: tuple[Any, ...]) -> tuple[Any, ...]:
    result, tasks, events, notices = world
    plain = [
        (*row[:5], {name: value for name, value in row[5].items() if not name.endswith("_at")}, row[6])
        for row in events
    ]
    return result, tasks, plain, notices


@pytest.fixture
def mixed(task_at: TaskAt, bodies: Bodies, people: People) -> list[Task]:
    """Tasks in every state, late ones, a restricted one, one without a lead and one of another committee."""
    tasks = [task_at(state) for state in STATES]
    tasks += [task_at(state, due_on=today() - timedelta(days=3)) for state in ("proposed", "submitted")]
    tasks.append(task_at("submitted", secrecy=Task.Secrecy.RESTRICTED))
    tasks.append(task_at("draft", lead=None))
    own = Task(title="Việc của ban khác", assigner=bodies.sister, lead=bodies.helper)
    tasks.append(task_actions.new_task(task=own, by=people["sister"]))
    appoint(people["outsider"], bodies.committee, Role.STANDING_MEMBER)
    return tasks


def test_a_run_equals_the_single_actions(mixed: list[Task], people: People) -> None:
    """Over random selections and persons: the same rows, events and notices, each once."""
    chance, done = random.Random(57), set()
    for verb in MANY:
        for person in (*chance.sample(sorted(people), 2), ABLE.get(verb, "secretary")):
            able = person == ABLE.get(verb, "secretary")
            chosen = chance.sample(mixed, len(mixed) if able else chance.randint(1, len(mixed)))
            by = people[person]
            single = what_came_of(lambda: one_by_one(verb, chosen, by))  # noqa: B023 - called at once
            many = what_came_of(lambda: outcomes(carried_out(verb, chosen, by)))  # noqa: B023
            assert many == single, (verb, person)
            done |= {verb for outcome in single[0].values() if outcome == "done"}
    assert done == set(MANY)


def test_what_cannot_be_done_says_why_before(task_at: TaskAt, people: People) -> None:
    waits, done = task_at("submitted"), task_at("completed")
    run = prepared("confirm", [waits, done], people["secretary"])
    row = run.rows.get(key=done.pk)
    reason = str(VERBS["confirm"].rule(people["secretary"], done).reason)
    assert (row.outcome, row.reason) == ("refused", reason)
    assert outcomes(run)[waits.pk] == "waiting"
    own = prepared("confirm", [waits], people["officer"])
    assert own.rows.get().reason == str(VERBS["confirm"].rule(people["officer"], waits).reason)


def test_what_is_not_clear_is_read_before(task_at: TaskAt, people: People) -> None:
    task = task_at("proposed", due_on=today() - timedelta(days=1))
    reason = prepared("assign", [task], people["head"]).rows.get().reason
    assert task.unclear()
    assert all(str(clear.label) in reason for clear in task.unclear())
    assert task.day_warnings(today())[0] in reason


def test_what_changed_meanwhile_is_left_and_named(task_at: TaskAt, people: People) -> None:
    """Confirmed by nobody who has not seen it: sent back and reported again since."""
    task, other = task_at("submitted"), task_at("submitted")
    run = prepared("confirm", [task, other], people["head"])
    task_actions.send_back(task=task, by=people["secretary"], reason=WHY)
    task_actions.submit(task=task, by=people["officer"], report="Bản hai.")
    actions.start_run(run=run, by=people["head"], values={})
    actions.carry_out(run.pk)
    assert outcomes(run) == {task.pk: "changed", other.pk: "done"}
    reason = run.rows.get(key=task.pk).reason
    assert "Officer" in reason
    assert str(VERBS["submit"].history[0].text) in reason
    task.refresh_from_db()
    assert task.state == "submitted"


def test_two_who_decide_the_same_rows(task_at: TaskAt, people: People) -> None:
    tasks = [task_at("submitted") for _number in range(2)]
    first, second = (prepared("confirm", tasks, people[name]) for name in ("head", "secretary"))
    for run, name in ((first, "head"), (second, "secretary")):
        actions.start_run(run=run, by=people[name], values={})
        actions.carry_out(run.pk)
    assert set(outcomes(first).values()) == {"done"}
    assert set(outcomes(second).values()) == {"changed"}
    assert "Head" in second.rows.first().reason  # type: ignore[union-attr]


def test_a_task_out_of_sight_is_as_one_that_is_none(task_at: TaskAt, people: People) -> None:
    task = task_at("submitted")
    run = actions.prepare_run(verb=VERBS["confirm"], keys=[task.pk, 10**9], by=people["sister"])
    rows = list(run.rows.values_list("outcome", "reason", "version"))
    assert rows[0] == rows[1] == ("missing", str(actions.NOT_SEEN), 0)


def test_rights_are_asked_at_the_moment_of_each_task(task_at: TaskAt, people: People) -> None:
    tasks = [task_at("submitted") for _number in range(2)]
    run = actions.start_run(run=prepared("confirm", tasks, people["head"]), by=people["head"], values={})
    assert actions.do_next(run.pk)
    people["head"].memberships.update(ends_on=today() - timedelta(days=1))
    actions.carry_out(run.pk)
    assert list(run.rows.values_list("outcome", flat=True)) == ["done", "missing"]


def test_a_crash_leaves_nothing_half_done(
    task_at: TaskAt, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away at the second task, after its change and before its outcome is written."""
    tasks = [task_at("submitted") for _number in range(3)]
    run = actions.start_run(run=prepared("confirm", tasks, people["head"]), by=people["head"], values={})
    save, saved = RunRow.save, []

    def lost(row: RunRow, **kwargs: Any) -> None:
        saved.append(row.key)
        if len(saved) == 2:
            raise OperationalError("server closed the connection")
        save(row, **kwargs)

    monkeypatch.setattr(RunRow, "save", lost)
    with pytest.raises(OperationalError):
        actions.carry_out(run.pk)
    assert list(outcomes(run).values()) == ["done", "waiting", "waiting"]
    assert Event.objects.filter(verb="task_confirmed").count() == 1
    actions.carry_out(run.pk)
    actions.carry_out(run.pk)
    assert set(outcomes(run).values()) == {"done"}
    assert Event.objects.filter(verb="task_confirmed").count() == 3
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_one_that_breaks_keeps_no_other_from_it(
    task_at: TaskAt, people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = [task_at("submitted") for _number in range(3)]
    do = many_values.do

    def breaks(verb: Any, task: Task, by: Person, values: Any) -> None:
        do(verb, task, by, values)
        if task.pk == tasks[1].pk:
            raise KeyError("nobody thought of this")

    monkeypatch.setattr(many_values, "do", breaks)
    run = carried_out("confirm", tasks, people["head"])
    assert list(outcomes(run).values()) == ["done", "failed", "done"]
    tasks[1].refresh_from_db()
    assert tasks[1].state == "submitted"
    assert "nobody thought of this" in caplog.text


def test_a_run_begins_once(task_at: TaskAt, people: People) -> None:
    run = prepared("confirm", [task_at("submitted")], people["head"])
    actions.start_run(run=run, by=people["head"], values={})
    with pytest.raises(Refused) as refusal:
        actions.start_run(run=run, by=people["head"], values={})
    assert refusal.value.status == 409


def test_each_minute_goes_on_with_what_was_left(
    task_at: TaskAt, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, waits, done = (prepared("confirm", [task_at("submitted")], people["head"]) for _number in range(3))
    for run in (begun, done):
        actions.start_run(run=run, by=people["head"], values={})
    jobs.carry_out_run(done.pk)
    queued: list[int] = []
    monkeypatch.setattr(jobs.carry_out_run, "delay", queued.append)
    jobs.carry_out_runs()
    assert queued == [begun.pk]
    assert [list(outcomes(run).values()) for run in (done, waits)] == [["done"], ["waiting"]]


def test_old_runs_are_forgotten(task_at: TaskAt, people: People) -> None:
    run, new = (prepared("confirm", [task_at("submitted")], people["head"]) for _number in range(2))
    Run.objects.filter(pk=run.pk).update(prepared_at=run.prepared_at - actions.KEPT - timedelta(minutes=1))
    jobs.forget_runs()
    assert list(Run.objects.all()) == [new]
