"""From a draft to an issued task, and changing it before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import asdict, astuple, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import append, changes, compose, snapshot
from audit.models import Event
from committees import access
from committees.access import Right
from committees.models import Body, Person
from portal.shared.changed import changed_fields, clean_changed_fields
from portal.shared.days import today
from portal.shared.text import tidy_row
from tasks import rules, secrecy
from tasks.actions import cycles as recurring
from tasks.actions import deadlines as timing
from tasks.actions import hand_down as handing
from tasks.actions import milestones
from tasks.actions.common import (
    NO_OFFICE_IN_LEAD,
    ancestor_keys,
    bodies_concerned,
    clean_text,
    forget_risk,
    holds_office,
    lead_workers,
    lock,
    lock_descendants,
    lock_with_ancestors,
    move,
    notify,
    notify_helping_bodies,
    part_facts,
    record_event,
    refuse_stale,
    restart_reminders,
)
from tasks.actions.milestones import MilestoneSpec
from tasks.cycles import Cycle
from tasks.lifecycle import LEVELS_ABOVE
from tasks.models import Milestone, Part, Recurrence, Task

EDITABLE_FIELDS = (
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
    "after_days",
    "after_event",
)
"""What a form of a task holds; all else is set by the verbs."""


CELLS = {
    "due_on": ("due_kind", "due_on", "due_words", "after_days", "after_event", "recurrence"),
    "lead": ("lead", "lead_words"),
    "parent": ("parent", "parent_words"),
}
"""Cell of a received file → what an edit changes of it: then somebody has looked at it."""


READ_BY_HELPERS = ("title", "description", "deliverable", "start_on", "due_on", "secrecy")
"""A change of these concerns every body that helps; of the rest only a change of its own part."""


@dataclass(frozen=True)
class PartSpec:
    """One body with its part as a form or file names it; `lead` only repeats the task's own lead."""

    body: Body
    kind: str
    work: str = ""
    due_on: date | None = None


@transaction.atomic
def new_task(*, task: Task, parts: Sequence[PartSpec] = (), cycle: Cycle | None = None, by: Person) -> Task:
    """Prepare a task as a draft that only its own body sees."""
    right = rules.may_draft(by, task.assigner).or_raise()
    task.created_by = by
    check_task(task, parts, by, cycle)
    task.save()
    _set_parts(task, parts)
    recurring.set_cycle(task, cycle)
    record_event(task, "task_drafted", by, right=right, after=_facts(task))
    return task


@dataclass
class Draft:
    """A task to be prepared together with others; `above` is the one of these that is to stand above it."""

    task: Task
    parts: Sequence[PartSpec] = ()
    cycle: Cycle | None = None
    above: Draft | None = None
    milestones: Sequence[MilestoneSpec] = ()

    @property
    def level(self) -> int:
        return self.above.level + 1 if self.above else 0


class DraftsRefused(ValidationError):
    """Which of many drafts cannot be written, and why: index → field → sentences."""

    def __init__(self, refused: dict[int, dict[str, Any]]) -> None:
        self.refused = refused
        super().__init__({"rows": [str(said) for one in refused.values() for said in one.values()]})


