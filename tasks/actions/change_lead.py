"""Giving an issued task to another lead body; the former one keeps reading what was there until then."""

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
    Problems,
    clean_text,
    lead_workers,
    lock_with_ancestors,
    milestone_facts,
    move,
    notify,
    notify_helping_bodies,
)
from tasks.actions.task_checks import check_lead
from tasks.lifecycle import CHANGE_LEAD, State
from tasks.models import Part, Task

# What belonged to the former lead begins anew. Its notes and evidence stay, and so do the deadlines.
RESET_FIELDS: dict[str, Any] = {
    "leader": None,
    "contact": None,
    "percent": 0,
    "progressed_at": None,
    "submissions": 0,
    "posted_by": None,
    "posted_at": None,
}

# What a former lead keeps reading of the bodies that helped.
KEPT_PART_FIELDS = ("kind", "work", "due_on", "contribution", "delivered_by", "delivered_at")


@transaction.atomic
def change_lead(*, task: Task, by: Person, lead: Body | None, reason: str, note: str = "") -> Task:
    """Give an issued task to another lead body, which accepts it; `note` is a word to the new lead."""
    task = lock_with_ancestors(task)
    right = rules.may_change_lead(by, task).or_raise()
    reason = clean_text(task, reason, "reason", required=_("Say why another body leads it now."))
    note = clean_text(task, note, "note")
    former_lead, title, was_suspended = task.lead, task.title, task.state == State.SUSPENDED
    _check_new_lead(task, lead, by)
    # A body plays one part only: one that helped, or once led the task, leads it now.
    task.parts.filter(body=lead).delete()
    task = move(
        task, CHANGE_LEAD, by, rules.may_change_lead, right=right, reason=reason, lead=lead, **RESET_FIELDS
    )
    if was_suspended:
        cycles.skip_past(task, on=today())
    if former_lead:
        _keep_former_lead(task, former_lead)
        notify(
            access.people("work_on_tasks", former_lead),
            "task_taken_away",
            task,
            by,
            body=former_lead,
            reason=reason,
            title=title,
        )
    notify(lead_workers(task), "task_assigned", task, by, body=task.lead, reason=note)
    notify_helping_bodies(task, "help_changed", by, reason=reason)
    return task


def _check_new_lead(task: Task, lead: Body | None, by: Person) -> None:
    if lead is None or lead.pk == task.lead_id:
        raise ValidationError({"lead": _("Choose another body than the one that leads it.")})
    problems: Problems = {}
    task.lead = lead
    check_lead(task, by, problems)
    if problems:
        raise ValidationError(problems)


def _keep_former_lead(task: Task, former_lead: Body) -> None:
    """Keep the task as it is now for the former lead.

    Called after the event, so that the former lead reads who took over and why, and nothing later.
    """
    then = {
        **snapshot(task, [field.name for field in task._meta.concrete_fields]),
        "recurrence": cycles.cycle_facts(task),
        "milestones": milestone_facts(task),
        "parts": list(task.parts.helping().values("body", *KEPT_PART_FIELDS)),
    }
    values = {"kind": Part.Kind.FORMER_LEAD, "ended_at": timezone.now(), "then": then, "order": task.order}
    Part.objects.update_or_create(task=task, body=former_lead, defaults=values)
