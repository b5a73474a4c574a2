"""Numbers as they come in an address or a form, where anything may stand."""

from __future__ import annotations

# More digits are no key: a column of the database holds 64 bits.
MAX_DIGITS = 17


def parse_number(text: str | None) -> int | None:
    """The whole number that the text is, written in plain digits; None for anything else."""
    if text and text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return int(text)
    return None
