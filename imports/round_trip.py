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
from imports.meaning import due_columns, problem_to_json
from imports.models import ImportRow
from imports.reading.columns import Answers, fold_heading
from imports.types import Problem, Table
from portal.shared.days import format_day, today
from portal.shared.text import legible
from tasks import rules
from tasks.lists import sheet
from tasks.models import Order, Part, Task

CODE = re.compile(r"NV-0*(\d{1,18})")

# Columns whose cells are compared: where a row stands and how late it is differs from day to day.
COMPARED_COLUMNS = tuple(
    column.name for column in sheet.COLUMNS if column.name not in ("row", "key", "state", "version")
)

FIXED_COLUMNS = frozenset(column.name for column in sheet.COLUMNS if column.fixed)

# Columns whose text is the field of a task.
TEXT_COLUMNS = ("number", "pillar", "title", "deliverable", "parent_words", "due_words")

_MILESTONE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s*:\s*(.*))?")

# Name of the table and row of a line.
Place = tuple[str, int]


@dataclass(frozen=True)
class ReturnedLine:
    """A line of a file that the portal wrote and somebody sent back: what stands in its cells, by column."""

    place: Place
    cells: Mapping[str, str]
    language: str


def returned_lines(tables: Iterable[Table], language: str) -> dict[Place, ReturnedLine]:
    """The lines that name a task of the portal; none of a file that it did not write.

    `language` is tried first: an export has the words of whoever asked for it.
    """
    languages = [language, *(code for code, _name in settings.LANGUAGES if code != language)]
    lines = (line for table in tables for line in _lines(table, languages))
    return {line.place: line for line in lines if CODE.fullmatch(line.cells.get("key", ""))}


def heading_answers() -> Answers:
    """What the headings of an exported sheet mean for the rows that somebody added to it."""
    fields = {"parent_words": "parent"} | {
        name: name for name in ("title", "lead", "coordinating", "deliverable", "due", "number", "pillar")
    }
    answers: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            answers |= {
                fold_heading(str(column.head)): fields.get(column.name, "") for column in sheet.COLUMNS
            }
    return answers


def _lines(table: Table, languages: Sequence[str]) -> Iterator[ReturnedLine]:
    """The lines below the header, which may be in any of the languages."""
    headings = {code: _columns_by_heading(code) for code in languages}
    columns: dict[int, str] = {}
    language = ""
    for line in table.lines:
        texts = [cell.text for cell in line.cells]
        for code in languages if not columns else ():
            known = {
                place: headings[code][text] for place, text in enumerate(texts) if text in headings[code]
            }
            if {"key", "title"} <= set(known.values()):
                columns, language = known, code
                break
        else:
            if columns:
                cells = {name: texts[place] if place < len(texts) else "" for place, name in columns.items()}
                yield ReturnedLine((table.name, line.row), cells, language)


def _columns_by_heading(language: str) -> dict[str, str]:
    with override(language):
        return {legible(str(column.head)): column.name for column in sheet.COLUMNS}


def change_rows(lines: Iterable[ReturnedLine], by: Person, *, after: int) -> list[ImportRow]:
    """A row for each line in which something differs; what cannot be applied stops it with a sentence.

    The rows are numbered from the one behind `after`.
    """
    lines = list(lines)
    parts = Prefetch("parts", Part.objects.select_related("body"))
    visible = (
        Task.objects.visible_to(by)
        .select_related("lead", "order", "assigner")
        .prefetch_related(parts, "milestones")
    )
    tasks = visible.in_bulk({_task_key(line) for line in lines})
    names = _NamesOfBodies()
    rows: list[ImportRow] = []
    for line in lines:
        if row := _row(line, tasks.get(_task_key(line)), by, names, after + len(rows) + 1):
            rows.append(row)
    return rows


def _task_key(line: ReturnedLine) -> int:
    code = CODE.fullmatch(line.cells["key"])
    return int(code[1]) if code else 0


class _NamesOfBodies:
    """Names as each body reads them, loaded once for each."""

    def __init__(self) -> None:
        self.by_reader: dict[int, NameReader] = {}

    def read(self, text: str, reader: Body) -> list[int | None]:
        """Keys of the bodies in a cell; None for what is not certain."""
        if reader.pk not in self.by_reader:
            self.by_reader[reader.pk] = NameReader(reader)
        return [name.body for name in self.by_reader[reader.pk].read(text)]


@dataclass
class _Change:
    """What a line asks for."""

    # Column, what it was and what it becomes.
    cells: list[tuple[str, str, str]] = field(default_factory=list)
    # What an edit takes.
    values: dict[str, Any] = field(default_factory=dict)
    parts: list[tuple[int, str]] | None = None
    # Day and words of those that are to be open; None leaves them.
    milestones: list[tuple[str, str]] | None = None
    problems: list[Problem] = field(default_factory=list)

    def stop(self, column: str, code: str, /, **values: Any) -> None:
        self.problems.append(Problem(column, code, values, stops=True))


def _row(
    line: ReturnedLine, task: Task | None, by: Person, names: _NamesOfBodies, position: int
) -> ImportRow | None:
    change = _Change()
    if task is None:
        change.stop("row", "no_such_task", code=line.cells["key"])
    else:
        with override(line.language):
            current = {name: text_of(value) for name, value in sheet.values_of(task).items()}
        change.cells = [
            (name, current[name], text)
            for name, text in line.cells.items()
            if name in COMPARED_COLUMNS and name in current and text != current[name]
        ]
        if not change.cells:
            return None
        _read_change(change, line, task, by, names)
    table, row = line.place
    return ImportRow(
        position=position,
        read={**line.cells, "table": table, "row": row},
        values={
            "task": task.pk if task else None,
            "version": task.version if task else None,
            "changes": change.cells,
            "edit": {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in change.values.items()
            },
            "parts": change.parts,
            "milestones": change.milestones,
        },
        problems=[problem_to_json(problem) for problem in change.problems],
    )


