"""The early warning of the lead body that a task will likely be late, and what it does about it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.models import Person
from committees.roles import Role
from tasks import rules, secrecy
from tasks.actions.common import RISK_FIELDS, clean_text, confirmers, forget_risk, lock, notify, record_event
from tasks.lifecycle import MAX_RISK_DAYS, RISK_TOLD_FROM
from tasks.models import Task

RECORDED_FIELDS = ("risk_days", "risk_remedy", "risk_by")


@transaction.atomic
def flag_risk(*, task: Task, by: Person, days: int, remedy: str = "") -> Task:
    """Warn that the task will likely be `days` late; a new warning replaces the one before."""
    task = lock(task)
    right = rules.may_flag_risk(by, task).or_raise()
    if not 1 <= days <= MAX_RISK_DAYS:
        raise ValidationError({"days": _("Between 1 and %(most)s days.") % {"most": MAX_RISK_DAYS}})
    before = snapshot(task, RECORDED_FIELDS)
    task.risk_days, task.risk_remedy = days, _clean_remedy(task, remedy)
    if snapshot(task, RECORDED_FIELDS) == before:
        return task
    task.risk_by, task.risk_at = by, timezone.now()
    _save(task)
    record_event(task, "risk_flagged", by, right=right, before=before, after=snapshot(task, RECORDED_FIELDS))
    if days >= RISK_TOLD_FROM:
        people = {person.pk: person for person in (*confirmers(task), *_heads_of_lead(task))}
        notify(
            people.values(), "risk_flagged", task, by, body=task.assigner, reason=task.risk_remedy, days=days
        )
    return task


@transaction.atomic
def clear_risk(*, task: Task, by: Person) -> Task:
    """Say that the task is back on schedule."""
    task = lock(task)
    right = rules.may_clear_risk(by, task).or_raise()
    before = snapshot(task, RECORDED_FIELDS)
    forget_risk(task)
    _save(task)
    record_event(task, "risk_cleared", by, right=right, before=before, after=snapshot(task, RECORDED_FIELDS))
    return task


def _save(task: Task) -> None:
    task.version += 1
    task.save(update_fields=[*RISK_FIELDS, "version"])


def _clean_remedy(task: Task, remedy: str) -> str:
    """The remedy is required, but a secret task keeps no words: there the days stand alone."""
    if not secrecy.is_secret(task):
        required = _("Say what is done so that it is not late, or less late.")
        return clean_text(task, remedy, "remedy", required=required)
    if remedy.strip():
        raise ValidationError({"remedy": secrecy.LEAVE_EMPTY})
    return ""


def _heads_of_lead(task: Task) -> list[Person]:
    lead = task.lead_id or 0
    heads = access.people_of_many("work_on_tasks", [lead], roles=(Role.HEAD,))
    return list(Person.objects.filter(pk__in=heads.get(lead, ())))
