"""What a form, a file or the API says of a task: its fields and the bodies that help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit.actions import snapshot
from committees.models import Body
from tasks.actions.common import part_facts
from tasks.actions.cycles import cycle_facts
from tasks.models import Part, Task

# All other columns are set by the verbs.
EDITABLE_FIELDS = (
    "order",
    "number",
    "parent",
    "parent_words",
    "pillar",
    "programme",
    "title",
    "title_en",
    "description",
    "deliverable",
    "deliverable_kind",
    "target",
    "target_unit",
    "authority",
    "priority",
    "secrecy",
    "lead",
    "lead_words",
    "leader",
    "contact",
    "start_on",
    "due_kind",
    "due_on",
    "due_words",
    "after_days",
    "after_event",
)


@dataclass(frozen=True)
class PartSpec:
    """One body with its part as a form or file names it; `lead` as kind only repeats the task's own lead."""

    body: Body
    kind: str
    work: str = ""
    due_on: date | None = None


def current_parts(task: Task) -> list[PartSpec]:
    """The bodies that help in a task now; none of one that is not saved yet."""
    parts = task.parts.helping().select_related("body") if task.pk else ()
    return [PartSpec(part.body, part.kind, part.work, part.due_on) for part in parts]


def set_parts(task: Task, parts: Sequence[PartSpec]) -> None:
    """Make the bodies that help exactly these; one that led the task before may help from now on."""
    task.parts.helping().exclude(body__in=[part.body for part in parts]).delete()
    for part in parts:
        values = {"kind": part.kind, "work": part.work, "due_on": part.due_on}
        values |= {"ended_at": None, "then": None, "order": None}
        Part.objects.update_or_create(task=task, body=part.body, defaults=values)


def task_facts(task: Task) -> dict[str, Any]:
    """What an event keeps of all that a form of the task holds."""
    return {
        **snapshot(task, EDITABLE_FIELDS),
        "parts": part_facts(task),
        "recurrence": cycle_facts(task),
    }
