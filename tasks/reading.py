"""What a body that led a task before reads of it: the task as it was when another body took over.

Each door asks `as_read_by` where it finds the task, and `kept` of every list below it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, QuerySet, prefetch_related_objects
from django.utils.dateparse import parse_date

from audit.models import Event
from committees import access
from committees.access import Asker
from committees.models import Body
from committees.roles import RESTRICTED_READERS
from tasks.models import Milestone, Part, Task


def as_read_by(person: Asker, task: Task) -> Task:
    """The task whole, or turned back to the day on which this person's body ceased to lead it.

    What is turned back is for reading only: actions take the row anew.
    """
    task.read_until = until(person, task)
    if task.read_until:
        _turn_back(task, task.read_until)
    return task


def until(person: Asker, task: Task) -> datetime | None:
    """When this person's sight of the task ends; None for whoever reads it by a part that goes on."""
    former = [part for part in task.parts.all() if part.ended_at]
    if not former or (person.is_superuser and person.is_active):
        return None
    reads = _reads(person, task)
    if any(reads(body) for body in _going_on(task)):
        return None
    return max((part.ended_at for part in former if part.ended_at and reads(part.body)), default=None)


def kept(task: Task, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows (events, comments, notes, evidence, requests) that this reader's sight reaches."""
    return rows.filter(at__lte=task.read_until) if task.read_until else rows


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


def _turn_back(task: Task, moment: datetime) -> None:
    """Undo what every later event tells, the newest first; and what no event tells but has a later moment."""
    columns: dict[str, Any] = {field.name: field for field in task._meta.concrete_fields}
    parts: list[Any] | None = None
    marks: list[Any] | None = None
    for event in Event.objects.about(task).filter(at__gt=moment).newest_first():
        parts = event.before.get("parts", parts)
        marks = event.before.get("milestones", marks)
        for name in event.before.keys() & columns.keys():
            setattr(task, columns[name].attname, columns[name].to_python(event.before[name]))
    for name, field in columns.items():
        if isinstance(field, DateTimeField) and (at := getattr(task, name)) and at > moment:
            setattr(task, name, None)
    task.suspended_from = ""
    _turn_back_parts(task, moment, parts)
    _turn_back_milestones(task, marks)


def _turn_back_milestones(task: Task, rows: list[Any] | None) -> None:
    """As the first later change of them found them."""
    prefetch_related_objects([task], "milestones")
    if rows is not None:
        days = ((parse_date(due_on), words, parse_date(done_on or "")) for due_on, words, done_on in rows)
        then = [
            Milestone(task=task, due_on=due, words=words, done_on=done) for due, words, done in days if due
        ]
        task.milestones.all()._result_cache = then


def _turn_back_parts(task: Task, moment: datetime, rows: list[Any] | None) -> None:
    """Who helped then, with what and by when: `rows` as the first later change of them found them."""
    found = {row[0]: row for row in rows} if rows is not None else None
    parts = task.parts.all()
    then = [
        part
        for part in parts
        if (part.ended_at <= moment if part.ended_at else found is None or part.body_id in found)
    ]
    for part in then:
        if found and part.body_id in found:
            _body, part.kind, part.work, due_on = found[part.body_id]
            part.due_on = parse_date(due_on) if due_on else None
        if part.delivered_at is None or part.delivered_at > moment:
            part.contribution, part.delivered_by, part.delivered_at = "", None, None
    # Every door reads the parts that were prefetched with the task.
    parts._result_cache = then