@transaction.atomic
def new_tasks(*, drafts: Sequence[Draft], by: Person) -> list[Task]:
    """Prepare many drafts at once, all or none, those above first: each checked and told as if alone."""
    givers = {draft.task.assigner for draft in drafts}
    rights = {giver.pk: rules.may_draft(by, giver).or_raise() for giver in givers}
    refused: dict[int, dict[str, Any]] = {}
    places = list(enumerate(drafts))
    for level in range(max((draft.level for draft in drafts), default=-1) + 1):
        now = [(index, draft) for index, draft in places if draft.level == level]
        refused |= {index: problems for index, draft in now if (problems := _check_in_bulk(draft, by))}
        Task.objects.bulk_create([draft.task for _index, draft in now] if not refused else [], batch_size=500)
    if refused:
        raise DraftsRefused(dict(sorted(refused.items())))
    Part.objects.bulk_create(
        [
            Part(task=draft.task, body=part.body, kind=part.kind, work=part.work, due_on=part.due_on)
            for draft in drafts
            for part in draft.parts
        ],
        batch_size=1000,
    )
    Recurrence.objects.bulk_create(
        [Recurrence(task=draft.task, **asdict(draft.cycle)) for draft in drafts if draft.cycle]
    )
    Milestone.objects.bulk_create(
        [row for draft in drafts for row in milestones.build_milestones(draft.task, draft.milestones)],
        batch_size=1000,
    )
    append([_drafted(draft, by, rights[draft.task.assigner_id]) for draft in drafts])
    return [draft.task for draft in drafts]


def _check_in_bulk(draft: Draft, by: Person) -> dict[str, Any]:
    """The same checks; what was read or made a moment ago is not looked up again for each draft."""
    task = draft.task
    task.created_by = by
    if draft.above:
        task.parent = draft.above.task
    try:
        check_task(
            task, draft.parts, by, draft.cycle, keys_are_known=True, above_is_new=draft.above is not None
        )
        if draft.milestones:
            _check_milestones(task, draft.milestones)
    except ValidationError as error:
        return dict(error.message_dict)
    root = draft
    while root.above:
        root = root.above
    higher = [root.task.parent_id, *ancestor_keys(root.task.parent)] if root.task.parent else []
    if draft.above and draft.level + len(higher) > LEVELS_ABOVE:
        return {"parent": [TOO_DEEP]}
    task.search_text = task.folded()
    return {}


def _check_milestones(task: Task, asked: Sequence[MilestoneSpec]) -> None:
    problems: dict[str, Any] = {}
    milestones.check_milestones(task, asked, problems)
    milestones.check_number(asked, problems)
    if problems:
        raise ValidationError(problems)


def _drafted(draft: Draft, by: Person, right: Right | None) -> Event:
    """As `tell` would write it, without asking the database for what was just asked for."""
    task, cycle = draft.task, draft.cycle
    parts = sorted(draft.parts, key=lambda part: part.kind)
    facts = {
        **snapshot(task, EDITABLE_FIELDS),
        "parts": [[part.body.pk, part.kind, part.work, part.due_on] for part in parts],
        "recurrence": list(astuple(cycle)) if cycle else None,
    }
    if draft.milestones:
        facts["milestones"] = [[str(one.due_on), one.words, None] for one in draft.milestones]
    return compose(
        "task_drafted",
        about=task,
        by=by,
        right=right,
        at=timezone.now(),
        after=changes({}, facts)[1],
        bodies=[task.assigner_id],
    )


