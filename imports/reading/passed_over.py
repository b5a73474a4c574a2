"""What was not read of a file, as it is kept and shown, each with where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from imports.models import Import
from imports.types import ColumnHeading, PassedOver
from portal.shared.verdicts import Sentence

# What a person may say that a column holds.
ANSWERABLE_FIELDS = (
    "title",
    "lead",
    "coordinating",
    "deliverable",
    "due",
    "number",
    "pillar",
    "parent",
    "note",
)

SENTENCES: dict[str, Sentence] = {
    "sheet": _("The sheet “%(table)s” was not read: it has no table of tasks."),
    "table": _("A table was not read: “%(name)s” (table %(table)s, row %(row)s)."),
    "column": _("The column “%(name)s” was not read (table %(table)s)."),
    "nameless": _("Column %(letter)s was not read: it has no heading (table %(table)s)."),
    "hidden": _("The column “%(name)s” is hidden and was not read (table %(table)s)."),
    "hidden_sheet": _("The sheet “%(table)s” is hidden and was not read."),
    "struck_out": _("Row %(row)s is struck out and was not read (table %(table)s)."),
    "answered": _("The column “%(name)s” is read as somebody said (table %(table)s)."),
    "choice": _("Several columns may be the same: %(name)s (table %(table)s). None of them was taken."),
}


def sentence_for(entry: PassedOver) -> str:
    kind = "nameless" if entry.kind == "column" and not entry.name else entry.kind
    letter = entry.columns[0].letter if entry.columns else ""
    values = {"table": entry.table, "name": entry.name, "row": entry.row, "letter": letter}
    return str(SENTENCES[kind]) % values


def passed_over_to_json(entries: Iterable[PassedOver]) -> list[dict[str, Any]]:
    """The entries as an import keeps them."""
    return [asdict(entry) for entry in entries]


def passed_over_in(imported: Import) -> list[PassedOver]:
    return [
        PassedOver(**{**entry, "columns": tuple(ColumnHeading(**column) for column in entry["columns"])})
        for entry in imported.passed_over
    ]


def headings_in(imported: Import) -> dict[str, str]:
    """Key → words of each heading of which somebody may say what it means."""
    return {column.key: column.words for entry in passed_over_in(imported) for column in entry.columns}
