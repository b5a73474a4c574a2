"""The open tasks of a replaced order: which of them a person may decide on, and how."""

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

# Tasks that are decided on in one transaction; the next page has the next ones.
PAGE_SIZE = 100


@dataclass(frozen=True)
class Settling:
    """One page of tasks to decide on.

    `left` are tasks that this person may not decide on, with the reason. `more` tasks come on the next
    pages, after the key `last`.
    """

    options: dict[Task, list[str]]
    left: list[tuple[Task, Sentence]]
    more: int
    last: int


def remaining(person: Person, replaced: Order) -> TaskQuerySet:
    """Tasks of the order that are neither done nor off the books."""
    return Task.objects.visible_to(person).unfinished().filter(order=replaced)


def successors(person: Person, order: Order) -> list[Task]:
    """The tasks of the new order that may replace another."""
    tasks = Task.objects.visible_to(person).filter(order=order).exclude(state=State.WITHDRAWN)
    return list(tasks.only("number", "title", "title_en", "state").order_by("pk"))


def what_may_become(person: Person, order: Order, replaced: Order, after: int = 0) -> Settling:
    """The page of tasks after the key `after`, so that tasks which stay are not asked about again."""
    rows = remaining(person, replaced).filter(pk__gt=after)
    tasks = list(rows.for_list().order_by("pk")[:PAGE_SIZE])
    options: dict[Task, list[str]] = {}
    left: list[tuple[Task, Sentence]] = []
    with access.asking_once():
        for task in tasks:
            fates = _fates(person, task, order)
            if fates:
                options[task] = [Fate.KEEP.value, *fates]
            else:
                left.append((task, rules.may_withdraw(person, task).reason))
    more = rows.count() - PAGE_SIZE if len(tasks) == PAGE_SIZE else 0
    return Settling(options, left, more, tasks[-1].pk if tasks else after)


def _fates(person: Person, task: Task, order: Order) -> list[str]:
    """What else than keeping it this person may do with the task now."""
    # A task stands under an order of the body that gives it.
    same_giver = order.body_id == task.assigner_id
    verdicts = {
        Fate.MOVE: same_giver and rules.may_edit(person, task),
        Fate.SUPERSEDE: same_giver and rules.may_supersede(person, task),
        Fate.WITHDRAW: rules.may_withdraw(person, task),
    }
    return [fate.value for fate, verdict in verdicts.items() if verdict]
