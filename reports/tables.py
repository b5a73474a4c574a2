"""The rows and columns of each report, read chunk by chunk: a hundred thousand rows need no room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.shared.verdicts import Sentence
from reports.documents.layout import Cell, Column, Table, format_cell
from reports.groupings import Grouping
from tasks.lifecycle import FIVE, Standing, State
from tasks.lists import sheet
from tasks.lists.rows import TaskRow
from tasks.models import Progress, Request, Task
from tasks.models.counting import Tally
from tasks.models.tasks import TaskQuerySet

CHUNK = 1000
"""Tasks that are in memory at a time, with their parts."""

ON_PAPER = {
    "row": 12,
    "key": 21,
    "title": 62,
    "lead": 33,
    "coordinating": 35,
    "deliverable": 35,
    "due": 24,
    "parent_words": 19,
    "state": 22,
}
"""Mm of the columns of an official appendix; the others are only in a sheet."""

IN_A_SHEET = {"number": 10, "order": 16, "pillar": 22, "due_words": 20, "milestones": 30, "percent": 10}
"""Characters."""

RIGHT = ("row", "percent", "version")
CENTRE = ("due",)

MARKS: dict[str, Sentence] = {str(value): value.label for value in (*Standing, *State)}


def task_list(tasks: TaskQuerySet, on: date, due: str, *, paper: bool) -> Table:
    """The columns of the official appendix, with the code by which an edited sheet finds its tasks again."""
    columns = tuple(
        Column(
            column.name,
            str(column.head),
            ON_PAPER.get(column.name, 0),
            _align(column.name),
            IN_A_SHEET.get(column.name, 0),
            hidden=column.name == "version",
        )
        for column in sheet.COLUMNS
    )
    return Table(columns, _rows_of_list(tasks, on, due, paper=paper))


def _align(name: str) -> str:
    return "right" if name in RIGHT else "centre" if name in CENTRE else "left"


def _rows_of_list(tasks: TaskQuerySet, on: date, due: str, *, paper: bool) -> Iterator[list[Cell]]:
    for number, task in enumerate(_read(tasks), 1):
        values = sheet.values_of(task) | {"row": number, "state": _mark(task, on, due)}
        if paper:
            values |= {"title": _with_order(task), "due": _with_words(task, values["due"])}
        yield [values[column.name] for column in sheet.COLUMNS]


def _read(tasks: QuerySet[Task]) -> Iterator[Task]:
    # Not joined: a chunk names the same few bodies, orders and people again and again.
    rows = tasks.prefetch_related(
        "lead", "assigner", "order", "leader", "contact", "parts__body", "milestones"
    )
    return rows.iterator(chunk_size=CHUNK)


def _mark(task: Task, on: date, due: str) -> str:
    return capfirst(str(MARKS[TaskRow.of(task, on, due).mark]))


def _with_order(task: Task) -> str:
    """What is to be done, and below it where that is written."""
    number = _("no. %(number)s") % {"number": task.number} if task.number else ""
    source = ", ".join(part for part in (task.order.number if task.order else "", number) if part)
    return f"{task.name}\n({source})" if source else task.name


def _with_words(task: Task, day: Cell) -> str:
    """The deadline, its words, and the milestones on the way to it."""
    words = task.due_words if task.due_on and task.due_words != format_cell(day) else ""
    lines = [format_cell(day), *([f"({words})"] if words else []), *sheet.milestone_lines(task)]
    return "\n".join(line for line in lines if line)


# Late tasks


def late_tasks(tasks: TaskQuerySet, on: date, due: str) -> Table:
    """Who answers for each, how late it is, why, and what is done about it, as the lead last told."""
    columns = (
        Column("row", _("No."), 12, "right"),
        Column("key", _("Code"), 21),
        Column("title", _("Task"), 58),
        Column("lead", _("Lead body"), 32),
        Column("responsible", _("Responsible"), 30),
        Column("due", _("Deadline"), 23, "centre"),
        Column("days", _("Days late"), 14, "right"),
        Column("cause", _("Cause"), 40),
        Column("remedy", _("Remedy"), 40),
    )
    return Table(columns, _rows_of_late(tasks, on, due))


def _rows_of_late(tasks: TaskQuerySet, on: date, due: str) -> Iterator[list[Cell]]:
    asked = Request.objects.filter(task=OuterRef("pk")).order_by("-pk")
    told = Progress.objects.filter(task=OuterRef("pk"))
    tasks = tasks.annotate(
        reason=Subquery(asked.values("reason")[:1]), note=Subquery(told.values("note")[:1])
    )
    for number, task in enumerate(_read(tasks), 1):
        day: date | None = getattr(task, due)
        left = task.days_left(on, due)
        yield [
            *(number, task.code, _with_order(task), task.lead.brief if task.lead else "", _responsible(task)),
            *(day, -left if left is not None else None),
            *(_cause(task) or _("not reported"), task.risk_remedy or _("not reported")),
        ]


def _responsible(task: Task) -> str:
    """The leader in charge and the contact that the lead body named."""
    named = [(_("leader in charge"), task.leader), (_("contact"), task.contact)]
    people = [f"{person.name} ({label})" for label, person in named if person]
    return "; ".join(people) or _("nobody named")


def _cause(task: Any) -> str:
    """As the weekly summary tells it: the reason of the last request, else the last note on the work."""
    return str(task.reason or task.note or "")


# The five ways


def five_ways(tasks: TaskQuerySet, grouping: Grouping, on: date, due: str, most: int | None = None) -> Table:
    """The count of each group, and under them their sum: the same numbers as on the page."""
    grouped = grouping.of(tasks, due)
    groups = grouping.in_order(grouped.tallies(on, grouping.field, due))
    names = grouping.names([key for key, _tally in groups])
    rows = [
        [number, names[key][0], *_numbers(tally)]
        for number, (key, tally) in enumerate([group for group in groups if group[0] in names], 1)
    ]
    columns = (
        Column("row", _("No."), 12, "right"),
        Column("name", str(grouping.head), 70),
        Column("given", _("Given"), 20, "right"),
        Column("done_on_time", _("Completed on time"), 28, "right"),
        Column("done_late", _("Completed late"), 28, "right"),
        Column("in_time", _("Open, in time"), 28, "right"),
        Column("overdue", _("Open, overdue"), 28, "right"),
        Column("no_deadline", _("Open, no deadline"), 28, "right"),
        Column("rate", _("Completed (%)"), 22, "right"),
    )
    more = len(rows) - most if most else 0
    more_words = _("And %(count)s more.") % {"count": format_cell(more)} if more > 0 else ""
    sums = ["", _("All"), *_numbers(_sum_of([tally for _key, tally in groups]))]
    return Table(columns, rows[:most], sums, more_words)


def _numbers(tally: Tally) -> list[Cell]:
    done = tally[Standing.DONE_ON_TIME] + tally[Standing.DONE_LATE]
    rate = round(100 * done / tally["given"], 1) if tally["given"] else None
    return [tally["given"], *(tally[name] for name in FIVE), rate]


def _sum_of(tallies: Sequence[Tally]) -> Tally:
    return {name: sum(tally[name] for tally in tallies) for name in ("given", *map(str, FIVE))}


# What the drafts of reports hold


def results(tasks: TaskQuerySet, most: int) -> Table:
    """What the lead reported when it was done, else what it had to deliver."""
    told = Progress.objects.filter(task=OuterRef("pk"), report__isnull=False)
    tasks = tasks.annotate(report=Subquery(told.values("note")[:1]))
    return _short(tasks, most, _("Result"), _result)


def _result(task: Any) -> str:
    return str(task.report or task.deliverable)


def work(tasks: TaskQuerySet, most: int) -> Table:
    return _short(tasks, most, _("Deliverable"), lambda task: task.deliverable)


def _short(tasks: TaskQuerySet, most: int, head: str, last: Any) -> Table:
    columns = (
        Column("row", _("No."), 12, "right"),
        Column("title", _("Task"), 62),
        Column("lead", _("Lead body"), 34),
        Column("due", _("Deadline"), 24, "centre"),
        Column("last", head, 40),
    )
    rows = [
        [number, task.name, task.lead.brief if task.lead else "", task.due_on or task.due_words, last(task)]
        for number, task in enumerate(_read(tasks[:most]), 1)
    ]
    return Table(columns, rows, more=_more(tasks, most))


def late_short(tasks: TaskQuerySet, on: date, due: str, most: int) -> Table:
    """The late ones with cause and remedy, in the width of a page that stands upright."""
    whole = late_tasks(tasks[:most], on, due)
    kept_columns = {"row": 12, "title": 48, "lead": 28, "days": 14, "cause": 35, "remedy": 35}
    places = [place for place, column in enumerate(whole.columns) if column.name in kept_columns]
    columns = tuple(
        Column(column.name, column.head, kept_columns[column.name], column.align)
        for column in (whole.columns[place] for place in places)
    )
    rows = [[row[place] for place in places] for row in whole.rows]
    return Table(columns, rows, more=_more(tasks, most))


def _more(tasks: TaskQuerySet, most: int) -> str:
    more = tasks.count() - most
    return _("And %(count)s more.") % {"count": format_cell(more)} if more > 0 else ""
