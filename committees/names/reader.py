"""Which bodies a cell of a received document names, as one body reads it; nothing is guessed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from committees.models import Alias, Body
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


# Plurals

_ALL = r"(?:tat ca |toan bo )?(?:cac |nhung )?"
_MINISTRIES = rf"{_ALL}bo(?: (?:co quan|thuoc|nganh|ngang bo|chinh phu|trung uong))*"
_CITIES = r"tinh(?: thanh(?: pho)?)?(?: truc thuoc trung uong)?"
_PROVINCES = rf"{_ALL}(?:uy ban nhan dan {_ALL}(?:{_CITIES}|cap tinh)|{_CITIES})"
_DEPARTMENTS = rf"{_ALL}so(?: (?:ban|nganh|doan the))*(?: (?:cap |cua |thuoc )?tinh)?"
_COMMUNES = (
    rf"{_ALL}(?:uy ban nhan dan )?{_ALL}(?:cap xa|(?:xa|phuong|dac khu)(?: (?:xa|phuong|thi tran|dac khu))*)"
    r"(?: (?:thuoc |cua )?tinh)?"
)
_GROUPS = tuple(
    (re.compile(form), group)
    for form, group in (
        (rf"{_MINISTRIES} {_ALL}(?:dia phuong|{_PROVINCES})", "ministries+provinces"),
        (_MINISTRIES, "ministries"),
        (_PROVINCES, "provinces"),
        (rf"{_DEPARTMENTS} {_ALL}(?:dia phuong|{_COMMUNES})", "departments+communes"),
        (_DEPARTMENTS, "departments"),
        (_COMMUNES, "communes"),
    )
)
_PLURAL = re.compile(
    r"\b(?:cac|nhung|tat ca|toan bo|nganh|tinh,? (?:va )?thanh(?: pho)?|xa,? (?:va )?phuong"
    r"|phuong,? (?:va )?xa|cap xa|cap tinh)\b"
)
_PLACES = re.compile(rf"{_ALL}dia phuong")
_LOOSE = re.compile(
    r"(?:cac|nhung|tat ca|toan bo|mot so) .*"
    r"|(?:co quan|don vi|to chuc|ca nhan|doanh nghiep|dia phuong|co so)\b.*"
)
_ANY = r"(?:co quan|don vi|to chuc|ca nhan|doanh nghiep|dia phuong|co so|bo|so|ban|nganh|doan the)"
_NOBODY = re.compile(
    rf"(?!ban to chuc$){_ALL}(?:{_ANY} )*"
    r"(?:co quan|don vi|to chuc|ca nhan|dia phuong|khac|(?:khac )?(?:co )?lien quan)"
)
# After a plural: not all of them, only those who are concerned.
_SOME = re.compile(r".*\b(?:khac|lien quan)")
_QUALIFIES = re.compile(r"[\s,/&]*(?:và )?(?:địa phương|thành phố|tỉnh|xã|phường|đặc khu|ngành)\b")
# A plural that goes on with proper names: "các địa phương Bắc Ninh, An Giang".
_NAMES_SOME = re.compile(
    r".*:|.*\b(?:địa phương|tỉnh|thành phố|xã|phường|đặc khu) (?!Việt )[A-ZĐ]\w* [A-ZĐÁÀÂĂÔƠƯÊÝ]"
)
# A person of the body: whom the order names is its head, and a person must say so.
_TITLE = re.compile(
    r"(?:(?:pho )?chu tich|(?:pho )?giam doc|bo truong|thu truong|thong doc|truong ban|bi thu|lanh dao"
    r"|nguoi dung dau) "
)

# Group → the level of its bodies and what their names begin with; committees where nobody is called so.
_MEMBERS = {
    "ministries": (Body.Level.MINISTRY, ("bo ", "ngan hang nha nuoc", "thanh tra", "van phong")),
    "provinces": (Body.Level.PROVINCIAL, ("uy ban nhan dan ",)),
    "departments": (Body.Level.PROVINCIAL, ("so ", "thanh tra ")),
    "communes": (Body.Level.COMMUNE, ("uy ban nhan dan ",)),
}

# A cell and its pieces

_LABEL = re.compile(
    r"(?:(?:các )?(?:cơ quan|đơn vị) )?(?P<part>chủ trì|phối hợp|thực hiện)(?: thực hiện)? ?[:-] ?",
    re.IGNORECASE,
)
_EACH = re.compile(r"(?:các )?(?P<head>bộ|sở)(?:, ngành)? ?: ?", re.IGNORECASE)
# "Các Sở Nội vụ, Tài chính" are two, as "Các sở: Nội vụ, Tài chính" are.
_EACH_NAMED = re.compile(r"[Cc]ác (?P<head>[Bb]ộ|[Ss]ở) (?=[A-ZĐ])")
_OF_MANY = re.compile(r"(Bộ|Sở|Ban|Cục|Vụ|Phòng) ", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-+*•]|\d{1,2}[.)]) ?")
_HARD = re.compile(r"[;\n]+|(?<=[a-zà-ỹ]{2})\.\s+(?=[A-ZĐ])")
_SOFT = re.compile(r"\s*[,+]|\s+(?:và|cùng với|cùng|&|/|-)(?=\s)|/(?=\s)", re.IGNORECASE)
_AND = re.compile(r"^(?:và|cùng với|cùng|&)\s+", re.IGNORECASE)
_EDGE = " \t,.;:/+-*•&"
_BRACKET = re.compile(r"\s*\(([^()]*)\)\s*$")
_OF_COMMUNE = re.compile(r" (?:cap xa|xa|phuong|dac khu)$")
# In a commune every other name ("Công an", "UBND", "MTTQ") may mean the commune's own.
_ONLY_OF_A_PROVINCE = re.compile(r"^so |\b(?:tinh|thanh pho)\b")
# First words of names: a piece that begins with none of them belongs to the name before it.
_BEGINS = re.compile(
    r"(?:bo|so|cuc|vu|vien|ban|hoi|doan|phong|truong|xa|phuong|cac|nhung|tat ca|"
    r"toan bo|mot so|ubnd|hdnd|ubmttq|mttq|ubkt|vp|vpcp|bhxh|uy ban|cong an|"
    r"cong ty|van phong|tong cuc|tong cong ty|chi cuc|tap doan|ngan hang|thanh tra|"
    r"thanh pho|thanh uy|thanh doan|mat tran|lien doan|lien minh|lien hiep|toa an|kho bac"
    r"|thue|hai quan|bao hiem|dang uy|tinh uy|tinh doan|trung tam|dai hoc|dai phat|"
    r"dai truyen|kiem toan|quoc hoi|chinh phu|thu tuong|doanh nghiep|don vi|co quan|co so"
    r"|dia phuong|to chuc|to cong|to giup|ca tinh|pho|giam doc|chu tich|lanh dao)\b"
)


def _head(named: ReadName) -> str:
    """What the names after this one may leave out: "Sở" in "Sở Nội vụ, Tài chính"."""
    found = _OF_MANY.match(named.words) if named.body else None
    return found[1] if found else ""


def _one_of(pieces: Sequence[str]) -> str:
    """The pieces as one name, without what joined it to the name before."""
    return _AND.sub("", "".join(pieces).strip(_EDGE))


class NameReader:
    """All names that one body reads, from two queries however many cells follow."""

    def __init__(self, reader: Body, on: date | None = None) -> None:
        self.on = on or today()
        self.rows = {row.pk: row for row in _rows()}
        self.reader = self.rows[reader.pk]
        self.keys = {pk: list(dict.fromkeys(map(name_key, row.names))) for pk, row in self.rows.items()}
        self.own, self.general = _aliases(reader)
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
        return [named for part, words in _segments(legible(cell)) for named in self._segment(part, words)]

    def members(self, group: str) -> list[int]:
        """The bodies that a plural stands for, as the reader says it, in the order of the tree.

        Of what is no group, none: it may come from the address of a page.
        """
        return [pk for one in group.split("+") if one in _MEMBERS for pk in self._members(one)]

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

    def _known(self, words: str) -> ReadName | None:
        """The body or the plural that a name stands for; None when it is not known."""
        key = name_key(words)
        for names in (self.own, self.general):
            if key in names:
                return self._choice(words, [names[key]])
        if code := self.by_code.get(words):
            return self._choice(words, [code])
        if group := self._group(words, key):
            return group
        bare_too = self.by_bare.get(without_province_words(key), [])
        found = self._here(key) or self.by_key.get(key) or self._of_this_unit(key, bare_too) or self._own(key)
        if found:
            return self._choice(words, list(dict.fromkeys(found)))
        return ReadName(words, loose=True) if _NOBODY.fullmatch(key) else None

    def _here(self, key: str) -> list[int]:
        """In the reader's own commune or province: "Sở Nội vụ", "Công an tỉnh", "UBND xã"."""
        plain = without_province_words(key)
        local = _OF_COMMUNE.sub("", plain)
        if self.commune and "tinh" not in key.split(" "):
            found = self.in_communes.get(f"{local} {self.commune}", [])
            if same := [pk for pk in found if self._place_of(self.rows[pk])[0] == self.province]:
                return same
        if not self.province or (self.commune and not _ONLY_OF_A_PROVINCE.search(key)):
            return []
        names = (f"{plain} {self.province}", f"{plain} tai {self.province}")
        found = next((self.by_bare[name] for name in names if name in self.by_bare), [])
        return self._of_this_unit(key, found)

    def _of_this_unit(self, key: str, found: list[int]) -> list[int]:
        """Not the province where a city is named: many a province had one of its own name."""
        if "thanh pho" not in key:
            return found
        return [pk for pk in found if any("thanh pho" in one for one in self.keys[pk])]

    def _own(self, key: str) -> list[int]:
        """What the reader has only one of: its standing agency, its support team."""
        if key in ("co quan thuong truc", "co quan thuong truc ban chi dao"):
            return [self.reader.standing_agency] if self.reader.standing_agency else []
        if " " not in key:
            return []
        own = [pk for pk in self._teams if any(one.startswith(f"{key} ") for one in self.keys[pk])]
        return own if len(own) == 1 else []

    @cached_property
    def _teams(self) -> list[int]:
        """Support teams of the reader itself."""
        below = (row for row in self.rows.values() if row.parent == self.reader.pk)
        return [row.pk for row in below if row.kind == Body.Kind.SUPPORT_TEAM]

    def _choice(self, words: str, found: Sequence[int]) -> ReadName:
        """The one body that exists today; else what a person may choose from."""
        standing = [pk for pk in found if self._stands(pk)]
        # "Xã Hòa" and "Xã Hoa" have one key; whoever writes one of them to the letter means it.
        exact = [pk for pk in standing if any(is_same_writing(words, name) for name in self.rows[pk].names)]
        if len(exact) == 1:
            standing = exact
        if len(standing) == 1:
            return ReadName(words, standing[0])
        if not standing:
            standing = [*self._merged(self.keys[found[0]][0]), *self._nearest(words)]
        return ReadName(words, nearest=tuple(dict.fromkeys(standing))[:NEAREST_SHOWN])

    def _stands(self, pk: int) -> bool:
        ended = self.rows[pk].dissolved_on
        return ended is None or ended > self.on

    # Plurals

    def _group(self, words: str, key: str) -> ReadName | None:
        """A plural; a body that carries its very name is offered beside the fan-out."""
        if not _PLURAL.search(fold(words)) or (self.province and key.endswith("cap tinh")):
            return None
        group = next((group for form, group in _GROUPS if form.fullmatch(key)), "")
        if _PLACES.fullmatch(key):
            group = "communes" if self.province else "provinces"
        if not group:
            return None
        same = [pk for pk in (self._here(key) or self.by_key.get(key, [])) if self._stands(pk)]
        return ReadName(words, nearest=tuple(same[:NEAREST_SHOWN]), group=group)

    def _members(self, group: str) -> list[int]:
        level, first = _MEMBERS[group]
        rows = [row for row in self.rows.values() if row.level == level and self._stands(row.pk)]
        if group in ("departments", "communes"):
            rows = [row for row in rows if self.province and self._place_of(row)[0] == self.province]
        named = [row.pk for row in rows if self.keys[row.pk][0].startswith(first)]
        return named or [row.pk for row in rows if row.kind == Body.Kind.COMMITTEE]

    # Several names between commas

    def _segment(self, part: str, words: str) -> Iterator[ReadName]:
        """Longest known name first; what no name begins with belongs to the unknown name before it."""
        each = _EACH.match(words) or _EACH_NAMED.match(words)
        head = each["head"].capitalize() if each else ""
        pieces, start = _pieces(words[each.end() :] if each else words), 0
        while start < len(pieces):
            named, start = self._next(pieces, start, head)
            head = _head(named) or head
            yield replace(named, helps=part == "phối hợp")

    def _next(self, pieces: list[str], start: int, head: str) -> tuple[ReadName, int]:
        end, found = start + 1, None
        for end in range(min(len(pieces), start + MAX_PIECES_OF_A_NAME), start, -1):
            words = _one_of(pieces[start:end])
            if found := self._with_head(words, head):
                break
        after, head = end, (_head(found) if found else "") or head
        while after < len(pieces) and not self._begins(pieces[after], head):
            after += 1
        while found and found.group and after < len(pieces) and self._narrows(pieces[after], head):
            after += 1
        if found and after == end:
            return found, end
        # "Bộ Khoa học Công nghệ và Môi trường" is more than the known name that it begins with.
        return self._unknown(_one_of(pieces[start:after]), found), after

    def _narrows(self, piece: str, head: str) -> bool:
        """Whether it says which of a plural are meant: "các tỉnh, thành phố khác"."""
        return bool(_QUALIFIES.match(piece)) and self._with_head(_one_of([piece]), head) is None

    def _with_head(self, words: str, head: str) -> ReadName | None:
        """The name, or what is left of one in a list: "Sở Nội vụ, Tài chính"."""
        if found := self._one(words):
            return found
        full = self._known(f"{head} {words}") if head else None
        return replace(full, words=words) if full and full.body else None

    def _begins(self, piece: str, head: str) -> bool:
        words = _one_of([piece])
        return bool(_BEGINS.match(fold(words))) or self._with_head(words, head) is not None

    def _one(self, words: str) -> ReadName | None:
        """A name with what brackets add to it; "Chủ tịch UBND tỉnh" is a person of a body."""
        if found := self._known(words):
            return found
        if bracket := _BRACKET.search(words):
            return self._with_bracket(words, words[: bracket.start()], bracket[1].strip())
        title = _TITLE.match(fold(words))
        of = self._known(" ".join(words.split()[len(title[0].split()) :])) if title else None
        if of and of.body:
            return ReadName(words, nearest=(of.body,))
        return replace(of, words=words) if of else None

    def _with_bracket(self, words: str, name: str, inside: str) -> ReadName | None:
        if inside in self.by_code:
            return self._choice(words, [self.by_code[inside]])
        found = self._one(name)
        if found and found.group and (inside.startswith("trừ ") or self._bodies_in(inside)):
            # "Các sở, ngành (trừ Sở Y tế)": not all of them.
            return ReadName(words, nearest=tuple(self._bodies_in(inside))[:NEAREST_SHOWN])
        within = self._known(inside) if found and found.body else None
        if found and found.body and within and within.body not in (None, found.body):
            # "UBND tỉnh (Sở Nội vụ)": which of the two answers for it is for a person to say.
            return ReadName(words, nearest=(found.body, within.body or 0))
        return replace(found, words=words) if found else None

    def _unknown(self, words: str, begins: ReadName | None = None) -> ReadName:
        key = name_key(_BRACKET.sub("", words))
        # What goes on from a plural to somebody else is not nobody in particular.
        loose = _SOME.fullmatch(key) if begins and begins.group else _LOOSE.fullmatch(key)
        if loose and not _NAMES_SOME.match(words) and not self._ends_with_a_body(words):
            return ReadName(words, loose=True)
        first = (begins.body,) if begins and begins.body else ()
        return ReadName(words, nearest=tuple(dict.fromkeys((*first, *self._nearest(words))))[:NEAREST_SHOWN])

    def _bodies_in(self, words: str) -> list[int]:
        """The bodies that the pieces of a bracket name."""
        found = (self._known(_one_of([piece])) for piece in _pieces(words.removeprefix("trừ ")))
        return [named.body for named in found if named and named.body]

    def _ends_with_a_body(self, words: str) -> bool:
        """Whether a name stands behind, as where a break was lost; "thuộc Bộ Công an" says whose they are."""
        parts = words.split()
        return any(
            parts[place][:1].isupper()
            and parts[place - 1] not in ("thuộc", "của")
            and (found := self._known(" ".join(parts[place:])))
            and found.body
            for place in range(1, len(parts))
        )

    # The nearest

    def _nearest(self, words: str) -> tuple[int, ...]:
        key = name_key(_BRACKET.sub("", words))
        if key not in self.near:
            wanted = trigrams(key)
            scored = [(self._likeness(wanted, pk), -pk) for pk in self._candidates(key)]
            near = [-pk for score, pk in sorted(scored, reverse=True)[:NEAREST_SHOWN] if score]
            self.near[key] = tuple(dict.fromkeys([*self._merged(key), *near]))[:NEAREST_SHOWN]
        return self.near[key]

    def _merged(self, key: str) -> list[int]:
        """Whose note names the body: a ministry says there what it was merged from."""
        if " " not in key:
            return []
        return [pk for pk, note in self._notes.items() if f" {key} " in note and key not in self.keys[pk]]

    @cached_property
    def _notes(self) -> dict[int, str]:
        noted = [row for row in self.rows.values() if row.note and self._stands(row.pk)]
        return {row.pk: f" {name_key(row.note)} " for row in noted}

    def _candidates(self, key: str) -> Collection[int]:
        """Bodies that share the rarer words of the name; all of them when none shares any."""
        known = [self._by_word[word] for word in dict.fromkeys(key.split(" ")) if word in self._by_word]
        found: set[int] = set()
        for bodies in sorted(known, key=len):
            if len(found) >= MAX_COMPARED or (found and len(bodies) > COMMON_WORD_BODIES):
                break
            found |= bodies
        return found or [pk for pk in self.rows if self._stands(pk)]

    @cached_property
    def _by_word(self) -> dict[str, set[int]]:
        words: dict[str, set[int]] = defaultdict(set)
        for pk, keys in self.keys.items():
            if self._stands(pk):
                for word in {word for key in keys for word in key.split(" ")}:
                    words[word].add(pk)
        return words

    def _likeness(self, wanted: frozenset[str], pk: int) -> float:
        """How many trigrams are common; of two alike the one of the reader's own place."""
        own = [trigrams(key) for key in self.keys[pk]]
        best = max((len(wanted & one) / len(wanted | one) for one in own), default=0.0)
        return best + (
            SAME_PLACE_BONUS if best and self.province and self.keys[pk][0].endswith(self.province) else 0
        )


