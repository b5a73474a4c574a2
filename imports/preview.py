"""What a page shows of imported rows: what was read beside what it means, and what is not certain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.text import capfirst

from committees.models import Body, Person
from imports.corrections import BODY_PROBLEMS
from imports.meaning import Meaning, cell_of, place_of, problems_of
from imports.models import ImportRow
from imports.problems import problem_sentence
from imports.round_trip import is_change
from imports.types import Problem
from portal.shared.days import format_day
from portal.shared.text import fold
from portal.shared.verdicts import Sentence
from tasks.lifecycle import RUNNING
from tasks.lists import sheet
from tasks.models import Task, cycle_words

HEADINGS: dict[str, Sentence] = {column.name: column.head for column in sheet.COLUMNS}


@dataclass(frozen=True)
class PreviewRow:
    row: ImportRow
    place: str
    meaning: Meaning
    lead: Body | None
    co_leads: list[Body]
    coordinating: list[Body]
    # The words of those who help and stand for no body: many, or nobody in particular.
    other_helpers: str
    # The file names many bodies as leads, and the task is at work: it can be given to each of them.
    to_many: str
    due: str
    milestones: list[str]
    # The file says “before a day”, and the setting of the body told which day that is.
    reads_before: bool
    above: Task | None
    duplicates: list[Task]
    # Tasks that it seems to repeat and this person does not see.
    hidden: int
    # Cell → the sentences to show in it.
    doubts: dict[str, list[str]]
    stops: bool

    @property
    def words(self) -> dict[str, Any]:
        return dict(self.row.read)


def bodies_of(rows: Iterable[ImportRow], names: Iterable[UnknownName] = ()) -> dict[int, Body]:
    """Every body that the rows or the names beside them speak of, by key; in one query."""
    wanted = {key for row in rows if not is_change(row) for key in Meaning.kept(row.values).bodies}
    return Body.objects.in_bulk(wanted | {key for name in names for key in name.near})


@dataclass(frozen=True)
class ChangePreview:
    """A row that changes a task."""

    row: ImportRow
    place: str
    task: Task | None
    code: str
    # Heading of the column, what it was and what it becomes.
    cells: list[tuple[Sentence, str, str]]
    doubts: list[str]
    stops: bool


def preview_changes(rows: Iterable[ImportRow], person: Person) -> list[ChangePreview]:
    rows = list(rows)
    keys = {row.values["task"] for row in rows if row.values["task"]}
    tasks = Task.objects.visible_to(person).in_bulk(keys) if keys else {}
    return [_preview_change(row, tasks.get(row.values["task"] or 0)) for row in rows]


def _preview_change(row: ImportRow, task: Task | None) -> ChangePreview:
    """Whoever sent the file may have seen a task that this person does not: only its code is told then."""
    code = row.read["key"]
    problems = problems_of(row) if task else [Problem("row", "no_such_task", {"code": code})]
    return ChangePreview(
        row=row,
        place=place_of(row),
        task=task,
        code=code,
        cells=[(HEADINGS[name], was, text) for name, was, text in row.values["changes"]] if task else [],
        doubts=[problem_sentence(problem) for problem in problems],
        stops=bool(row.problems),
    )


def preview_rows(rows: Iterable[ImportRow], bodies: dict[int, Body], person: Person) -> list[PreviewRow]:
    """The rows as the page shows them, in as many queries for fifty as for one."""
    rows = list(rows)
    meanings = [Meaning.kept(row.values) for row in rows]
    keys = {key for meaning in meanings for key in [meaning.parent, *meaning.duplicates] if key}
    tasks = Task.objects.visible_to(person).in_bulk(keys) if keys else {}
    return [_preview_row(row, meaning, bodies, tasks) for row, meaning in zip(rows, meanings, strict=True)]


def _preview_row(
    row: ImportRow, meaning: Meaning, bodies: dict[int, Body], tasks: dict[int, Task]
) -> PreviewRow:
    problems = problems_of(row)
    doubts: dict[str, list[str]] = {}
    for problem in problems:
        doubts.setdefault(cell_of(problem.field), []).append(problem_sentence(problem))
    leads = meaning.names.get("lead", [])
    at_work = row.task is not None and row.task.state in RUNNING
    visible = [tasks[key] for key in meaning.duplicates if key in tasks]
    return PreviewRow(
        row=row,
        place=place_of(row),
        meaning=meaning,
        lead=bodies.get(meaning.lead or 0),
        co_leads=[bodies[key] for key in meaning.co_lead if key in bodies],
        coordinating=[bodies[key] for key in meaning.coordinating if key in bodies],
        other_helpers="; ".join(
            name["words"] for name in meaning.names.get("coordinating", []) if name["body"] is None
        ),
        to_many=next((name["group"] for name in leads if name["group"]), "") if at_work else "",
        due=due_words(meaning),
        milestones=[format_day(date.fromisoformat(day)) for day in meaning.milestones],
        reads_before=meaning.due_on is not None and "truoc" in fold(row.read["due"]).split(),
        above=tasks.get(meaning.parent or 0),
        duplicates=visible,
        hidden=len(meaning.duplicates) - len(visible),
        doubts=doubts,
        stops=any(problem.stops for problem in problems),
    )


def due_words(meaning: Meaning) -> str:
    """What a deadline was read as: its day, or its kind with what belongs to it."""
    kind = meaning.due_kind
    if meaning.due_on:
        return format_day(meaning.due_on)
    if kind == Task.DueKind.RELATIVE:
        return Task(due_kind=kind, after_days=meaning.after_days, after_event=meaning.after_event).waits_for
    if cycle := meaning.cycle:
        return str(capfirst(cycle_words(cycle)))
    return str(capfirst(Task.DueKind(kind).label))


@dataclass
class UnknownName:
    """A name in the file that stands for no body yet."""

    words: str
    is_group: bool
    rows: int = 0
    # Keys of the bodies that come nearest.
    near: list[int] = field(default_factory=list)


def unknown_names(rows: Iterable[ImportRow]) -> list[UnknownName]:
    """The names of which somebody must say the body, most frequent first."""
    unknown: dict[str, UnknownName] = {}
    for row in rows:
        if is_change(row):
            continue
        in_question = {
            fold(str(problem["values"].get("words", "")))
            for problem in row.problems
            if problem["code"] in BODY_PROBLEMS
        }
        names = {fold(name["words"]): name for cell in row.values["names"].values() for name in cell}
        for key, name in names.items():
            if name["body"] is None and key in in_question:
                first = UnknownName(name["words"], bool(name["group"]), near=name["nearest"])
                unknown.setdefault(key, first).rows += 1
    return sorted(unknown.values(), key=lambda name: (-name.rows, name.words))
