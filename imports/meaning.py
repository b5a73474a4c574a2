"""What a checked row means, as an import keeps it until a person has looked, and the draft it becomes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from committees.models import Body
from committees.names.results import ReadName
from imports.models import ImportRow
from imports.types import CheckedRow, Due, Problem
from portal.shared.days import format_day, today
from portal.shared.text import fold
from tasks.cycles import MONTHS_IN, Cycle
from tasks.models import Order, Part, Recurrence, Task

DueKind = Task.DueKind

# Cell of the preview → fields of the meaning that it shows: whoever corrects any of them looked at the cell.
CELLS: dict[str, tuple[str, ...]] = {
    "number": ("number",),
    "pillar": ("pillar",),
    "title": ("title",),
    "lead": ("lead", "co_lead"),
    "coordinating": ("coordinating",),
    "deliverable": ("deliverable",),
    "due": (
        *("due_kind", "due_on", "due_words", "after_days", "after_event"),
        *("every", "day", "month", "starts_on", "until", "milestones"),
    ),
    "parent": ("parent", "parent_number"),
}

# Field of a problem → the cell in which it stands, where they are not called alike.
CELL_OF_FIELD = {
    "co_lead": "lead",
    "parent_words": "parent",
    "parent_number": "parent",
    "due_on": "due",
    "due_words": "due",
    "note": "title",
    "row": "title",
}

# Cell → the field of a task's form that must be looked at, where they are not called alike.
TASK_FIELDS = {"due": "due_on", "coordinating": "parts"}

# Fields that a draft takes over as they are.
COPIED_FIELDS = (
    *("number", "pillar", "title", "deliverable", "description", "lead_words", "parent_words"),
    *("due_kind", "due_on", "due_words", "after_days", "after_event"),
)

# A task of a cycle whose day is not said falls due on the last of its period: Sunday, or the 31st.
LAST_DAY_OF_WEEK, LAST_DAY_OF_MONTH = 7, 31

DAY_FIELDS = ("due_on", "starts_on", "until")


@dataclass
class Meaning:
    """A draft as keys and plain values. Days are days here and text in the database."""

    number: str = ""
    pillar: str = ""
    title: str = ""
    deliverable: str = ""
    description: str = ""
    lead: int | None = None
    co_lead: list[int] = field(default_factory=list)
    coordinating: list[int] = field(default_factory=list)
    lead_words: str = ""
    due_kind: str = DueKind.NONE
    due_on: date | None = None
    due_words: str = ""
    after_days: int | None = None
    after_event: str = ""
    every: str = ""
    day: int | None = None
    month: int | None = None
    starts_on: date | None = None
    until: date | None = None
    parent: int | None = None
    parent_number: str = ""
    parent_words: str = ""
    milestones: list[str] = field(default_factory=list)
    # Cell that names bodies → the names in it, each with its body or those that come nearest.
    names: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    duplicates: list[int] = field(default_factory=list)

    @classmethod
    def kept(cls, values: Mapping[str, Any]) -> Meaning:
        """The meaning that the `values` of an `ImportRow` hold."""
        days = {name: date.fromisoformat(values[name]) for name in DAY_FIELDS if values.get(name)}
        return cls(**{**values, **days})

    def plain(self) -> dict[str, Any]:
        """The `values` of an `ImportRow` that hold this meaning."""
        values = dataclasses.asdict(self)
        return values | {name: day.isoformat() for name in DAY_FIELDS if (day := values[name])}

    @property
    def bodies(self) -> list[int]:
        """Every body that it names, also those that only come near."""
        nearest = [key for names in self.names.values() for name in names for key in name["nearest"]]
        return [*([self.lead] if self.lead else []), *self.co_lead, *self.coordinating, *nearest]

    @property
    def parts(self) -> list[tuple[int, str]]:
        """The bodies that help and how."""
        co_leads = [(key, str(Part.Kind.CO_LEAD)) for key in self.co_lead]
        return [*co_leads, *((key, str(Part.Kind.COORDINATING)) for key in self.coordinating)]

    @property
    def cycle(self) -> Cycle | None:
        """The cycle; None unless all of it is there. An edit asks for what is missing."""
        if self.due_kind != DueKind.RECURRING or not (self.every and self.day):
            return None
        if not (self.starts_on and self.until):
            return None
        return Cycle(self.every, self.day, self.starts_on, self.until, self.month or 1)


def import_rows(checked_rows: Iterable[CheckedRow], order: Order) -> list[ImportRow]:
    """Rows to be saved; what an existing task says already is left out until a person says no."""
    rows = []
    for position, checked in enumerate(checked_rows, start=1):
        meaning = meaning_of(checked, order)
        problems = [*checked.problems, *_problems_of_cycle(meaning, checked)]
        rows.append(
            ImportRow(
                position=position,
                read=dataclasses.asdict(checked.read),
                values=meaning.plain(),
                problems=[problem_to_json(problem) for problem in problems],
                left_out=bool(checked.duplicates),
            )
        )
    return rows


def meaning_of(checked: CheckedRow, order: Order) -> Meaning:
    read = checked.read
    leads = [name.body for name in checked.lead if name.body]
    # The first name answers for the task: when it is not known, none of the others does in its place.
    lead_is_known = bool(checked.lead and checked.lead[0].body)
    return Meaning(
        number=read.number,
        pillar=read.pillar,
        title=read.title,
        deliverable=read.deliverable,
        description=_description(checked),
        lead=leads[0] if lead_is_known else None,
        co_lead=without_repeats(leads[1:] if lead_is_known else leads, ()),
        coordinating=without_repeats([name.body for name in checked.coordinating if name.body], leads),
        lead_words=read.lead,
        parent_number=read.parent_number,
        parent=checked.parent,
        parent_words=read.parent_words,
        names={
            "lead": _names_to_json(checked.lead),
            "coordinating": _names_to_json(checked.coordinating),
        },
        duplicates=[*checked.duplicates, *checked.alike],
        **due_columns(checked.due, order),
    )


def due_columns(due: Due, order: Order) -> dict[str, Any]:
    """A deadline as the columns of a task; what its kind lacks is not made up."""
    kind = due.kind
    if kind == DueKind.RELATIVE and (due.after_days is None or not due.after_event):
        kind = DueKind.NONE
    if kind == DueKind.RECURRING and not due.every:
        kind = DueKind.NONE
    return {
        "due_kind": kind,
        "due_on": due.on if kind in (DueKind.DAY, DueKind.PERIOD) else None,
        "due_words": due.words,
        "after_days": due.after_days if kind == DueKind.RELATIVE else None,
        "after_event": due.after_event if kind == DueKind.RELATIVE else "",
        "milestones": [day.isoformat() for day in due.milestones],
        **(_cycle_columns(due, order) if kind == DueKind.RECURRING else {}),
    }


def _cycle_columns(due: Due, order: Order) -> dict[str, Any]:
    """Stated rules where the words are silent: the last day of the period, to the end of this year."""
    starts_on = order.issued_on or today()
    last_day = LAST_DAY_OF_WEEK if due.every == Recurrence.Every.WEEK else LAST_DAY_OF_MONTH
    return {
        "every": due.every,
        "day": due.day or last_day,
        "month": due.month or MONTHS_IN.get(due.every, 1),
        "starts_on": starts_on,
        "until": date(max(starts_on.year, today().year), 12, 31),
    }


def _problems_of_cycle(meaning: Meaning, checked: CheckedRow) -> list[Problem]:
    """No order says until when its cycle runs: somebody looks at it once."""
    if not meaning.until or any(cell_of(problem.field) == "due" for problem in checked.problems):
        return []
    return [Problem("due", "cycle_until", {"day": format_day(meaning.until)})]


def _description(checked: CheckedRow) -> str:
    """The note of the file, and the names of bodies that help as far as they are not all known."""
    unknown = [name.words for name in checked.coordinating if name.body is None]
    cell = checked.read.coordinating
    # Those whom the cell of the lead names, "Phối hợp: …", stand in no other.
    helpers = "; ".join(filter(None, [cell, *(words for words in unknown if words not in cell)]))
    # In the language of the order, whoever imports it.
    paragraphs = [checked.read.note, f"Phối hợp: {helpers}" if unknown else ""]
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)


def without_repeats(bodies: Iterable[int | None], others: Iterable[int]) -> list[int]:
    """Each body once, and none of the others."""
    taken = set(others)
    return [key for key in dict.fromkeys(bodies) if key and key not in taken]


def _names_to_json(names: Iterable[ReadName]) -> list[dict[str, Any]]:
    return [
        {"words": name.words, "body": name.body, "nearest": list(name.nearest), "group": name.group}
        for name in names
    ]


def problem_to_json(problem: Problem) -> dict[str, Any]:
    values = {name: value if isinstance(value, int) else str(value) for name, value in problem.values.items()}
    return {"field": problem.field, "code": problem.code, "values": values, "stops": problem.stops}


def problems_of(row: ImportRow) -> list[Problem]:
    return [Problem(**problem) for problem in row.problems]


def cell_of(field_name: str) -> str:
    """The cell of the preview in which a problem stands."""
    return CELL_OF_FIELD.get(field_name, field_name)


def place_of(row: ImportRow) -> str:
    """Where a person finds the row in the file."""
    read = row.read
    place = _("Table %(table)s, row %(row)s") if read["table"] not in ("", "1") else _("Row %(row)s")
    return place % {"table": read["table"], "row": read["row"]}


def draft_task(
    row: ImportRow,
    meaning: Meaning,
    order: Order,
    bodies: Mapping[int, Body],
    tasks: Mapping[int, Task],
) -> Task:
    """The draft, not yet saved. `bodies` and `tasks` hold what the rows name, by key."""
    task = Task(
        order=order,
        assigner=order.body,
        lead=bodies.get(meaning.lead or 0),
        parent=tasks.get(meaning.parent or 0),
        unsure=unsure_fields(row),
        **{name: getattr(meaning, name) for name in COPIED_FIELDS},
    )
    if task.parent and task.parent.secrecy == Task.Secrecy.RESTRICTED:
        task.secrecy = task.parent.secrecy
    return task


def unsure_fields(row: ImportRow) -> list[str]:
    """The fields of the draft that somebody must look at before it is issued."""
    cells = dict.fromkeys(cell_of(problem["field"]) for problem in row.problems)
    return [TASK_FIELDS.get(cell, cell) for cell in cells if cell in CELLS]


def number_key(number: str) -> str:
    """ "1.2." and "1.2" are one number."""
    return fold(number).rstrip(".)")
