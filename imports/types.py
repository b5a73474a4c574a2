"""What the steps of an import hand to each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from committees.names.results import ReadName

__all__ = ["CheckedRow", "Due", "FileRow", "Problem", "ReadName"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a person reads it."""

    text: str = ""
    width: int = 1
    """Columns it is merged over; those to its right are empty cells."""
    continues: bool = False
    """It belongs to a cell merged from above, whose text it repeats."""
    bold: bool = False
    hidden: bool = False
    """It stands in a hidden column: `visible` leaves it out unless somebody said what the column means."""
    formula: bool = False
    """It is computed: what it shows is not in the file for certain, so its text is empty."""
    marks: tuple[str, ...] = ()
    """Codes of problems: what a person must look at because of how the cell is written."""


@dataclass(frozen=True, slots=True)
class Line:
    row: int
    """The row a person sees in the sheet, or in the table of the document, counted from 1."""
    cells: tuple[Cell, ...]
    hidden: bool = False
    """Hidden, collapsed or filtered out: nobody who opens the file sees it."""


@dataclass(frozen=True)
class Table:
    """A sheet of a workbook or a table of a document."""

    name: str
    """The sheet's name, or "1", "2" … for the tables of a document."""
    lines: list[Line]
    follows: bool = False
    """A table of a document may go on with the columns of the one before it; a sheet has its own."""
    inside: str = ""
    """The name of the table in one of whose cells it stands."""
    heading: str = ""
    """The paragraph before it."""
    linked: bool = False
    """Its cells are filled from another file or a database."""
    hidden: bool = False
    """A hidden sheet: only its name is read."""

    def visible(self, shown: Collection[int] = ()) -> Table:
        """Without what stands in hidden columns, but for those `shown`, counted from 0."""
        lines = [
            dataclasses.replace(
                line,
                cells=tuple(
                    Cell() if cell.hidden and column not in shown else cell
                    for column, cell in enumerate(line.cells)
                ),
            )
            if any(cell.hidden for cell in line.cells)
            else line
            for line in self.lines
        ]
        return dataclasses.replace(self, lines=lines)


@dataclass(frozen=True)
class ColumnHeading:
    """How a column of a table is headed."""

    key: str
    """What a person's answer is kept under: the words folded, or the letter of a column without any."""
    words: str
    letter: str
    """As Excel calls the column."""


@dataclass(frozen=True)
class PassedOver:
    """What of a file was not read, so that a person can look at it or say what it means."""

    kind: str
    """ "sheet", "table", "column", "hidden", "hidden_sheet" and "struck_out" (a row), "choice" where several
    columns may mean the same field, or "answered" where a person said what the column means."""
    table: str
    """The sheet's name, or "1", "2" … for the tables of a document."""
    name: str
    """The heading of the column, or what stands over the table."""
    row: int = 0
    """Where it begins, as a person sees it."""
    field: str = ""
    """The field that is in question, or that was said."""
    columns: tuple[ColumnHeading, ...] = ()
    """Of what a person may say the meaning."""


@dataclass(frozen=True)
class FileRow:
    """One task as the words of the file have it, tidied (NFC, no soft hyphens), nothing interpreted."""

    row: int
    """The row a person sees in the sheet, or in the table of the document, counted from 1."""
    table: str
    """The sheet's name, or "1", "2" … for the tables of a document."""
    number: str = ""
    parent_number: str = ""
    """For numbering like 1.2.a: the number of the row above it, "1.2", which is the nearest one before
    that has this number; empty for a row of its own."""
    title: str = ""
    pillar: str = ""
    """The heading of the group of rows (I, II, A, B …) in which it stands, without its number."""
    lead: str = ""
    coordinating: str = ""
    deliverable: str = ""
    due: str = ""
    note: str = ""
    parent_words: str = ""
    """The task above, as the file's own column names it."""
    parent_order: str = ""
    """The number of the document that the heading of that column names."""
    undecided: dict[str, str] = dataclasses.field(default_factory=dict)
    """Field that several columns may mean → what stands in each of them, under its heading."""
    doubts: tuple[tuple[str, str], ...] = ()
    """Field and code of what could be read in two ways."""
    cells: dict[str, str] = dataclasses.field(default_factory=dict)
    """Field → where it stands, as Excel says it ("F12"), to point at a problem."""


@dataclass(frozen=True)
class Problem:
    """Why a person must look at one cell. Kept as code and values; the sentence is made when it is shown."""

    field: str
    code: str
    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    stops: bool = False
    """True when nothing of the row can be written (no title); else the draft is, and waits for a look."""


@dataclass(frozen=True)
class Due:
    """What the words of a deadline mean (DOMAIN §4.4). `problem` is set when that is not certain."""

    words: str
    kind: str = "none"
    """A value of `Task.DueKind`."""
    on: date | None = None
    milestones: tuple[date, ...] = ()
    """Days before the last one, when the cell names several."""
    lasting: bool = False
    """A date, then "duy trì liên tục"."""
    after_days: int | None = None
    after_event: str = ""
    every: str = ""
    """A value of `Recurrence.Every`, with the day and month in the period."""
    day: int | None = None
    month: int | None = None
    problem: Problem | None = None

    @property
    def is_sure(self) -> bool:
        return self.problem is None


@dataclass(frozen=True)
class CheckedRow:
    """A row with its meaning: what a draft would hold, and what is unsure."""

    read: FileRow
    due: Due
    lead: tuple[ReadName, ...] = ()
    coordinating: tuple[ReadName, ...] = ()
    duplicates: tuple[int, ...] = ()
    """Tasks that it repeats: at the same place of the same order, in near the same words."""
    alike: tuple[int, ...] = ()
    """Tasks elsewhere in near the same words: perhaps the same, which a person must say."""
    parent: int | None = None
    """The task that the file names as the one above, where only one can be meant."""
    problems: tuple[Problem, ...] = ()
