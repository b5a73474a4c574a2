"""A line of a table of tasks by what its columns hold: a task, the rest of one, a heading, a sum, the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter

from imports.reading.cell_names import place
from imports.reading.columns import Columns
from imports.types import Cell, Line
from portal.shared.text import fold

# Where something stands here, the line is a task and no heading or rest of one.
TASK_ONLY_FIELDS = ("lead", "coordinating", "deliverable", "due", "parent")

# Column → field of the row, where they are not called alike.
ROW_FIELDS = {"parent": "parent_words"}

_PART = r"[IVXLC]{1,7}|[A-HĐ]"
_PART_NUMBER = re.compile(rf"\(?({_PART})\s*[.):/]?|(phần|mục|nhóm|chương)\s.*", re.DOTALL)
_PART_TITLE = re.compile(
    rf"(?:(?:PHẦN|Phần|Mục|MỤC|Nhóm|NHÓM)\s+(?:thứ\s+)?\S+?\s*[.:)–-]|(?:{_PART})\s*[.):–-])\s*"
)
_SUM = re.compile(r"(tong( cong| so)?|cong|total)( nhiem vu)?\b\s*(:|\d|$).*")
_END = re.compile(r"noi nhan|ghi chu:|t/m\b|tm\.|kt\.|tl\.|tuq\.|nguoi (lap|tong hop)|\((da )?ky\b|da ky$")
_PLACE_AND_DATE = re.compile(r".{1,40}, ?ngay .{0,8}thang .{0,8}nam")
_SIGNS = re.compile(
    r"(pho )?(truong|chu tich|giam doc|chanh|bi thu|thu truong|tu lenh|vu truong|cuc truong)\b"
)


class TableLine:
    """A line of a table by what its columns hold."""

    def __init__(self, line: Line, columns: Columns) -> None:
        self.line, self.columns = line, columns
        self.cells: dict[str, Cell] = {
            name: cell for name, column in columns.places.items() if (cell := self._cell(name, column)).text
        }
        self.texts = {name: cell.text for name, cell in self.cells.items()}
        # Without what is merged from above.
        self.own = {name: cell.text for name, cell in self.cells.items() if not cell.continues}

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
        undecided = {}
        for name, columns in self.columns.rivals.items():
            cells = [(self.columns.headings[column].words, self._at(column).text) for column in columns]
            texts = [f"{heading}: {in_one_line(text)}" for heading, text in cells if text]
            if texts:
                undecided[name] = "; ".join(texts)
        return undecided

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
            (ROW_FIELDS.get(name, name), mark)
            for name, column in self._read_columns()
            for mark in self._at(column).marks
        ]
        return (("title", "hidden_row"), *marks) if self.line.hidden else tuple(marks)

    @property
    def is_struck_out(self) -> bool:
        return any(mark == "struck_out" for _name, mark in self.marks)

    @property
    def is_task(self) -> bool:
        return any(name in self.own for name in TASK_ONLY_FIELDS)

    @property
    def is_certain(self) -> bool:
        """Whether this is a task for certain: below the signatures of one table another may begin."""
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
        return not self.is_task

    @property
    def part(self) -> str | None:
        """The heading that this line is, without its number."""
        if any(name in self.own for name in TASK_ONLY_FIELDS if not self._is_covered(name)):
            return None
        words, number = self._heading, self.own.get("number", "")
        if not words:
            return None
        if self._is_wide or words == number or (number and _PART_NUMBER.fullmatch(number)):
            return without_number(words)
        if number or "title" not in self.own:
            return None
        emphatic = self.cells["title"].bold or (words.isupper() and len(words) > 3)
        return without_number(words) if emphatic or _PART_TITLE.match(words) else None

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
        """Whether the heading is merged over the title and the columns of who or when."""
        title = self.cells.get("title")
        wide = title is None or title.width != 1
        return wide and any(self._is_covered(name) for name in TASK_ONLY_FIELDS)

    def _is_covered(self, name: str) -> bool:
        """Whether the cell with the heading reaches over the column of this field."""
        column = self.columns.places.get(name, -1)
        for start in (self.columns.places["title"], self.columns.places.get("number", 0)):
            cell = self._at(start)
            if cell.text and start < column < start + cell.width:
                return True
        return False

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
        return bool(dated) or is_end(texts[0])


def is_end(text: str) -> bool:
    """Whether the words are recipients or a signature."""
    return bool(_END.match(fold(text)) or (text.isupper() and _SIGNS.match(fold(text))))


def part_of(words: str) -> str:
    """The title of a part in a paragraph before a table, where it is numbered as a part is."""
    return without_number(words) if _PART_TITLE.match(words) else ""


def without_number(words: str) -> str:
    return _PART_TITLE.sub("", words, count=1) or words


def in_one_line(text: str) -> str:
    return " ".join(text.split())
