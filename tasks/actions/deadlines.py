"""What must hold of a deadline that is not simply a day: periods in words, days after an event."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from committees.models import Person
from portal.shared.days import format_day, today
from tasks.actions.common import Problems
from tasks.models import Task
from tasks.periods import last_day

DueKind = Task.DueKind

# Kinds of deadline without a day. Of a recurring task each occurrence has one.
DAYLESS = (DueKind.NONE, DueKind.CONTINUOUS, DueKind.RECURRING)


def later_than_above(above: date) -> str:
    """Why a day after the deadline of the task above is refused, and what to do when that has passed."""
    if above < today():
        sentence = _(
            "Not later than the task above, which was due on %(day)s. That day has passed: ask for an"
            " extension of the task above first."
        )
    else:
        sentence = _("Not later than the task above, which is due on %(day)s.")
    return sentence % {"day": format_day(above)}


def check_not_passed(due_on: date | None, past_deadline: bool, problems: Problems) -> None:
    """A deadline in the past is mostly a slip of the pen: whoever sets it says that it is meant."""
    if due_on and due_on < today() and not past_deadline:
        problems["past_deadline"] = _(
            "The deadline %(day)s has already passed. Correct it, or confirm that it is meant."
        ) % {"day": format_day(due_on)}


def refuse_past_deadline(task: Task, past_deadline: bool) -> None:
    """Refuse a passed day for an issued task; for a draft the question comes when it is issued."""
    problems: Problems = {}
    if task.is_issued:
        check_not_passed(task.due_on, past_deadline, problems)
    if problems:
        raise ValidationError(problems)


def keep_first_deadline(task: Task) -> None:
    """Keep the first deadline for ever: of a task that was issued without one, the first day that it got."""
    if task.is_issued and task.original_due_on is None:
        task.original_due_on = task.due_on


def check_period(task: Task, by: Person, problems: Problems) -> None:
    """The words for a month, quarter or year give its last day; words and day never contradict each other."""
    day = last_day(task.due_words) if task.due_kind == DueKind.PERIOD else None
    if day is None:
        return
    if task.due_on is None:
        task.due_on = day
    elif task.due_on != day and not _moved_after_issue(task):
        problems["due_on"] = _("“%(words)s” ends on %(day)s. Correct the day or the words.") % {
            "words": task.due_words,
            "day": format_day(day),
        }


def _moved_after_issue(task: Task) -> bool:
    """A deadline that was extended may differ from the order's words, which stay as they are."""
    issued = Task.objects.filter(pk=task.pk, original_due_on__isnull=False)
    return issued.filter(due_kind=task.due_kind, due_words=task.due_words).exists()


def check_occurrence(task: Task, by: Person, problems: Problems) -> None:
    """A task that was made by a cycle stays below the recurring task."""
    if task.occurrence_on and not Task.objects.filter(pk=task.pk, parent=task.parent_id).exists():
        problems["parent"] = _("This task belongs to the cycle above it and stays there.")


def count_from_event(task: Task) -> None:
    """Set the deadline from the day of the event, if that is known."""
    if task.happened_on and task.after_days is not None:
        task.due_on = task.happened_on + timedelta(days=task.after_days)


def check_event(task: Task, by: Person, problems: Problems) -> None:
    """A deadline so many days after an event has no day until the event's day is known."""
    if task.due_kind != DueKind.RELATIVE:
        _drop_or_refuse_event(task, problems)
        return
    if task.after_days is None:
        problems["after_days"] = _("Say how many days after the event.")
    if not task.after_event:
        problems["after_event"] = _("Name the event that the deadline follows.")
    if task.due_on and task.happened_on is None:
        problems["due_on"] = _("Leave the day empty: it is counted once the day of the event is entered.")


def _drop_or_refuse_event(task: Task, problems: Problems) -> None:
    """Another kind of deadline follows no event: drop what the form still shows, refuse what was typed."""
    given = {"after_days": task.after_days, "after_event": task.after_event}
    if given == {"after_days": None, "after_event": ""}:
        return
    if Task.objects.filter(pk=task.pk, due_kind=DueKind.RELATIVE, **given).exists():
        task.after_days, task.after_event, task.happened_on = None, "", None
        return
    sentence = _("Choose “so many days after an event” as the kind of deadline, or leave this empty.")
    problems |= {field: sentence for field, value in given.items() if value not in (None, "")}
