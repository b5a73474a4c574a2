"""Which tasks say nearly the same, found among thousands without comparing each with each."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import ceil

from portal.shared.text import fold

# Of all the words of two tasks, how many both must have.
MIN_SHARED_WORDS = 0.8

# How alike the two must be word by word.
MIN_SIMILARITY = 0.85

# A word that so many titles have finds nothing: it is in every second task.
MAX_TITLES_PER_WORD = 200

# Letters of a title that are compared: a task has 500, and comparing takes the square of their number.
MAX_COMPARED_LENGTH = 1_000

_WORD = re.compile(r"\w+")
_COUNTS = re.compile(r"\d|^[ivx]+$")


@dataclass(frozen=True)
class TitleWords:
    """The words of a title, and those that make two tasks of one sentence: "quý I", "quý II"; Sở A, Sở B."""

    of: tuple[str, ...]
    different: frozenset[str]
    counts: tuple[str, ...]
    # Written with a capital; None where every letter is one.
    names: frozenset[str] | None

    @classmethod
    def read(cls, title: str) -> TitleWords:
        title = title[:MAX_COMPARED_LENGTH]
        words = tuple(_WORD.findall(fold(title)))
        counts = tuple(word for word in words if _COUNTS.search(word))
        capital = (word for word in _WORD.findall(title)[1:] if word[0].isupper())
        names = None if title.isupper() else frozenset(map(fold, capital))
        return cls(words, frozenset(words), counts, names)


class TitleIndex:
    """Titles to be found again by near the same words; the place of each is its number in what was given."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.words = [TitleWords.read(title) for title in titles]
        self.common = Counter(word for words in self.words for word in words.different)
        self.same: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.found_by: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self.words):
            self.same[words.of].append(place)
            for word in self._rarest(words):
                self.found_by[word].append(place)

    def of(self, words: TitleWords) -> list[int]:
        """The places of titles that say the same, or nearly, in the order given."""
        candidates = {place for word in self._rarest(words) for place in self.found_by.get(word, ())}
        near = {place for place in candidates if _is_near(words, self.words[place])}
        return sorted(near.union(self.same.get(words.of, ()))) if words.of else []

    def _rarest(self, words: TitleWords) -> list[str]:
        """The rarest words, so many that two titles which share enough share one of these."""
        rarest = sorted(words.different, key=lambda word: (self.common[word], word))
        enough = len(rarest) - ceil(MIN_SHARED_WORDS * len(rarest)) + 1
        return [word for word in rarest[:enough] if self.common[word] <= MAX_TITLES_PER_WORD]


def _is_near(words: TitleWords, other: TitleWords) -> bool:
    if words.counts != other.counts or (
        words.names != other.names and None not in (words.names, other.names)
    ):
        return False
    both = len(words.different & other.different)
    if both < MIN_SHARED_WORDS * (len(words.different) + len(other.different) - both):
        return False
    return SequenceMatcher(None, words.of, other.of, autojunk=False).ratio() >= MIN_SIMILARITY
