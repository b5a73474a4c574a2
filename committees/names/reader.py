"""Which bodies a cell of a received document names, as one body reads it; nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from committees.models import Alias, Body
from committees.names import patterns
from committees.names.keys import (
    commune_in,
    is_same_writing,
    name_key,
    province_in,
    trigrams,
    without_commune_words,
    without_province_words,
)
from committees.names.results import ReadName
from portal.shared.days import today
from portal.shared.text import fold, legible

NEAREST_SHOWN = 3
# Pieces between commas and "và" that one name has at most.
MAX_PIECES_OF_A_NAME = 8
# Bodies with the rarest common words, of which the nearest are told by their trigrams.
MAX_COMPARED = 60
# Bodies with a word that tells nothing beside a rarer one.
COMMON_WORD_BODIES = 400
# How much nearer a name is when it is one of the reader's own province.
SAME_PLACE_BONUS = 0.2


class _Row(NamedTuple):
    """What a name is compared with, of one body."""

    pk: int
    code: str
    names: tuple[str, ...]
    kind: str
    level: str
    path: str
    parent: int | None
    standing_agency: int | None
    dissolved_on: date | None
    note: str


_COLUMNS = (
    *("pk", "code", "name_vi", "name_en", "short_name", "kind", "level", "path", "parent_id"),
    *("standing_agency_id", "dissolved_on", "note"),
)


def _kind_word(named: ReadName) -> str:
    """What the names after this one may leave out: "Sở" in "Sở Nội vụ, Tài chính"."""
    first_word = patterns.OF_MANY.match(named.words) if named.body else None
    return first_word[1] if first_word else ""


def _join(pieces: Sequence[str]) -> str:
    """The pieces as one name, without what joined it to the name before."""
    return patterns.AND.sub("", "".join(pieces).strip(patterns.EDGES))


class NameReader:
    """All names that one body reads, from two queries however many cells follow."""

    def __init__(self, reader: Body, on: date | None = None) -> None:
        self.on = on or today()
        self.rows = {row.pk: row for row in _read_rows()}
        self.reader = self.rows[reader.pk]
        self.keys = {pk: list(dict.fromkeys(map(name_key, row.names))) for pk, row in self.rows.items()}
        self.own, self.general = _read_aliases(reader)
        self.by_code = {row.code: pk for pk, row in self.rows.items()}
        self.by_key: dict[str, list[int]] = defaultdict(list)
        self.by_bare: dict[str, list[int]] = defaultdict(list)
        self.in_communes: dict[str, list[int]] = defaultdict(list)
        for pk, keys in self.keys.items():
            self._index(self.rows[pk], keys)
        self.province, self.commune = self._place_of(self.reader)
        self.near: dict[str, tuple[int, ...]] = {}

    def read(self, cell: str) -> list[ReadName]:
        """The names of a cell in their order; every word of it stands in one of them."""
        return [
            named for part, words in _split_cell(legible(cell)) for named in self._read_segment(part, words)
        ]

    def members(self, group: str) -> list[int]:
        """The bodies that a plural stands for, as the reader says it, in the order of the tree.

        Of what is no group, none: it may come from the address of a page.
        """
        return [
            pk
            for name in group.split("+")
            if name in patterns.GROUP_MEMBERS
            for pk in self._list_members(name)
        ]

    def _index(self, row: _Row, keys: list[str]) -> None:
        commune = self._place_of(row)[1]
        for key in keys:
            self.by_key[key].append(row.pk)
            self.by_bare[without_province_words(key)].append(row.pk)
            if commune:
                self.in_communes[without_commune_words(key, commune)].append(row.pk)

    def _place_of(self, row: _Row) -> tuple[str, str]:
        """Province and commune of a body: from its own name, else from the bodies above it."""
        keys = self.keys[row.pk]
        commune = ""
        if row.level == Body.Level.COMMUNE:
            commune = next(filter(None, map(commune_in, keys)), "")
        if row.level not in (Body.Level.COMMUNE, Body.Level.PROVINCIAL):
            return "", ""
        if province := next(filter(None, map(province_in, keys)), ""):
            return province, commune
        above = self.rows.get(row.parent or 0)
        return (self._place_of(above)[0] if above else ""), commune

    # One name

    def _look_up(self, words: str) -> ReadName | None:
        """The body or the plural that a name stands for; None when it is not known."""
        key = name_key(words)
        for names in (self.own, self.general):
            if key in names:
                return self._choose(words, [names[key]])
        if code := self.by_code.get(words):
            return self._choose(words, [code])
        if group := self._read_plural(words, key):
            return group
        bare_too = self.by_bare.get(without_province_words(key), [])
        pks = (
            self._look_up_here(key)
            or self.by_key.get(key)
            or self._keep_cities(key, bare_too)
            or self._look_up_own(key)
        )
        if pks:
            return self._choose(words, list(dict.fromkeys(pks)))
        return ReadName(words, loose=True) if patterns.NOBODY.fullmatch(key) else None

    def _look_up_here(self, key: str) -> list[int]:
        """Look in the reader's own commune or province: "Sở Nội vụ", "Công an tỉnh", "UBND xã"."""
        plain = without_province_words(key)
        local = patterns.OF_COMMUNE.sub("", plain)
        if self.commune and "tinh" not in key.split(" "):
            pks = self.in_communes.get(f"{local} {self.commune}", [])
            if same := [pk for pk in pks if self._place_of(self.rows[pk])[0] == self.province]:
                return same
        if not self.province or (self.commune and not patterns.ONLY_OF_A_PROVINCE.search(key)):
            return []
        names = (f"{plain} {self.province}", f"{plain} tai {self.province}")
        pks = next((self.by_bare[name] for name in names if name in self.by_bare), [])
        return self._keep_cities(key, pks)

    def _keep_cities(self, key: str, pks: list[int]) -> list[int]:
        """Not the province where a city is named: many a province had one of its own name."""
        if "thanh pho" not in key:
            return pks
        return [pk for pk in pks if any("thanh pho" in key_of_body for key_of_body in self.keys[pk])]

    def _look_up_own(self, key: str) -> list[int]:
        """Look among what the reader has only one of: its standing agency, its support team."""
        if key in ("co quan thuong truc", "co quan thuong truc ban chi dao"):
            return [self.reader.standing_agency] if self.reader.standing_agency else []
        if " " not in key:
            return []
        own = [
            pk
            for pk in self._teams
            if any(key_of_body.startswith(f"{key} ") for key_of_body in self.keys[pk])
        ]
        return own if len(own) == 1 else []

    @cached_property
    def _teams(self) -> list[int]:
        """Support teams of the reader itself."""
        below = (row for row in self.rows.values() if row.parent == self.reader.pk)
        return [row.pk for row in below if row.kind == Body.Kind.SUPPORT_TEAM]

    def _choose(self, words: str, pks: Sequence[int]) -> ReadName:
        """The one body that exists today; else what a person may choose from."""
        standing = [pk for pk in pks if self._exists(pk)]
        # "Xã Hòa" and "Xã Hoa" have one key; whoever writes one of them to the letter means it.
        exact = [pk for pk in standing if any(is_same_writing(words, name) for name in self.rows[pk].names)]
        if len(exact) == 1:
            standing = exact
        if len(standing) == 1:
            return ReadName(words, standing[0])
        if not standing:
            standing = [*self._find_merged(self.keys[pks[0]][0]), *self._find_nearest(words)]
        return ReadName(words, nearest=tuple(dict.fromkeys(standing))[:NEAREST_SHOWN])

    def _exists(self, pk: int) -> bool:
        ended = self.rows[pk].dissolved_on
        return ended is None or ended > self.on

    # Plurals

    def _read_plural(self, words: str, key: str) -> ReadName | None:
        """A plural; a body that carries its very name is offered beside the fan-out."""
        if not patterns.PLURAL.search(fold(words)) or (self.province and key.endswith("cap tinh")):
            return None
        group = next((group for form, group in patterns.GROUPS if form.fullmatch(key)), "")
        if patterns.ALL_PLACES.fullmatch(key):
            group = "communes" if self.province else "provinces"
        if not group:
            return None
        same = [pk for pk in (self._look_up_here(key) or self.by_key.get(key, [])) if self._exists(pk)]
        return ReadName(words, nearest=tuple(same[:NEAREST_SHOWN]), group=group)

    def _list_members(self, group: str) -> list[int]:
        level, first = patterns.GROUP_MEMBERS[group]
        rows = [row for row in self.rows.values() if row.level == level and self._exists(row.pk)]
        if group in ("departments", "communes"):
            rows = [row for row in rows if self.province and self._place_of(row)[0] == self.province]
        named = [row.pk for row in rows if self.keys[row.pk][0].startswith(first)]
        return named or [row.pk for row in rows if row.kind == Body.Kind.COMMITTEE]

    # Several names between commas

    def _read_segment(self, part: str, words: str) -> Iterator[ReadName]:
        """Longest known name first; what no name begins with belongs to the unknown name before it."""
        each = patterns.EACH.match(words) or patterns.EACH_NAMED.match(words)
        head = each["head"].capitalize() if each else ""
        pieces, start = _split_segment(words[each.end() :] if each else words), 0
        while start < len(pieces):
            named, start = self._read_next(pieces, start, head)
            head = _kind_word(named) or head
            yield replace(named, helps=part == "phối hợp")

    def _read_next(self, pieces: list[str], start: int, head: str) -> tuple[ReadName, int]:
        end, name = start + 1, None
        for end in range(min(len(pieces), start + MAX_PIECES_OF_A_NAME), start, -1):
            words = _join(pieces[start:end])
            if name := self._read_with_head(words, head):
                break
        after, head = end, (_kind_word(name) if name else "") or head
        while after < len(pieces) and not self._begins_a_name(pieces[after], head):
            after += 1
        while name and name.group and after < len(pieces) and self._narrows(pieces[after], head):
            after += 1
        if name and after == end:
            return name, end
        # "Bộ Khoa học Công nghệ và Môi trường" is more than the known name that it begins with.
        return self._describe_unknown(_join(pieces[start:after]), name), after

    def _narrows(self, piece: str, head: str) -> bool:
        """Whether it says which of a plural are meant: "các tỉnh, thành phố khác"."""
        return bool(patterns.QUALIFIES.match(piece)) and self._read_with_head(_join([piece]), head) is None

    def _read_with_head(self, words: str, head: str) -> ReadName | None:
        """The name, or what is left of one in a list: "Sở Nội vụ, Tài chính"."""
        if name := self._read_name(words):
            return name
        full = self._look_up(f"{head} {words}") if head else None
        return replace(full, words=words) if full and full.body else None

    def _begins_a_name(self, piece: str, head: str) -> bool:
        words = _join([piece])
        return (
            bool(patterns.BEGINS_A_NAME.match(fold(words))) or self._read_with_head(words, head) is not None
        )

    def _read_name(self, words: str) -> ReadName | None:
        """A name with what brackets add to it; "Chủ tịch UBND tỉnh" is a person of a body."""
        if name := self._look_up(words):
            return name
        if bracket := patterns.BRACKET.search(words):
            return self._read_with_bracket(words, words[: bracket.start()], bracket[1].strip())
        title = patterns.TITLE.match(fold(words))
        of = self._look_up(" ".join(words.split()[len(title[0].split()) :])) if title else None
        if of and of.body:
            return ReadName(words, nearest=(of.body,))
        return replace(of, words=words) if of else None

    def _read_with_bracket(self, words: str, name: str, inside: str) -> ReadName | None:
        if inside in self.by_code:
            return self._choose(words, [self.by_code[inside]])
        outside = self._read_name(name)
        if outside and outside.group and (inside.startswith("trừ ") or self._find_bodies(inside)):
            # "Các sở, ngành (trừ Sở Y tế)": not all of them.
            return ReadName(words, nearest=tuple(self._find_bodies(inside))[:NEAREST_SHOWN])
        within = self._look_up(inside) if outside and outside.body else None
        if outside and outside.body and within and within.body not in (None, outside.body):
            # "UBND tỉnh (Sở Nội vụ)": which of the two answers for it is for a person to say.
            return ReadName(words, nearest=(outside.body, within.body or 0))
        return replace(outside, words=words) if outside else None

    def _describe_unknown(self, words: str, begins: ReadName | None = None) -> ReadName:
        key = name_key(patterns.BRACKET.sub("", words))
        # What goes on from a plural to somebody else is not nobody in particular.
        loose = (
            patterns.ONLY_SOME.fullmatch(key) if begins and begins.group else patterns.LOOSE.fullmatch(key)
        )
        if loose and not patterns.NAMES_SOME.match(words) and not self._ends_with_a_body(words):
            return ReadName(words, loose=True)
        first = (begins.body,) if begins and begins.body else ()
        return ReadName(
            words, nearest=tuple(dict.fromkeys((*first, *self._find_nearest(words))))[:NEAREST_SHOWN]
        )

    def _find_bodies(self, words: str) -> list[int]:
        """The bodies that the pieces of a bracket name."""
        names = (self._look_up(_join([piece])) for piece in _split_segment(words.removeprefix("trừ ")))
        return [named.body for named in names if named and named.body]

    def _ends_with_a_body(self, words: str) -> bool:
        """Whether a name stands behind, as where a break was lost; "thuộc Bộ Công an" says whose they are."""
        parts = words.split()
        return any(
            parts[place][:1].isupper()
            and parts[place - 1] not in ("thuộc", "của")
            and (name := self._look_up(" ".join(parts[place:])))
            and name.body
            for place in range(1, len(parts))
        )

    # The nearest

    def _find_nearest(self, words: str) -> tuple[int, ...]:
        key = name_key(patterns.BRACKET.sub("", words))
        if key not in self.near:
            wanted = trigrams(key)
            scored = [(self._likeness(wanted, pk), -pk) for pk in self._candidates(key)]
            near = [-pk for score, pk in sorted(scored, reverse=True)[:NEAREST_SHOWN] if score]
            self.near[key] = tuple(dict.fromkeys([*self._find_merged(key), *near]))[:NEAREST_SHOWN]
        return self.near[key]

    def _find_merged(self, key: str) -> list[int]:
        """Bodies whose note has the name: a ministry says there what it was merged from."""
        if " " not in key:
            return []
        return [pk for pk, note in self._notes.items() if f" {key} " in note and key not in self.keys[pk]]

    @cached_property
    def _notes(self) -> dict[int, str]:
        noted = [row for row in self.rows.values() if row.note and self._exists(row.pk)]
        return {row.pk: f" {name_key(row.note)} " for row in noted}

    def _candidates(self, key: str) -> Collection[int]:
        """Bodies that share the rarer words of the name; all of them when none shares any."""
        bodies_of_words = [
            self._by_word[word] for word in dict.fromkeys(key.split(" ")) if word in self._by_word
        ]
        candidates: set[int] = set()
        for bodies in sorted(bodies_of_words, key=len):
            if len(candidates) >= MAX_COMPARED or (candidates and len(bodies) > COMMON_WORD_BODIES):
                break
            candidates |= bodies
        return candidates or [pk for pk in self.rows if self._exists(pk)]

    @cached_property
    def _by_word(self) -> dict[str, set[int]]:
        bodies_of_word: dict[str, set[int]] = defaultdict(set)
        for pk, keys in self.keys.items():
            if self._exists(pk):
                for word in {word for key in keys for word in key.split(" ")}:
                    bodies_of_word[word].add(pk)
        return bodies_of_word

    def _likeness(self, wanted: frozenset[str], pk: int) -> float:
        """How many trigrams are common; of two alike the one of the reader's own place."""
        of_keys = [trigrams(key) for key in self.keys[pk]]
        best = max((len(wanted & of_key) / len(wanted | of_key) for of_key in of_keys), default=0.0)
        return best + (
            SAME_PLACE_BONUS if best and self.province and self.keys[pk][0].endswith(self.province) else 0
        )


