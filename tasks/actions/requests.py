"""A deadline moves by a decision: the lead body asks, the assigner decides, the first day is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.access import Right, on_behalf_of
from committees.models import Person
from portal.shared.days import today
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
from tasks.models import Request, Task


@transaction.atomic
def ask_extension(*, task: Task, by: Person, proposed_on: date | None, reason: str) -> Request:
    """Ask the assigner for a later day; the deadline stays as it is until somebody decides."""
    task = lock(task)
    right = rules.may_ask_extension(by, task).or_raise()
    said = clean_text(
        task, reason, "reason", required=_("Say why the deadline cannot be met and what was tried.")
    )
    day = _later_day(task, proposed_on, "proposed_on")
    return _ask(task, by, right, Request.Kind.EXTENSION, said, day)


@transaction.atomic
def ask_withdrawal(*, task: Task, by: Person, reason: str) -> Request:
    """Ask the assigner to take the task off the books."""
    task = lock(task)
    right = rules.may_ask_withdrawal(by, task).or_raise()
    said = clean_text(task, reason, "reason", required=_("Say why the task should be withdrawn."))
    return _ask(task, by, right, Request.Kind.WITHDRAWAL, said, None)


@transaction.atomic
def approve_request(*, task: Task, by: Person, decision: str = "") -> Request:
    """Give what was asked: the later day, or the withdrawal."""
    task = lock_with_ancestors(task)
    right = rules.may_decide_request(by, task).or_raise()
    request = _open(task)
    said = clean_text(task, decision, "decision")
    _settle(request, Request.State.APPROVED, by, right, said)
    record_event(task, "request_approved", by, right=right, after=request_facts(request), reason=said)
    if request.kind == Request.Kind.WITHDRAWAL:
        move(task, "withdraw", by, right=right, reason=request.reason)
        _tell_lead(task, request, by, "request_approved", said)
        notify_helping_bodies(task, "help_withdrawn", by)
    else:
        _give(task, request, request.proposed_on, by, right, said)
    return request


@transaction.atomic
def refuse_request(*, task: Task, by: Person, decision: str) -> Request:
    """Refuse with a reason; the deadline stands."""
    task = lock(task)
    right = rules.may_decide_request(by, task).or_raise()
    said = clean_text(task, decision, "decision", required=_("Say why it is refused."))
    request = _open(task)
    _settle(request, Request.State.REFUSED, by, right, said)
    record_event(task, "request_refused", by, right=right, after=request_facts(request), reason=said)
    _tell_lead(task, request, by, "request_refused", said)
    return request


@transaction.atomic
def counter_request(*, task: Task, by: Person, counter_on: date | None, decision: str = "") -> Request:
    """Offer another day instead; the lead body accepts or declines it."""
    task = lock(task)
    right = rules.may_counter_request(by, task).or_raise()
    request = _open(task)
    request.counter_on = _later_day(task, counter_on, "counter_on")
    said = clean_text(task, decision, "decision")
    _settle(request, Request.State.COUNTERED, by, right, said)
    record_event(task, "request_countered", by, right=right, after=request_facts(request), reason=said)
    _tell_lead(task, request, by, "request_countered", said)
    return request


@transaction.atomic
def accept_counter(*, task: Task, by: Person) -> Request:
    """Accept the day that was offered: the deadline moves to it."""
    task = lock_with_ancestors(task)
    right = rules.may_answer_counter(by, task).or_raise()
    request = _open(task)
    _answer(request, Request.State.APPROVED, by, right)
    record_event(task, "counter_accepted", by, right=right, after=request_facts(request))
    _give(task, request, request.counter_on, by, right, "")
    return request


@transaction.atomic
def decline_counter(*, task: Task, by: Person, reason: str = "") -> Request:
    """Decline the day that was offered; the deadline stands and another request may follow."""
    task = lock(task)
    right = rules.may_answer_counter(by, task).or_raise()
    return _close(task, by, right, Request.State.DECLINED, clean_text(task, reason, "reason"))


@transaction.atomic
def cancel_request(*, task: Task, by: Person, reason: str = "") -> Request:
    """Take the request back."""
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
    deciders = access.people("decide_extensions", task.assigner)
    _owe(deciders, f"{kind}_asked", task, request, by, reason, of_assigner=True)
    return request


def _give(
    task: Task, request: Request, day: date | None, by: Person, right: Right | None, decision: str
) -> None:
    """Move the deadline to the day given; the first one stays in `original_due_on` for ever."""
    _later_day(task, day, "proposed_on")
    before = snapshot(task, ("due_on",)) | forget_risk(task)
    task.due_on = day
    restart_reminders(task)
    task.version += 1
    task.save(update_fields=[*DEADLINE_FIELDS, "version", *RISK_FIELDS])
    record_event(task, "extension_given", by, right=right, before=before, after=snapshot(task, tuple(before)))
    _tell_lead(task, request, by, "request_approved", decision)
    notify_helping_bodies(task, "help_changed", by)


def _close(task: Task, by: Person, right: Right | None, state: str, reason: str) -> Request:
    request = _open(task)
    if state == Request.State.DECLINED:
        _answer(request, state, by, right)
    else:
        request.state = state
        request.save(update_fields=["state"])
    record_event(task, f"request_{state}", by, right=right, after=request_facts(request), reason=reason)
    told = access.people("decide_extensions", task.assigner)
    _owe(told, f"request_{state}", task, request, by, reason, of_assigner=True)
    return request


def _settle(request: Request, state: str, by: Person, right: Right | None, decision: str) -> None:
    request.state, request.decision = state, decision
    request.decided_by, request.decided_for, request.decided_at = by, on_behalf_of(right), timezone.now()
    decided = ("decided_by", "decided_for", "decided_at")
    request.save(update_fields=["state", *decided, "decision", "counter_on"])


def _answer(request: Request, state: str, by: Person, right: Right | None) -> None:
    """Of the lead body, to the day that was offered instead."""
    request.state = state
    request.answered_by, request.answered_for, request.answered_at = by, on_behalf_of(right), timezone.now()
    request.save(update_fields=["state", "answered_by", "answered_for", "answered_at"])


def _open(task: Task) -> Request:
    """The request to settle; the task's row is locked, so nobody else settles it meanwhile."""
    request = task.requests.waiting().first()
    if request is None:
        refuse(not_now(_("This task has no open request.")))
    return request


def _later_day(task: Task, day: date | None, field: str) -> date:
    """Later than the deadline, not in the past, and not later than the task above."""
    if day is None:
        raise ValidationError({field: _("Give the day.")})
    if task.due_on and day <= task.due_on:
        raise ValidationError(
            {field: _("Later than the deadline of now, %(day)s.") % {"day": f"{task.due_on:%d/%m/%Y}"}}
        )
    if day < today():
        raise ValidationError({field: _("Not a day that has passed.")})
    above = task.day_above()
    if above and day > above:
        raise ValidationError({field: deadlines.later_than_above(above)})
    return day


def _tell_lead(task: Task, request: Request, by: Person, kind: str, decision: str) -> None:
    people = {person.pk: person for person in (*lead_workers(task), request.by)}
    _owe(people.values(), kind, task, request, by, decision)


def _owe(
    people: Iterable[Person],
    kind: str,
    task: Task,
    request: Request,
    by: Person,
    reason: str,
    of_assigner: bool = False,
) -> None:
    body = task.assigner if of_assigner else task.lead
    notify(people, kind, task, by, body=body, reason=reason, request=request.name)
