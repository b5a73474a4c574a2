"""What the assigner decides about an issued task: its result, a stop for a time, its end."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.access import on_behalf_of
from committees.models import Person
from notices.actions import drop_untold, owe_again
from portal.shared.days import today
from portal.shared.verdicts import Sentence
from tasks import rules
from tasks.actions import cycles
from tasks.actions.common import (
    clean_text,
    lead_workers,
    lock,
    move,
    notify,
    notify_helping_bodies,
    version_occasion,
)
from tasks.drop_reasons import REASON_OF_STATE
from tasks.lifecycle import CONFIRM, RESUME, SEND_BACK, SUPERSEDE, SUSPEND, UNDO_CONFIRMATION, WITHDRAW, State
from tasks.models import Task


@transaction.atomic
def confirm(*, task: Task, by: Person) -> Task:
    """Accept the reported result and close the task; on time is judged by when it was reported."""
    task = lock(task)
    right = rules.may_confirm(by, task).or_raise()
    task = move(
        task,
        CONFIRM,
        by,
        rules.may_confirm,
        right=right,
        confirmed_by=by,
        confirmed_for=on_behalf_of(right),
        confirmed_at=timezone.now(),
    )
    notify([task.submitted_by] if task.submitted_by else [], "task_confirmed", task, by, body=task.lead)
    notify_helping_bodies(task, "help_confirmed", by)
    return task


@transaction.atomic
def undo_confirmation(*, task: Task, by: Person) -> Task:
    """Take a confirmation back: the report waits again, as if nobody had judged it."""
    task = lock(task)
    right = rules.may_undo_confirmation(by, task).or_raise()
    occasion = version_occasion(task)
    values: dict[str, Any] = {"confirmed_by": None, "confirmed_for": None, "confirmed_at": None}
    task = move(task, UNDO_CONFIRMATION, by, rules.may_undo_confirmation, right=right, **values)
    news = drop_untold(
        about=task,
        occasion=occasion,
        names=("task_confirmed", "help_confirmed"),
        because=REASON_OF_STATE[State.SUBMITTED],
    )
    # A letter that left cannot be called back: it is followed by another.
    for notice in news:
        notify([notice.person], "confirmation_undone", task, by, body=notice.body)
    # What was dropped while the task stood as completed holds again.
    owe_again(about=task, because=(REASON_OF_STATE[State.COMPLETED],), every_kind=True)
    return task


@transaction.atomic
def send_back(*, task: Task, by: Person, reason: str) -> Task:
    """Refuse the result; the clock runs on as if it had never stopped."""
    reason = clean_text(
        task, reason, "reason", required=_("Say what is missing, so that the lead body can act.")
    )
    submitter = lock(task).submitted_by
    values = {"submitted_by": None, "submitted_for": None, "submitted_at": None}
    task = move(task, SEND_BACK, by, rules.may_send_back, reason=reason, **values)
    people = {person.pk: person for person in (*lead_workers(task), *([submitter] if submitter else []))}
    notify(people.values(), "task_sent_back", task, by, body=task.lead, reason=reason)
    return task


@transaction.atomic
def suspend(*, task: Task, by: Person, reason: str) -> Task:
    """Stop a task for a time: no reminder, outside the count."""
    reason = clean_text(task, reason, "reason", required=_("Say why it is suspended."))
    task = move(task, SUSPEND, by, rules.may_suspend, reason=reason)
    notify(lead_workers(task), "task_suspended", task, by, body=task.lead, reason=reason)
    notify_helping_bodies(task, "help_suspended", by, reason=reason)
    return task


@transaction.atomic
def resume(*, task: Task, by: Person) -> Task:
    """Let a suspended task go on from the state it was in."""
    task = move(task, RESUME, by, rules.may_resume)
    cycles.skip_past(task, on=today())
    notify(lead_workers(task), "task_resumed", task, by, body=task.lead)
    notify_helping_bodies(task, "help_resumed", by)
    return task


@transaction.atomic
def withdraw(*, task: Task, by: Person, reason: str) -> Task:
    """Take a task off the books for good; it stays readable."""
    reason = clean_text(task, reason, "reason", required=_("Say why it is withdrawn."))
    was_issued = lock(task).is_issued
    task = move(task, WITHDRAW, by, rules.may_withdraw, reason=reason)
    if was_issued:
        notify(lead_workers(task), "task_withdrawn", task, by, body=task.lead, reason=reason)
        notify_helping_bodies(task, "help_withdrawn", by, reason=reason)
    return task


@transaction.atomic
def supersede(*, task: Task, by: Person, superseded_by: Task | None, reason: str) -> Task:
    """Put another task in the place of this one, which leaves the books; both stay readable."""
    # Both are locked, the older first: two tasks that replace each other at once would close a circle.
    for row in sorted((task, *([superseded_by] if superseded_by else [])), key=lambda row: row.pk):
        lock(row)
    task = lock(task)
    right = rules.may_supersede(by, task).or_raise()
    reason = clean_text(task, reason, "reason", required=_("Say why it is replaced."))
    if problem := _problem_with_successor(task, superseded_by, by):
        raise ValidationError({"superseded_by": problem})
    task = move(
        task, SUPERSEDE, by, rules.may_supersede, right=right, reason=reason, superseded_by=superseded_by
    )
    notify(lead_workers(task), "task_superseded", task, by, body=task.lead, reason=reason)
    notify_helping_bodies(task, "help_superseded", by, reason=reason)
    return task


def _problem_with_successor(task: Task, successor: Task | None, by: Person) -> Sentence:
    """Why a task cannot replace another. A withdrawn one cannot, so no chain of replacements is a circle."""
    visible = Task.objects.visible_to(by).filter(pk=successor.pk).first() if successor else None
    if visible is None:
        return _("Choose the task that replaces it, among those that you can see.")
    if visible.pk == task.pk:
        return _("A task cannot replace itself.")
    if visible.assigner_id != task.assigner_id:
        return _("Choose a task that the same body gives.")
    if visible.state == State.WITHDRAWN:
        return _("This task was withdrawn. Choose one that stands.")
    return ""
