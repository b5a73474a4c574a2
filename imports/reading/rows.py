"""One row of each task that the tables hold, in the words of the file.

Headings between the rows (I, II, A, B …) become the pillar of those below, "1.2.a" stands under "1.2", merged
cells count for every row they reach, and text that goes on in the next line is put together again. What could
be read in two ways is marked, and what is not read is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from django.utils.text import Truncator

from imports.problems import Refusal, refusal
from imports.reading.columns import (
    NO_ANSWERS,
    Answers,
    Columns,
    begins_another,
    columns_of,
    has_header,
    header_at,
    heading_lines,
    headings_of,
    likely_heading_line,
)
from imports.reading.excel import place
from imports.types import Cell, FileRow, Line, PassedOver, Table
from portal.shared.text import fold

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
_END = re.compile(r"noi nhan|ghi chu:|t/m\b|tm\.|kt\.|tl\.|tuq\.|nguoi (lap|tong hop)|\((da )?ky\b|da ky$")
_PLACE_AND_DATE = re.compile(r".{1,40}, ?ngay .{0,8}thang .{0,8}nam")
_LETTERHEAD = re.compile(r"cong hoa xa hoi chu nghia|dang cong san viet nam|doc lap.{1,3}tu do")
_APPENDIX = re.compile(r"(?!.*tiep theo)(phu luc|bieu|bang|danh muc|danh sach)\b.*")
"""What stands over another table, even where its header is the same."""
_GOES_ON_WITH = re.compile(r"(va|hoac|hay|cung|de|nham|gom|bao gom|dong thoi|theo)\b")
_UNFINISHED = re.compile(
    r".*([,;:(/–-]|\b(va|hoac|cua|cac|ve|cho|voi|tai|trong|theo|nhung|de|nham))", re.DOTALL
)
_SIGNS = re.compile(
    r"(pho )?(truong|chu tich|giam doc|chanh|bi thu|thu truong|tu lenh|vu truong|cuc truong)\b"
)


@dataclass
class Reading:
    """Where one has come to: what a row may still go on with."""

    answers: Answers
    rows: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    answered: dict[str, PassedOver] = field(default_factory=dict)
    """Key of a heading → the column of which somebody said what it means."""
    pillar: str = ""
    seen: dict[str, str] = field(default_factory=dict)
    """Numbers of this pillar so far, without leading zeros → as they are written."""
    numeric: str = ""
    """The last one of digits, under which "a)" and "-" stand."""
    siblings: bool = False
    """The row of that number has a dash itself: those that follow stand beside it."""
    goes_on: bool = False
    """Whether there is a row of this table to go on with."""
    unread: dict[int, int] = field(default_factory=dict)
    """Columns of the table that hold something nobody knows the meaning of → the row where it begins."""

    def begin_part(self, words: str) -> None:
        self.pillar, self.numeric, self.siblings = words, "", False
        self.seen.clear()

    def begin_table(self) -> None:
        """Nothing of the table before reaches into another one."""
        self.begin_part("")
        self.goes_on = False


@dataclass(frozen=True)
class Content:
    rows: list[FileRow]
    passed_over: list[PassedOver]
    answered: list[PassedOver]
    """Columns of which a person said what they mean."""


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
    found = list(_tables_of_tasks([_seen(table, reading) for table in tables], reading))
    if not found:
        raise NothingRead(reading.passed_over)
    before: Columns | None = None
    for table, columns in found:
        if table.linked:
            raise refusal("linked")
        if not (before and _is_same_table(table, columns, before)):
            reading.begin_table()
        before = _read_table(table, columns, reading)
    if not reading.rows:
        raise refusal("no_tasks")
    rows = [
        FileRow(**(row | {name: _in_one_line(row.get(name, "")) for name in IN_ONE_LINE}))
        for row in reading.rows
    ]
    places = {table.name: place for place, table in enumerate(tables)}
    found_over = sorted(reading.passed_over, key=lambda one: (places[one.table], one.row))
    return Content(rows, found_over, list(reading.answered.values()))


def _tables_of_tasks(tables: list[Table], reading: Reading) -> Iterator[tuple[Table, Columns]]:
    """With a header of its own, or that of the table before it, which goes on where it has none."""
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
            _pass_over(table, reading)
            continue
        used[table.name] = last = columns
        yield table, columns


def _seen(table: Table, reading: Reading) -> Table:
    """Without what is hidden, unless somebody said what it means: hidden sheets and columns are named."""
    if table.hidden:
        reading.passed_over.append(PassedOver("hidden_sheet", table.name, table.name))
    header = heading_lines(table)
    headings = headings_of(header) if header else {}
    rows = {
        column: line.row
        for line in header
        for column, cell in enumerate(line.cells)
        if cell.hidden and cell.text and not cell.continues
    }
    shown = {column for column in rows if reading.answers.get(headings[column].key)}
    reading.passed_over += [
        PassedOver("hidden", table.name, headings[column].words, row, columns=(headings[column],))
        for column, row in rows.items()
        if column not in shown
    ]
    return table.visible(shown)


def _goes_on_with(table: Table, last: Columns) -> bool:
    return _width(table) == last.width and not has_header(table) and not _APPENDIX.match(fold(table.heading))


def _is_same_table(table: Table, columns: Columns, before: Columns) -> bool:
    """A table of a document that goes on with the one before it, with or without its header again."""
    same = table.follows and columns.header == before.header
    return same and not (columns.first and _APPENDIX.match(fold(table.heading)))


def _pass_over(table: Table, reading: Reading) -> None:
    """Say that it is not read, unless it is a letterhead or the signatures."""
    lines = [line for line in table.lines if any(cell.text for cell in line.cells)]
    if not lines or any(_is_frame(line) for line in lines[:2]):
        return
    head = likely_heading_line(table)
    headings = headings_of([table.lines[head]]) if head is not None else {}
    reading.passed_over.append(
        PassedOver(
            kind="table" if table.follows else "sheet",
            table=table.name,
            name=_name_of(lines[:1] if head is None else table.lines[: head + 1], table.heading),
            row=lines[0].row if head is None else table.lines[head].row,
            columns=tuple(one for one in headings.values() if one.words),
        )
    )


def _is_frame(line: Line) -> bool:
    texts = [cell.text for cell in line.cells if cell.text]
    return len(texts) < 4 and any(_LETTERHEAD.search(fold(text)) or _is_end(text) for text in texts)


def _name_of(lines: Sequence[Line], heading: str = "") -> str:
    """What stands over a table: a paragraph, a line of its own, else its header."""
    texts = [[cell.text for cell in line.cells if cell.text and not cell.continues] for line in lines]
    alone = [some[0] for some in texts if len(some) == 1]
    words = heading or (alone[-1] if alone else " | ".join(next(filter(None, reversed(texts)), [])))
    return Truncator(_in_one_line(words)).chars(200)


def _in_one_line(words: str) -> str:
    return " ".join(words.split())


def _width(table: Table) -> int:
    return max((len(line.cells) for line in table.lines), default=0)


def _read_table(table: Table, columns: Columns, reading: Reading) -> Columns:
    """Gives the columns with which its last rows were read."""
    reading.goes_on = columns.first == 0 and bool(reading.rows)
    if part := _part_of(table.heading):
        reading.begin_part(part)
    if columns.first:
        _ask(table, columns, reading)
    ended = passing = False
    computed: list[str] = []
    for index, line in enumerate(table.lines[columns.first :], start=columns.first):
        if columns.repeats(line):
            if index > columns.first and _stands_over(table.lines[index - 1]):
                reading.begin_table()
            passing = False
            continue
        if begins_another(line):
            _tell_unread(table, columns, reading)
            reading.begin_table()
            other = header_at(table, index, reading.answers)
            passing = other is None
            if other is None:
                _pass_over_from(table, index, reading)
            else:
                columns, ended = other, False
                _ask(table, columns, reading)
            continue
        if passing or index < columns.first:
            continue
        read = _Line(line, columns)
        ended = read.is_end or (ended and not read.is_certain)
        if not ended:
            computed += read.computed
            _read_line(read, table, reading)
    if computed:
        # What they show may be an old value. Those of other lists in the sheet are nobody's business.
        raise refusal("computed", count=len(computed), sheet=table.name, cell=computed[0])
    _tell_unread(table, columns, reading)
    return columns


def _stands_over(line: Line) -> bool:
    """A line of its own that names the appendix whose table follows."""
    texts = [cell.text for cell in line.cells if cell.text]
    return len(texts) == 1 and bool(_APPENDIX.match(fold(texts[0])))


def _pass_over_from(table: Table, index: int, reading: Reading) -> None:
    """Another list in the same sheet, below the tasks or between them."""
    headings = headings_of([table.lines[index]])
    reading.passed_over.append(
        PassedOver(
            kind="table",
            table=table.name,
            name=_name_of(table.lines[max(index - 1, 0) : index + 1]),
            row=table.lines[index].row,
            columns=tuple(one for one in headings.values() if one.words),
        )
    )


def _ask(table: Table, columns: Columns, reading: Reading) -> None:
    """Which of several columns means a field, a person says; what somebody said before can be changed."""
    row = table.lines[columns.first - 1].row
    for one in columns.headings.values():
        if one.key in reading.answers:
            meant = reading.answers[one.key]
            reading.answered[one.key] = PassedOver("answered", table.name, one.words, row, meant, (one,))
    for name, places in columns.rivals.items():
        headings = tuple(columns.headings[place] for place in places)
        words = "; ".join(one.words for one in headings)
        reading.passed_over.append(PassedOver("choice", table.name, words, row, name, headings))


def _tell_unread(table: Table, columns: Columns, reading: Reading) -> None:
    for column, row in sorted(reading.unread.items()):
        head = columns.headings.get(column) or headings_of([Line(0, (Cell(),) * (column + 1))])[column]
        if head.key in reading.answers:
            continue
        reading.passed_over.append(PassedOver("column", table.name, head.words, row, columns=(head,)))
    reading.unread.clear()


def _read_line(read: _Line, table: Table, reading: Reading) -> None:
    if not read.texts and read.is_struck_out:
        reading.passed_over.append(PassedOver("struck_out", table.name, "", read.line.row))
    if not read.texts or read.is_sum:
        return
    if (part := read.part) is not None:
        reading.begin_part(part)
        reading.goes_on = False
    elif reading.goes_on and read.is_rest:
        _go_on(reading.rows[-1], read)
    elif read.is_task or "title" in read.texts:
        reading.rows.append(_row(read, table, reading))
        reading.goes_on = True
    else:
        return
    for column in read.unread:
        reading.unread.setdefault(column, read.line.row)


class _Line:
    """A line of a table by what its columns hold."""

    def __init__(self, line: Line, columns: Columns) -> None:
        self.line, self.columns = line, columns
        self.cells: dict[str, Cell] = {
            name: cell for name, column in columns.places.items() if (cell := self._cell(name, column)).text
        }
        self.texts = {name: cell.text for name, cell in self.cells.items()}
        self.own = {name: cell.text for name, cell in self.cells.items() if not cell.continues}
        """Without what is merged from above."""

    def _cell(self, name: str, column: int) -> Cell:
        """What the columns of a field hold together."""
        cells = [self._at(column) for column in self.columns.joined.get(name, (column,))]
        texts = list(dict.fromkeys(cell.text for cell in cells if cell.text))
        if len(texts) < 2:
            return next((cell for cell in cells if cell.text), Cell())
        between = ": " if name == "title" else "\n"
        return Cell(
            between.join(text.rstrip(":") for text in texts),
            continues=all(cell.continues for cell in cells if cell.text),
        )

    def _read_columns(self) -> list[tuple[str, int]]:
        """Field and column of all that is read, or would be once a person has chosen; from left to right."""
        columns = set(self.columns.places.items())
        for name, several in (*self.columns.joined.items(), *self.columns.rivals.items()):
            columns |= {(name, column) for column in several}
        return sorted(columns, key=itemgetter(1, 0))

    def _at(self, column: int) -> Cell:
        return self.line.cells[column] if column < len(self.line.cells) else Cell()

    @property
    def unread(self) -> Iterator[int]:
        """Columns that hold something and whose meaning is not known."""
        known = self.columns.read().union(*self.columns.rivals.values())
        for column, cell in enumerate(self.line.cells):
            if cell.text and not cell.continues and column not in known:
                yield column

    @property
    def undecided(self) -> dict[str, str]:
        """Field → what stands in each of the columns that may mean it."""
        found = {}
        for name, columns in self.columns.rivals.items():
            cells = [(self.columns.headings[column].words, self._at(column).text) for column in columns]
            words = [f"{head}: {_in_one_line(text)}" for head, text in cells if text]
            if words:
                found[name] = "; ".join(words)
        return found

    def place(self, name: str) -> str:
        return place(self.line.row, self.columns.places[name])

    @property
    def computed(self) -> list[str]:
        """Where a cell of a task is computed; not a sum, nor a lone count that names no task."""
        columns = [(name, column) for name, column in self._read_columns() if self._at(column).formula]
        if self.is_sum or (not self.texts and len(columns) == 1 and columns[0][0] != "title"):
            return []
        return [place(self.line.row, column) for _name, column in columns]

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """Field and code of what a person must look at because of how it is written."""
        marks = [
            (NAMED.get(name, name), mark)
            for name, column in self._read_columns()
            for mark in self._at(column).marks
        ]
        return (("title", "hidden_row"), *marks) if self.line.hidden else tuple(marks)

    @property
    def is_struck_out(self) -> bool:
        return any(mark == "struck_out" for _name, mark in self.marks)

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
        if not 0 < len(texts) <= 3:
            return False
        dated = _PLACE_AND_DATE.match(fold(texts[0])) and not ("title" in self.own and self.is_task)
        return bool(dated) or _is_end(texts[0])


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
        "undecided": {NAMED.get(name, name): words for name, words in read.undecided.items()},
    }
    row |= {NAMED.get(name, name): text for name, text in read.texts.items() if name != "number"}
    row |= row["undecided"]
    title, mark, dashed = _take_number(read.own.get("number", ""), row.get("title", ""))
    row["title"] = title
    row["number"], row["parent_number"] = _placed(mark, dashed, reading)
    return row


def _take_number(number: str, title: str) -> tuple[str, str, bool]:
    """Title, number, which may stand at the beginning of the title, and whether a dash stands beside it."""
    if number:
        found = _BULLET.match(title)
        return (title[found.end() :], number, True) if found else (title, number, False)
    found = _NUMBERED.match(title)
    # "1.5 triệu hồ sơ" counts records, "1.5 Triển khai" is a number of the order.
    if found and (found[1][-1] in ".)" or title[found.end()].isupper()):
        return title[found.end() :], found[1], False
    if found := _BULLET.match(title):
        return title[found.end() :], "-", False
    return title, "", False


def _placed(mark: str, dashed: bool, reading: Reading) -> tuple[str, str]:
    """Number and that of the row above: "1.2.a" is under "1.2", "a)" and "-" under the last one of digits."""
    number = "".join(mark.split()).strip("().:")
    above = ""
    if _BULLET.fullmatch(mark.strip()):
        return "", "" if reading.siblings else reading.numeric
    if len(number) == 1 and number.isalpha() and number.islower() and reading.numeric:
        above, number = reading.numeric, f"{reading.numeric}.{number}"
    elif "." in number:
        above = number.rpartition(".")[0]
    elif letter := _LETTER_AFTER.fullmatch(number):
        above = letter[1]
    if number.replace(".", "").isdigit():
        reading.numeric, reading.siblings = number, dashed
    parent = reading.seen.get(_without_zeros(above), "")
    reading.seen[_without_zeros(number)] = number
    return number, parent


def _without_zeros(number: str) -> str:
    """ "1.1" stands under "01"."""
    return ".".join(part.lstrip("0") or part for part in number.split("."))


def _go_on(row: dict[str, Any], read: _Line) -> None:
    title = read.own.get("title", "")
    if title and not _is_rest_of(row.get("title", ""), title):
        # A new sentence of the same task, a heading, or a task whose number and agency were forgotten.
        row["doubts"] = (*row["doubts"], ("title", "joined"))
    for name, text in read.own.items():
        field_name = NAMED.get(name, name)
        so_far = row.get(field_name, "")
        row[field_name] = f"{so_far}\n{text}" if so_far else text
    row["doubts"] = (*row["doubts"], *(mark for mark in read.marks if mark not in row["doubts"]))


def _is_rest_of(title: str, words: str) -> bool:
    """Whether a sentence goes on for certain in the words of the next line."""
    if words[:1].isupper():
        return False
    return bool(_GOES_ON_WITH.match(fold(words)) or _UNFINISHED.fullmatch(fold(title)))
