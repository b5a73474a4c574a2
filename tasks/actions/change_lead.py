"""Another body leads an issued task: it begins anew with that body, and the one before reads what it did."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.models import Body, Person
from portal.shared.days import today
from tasks import rules
from tasks.actions import cycles
from tasks.actions.common import (
    clean_text,
    lead_workers,
    lock_with_ancestors,
    milestone_facts,
    move,
    notify,
    notify_helping_bodies,
)
from tasks.actions.task_checks import check_lead
from tasks.lifecycle import State
from tasks.models import Part, Task

ANEW: dict[str, Any] = {
    "leader": None,
    "contact": None,
    "percent": 0,
    "progressed_at": None,
    "submissions": 0,
    "posted_by": None,
    "posted_at": None,
}
"""What was the old lead's own. Its notes and evidence stay, and so do the deadlines."""

PART = ("kind", "work", "due_on", "contribution", "delivered_by", "delivered_at")
"""What the bodies that help had to do and had done."""


@transaction.atomic
def change_lead(*, task: Task, by: Person, lead: Body | None, reason: str, note: str = "") -> Task:
    """Give an issued task to another lead body, which accepts it; `note` is a word to the new lead."""
    task = lock_with_ancestors(task)
    right = rules.may_change_lead(by, task).or_raise()
    said = clean_text(task, reason, "reason", required=_("Say why another body leads it now."))
    word = clean_text(task, note, "note")
    old, title, stood_still = task.lead, task.title, task.state == State.SUSPENDED
    _check_new(task, lead, by)
    # A body plays one part: who helped and who once led leads now.
    task.parts.filter(body=lead).delete()
    task = move(task, "change_lead", by, right=right, reason=said, lead=lead, **ANEW)
    if stood_still:
        cycles.skip_past(task, on=today())
    if old:
        _keep_reading(task, old)
        notify(
            access.people("work_on_tasks", old),
            "task_taken_away",
            task,
            by,
            body=old,
            reason=said,
            title=title,
        )
    notify(lead_workers(task), "task_assigned", task, by, body=task.lead, reason=word)
    notify_helping_bodies(task, "help_changed", by, reason=said)
    return task


def _check_new(task: Task, lead: Body | None, by: Person) -> None:
    if lead is None or lead.pk == task.lead_id:
        raise ValidationError({"lead": _("Choose another body than the one that leads it.")})
    problems: dict[str, Any] = {}
    task.lead = lead
    check_lead(task, by, problems)
    if problems:
        raise ValidationError(problems)


def _keep_reading(task: Task, old: Body) -> None:
    """Written after the event, so that the old lead reads who took over and why, and nothing later."""
    then = {
        **snapshot(task, [field.name for field in task._meta.concrete_fields]),
        "recurrence": cycles.cycle_facts(task),
        "milestones": milestone_facts(task),
        "parts": list(task.parts.helping().values("body", *PART)),
    }
    ended = {"kind": Part.Kind.FORMER_LEAD, "ended_at": timezone.now(), "then": then, "order": task.order}
    Part.objects.update_or_create(task=task, body=old, defaults=ended)
