"""The sentences of what was not read of a file, each with where it stands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.importing.types import PassedOver

SENTENCES: dict[str, Sentence] = {
    "sheet": _("The sheet “%(table)s” was not read: it has no table of tasks."),
    "table": _("A table was not read: “%(name)s” (table %(table)s, row %(row)s)."),
    "column": _("The column “%(name)s” was not read (table %(table)s)."),
    "nameless": _("Column %(letter)s was not read: it has no heading (table %(table)s)."),
    "choice": _("Several columns may be the same: %(name)s (table %(table)s). None of them was taken."),
}


def says(one: PassedOver) -> str:
    kind = "nameless" if one.kind == "column" and not one.name else one.kind
    letter = one.columns[0].letter if one.columns else ""
    values = {"table": one.table, "name": one.name, "row": one.row, "letter": letter}
    return str(SENTENCES[kind]) % values
