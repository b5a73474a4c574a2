"""How far a task is by the tasks below it: weighted sums from the leaves up.

What a lead body says of its own task stands beside the sum and never enters it: only the last in each
line, with no task below, counts by its own word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tasks.lifecycle import UNISSUED, State
from tasks.models import Task


@dataclass(frozen=True)
class Node:
    """A task below another, with what a sum needs of it."""

    pk: int
    parent: int
    assigner: int
    lead: int | None
    state: str
    assigned_at: datetime | None
    percent: int
    weight: int | None
    start_on: date | None
    due_on: date | None
    secrecy: str
    secrecy_above: str

    @property
    def counts(self) -> bool:
        """Issued and not withdrawn; one that is suspended waits and counts.

        Not one that is more secret than the task above: the sum would tell its readers of it.
        """
        stands = self.state not in (*UNISSUED, State.WITHDRAWN) and self.assigned_at is not None
        return stands and self.secrecy == self.secrecy_above


@dataclass(frozen=True)
class RollUp:
    exact: Fraction
    """0 to 100."""
    by_weight: bool
    """Each by its share; else all alike, because one of them has none."""

    @property
    def percent(self) -> int:
        """Rounded down: 100 is said only when all is done."""
        return int(self.exact)


def read_nodes(task: Task) -> list[Node]:
    """All that stands below the task, in one query."""
    columns = ("pk", "parent_id", "assigner_id", "lead_id", "state", "assigned_at", "percent", "weight")
    rows = Task.objects.under(task.pk).exclude(pk=task.pk).order_by()
    return [
        Node(*row) for row in rows.values_list(*columns, "start_on", "due_on", "secrecy", "parent__secrecy")
    ]


_known: ContextVar[Mapping[int, list[Node]] | None] = ContextVar("known_below", default=None)


@contextmanager
def known_below(task: Task, nodes: list[Node]) -> Iterator[None]:
    """Inside, what stands below the task is not read again: for a page of which several rules ask it."""
    token = _known.set({**(_known.get() or {}), task.pk: nodes})
    try:
        yield
    finally:
        _known.reset(token)


def nodes_below(task: Task) -> list[Node]:
    """All that stands below the task, as `known_below` says it; else it is read."""
    known = (_known.get() or {}).get(task.pk)
    return read_nodes(task) if known is None else known


def children(task: Task) -> list[Node]:
    """The tasks right below that count."""
    return _counted(nodes_below(task)).get(task.pk, [])


def count_open(task: Task) -> int:
    """How many of all the tasks below are not done."""
    return sum(node.state != State.COMPLETED for node in _reached(task.pk, _counted(nodes_below(task))))


def roll_up(task: Task) -> RollUp | None:
    """The sum of the tasks below; None when none counts."""
    families = _counted(nodes_below(task))
    return _sum(families[task.pk], families) if task.pk in families else None


Families = dict[int, list[Node]]
"""Task → the tasks right below it that count."""


def _counted(nodes: Iterable[Node]) -> Families:
    families: Families = {}
    for node in nodes:
        if node.counts:
            families.setdefault(node.parent, []).append(node)
    return families


def _reached(pk: int, families: Families) -> Iterable[Node]:
    for node in families.get(pk, []):
        yield node
        yield from _reached(node.pk, families)


def _sum(nodes: list[Node], families: Families) -> RollUp:
    weights = [node.weight or 0 for node in nodes]
    by_weight = all(node.weight is not None for node in nodes) and any(weights)
    if not by_weight:
        weights = [1] * len(nodes)
    total = sum(weight * _share(node, families) for weight, node in zip(weights, nodes, strict=True))
    return RollUp(Fraction(total) / sum(weights), by_weight)


def _share(node: Node, families: Families) -> Fraction:
    if node.pk in families:
        return _sum(families[node.pk], families).exact
    return Fraction(100 if node.state == State.COMPLETED else node.percent)
