"""A task as the row of a table: what the portal writes into its own exports, and knows again in them.

The round trip holds the cell of a file against what would stand there today, so both are made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.models import Part, Task
from tasks.periods import last_day

DueKind = Task.DueKind

HEADERS: dict[str, Sentence] = {
    "key": _("Code"),
    "version": _("Version"),
    "number": _("No."),
    "pillar": _("Pillar"),
    "title": _("Task"),
    "lead": _("Lead"),
    "coordinating": _("Coordinating"),
    "deliverable": _("Deliverable"),
    "due": _("Deadline"),
    "parent_words": _("Task above"),
    "state": _("State"),
    "percent": _("Progress (%)"),
}
"""Column → its heading in an export. `version` is hidden: by it an import knows that a row is stale."""

READ_ONLY = ("state", "percent")
"""Shown in an export and changed only by the verbs of a task."""


def names_in(bodies: Iterable[str]) -> str:
    """Several bodies in one cell; none of their names holds a semicolon."""
    return "; ".join(bodies)


def lead_cell(task: Task) -> str:
    """The accountable lead first, then those that lead with it."""
    co_leads = [part.body.name for part in task.parts.all() if part.kind == Part.Kind.CO_LEAD]
    return names_in([*([task.lead.name] if task.lead else []), *co_leads]) or task.lead_words


def coordinating_cell(task: Task) -> str:
    parts = task.parts.all()
    return names_in(part.body.name for part in parts if part.kind == Part.Kind.COORDINATING)


def due_cell(task: Task) -> str:
    """The day; a month, quarter or year in its words as long as it ends there; else the words alone."""
    if task.due_on and (task.due_kind != DueKind.PERIOD or last_day(task.due_words) != task.due_on):
        return f"{task.due_on:%d/%m/%Y}"
    timeless = task.due_kind in (DueKind.RECURRING, DueKind.CONTINUOUS)
    return task.due_words or task.waits_for or (str(task.get_due_kind_display()) if timeless else "")


CELLS: dict[str, Callable[[Task], str]] = {
    "key": lambda task: task.code,
    "version": lambda task: str(task.version),
    "number": lambda task: task.number,
    "pillar": lambda task: task.pillar,
    "title": lambda task: task.title,
    "lead": lead_cell,
    "coordinating": coordinating_cell,
    "deliverable": lambda task: task.deliverable,
    "due": due_cell,
    "parent_words": lambda task: task.parent_words,
    "state": lambda task: str(task.get_state_display()),
    "percent": lambda task: str(task.percent),
}
"""Column → its text. Read the tasks with `lead` and with the bodies of their parts."""
