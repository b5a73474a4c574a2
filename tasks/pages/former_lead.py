"""What a body that led a task before reads of it: the task as it was when another body took over.

Each door that shows one task finds it by `readable_by` and shows what `as_read_by` gives; of each list below
it (events, notes, evidence, requests) it shows what `kept` leaves. Lists, counts and searches start from
`visible_to`, which does not hold such a task: see `led_before`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import date
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
    """The task itself, or its row of the moment when this person's body ceased to lead it.

    That row is another object, for reading only: actions take the row of today anew.
    """
    return all_as_read_by(person, [task])[0]


def all_as_read_by(person: Asker, tasks: Iterable[Task]) -> list[Task]:
    """Each task as `as_read_by` gives it; as many queries for a page of tasks with their parts as for one."""
    with access.asking_once():
        rows = [_row_then(task, part) if (part := _last_part(person, task)) else task for task in tasks]
    prefetch_related_objects([task for task in rows if task.read_until], "lead", "order")
    return rows


def led_before(person: Person) -> TaskQuerySet:
    """What `all_as_read_by` takes, in the order of the list; the row of today is shown to nobody."""
    parts = Prefetch("parts", Part.objects.select_related("body", "delivered_by"))
    rows = Task.objects.led_before(person).select_related("assigner", "lead", "order")
    return rows.prefetch_related(parts, "milestones")


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


def _row_then(task: Task, part: Part) -> Task:
    """The task as it is kept beside the part of a former lead."""
    then: dict[str, Any] = part.then or {}
    row = copy(task)
    row.read_until = part.ended_at
    for field in task._meta.concrete_fields:
        setattr(row, field.attname, field.to_python(then.get(field.name)))
    row._state.fields_cache["recurrence"] = _cycle_then(row, then.get("recurrence"))
    # Every door reads the lists that were prefetched with the task: the row has its own.
    prefetched = {"parts": task.parts.all(), **getattr(task, "_prefetched_objects_cache", {})}
    lists = {name: [_belonging_to(row, each) for each in rows] for name, rows in prefetched.items()}
    lists["milestones"] = _milestones_then(row, then.get("milestones", ()))
    lists["parts"] = _parts_then(lists["parts"], part, then.get("parts", ()))
    querysets = {name: getattr(task, name).all().all() for name in lists}
    for name, rows in lists.items():
        querysets[name]._result_cache = rows
    row.__dict__["_prefetched_objects_cache"] = querysets
    return row


def _belonging_to(row: Task, each: Any) -> Any:
    each = copy(each)
    each.task = row
    return each


def _cycle_then(row: Task, kept: Sequence[Any] | None) -> Recurrence | None:
    if kept is None:
        return None
    every, day, starts_on, until, month = kept
    cycle = Recurrence(task=row, every=every, day=day, month=month)
    cycle.starts_on, cycle.until = date.fromisoformat(starts_on), date.fromisoformat(until)
    return cycle


def _milestones_then(row: Task, kept: Iterable[Sequence[Any]]) -> list[Milestone]:
    return [
        Milestone(
            task=row,
            due_on=date.fromisoformat(due_on),
            words=words,
            done_on=date.fromisoformat(done_on) if done_on else None,
        )
        for due_on, words, done_on in kept
    ]


def _parts_then(parts: Iterable[Part], last: Part, kept: Iterable[dict[str, Any]]) -> list[Part]:
    """Who helped then, with what and by when, and who had led it before."""
    columns = {columns["body"]: columns for columns in kept}
    for part in parts:
        for name, value in columns.get(part.body_id, {}).items():
            field: Any = Part._meta.get_field(name)
            setattr(part, field.attname, field.to_python(value))
            # It helped then, whatever it led since.
            part.ended_at = None
    return [part for part in parts if part.body_id in columns or _had_ended(part, last)]


def _had_ended(part: Part, last: Part) -> bool:
    return bool(part.ended_at and last.ended_at and part.ended_at <= last.ended_at)
