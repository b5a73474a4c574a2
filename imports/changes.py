"""A file that the portal exported and that comes back: what somebody changed in it, cell by cell.

A cell is held against what would stand there today. What the reader's own edit would refuse is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import override

from committees.models import Body, Person
from committees.names.reader import NameReader
from imports.deadlines.phrases import read_due
from imports.models import ImportRow
from imports.reading.columns import Answers, heading
from imports.storing import plain, when
from imports.types import Problem, Table
from portal.shared.days import format_day, today
from portal.shared.text import legible
from tasks import rules
from tasks.lists import sheet
from tasks.models import Order, Part, Task

CODE = re.compile(r"NV-0*(\d{1,18})")

TOLD = tuple(column.name for column in sheet.COLUMNS if column.name not in ("row", "key", "state", "version"))
"""Columns whose cells are compared: where a row stands and how late it is differs from day to day."""

FIXED = frozenset(column.name for column in sheet.COLUMNS if column.fixed)

PLAIN = ("number", "pillar", "title", "deliverable", "parent_words", "due_words")
"""Columns whose text is the field of a task."""

Place = tuple[str, int]
"""Name of the table and row of a line."""


@dataclass(frozen=True)
class Returned:
    """A line of such a file: what stands in its cells, by column."""

    place: Place
    cells: Mapping[str, str]
    language: str


def returned(tables: Iterable[Table], language: str) -> dict[Place, Returned]:
    """The lines that name a task of the portal; none of a file that it did not write.

    `language` is tried first: an export has the words of whoever asked for it.
    """
    languages = [language, *(code for code, _name in settings.LANGUAGES if code != language)]
    found = (line for table in tables for line in _lines(table, languages))
    return {line.place: line for line in found if CODE.fullmatch(line.cells.get("key", ""))}


def columns() -> Answers:
    """What the headings of an exported sheet mean for the rows that somebody added to it."""
    meant = {"parent_words": "parent"} | {
        name: name for name in ("title", "lead", "coordinating", "deliverable", "due", "number", "pillar")
    }
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {heading(str(column.head)): meant.get(column.name, "") for column in sheet.COLUMNS}
    return found


def _lines(table: Table, languages: Sequence[str]) -> Iterator[Returned]:
    heads = {code: _heads(code) for code in languages}
    columns: dict[int, str] = {}
    used = ""
    for line in table.lines:
        texts = [cell.text for cell in line.cells]
        for code in languages if not columns else ():
            here = {place: heads[code][text] for place, text in enumerate(texts) if text in heads[code]}
            if {"key", "title"} <= set(here.values()):
                columns, used = here, code
                break
        else:
            if columns:
                cells = {name: texts[place] if place < len(texts) else "" for place, name in columns.items()}
                yield Returned((table.name, line.row), cells, used)


def _heads(language: str) -> dict[str, str]:
    with override(language):
        return {legible(str(column.head)): column.name for column in sheet.COLUMNS}


def rows_of(lines: Iterable[Returned], by: Person, *, after: int) -> list[ImportRow]:
    """A row for each line in which something differs; what cannot be applied stops it with a sentence."""
    lines = list(lines)
    parts = Prefetch("parts", Part.objects.select_related("body"))
    seen = (
        Task.objects.visible_to(by)
        .select_related("lead", "order", "assigner")
        .prefetch_related(parts, "milestones")
    )
    tasks, reading, rows = seen.in_bulk({key_of(line) for line in lines}), _Reading(by), list[ImportRow]()
    for line in lines:
        if row := _row(line, tasks.get(key_of(line)), reading, after + len(rows) + 1):
            rows.append(row)
    return rows


def key_of(line: Returned) -> int:
    found = CODE.fullmatch(line.cells["key"])
    return int(found[1]) if found else 0


class _Reading:
    """Names as each body reads them, loaded once for each."""

    def __init__(self, by: Person) -> None:
        self.by = by
        self.names: dict[int, NameReader] = {}

    def bodies(self, text: str, task: Task) -> list[int | None]:
        """Keys of the bodies in a cell; None for what is not certain."""
        if task.assigner_id not in self.names:
            self.names[task.assigner_id] = NameReader(task.assigner)
        return [named.body for named in self.names[task.assigner_id].read(text)]


@dataclass
class _Change:
    """What a line asks for: `told` is column, was and becomes; `values` what an edit takes."""

    told: list[tuple[str, str, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    parts: list[tuple[int, str]] | None = None
    milestones: list[tuple[str, str]] | None = None
    """Day and words of those that are to be open; None leaves them."""
    problems: list[Problem] = field(default_factory=list)


def _row(line: Returned, task: Task | None, reading: _Reading, position: int) -> ImportRow | None:
    change = _Change()
    if task is None:
        change.problems.append(Problem("row", "no_such_task", {"code": line.cells["key"]}, stops=True))
    else:
        with override(line.language):
            told = {name: text_of(value) for name, value in sheet.values_of(task).items()}
        now = {name: text for name, text in line.cells.items() if name in TOLD and name in told}
        change.told = [(name, told[name], text) for name, text in now.items() if text != told[name]]
        if not change.told:
            return None
        _ask(change, line, task, reading)
    table, row = line.place
    return ImportRow(
        position=position,
        read={**line.cells, "table": table, "row": row},
        values={
            "task": task.pk if task else None,
            "version": task.version if task else None,
            "changes": change.told,
            "edit": {name: _stored(value) for name, value in change.values.items()},
            "parts": change.parts,
            "milestones": change.milestones,
        },
        problems=[plain(problem) for problem in change.problems],
    )


def text_of(value: sheet.Cell) -> str:
    """What a file gives back of a cell that nobody touched."""
    if isinstance(value, date):
        return f"{value.day}/{value.month}/{value.year}"
    return legible("" if value is None else str(value))


def _ask(change: _Change, line: Returned, task: Task, reading: _Reading) -> None:
    verdict = rules.may_edit(reading.by, task)
    if not verdict:
        code = "not_now" if verdict.later else "not_yours"
        change.problems.append(
            Problem("row", code, {"code": task.code, "state": str(task.state)}, stops=True)
        )
    if line.cells.get("version") != str(task.version):
        change.problems.append(Problem("row", "stale_row", {"code": task.code}, stops=True))
    for name, was, text in change.told:
        if name in FIXED:
            change.problems.append(Problem(name, "fixed_cell", {"was": was}, stops=True))
        elif name in PLAIN:
            change.values[name] = text
        elif name == "due":
            _ask_due(change, text, task)
        elif name == "milestones":
            _ask_milestones(change, was, text, task)
    names = {name: text for name, _was, text in change.told}
    if "lead" in names or "coordinating" in names:
        _ask_bodies(change, names, task, reading, _names_there(task, line.language))


def _ask_due(change: _Change, text: str, task: Task) -> None:
    due = read_due(text, task.assigner.before_means)
    if due.problem:
        change.problems.append(Problem("due", due.problem.code, due.problem.values, stops=True))
    elif due.kind == Task.DueKind.RECURRING:
        change.problems.append(Problem("due", "cycle_in_cell", {"words": text}, stops=True))
    else:
        asked = when(due, task.order or Order())
        change.values |= {name: asked[name] for name in ("due_kind", "due_on", "after_days", "after_event")}
        day = asked["due_on"]
        if task.is_issued and day and day != task.due_on and day < today():
            told = {"day": format_day(day)}
            change.problems.append(Problem("due", "due_passed", told, stops=True))


def _ask_milestones(change: _Change, was: str, text: str, task: Task) -> None:
    """A line for each; one that was reached comes back as it was."""
    lines = text.splitlines()
    reached = [line for line, row in zip(was.splitlines(), task.milestones.all(), strict=True) if row.done_on]
    for line in reached:
        if line not in lines:
            change.problems.append(Problem("milestones", "milestone_reached", {"was": line}, stops=True))
    change.milestones = []
    for line in (line for line in lines if line not in reached):
        found = _MILESTONE.fullmatch(line)
        try:
            day = date(int(found[3]), int(found[2]), int(found[1])) if found else None
        except ValueError:
            day = None
        if found and day:
            change.milestones.append((day.isoformat(), found[4] or ""))
        else:
            change.problems.append(Problem("milestones", "milestone_unread", {"words": line}, stops=True))


_MILESTONE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s*:\s*(.*))?")


def _names_there(task: Task, language: str) -> dict[str, int]:
    """The names that the file was sent with, each with the body that it was written for."""
    bodies = [*([task.lead] if task.lead else []), *(part.body for part in task.parts.all())]
    with override(language):
        return {legible(body.brief): body.pk for body in bodies}


def _ask_bodies(
    change: _Change, names: Mapping[str, str], task: Task, reading: _Reading, there: Mapping[str, int]
) -> None:
    helping = [part for part in task.parts.all() if part.kind in Part.HELPING]
    co_leads = [part.body_id for part in helping if part.kind == Part.Kind.CO_LEAD]
    others = [part.body_id for part in helping if part.kind == Part.Kind.COORDINATING]
    lead = task.lead_id
    if "lead" in names:
        found = _certain(change, "lead", names["lead"], task, reading, there)
        lead, co_leads = (found[0], found[1:]) if found else (None, [])
        if task.is_issued and lead != task.lead_id:
            change.problems.append(Problem("lead", "lead_of_issued", {}, stops=True))
        change.values["lead"] = lead
    if "coordinating" in names:
        others = _certain(change, "coordinating", names["coordinating"], task, reading, there)
    change.parts = [(key, str(Part.Kind.CO_LEAD)) for key in co_leads]
    change.parts += [(key, str(Part.Kind.COORDINATING)) for key in others if key not in co_leads]


def _certain(
    change: _Change, name: str, text: str, task: Task, reading: _Reading, there: Mapping[str, int]
) -> list[int]:
    """Who stood there already is not read anew: a body that was dissolved since stays as it is."""
    pieces = [piece.strip() for piece in text.split(sheet.BETWEEN.strip()) if piece.strip()]
    found = [
        key for piece in pieces for key in ([there[piece]] if piece in there else reading.bodies(piece, task))
    ]
    if None in found:
        change.problems.append(Problem(name, "unknown_body", {"words": text}, stops=True))
    return list(dict.fromkeys(key for key in found if key))


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def is_change(row: ImportRow) -> bool:
    """Does it change a task that is there, or become a draft?"""
    return "changes" in row.values


def bodies_of(row: ImportRow) -> list[int]:
    lead = row.values["edit"].get("lead")
    return [*([lead] if lead else []), *(key for key, _kind in row.values["parts"] or ())]


def asked_of(row: ImportRow, bodies: Mapping[int, Body]) -> dict[str, Any]:
    """What an edit takes."""
    values = dict(row.values["edit"])
    if values.get("due_on"):
        values["due_on"] = date.fromisoformat(values["due_on"])
    if "lead" in values:
        values["lead"] = bodies.get(values["lead"] or 0)
    return values