def _read_rows() -> Iterator[_Row]:
    for row in Body.objects.order_by("path").values_list(*_COLUMNS):
        pk, code, name_vi, name_en, short_name, *rest = row
        yield _Row(pk, code, tuple(filter(None, (name_vi, short_name, name_en))), *rest)


def _read_aliases(reader: Body) -> tuple[dict[str, int], dict[str, int]]:
    """The reader's own, and those of all."""
    own: dict[str, int] = {}
    general: dict[str, int] = {}
    rows = Alias.objects.filter(Q(used_by=reader) | Q(used_by=None))
    for used_by, body, name in rows.values_list("used_by", "body", "name"):
        (own if used_by else general)[name_key(name)] = body
    return own, general


def _split_cell(cell: str) -> Iterator[tuple[str, str]]:
    """What stands between semicolons and line breaks, with the part that a label before it names."""
    part = ""
    for piece in patterns.SEGMENT_BREAK.split(cell):
        words = patterns.BULLET.sub("", piece).strip(patterns.EDGES)
        if label := patterns.LABEL.match(words):
            part, words = label["part"].lower(), words[label.end() :]
        if words.strip(patterns.EDGES):
            yield part, words.strip(patterns.EDGES)


def _split_segment(words: str) -> list[str]:
    """Cut at commas and "và" outside brackets; each piece keeps the sign before it."""
    cuts = [0]
    for separator in patterns.PIECE_BREAK.finditer(words):
        before = words[: separator.start()]
        if before.count("(") == before.count(")"):
            cuts.append(separator.start())
    ends = [*cuts[1:], len(words)]
    return [
        words[start:end]
        for start, end in zip(cuts, ends, strict=True)
        if words[start:end].strip(patterns.EDGES)
    ]
