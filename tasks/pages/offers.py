"""Which tasks of a list this person may choose, and what can be done to many of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from committees import access
from committees.models import Person
from portal.shared.verdicts import Sentence
from tasks.lists.rows import TaskRow
from tasks.models import Task
from tasks.verbs import VERBS, Verb

# Which boxes are ticked when the page opens; without script the links *this page* and *all* open it anew.
PAGE, ALL = "page", "all"

# Verbs that stand as buttons, also on a phone; the others are in a menu beside them.
BUTTONS = 2


@dataclass(frozen=True)
class Choice:
    """A verb as a button below a list."""

    name: str
    label: Sentence
    icon: str
    risky: bool


@dataclass(frozen=True)
class Offer:
    """Empty for somebody who can act on none of these rows: they see no boxes."""

    tasks: frozenset[int]
    choices: list[Choice]
    picked: str = ""

    @property
    def first(self) -> list[Choice]:
        return self.choices[:BUTTONS]

    @property
    def others(self) -> list[Choice]:
        return self.choices[BUTTONS:]

    @property
    def everything(self) -> bool:
        """All that match are chosen, also those of other pages: the boxes only show it."""
        return self.picked == ALL


def offer(rows: Iterable[TaskRow], person: Person, picked: str = "") -> Offer:
    """By the person's own offices, which are read already; the rule is asked before anything is done."""
    grants = access.grants(person)
    tasks: set[int] = set()
    names: set[str] = set()
    for row in rows:
        if able := [verb.name for verb in VERBS.values() if verb.many and _may_try(verb, row.task, grants)]:
            tasks.add(row.task.pk)
            names.update(able)
    choices = [
        Choice(name, (verb.many and verb.many.label) or verb.label, verb.icon, verb.risky)
        for name, verb in VERBS.items()
        if name in names
    ]
    return Offer(frozenset(tasks), choices, picked if picked in (PAGE, ALL) else "")


def _may_try(verb: Verb, task: Task, grants: access.Grants) -> bool:
    """Whether an office on the side of the verb gives what it needs, in a state in which it makes sense."""
    if verb.many is None:
        return False
    sides = ((task.assigner_id, verb.giver_states), (task.lead_id, verb.lead_states))
    return any(
        task.state in states and not grants.get(body or 0, frozenset()).isdisjoint(verb.many.permissions)
        for body, states in sides
    )
