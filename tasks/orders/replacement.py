"""The open tasks of a replaced order: what a person may decide of each, and what they may only read."""

from __future__ import annotations

from dataclasses import dataclass

from committees import access
from committees.models import Person
from portal.shared.verdicts import Sentence
from tasks import rules
from tasks.lifecycle import State
from tasks.models import Order, Task
from tasks.models.tasks import TaskQuerySet
from tasks.orders.relation_actions import Fate

AT_ONCE = 100
"""Tasks decided on in one transaction; the next ones come after these."""


@dataclass(frozen=True)
class Settling:
    options: dict[Task, list[str]]
    left: list[tuple[Task, Sentence]]
    """What stays as it is for this person, with the reason."""
    more: int
    last: int
    """The key after which those come."""


def remaining(person: Person, replaced: Order) -> TaskQuerySet:
    """Tasks of the order that are neither done nor off the books."""
    return Task.objects.visible_to(person).unfinished().filter(order=replaced)


def successors(person: Person, order: Order) -> list[Task]:
    """The tasks of the new order that may stand in the place of another."""
    tasks = Task.objects.visible_to(person).filter(order=order).exclude(state=State.WITHDRAWN)
    return list(tasks.only("number", "title", "title_en", "state").order_by("pk"))


def what_may_become(person: Person, order: Order, replaced: Order, after: int = 0) -> Settling:
    """The first tasks with a key beyond `after`: what stays under the old order is not asked of again."""
    rows = remaining(person, replaced).filter(pk__gt=after)
    tasks = list(rows.for_list().order_by("pk")[:AT_ONCE])
    options: dict[Task, list[str]] = {}
    left: list[tuple[Task, Sentence]] = []
    with access.asking_once():
        for task in tasks:
            fates = _fates(person, task, order)
            if fates:
                options[task] = [Fate.KEEP.value, *fates]
            else:
                left.append((task, rules.may_withdraw(person, task).reason))
    more = rows.count() - AT_ONCE if len(tasks) == AT_ONCE else 0
    return Settling(options, left, more, tasks[-1].pk if tasks else after)


def _fates(person: Person, task: Task, order: Order) -> list[str]:
    """Beside staying: what this person may do with the task now. An order's tasks are given by its body."""
    same = order.body_id == task.assigner_id
    may = {
        Fate.MOVE: same and rules.may_edit(person, task),
        Fate.SUPERSEDE: same and rules.may_supersede(person, task),
        Fate.WITHDRAW: rules.may_withdraw(person, task),
    }
    return [fate.value for fate, verdict in may.items() if verdict]
