"""How far a task is by the tasks below it: weighted sums from the leaves up.

What a lead body reports of its own task stands beside the sum and never enters it: only a task with no
other below counts by its own report.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tasks.lifecycle import UNISSUED, State
from tasks.models import Task


@dataclass(frozen=True)
class Node:
    """A task below another, with the columns that the sum needs."""

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
        """Issued, not withdrawn, and not more secret than the task above; a suspended one counts.

        A task that is more secret would show in the sum to readers who may not know of it.
        """
        issued = self.state not in (*UNISSUED, State.WITHDRAWN) and self.assigned_at is not None
        return issued and self.secrecy == self.secrecy_above


@dataclass(frozen=True)
class RollUp:
    """`exact` is 0 to 100; `by_weight` is false when a task has no share, so that all count alike."""

    exact: Fraction
    by_weight: bool

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means that all is done."""
        return int(self.exact)


def read_nodes(task: Task) -> list[Node]:
    """All tasks below, read in one query."""
    columns = ("pk", "parent_id", "assigner_id", "lead_id", "state", "assigned_at", "percent", "weight")
    rows = Task.objects.under(task.pk).exclude(pk=task.pk).order_by()
    return [
        Node(*row) for row in rows.values_list(*columns, "start_on", "due_on", "secrecy", "parent__secrecy")
    ]


def nodes_below(task: Task) -> list[Node]:
    """All tasks below; those that a page has read already are at `tasks_below`."""
    known: list[Node] | None = getattr(task, "tasks_below", None)
    return read_nodes(task) if known is None else known


def children(task: Task) -> list[Node]:
    """The tasks right below that count in the sum."""
    return _counted(nodes_below(task)).get(task.pk, [])


def count_open(task: Task) -> int:
    """How many of all tasks below that count are not completed."""
    return sum(node.state != State.COMPLETED for node in _descendants(task.pk, _counted(nodes_below(task))))


def roll_up(task: Task) -> RollUp | None:
    """The sum of the tasks below; None when none counts."""
    families = _counted(nodes_below(task))
    return _sum(families[task.pk], families) if task.pk in families else None


# Key of a task → the tasks right below it that count.
Families = dict[int, list[Node]]


def _counted(nodes: Iterable[Node]) -> Families:
    families: Families = {}
    for node in nodes:
        if node.counts:
            families.setdefault(node.parent, []).append(node)
    return families


def _descendants(pk: int, families: Families) -> Iterable[Node]:
    for node in families.get(pk, []):
        yield node
        yield from _descendants(node.pk, families)


def _sum(nodes: list[Node], families: Families) -> RollUp:
    weights = [node.weight or 0 for node in nodes]
    by_weight = all(node.weight is not None for node in nodes) and any(weights)
    if not by_weight:
        weights = [1] * len(nodes)
    whole = sum(weight * _share(node, families) for weight, node in zip(weights, nodes, strict=True))
    return RollUp(Fraction(whole) / sum(weights), by_weight)


def _share(node: Node, families: Families) -> Fraction:
    if node.pk in families:
        return _sum(families[node.pk], families).exact
    return Fraction(100 if node.state == State.COMPLETED else node.percent)
