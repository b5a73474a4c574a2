"""What a page shows of imported rows: what was read beside what it means, and what is not certain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.text import capfirst

from committees.models import Body, Person
from imports.changes import is_change
from imports.models import ImportRow
from imports.problems import sentence_of
from imports.storing import UNNAMED, Meaning, cell_of, place_of, problems_of
from imports.types import Problem
from portal.shared.days import format_day
from portal.shared.text import fold
from portal.shared.verdicts import Sentence
from tasks.lifecycle import RUNNING
from tasks.lists import sheet
from tasks.models import Task
from tasks.pages.story import cycle_words


@dataclass(frozen=True)
class Shown:
    row: ImportRow
    place: str
    meaning: Meaning
    lead: Body | None
    co_leads: list[Body]
    coordinating: list[Body]
    other_helpers: str
    """The words of those who help and stand for no body: many, or nobody in particular."""
    to_many: str
    """The file names many bodies as leads, and the task is at work: it can be given to each of them."""
    due: str
    milestones: list[str]
    reads_before: bool
    """The file says “before a day”, and the setting of the body told which day that is."""
    above: Task | None
    duplicates: list[Task]
    hidden: int
    """Tasks that it seems to repeat and this person does not see."""
    doubts: dict[str, list[str]]
    """Cell → the sentences to show in it."""
    stops: bool

    @property
    def words(self) -> dict[str, Any]:
        return dict(self.row.read)


def bodies_of(rows: Iterable[ImportRow], names: Iterable[Unnamed] = ()) -> dict[int, Body]:
    """Every body that the rows or the names beside them speak of, by key; in one query."""
    wanted = {key for row in rows if not is_change(row) for key in Meaning.kept(row.values).bodies}
    return Body.objects.in_bulk(wanted | {key for one in names for key in one.near})


@dataclass(frozen=True)
class Changed:
    """A row that changes a task: column, what it was and what it becomes."""

    row: ImportRow
    place: str
    task: Task | None
    code: str
    told: list[tuple[Sentence, str, str]]
    doubts: list[str]
    stops: bool


def changes_in(rows: Iterable[ImportRow], person: Person) -> list[Changed]:
    rows = list(rows)
    keys = {row.values["task"] for row in rows if row.values["task"]}
    tasks = Task.objects.visible_to(person).in_bulk(keys) if keys else {}
    return [_changed(row, tasks.get(row.values["task"] or 0)) for row in rows]


def _changed(row: ImportRow, task: Task | None) -> Changed:
    """Whoever sent the file may have seen a task that this person does not: only its code is told then."""
    code = row.read["key"]
    problems = problems_of(row) if task else [Problem("row", "no_such_task", {"code": code})]
    return Changed(
        row=row,
        place=place_of(row),
        task=task,
        code=code,
        told=[(HEADS[name], was, text) for name, was, text in row.values["changes"]] if task else [],
        doubts=[sentence_of(problem) for problem in problems],
        stops=bool(row.problems),
    )


HEADS: dict[str, Sentence] = {column.name: column.head for column in sheet.COLUMNS}


def preview(rows: Iterable[ImportRow], bodies: dict[int, Body], person: Person) -> list[Shown]:
    """In as many queries for fifty rows as for one."""
    rows = list(rows)
    meanings = [Meaning.kept(row.values) for row in rows]
    keys = {key for one in meanings for key in [one.parent, *one.duplicates] if key}
    tasks = Task.objects.visible_to(person).in_bulk(keys) if keys else {}
    return [_shown(row, meaning, bodies, tasks) for row, meaning in zip(rows, meanings, strict=True)]


def _shown(row: ImportRow, meaning: Meaning, bodies: dict[int, Body], tasks: dict[int, Task]) -> Shown:
    problems = problems_of(row)
    doubts: dict[str, list[str]] = {}
    for problem in problems:
        doubts.setdefault(cell_of(problem.field), []).append(sentence_of(problem))
    leads = meaning.names.get("lead", [])
    at_work = row.task is not None and row.task.state in RUNNING
    seen = [tasks[key] for key in meaning.duplicates if key in tasks]
    return Shown(
        row=row,
        place=place_of(row),
        meaning=meaning,
        lead=bodies.get(meaning.lead or 0),
        co_leads=[bodies[key] for key in meaning.co_lead if key in bodies],
        coordinating=[bodies[key] for key in meaning.coordinating if key in bodies],
        other_helpers="; ".join(
            one["words"] for one in meaning.names.get("coordinating", []) if one["body"] is None
        ),
        to_many=next((one["group"] for one in leads if one["group"]), "") if at_work else "",
        due=due_words(meaning),
        milestones=[format_day(date.fromisoformat(day)) for day in meaning.milestones],
        reads_before=meaning.due_on is not None and "truoc" in fold(row.read["due"]).split(),
        above=tasks.get(meaning.parent or 0),
        duplicates=seen,
        hidden=len(meaning.duplicates) - len(seen),
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
class Unnamed:
    """A name in the file that stands for no body yet."""

    words: str
    is_group: bool
    rows: int = 0
    near: list[int] = field(default_factory=list)
    """Keys of the bodies that come nearest."""


def unnamed(rows: Iterable[ImportRow]) -> list[Unnamed]:
    """Those that somebody must name, most frequent first."""
    found: dict[str, Unnamed] = {}
    for row in rows:
        if is_change(row):
            continue
        asked = {fold(str(one["values"].get("words", ""))) for one in row.problems if one["code"] in UNNAMED}
        for one in {
            fold(one["words"]): one for cell in row.values["names"].values() for one in cell
        }.values():
            key = fold(one["words"])
            if one["body"] is None and key in asked:
                here = found.setdefault(key, Unnamed(one["words"], bool(one["group"]), near=one["nearest"]))
                here.rows += 1
    return sorted(found.values(), key=lambda one: (-one.rows, one.words))
