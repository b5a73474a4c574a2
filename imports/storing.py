"""What a checked row means, as an import keeps it until a person has looked, and the draft it becomes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from committees.models import Body
from imports.models import ImportRow
from imports.types import CheckedRow, Due, Named, Problem
from portal.shared.days import today
from portal.shared.text import fold
from tasks.cycles import MONTHS_IN, Cycle
from tasks.models import Order, Part, Recurrence, Task

DueKind = Task.DueKind

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
"""Cell of the preview → what of the meaning stands in it: whoever corrects any of it looked at the cell."""

OTHER_NAMES = {
    "co_lead": "lead",
    "parent_words": "parent",
    "parent_number": "parent",
    "due_on": "due",
    "due_words": "due",
    "note": "title",
    "row": "title",
}
"""What a problem may call the field of its cell."""

COLUMNS = {"due": "due_on", "coordinating": "parts"}
"""Cell → the field of a task's form that must be looked at, where it has another name."""

UNNAMED = ("unknown_body", "group_leads")
"""Problems that a body answers, wherever the same words stand."""

WEEK_ENDS = 7
"""A task of a cycle whose day is not said falls due on the last of its period: Sunday, or the 31st."""


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
    names: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Cell of agencies → the names in it and which bodies come nearest."""
    duplicates: list[int] = field(default_factory=list)

    @classmethod
    def kept(cls, values: Mapping[str, Any]) -> Meaning:
        days = {name: date.fromisoformat(values[name]) for name in DAYS if values.get(name)}
        return cls(**{**values, **days})

    def plain(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        return values | {name: day.isoformat() for name in DAYS if (day := values[name])}

    @property
    def bodies(self) -> list[int]:
        """Every body that it names, also those that only come near."""
        near = [key for names in self.names.values() for one in names for key in one["nearest"]]
        return [*([self.lead] if self.lead else []), *self.co_lead, *self.coordinating, *near]

    @property
    def parts(self) -> list[tuple[int, str]]:
        """The bodies that help and how."""
        led = [(key, str(Part.Kind.CO_LEAD)) for key in self.co_lead]
        return [*led, *((key, str(Part.Kind.COORDINATING)) for key in self.coordinating)]

    @property
    def cycle(self) -> Cycle | None:
        """The cycle as far as it is whole; an edit asks for what is missing."""
        if self.due_kind != DueKind.RECURRING or not (self.every and self.day):
            return None
        if not (self.starts_on and self.until):
            return None
        return Cycle(self.every, self.day, self.starts_on, self.until, self.month or 1)


DAYS = ("due_on", "starts_on", "until")


def rows_of(checked: Iterable[CheckedRow], order: Order) -> list[ImportRow]:
    """As they go into the database; what an existing task says already is left out until a person says no."""
    return [_row(position, one, order) for position, one in enumerate(checked, start=1)]


def _row(position: int, checked: CheckedRow, order: Order) -> ImportRow:
    meaning = meaning_of(checked, order)
    problems = [*checked.problems, *_problems_of_cycle(meaning, checked)]
    return ImportRow(
        position=position,
        read=dataclasses.asdict(checked.read),
        values=meaning.plain(),
        problems=[plain(problem) for problem in problems],
        left_out=bool(checked.duplicates),
    )


def meaning_of(checked: CheckedRow, order: Order) -> Meaning:
    read = checked.read
    leads = [named.body for named in checked.lead if named.body]
    # The first name answers for the task: when it is not known, none of the others does in its place.
    sure = bool(checked.lead and checked.lead[0].body)
    return Meaning(
        number=read.number,
        pillar=read.pillar,
        title=read.title,
        deliverable=read.deliverable,
        description=_description(checked),
        lead=leads[0] if sure else None,
        co_lead=_others(leads[1:] if sure else leads, ()),
        coordinating=_others([one.body for one in checked.coordinating if one.body], leads),
        lead_words=read.lead,
        parent_number=read.parent_number,
        parent=checked.parent,
        parent_words=read.parent_words,
        names={"lead": _named(checked.lead), "coordinating": _named(checked.coordinating)},
        duplicates=[*checked.duplicates, *checked.alike],
        **when(checked.due, order),
    )


def when(due: Due, order: Order) -> dict[str, Any]:
    """A deadline as the columns of a task; what its kind lacks is not made up."""
    kind = due.kind
    if kind == DueKind.RELATIVE and (due.after_days is None or not due.after_event):
        kind = DueKind.NONE
    if kind == DueKind.RECURRING and not due.every:
        kind = DueKind.NONE
    dated = kind in (DueKind.DAY, DueKind.PERIOD)
    return {
        "due_kind": kind,
        "due_on": due.on if dated else None,
        "due_words": due.words,
        "after_days": due.after_days if kind == DueKind.RELATIVE else None,
        "after_event": due.after_event if kind == DueKind.RELATIVE else "",
        "milestones": [day.isoformat() for day in due.milestones],
        **(_cycle(due, order) if kind == DueKind.RECURRING else {}),
    }


def _cycle(due: Due, order: Order) -> dict[str, Any]:
    """Stated rules where the words are silent: the last day of the period, to the end of this year."""
    starts_on = order.issued_on or today()
    last = WEEK_ENDS if due.every == Recurrence.Every.WEEK else 31
    return {
        "every": due.every,
        "day": due.day or last,
        "month": due.month or MONTHS_IN.get(due.every, 1),
        "starts_on": starts_on,
        "until": date(max(starts_on.year, today().year), 12, 31),
    }


def _problems_of_cycle(meaning: Meaning, checked: CheckedRow) -> list[Problem]:
    """No order says until when its cycle runs: somebody looks at it once."""
    if not meaning.until or any(cell_of(problem.field) == "due" for problem in checked.problems):
        return []
    return [Problem("due", "cycle_until", {"day": f"{meaning.until:%d/%m/%Y}"})]


def _description(checked: CheckedRow) -> str:
    """The note of the file, and the names of bodies that help as far as they are not all known."""
    unknown = [one.words for one in checked.coordinating if one.body is None]
    told = checked.read.coordinating
    # Those whom the cell of the lead names, "Phối hợp: …", stand in no other.
    helpers = "; ".join(filter(None, [told, *(name for name in unknown if name not in told)]))
    # In the language of the order, whoever imports it.
    words = [checked.read.note, f"Phối hợp: {helpers}" if unknown else ""]
    return "\n".join(word for word in words if word)


def _others(bodies: Iterable[int | None], without: Iterable[int]) -> list[int]:
    taken = set(without)
    return [key for key in dict.fromkeys(bodies) if key and key not in taken]


def _named(names: Iterable[Named]) -> list[dict[str, Any]]:
    return [
        {"words": one.words, "body": one.body, "nearest": list(one.nearest), "group": one.group}
        for one in names
    ]


def plain(problem: Problem) -> dict[str, Any]:
    values = {name: value if isinstance(value, int) else str(value) for name, value in problem.values.items()}
    return {"field": problem.field, "code": problem.code, "values": values, "stops": problem.stops}


def problems_of(row: ImportRow) -> list[Problem]:
    return [Problem(**problem) for problem in row.problems]


def cell_of(name: str) -> str:
    """The cell of the preview in which a problem stands."""
    return OTHER_NAMES.get(name, name)


# The draft


CARRIED = (
    *("number", "pillar", "title", "deliverable", "description", "lead_words", "parent_words"),
    *("due_kind", "due_on", "due_words", "after_days", "after_event"),
)


def task_of(
    row: ImportRow,
    meaning: Meaning,
    order: Order,
    bodies: Mapping[int, Body],
    above: Mapping[int, Task],
) -> Task:
    """The draft, not yet written. `bodies` and `above` hold what the rows name, by key."""
    task = Task(
        order=order,
        assigner=order.body,
        lead=bodies.get(meaning.lead or 0),
        parent=above.get(meaning.parent or 0),
        unsure=unsure(row),
        **{name: getattr(meaning, name) for name in CARRIED},
    )
    if task.parent and task.parent.secrecy == Task.Secrecy.RESTRICTED:
        task.secrecy = task.parent.secrecy
    return task


def number_key(number: str) -> str:
    """ "1.2." and "1.2" are one number."""
    return fold(number).rstrip(".)")


def unsure(row: ImportRow) -> list[str]:
    """The fields of the draft that somebody must look at before it is issued."""
    cells = dict.fromkeys(cell_of(problem["field"]) for problem in row.problems)
    return [COLUMNS.get(cell, cell) for cell in cells if cell in CELLS]


# What a person makes of a row


def mark(row: ImportRow) -> str:
    """Stands for the row as it is: a form that carries another one was opened before somebody else saved."""
    said = json.dumps([row.values, row.problems], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def place_of(row: ImportRow) -> str:
    """Where a person finds it in the file."""
    read = row.read
    said = _("Table %(table)s, row %(row)s") if read["table"] not in ("", "1") else _("Row %(row)s")
    return said % {"table": read["table"], "row": read["row"]}


def corrected(meaning: Meaning, values: Mapping[str, Any]) -> Meaning:
    """With what a person typed; names that they answered for stand no more beside the cell."""
    after = dataclasses.replace(meaning, **values)
    after.co_lead = _others(after.co_lead, [after.lead] if after.lead else [])
    after.coordinating = _others(after.coordinating, [*after.co_lead, *([after.lead] if after.lead else [])])
    return after


def looked_at(before: Meaning, after: Meaning) -> set[str]:
    """The cells in which something is different now."""
    return {
        cell
        for cell, names in CELLS.items()
        if any(getattr(before, name) != getattr(after, name) for name in names)
    }


def problems_without(row: ImportRow, looked: Collection[str], sure: Collection[str]) -> list[dict[str, Any]]:
    """What is left to look at; a person's word is not enough where nothing can be written."""
    return [
        problem
        for problem in row.problems
        if (cell := cell_of(problem["field"])) not in looked and (cell not in sure or problem["stops"])
    ]


