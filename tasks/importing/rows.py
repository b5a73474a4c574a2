"""One row of each task that the tables hold, in the words of the file.

Headings between the rows (I, II, A, B …) become the pillar of those below, "1.2.a" stands under "1.2", merged
cells count for every row they reach, and text that goes on in the next line is put together again. What could
be read in two ways is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from portal.shared.text import fold
from tasks.importing.columns import Columns, columns_from, columns_of
from tasks.importing.problems import refused
from tasks.importing.sheets import place
from tasks.importing.types import Cell, FileRow, Line, Table

OF_ITS_OWN = ("lead", "coordinating", "deliverable", "due", "parent")
"""Where something stands here, the line is a task and no heading or rest of one."""

NAMED = {"parent": "parent_words"}
"""Column → field of the row, where they are not called alike."""

IN_ONE_LINE = ("title", "number", "deliverable", "parent_words", "pillar")
"""The others may need their lines: to tell agencies, or two days, apart."""

_BULLET = re.compile(r"[-–—+•*]\s*")
_PART = r"[IVXLC]{1,7}|[A-HĐ]"
_PART_NUMBER = re.compile(rf"\(?({_PART})\s*[.):/]?|(phần|mục|nhóm|chương)\s.*", re.DOTALL)
_PART_TITLE = re.compile(
    rf"(?:(?:PHẦN|Phần|Mục|MỤC|Nhóm|NHÓM)\s+(?:thứ\s+)?\S+?\s*[.:)–-]|(?:{_PART})\s*[.):–-])\s*"
)
_NUMBERED = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})*(?:\.[a-zđ])?[.)]|[a-zđ]\)|\d{1,2}(?:\.\d{1,2})+(?:\.[a-zđ])?)\s+(?=\D)"
)
_LETTER_AFTER = re.compile(r"([\d.]*\d)([a-zđ])")
_SUM = re.compile(r"(tong( cong| so)?|cong|total)( nhiem vu)?\b\s*(:|\d|$).*")
_END = re.compile(
    r"noi nhan|ghi chu:|t/m\b|tm\.|kt\.|tl\.|tuq\.|nguoi (lap|tong hop)|\((da )?ky\b|da ky$"
    r"|.{1,40}, ?ngay .{0,8}thang .{0,8}nam"
)
_SIGNS = re.compile(
    r"(pho )?(truong|chu tich|giam doc|chanh|bi thu|thu truong|tu lenh|vu truong|cuc truong)\b"
)


@dataclass
class Reading:
    """Where one has come to: what a row may still go on with."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    pillar: str = ""
    seen: set[str] = field(default_factory=set)
    """Numbers of this pillar so far."""
    numeric: str = ""
    """The last one of digits, under which "a)" and "-" stand."""
    goes_on: bool = False
    """Whether there is a row of this table to go on with."""


def rows_of(tables: list[Table]) -> list[FileRow]:
    """The tasks in the order of the file. ValidationError when no table has any, or cells are computed."""
    found = list(_tables_of_tasks([table.visible() for table in tables]))
    if not found:
        raise refused("no_table")
    reading = Reading()
    before: Columns | None = None
    for table, columns in found:
        _refuse_what_is_not_there(table, columns)
        if not (table.follows and before and before.places == columns.places):
            reading.pillar = ""
        before = columns
        _read_table(table, columns, reading)
    if not reading.rows:
        raise refused("no_tasks")
    return [
        FileRow(**(row | {name: _in_one_line(row.get(name, "")) for name in IN_ONE_LINE}))
        for row in reading.rows
    ]


def _tables_of_tasks(tables: list[Table]) -> Iterator[tuple[Table, Columns]]:
    """With a header of its own, or that of the table before it."""
    used: dict[str, Columns] = {}
    last: Columns | None = None
    for table in tables:
        columns = columns_of(table)
        if columns is None and table.follows and last and _width(table) == last.width:
            columns = replace(last, first=0)
        if columns is None or table.inside in used:
            continue
        used[table.name] = last = columns
        yield table, columns


def _in_one_line(words: str) -> str:
    return " ".join(words.split())


def _width(table: Table) -> int:
    return max((len(line.cells) for line in table.lines), default=0)


