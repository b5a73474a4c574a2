"""The rows of a run as its page shows them: the task, if the reader still sees it, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from committees import access
from committees.models import Person
from portal.shared.days import today
from portal.shared.verdicts import Sentence
from tasks.lists.rows import TaskRow
from tasks.many.actions import NOT_SEEN
from tasks.models import Run, RunRow, Task
from tasks.verbs import VERBS, Verb


@dataclass(frozen=True)
class RowResult:
    row: RunRow
    # None for a task that is none, or that the reader no longer sees.
    task: TaskRow | None
    reason: Sentence
    # The address of the verb that takes this one back, where it can be now.
    undo: str = ""


@dataclass(frozen=True)
class Refusals:
    """The tasks that were not done for one and the same reason."""

    outcome: str
    reason: Sentence
    results: list[RowResult]


def by_reason(results: Iterable[RowResult]) -> list[Refusals]:
    """What somebody changed meanwhile first: it may still wait for the reader."""
    groups: dict[tuple[str, str], Refusals] = {}
    for result in sorted(results, key=lambda result: result.row.outcome != RunRow.Outcome.CHANGED):
        key = (result.row.outcome, str(result.reason))
        outcome = result.row.get_outcome_display()
        groups.setdefault(key, Refusals(outcome, result.reason, [])).results.append(result)
    return list(groups.values())


def read_rows(run: Run, person: Person, rows: Iterable[RunRow], verb: Verb | None = None) -> list[RowResult]:
    """As many queries for fifty as for one. With `verb`, each with the way to take it back."""
    rows = list(rows)
    tasks = Task.objects.each_visible_to(person).filter(pk__in=[row.key for row in rows]).for_list().in_bulk()
    on, undo = today(), VERBS.get(verb.undone_by) if verb else None
    with access.asking_once():
        return [_result(row, tasks.get(row.key), person, undo, on) for row in rows]


def _result(row: RunRow, task: Task | None, person: Person, undo: Verb | None, on: date) -> RowResult:
    if task is None:
        return RowResult(row, None, NOT_SEEN)
    url = reverse(f"tasks:{undo.name}", args=[task.pk]) if undo and undo.rule(person, task) else ""
    return RowResult(row, TaskRow.of(task, on), row.reason, url)
