"""Requests of the lead body: it asks for a later day or to be freed of a task, and the assigner decides."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.access import Right, on_behalf_of
from committees.models import Person
from portal.shared.days import format_day, today
from portal.shared.verdicts import not_now, refuse
from tasks import rules
from tasks.actions import deadlines
from tasks.actions.common import (
    DEADLINE_FIELDS,
    RISK_FIELDS,
    clean_text,
    forget_risk,
    lead_workers,
    lock,
    lock_with_ancestors,
    move,
    notify,
    notify_helping_bodies,
    record_event,
    request_facts,
    restart_reminders,
)
from tasks.lifecycle import WITHDRAW
from tasks.models import Request, Task


@transaction.atomic
def ask_extension(*, task: Task, by: Person, proposed_on: date | None, reason: str) -> Request:
    """Ask the assigner for a later day; the deadline stays as it is until somebody decides."""
    task = lock(task)
    right = rules.may_ask_extension(by, task).or_raise()
    reason = clean_text(
        task, reason, "reason", required=_("Say why the deadline cannot be met and what was tried.")
    )
    day = _later_day(task, proposed_on, "proposed_on")
    return _ask(task, by, right, Request.Kind.EXTENSION, reason, day)


@transaction.atomic
def ask_withdrawal(*, task: Task, by: Person, reason: str) -> Request:
    """Ask the assigner to take the task off the books."""
    task = lock(task)
    right = rules.may_ask_withdrawal(by, task).or_raise()
    reason = clean_text(task, reason, "reason", required=_("Say why the task should be withdrawn."))
    return _ask(task, by, right, Request.Kind.WITHDRAWAL, reason, None)


@transaction.atomic
def approve_request(*, task: Task, by: Person, decision: str = "") -> Request:
    """Approve a request: the deadline moves to the day asked for, or the task is withdrawn."""
    task = lock_with_ancestors(task)
    right = rules.may_decide_request(by, task).or_raise()
    request = _open_request(task)
    decision = clean_text(task, decision, "decision")
    _save_decision(request, Request.State.APPROVED, by, right, decision)
    record_event(task, "request_approved", by, right=right, after=request_facts(request), reason=decision)
    if request.kind == Request.Kind.WITHDRAWAL:
        move(task, WITHDRAW, by, rules.may_decide_request, right=right, reason=request.reason)
        _notify_lead(task, request, by, "request_approved", decision)
        notify_helping_bodies(task, "help_withdrawn", by)
    else:
        _extend(task, request, request.proposed_on, by, right, decision)
    return request


@transaction.atomic
def refuse_request(*, task: Task, by: Person, decision: str) -> Request:
    """Refuse a request with a reason; the deadline stands."""
    task = lock(task)
    right = rules.may_decide_request(by, task).or_raise()
    decision = clean_text(task, decision, "decision", required=_("Say why it is refused."))
    request = _open_request(task)
    _save_decision(request, Request.State.REFUSED, by, right, decision)
    record_event(task, "request_refused", by, right=right, after=request_facts(request), reason=decision)
    _notify_lead(task, request, by, "request_refused", decision)
    return request


@transaction.atomic
def counter_request(*, task: Task, by: Person, counter_on: date | None, decision: str = "") -> Request:
    """Offer another day instead of the one asked for; the lead body accepts or declines it."""
    task = lock(task)
    right = rules.may_counter_request(by, task).or_raise()
    request = _open_request(task)
    request.counter_on = _later_day(task, counter_on, "counter_on")
    decision = clean_text(task, decision, "decision")
    _save_decision(request, Request.State.COUNTERED, by, right, decision)
    record_event(task, "request_countered", by, right=right, after=request_facts(request), reason=decision)
    _notify_lead(task, request, by, "request_countered", decision)
    return request


@transaction.atomic
def accept_counter(*, task: Task, by: Person) -> Request:
    """Accept the day that was offered: the deadline moves to it."""
    task = lock_with_ancestors(task)
    right = rules.may_answer_counter(by, task).or_raise()
    request = _open_request(task)
    _save_answer(request, Request.State.APPROVED, by, right)
    record_event(task, "counter_accepted", by, right=right, after=request_facts(request))
    _extend(task, request, request.counter_on, by, right, "")
    return request


@transaction.atomic
def decline_counter(*, task: Task, by: Person, reason: str = "") -> Request:
    """Decline the day that was offered; the deadline stands and another request may follow."""
    task = lock(task)
    right = rules.may_answer_counter(by, task).or_raise()
    return _close(task, by, right, Request.State.DECLINED, clean_text(task, reason, "reason"))


@transaction.atomic
def cancel_request(*, task: Task, by: Person, reason: str = "") -> Request:
    """Take a request back before it is decided."""
    task = lock(task)
    right = rules.may_cancel_request(by, task).or_raise()
    return _close(task, by, right, Request.State.CANCELLED, clean_text(task, reason, "reason"))


def _ask(task: Task, by: Person, right: Right | None, kind: str, reason: str, day: date | None) -> Request:
    request = Request.objects.create(
        task=task,
        kind=kind,
        reason=reason,
        from_due_on=task.due_on,
        proposed_on=day,
        by=by,
        on_behalf_of=on_behalf_of(right),
        at=timezone.now(),
    )
    record_event(task, f"{kind}_asked", by, right=right, after=request_facts(request), reason=reason)
    _notify_deciders(task, request, by, f"{kind}_asked", reason)
    return request


def _extend(
    task: Task, request: Request, day: date | None, by: Person, right: Right | None, decision: str
) -> None:
    """Move the deadline to the day given; the first deadline stays in `original_due_on` for ever."""
    _later_day(task, day, "proposed_on")
    before = snapshot(task, ("due_on",)) | forget_risk(task)
    task.due_on = day
    restart_reminders(task)
    task.version += 1
    task.save(update_fields=[*DEADLINE_FIELDS, "version", *RISK_FIELDS])
    record_event(task, "extension_given", by, right=right, before=before, after=snapshot(task, tuple(before)))
    _notify_lead(task, request, by, "request_approved", decision)
    notify_helping_bodies(task, "help_changed", by)


def _close(task: Task, by: Person, right: Right | None, state: str, reason: str) -> Request:
    request = _open_request(task)
    if state == Request.State.DECLINED:
        _save_answer(request, state, by, right)
    else:
        request.state = state
        request.save(update_fields=["state"])
    record_event(task, f"request_{state}", by, right=right, after=request_facts(request), reason=reason)
    _notify_deciders(task, request, by, f"request_{state}", reason)
    return request


def _save_decision(request: Request, state: str, by: Person, right: Right | None, decision: str) -> None:
    request.state, request.decision = state, decision
    request.decided_by, request.decided_for, request.decided_at = by, on_behalf_of(right), timezone.now()
    decided = ("decided_by", "decided_for", "decided_at")
    request.save(update_fields=["state", *decided, "decision", "counter_on"])


def _save_answer(request: Request, state: str, by: Person, right: Right | None) -> None:
    """The answer of the lead body to the day that was offered instead."""
    request.state = state
    request.answered_by, request.answered_for, request.answered_at = by, on_behalf_of(right), timezone.now()
    request.save(update_fields=["state", "answered_by", "answered_for", "answered_at"])


def _open_request(task: Task) -> Request:
    """The request that waits; the task is locked, so nobody else answers it meanwhile."""
    request = task.requests.waiting().first()
    if request is None:
        refuse(not_now(_("This task has no open request.")))
    return request


def _later_day(task: Task, day: date | None, field: str) -> date:
    """Check that the day is later than the deadline, not in the past, and not later than the task above."""
    if day is None:
        raise ValidationError({field: _("Give the day.")})
    if task.due_on and day <= task.due_on:
        raise ValidationError(
            {field: _("Later than the deadline of now, %(day)s.") % {"day": format_day(task.due_on)}}
        )
    if day < today():
        raise ValidationError({field: _("Not a day that has passed.")})
    above = task.day_above()
    if above and day > above:
        raise ValidationError({field: deadlines.later_than_above(above)})
    return day


def _notify_lead(task: Task, request: Request, by: Person, kind: str, decision: str) -> None:
    people = {person.pk: person for person in (*lead_workers(task), request.by)}
    notify(people.values(), kind, task, by, body=task.lead, reason=decision, request=request.name)


def _notify_deciders(task: Task, request: Request, by: Person, kind: str, reason: str) -> None:
    deciders = access.people("decide_extensions", task.assigner)
    notify(deciders, kind, task, by, body=task.assigner, reason=reason, request=request.name)
