"""The sheet of tasks that leaves the portal and may come back edited: its columns and what stands in them.

`reports` writes it and an import reads it back: a cell that nobody touched still says what `values_of` gives.
The document's own property `PROPERTY` tells such a file from a received one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from committees.models import Body
from portal.shared.verdicts import Sentence
from tasks.models import Part, Task, milestone_words

# The name of the property in the document.
PROPERTY = "portal-export"

Cell = str | int | date | None


@dataclass(frozen=True)
class Column:
    name: str
    head: Sentence
    fixed: bool = False
    """Only to be read: it is changed in the portal, never by a file."""


# Those of an official appendix first, which are printed; then what a sheet has room for.
# The last is hidden, and tells whether the task changed while the file was away.
COLUMNS = (
    Column("row", _("No."), fixed=True),
    Column("key", _("Code"), fixed=True),
    Column("title", _("Task")),
    Column("lead", _("Lead body")),
    Column("coordinating", _("Coordinating bodies")),
    Column("deliverable", _("Deliverable")),
    Column("due", _("Deadline")),
    Column("parent_words", _("Task of the plan above")),
    Column("state", _("Standing"), fixed=True),
    Column("order", _("Order"), fixed=True),
    Column("number", _("Number in the order")),
    Column("pillar", _("Pillar")),
    Column("due_words", _("Deadline in the order's words")),
    Column("milestones", _("Milestones")),
    Column("percent", _("Progress (%)"), fixed=True),
    Column("version", _("Version"), fixed=True),
)

# Between the names of several bodies in a cell; of those that lead, the first one answers for the task.
BETWEEN = "; "


def property_of(export: int, language: str, names: Iterable[str]) -> str:
    """The value of `PROPERTY`: which export it was, in which language its words are, its columns in order."""
    value = {"id": export, "language": language, "columns": ",".join(names)}
    return json.dumps(value, separators=(",", ":"))


def values_of(task: Task) -> dict[str, Cell]:
    """What stands in the cells of a task, in the language that is active; its `parts` are prefetched."""
    helping = [part for part in task.parts.all() if part.kind != Part.Kind.FORMER_LEAD]
    leads = [part.body for part in helping if part.kind == Part.Kind.CO_LEAD]
    others = [part.body for part in helping if part.kind == Part.Kind.COORDINATING]
    return {
        "key": task.code,
        "order": task.order.number if task.order else "",
        "number": task.number,
        "pillar": task.pillar,
        "title": task.title,
        "lead": _named([*([task.lead] if task.lead else []), *leads]),
        "coordinating": _named(others),
        "deliverable": task.deliverable,
        "due": task.due_on or _without_day(task),
        "due_words": task.due_words,
        "milestones": "\n".join(milestone_lines(task)),
        "parent_words": task.parent_words,
        "percent": task.percent,
        "version": task.version,
    }


def milestone_lines(task: Task) -> list[str]:
    """30/08/2026: what is to be reached (reached 28/08/2026)."""
    return [
        milestone_words(milestone.due_on, milestone.words, milestone.done_on)
        for milestone in task.milestones.all()
    ]


def _named(bodies: list[Body]) -> str:
    return BETWEEN.join(body.brief for body in bodies)


def _without_day(task: Task) -> str:
    """A deadline that is no day: what it waits for, else the order's words, else what kind it is."""
    cycles: Any = (Task.DueKind.RECURRING, Task.DueKind.CONTINUOUS)
    kind = capfirst(task.get_due_kind_display()) if task.due_kind in cycles else ""
    return task.waits_for or task.due_words or kind
