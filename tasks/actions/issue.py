"""The way of a draft to the lead body: proposed, approved and issued, and taken back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.models import Person
from portal.shared.days import today
from tasks import rules
from tasks.actions import cycles, deadlines, hand_down
from tasks.actions.common import (
    Problems,
    clean_text,
    lead_workers,
    lock,
    lock_with_ancestors,
    move,
    notify,
    notify_helping_bodies,
    record_event,
)
from tasks.actions.task_checks import check_days, check_lead, check_no_less_secret
from tasks.lifecycle import ASSIGN, PROPOSE, RECALL, RECORD_APPROVAL, Move
from tasks.models import Task
from tasks.models.tasks import MAX_APPROVAL_LENGTH


@transaction.atomic
def propose(*, task: Task, by: Person) -> Task:
    """Put a draft before the approver; what is not clear is shown there, not refused."""
    task = move(task, PROPOSE, by, rules.may_propose)
    notify(access.people("assign_tasks", task.assigner), "task_proposed", task, by, body=task.assigner)
    return task


@transaction.atomic
def vouch(*, task: Task, by: Person) -> Task:
    """Say that what was not certain in the received file is right as it stands."""
    task = lock(task)
    right = rules.may_vouch(by, task).or_raise()
    problems: Problems = {}
    cycles.check_cycle(task, None, problems)
    if problems:
        raise ValidationError(problems)
    before, task.unsure = snapshot(task, ("unsure",)), []
    task.version += 1
    task.save(update_fields=["unsure", "version"])
    record_event(task, "task_vouched", by, right=right, before=before, after=snapshot(task, ("unsure",)))
    return task


@transaction.atomic
def assign(*, task: Task, by: Person, past_deadline: bool = False) -> Task:
    """Approve a draft: from now the lead body sees the task and its clock runs.

    `past_deadline` confirms that a deadline which has passed is meant.
    """
    return _issue(task, ASSIGN, by, rules.may_assign, past_deadline)


@transaction.atomic
def record_approval(*, task: Task, by: Person, approval: str, past_deadline: bool = False) -> Task:
    """Issue a draft that the head approved on paper; `approval` names the paper."""
    required = _("Name the paper: its number or date.")
    approval = clean_text(task, approval, "approval", required=required, max_length=MAX_APPROVAL_LENGTH)
    return _issue(task, RECORD_APPROVAL, by, rules.may_record_approval, past_deadline, approval=approval)


@transaction.atomic
def recall(*, task: Task, by: Person, reason: str) -> Task:
    """Take a task back to draft; the lead body no longer sees it."""
    reason = clean_text(task, reason, "reason", required=_("Say why it is recalled."))
    was_issued = lock(task).is_issued
    recipients = list(lead_workers(task)) if was_issued else []
    task = move(task, RECALL, by, rules.may_recall, reason=reason, assigned_by=None, assigned_at=None)
    notify(recipients, "task_recalled", task, by, body=task.lead, reason=reason, title=task.title)
    if was_issued:
        notify_helping_bodies(task, "help_ended", by, title=task.title)
    return task


def _issue(task: Task, step: Move, by: Person, rule: rules.Rule, past_deadline: bool, **values: Any) -> Task:
    current = lock_with_ancestors(task)
    right = rule(by, current).or_raise()
    if current.lead is None:
        raise ValidationError({"lead": _("Choose the lead body first: exactly one body answers for a task.")})
    _check_still_valid(current, by, past_deadline)
    # The first deadline is kept for ever: a task recalled or declined and given anew has the same one.
    first = current.original_due_on or current.due_on
    values |= {"assigned_by": by, "assigned_at": timezone.now(), "original_due_on": first}
    task = move(task, step, by, rule, right=right, **values)
    cycles.skip_past(task, on=today())
    notify(lead_workers(task), "task_assigned", task, by, body=task.lead)
    notify_helping_bodies(task, "help_assigned", by)
    return task


def _check_still_valid(task: Task, by: Person, past_deadline: bool) -> None:
    """What may have changed since the draft was written: the tasks above, the lead body, the day itself."""
    problems: Problems = {}
    check_days(task, by, problems)
    deadlines.check_not_passed(task.due_on, past_deadline, problems)
    hand_down.check_above(task, problems)
    hand_down.check_has_day(task, problems)
    check_lead(task, by, problems)
    check_no_less_secret(task, problems)
    if problems:
        raise ValidationError(problems)
