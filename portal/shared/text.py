"""Text as people type it: Vietnamese with or without marks, and never control characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

# Characters in the longest free text that any form takes.
MAX_TEXT_LENGTH = 20_000


def fold(text: str) -> str:
    """Lower case without diacritics and control characters, đ as d, one space between words: for search."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = (" " if unicodedata.category(c) == "Cc" else c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def number_key(number: str) -> str:
    """The number of a document as a search compares it: only letters and digits, no zeros in front.

    "07/CT-TTg", "7/ct-ttg" and "07 CT TTg" are one number.
    """
    return "".join(c for c in fold(number) if c.isalnum()).lstrip("0")


def tidy(text: str) -> str:
    """Composed Unicode (NFC), no-break spaces as typed, ends trimmed."""
    return unicodedata.normalize("NFC", text).strip()


# Control characters, soft hyphens, zero-width joints, marks of direction: nobody sees them.
_UNSEEN = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"

# Letters of other languages that fonts and converted PDF files put where Vietnamese has Đ and Ư.
_ALIKE: dict[str, str] = dict(zip("ÐðƉɖƢƣ", "ĐđĐđƯư", strict=True))

# Cyrillic and Greek letters that look the same as Latin ones.
_TWINS = dict(
    zip(
        "АВЕКМНОРСТХУІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορ",
        "ABEKMHOPCTXYIJSaeopcyxijsABEZHIKMNOPTYXvop",
        strict=True,
    )
)

_ODD = re.compile(f"[{_UNSEEN}{''.join(_ALIKE)}\u0370-\u04ff]")


def legible(text: str) -> str:
    """Text of a received file as a person reads it: composed, no unseen characters, no look-alike letters."""
    if odd := set(_ODD.findall(text)):
        read_as = {ord(c): _ALIKE.get(c, "") for c in odd if not _is_foreign(c)}
        # Where some letters are only Russian or Greek, the others are no disguise either.
        if all(c in _TWINS for c in odd if _is_foreign(c)):
            read_as |= {ord(c): _TWINS[c] for c in odd if _is_foreign(c)}
        text = text.translate(read_as)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    return "\n".join(line for line in lines if line)


def _is_foreign(letter: str) -> bool:
    return "\u0370" <= letter <= "\u04ff"


def tidy_row(row: models.Model, fields: Iterable[str]) -> None:
    """Tidy the named columns that hold text: the same words typed on another machine are the same row."""
    for name in fields:
        if isinstance(row._meta.get_field(name), models.CharField | models.TextField):
            setattr(row, name, tidy(getattr(row, name)))


def account_key(name: str) -> str:
    """Two account names with one key differ only in case, marks or letters and digits that look the same."""
    twins = str.maketrans({**_ALIKE, **_TWINS})
    # A capital I and a 1 look like a small l, a 0 like an o, and case does not count.
    alike = str.maketrans("i10", "llo")
    return fold(unicodedata.normalize("NFKC", name).translate(twins)).translate(alike)


def validate_account_name(value: str) -> None:
    """Vietnamese and unmarked Latin letters, digits and @ . + - _: a Cyrillic "а" is no "a"."""
    letters = fold(unicodedata.normalize("NFC", value))
    if not re.fullmatch(r"[a-z0-9@.+_-]+", letters):
        raise ValidationError(
            _("Write the account name in Vietnamese letters, digits and the signs @ . + - _ only."),
            code="account_name",
        )


def validate_plain(value: str) -> None:
    """Refuse control characters: PostgreSQL cannot store NUL and no title needs the others."""
    if any(unicodedata.category(c) == "Cc" and c not in "\n\r\t" for c in value):
        raise ValidationError(_("Remove the control characters from this text."), code="control")


def validate_one_line(value: str) -> None:
    """Refuse a line break where a name stands: in the header of a letter it would begin another header."""
    if len(value.splitlines()) > 1:
        raise ValidationError(_("Write the name on one line, without a line break."), code="lines")
