"""What Word's automatic lists print before a paragraph: often all that the column "STT" holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml.etree import _Element as Element

VAL, LEVEL = qn("w:val"), qn("w:ilvl")
_LEVELS = 9


def roman(number: int) -> str:
    """1 to 3999, as an order numbers its parts."""
    letters = ""
    for value, letter in _ROMAN:
        letters += letter * (number // value)
        number %= value
    return letters


_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


def _letter(number: int) -> str:
    """a … z, aa, bb …, as Word counts with letters."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


FORMS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerLetter": _letter,
    "none": lambda number: "",
}


@dataclass
class Level:
    start: int = 1
    form: str = "decimal"
    # "%1.%2." with the numbers of the levels.
    text: str = ""


@dataclass
class List:
    """Where a list stands: several "num" of a document may go on with the same one."""

    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)

    def next(self, level: int) -> str:
        own = self.levels.get(level)
        if own is None:
            return ""
        for above in range(level):
            self.counts.setdefault(above, self.levels.get(above, own).start)
        self.counts[level] = self.counts.get(level, own.start - 1) + 1
        for below in range(level + 1, _LEVELS):
            self.counts.pop(below, None)
        return "-" if own.form == "bullet" else self._said(own)

    def _said(self, own: Level) -> str:
        text = own.text
        for place, level in self.levels.items():
            if f"%{place + 1}" in text:
                form = FORMS.get(level.form, str)
                text = text.replace(f"%{place + 1}", form(self.counts.get(place, level.start)))
        return text


class Numbering:
    """The lists of one document, counted from its first paragraph on."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        # Key of a "num" → the list that it counts in.
        self.lists: dict[str, List] = {}
        self.restarts: dict[str, dict[int, int]] = {}
        self.styles: dict[str, tuple[str, int]] = {}
        self.based_on: dict[str, str] = {}
        if numbering is not None:
            self._read_lists(numbering)
        if styles is not None:
            self._read_styles(styles)

    def labels(self, paragraphs: Iterable[Element]) -> dict[Element, str]:
        """Paragraph → "1. " or "a) ", for those that a list numbers."""
        labels = ((paragraph, self._label(paragraph)) for paragraph in paragraphs)
        return {paragraph: f"{label} " for paragraph, label in labels if label}

    def _label(self, paragraph: Element) -> str:
        key, level = self._list_of(paragraph)
        if key not in self.lists:
            return ""
        counted = self.lists[key]
        for place, start in self.restarts.pop(key, {}).items():
            counted.counts[place] = start - 1
        return counted.next(level)

    def _list_of(self, paragraph: Element) -> tuple[str, int]:
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        key, level = self._list_of_style("" if style is None else style.get(VAL, ""))
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if own is not None:
            key = _value(own, "w:numId", key)
            level = int(_value(own, "w:ilvl", str(level)))
        return key, level

    def _list_of_style(self, style: str) -> tuple[str, int]:
        for _ in range(20):  # a style may, by mistake, be based on itself
            if style in self.styles or not style:
                break
            style = self.based_on.get(style, "")
        return self.styles.get(style, ("", 0))

    def _read_lists(self, numbering: Element) -> None:
        kinds = {
            kind.get(qn("w:abstractNumId"), ""): List(
                {int(level.get(LEVEL, "0")): _level(level) for level in kind.iter(qn("w:lvl"))}
            )
            for kind in numbering.iter(qn("w:abstractNum"))
        }
        for num in numbering.iter(qn("w:num")):
            key = num.get(qn("w:numId"), "")
            kind = kinds.get(_value(num, "w:abstractNumId"))
            if kind is not None:
                self.lists[key] = kind
                self.restarts[key] = {
                    int(change.get(LEVEL, "0")): int(_value(change, "w:startOverride"))
                    for change in num.iter(qn("w:lvlOverride"))
                    if change.find(qn("w:startOverride")) is not None
                }

    def _read_styles(self, styles: Element) -> None:
        for style in styles.iter(qn("w:style")):
            name = style.get(qn("w:styleId"), "")
            self.based_on[name] = _value(style, "w:basedOn")
            own = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if own is not None:
                self.styles[name] = (_value(own, "w:numId"), int(_value(own, "w:ilvl", "0")))


def _level(element: Element) -> Level:
    return Level(
        int(_value(element, "w:start", "1")),
        _value(element, "w:numFmt", "decimal"),
        _value(element, "w:lvlText"),
    )


def _value(element: Element, name: str, default: str = "") -> str:
    child = element.find(qn(name))
    return default if child is None else child.get(VAL, default)
