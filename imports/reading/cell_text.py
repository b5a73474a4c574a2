"""The words of a cell out of its runs: what is struck out, and the raised figure of a footnote, are none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Characters that Excel keeps in a cell; of a cell of Word too nothing is read after them.
MAX_CELL_LENGTH = 32_767

_FIGURE = re.compile(r"[\s\d*()\[\],;.†‡§]+")
UNITS = {"2": "²", "3": "³"}
_UNIT = re.compile(r"(^|[\W\d])[kcdm]?m\Z")


@dataclass(frozen=True, slots=True)
class CellText:
    """What a cell says, and the codes of problems: why a person must look at it."""

    text: str = ""
    marks: tuple[str, ...] = ()


@dataclass
class TextRuns:
    """Puts the words of a cell together, run by run."""

    pieces: list[str] = field(default_factory=list)
    marks: dict[str, None] = field(default_factory=dict)
    length: int = 0

    def add(self, text: str, *, struck: bool = False, raised: bool = False) -> None:
        if struck:
            if text.strip():
                self.marks["struck_out"] = None
        elif raised and text.strip() and _FIGURE.fullmatch(text):
            self._add_figure(text.strip())
        elif self.length <= MAX_CELL_LENGTH:
            self.pieces.append(text)
            self.length += len(text)

    def _add_figure(self, figure: str) -> None:
        """ "m" with a raised 2 is an area; every other figure counts the footnotes."""
        before = "".join(self.pieces[-2:])
        if figure in UNITS and _UNIT.search(before):
            self.pieces.append(UNITS[figure])
        elif before[-1:].isdigit():
            # 10 with a raised 6 would be another number.
            self.marks["raised_figure"] = None

    def words(self) -> CellText:
        text = "".join(self.pieces).strip()
        return CellText(
            text if len(text) <= MAX_CELL_LENGTH else f"{text[: MAX_CELL_LENGTH - 1]}…", tuple(self.marks)
        )
