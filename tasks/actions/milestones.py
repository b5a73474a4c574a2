"""Milestones of a task: set by whoever may change it, marked as reached by the lead body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Person
from portal.shared.days import format_day, today
from tasks import rules
from tasks.actions.common import (
    Problems,
    clean_text,
    lead_workers,
    lock_with_ancestors,
    milestone_facts,
    notify,
    owe_reminders_again,
    record_event,
)
from tasks.models import Milestone, Task

MAX_MILESTONES = 20


@dataclass(frozen=True)
class MilestoneSpec:
    """A milestone as a form or file names it."""

    due_on: date
    words: str = ""


@transaction.atomic
def set_milestones(*, task: Task, by: Person, milestones: Sequence[MilestoneSpec]) -> Task:
    """Make the milestones that are still open exactly these; what was reached stays on record."""
    task = lock_with_ancestors(task)
    right = rules.may_set_milestones(by, task).or_raise()
    wanted = [MilestoneSpec(spec.due_on, clean_text(task, spec.words, "milestones")) for spec in milestones]
    present = {MilestoneSpec(row.due_on, row.words): row for row in task.milestones.all()}
    new = [spec for spec in wanted if spec not in present]
    problems: Problems = {}
    check_milestones(task, new, problems)
    check_number(wanted, problems)
    if problems:
        raise ValidationError(problems)
    before = milestone_facts(task)
    dropped = [row.pk for spec, row in present.items() if spec not in wanted and row.done_on is None]
    task.milestones.filter(pk__in=dropped).delete()
    Milestone.objects.bulk_create(build_milestones(task, new))
    after = milestone_facts(task)
    if before == after:
        return task
    task.version += 1
    task.save(update_fields=["version"])
    record_event(
        task,
        "milestones_set",
        by,
        right=right,
        before={"milestones": before},
        after={"milestones": after},
    )
    if task.is_issued:
        notify(lead_workers(task), "task_changed", task, by, body=task.lead)
    return task


@transaction.atomic
def mark_milestone(*, task: Task, by: Person, milestone: int, done_on: date | None) -> Task:
    """Say on which day a milestone was reached; without a day it is open again."""
    task = lock_with_ancestors(task)
    right = rules.may_mark_milestone(by, task).or_raise()
    row = task.milestones.filter(pk=milestone).first()
    if row is None:
        raise ValidationError({"milestone": _("Choose a milestone of this task.")})
    if done_on and done_on > today():
        raise ValidationError({"done_on": _("Not a day to come: say it once the milestone is reached.")})
    if done_on == row.done_on:
        return task
    before = milestone_facts(task)
    row.done_on = done_on
    row.done_by, row.done_at = (by, timezone.now()) if done_on else (None, None)
    row.full_clean(exclude=("task", "words"))
    row.save(update_fields=["done_on", "done_by", "done_at"])
    task.version += 1
    task.save(update_fields=["version"])
    if done_on is None:
        owe_reminders_again(task)
    after = milestone_facts(task)
    record_event(
        task,
        "milestone_marked",
        by,
        right=right,
        before={"milestones": before},
        after={"milestones": after},
    )
    return task


def check_number(specs: Sequence[MilestoneSpec], problems: Problems) -> None:
    if len(specs) > MAX_MILESTONES:
        problems["milestones"] = _("At most %(most)s milestones.") % {"most": MAX_MILESTONES}
    elif len(set(specs)) < len(specs):
        problems["milestones"] = _("One milestone is there twice. Write it once.")


def check_milestones(task: Task, specs: Iterable[MilestoneSpec], problems: Problems) -> None:
    """No milestone lies before the start or after the deadline of the task or of one above."""
    last = min((day for day in (task.due_on, task.day_above()) if day), default=None)
    for spec in specs:
        day = format_day(spec.due_on)
        if last and spec.due_on > last:
            problems["milestones"] = _("The milestone of %(day)s lies after the deadline, %(last)s.") % {
                "day": day,
                "last": format_day(last),
            }
        elif task.start_on and spec.due_on < task.start_on:
            problems["milestones"] = _("The milestone of %(day)s lies before the start.") % {"day": day}
        else:
            try:
                Milestone(task=task, due_on=spec.due_on, words=spec.words).clean_fields(exclude=("task",))
            except ValidationError as error:
                problems["milestones"] = error.messages


def check_open_milestones(task: Task, by: Person, problems: Problems) -> None:
    """The open milestones lie between the start and the deadline of the task."""
    rows = task.milestones.filter(done_on=None) if task.pk else ()
    misplaced: Problems = {}
    check_milestones(task, [MilestoneSpec(row.due_on) for row in rows], misplaced)
    if misplaced:
        problems.setdefault("due_on", misplaced["milestones"])


def bring_forward(task: Task, day: date) -> None:
    """Move open milestones to a deadline that came forward by itself; two that become alike are one."""
    rows = task.milestones.filter(done_on=None, due_on__gte=day)
    seen: set[str] = set()
    duplicates = []
    for row in rows:
        if row.words in seen:
            duplicates.append(row.pk)
        seen.add(row.words)
    rows.filter(pk__in=duplicates).delete()
    rows.filter(due_on__gt=day).update(due_on=day)


def build_milestones(task: Task, specs: Iterable[MilestoneSpec]) -> list[Milestone]:
    return [Milestone(task=task, due_on=spec.due_on, words=spec.words) for spec in specs]
