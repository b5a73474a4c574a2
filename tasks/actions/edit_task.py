"""Changing what a form of a task holds, of a draft or of an issued task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import append, build_event, snapshot
from committees.access import Right
from committees.models import Body, Person
from tasks import rules
from tasks.actions import cycles, deadlines, hand_down
from tasks.actions.common import (
    bodies_concerned,
    clean_text,
    forget_risk,
    lead_workers,
    lock,
    lock_descendants,
    lock_with_ancestors,
    notify,
    notify_helping_bodies,
    record_event,
    refuse_stale,
    restart_reminders,
)
from tasks.actions.task_checks import check_task
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec, current_parts, set_parts, task_facts
from tasks.cycles import Cycle
from tasks.models import Task

# Cells of a received file that fill several fields. Once an edit changes one of these fields somebody has
# looked at the cell, and it is no longer marked as unsure.
FIELDS_OF_CELL = {
    "due_on": ("due_kind", "due_on", "due_words", "after_days", "after_event", "recurrence"),
    "lead": ("lead", "lead_words"),
    "parent": ("parent", "parent_words"),
}

# A change of these is notified to every body that helps; else only a change of the body's own part is.
READ_BY_HELPING_BODIES = ("title", "description", "deliverable", "start_on", "due_on", "secrecy")


@transaction.atomic
def edit_task(
    *,
    task: Task,
    values: dict[str, Any],
    parts: Sequence[PartSpec] | None = None,
    cycle: Cycle | None = None,
    by: Person,
    version: int | None = None,
    reason: str = "",
    below: Mapping[Any, str] | None = None,
    past_deadline: bool = False,
) -> Task:
    """Change a draft or, for those who may, an issued task; None leaves the parts or the cycle as they are.

    `below` says what becomes of the tasks below that the new deadline no longer holds: key → `BelowAnswer`.
    `past_deadline` confirms that a new deadline of an issued task is meant although it has passed.
    """
    unknown = set(values) - set(EDITABLE_FIELDS)
    if unknown:
        raise ValueError(f"not for a form: {sorted(unknown)}")
    new_parent = values.get("parent")
    task = lock_with_ancestors(task, new_parent=new_parent)
    right = rules.may_edit(by, task).or_raise()
    refuse_stale(task, version)
    if new_parent:
        values = {**values, "parent": lock(new_parent)}
    before = task_facts(task)
    _set_values(task, values, parts, cycle, by)
    after = task_facts(task)
    if before == after:
        return task
    if task.due_on != before["due_on"]:
        deadlines.refuse_past_deadline(task, past_deadline)
        restart_reminders(task)
    if task.due_on != before["due_on"] or (task.risk_remedy and task.secrecy == Task.Secrecy.SECRET):
        before |= forget_risk(task)
        after |= snapshot(task, tuple(before.keys() - after.keys()))
    if task.lead_id != before["lead"]:
        # A body that once led it and leads it again has no other part in it.
        task.parts.filter(body=task.lead).delete()
    becomes_restricted = before["secrecy"] != task.secrecy == Task.Secrecy.RESTRICTED
    moves_below = (task.due_on, task.parent_id) != (before["due_on"], before["parent"])
    if becomes_restricted or moves_below:
        lock_descendants(task)
    task.unsure = [
        cell
        for cell in task.unsure
        if all(before[name] == after[name] for name in FIELDS_OF_CELL.get(cell, (cell,)))
    ]
    task.version += 1
    task.save()
    reason = clean_text(task, reason, "reason")
    record_event(task, "task_changed", by, right=right, before=before, after=after, reason=reason)
    if becomes_restricted:
        _restrict_descendants(task, by, right)
    if moves_below:
        hand_down.settle_below(task, below or {}, by, right, reason)
    if task.is_issued:
        notify(lead_workers(task), "task_changed", task, by, body=task.lead)
        _notify_of_parts(task, before, after, by)
    return task


def _set_values(
    task: Task, values: dict[str, Any], parts: Sequence[PartSpec] | None, cycle: Cycle | None, by: Person
) -> None:
    lead = values.get("lead")
    if task.is_issued and lead and lead.pk != task.lead_id:
        raise ValidationError(
            {"lead": _("Use “Change the lead”: it asks for the reason and tells both bodies.")}
        )
    stored, stored_parts, after_days = copy(task), current_parts(task), task.after_days
    for name, value in values.items():
        setattr(task, name, value)
    if task.after_days != after_days:
        deadlines.count_from_event(task)
    new_parts = stored_parts if parts is None else parts
    check_task(task, new_parts, by, cycle, stored=stored, stored_parts=stored_parts)
    if parts is not None:
        set_parts(task, parts)
    cycles.set_cycle(task, cycle)
    deadlines.keep_first_deadline(task)


def _restrict_descendants(task: Task, by: Person, right: Right | None) -> None:
    """Make every normal task below restricted as well, however deep."""
    rows = Task.objects.under(task.pk).filter(secrecy=Task.Secrecy.NORMAL)
    descendants, now = list(rows), timezone.now()
    before, after = {"secrecy": Task.Secrecy.NORMAL}, {"secrecy": Task.Secrecy.RESTRICTED}
    rows.update(**after, version=F("version") + 1)
    # As one block of the chain: a task given to every commune has thousands below it.
    append(
        [
            build_event(
                "task_changed",
                about=descendant,
                by=by,
                right=right,
                at=now,
                before=before,
                after=after,
                bodies=bodies_concerned(descendant, before),
            )
            for descendant in descendants
        ]
    )


def _notify_of_parts(task: Task, before: dict[str, Any], after: dict[str, Any], by: Person) -> None:
    """Notify the bodies that help from now on, those that no longer do, and those whose part changed."""
    old, new = ({row[0]: row for row in facts["parts"]} for facts in (before, after))
    bodies = Body.objects.in_bulk(old.keys() | new.keys())
    task_reads_same = all(before.get(name) == after.get(name) for name in READ_BY_HELPING_BODIES)
    changed = {pk for pk in new if pk in old and not (task_reads_same and new[pk] == old[pk])}

    def notify_bodies(kind: str, keys: set[int], title: str = "") -> None:
        notify_helping_bodies(task, kind, by, bodies=[bodies[pk] for pk in sorted(keys)], title=title)

    notify_bodies("help_assigned", new.keys() - old.keys())
    notify_bodies("help_changed", changed)
    notify_bodies("help_ended", old.keys() - new.keys(), title=str(before["title"]))
