"""What every action on people and bodies does: read what is stored, check, write, record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import models

from audit.actions import changes, record, snapshot
from committees.access import Right
from committees.models import Person
from portal.shared.changes import clean_changes, stored_row
from portal.shared.text import tidy_row

T = TypeVar("T", bound=models.Model)

PERSON_FIELDS = ("username", "name", "email", "phone", "language", "is_active", "is_staff", "is_superuser")
# How a body's orders are read and its documents are written.
PAPER_FIELDS = ("before_means", "letterhead", "place")

BODY_FIELDS = (
    "code",
    "kind",
    "level",
    "chain",
    "parent",
    "name_vi",
    "name_en",
    "short_name",
    "standing_agency",
    "decision",
    "established_on",
    "dissolved_on",
    "note",
    *PAPER_FIELDS,
)
MEMBERSHIP_FIELDS = (
    "person",
    "office",
    "starts_on",
    "ends_on",
    "position",
    "position_en",
    "decision",
    "fields",
)


def read_stored(thing: models.Model, fields: Iterable[str]) -> dict[str, object]:
    """The row as the database holds it now; empty for a new one."""
    row = stored_row(thing)
    return snapshot(row, fields) if row else {}


def save_and_record(
    thing: T,
    before: dict[str, object],
    fields: tuple[str, ...],
    *,
    verb: str,
    by: Person | None,
    right: Right | None = None,
    bodies: Callable[[], list[int | None]] = list,
    break_glass: bool = False,
) -> T:
    """Check, write and record; an edit that changes nothing writes no event."""
    tidy_row(thing, fields)
    clean_changes(thing, stored_row(thing))
    thing.save()
    old, new = changes(before, snapshot(thing, fields))
    if new:
        verb = f"{verb}_{'changed' if before else 'entered'}"
        record(
            verb,
            about=thing,
            by=by,
            right=right,
            before=old if before else {},
            after=new,
            bodies=bodies(),
            break_glass=break_glass,
        )
    return thing