def text_of(value: sheet.Cell) -> str:
    """What a file gives back of a cell that nobody touched."""
    if isinstance(value, date):
        return f"{value.day}/{value.month}/{value.year}"
    return legible("" if value is None else str(value))


def _read_change(change: _Change, line: ReturnedLine, task: Task, by: Person, names: _NamesOfBodies) -> None:
    verdict = rules.may_edit(by, task)
    if not verdict:
        change.stop("row", "not_now" if verdict.later else "not_yours", code=task.code, state=str(task.state))
    if line.cells.get("version") != str(task.version):
        change.stop("row", "stale_row", code=task.code)
    for name, before, text in change.cells:
        if name in FIXED_COLUMNS:
            change.stop(name, "fixed_cell", was=before)
        elif name in TEXT_COLUMNS:
            change.values[name] = text
        elif name == "due":
            _read_due_change(change, text, task)
        elif name == "milestones":
            _read_milestones(change, before, text, task)
    texts = {name: text for name, _before, text in change.cells}
    if "lead" in texts or "coordinating" in texts:
        _read_bodies(change, texts, task, names, _bodies_by_name(task, line.language))


def _read_due_change(change: _Change, text: str, task: Task) -> None:
    due = read_due(text, task.assigner.before_means)
    if due.problem:
        change.stop("due", due.problem.code, **due.problem.values)
    elif due.kind == Task.DueKind.RECURRING:
        change.stop("due", "cycle_in_cell", words=text)
    else:
        columns = due_columns(due, task.order or Order())
        change.values |= {name: columns[name] for name in ("due_kind", "due_on", "after_days", "after_event")}
        day = columns["due_on"]
        if task.is_issued and day and day != task.due_on and day < today():
            change.stop("due", "due_passed", day=format_day(day))


def _read_milestones(change: _Change, before: str, text: str, task: Task) -> None:
    """Read the milestones, a line for each; one that was reached comes back as it was."""
    lines = text.splitlines()
    reached = [
        line for line, row in zip(before.splitlines(), task.milestones.all(), strict=True) if row.done_on
    ]
    for line in reached:
        if line not in lines:
            change.stop("milestones", "milestone_reached", was=line)
    change.milestones = []
    for line in (line for line in lines if line not in reached):
        match = _MILESTONE.fullmatch(line)
        try:
            day = date(int(match[3]), int(match[2]), int(match[1])) if match else None
        except ValueError:
            day = None
        if match and day:
            change.milestones.append((day.isoformat(), match[4] or ""))
        else:
            change.stop("milestones", "milestone_unread", words=line)


def _bodies_by_name(task: Task, language: str) -> dict[str, int]:
    """The names that the file was sent with, each with the body that it was written for."""
    bodies = [*([task.lead] if task.lead else []), *(part.body for part in task.parts.all())]
    with override(language):
        return {legible(body.brief): body.pk for body in bodies}


def _read_bodies(
    change: _Change,
    texts: Mapping[str, str],
    task: Task,
    names: _NamesOfBodies,
    known: Mapping[str, int],
) -> None:
    helping = [part for part in task.parts.all() if part.kind in Part.HELPING]
    co_leads = [part.body_id for part in helping if part.kind == Part.Kind.CO_LEAD]
    coordinating = [part.body_id for part in helping if part.kind == Part.Kind.COORDINATING]
    if "lead" in texts:
        leads = _bodies_in_cell(change, "lead", texts["lead"], task, names, known)
        lead, co_leads = (leads[0], leads[1:]) if leads else (None, [])
        if task.is_issued and lead != task.lead_id:
            change.stop("lead", "lead_of_issued")
        change.values["lead"] = lead
    if "coordinating" in texts:
        coordinating = _bodies_in_cell(change, "coordinating", texts["coordinating"], task, names, known)
    change.parts = [(key, str(Part.Kind.CO_LEAD)) for key in co_leads]
    change.parts += [(key, str(Part.Kind.COORDINATING)) for key in coordinating if key not in co_leads]


def _bodies_in_cell(
    change: _Change, column: str, text: str, task: Task, names: _NamesOfBodies, known: Mapping[str, int]
) -> list[int]:
    """The bodies of a cell. Those that stood there are not read anew: one that was dissolved since stays."""
    pieces = [piece.strip() for piece in text.split(sheet.BETWEEN.strip()) if piece.strip()]
    keys = [
        key
        for piece in pieces
        for key in ([known[piece]] if piece in known else names.read(piece, task.assigner))
    ]
    if None in keys:
        change.stop(column, "unknown_body", words=text)
    return list(dict.fromkeys(key for key in keys if key))


def is_change(row: ImportRow) -> bool:
    """Whether the row changes a task that is there; else it becomes a draft."""
    return "changes" in row.values


def bodies_of(row: ImportRow) -> list[int]:
    """Keys of the bodies that the change names."""
    lead = row.values["edit"].get("lead")
    return [*([lead] if lead else []), *(key for key, _kind in row.values["parts"] or ())]


def edit_values(row: ImportRow, bodies: Mapping[int, Body]) -> dict[str, Any]:
    """The values of `row`, as an edit takes them."""
    values = dict(row.values["edit"])
    if values.get("due_on"):
        values["due_on"] = date.fromisoformat(values["due_on"])
    if "lead" in values:
        values["lead"] = bodies.get(values["lead"] or 0)
    return values