def _refuse_what_is_not_there(table: Table, columns: Columns) -> None:
    """Values of other files and computed cells may be old ones. Only those of tasks count."""
    if table.linked:
        raise refused("linked")
    computed: list[str] = []
    for line in table.lines[columns.first :]:
        read = _Line(line, columns)
        if read.is_end:
            break
        computed += read.computed
    if computed:
        raise refused("computed", count=len(computed), sheet=table.name, cell=computed[0])


def _read_table(table: Table, columns: Columns, reading: Reading) -> None:
    reading.goes_on = columns.first == 0 and bool(reading.rows)
    if part := _part_of(table.heading):
        _begin_part(reading, part)
    ended = False
    for index, line in enumerate(table.lines[columns.first :], start=columns.first):
        columns = columns_from(table.lines, index) or columns
        if not columns.repeats(line):
            read = _Line(line, columns)
            ended = read.is_end or (ended and not read.is_certain)
            if not ended:
                _read_line(read, table, reading)


def _read_line(read: _Line, table: Table, reading: Reading) -> None:
    if not read.texts or read.is_sum:
        return
    if (part := read.part) is not None:
        _begin_part(reading, part)
        reading.goes_on = False
    elif reading.goes_on and read.is_rest:
        _go_on(reading.rows[-1], read)
    elif read.is_task or "title" in read.texts:
        reading.rows.append(_row(read, table, reading))
        reading.goes_on = True


def _begin_part(reading: Reading, part: str) -> None:
    reading.pillar, reading.numeric = part, ""
    reading.seen.clear()


class _Line:
    """A line of a table by what its columns hold."""

    def __init__(self, line: Line, columns: Columns) -> None:
        self.line, self.columns = line, columns
        self.cells: dict[str, Cell] = {
            name: line.cells[column]
            for name, column in columns.places.items()
            if column < len(line.cells) and line.cells[column].text
        }
        self.texts = {name: cell.text for name, cell in self.cells.items()}
        self.own = {name: cell.text for name, cell in self.cells.items() if not cell.continues}
        """Without what is merged from above."""

    def place(self, name: str) -> str:
        return place(self.line.row, self.columns.places[name])

    @property
    def computed(self) -> list[str]:
        """Where a cell of a task is computed; not a sum, nor a lone count that names no task."""
        columns = sorted(self.columns.places.items(), key=itemgetter(1))
        cells = self.line.cells
        places = [name for name, column in columns if column < len(cells) and cells[column].formula]
        if self.is_sum or (not self.texts and len(places) == 1 and places != ["title"]):
            return []
        return [self.place(name) for name in places]

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """Field and code of what a person must look at because of how it is written."""
        marks = [
            (NAMED.get(name, name), mark)
            for name, column in self.columns.places.items()
            if column < len(self.line.cells)
            for mark in self.line.cells[column].marks
        ]
        return (("title", "hidden_row"), *marks) if self.line.hidden else tuple(marks)

    @property
    def is_task(self) -> bool:
        return any(name in self.own for name in OF_ITS_OWN)

    @property
    def is_certain(self) -> bool:
        """Below the signatures of one table another may begin."""
        return len(self.own.keys() & {"number", "title", "lead", "due"}) > 2

    @property
    def is_rest(self) -> bool:
        """The line goes on with the task above: it has no number, and either no title or nothing but one."""
        if "number" in self.own:
            return False
        if "title" not in self.own:
            return "title" in self.texts or not ("lead" in self.own and "due" in self.own)
        if "number" not in self.columns.places:
            return False
        # A sentence that goes on: the end of a page cut the row, and other cells of it may go on too.
        if self.own["title"][:1].islower() and not self.own.keys() & {"lead", "due"}:
            return True
        return not any(name in self.own for name in OF_ITS_OWN)

    @property
    def part(self) -> str | None:
        """The heading that this line is, without its number."""
        if any(name in self.own for name in OF_ITS_OWN if not self._is_covered(name)):
            return None
        words, number = self._heading, self.own.get("number", "")
        if not words:
            return None
        if self._is_wide or words == number or (number and _PART_NUMBER.fullmatch(number)):
            return _without_number(words)
        if number or "title" not in self.own:
            return None
        emphatic = self.cells["title"].bold or (words.isupper() and len(words) > 3)
        return _without_number(words) if emphatic or _PART_TITLE.match(words) else None

    @property
    def _heading(self) -> str:
        """The words of the title, or of the cell of the number when that is merged over it."""
        if "title" in self.own:
            return self.own["title"]
        number = self.cells.get("number")
        if number is None or number.continues:
            return ""
        return number.text if number.width > 1 or _PART_TITLE.match(number.text) else ""

    @property
    def _is_wide(self) -> bool:
        """Merged over the title and the columns of who or when."""
        return any(self._is_covered(name) for name in OF_ITS_OWN) and "title" not in self._narrow

    def _is_covered(self, name: str) -> bool:
        return self._spans_over(self.columns.places.get(name, -1))

    def _spans_over(self, column: int) -> bool:
        """Whether the cell with the heading reaches over this column."""
        for start in (self.columns.places["title"], self.columns.places.get("number", 0)):
            cell = self.line.cells[start] if start < len(self.line.cells) else Cell()
            if cell.text and start < column < start + cell.width:
                return True
        return False

    @property
    def _narrow(self) -> set[str]:
        return {name for name, cell in self.cells.items() if cell.width == 1}

    @property
    def is_sum(self) -> bool:
        first = next(iter(cell.text for cell in self.line.cells if cell.text), "")
        return not self.own.keys() & {"lead", "due"} and bool(_SUM.fullmatch(fold(first)))

    @property
    def is_end(self) -> bool:
        """Recipients, place and date, or who signs: after them comes no task."""
        texts = [cell.text for cell in self.line.cells if cell.text and not cell.continues]
        return 0 < len(texts) <= 3 and _is_end(texts[0])