@transaction.atomic
def edit_task(
    *,
    task: Task,
    values: dict[str, Any],
    parts: Sequence[PartSpec] | None = None,
    cycle: Cycle | None = None,
    by: Person,
    version: int | None = None,
    reason: str = "",
    below: Mapping[Any, str] | None = None,
    past_deadline: bool = False,
) -> Task:
    """Change a draft or, with the right to, an issued task. `None` leaves the parts, the cycle as they are.

    `below` says what becomes of the tasks below whose deadline the new one no longer holds: key → `Below`.
    `past_deadline` says that a new deadline of an issued task which has passed is meant.
    """
    unknown = set(values) - set(EDITABLE_FIELDS)
    if unknown:
        raise ValueError(f"not for a form: {sorted(unknown)}")
    under = values.get("parent")
    task = lock_with_ancestors(task, under=under)
    right = rules.may_edit(by, task).or_raise()
    refuse_stale(task, version)
    if under:
        values = {**values, "parent": lock(under)}
    before = _facts(task)
    _take(task, values, parts, cycle, by)
    after = _facts(task)
    if before == after:
        return task
    if task.due_on != before["due_on"]:
        timing.refuse_past_deadline(task, past_deadline)
        restart_reminders(task)
    if task.due_on != before["due_on"] or (task.risk_remedy and task.secrecy == Task.Secrecy.SECRET):
        before |= forget_risk(task)
        after |= snapshot(task, tuple(before.keys() - after.keys()))
    if task.lead_id != before["lead"]:
        # A body that once led it and leads it again has no other part in it.
        task.parts.filter(body=task.lead).delete()
    narrowed = before["secrecy"] != task.secrecy == Task.Secrecy.RESTRICTED
    moved = (task.due_on, task.parent_id) != (before["due_on"], before["parent"])
    if narrowed or moved:
        lock_descendants(task)
    task.unsure = [
        cell for cell in task.unsure if all(before[name] == after[name] for name in CELLS.get(cell, (cell,)))
    ]
    task.version += 1
    task.save()
    said = clean_text(task, reason, "reason")
    record_event(task, "task_changed", by, right=right, before=before, after=after, reason=said)
    if narrowed:
        _raise_below(task, by, right)
    if moved:
        handing.settle_below(task, below or {}, by, right, said)
    if task.is_issued:
        notify(lead_workers(task), "task_changed", task, by, body=task.lead)
        _tell_of_parts(task, before, after, by)
    return task


def _take(
    task: Task, values: dict[str, Any], parts: Sequence[PartSpec] | None, cycle: Cycle | None, by: Person
) -> None:
    """Set what was asked for, once all of it may stand together."""
    _refuse_other_lead(task, values)
    stored, helping, after_days = copy(task), _as_asked(task), task.after_days
    for name, value in values.items():
        setattr(task, name, value)
    if task.after_days != after_days:
        timing.count_from_event(task)
    check_task(task, helping if parts is None else parts, by, cycle, stored=stored, helping=helping)
    if parts is not None:
        _set_parts(task, parts)
    recurring.set_cycle(task, cycle)
    timing.keep_first_deadline(task)


@transaction.atomic
def propose(*, task: Task, by: Person) -> Task:
    """Put a draft before the approver; what is not clear is shown there, not refused."""
    task = move(task, "propose", by)
    notify(access.people("assign_tasks", task.assigner), "task_proposed", task, by, body=task.assigner)
    return task


@transaction.atomic
def vouch(*, task: Task, by: Person) -> Task:
    """Say that what was not certain in the received file is right as it stands."""
    task = lock(task)
    right = rules.may_vouch(by, task).or_raise()
    problems: dict[str, Any] = {}
    recurring.check_cycle(task, None, problems)
    if problems:
        raise ValidationError(problems)
    before, task.unsure = snapshot(task, ("unsure",)), []
    task.version += 1
    task.save(update_fields=["unsure", "version"])
    record_event(task, "task_vouched", by, right=right, before=before, after=snapshot(task, ("unsure",)))
    return task


@transaction.atomic
def assign(*, task: Task, by: Person, past_deadline: bool = False) -> Task:
    """Approve a draft: from now the lead body sees the task and its clock runs.

    `past_deadline` says that a deadline which has passed is meant.
    """
    return _issue(task, "assign", by, past_deadline)


@transaction.atomic
def record_approval(*, task: Task, by: Person, approval: str, past_deadline: bool = False) -> Task:
    """Record that the head approved on paper; `approval` names the paper."""
    said = clean_text(
        task, approval, "approval", required=_("Name the paper: its number or date."), longest=250
    )
    return _issue(task, "record_approval", by, past_deadline, approval=said)


@transaction.atomic
def recall(*, task: Task, by: Person, reason: str) -> Task:
    """Take a task back to draft; the lead body no longer sees it."""
    said = clean_text(task, reason, "reason", required=_("Say why it is recalled."))
    was_issued = lock(task).is_issued
    told = list(lead_workers(task)) if was_issued else []
    task = move(task, "recall", by, reason=said, assigned_by=None, assigned_at=None)
    notify(told, "task_recalled", task, by, body=task.lead, reason=said, title=task.title)
    if was_issued:
        notify_helping_bodies(task, "help_ended", by, title=task.title)
    return task


