"""What the steps of an import hand to each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from committees.names.results import ReadName

__all__ = ["CheckedRow", "Due", "FileRow", "Problem"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a person reads it."""

    text: str = ""
    # Columns it is merged over; those to its right are empty cells.
    width: int = 1
    # It belongs to a cell merged from above, whose text it repeats.
    continues: bool = False
    bold: bool = False
    # It stands in a hidden column: `visible` leaves it out unless somebody said what the column means.
    hidden: bool = False
    # It is computed: what it shows is not in the file for certain, so its text is empty.
    formula: bool = False
    # Codes of problems: what a person must look at because of how the cell is written.
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    # The row a person sees in the sheet, or in the table of the document, counted from 1.
    row: int
    cells: tuple[Cell, ...]
    # Hidden, collapsed or filtered out: nobody who opens the file sees it.
    hidden: bool = False


@dataclass(frozen=True)
class Table:
    """A sheet of a workbook or a table of a document."""

    # The sheet's name, or "1", "2" … for the tables of a document.
    name: str
    lines: list[Line]
    # A table of a document may go on with the columns of the one before it; a sheet has its own.
    follows: bool = False
    # The name of the table in one of whose cells it stands.
    inside: str = ""
    # The paragraph before it.
    heading: str = ""
    # Its cells are filled from another file or a database.
    linked: bool = False
    # A hidden sheet: only its name is read.
    hidden: bool = False

    def visible(self, shown: Collection[int] = ()) -> Table:
        """The table without its hidden columns, but for those `shown`, counted from 0."""
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

    # What a person's answer is kept under: the words folded, or the letter of a column without any.
    key: str
    words: str
    # As Excel calls the column.
    letter: str


@dataclass(frozen=True)
class PassedOver:
    """What of a file was not read, so that a person can look at it or say what it means."""

    # "sheet", "table", "column", "hidden", "hidden_sheet" and "struck_out" (a row), "choice" where several
    # columns may mean the same field, or "answered" where a person said what the column means.
    kind: str
    # The sheet's name, or "1", "2" … for the tables of a document.
    table: str
    # The heading of the column, or what stands over the table.
    name: str
    # Where it begins, as a person sees it.
    row: int = 0
    # The field that is in question, or that was said.
    field: str = ""
    # Of what a person may say the meaning.
    columns: tuple[ColumnHeading, ...] = ()


@dataclass(frozen=True)
class FileRow:
    """One task as the words of the file have it, tidied (NFC, no soft hyphens), nothing interpreted."""

    # The row a person sees in the sheet, or in the table of the document, counted from 1.
    row: int
    # The sheet's name, or "1", "2" … for the tables of a document.
    table: str
    number: str = ""
    # For numbering like 1.2.a: the number of the row above it, "1.2", which is the nearest one before that
    # has this number; empty for a row of its own.
    parent_number: str = ""
    title: str = ""
    # The heading of the group of rows (I, II, A, B …) in which it stands, without its number.
    pillar: str = ""
    lead: str = ""
    coordinating: str = ""
    deliverable: str = ""
    due: str = ""
    note: str = ""
    # The task above, as the file's own column names it.
    parent_words: str = ""
    # The number of the document that the heading of that column names.
    parent_order: str = ""
    # Field that several columns may mean → what stands in each of them, under its heading.
    undecided: dict[str, str] = dataclasses.field(default_factory=dict)
    # Field and code of what could be read in two ways.
    doubts: tuple[tuple[str, str], ...] = ()
    # Field → where it stands, as Excel says it ("F12"), to point at a problem.
    cells: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Why a person must look at one cell. Kept as code and values; the sentence is made when it is shown."""

    field: str
    code: str
    values: dict[str, Any] = dataclasses.field(default_factory=dict)
    # True when nothing of the row can be written (no title); else the draft is, and waits for a look.
    stops: bool = False


@dataclass(frozen=True)
class Due:
    """What the words of a deadline mean (DOMAIN §4.4). `problem` is set when that is not certain."""

    words: str
    # A value of `Task.DueKind`.
    kind: str = "none"
    on: date | None = None
    # Days before the last one, when the cell names several.
    milestones: tuple[date, ...] = ()
    # A date, then "duy trì liên tục".
    lasting: bool = False
    after_days: int | None = None
    after_event: str = ""
    # A value of `Recurrence.Every`, with the day and month in the period.
    every: str = ""
    day: int | None = None
    month: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class CheckedRow:
    """A row with its meaning: what a draft would hold, and what is unsure."""

    read: FileRow
    due: Due
    lead: tuple[ReadName, ...] = ()
    coordinating: tuple[ReadName, ...] = ()
    # Tasks that it repeats: at the same place of the same order, in near the same words.
    duplicates: tuple[int, ...] = ()
    # Tasks elsewhere in near the same words: perhaps the same, which a person must say.
    alike: tuple[int, ...] = ()
    # The task that the file names as the one above, where only one can be meant.
    parent: int | None = None
    problems: tuple[Problem, ...] = ()