def _rows() -> Iterator[_Row]:
    for row in Body.objects.order_by("path").values_list(*_COLUMNS):
        pk, code, name_vi, name_en, short_name, *rest = row
        yield _Row(pk, code, tuple(filter(None, (name_vi, short_name, name_en))), *rest)


def _aliases(reader: Body) -> tuple[dict[str, int], dict[str, int]]:
    """The reader's own, and those of all."""
    own: dict[str, int] = {}
    general: dict[str, int] = {}
    rows = Alias.objects.filter(Q(used_by=reader) | Q(used_by=None))
    for used_by, body, name in rows.values_list("used_by", "body", "name"):
        (own if used_by else general)[name_key(name)] = body
    return own, general


def _segments(cell: str) -> Iterator[tuple[str, str]]:
    """What stands between semicolons and line breaks, with the part that a label before it names."""
    part = ""
    for piece in _HARD.split(cell):
        words = _BULLET.sub("", piece).strip(_EDGE)
        if label := _LABEL.match(words):
            part, words = label["part"].lower(), words[label.end() :]
        if words.strip(_EDGE):
            yield part, words.strip(_EDGE)


def _pieces(words: str) -> list[str]:
    """Cut at commas and "và" outside brackets; each piece keeps the sign before it."""
    cuts = [0]
    for found in _SOFT.finditer(words):
        before = words[: found.start()]
        if before.count("(") == before.count(")"):
            cuts.append(found.start())
    ends = [*cuts[1:], len(words)]
    return [words[start:end] for start, end in zip(cuts, ends, strict=True) if words[start:end].strip(_EDGE)]