def _issue(task: Task, verb: str, by: Person, past_deadline: bool, **values: Any) -> Task:
    current = lock_with_ancestors(task)
    right = rules.VERBS[verb](by, current).or_raise()
    if current.lead is None:
        raise ValidationError({"lead": _("Choose the lead body first: exactly one body answers for a task.")})
    _refuse_late_issue(current, by, past_deadline)
    # The first deadline is kept for ever: a task recalled or declined and given anew has the same one.
    first = current.original_due_on or current.due_on
    values |= {"assigned_by": by, "assigned_at": timezone.now(), "original_due_on": first}
    task = move(task, verb, by, right=right, **values)
    recurring.skip_past(task, on=today())
    notify(lead_workers(task), "task_assigned", task, by, body=task.lead)
    notify_helping_bodies(task, "help_assigned", by)
    return task


def _refuse_late_issue(task: Task, by: Person, past_deadline: bool) -> None:
    """What may have changed since the draft was written: the deadline above, the lead body itself."""
    problems: dict[str, Any] = {}
    check_days(task, by, problems)
    timing.check_not_passed(task.due_on, past_deadline, problems)
    handing.check_above(task, problems)
    handing.check_has_day(task, problems)
    check_lead(task, by, problems)
    _check_no_less_secret(task, problems)
    if problems:
        raise ValidationError(problems)


def _tell_of_parts(task: Task, before: dict[str, Any], after: dict[str, Any], by: Person) -> None:
    """Who helps from now on, who no longer does, and who reads of another share, day or task than before."""
    old, new = ({row[0]: row for row in facts["parts"]} for facts in (before, after))
    bodies = Body.objects.in_bulk(old.keys() | new.keys())
    same = all(before.get(name) == after.get(name) for name in READ_BY_HELPERS)
    changed = [pk for pk in new if pk in old and not (same and new[pk] == old[pk])]
    for kind, keys in (
        ("help_assigned", new.keys() - old.keys()),
        ("help_changed", changed),
        ("help_ended", old.keys() - new.keys()),
    ):
        told = [bodies[pk] for pk in sorted(keys)]
        notify_helping_bodies(
            task, kind, by, bodies=told, title=str(before["title"]) if kind == "help_ended" else ""
        )


def _refuse_other_lead(task: Task, values: dict[str, Any]) -> None:
    lead = values.get("lead")
    if task.is_issued and lead and lead.pk != task.lead_id:
        raise ValidationError(
            {"lead": _("Use “Change the lead”: it asks for the reason and tells both bodies.")}
        )


def check_task(
    task: Task,
    parts: Sequence[PartSpec],
    by: Person,
    cycle: Cycle | None = None,
    *,
    stored: Task | None = None,
    helping: Sequence[PartSpec] = (),
    keys_are_known: bool = False,
    above_is_new: bool = False,
) -> None:
    """All that must hold of what a draft or an edit writes, as sentences beside the fields.

    `stored` and `helping` are the task and its parts as they are: what did not change is not asked again.
    """
    problems: dict[str, Any] = {}
    tidy_row(task, EDITABLE_FIELDS)
    if secrecy.is_secret(task):
        task.title = secrecy.title_of(task)
    changed = changed_fields(task, stored)
    _check_secrecy(task, changed, problems)
    try:
        # The constraints are the database's own guard; the checks below say the same beside the field.
        clean_changed_fields(task, changed - _KEYS if keys_are_known else changed)
    except ValidationError as error:
        problems.update(error.message_dict)
    for check, fields in CHECKS:
        if not changed.isdisjoint(fields) and not (check is _check_parent and above_is_new):
            check(task, by, problems)
    if not changed.isdisjoint({"due_kind", "parent"}) or recurring.is_new_cycle(task, cycle):
        recurring.check_cycle(task, cycle, problems)
    as_before = () if not changed.isdisjoint({"lead", "due_on", "secrecy"}) else helping
    _check_parts(task, parts, as_before, problems)
    if problems:
        raise ValidationError(problems)


