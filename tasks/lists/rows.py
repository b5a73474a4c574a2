"""A task as one row of a list, and the order in which lists show tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from django.db.models import Case, F, IntegerField, OrderBy, When

from portal.shared.days import day_of
from tasks.lifecycle import CURRENT, OPEN, Pace, Standing, State
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet


class Counted(TypedDict):
    """A task that was read with how many there are, so that no count is asked apart."""

    total: int


_SORT_COLUMNS = {"due": "due_on", "updated": "progressed_at", "lead": "lead__name_vi"}


@dataclass(frozen=True)
class TaskRow:
    """How a task stands on one day, as a list says it."""

    task: Task
    mark: str
    """The standing, or the state of a task that has none: what the label says."""
    days: int | None
    """Days to the deadline, negative when late; of a report that waits, how long it has waited."""
    waits: bool = False
    """Reported late and not judged yet: overdue, and waiting for confirmation too."""
    at_risk: bool = False

    @classmethod
    def of(cls, task: Task, on: date, due: str = CURRENT) -> TaskRow:
        standing = task.standing(on, due)
        is_reported = task.state == State.SUBMITTED
        if is_reported and task.submitted_at and standing != Standing.OVERDUE:
            return cls(task, "submitted", (on - day_of(task.submitted_at)).days)
        return cls(
            task,
            mark=str(standing or task.state),
            days=task.days_left(on, due) if standing else None,
            waits=is_reported,
            at_risk=task.pace(on, due) == Pace.AT_RISK,
        )


def sort_tasks(tasks: TaskQuerySet, sort: str) -> TaskQuerySet:
    """By `due`, `updated` or `lead`, a hyphen before it for the other way; rows without a value come last.

    By deadline, what is still to be done comes before what is done.
    """
    closed = Case(When(state__in=OPEN, then=0), default=1, output_field=IntegerField())
    first = (closed,) if sort.removeprefix("-") == "due" else ()
    return tasks.order_by(*first, *_order(sort))


def sort_within_state(tasks: TaskQuerySet, sort: str) -> TaskQuerySet:
    """The order of `sort_tasks` among tasks that are all open, or all are not."""
    return tasks.order_by(*_order(sort))


def _order(sort: str) -> tuple[OrderBy, str]:
    """The key at the end, so that pages never show a row twice."""
    column = F(_SORT_COLUMNS[sort.removeprefix("-")])
    return OrderBy(column, descending=sort.startswith("-"), nulls_last=True), "pk"
