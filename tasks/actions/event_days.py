"""Entering the day of an event, from which the deadline of a task is counted."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees.access import Right
from committees.models import Person
from portal.shared.days import format_day, today
from tasks import rules
from tasks.actions import deadlines, hand_down
from tasks.actions.common import (
    Problems,
    clean_text,
    forget_risk,
    lead_workers,
    lock_with_ancestors,
    milestone_facts,
    notify,
    record_event,
    restart_reminders,
)
from tasks.actions.milestones import bring_forward
from tasks.actions.task_checks import check_days
from tasks.models import Task

MAX_AHEAD = timedelta(days=366)


@transaction.atomic
def set_event_day(
    *, task: Task, by: Person, happened_on: date | None, reason: str = "", past_deadline: bool = False
) -> Task:
    """Enter the day of the event, or correct it with a reason; the deadline is counted from it.

    `past_deadline` confirms that a deadline which has passed is meant.
    """
    task = lock_with_ancestors(task)
    right = rules.may_set_event_day(by, task).or_raise()
    if task.happened_on and happened_on == task.happened_on:
        return task
    required = _("Say why the day of the event is corrected.") if task.happened_on else None
    reason = clean_text(task, reason, "reason", required=required)
    before, old_milestones = snapshot(task, ("happened_on", "due_on")), milestone_facts(task)
    task.happened_on = _check_event_day(happened_on)
    deadlines.count_from_event(task)
    _check_new_deadline(task, by, right)
    deadlines.refuse_past_deadline(task, past_deadline)
    deadlines.keep_first_deadline(task)
    before |= forget_risk(task)
    restart_reminders(task)
    task.version += 1
    task.save()
    # No body that helps has longer than the task itself, as when a day above moves.
    task.parts.helping().filter(due_on__gt=task.due_on).update(due_on=task.due_on)
    if task.due_on:
        bring_forward(task, task.due_on)
    before["milestones"] = old_milestones
    after = {**snapshot(task, tuple(before.keys() - {"milestones"})), "milestones": milestone_facts(task)}
    record_event(task, "event_day_set", by, right=right, before=before, after=after, reason=reason)
    if task.is_issued:
        notify(lead_workers(task), "event_day_set", task, by, body=task.lead, reason=reason)
    return task


def _check_event_day(day: date | None) -> date:
    """The event has happened, or has a day set for it within a year."""
    if day is None:
        raise ValidationError({"happened_on": _("Give the day.")})
    if day > today() + MAX_AHEAD:
        raise ValidationError({"happened_on": _("At most a year ahead: enter it once the day is known.")})
    return day


def _check_new_deadline(task: Task, by: Person, right: Right | None) -> None:
    """Say what is wrong with the counted deadline beside the day that was typed."""
    problems: Problems = {}
    check_days(task, by, problems)
    try:
        hand_down.settle_below(task, {}, by, right, "")
    except ValidationError as error:
        problems |= error.message_dict
    if problems and task.due_on:
        would_be = _("The deadline would be %(day)s.") % {"day": format_day(task.due_on)}
        raise ValidationError({"happened_on": [would_be, *ValidationError(problems).messages]})
