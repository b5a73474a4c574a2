"""From a draft to an issued task, and changing it before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.models import Body, Person
from portal.shared.days import today
from portal.shared.text import tidy_row
from tasks import rules, secrecy
from tasks.actions.common import forget_risk, lock, move, owe_news, refuse_stale, tell, words, workers
from tasks.lifecycle import UNISSUED, State
from tasks.models import Part, Request, Task

FIELDS = (
    "order",
    "number",
    "parent",
    "parent_words",
    "pillar",
    "programme",
    "title",
    "title_en",
    "description",
    "deliverable",
    "deliverable_kind",
    "target",
    "target_unit",
    "authority",
    "priority",
    "secrecy",
    "lead",
    "lead_words",
    "leader",
    "contact",
    "start_on",
    "due_kind",
    "due_on",
    "due_words",
)
"""What a form of a task holds; all else is set by the verbs."""


@dataclass(frozen=True)
class PartAsked:
    """One body with its part as a form or file names it; `lead` only repeats the task's own lead."""

    body: Body
    kind: str
    work: str = ""
    due_on: date | None = None


@transaction.atomic
def new_task(*, task: Task, parts: Sequence[PartAsked] = (), by: Person) -> Task:
    """Prepare a task as a draft that only its own body sees."""
    rules.may_draft(by, task.assigner).or_raise()
    task.created_by = by
    _check(task, parts, by)
    task.save()
    _set_parts(task, parts)
    tell(task, "task_drafted", by, after={**snapshot(task, FIELDS), "parts": _parts_of(task)})
    return task


