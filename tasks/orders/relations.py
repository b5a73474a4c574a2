"""What orders do to each other, as far as a person sees them: what an order carries out, and what it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from committees.models import Person
from tasks.lifecycle import FIVE, Standing
from tasks.models import Order, OrderRelation, Task
from tasks.models.counting import Tally

IMPLEMENTS, REPLACES = OrderRelation.Kind.IMPLEMENTS, OrderRelation.Kind.REPLACES
DONE = (Standing.DONE_ON_TIME, Standing.DONE_LATE)
MAX_ORDERS_BELOW = 200
"""Orders below that a page names; the nearest ones, the rest is counted."""

Edges = dict[int, list[int]]


@dataclass(frozen=True)
class Line:
    """One order of a chain: how many steps away, the tasks of it that one sees, and what replaced it."""

    order: Order
    depth: int
    tally: Tally | None
    replaced_by: list[Order]
    is_older: bool
    """Dated before what it carries out, or, above, after what carries it out."""

    @property
    def steps(self) -> range:
        """One for each step but the first, for the page to draw."""
        return range(self.depth - 1)


@dataclass(frozen=True)
class Related:
    """All that a page tells of an order beside its own words.

    A walk goes on only from orders that the person sees. What the order itself names and the person does
    not see is counted, for its own words name it; what names the order from outside is not even counted.
    """

    above: list[Line] = field(default_factory=list)
    hidden_above: int = 0
    below: list[Line] = field(default_factory=list)
    more_below: int = 0
    outgoing: list[OrderRelation] = field(default_factory=list)
    incoming: list[OrderRelation] = field(default_factory=list)
    hidden: int = 0
    running: dict[int, int] = field(default_factory=dict)
    """Each order that it replaces → how many tasks are still open under it, of those that one sees."""

    @property
    def beside(self) -> list[tuple[str, Order]]:
        """What it amends and replaces, and what amends and replaces it: each with the words for it."""
        to = [(one.words, one.other) for one in self.outgoing if one.kind != IMPLEMENTS]
        return to + [(one.words_back, one.order) for one in self.incoming if one.kind != IMPLEMENTS]


def related(person: Person, order: Order, on: date) -> Related:
    """Both chains and the direct relations of an order, in three queries however deep and wide they are."""
    rows = list(OrderRelation.objects.around(order))
    if not rows:
        return Related()
    keys = {key for row in rows for key in (row.order_id, row.other_id)} - {order.pk}
    seen = _seen(person, keys) | {order.pk: order}
    chain = [row for row in rows if row.kind == IMPLEMENTS]
    up, down = (
        _edges((row.order_id, row.other_id) for row in chain),
        _edges((row.other_id, row.order_id) for row in chain),
    )
    above, below = _walk(order.pk, up, seen), _walk(order.pk, down, seen)
    shown = _nearest(below)
    replaced = {row.other_id for row in rows if row.order_id == order.pk and row.kind == REPLACES}
    keys = {pk for pk, _depth, _via in above + shown} | (replaced & seen.keys())
    tasks = Task.objects.visible_to(person).filter(order__in=keys)
    tallies: dict[int, Tally] = tasks.tallies(on, by="order_id") if keys else {}
    successors = _successors(rows, seen)

    def line(pk: int, depth: int, is_older: bool) -> Line:
        return Line(seen[pk], depth, tallies.get(pk), successors.get(pk, []), is_older)

    passed = [order.pk, *(pk for pk, _depth, _via in above)]
    outgoing = [row for row in rows if row.order_id == order.pk]
    return Related(
        above=[
            line(pk, depth, _is_older(seen[via], seen[pk]))
            for pk, depth, via in sorted(above, key=lambda step: step[1])
        ],
        hidden_above=len({key for pk in passed for key in up.get(pk, ())} - seen.keys()),
        below=[line(pk, depth, _is_older(seen[pk], seen[via])) for pk, depth, via in shown],
        more_below=len(below) - len(shown),
        outgoing=_ends(outgoing, seen),
        incoming=_ends([row for row in rows if row.other_id == order.pk], seen),
        running={pk: _open(tallies.get(pk)) for pk in replaced & seen.keys()},
        hidden=len({row.other_id for row in outgoing if row.kind != IMPLEMENTS} - seen.keys()),
    )


def _seen(person: Person, keys: set[int]) -> dict[int, Order]:
    rows = Order.objects.visible_to(person).filter(pk__in=keys).select_related("body")
    return {one.pk: one for one in rows.defer("abstract", "search_text").order_by("body__path", "number")}


def _ends(rows: Iterable[OrderRelation], seen: dict[int, Order]) -> list[OrderRelation]:
    """The relations of which the person sees both orders, with them."""
    known = [row for row in rows if row.order_id in seen and row.other_id in seen]
    for row in known:
        row.order, row.other = seen[row.order_id], seen[row.other_id]
    return known


def _edges(pairs: Iterable[tuple[int, int]]) -> Edges:
    edges: Edges = {}
    for start, end in pairs:
        edges.setdefault(start, []).append(end)
    return edges


def _walk(start: int, edges: Edges, seen: dict[int, Order]) -> list[tuple[int, int, int]]:
    """Key, steps from the start, and whence: each order once, by its shortest way, a branch at a time."""
    place = {pk: n for n, pk in enumerate(seen)}
    steps, level = {start: (0, start)}, [start]
    while level:
        reached = [(pk, via) for via in level for pk in edges.get(via, ()) if pk in seen]
        level = []
        for pk, via in reached:
            if pk not in steps:
                steps[pk] = (steps[via][0] + 1, via)
                level.append(pk)
    branches = _edges((via, pk) for pk, (depth, via) in steps.items() if depth)
    found, waiting = [], [start]
    while waiting:
        pk = waiting.pop()
        if pk != start:
            found.append((pk, *steps[pk]))
        waiting += sorted(branches.get(pk, ()), key=place.__getitem__, reverse=True)
    return found


def _nearest(steps: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """At most `LONGEST` of them, the nearest; a branch is cut at its end and never in the middle."""
    kept = {pk for pk, _depth, _via in sorted(steps, key=lambda step: step[1])[:MAX_ORDERS_BELOW]}
    return [step for step in steps if step[0] in kept]


def _open(tally: Tally | None) -> int:
    return sum(tally[way] for way in FIVE if way not in DONE) if tally else 0


def _is_older(order: Order, other: Order) -> bool:
    return bool(order.issued_on and other.issued_on and order.issued_on < other.issued_on)


def _successors(rows: Iterable[OrderRelation], seen: dict[int, Order]) -> dict[int, list[Order]]:
    found: dict[int, list[Order]] = {}
    for row in rows:
        if row.kind == REPLACES and row.order_id in seen:
            found.setdefault(row.other_id, []).append(seen[row.order_id])
    return found