_KEYS = {column.name for column in Task._meta.concrete_fields if column.is_relation}


def _check_order(task: Task, by: Person, problems: dict[str, Any]) -> None:
    if task.order and task.order.body_id != task.assigner_id:
        problems["order"] = _("Choose an order from the register of the body that gives the task.")


def _check_parent(task: Task, by: Person, problems: dict[str, Any]) -> None:
    """The task above was given to this body or by it; going up never comes back here."""
    above = task.parent
    if above is None:
        return
    higher = ancestor_keys(above)
    if task.pk and task.pk in (above.pk, *higher):
        problems["parent"] = _("A task cannot be above itself: that would be a circle.")
    elif len(higher) + handing.levels_below(task) >= LEVELS_ABOVE:
        problems["parent"] = TOO_DEEP
    elif _is_kept(task, above):
        return
    elif task.assigner_id not in (above.lead_id, above.assigner_id):
        problems["parent"] = _("Choose a task that this body leads or gave.")
    elif not (Task.objects.visible_to(by).filter(pk=above.pk).exists()):
        problems["parent"] = _("Choose a task that you can see.")


def _is_kept(task: Task, above: Task) -> bool:
    return task.pk is not None and Task.objects.filter(pk=task.pk, parent=above).exists()


def check_days(task: Task, by: Person, problems: dict[str, Any]) -> None:
    if task.start_on and task.due_on and task.due_on < task.start_on:
        problems["due_on"] = _("The deadline is not before the start.")
    elif task.due_on and task.due_kind in timing.DAYLESS:
        problems["due_on"] = _(
            "This kind of deadline has no day. Leave the day empty or choose another kind."
        )
    else:
        handing.check_day(task, problems)


def check_lead(task: Task, by: Person, problems: dict[str, Any]) -> None:
    if task.lead is None and task.is_issued:
        problems["lead"] = _("An issued task has a lead body.")
    elif task.lead and task.lead.dissolved_on and task.lead.dissolved_on <= today():
        problems["lead"] = _("This body was dissolved on %(day)s. Choose the body that took over.") % {
            "day": f"{task.lead.dissolved_on:%d/%m/%Y}"
        }
    else:
        handing.check_reach(task, problems)


def _check_leader(task: Task, by: Person, problems: dict[str, Any]) -> None:
    check_person(task, "leader", problems)


def _check_contact(task: Task, by: Person, problems: dict[str, Any]) -> None:
    check_person(task, "contact", problems)


def check_person(task: Task, field: str, problems: dict[str, Any]) -> None:
    """The leader in charge and the contact hold an office in the lead body."""
    person = getattr(task, field)
    if person and not holds_office(person, task.lead):
        problems[field] = NO_OFFICE_IN_LEAD


TOO_DEEP = _("Too deep: a task is handed down through four levels at most.")


def _check_secrecy(task: Task, changed: set[str], problems: dict[str, Any]) -> None:
    """A secret task holds no words, never had any, and what is below a task is no less secret than it."""
    wrong = secrecy.find_problems(task)
    problems |= {name: said for name, said in wrong.items() if not changed.isdisjoint({name, "secrecy"})}
    if "secrecy" in changed and secrecy.is_secret(task) and _was_not_secret(task):
        problems["secrecy"] = secrecy.NOT_SECRET_LATER
    elif not changed.isdisjoint({"secrecy", "parent"}):
        _check_no_less_secret(task, problems)


