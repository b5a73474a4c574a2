"""What every change of a received file does: lock it, count its version, record the event."""

from __future__ import annotations

from typing import Any

from audit.actions import record
from committees.access import Right
from committees.models import Person
from imports.models import Import

# Columns that a change of state may touch.
_STATE_FIELDS = (
    *("state", "problem", "problem_values", "passed_over", "read_since"),
    *("total", "checked", "ended_at", "version"),
)


def lock_import(imported: Import) -> Import:
    rows = Import.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("order__body", "by").get(pk=imported.pk)


def save_state(
    imported: Import, state: str, event: str, by: Person | None, right: Right | None, **facts: Any
) -> None:
    """Write the state of an import as a new version, with one event that holds `facts`."""
    imported.state, imported.read_since = state, None
    imported.version += 1
    imported.save(update_fields=_STATE_FIELDS)
    record_import_event(imported, event, by, right, state=state, **facts)


def save_correction(
    imported: Import,
    event: str,
    by: Person,
    right: Right | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Count another version: who opened the page before would write something else than they saw."""
    imported.version += 1
    imported.save(update_fields=["version"])
    bodies = [imported.order.body_id]
    record(event, about=imported, by=by, right=right, before=before, after=after, bodies=bodies)


def record_import_event(
    imported: Import, event: str, by: Person | None, right: Right | None, **facts: Any
) -> None:
    """Record an event in the trail of the body whose order it is."""
    after = {"order": imported.order_id, **facts}
    record(event, about=imported, by=by, right=right, after=after, bodies=[imported.order.body_id])