def told(before: Meaning, after: Meaning) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a correction changed, as its event keeps it."""
    old, new = before.plain(), after.plain()
    names = [name for name in new if old[name] != new[name] and name not in ("names", "duplicates")]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def name_in(row: ImportRow, words: str, body: int) -> bool:
    """Put the body where the row has the words and nobody said yet which one it is; did it have them?"""
    meaning, wanted, found = Meaning.kept(row.values), fold(words), False
    for cell, names in meaning.names.items():
        here = [one for one in names if one["body"] is None and fold(one["words"]) == wanted]
        for one in here:
            one["body"], one["nearest"], found = body, [], True
        if here:
            row.problems = [one for one in row.problems if not _asks_for(one, cell, wanted)]
    if found:
        _name_again(meaning)
        row.values = meaning.plain()
    return found


def _asks_for(problem: Mapping[str, Any], cell: str, wanted: str) -> bool:
    asked = problem["code"] in UNNAMED and cell_of(problem["field"]) == cell
    return asked and fold(str(problem["values"].get("words", ""))) == wanted


def _name_again(meaning: Meaning) -> None:
    """The bodies of a row from its names, as when it was read."""
    lead, others = meaning.names["lead"], meaning.names["coordinating"]
    leads = [one["body"] for one in lead if one["body"]]
    if not meaning.lead and lead and lead[0]["body"]:
        meaning.lead, leads = lead[0]["body"], leads[1:]
    taken = [meaning.lead] if meaning.lead else []
    meaning.co_lead = _others([*meaning.co_lead, *leads], taken)
    named = [one["body"] for one in others]
    meaning.coordinating = _others([*meaning.coordinating, *named], [*taken, *meaning.co_lead])
