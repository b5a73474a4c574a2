"""The words that somebody looks for: how they are compared, and where they stand in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.shared.text import fold

# Characters of a long text that are shown around the first word found.
AROUND = 60
_CODE = re.compile(r"(?:nv[\s.-]*)?0*(\d{1,9})")


@dataclass(frozen=True)
class Words:
    text: str

    @property
    def folded(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fold(self.text).split()))

    @property
    def task_key(self) -> int | None:
        """The key of the task that the whole text names: NV-00384, nv 384 or 384."""
        match = _CODE.fullmatch(fold(self.text))
        return int(match[1]) if match else None

    def in_column(self, column: str) -> Q:
        """Every word stands in a column that holds folded text."""
        every = Q()
        for word in self.folded:
            every &= Q(**{f"{column}__contains": word})
        return every

    def all_in(self, text: str) -> bool:
        folded = fold(text)
        return all(word in folded for word in self.folded)

    def any_in(self, text: str) -> bool:
        """Whether a word of the text begins with one of these: "ke" is not shown as found in "worker"."""
        folded = fold(text)
        return any(re.search(rf"\b{re.escape(word)}", folded) for word in self.folded)

    def marked(self, text: str) -> SafeString:
        """The text with each word found in a <mark>."""
        pieces, end = [], 0
        for start, stop in self._places(text):
            pieces += [("", text[end:start]), ("mark", text[start:stop])]
            end = stop
        pieces.append(("", text[end:]))
        marked = ((format_html("<mark>{}</mark>", part) if tag else part,) for tag, part in pieces)
        return format_html_join("", "{}", marked)

    def excerpt(self, text: str) -> SafeString:
        """What stands around the first word found, marked, on one line."""
        line = " ".join(text.split())
        places = self._places(line)
        start = max(0, places[0][0] - AROUND) if places else 0
        stop = start + 3 * AROUND
        before, after = "… " * (start > 0), " …" * (stop < len(line))
        return format_html("{}{}{}", before, self.marked(line[start:stop]), after)

    def _places(self, text: str) -> list[tuple[int, int]]:
        """Where in the text as it is written the words stand, from left to right, none inside another."""
        letters, origin = [], []
        for index, character in enumerate(text):
            for letter in _fold_letter(character):
                letters.append(letter)
                origin.append(index)
        folded, spans = "".join(letters), []
        for word in self.folded:
            pattern = re.escape(word)
            # Whole words, else words that begin so, else what stands inside them.
            ways = (rf"\b{pattern}\b", rf"\b{pattern}", pattern)
            matches = (list(re.finditer(way, folded)) for way in ways)
            spans += [match.span() for match in next(filter(None, matches), ())]
        places: list[tuple[int, int]] = []
        for start, stop in sorted(spans, key=lambda place: (place[0], -place[1])):
            if not places or origin[start] >= places[-1][1]:
                places.append((origin[start], origin[stop - 1] + 1))
        return places


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    """As in `fold`, where a space by itself would be nothing."""
    return fold(letter) or (" " if letter.isspace() else "")
