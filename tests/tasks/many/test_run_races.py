"""Two who decide the same tasks, and one run in two workers: each task is done once, by one of them."""

from __future__ import annotations

from functools import partial
from io import StringIO

from django.core.management import call_command

from audit.models import Event
from committees.models import Person
from notices.models import Notice
from tasks.many import actions
from tasks.models import Run, Task
from tests.support.people import TaskAt
from tests.support.told import at_once
from tests.tasks.many.helpers import prepared

People = dict[str, Person]


def test_each_task_is_done_once(transactional_db: None, people: People, task_at: TaskAt) -> None:
    """Runs of two persons over the same tasks, each in two workers at once."""
    tasks = [task_at("submitted") for _number in range(4)]
    runs = [
        actions.start_run(run=prepared("confirm", tasks, people[name]), by=people[name], values={})
        for name in ("head", "secretary")
    ]
    told = at_once(*(partial(actions.carry_out, run.pk) for run in (*runs, *runs)))
    assert set(told) == {"ok"}
    for run in runs:
        # A worker that met the lock of another has left the rest to it, or to the next minute.
        actions.carry_out(run.pk)
        run.refresh_from_db()
        assert run.state == Run.State.DONE
    assert set(Task.objects.values_list("state", flat=True)) == {"completed"}
    assert Event.objects.filter(verb="task_confirmed").count() == len(tasks)
    assert Notice.objects.filter(kind="task_confirmed").count() == len(tasks)
    for task in tasks:
        outcomes = sorted(run.rows.get(key=task.pk).outcome for run in runs)
        assert outcomes == ["changed", "done"]
    call_command("verify_audit", stdout=StringIO())


def test_one_run_is_begun_once(transactional_db: None, people: People, task_at: TaskAt) -> None:
    run = prepared("confirm", [task_at("submitted")], people["head"])
    start = partial(actions.start_run, run=run, by=people["head"], values={})
    assert sorted(at_once(start, start)) == ["409", "ok"]
