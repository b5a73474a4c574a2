"""Stopping the escalation of a late task for a reason, and letting it go on."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.access import Right
from committees.models import Person
from tasks import rules
from tasks.actions.common import ESCALATION_STOP_FIELDS, clean_text, lock, owe_reminders_again, record_event
from tasks.models import Task


@transaction.atomic
def stop_escalation(*, task: Task, by: Person, reason: str) -> Task:
    """Remind nobody above of a late task until the escalation is resumed or the deadline moves."""
    task = lock(task)
    right = rules.may_stop_escalation(by, task).or_raise()
    reason = clean_text(task, reason, "reason", required=_("Say why nobody above is to be told."))
    task.escalation_stopped_at, task.escalation_stopped_by = timezone.now(), by
    return _save(task, "escalation_stopped", by, right, reason)


@transaction.atomic
def resume_escalation(*, task: Task, by: Person) -> Task:
    """Let the escalation go on; the steps that were reached meanwhile are caught up with."""
    task = lock(task)
    right = rules.may_resume_escalation(by, task).or_raise()
    task.escalation_stopped_at = task.escalation_stopped_by = None
    owe_reminders_again(task)
    return _save(task, "escalation_resumed", by, right)


def _save(task: Task, event: str, by: Person, right: Right | None, reason: str = "") -> Task:
    task.version += 1
    task.save(update_fields=[*ESCALATION_STOP_FIELDS, "version"])
    record_event(task, event, by, right=right, reason=reason)
    return task