def _is_end(text: str) -> bool:
    return bool(_END.match(fold(text)) or (text.isupper() and _SIGNS.match(fold(text))))


def _part_of(words: str) -> str:
    """A paragraph before a table counts when it is numbered as a part is."""
    return _without_number(words) if _PART_TITLE.match(words) else ""


def _without_number(words: str) -> str:
    return _PART_TITLE.sub("", words, count=1) or words


def _row(read: _Line, table: Table, reading: Reading) -> dict[str, Any]:
    row: dict[str, Any] = {
        "row": read.line.row,
        "table": table.name,
        "pillar": reading.pillar,
        "cells": {NAMED.get(name, name): read.place(name) for name in read.columns.places},
        "doubts": read.marks,
        "parent_order": read.columns.document,
    }
    row |= {NAMED.get(name, name): text for name, text in read.texts.items() if name != "number"}
    row["title"], mark = _take_number(read.own.get("number", ""), row.get("title", ""))
    row["number"], row["parent_number"] = _placed(mark, reading)
    return row


def _take_number(number: str, title: str) -> tuple[str, str]:
    """Title and number, which may stand at the beginning of the title."""
    if number:
        return title, number
    found = _NUMBERED.match(title)
    # "1.5 triệu hồ sơ" counts records, "1.5 Triển khai" is a number of the order.
    if found and (found[1][-1] in ".)" or title[found.end()].isupper()):
        return title[found.end() :], found[1]
    if found := _BULLET.match(title):
        return title[found.end() :], "-"
    return title, ""


def _placed(mark: str, reading: Reading) -> tuple[str, str]:
    """Number and that of the row above: "1.2.a" is under "1.2", "a)" and "-" under the last one of digits."""
    number = "".join(mark.split()).strip("().:")
    parent = ""
    if _BULLET.fullmatch(mark.strip()):
        return "", reading.numeric
    if len(number) == 1 and number.isalpha() and number.islower() and reading.numeric:
        parent, number = reading.numeric, f"{reading.numeric}.{number}"
    elif "." in number:
        parent = number.rpartition(".")[0]
    elif letter := _LETTER_AFTER.fullmatch(number):
        parent = letter[1]
    reading.numeric = number if number.replace(".", "").isdigit() else reading.numeric
    parent = parent if parent in reading.seen else ""
    reading.seen.add(number)
    return number, parent


def _go_on(row: dict[str, Any], read: _Line) -> None:
    for name, text in read.own.items():
        field_name = NAMED.get(name, name)
        so_far = row.get(field_name, "")
        row[field_name] = f"{so_far}\n{text}" if so_far else text
    row["doubts"] = (*row["doubts"], *(mark for mark in read.marks if mark not in row["doubts"]))
    title = read.own.get("title", "")
    if title[:1].isupper():
        # A new sentence of the same task, or a task of its own whose number and agency were forgotten.
        row["doubts"] = (*row["doubts"], ("title", "joined"))