@transaction.atomic
def edit_task(
    *,
    task: Task,
    values: dict[str, Any],
    parts: Sequence[PartAsked] | None = None,
    by: Person,
    version: int | None = None,
    reason: str = "",
) -> Task:
    """Change a draft or, with the right to, an issued task. `parts=None` leaves the parts as they are."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"not for a form: {sorted(unknown)}")
    task = lock(task)
    rules.may_edit(by, task).or_raise()
    refuse_stale(task, version)
    before = {**snapshot(task, FIELDS), "parts": _parts_of(task)}
    old_lead = task.lead
    for name, value in values.items():
        setattr(task, name, value)
    _check(task, parts if parts is not None else _as_asked(task), by)
    if parts is not None:
        _set_parts(task, parts)
    after = {**snapshot(task, FIELDS), "parts": _parts_of(task)}
    if before == after:
        return task
    if task.due_on != before["due_on"]:
        task.due_version += 1
    moved = (task.due_on, task.lead_id) != (before["due_on"], before["lead"])
    if moved or (task.risk_remedy and task.secrecy == Task.Secrecy.SECRET):
        before |= forget_risk(task)
        after |= snapshot(task, tuple(before.keys() - after.keys()))
    if task.lead_id != before["lead"]:
        # What the old lead asked for is not the new one's request.
        task.requests.waiting().update(state=Request.State.CANCELLED)
    task.version += 1
    task.save()
    tell(task, "task_changed", by, before=before, after=after, reason=words(task, reason, "reason"))
    if before["secrecy"] != task.secrecy == Task.Secrecy.RESTRICTED:
        _raise_below(task, by)
    if task.is_issued:
        _tell_of_change(task, old_lead, by, str(before["title"]))
    return task


@transaction.atomic
def propose(*, task: Task, by: Person) -> Task:
    """Put a draft before the approver; what is not clear is shown there, not refused."""
    task = move(task, "propose", by)
    owe_news(access.people("assign_tasks", task.assigner), "task_proposed", task, by, body=task.assigner)
    return task


@transaction.atomic
def assign(*, task: Task, by: Person) -> Task:
    """Approve a draft: from now the lead body sees the task and its clock runs."""
    return _issue(task, "assign", by)


@transaction.atomic
def record_approval(*, task: Task, by: Person, approval: str) -> Task:
    """Record that the head approved on paper; `approval` names the paper."""
    said = words(task, approval, "approval", required=_("Name the paper: its number or date."), longest=250)
    return _issue(task, "record_approval", by, approval=said)


@transaction.atomic
def recall(*, task: Task, by: Person, reason: str) -> Task:
    """Take a task back to draft; the lead body no longer sees it."""
    said = words(task, reason, "reason", required=_("Say why it is recalled."))
    was_issued = lock(task).is_issued
    told = list(workers(task)) if was_issued else []
    task = move(task, "recall", by, reason=said, assigned_by=None, assigned_at=None)
    owe_news(told, "task_recalled", task, by, body=task.lead, reason=said, title=task.title)
    return task


def _issue(task: Task, verb: str, by: Person, **values: Any) -> Task:
    current = lock(task)
    rules.VERBS[verb](by, current).or_raise()
    if current.lead is None:
        raise ValidationError({"lead": _("Choose the lead body first: exactly one body answers for a task.")})
    _refuse_late_issue(current, by)
    # The first deadline is kept for ever: a task recalled or declined and given anew has the same one.
    first = current.original_due_on or current.due_on
    values |= {"assigned_by": by, "assigned_at": timezone.now(), "original_due_on": first}
    task = move(task, verb, by, **values)
    owe_news(workers(task), "task_assigned", task, by, body=task.lead)
    return task


def _refuse_late_issue(task: Task, by: Person) -> None:
    """What may have changed since the draft was written: the deadline above, the lead body itself."""
    problems: dict[str, Any] = {}
    _check_days(task, by, problems)
    _check_lead(task, by, problems)
    if problems:
        raise ValidationError(problems)


def _tell_of_change(task: Task, old_lead: Body | None, by: Person, old_title: str) -> None:
    owe_news(workers(task), "task_changed", task, by, body=task.lead)
    if old_lead and old_lead.pk != task.lead_id:
        told = access.people("work_on_tasks", old_lead)
        owe_news(told, "task_taken_away", task, by, body=old_lead, title=old_title)


def _check(task: Task, parts: Sequence[PartAsked], by: Person) -> None:
    """All that must hold before a task is written, as sentences beside the fields."""
    problems: dict[str, Any] = {}
    tidy_row(task, FIELDS)
    for problem in (
        _check_secrecy,
        _check_row,
        _check_order,
        _check_parent,
        _check_days,
        _check_lead,
        _check_people,
    ):
        problem(task, by, problems)
    _check_parts(task, parts, problems)
    if problems:
        raise ValidationError(problems)


def _check_row(task: Task, by: Person, problems: dict[str, Any]) -> None:
    try:
        # The constraints are the database's own guard; the checks below say the same beside the field.
        task.full_clean(validate_constraints=False)
    except ValidationError as error:
        problems.update(error.message_dict)


def _check_order(task: Task, by: Person, problems: dict[str, Any]) -> None:
    if task.order and task.order.body_id != task.assigner_id:
        problems["order"] = _("Choose an order from the register of the body that gives the task.")


def _check_parent(task: Task, by: Person, problems: dict[str, Any]) -> None:
    """The task above was given to this body or by it; going up never comes back here."""
    above = task.parent
    if above is None:
        return
    if above.pk == task.pk or (task.pk and any(one.pk == task.pk for one in above.ancestors())):
        problems["parent"] = _("A task cannot be above itself: that would be a circle.")
    elif task.assigner_id not in (above.lead_id, above.assigner_id):
        problems["parent"] = _("Choose a task that this body leads or gave.")
    elif not (_is_kept(task, above) or Task.objects.visible_to(by).filter(pk=above.pk).exists()):
        problems["parent"] = _("Choose a task that you can see.")


def _is_kept(task: Task, above: Task) -> bool:
    return task.pk is not None and Task.objects.filter(pk=task.pk, parent=above).exists()


def _check_days(task: Task, by: Person, problems: dict[str, Any]) -> None:
    if task.start_on and task.due_on and task.due_on < task.start_on:
        problems["due_on"] = _("The deadline is not before the start.")
    elif task.due_on and task.due_kind in (Task.DueKind.NONE, Task.DueKind.CONTINUOUS):
        problems["due_on"] = _(
            "This kind of deadline has no day. Leave the day empty or choose another kind."
        )
    elif task.due_on and task.parent and task.parent.due_on and task.due_on > task.parent.due_on:
        problems["due_on"] = _("Not later than the task above, which is due on %(day)s.") % {
            "day": f"{task.parent.due_on:%d/%m/%Y}"
        }
    elif task.due_on and (below := _latest_below(task)) and task.due_on < below:
        problems["due_on"] = _("Not earlier than the tasks below; the latest is due on %(day)s.") % {
            "day": f"{below:%d/%m/%Y}"
        }


def _latest_below(task: Task) -> date | None:
    """The latest deadline of the tasks handed down from this one that are still to be done.

    Drafts of other bodies are their own affair until issue, when their deadline is asked about again.
    """
    if task.pk is None:
        return None
    below = task.children.exclude(state__in=(State.COMPLETED, State.WITHDRAWN))
    below = below.exclude(~Q(assigner=task.assigner), state__in=UNISSUED)
    latest: date | None = below.aggregate(latest=Max("due_on"))["latest"]
    return latest


def _check_lead(task: Task, by: Person, problems: dict[str, Any]) -> None:
    if task.lead is None and task.is_issued:
        problems["lead"] = _("An issued task has a lead body.")
    elif task.lead and task.lead.dissolved_on and task.lead.dissolved_on <= today():
        problems["lead"] = _("This body was dissolved on %(day)s. Choose the body that took over.") % {
            "day": f"{task.lead.dissolved_on:%d/%m/%Y}"
        }


def _check_people(task: Task, by: Person, problems: dict[str, Any]) -> None:
    """The leader in charge and the contact hold an office in the lead body."""
    for field in ("leader", "contact"):
        person = getattr(task, field)
        if person and not person.memberships.holding_on(today()).filter(office__body=task.lead).exists():
            problems[field] = _("Choose somebody who holds an office in the lead body.")


def _check_secrecy(task: Task, by: Person, problems: dict[str, Any]) -> None:
    """A secret task holds no words, never had any, and what is below a task is no less secret than it."""
    if secrecy.is_secret(task):
        task.title = secrecy.title_of(task)
    problems |= secrecy.refusals(task)
    if secrecy.is_secret(task) and _was_not_secret(task):
        problems["secrecy"] = secrecy.NOT_SECRET_LATER
    elif task.parent and secrecy.is_below(task, task.parent):
        problems["secrecy"] = secrecy.AS_SECRET % {"secrecy": task.parent.get_secrecy_display()}


def _was_not_secret(task: Task) -> bool:
    return Task.objects.filter(pk=task.pk or 0).exclude(secrecy=Task.Secrecy.SECRET).exists()


def _raise_below(task: Task, by: Person) -> None:
    """What was handed down becomes restricted with the task above, at once and all the way down."""
    below = Task.objects.select_for_update(of=("self",), no_key=True).filter(parent=task)
    for child in below.filter(secrecy=Task.Secrecy.NORMAL).select_related("assigner", "lead"):
        before = snapshot(child, ("secrecy",))
        child.secrecy = Task.Secrecy.RESTRICTED
        child.version += 1
        child.save(update_fields=["secrecy", "version"])
        tell(child, "task_changed", by, before=before, after=snapshot(child, ("secrecy",)))
        _raise_below(child, by)


def _check_parts(task: Task, parts: Sequence[PartAsked], problems: dict[str, Any]) -> None:
    seen: set[int] = set()
    for part in parts:
        if part.kind == "lead" or part.body.pk == task.lead_id:
            problems["parts"] = _("Only one body is the lead. %(body)s cannot be named twice.") % {
                "body": part.body
            }
        elif part.body.pk in seen:
            problems["parts"] = _("%(body)s is named twice.") % {"body": part.body}
        elif part.work and secrecy.is_secret(task) and not secrecy.is_number(part.work):
            problems["parts"] = secrecy.ONLY_A_NUMBER
        elif part.kind not in Part.Kind.values:
            problems["parts"] = _("A part is co-lead or coordinating.")
        elif part.due_on and task.due_on and part.due_on > task.due_on:
            problems["parts"] = _("The deadline of %(body)s is not later than the task's.") % {
                "body": part.body
            }
        seen.add(part.body.pk)


def _set_parts(task: Task, parts: Sequence[PartAsked]) -> None:
    task.parts.exclude(body__in=[part.body for part in parts]).delete()
    for part in parts:
        values = {"kind": part.kind, "work": part.work, "due_on": part.due_on}
        Part.objects.update_or_create(task=task, body=part.body, defaults=values)


def _as_asked(task: Task) -> list[PartAsked]:
    return [
        PartAsked(part.body, part.kind, part.work, part.due_on) for part in task.parts.select_related("body")
    ]


def _parts_of(task: Task) -> list[list[Any]]:
    return [list(row) for row in task.parts.values_list("body_id", "kind", "work", "due_on")]