CHECKS: tuple[tuple[Callable[[Task, Person, dict[str, Any]], None], set[str]], ...] = (
    (_check_order, {"order"}),
    (_check_parent, {"parent"}),
    (timing.check_occurrence, {"parent"}),
    (timing.check_event, {"due_kind", "due_on", "after_days", "after_event"}),
    (timing.check_period, {"due_kind", "due_on", "due_words"}),
    (check_days, {"due_kind", "due_on", "start_on", "parent"}),
    (check_lead, {"lead", "parent"}),
    (_check_leader, {"leader", "lead"}),
    (_check_contact, {"contact", "lead"}),
    (milestones.check_open_milestones, {"due_on", "start_on"}),
)
"""Each check with the fields that it reads: it is asked when one of them changes."""


def _check_no_less_secret(task: Task, problems: dict[str, Any]) -> None:
    if task.parent and secrecy.is_less_secret(task, task.parent):
        problems["secrecy"] = secrecy.NOT_LESS_SECRET % {"secrecy": task.parent.get_secrecy_display()}


def _was_not_secret(task: Task) -> bool:
    return Task.objects.filter(pk=task.pk or 0).exclude(secrecy=Task.Secrecy.SECRET).exists()


def _raise_below(task: Task, by: Person, right: Right | None) -> None:
    """What was handed down becomes restricted with the task above, at once and all the way down."""
    rows = Task.objects.under(task.pk).filter(secrecy=Task.Secrecy.NORMAL)
    below, now = list(rows), timezone.now()
    before, after = {"secrecy": Task.Secrecy.NORMAL}, {"secrecy": Task.Secrecy.RESTRICTED}
    rows.update(**after, version=F("version") + 1)
    # As one block of the chain: a task given to every commune has thousands below it.
    append(
        [
            compose(
                "task_changed",
                about=child,
                by=by,
                right=right,
                at=now,
                before=before,
                after=after,
                bodies=bodies_concerned(child, before),
            )
            for child in below
        ]
    )


def _check_parts(
    task: Task, parts: Sequence[PartSpec], as_before: Sequence[PartSpec], problems: dict[str, Any]
) -> None:
    """Each part that is new or another than before."""
    seen: set[int] = set()
    for part in parts:
        if part in as_before and part.body.pk not in seen:
            pass
        elif part.kind == "lead" or part.body.pk == task.lead_id:
            problems["parts"] = _("Only one body is the lead. %(body)s cannot be named twice.") % {
                "body": part.body
            }
        elif part.body.pk in seen:
            problems["parts"] = _("%(body)s is named twice.") % {"body": part.body}
        elif part.body.is_dissolved(today()):
            problems["parts"] = _("%(body)s was dissolved. Choose the body that took over.") % {
                "body": part.body
            }
        elif part.work and secrecy.is_secret(task) and not secrecy.is_number(part.work):
            problems["parts"] = secrecy.ONLY_A_NUMBER
        elif part.kind not in Part.HELPING:
            problems["parts"] = _("A part is co-lead or coordinating.")
        elif part.due_on and task.due_on and part.due_on > task.due_on:
            problems["parts"] = _("The deadline of %(body)s is not later than the task's.") % {
                "body": part.body
            }
        seen.add(part.body.pk)


def _facts(task: Task) -> dict[str, Any]:
    """All that a form of the task holds, as events keep it."""
    return {
        **snapshot(task, EDITABLE_FIELDS),
        "parts": part_facts(task),
        "recurrence": recurring.cycle_facts(task),
    }


def _set_parts(task: Task, parts: Sequence[PartSpec]) -> None:
    task.parts.helping().exclude(body__in=[part.body for part in parts]).delete()
    for part in parts:
        values = {"kind": part.kind, "work": part.work, "due_on": part.due_on}
        values |= {"ended_at": None, "then": None, "order": None}
        Part.objects.update_or_create(task=task, body=part.body, defaults=values)


def _as_asked(task: Task) -> list[PartSpec]:
    return [
        PartSpec(part.body, part.kind, part.work, part.due_on)
        for part in task.parts.helping().select_related("body")
    ]
