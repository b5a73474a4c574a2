"""Which of the tasks that notices are about their readers may see, for thousands of notices at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from committees import access
from committees.models import Person
from notices.models import Notice
from tasks.models import Part, Task


def visible_tasks(notices: Sequence[Notice], on: date) -> dict[int, set[int]]:
    """Person id → those of the notices' tasks that this person sees on the day.

    The answer is that of `visible_to`. It asks of one person at a time, so it is asked only where the answer
    is not plain from the offices in the task's own bodies.
    """
    visible = visible_by_office(notices, on)
    unclear: dict[int, set[int]] = {}
    for notice in notices:
        if notice.about_id not in visible[notice.person_id]:
            unclear.setdefault(notice.person_id, set()).add(notice.about_id)
    people = Person.objects.in_bulk(unclear)
    for person_id, task_ids in unclear.items():
        tasks = Task.objects.visible_to(people[person_id], on).filter(pk__in=task_ids)
        visible[person_id].update(tasks.values_list("pk", flat=True))
    return visible


def visible_by_office(notices: Sequence[Notice], on: date) -> dict[int, set[int]]:
    """Person id → the unrestricted tasks in whose bodies this person holds an office that reads them.

    It takes as many queries for thousands of notices as for one.
    """
    visible: dict[int, set[int]] = {notice.person_id: set() for notice in notices}
    task_ids = {notice.about_id for notice in notices}
    rows = Task.objects.filter(pk__in=task_ids, secrecy=Task.Secrecy.NORMAL)
    tasks = rows.only("assigner", "lead", "state", "assigned_at").in_bulk()
    helpers = Part.objects.helping().filter(task__in=tasks).values_list("task_id", "body_id")
    bodies = {(task.pk, task.assigner_id) for task in tasks.values()}
    bodies |= {(task.pk, task.lead_id) for task in tasks.values() if task.is_issued and task.lead_id}
    bodies |= {(task_id, body_id) for task_id, body_id in helpers if tasks[task_id].is_issued}
    read_in = {body_id for _task_id, body_id in bodies}
    readers = access.people_in_many("view_tasks", read_in, on, among=visible.keys())
    for task_id, body_id in bodies:
        for person_id in readers.get(body_id, ()):
            visible[person_id].add(task_id)
    return visible
