"""What people make of the rows that were read: corrected, left out, a name put to a body."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from committees.access import Right
from committees.models import Body, Person
from imports import corrections
from imports import rules as import_rules
from imports.actions.common import lock_import, save_correction
from imports.meaning import Meaning
from imports.models import Import, ImportRow
from imports.round_trip import is_change
from portal.shared.text import tidy
from portal.shared.verdicts import not_now, refuse


@transaction.atomic
def correct_row(
    *,
    imported: Import,
    position: int,
    by: Person,
    values: dict[str, Any] | None = None,
    sure: Collection[str] = (),
    seen: str = "",
) -> ImportRow:
    """Say what a row means, where the file was not certain or not right; `sure` cells are right as read.

    `values` are fields of `Meaning`; `seen` is the row's `fingerprint` when the form was opened.
    """
    imported, row, right = _lock_row(imported, position, by)
    if is_change(row):
        refuse(not_now(_("A change is corrected in the file: send it again, or leave the row out.")))
    if seen and seen != corrections.fingerprint(row):
        refuse(not_now(_("Somebody corrected this row after you opened it. Look at it again.")))
    before = Meaning.kept(row.values)
    after = corrections.with_correction(before, values or {})
    problems = corrections.remaining_problems(row, corrections.changed_cells(before, after), sure)
    if after == before and problems == row.problems:
        return row
    row.values, row.problems = after.plain(), problems
    row.save(update_fields=["values", "problems"])
    old, new = corrections.changed_values(before, after)
    facts = {"row": position, **new, "sure": sorted(sure)}
    save_correction(imported, "import_row_corrected", by, right, before=old, after=facts)
    return row


@transaction.atomic
def leave_out(*, imported: Import, position: int, by: Person, out: bool = True) -> ImportRow:
    """Leave a row out of what is written, or take it in again."""
    imported, row, right = _lock_row(imported, position, by)
    if row.left_out != out:
        row.left_out = out
        row.save(update_fields=["left_out"])
        event = "import_row_left_out" if out else "import_row_taken_in"
        save_correction(imported, event, by, right, after={"row": position})
    return row


@transaction.atomic
def name_body(*, imported: Import, words: str, body: Body, by: Person) -> int:
    """Say which body these words mean wherever the file has them and nobody has said; gives how many rows."""
    imported = lock_import(imported)
    right = import_rules.may_correct_import(by, imported).or_raise()
    named = [
        row
        for row in imported.rows.exclude(problems=[])
        if not is_change(row) and corrections.name_body_in_row(row, tidy(words), body.pk)
    ]
    ImportRow.objects.bulk_update(named, ["values", "problems"], batch_size=200)
    if named:
        after = {"words": words, "body": body.name_vi, "rows": len(named)}
        save_correction(imported, "import_body_named", by, right, after=after)
    return len(named)


def _lock_row(imported: Import, position: int, by: Person) -> tuple[Import, ImportRow, Right | None]:
    imported = lock_import(imported)
    right = import_rules.may_correct_import(by, imported).or_raise()
    return imported, imported.rows.get(position=position), right
