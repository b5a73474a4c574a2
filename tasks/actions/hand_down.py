"""What stands below a task: who may lead it, what becomes of it when the day above moves, its shares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees.access import Right
from committees.models import Body, Person
from portal.shared.days import today
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

NAMED = 10
"""Tasks that a sentence names one by one."""


class BelowAnswer(TextChoices):
    """What becomes of a task when the day above moves before its own."""

    BRING_FORWARD = "bring_forward", _("bring its deadline forward")
    WITHDRAW = "withdraw", _("withdraw it")


REST = "rest"
"""In the answers: for all tasks right below that are not named."""


# Where it may stand, who may lead it, and when it may be issued


def levels_below(task: Task) -> int:
    """How many levels of tasks stand below this one."""
    nodes = rollup.nodes_below(task) if task.pk else []
    levels, reached = 0, {task.pk}
    while further := {node.pk for node in nodes if node.parent in reached} - reached:
        levels, reached = levels + 1, reached | further
    return levels


def check_reach(task: Task, problems: Problems) -> None:
    """A body hands down to bodies below it and to agencies of its people; who leads already goes on."""
    if task.lead is None or _keeps_lead(task):
        return
    if out_of_reach(task, [task.lead.pk]):
        problems["lead"] = _(
            "Choose a body below %(giver)s or an agency of its people: a task is handed down only to these."
        ) % {"giver": task.assigner}


def out_of_reach(task: Task, bodies: Collection[int]) -> set[int]:
    """Those that could not lead this task; whoever gave the task above may give to anybody."""
    if not task.is_handed_down:
        return set()
    reached = Body.objects.handed_to_by(task.assigner, today()).filter(pk__in=bodies)
    return set(bodies) - set(reached.values_list("pk", flat=True))


def _keeps_lead(task: Task) -> bool:
    # A query that is only built costs too: thousands of drafts are checked at once.
    return (
        task.is_issued and Task.objects.filter(pk=task.pk, lead=task.lead_id, parent=task.parent_id).exists()
    )


def check_above(task: Task, problems: Problems) -> None:
    """A task is issued under one that is at work, or that the same body is still preparing."""
    above = task.parent
    if above is None:
        return
    if task.assigner_id not in (above.lead_id, above.assigner_id):
        # It was prepared before another body took the lead.
        problems["parent"] = _("Choose a task that this body leads or gave.")
    elif above.state not in RUNNING and not (
        above.state in UNISSUED and above.assigner_id == task.assigner_id
    ):
        problems["parent"] = _(
            "The task above is not at work now: %(state)s. Wait until it is, or choose another task above."
        ) % {"state": above.get_state_display()}


def check_day(task: Task, problems: Problems) -> None:
    """No deadline passes one above; and where there is one above, a task due on a day has one of its own."""
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
        problems["due_on"] = _("Give a deadline: the task above is due on %(day)s.") % _day(above)


# When the day above moves


def misfits(task: Task) -> list[Node]:
    """The tasks below, down to the last, that are due after this one and not done, earliest day first.

    Drafts of other bodies are their own affair until issue, when their deadline is asked about again.
    """
    day = task.due_on or task.day_above()
    if task.pk is None or day is None:
        return []
    late = [node for node in rollup.nodes_below(task) if _is_late(node, day, task)]
    return sorted(late, key=lambda node: (node.due_on, node.pk))


def _is_late(node: Node, day: date, task: Task) -> bool:
    theirs = node.state in UNISSUED and node.assigner != task.assigner_id
    done = node.state in (State.COMPLETED, State.WITHDRAWN)
    return node.due_on is not None and node.due_on > day and not done and not theirs


def settle_below(task: Task, below: Mapping[Any, str], by: Person, right: Right | None, reason: str) -> None:
    """Bring forward or withdraw what no longer fits under the task's new day, as its editor said.

    What stands below a task that was answered for is brought forward too unless it was named itself.
    """
    late = misfits(task)
    if not late:
        return
    answers = {str(key): answer for key, answer in below.items()}
    chosen = _chosen(late, answers)
    wanted = [node.pk for node in late]
    rows = Task.objects.filter(pk__in=wanted)  # held by now: see `lock_below`
    for row in rows.select_related("assigner", "lead", "order", "parent").order_by("pk"):
        if chosen[row.pk] == BelowAnswer.WITHDRAW:
            _withdraw(row, by, reason)
        else:
            _bring_forward(row, task, by, right, reason)


def _chosen(late: list[Node], answers: dict[str, str]) -> dict[int, str]:
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
        raise ValidationError({"below": _unanswered(unanswered)})
    return chosen


def _unanswered(nodes: list[Node]) -> str:
    named = [f"{Task(pk=node.pk).code} ({node.due_on:%d/%m/%Y})" for node in nodes[:NAMED]]
    more = [gettext("%(count)s more") % {"count": len(nodes) - NAMED}] if len(nodes) > NAMED else []
    return gettext(
        "These tasks below are due after the new deadline. Say of each whether its deadline is brought "
        "forward or the task is withdrawn: %(tasks)s."
    ) % {"tasks": ", ".join([*named, *more])}


def _withdraw(task: Task, by: Person, reason: str) -> None:
    try:
        withdraw(task=task, by=by, reason=reason)
    except Refused as refused:
        raise ValidationError({"below": f"{task.code}: {refused}"}) from refused


def _bring_forward(task: Task, above: Task, by: Person, right: Right | None, reason: str) -> None:
    """The first deadline stays on record; who works on it is told."""
    day = above.due_on or above.day_above()
    if day is None or (task.start_on and task.start_on > day):
        raise ValidationError(
            {"below": _("%(code)s starts after the new deadline. Withdraw it.") % {"code": task.code}}
        )
    before = {**snapshot(task, ("due_on",)), **forget_risk(task), **_marks(task)}
    task.parts.helping().filter(due_on__gt=day).update(due_on=day)
    bring_forward(task, day)
    task.due_on = day
    restart_reminders(task)
    task.version += 1
    task.save(update_fields=[*DEADLINE_FIELDS, "version", *RISK_FIELDS])
    # It asks for a day past the one above.
    cancel_open_requests(task, by, right, kind=Request.Kind.EXTENSION)
    why = gettext("The task above, %(code)s, is due on %(day)s now.") % {"code": above.code, **_day(day)}
    said = "" if secrecy.is_secret(task) else f"{why} {reason}".strip()
    marks = _marks(task)
    after = {**snapshot(task, tuple(before.keys() - marks.keys())), **marks}
    record_event(task, "task_changed", by, right=right, before=before, after=after, reason=said)
    if task.is_issued:
        notify(lead_workers(task), "task_changed", task, by, body=task.lead)
        notify_helping_bodies(task, "help_changed", by)


def _marks(task: Task) -> dict[str, Any]:
    """Days below the deadline that move with it."""
    return {"parts": part_facts(task), "milestones": milestone_facts(task)}


# Their shares


@transaction.atomic
def set_weights(*, task: Task, by: Person, weights: Mapping[int, int | None]) -> Task:
    """Say how much each task right below counts in the sum, in percent; none named: all alike."""
    task = lock(task)
    right = rules.may_set_weights(by, task).or_raise()
    nodes = rollup.children(task)
    given = {key: weight for key, weight in weights.items() if weight is not None}
    _check_weights(nodes, given)
    before, after = _shares(nodes), _shares(nodes, given)
    if before == after:
        return task
    rows = list(Task.objects.filter(pk__in=[node.pk for node in nodes]).only("pk"))
    for row in rows:
        row.weight = given.get(row.pk)
    Task.objects.bulk_update(rows, ["weight"], batch_size=500)
    old, new = {"weights": before}, {"weights": after}
    record_event(task, "task_weights_set", by, right=right, before=old, after=new)
    return task


def _check_weights(nodes: list[Node], given: dict[int, int]) -> None:
    if not given:
        return
    if set(given) != {node.pk for node in nodes}:
        raise ValidationError({"weights": _("Give every task below its share, or none of them.")})
    if any(not 0 <= weight <= 100 for weight in given.values()):
        raise ValidationError({"weights": _("A share is between 0 and 100.")})
    if (whole := sum(given.values())) != 100:
        raise ValidationError(
            {"weights": _("The shares add up to %(sum)s. Together they are 100.") % {"sum": whole}}
        )


def _shares(nodes: Iterable[Node], given: Mapping[int, int] | None = None) -> list[str]:
    """`NV-00012: 40%`, without names: an event is read by people who may not see every task below."""
    shares = {node.pk: node.weight if given is None else given.get(node.pk) for node in nodes}
    return [f"{Task(pk=key).code}: {share}%" for key, share in sorted(shares.items()) if share is not None]


def _day(day: date) -> dict[str, str]:
    return {"day": f"{day:%d/%m/%Y}"}
