"""What a person may read of the orders around one: what it carries out, what carries it out, and the rest."""

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
# A page names so many orders below, the nearest ones, and counts the others.
MAX_ORDERS_BELOW = 200

Edges = dict[int, list[int]]


@dataclass(frozen=True)
class Line:
    """One order of a chain: how many steps away, the visible tasks of it, and what replaced it.

    `is_older` is true for an order that is dated before what it carries out or, above, after what carries
    it out.
    """

    order: Order
    depth: int
    tally: Tally | None
    replaced_by: list[Order]
    is_older: bool

    @property
    def steps(self) -> range:
        """One for each step but the first, for the page to draw."""
        return range(self.depth - 1)


@dataclass(frozen=True)
class Related:
    """What a page says of the orders around one.

    Chains go on only from orders that the person may see. Orders that this one names and the person may not
    see are counted, because its own text names them; those that name it from outside are not even counted.
    `running` says of each order that this one replaces how many visible tasks are still open under it.
    """

    above: list[Line] = field(default_factory=list)
    hidden_above: int = 0
    below: list[Line] = field(default_factory=list)
    more_below: int = 0
    outgoing: list[OrderRelation] = field(default_factory=list)
    incoming: list[OrderRelation] = field(default_factory=list)
    hidden: int = 0
    running: dict[int, int] = field(default_factory=dict)

    @property
    def beside(self) -> list[tuple[str, Order]]:
        """What it amends and replaces, and what amends and replaces it: each with the words for it."""
        outgoing = [(row.words, row.other) for row in self.outgoing if row.kind != IMPLEMENTS]
        incoming = [(row.words_back, row.order) for row in self.incoming if row.kind != IMPLEMENTS]
        return outgoing + incoming


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
    rows = Order.objects.each_visible_to(person).filter(pk__in=keys).select_related("body")
    return {
        order.pk: order for order in rows.defer("abstract", "search_text").order_by("body__path", "number")
    }


def _ends(rows: Iterable[OrderRelation], seen: dict[int, Order]) -> list[OrderRelation]:
    """The relations of which the person may see both orders, with these orders filled in."""
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
    """Key, steps from the start, and previous key of each order, by its shortest way, branch by branch."""
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
    reached_orders, waiting = [], [start]
    while waiting:
        pk = waiting.pop()
        if pk != start:
            reached_orders.append((pk, *steps[pk]))
        waiting += sorted(branches.get(pk, ()), key=place.__getitem__, reverse=True)
    return reached_orders


def _nearest(steps: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The nearest `MAX_ORDERS_BELOW` steps; a branch is cut at its end and never in the middle."""
    kept = {pk for pk, _depth, _via in sorted(steps, key=lambda step: step[1])[:MAX_ORDERS_BELOW]}
    return [step for step in steps if step[0] in kept]


def _open(tally: Tally | None) -> int:
    return sum(tally[way] for way in FIVE if way not in DONE) if tally else 0


def _is_older(order: Order, other: Order) -> bool:
    return bool(order.issued_on and other.issued_on and order.issued_on < other.issued_on)


def _successors(rows: Iterable[OrderRelation], seen: dict[int, Order]) -> dict[int, list[Order]]:
    successors: dict[int, list[Order]] = {}
    for row in rows:
        if row.kind == REPLACES and row.order_id in seen:
            successors.setdefault(row.other_id, []).append(seen[row.order_id])
    return successors
