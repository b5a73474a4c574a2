"""A cell of a deadline cut into clauses, each as it is compared: in small letters, without marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache


class Unsure(Exception):
    """The words are not certain: the code of the sentence that says why, and which of them."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code, self.words = code, words


@dataclass(frozen=True)
class Clause:
    """A part of the cell: as it is compared, as it was written, and how many days "trước" is."""

    plain: str
    words: str
    before: timedelta

    def unsure(self, code: str) -> Unsure:
        return Unsure(code, self.words)

    def of(self, plain: str) -> Clause:
        return replace(self, plain=plain)


# Small figures are footnotes: as figures of the line they would make another day.
_KEPT = ("<super>", "<sub>", "<circle>", "<fraction>")


@cache
def _letters(letter: str) -> str:
    if letter == "\n":
        return ";"
    if unicodedata.decomposition(letter).startswith(_KEPT):
        return letter
    if letter in "–—−‐‑‒":
        return "-"
    spread = unicodedata.normalize("NFKD", letter.lower().replace("đ", "d"))
    return "".join(c for c in spread if not unicodedata.combining(c))


def plain_of(words: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its letters where it stands in the words."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(words):
        for plain_letter in _letters(letter):
            letters.append(plain_letter)
            places.append(place)
    return "".join(letters), places


_CUT = re.compile(
    r"[;()\[\]]|,(?= |$|\D)|\.(?= )|(?<= )(?:va|den het va)(?= )"
    r"|(?<= )-(?= (?!den |quy |thang |ngay |nam |truoc |\d))"
)
_EDGE = " .,;:-+*•…"


def cuts(plain: str) -> Iterator[tuple[int, int]]:
    start = 0
    for separator in [*_CUT.finditer(plain), None]:
        span = trimmed(plain, start, separator.start() if separator else len(plain))
        if span[0] < span[1]:
            yield span
        start = separator.end() if separator else 0


def trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    while start < end and plain[start] in _EDGE:
        start += 1
    while start < end and plain[end - 1] in _EDGE:
        end -= 1
    return start, end


def ascii_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
