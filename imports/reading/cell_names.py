"""The names that Excel gives to columns and cells: C, AB12."""

from __future__ import annotations


def column_letters(column: int) -> str:
    """The name of a column, counted from 0."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def place(row: int, column: int) -> str:
    """The name of a cell; `column` counts from 0."""
    return f"{column_letters(column)}{row}"
