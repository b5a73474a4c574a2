"""Text as people type it: Vietnamese with or without marks, and never control characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

LONG_TEXT = 20_000
"""Characters in the longest free text that any form takes."""


def fold(text: str) -> str:
    """Lower case without diacritics and control characters, đ as d, one space between words: for search."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = (" " if unicodedata.category(c) == "Cc" else c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def tidy(text: str) -> str:
    """Composed Unicode (NFC), no-break spaces as typed, ends trimmed."""
    return unicodedata.normalize("NFC", text).strip()


def tidy_row(row: models.Model, fields: Iterable[str]) -> None:
    """Tidy the named columns that hold text: the same words typed on another machine are the same row."""
    for name in fields:
        if isinstance(row._meta.get_field(name), models.CharField | models.TextField):
            setattr(row, name, tidy(getattr(row, name)))


def validate_plain(value: str) -> None:
    """Refuse control characters: PostgreSQL cannot store NUL and no title needs the others."""
    if any(unicodedata.category(c) == "Cc" and c not in "\n\r\t" for c in value):
        raise ValidationError(_("Remove the control characters from this text."), code="control")
