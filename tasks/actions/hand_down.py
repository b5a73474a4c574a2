"""Tasks that stand below others: who may lead them, their deadlines, and their shares in the progress."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees.access import Right
from committees.models import Body, Person
from portal.shared.days import format_day, today
from portal.shared.verdicts import Refused
from tasks import rollup, rules, secrecy
from tasks.actions import deadlines
from tasks.actions.common import (
    DEADLINE_FIELDS,
    RISK_FIELDS,
    Problems,
    cancel_open_requests,
    forget_risk,
    lead_workers,
    lock,
    milestone_facts,
    notify,
    notify_helping_bodies,
    part_facts,
    record_event,
    restart_reminders,
)
from tasks.actions.decisions import withdraw
from tasks.actions.milestones import bring_forward
from tasks.lifecycle import RUNNING, UNISSUED, State
from tasks.models import Request, Task
from tasks.rollup import Node

# A sentence names so many tasks one by one and counts the others.
MAX_NAMED_TASKS = 10


class BelowAnswer(TextChoices):
    """What becomes of a task when the day above moves before its own."""

    BRING_FORWARD = "bring_forward", _("bring its deadline forward")
    WITHDRAW = "withdraw", _("withdraw it")


# The key of the answer for all tasks right below that have none of their own.
REST = "rest"


# Where a task may stand, who may lead it, and when it may be issued


def levels_below(task: Task) -> int:
    """How many levels of tasks stand below a task."""
    nodes = rollup.nodes_below(task) if task.pk else []
    levels, reached = 0, {task.pk}
    while next_level := {node.pk for node in nodes if node.parent in reached} - reached:
        levels, reached = levels + 1, reached | next_level
    return levels


def check_reach(task: Task, problems: Problems) -> None:
    """A body hands down to bodies below it and to agencies of its people; a lead that is unchanged stays."""
    if task.lead is None:
        return
    # Only of an issued task: a query that is only built costs too, and thousands of drafts come at once.
    kept = {"lead": task.lead_id, "parent": task.parent_id}
    if task.is_issued and Task.objects.filter(pk=task.pk, **kept).exists():
        return
    if out_of_reach(task, [task.lead.pk]):
        problems["lead"] = _(
            "Choose a body below %(giver)s or an agency of its people: a task is handed down only to these."
        ) % {"giver": task.assigner}


def out_of_reach(task: Task, bodies: Collection[int]) -> set[int]:
    """Those of the bodies that cannot lead this task; the body that gave the task above may give to any."""
    if not task.is_handed_down:
        return set()
    reachable = Body.objects.handed_to_by(task.assigner, today()).filter(pk__in=bodies)
    return set(bodies) - set(reachable.values_list("pk", flat=True))


def check_above(task: Task, problems: Problems) -> None:
    """A task is issued under one that is at work, or that the same body is still preparing."""
    above = task.parent
    if above is None:
        return
    if task.assigner_id not in (above.lead_id, above.assigner_id):
        # The draft was prepared before another body took the lead.
        problems["parent"] = _("Choose a task that this body leads or gave.")
    elif above.state not in RUNNING and not (
        above.state in UNISSUED and above.assigner_id == task.assigner_id
    ):
        problems["parent"] = _(
            "The task above is not at work now: %(state)s. Wait until it is, or choose another task above."
        ) % {"state": above.get_state_display()}


def check_day(task: Task, problems: Problems) -> None:
    """No deadline is later than one above. Below a dated task, an issued task due on a day has its day."""
    above = task.day_above()
    if above is None or "due_on" in problems:
        return
    if task.due_on and task.due_on > above:
        problems["due_on"] = deadlines.later_than_above(above)
    elif task.is_issued:
        check_has_day(task, problems)


def check_has_day(task: Task, problems: Problems) -> None:
    above = task.day_above()
    if above and task.due_on is None and task.due_kind in (Task.DueKind.DAY, Task.DueKind.PERIOD):
        problems["due_on"] = _("Give a deadline: the task above is due on %(day)s.") % {
            "day": format_day(above)
        }


# When the day above moves


def descendants_due_later(task: Task) -> list[Node]:
    """All tasks below that are due after this one and not done, earliest first.

    Drafts of other bodies are left out: their deadline is checked when they are issued.
    """
    day = task.due_on or task.day_above()
    if task.pk is None or day is None:
        return []

    def is_due_later(node: Node) -> bool:
        draft_of_other = node.state in UNISSUED and node.assigner != task.assigner_id
        done = node.state in (State.COMPLETED, State.WITHDRAWN)
        return node.due_on is not None and node.due_on > day and not done and not draft_of_other

    late = [node for node in rollup.nodes_below(task) if is_due_later(node)]
    return sorted(late, key=lambda node: (node.due_on, node.pk))


def settle_below(task: Task, below: Mapping[Any, str], by: Person, right: Right | None, reason: str) -> None:
    """Bring forward or withdraw the tasks below that are due after the new deadline.

    `below` has the answer for each task by its key, or for the rest right below under `REST`. What stands
    below one of these is brought forward unless it has an answer of its own.
    """
    late = descendants_due_later(task)
    if not late:
        return
    answers = {str(key): answer for key, answer in below.items()}
    chosen = _choose_answers(late, answers)
    # Locked by now: see `lock_descendants`.
    rows = Task.objects.filter(pk__in=[node.pk for node in late])
    for row in rows.select_related("assigner", "lead", "order", "parent").order_by("pk"):
        if chosen[row.pk] == BelowAnswer.WITHDRAW:
            _withdraw(row, by, reason)
        else:
            _bring_forward(row, task, by, right, reason)


def _choose_answers(late: list[Node], answers: dict[str, str]) -> dict[int, str]:
    if set(answers.values()) - set(BelowAnswer.values):
        raise ValidationError(
            {"below": _("Answer with one of: %(choices)s.") % {"choices": ", ".join(BelowAnswer.values)}}
        )
    keys = {node.pk for node in late}
    chosen: dict[int, str] = {}
    for node in late:
        right_below = node.parent not in keys
        answer = answers.get(str(node.pk)) or (
            answers.get(REST) if right_below else BelowAnswer.BRING_FORWARD
        )
        if answer:
            chosen[node.pk] = answer
    if unanswered := [node for node in late if node.pk not in chosen]:
        names = [
            f"{Task(pk=node.pk).code} ({format_day(node.due_on)})"
            for node in unanswered[:MAX_NAMED_TASKS]
            if node.due_on
        ]
        if (more := len(unanswered) - MAX_NAMED_TASKS) > 0:
            names.append(gettext("%(count)s more") % {"count": more})
        sentence = gettext(
            "These tasks below are due after the new deadline. Say of each whether its deadline is brought "
            "forward or the task is withdrawn: %(tasks)s."
        )
        raise ValidationError({"below": sentence % {"tasks": ", ".join(names)}})
    return chosen


def _withdraw(task: Task, by: Person, reason: str) -> None:
    try:
        withdraw(task=task, by=by, reason=reason)
    except Refused as refused:
        raise ValidationError({"below": f"{task.code}: {refused}"}) from refused


def _bring_forward(task: Task, above: Task, by: Person, right: Right | None, reason: str) -> None:
    day = above.due_on or above.day_above()
    if day is None or (task.start_on and task.start_on > day):
        raise ValidationError(
            {"below": _("%(code)s starts after the new deadline. Withdraw it.") % {"code": task.code}}
        )
    before = {**snapshot(task, ("due_on",)), **forget_risk(task), **_facts_that_move(task)}
    task.parts.helping().filter(due_on__gt=day).update(due_on=day)
    bring_forward(task, day)
    task.due_on = day
    restart_reminders(task)
    task.version += 1
    task.save(update_fields=[*DEADLINE_FIELDS, "version", *RISK_FIELDS])
    # An extension would lead past the deadline above.
    cancel_open_requests(task, by, right, kind=Request.Kind.EXTENSION)
    moved = gettext("The task above, %(code)s, is due on %(day)s now.") % {
        "code": above.code,
        "day": format_day(day),
    }
    reason = "" if secrecy.is_secret(task) else f"{moved} {reason}".strip()
    facts = _facts_that_move(task)
    after = {**snapshot(task, tuple(before.keys() - facts.keys())), **facts}
    record_event(task, "task_changed", by, right=right, before=before, after=after, reason=reason)
    if task.is_issued:
        notify(lead_workers(task), "task_changed", task, by, body=task.lead)
        notify_helping_bodies(task, "help_changed", by)


def _facts_that_move(task: Task) -> dict[str, Any]:
    """The days that move with the deadline of a task."""
    return {"parts": part_facts(task), "milestones": milestone_facts(task)}


# How much each counts in the progress of the task above


@transaction.atomic
def set_weights(*, task: Task, by: Person, weights: Mapping[int, int | None]) -> Task:
    """Set how much each task right below counts in the progress, in percent; without any all count alike."""
    task = lock(task)
    right = rules.may_set_weights(by, task).or_raise()
    nodes = rollup.children(task)
    shares = {key: weight for key, weight in weights.items() if weight is not None}
    _check_weights(nodes, shares)
    before, after = _shares(nodes), _shares(nodes, shares)
    if before == after:
        return task
    rows = list(Task.objects.filter(pk__in=[node.pk for node in nodes]).only("pk"))
    for row in rows:
        row.weight = shares.get(row.pk)
    Task.objects.bulk_update(rows, ["weight"], batch_size=500)
    old, new = {"weights": before}, {"weights": after}
    record_event(task, "task_weights_set", by, right=right, before=old, after=new)
    return task


def _check_weights(nodes: list[Node], shares: dict[int, int]) -> None:
    if not shares:
        return
    if set(shares) != {node.pk for node in nodes}:
        raise ValidationError({"weights": _("Give every task below its share, or none of them.")})
    if any(not 0 <= weight <= 100 for weight in shares.values()):
        raise ValidationError({"weights": _("A share is between 0 and 100.")})
    if (total := sum(shares.values())) != 100:
        raise ValidationError(
            {"weights": _("The shares add up to %(sum)s. Together they are 100.") % {"sum": total}}
        )


def _shares(nodes: Iterable[Node], given: Mapping[int, int] | None = None) -> list[str]:
    """The shares as `NV-00012: 40%`, without titles: readers of the event may not see every task below."""
    shares = {node.pk: node.weight if given is None else given.get(node.pk) for node in nodes}
    return [f"{Task(pk=key).code}: {share}%" for key, share in sorted(shares.items()) if share is not None]
