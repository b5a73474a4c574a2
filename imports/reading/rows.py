"""One row of each task that the tables hold, in the words of the file.

Headings between the rows (I, II, A, B …) become the pillar of those below, "1.2.a" stands under "1.2", merged
cells count for every row they reach, and text that goes on in the next line is put together again. What could
be read in two ways is marked, and what is not read is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from imports.problems import Refusal, refusal
from imports.reading.columns import (
    NO_ANSWERS,
    Answers,
    Columns,
    begins_another,
    columns_of,
    has_header,
    header_at,
)
from imports.reading.table_line import ROW_FIELDS, TableLine, in_one_line, part_of
from imports.reading.unread import (
    answered_columns,
    open_choices,
    unread_columns,
    unread_list,
    unread_table,
    without_hidden,
)
from imports.types import FileRow, Line, PassedOver, Table
from portal.shared.text import fold

# The other fields may need their lines: to tell agencies, or two days, apart.
ONE_LINE_FIELDS = ("title", "number", "deliverable", "parent_words", "pillar")

_BULLET = re.compile(r"[-–—+•*]\s*")
_NUMBERED = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})*(?:\.[a-zđ])?[.)]|[a-zđ]\)|\d{1,2}(?:\.\d{1,2})+(?:\.[a-zđ])?)\s+(?=\D)"
)
_LETTER_AFTER = re.compile(r"([\d.]*\d)([a-zđ])")
# What stands over another table, even where its header is the same.
_APPENDIX = re.compile(r"(?!.*tiep theo)(phu luc|bieu|bang|danh muc|danh sach)\b.*")
_GOES_ON_WITH = re.compile(r"(va|hoac|hay|cung|de|nham|gom|bao gom|dong thoi|theo)\b")
_UNFINISHED = re.compile(
    r".*([,;:(/–-]|\b(va|hoac|cua|cac|ve|cho|voi|tai|trong|theo|nhung|de|nham))", re.DOTALL
)


@dataclass
class Reading:
    """How far the reading has come, and what the next line may go on with."""

    answers: Answers
    rows: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    # Key of a heading → the column of which somebody said what it means.
    answered: dict[str, PassedOver] = field(default_factory=dict)
    pillar: str = ""
    # Numbers of this pillar so far, without leading zeros → as they are written.
    numbers: dict[str, str] = field(default_factory=dict)
    # The last number of digits, under which "a)" and "-" stand.
    last_number: str = ""
    # The row of that number has a dash itself: dashes that follow stand beside it.
    dashes_are_siblings: bool = False
    # There is a row of this table to go on with.
    goes_on: bool = False
    # Columns of the table that hold something nobody knows the meaning of → the row where it begins.
    unread: dict[int, int] = field(default_factory=dict)

    def begin_part(self, title: str) -> None:
        self.pillar, self.last_number, self.dashes_are_siblings = title, "", False
        self.numbers.clear()

    def begin_table(self) -> None:
        """Forget the table before: nothing of it reaches into another one."""
        self.begin_part("")
        self.goes_on = False

    def begin_columns(self, table: Table, columns: Columns) -> None:
        self.answered |= answered_columns(table, columns, self.answers)
        self.passed_over += open_choices(table, columns)

    def end_columns(self, table: Table, columns: Columns) -> None:
        self.passed_over += unread_columns(table, columns, self.unread, self.answers)
        self.unread.clear()


@dataclass(frozen=True)
class Content:
    rows: list[FileRow]
    passed_over: list[PassedOver]
    # Columns of which a person said what they mean.
    answered: list[PassedOver]


class NothingRead(Refusal):
    """No table of tasks is there: what was passed over instead is known."""

    def __init__(self, passed_over: list[PassedOver]) -> None:
        super().__init__("no_table")
        self.passed_over = passed_over


def rows_of(tables: list[Table]) -> list[FileRow]:
    """The tasks in the order of the file, as `content_of` finds them."""
    return content_of(tables).rows


def content_of(tables: list[Table], answers: Answers = NO_ANSWERS) -> Content:
    """The tasks in the order of the file and what was not read of it.

    ValidationError when no table has any, or cells are computed.
    """
    reading = Reading(answers)
    visible_tables = []
    for table in tables:
        visible, hidden = without_hidden(table, answers)
        visible_tables.append(visible)
        reading.passed_over += hidden
    of_tasks = list(_tables_of_tasks(visible_tables, reading))
    if not of_tasks:
        raise NothingRead(reading.passed_over)
    before: Columns | None = None
    for table, columns in of_tasks:
        if table.linked:
            raise refusal("linked")
        if not (before and _is_same_table(table, columns, before)):
            reading.begin_table()
        before = _read_table(table, columns, reading)
    if not reading.rows:
        raise refusal("no_tasks")
    rows = [
        FileRow(**(row | {name: in_one_line(row.get(name, "")) for name in ONE_LINE_FIELDS}))
        for row in reading.rows
    ]
    places = {table.name: place for place, table in enumerate(tables)}
    passed_over = sorted(reading.passed_over, key=lambda entry: (places[entry.table], entry.row))
    return Content(rows, passed_over, list(reading.answered.values()))


def _tables_of_tasks(tables: list[Table], reading: Reading) -> Iterator[tuple[Table, Columns]]:
    """Each table of tasks with the columns of its header; one without has those of the table before."""
    used: dict[str, Columns] = {}
    last: Columns | None = None
    for table in tables:
        columns = columns_of(table, reading.answers)
        if columns is None and table.follows and last and _goes_on_with(table, last):
            columns = replace(last, first=0)
        if table.inside in used:
            continue
        if columns is None:
            last = None if has_header(table) else last
            if unread := unread_table(table):
                reading.passed_over.append(unread)
            continue
        used[table.name] = last = columns
        yield table, columns


def _goes_on_with(table: Table, last: Columns) -> bool:
    width = max((len(line.cells) for line in table.lines), default=0)
    return width == last.width and not has_header(table) and not _APPENDIX.match(fold(table.heading))


def _is_same_table(table: Table, columns: Columns, before: Columns) -> bool:
    """Whether the table goes on with the one before it, with or without its header again."""
    same = table.follows and columns.header == before.header
    return same and not (columns.first and _APPENDIX.match(fold(table.heading)))


def _read_table(table: Table, columns: Columns, reading: Reading) -> Columns:
    """Read the rows of a table; gives the columns with which the last ones were read."""
    reading.goes_on = columns.first == 0 and bool(reading.rows)
    if part := part_of(table.heading):
        reading.begin_part(part)
    if columns.first:
        reading.begin_columns(table, columns)
    ended = in_other_list = False
    computed: list[str] = []
    for index, line in enumerate(table.lines[columns.first :], start=columns.first):
        if columns.repeats(line):
            if index > columns.first and _names_appendix(table.lines[index - 1]):
                reading.begin_table()
            in_other_list = False
            continue
        if begins_another(line):
            reading.end_columns(table, columns)
            reading.begin_table()
            next_columns = header_at(table, index, reading.answers)
            in_other_list = next_columns is None
            if next_columns is None:
                reading.passed_over.append(unread_list(table, index))
            else:
                columns, ended = next_columns, False
                reading.begin_columns(table, columns)
            continue
        if in_other_list or index < columns.first:
            continue
        table_line = TableLine(line, columns)
        ended = table_line.is_end or (ended and not table_line.is_certain)
        if not ended:
            computed += table_line.computed
            _read_line(table_line, table, reading)
    if computed:
        # What they show may be an old value. Those of other lists in the sheet are nobody's business.
        raise refusal("computed", count=len(computed), sheet=table.name, cell=computed[0])
    reading.end_columns(table, columns)
    return columns


def _names_appendix(line: Line) -> bool:
    """Whether a line of its own names the appendix whose table follows."""
    texts = [cell.text for cell in line.cells if cell.text]
    return len(texts) == 1 and bool(_APPENDIX.match(fold(texts[0])))


def _read_line(line: TableLine, table: Table, reading: Reading) -> None:
    if not line.texts and line.is_struck_out:
        reading.passed_over.append(PassedOver("struck_out", table.name, "", line.line.row))
    if not line.texts or line.is_sum:
        return
    if (part := line.part) is not None:
        reading.begin_part(part)
        reading.goes_on = False
    elif reading.goes_on and line.is_rest:
        _add_rest(reading.rows[-1], line)
    elif line.is_task or "title" in line.texts:
        reading.rows.append(_new_row(line, table, reading))
        reading.goes_on = True
    else:
        return
    for column in line.unread:
        reading.unread.setdefault(column, line.line.row)


def _new_row(line: TableLine, table: Table, reading: Reading) -> dict[str, Any]:
    """The values of a `FileRow`."""
    row: dict[str, Any] = {
        "row": line.line.row,
        "table": table.name,
        "pillar": reading.pillar,
        "cells": {ROW_FIELDS.get(name, name): line.place(name) for name in line.columns.places},
        "doubts": line.marks,
        "parent_order": line.columns.document,
        "undecided": {ROW_FIELDS.get(name, name): words for name, words in line.undecided.items()},
    }
    row |= {ROW_FIELDS.get(name, name): text for name, text in line.texts.items() if name != "number"}
    row |= row["undecided"]
    title, mark, dashed = _split_number(line.own.get("number", ""), row.get("title", ""))
    row["title"] = title
    row["number"], row["parent_number"] = _number_and_parent(mark, dashed, reading)
    return row


def _split_number(number: str, title: str) -> tuple[str, str, bool]:
    """Title, number, which may stand at the beginning of the title, and whether a dash stands beside it."""
    if number:
        match = _BULLET.match(title)
        return (title[match.end() :], number, True) if match else (title, number, False)
    match = _NUMBERED.match(title)
    # "1.5 triệu hồ sơ" counts records, "1.5 Triển khai" is a number of the order.
    if match and (match[1][-1] in ".)" or title[match.end()].isupper()):
        return title[match.end() :], match[1], False
    if match := _BULLET.match(title):
        return title[match.end() :], "-", False
    return title, "", False


def _number_and_parent(mark: str, dashed: bool, reading: Reading) -> tuple[str, str]:
    """Number and that of the row above: "1.2.a" is under "1.2", "a)" and "-" under the last one of digits."""
    number = "".join(mark.split()).strip("().:")
    above = ""
    if _BULLET.fullmatch(mark.strip()):
        return "", "" if reading.dashes_are_siblings else reading.last_number
    if len(number) == 1 and number.isalpha() and number.islower() and reading.last_number:
        above, number = reading.last_number, f"{reading.last_number}.{number}"
    elif "." in number:
        above = number.rpartition(".")[0]
    elif letter := _LETTER_AFTER.fullmatch(number):
        above = letter[1]
    if number.replace(".", "").isdigit():
        reading.last_number, reading.dashes_are_siblings = number, dashed
    parent = reading.numbers.get(_without_zeros(above), "")
    reading.numbers[_without_zeros(number)] = number
    return number, parent


def _without_zeros(number: str) -> str:
    """The number as it is compared: "1.1" stands under "01"."""
    return ".".join(part.lstrip("0") or part for part in number.split("."))


def _add_rest(row: dict[str, Any], line: TableLine) -> None:
    title = line.own.get("title", "")
    if title and not _is_rest_of(row.get("title", ""), title):
        # A new sentence of the same task, a heading, or a task whose number and agency were forgotten.
        row["doubts"] = (*row["doubts"], ("title", "joined"))
    for name, text in line.own.items():
        field_name = ROW_FIELDS.get(name, name)
        so_far = row.get(field_name, "")
        row[field_name] = f"{so_far}\n{text}" if so_far else text
    row["doubts"] = (*row["doubts"], *(mark for mark in line.marks if mark not in row["doubts"]))


def _is_rest_of(title: str, rest: str) -> bool:
    """Whether a sentence goes on for certain in the words of the next line."""
    if rest[:1].isupper():
        return False
    return bool(_GOES_ON_WITH.match(fold(rest)) or _UNFINISHED.fullmatch(fold(title)))
