"""What a body that led a task before reads of it: the task as it was when another body took over.

Each door that shows one task finds it by `readable_by`, asks `as_read_by`, and `kept` of every list below
it. Lists, counts and searches start from `visible_to`, where such a task is not: see `led_before`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from committees import access
from committees.access import Asker
from committees.models import Body, Person
from committees.roles import RESTRICTED_READERS
from tasks.models import Milestone, Part, Recurrence, Task
from tasks.models.tasks import TaskQuerySet


def as_read_by(person: Asker, task: Task) -> Task:
    """The task whole, or turned back to the moment when this person's body ceased to lead it.

    What is turned back is for reading only: actions take the row anew.
    """
    return all_as_read_by(person, [task])[0]


def all_as_read_by(person: Asker, tasks: Sequence[Task]) -> Sequence[Task]:
    """The same for a page of tasks with their parts, in as many queries as for one."""
    with access.asking_once():
        for task in tasks:
            if part := _last_part(person, task):
                _turn_back(task, part)
    prefetch_related_objects([task for task in tasks if task.read_until], "lead", "order")
    return tasks


def led_before(person: Person) -> TaskQuerySet:
    """What `all_as_read_by` takes, in the order of the list; the row of today is shown to nobody."""
    parts = Prefetch("parts", Part.objects.select_related("body", "delivered_by"))
    rows = Task.objects.led_before(person).select_related("assigner", "lead", "order")
    return rows.prefetch_related(parts, "milestones")


def until(person: Asker, task: Task) -> datetime | None:
    """When this person's sight of the task ends; None for whoever reads it by a part that goes on."""
    part = _last_part(person, task)
    return part.ended_at if part else None


def kept(task: Task, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows (events, comments, notes, evidence, requests) that this reader's sight reaches."""
    return rows.filter(at__lte=task.read_until) if task.read_until else rows


def _last_part(person: Asker, task: Task) -> Part | None:
    """The part as former lead by which alone this person reads the task, the last of several."""
    former = [part for part in task.parts.all() if part.ended_at]
    if not former or (person.is_superuser and person.is_active):
        return None
    reads = _reads(person, task)
    if any(reads(body) for body in _going_on(task)):
        return None
    read = [part for part in former if reads(part.body)]
    return max(read, key=attrgetter("ended_at"), default=None)


def _reads(person: Asker, task: Task) -> Callable[[Body], bool]:
    """The scope asked of one body, as `visible_to` asks it of many."""
    if task.secrecy == Task.Secrecy.NORMAL:
        return lambda body: access.allows(person, "view_tasks", body)
    trusted = set(access.bodies_as(person, RESTRICTED_READERS))
    return lambda body: body.pk in trusted and access.allows(person, "view_tasks", body)


def _going_on(task: Task) -> list[Body]:
    helping = [part.body for part in task.parts.all() if part.kind != Part.Kind.FORMER_LEAD]
    received = [*([task.lead] if task.lead else []), *helping] if task.is_issued else []
    return [task.assigner, *received]


def _turn_back(task: Task, part: Part) -> None:
    then: dict[str, Any] = part.then or {}
    task.read_until = part.ended_at
    for field in task._meta.concrete_fields:
        setattr(task, field.attname, field.to_python(then.get(field.name)))
    _turn_back_cycle(task, then.get("recurrence"))
    _turn_back_milestones(task, then.get("milestones", ()))
    _turn_back_parts(task, part, {row["body"]: row for row in then.get("parts", ())})


def _turn_back_milestones(task: Task, rows: Iterable[Sequence[Any]]) -> None:
    prefetch_related_objects([task], "milestones")
    milestones = task.milestones.all()
    kept = [(date.fromisoformat(due_on), words, done_on) for due_on, words, done_on in rows]
    milestones._result_cache = [
        Milestone(task=task, due_on=due, words=words, done_on=date.fromisoformat(done) if done else None)
        for due, words, done in kept
    ]


def _turn_back_cycle(task: Task, row: Sequence[Any] | None) -> None:
    cycle = None
    if row:
        every, day, starts_on, until, month = row
        cycle = Recurrence(task=task, every=every, day=day, month=month)
        cycle.starts_on, cycle.until = date.fromisoformat(starts_on), date.fromisoformat(until)
    task._state.fields_cache["recurrence"] = cycle


def _turn_back_parts(task: Task, last: Part, rows: dict[int, dict[str, Any]]) -> None:
    """Who helped then, with what and by when, and who had led it before."""
    parts = task.parts.all()
    known = [part for part in parts if part.body_id in rows or _had_ended(part, last)]
    for part in known:
        for name, value in rows.get(part.body_id, {}).items():
            field: Any = Part._meta.get_field(name)
            setattr(part, field.attname, field.to_python(value))
            part.ended_at = None
    # Every door reads the parts that were prefetched with the task.
    parts._result_cache = known


def _had_ended(part: Part, last: Part) -> bool:
    return bool(part.ended_at and last.ended_at and part.ended_at <= last.ended_at)
