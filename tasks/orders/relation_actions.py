"""Relating one order to another, and deciding on the tasks of an order that was replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from committees.models import Person
from portal.shared.verdicts import Refused, Sentence, Verdict, not_now, refuse
from tasks import rules, secrecy
from tasks.actions.decisions import supersede, withdraw
from tasks.actions.edit_task import edit_task
from tasks.lifecycle import LEVELS_ABOVE
from tasks.models import Order, OrderRelation, Task


class Fate(TextChoices):
    """What becomes of an open task when its order is replaced."""

    KEEP = "keep", _("goes on under the old order")
    MOVE = "move", _("move to the new order")
    SUPERSEDE = "supersede", _("a task of the new order replaces it")
    WITHDRAW = "withdraw", _("withdraw it")


@dataclass(frozen=True)
class Decision:
    """What becomes of one task; `version` is the one that its form showed, None where there is no form."""

    task: Task
    fate: str
    superseded_by: Task | None = None
    version: int | None = None


@transaction.atomic
def relate(*, order: Order, kind: str, other: Order, by: Person) -> OrderRelation:
    """Say what an order does to another that the person sees."""
    right = rules.may_edit_order(by, order).or_raise()
    if not Order.objects.each_visible_to(by).filter(pk=other.pk).exists():
        raise ValidationError({"other": _("Choose an order that you can see.")})
    _lock_above(order, other)
    if order.pk == other.pk:
        raise ValidationError({"other": _("An order cannot do anything to itself. Choose another one.")})
    if OrderRelation.objects.above(other).filter(other=order).exists():
        raise ValidationError(
            {"other": _("That would be a circle: %(other)s goes back to this order.") % {"other": other}}
        )
    relation = OrderRelation(order=order, kind=kind, other=other, by=by, at=timezone.now())
    try:
        relation.full_clean()
    except ValidationError as error:
        raise ValidationError({"other": error.messages}) from error
    relation.save()
    after = {kind: str(other)}
    record("order_related", about=order, by=by, right=right, after=after, bodies=[order.body_id])
    return relation


@transaction.atomic
def unrelate(*, relation: OrderRelation, by: Person) -> None:
    """Take back what was entered; the tasks of both orders stay as they are."""
    relation = (
        OrderRelation.objects.select_for_update(of=("self",))
        .select_related("order__body", "other")
        .get(pk=relation.pk)
    )
    right = rules.may_edit_order(by, relation.order).or_raise()
    order, before = relation.order, {relation.kind: str(relation.other)}
    relation.delete()
    record("order_unrelated", about=order, by=by, right=right, before=before, bodies=[order.body_id])


def _lock_above(order: Order, other: Order) -> None:
    """Lock all orders that the new relation leads to, so that no two people close a circle together."""
    above = OrderRelation.objects.above(other).values_list("other_id", flat=True)
    rows = Order.objects.select_for_update(no_key=True).filter(pk__in=[order.pk, other.pk, *above])
    list(rows.order_by("pk").values_list("pk"))


@transaction.atomic
def settle_replaced(
    *, order: Order, replaced: Order, decisions: Sequence[Decision], reason: str, by: Person
) -> Counter[str]:
    """Take decisions on open tasks of a replaced order, all or none; returns how many tasks met each fate.

    A task without a decision stays as it is. `Unsettled` says by the key of the task what is refused.
    """
    right = rules.may_settle(by, replaced).or_raise()
    replaces = OrderRelation.objects.filter(
        order=order, other=replaced, kind=OrderRelation.Kind.REPLACES
    ).select_for_update()
    if not replaces:
        refuse(not_now(_("The order %(order)s no longer replaces this one.") % {"order": order}))
    changes = [decision for decision in decisions if decision.fate != Fate.KEEP]
    _lock_tasks(changes)
    problems: dict[str, list[Sentence]] = {}
    refused: Refused | None = None
    for decision in changes:
        try:
            _settle(decision, order, replaced, reason, by)
        except ValidationError as error:
            problems[str(decision.task.pk)] = [*error.messages]
        except Refused as error:
            problems[str(decision.task.pk)] = [str(error)]
            refused = error
    if problems:
        raise Unsettled(problems, refused)
    counts = Counter(decision.fate for decision in decisions)
    if counts:
        after = {"replaced": str(replaced), **dict(sorted(counts.items()))}
        bodies = [order.body_id, replaced.body_id]
        record(
            "order_tasks_settled",
            about=order,
            by=by,
            right=right,
            after=after,
            reason=reason,
            bodies=bodies,
        )
    return counts


class Unsettled(Refused):
    """Some decisions are refused, so none was taken: key of the task → sentences."""

    def __init__(self, problems: dict[str, list[Sentence]], refused: Refused | None) -> None:
        reason = " ".join(f"{Task(pk=int(key)).code}: {lines[0]}" for key, lines in problems.items())
        super().__init__(Verdict(False, reason, later=refused is None or refused.verdict.later))
        self.problems = problems


def _settle(decision: Decision, order: Order, replaced: Order, reason: str, by: Person) -> None:
    task = decision.task
    if not replaced.tasks.filter(pk=task.pk).exists():
        raise ValidationError(_("This task no longer stands under the replaced order."))
    if secrecy.is_secret(task) and secrecy.is_number(order.number):
        # About a secret task the portal keeps the numbers of papers and no other words.
        reason = order.number
    match decision.fate:
        case Fate.MOVE:
            edit_task(task=task, values={"order": order}, version=decision.version, by=by, reason=reason)
        case Fate.SUPERSEDE:
            if decision.superseded_by and decision.superseded_by.order_id != order.pk:
                raise ValidationError(_("Choose a task of the new order."))
            supersede(task=task, superseded_by=decision.superseded_by, by=by, reason=reason)
        case Fate.WITHDRAW:
            withdraw(task=task, by=by, reason=reason)
        case _:
            raise ValidationError(_("Choose what becomes of this task."))


def _lock_tasks(decisions: Iterable[Decision]) -> None:
    """Lock every task of the decisions and those above before the first event, roots first as everywhere.

    A writer that holds the chain of events then waits for no row. The tasks above are locked because a
    task that changes is compared with them.
    """
    keys = {task.pk for decision in decisions for task in (decision.task, decision.superseded_by) if task}
    columns = ["pk", *(f"{'parent__' * level}parent_id" for level in range(LEVELS_ABOVE))]
    rows = Task.objects.filter(pk__in=keys).order_by().values_list(*columns)
    chains = [[key for key in row if key] for row in rows]
    roots = {chain[-1] for chain in chains}
    for level in (roots, {key for chain in chains for key in chain} - roots):
        rows_to_lock = Task.objects.select_for_update(no_key=True).filter(pk__in=level).order_by("pk")
        list(rows_to_lock.values_list("pk"))
