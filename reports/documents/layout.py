"""What a document is made of, whoever draws it. Sizes are of Decree 30/2020/NĐ-CP and the Party's form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.shared.days import format_day

FACE = "Times New Roman"
"""What an office has; the PDF brings its own font of the same widths."""

TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 20
"""Margins in mm: Decree 30 allows 20–25 above and below, 30–35 on the left, 15–20 on the right."""

NUMBER_AT = 10
"""The page's number stands so many mm below its upper edge, in the middle, from the second page on."""

SHORT, LONG = 210, 297

ISSUER = 0.38
"""Of the width, for who issues it; the national heading beside it has to stand in one line."""

TEXT, TABLE, SMALL = 14, 11, 10
"""Points of the text, of a table's cells and of what says how the file was made."""

STATE, PARTY = "state", "party"

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
THE_PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"
RECIPIENTS = "Nơi nhận:"

Cell = str | int | float | date | None


@dataclass(frozen=True)
class Letterhead:
    """The upper part: who issues it, under whom, and where and when. Always in Vietnamese."""

    form: str
    above: str
    issuer: str
    symbol: str
    """What stands behind the number that it gets when it is signed: "BC-BCĐ"."""
    place: str
    on: date

    @property
    def number(self) -> str:
        blank = "\N{NO-BREAK SPACE}" * 8
        return f"Số{blank}-{self.symbol}" if self.form == PARTY else f"Số:{blank}/{self.symbol}"

    @property
    def day(self) -> str:
        """Days below ten and the first two months with a zero before them, so that none can be added."""
        month = f"{self.on.month:02d}" if self.on.month < 3 else str(self.on.month)
        day = f"ngày {self.on.day:02d} tháng {month} năm {self.on.year}"
        return f"{self.place}, {day}" if self.place else day


@dataclass(frozen=True)
class Signature:
    """The lower part: in whose name, which office, whose name; and who receives it."""

    authority: tuple[str, ...]
    name: str
    recipients: tuple[str, ...]
    form: str = STATE


@dataclass(frozen=True)
class Column:
    name: str
    head: str
    width: int
    """In mm on paper, of 247 across; 0 for what only a sheet has room for."""
    align: str = "left"
    sheet_width: int = 0
    """In characters of a sheet, for a column that is only there."""
    hidden: bool = False

    @property
    def characters(self) -> float:
        """As wide in a sheet as on paper, which is printed at three quarters of its size."""
        return self.width * 0.7 if self.width else max(8, self.sheet_width)


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]
    sums: Sequence[Cell] = ()
    """A last row in bold."""
    more: str = ""
    """What is said below it when it does not hold all."""

    def on_paper(self) -> tuple[list[int], list[Column]]:
        """Which columns have room on paper: their places in a row, and themselves."""
        places = [place for place, column in enumerate(self.columns) if column.width]
        return places, [self.columns[place] for place in places]


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class ToWrite:
    """A place for prose that only a person can write: seen at once, and easily searched for."""

    what: str

    @property
    def text(self) -> str:
        return f"[… {self.what} …]"


Block = Heading | Paragraph | ToWrite | Table


@dataclass(frozen=True)
class Document:
    title: str
    subject: str
    facts: tuple[str, ...]
    """Under which conditions, as of which day, how many rows."""
    blocks: tuple[Block, ...]
    made: str = ""
    """Who made it and when: at the foot of each page; above the rows of a sheet, which shows no foot."""
    letterhead: Letterhead | None = None
    signature: Signature | None = None
    landscape: bool = False
    author: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    """Properties of our own that a sheet carries with it."""

    @property
    def party(self) -> bool:
        return bool(self.letterhead and self.letterhead.form == PARTY)

    @property
    def across(self) -> int:
        """Mm between the margins."""
        return (LONG if self.landscape else SHORT) - LEFT - RIGHT


_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What the XML of an office file cannot hold: with one of these it does not open."""


def clean(text: str) -> str:
    """Composed Unicode (NFC), lines ended one way, nothing that an office file cannot hold."""
    return _UNWRITABLE.sub("", unicodedata.normalize("NFC", text)).replace("\r\n", "\n").replace("\r", "\n")


def format_cell(cell: Cell) -> str:
    """A cell as paper shows it: days as dd/mm/yyyy, numbers with Vietnamese signs."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return format_day(cell)
    if isinstance(cell, float):
        return f"{cell:.1f}".replace(".", ",")
    if isinstance(cell, int):
        return f"{cell:,}".replace(",", ".")
    return clean(cell)
