"""Whether a notice is still owed, asked again just before its letter goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from committees import access
from committees.models import Body
from notices.calendar import Calendar
from notices.drop_reasons import DropReason, ReaderReason
from notices.models import Notice
from notices.policy import schedule as policies
from notices.policy.schedule import LEAD, PolicyRules
from reminders.kinds.definition import NoticeKind
from reminders.kinds.table import KIND_BY_NAME
from reminders.kinds.visibility import visible_tasks
from reminders.planning import ESCALATED, OVERDUE, OfficeHolders, StepFinder, rung_of
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.lifecycle import RISK_TOLD_FROM
from tasks.models import FanOut, Milestone, Part, Recurrence, Request, Task

# What the questions about a notice and its line read of a task; any other column is a query for each task.
TASK_COLUMNS = (
    *("title", "title_en", "state", "secrecy", "pillar", "due_on", "due_version", "risk_days"),
    *("leader", "contact", "assigned_at", "submitted_at", "escalation_stopped_at", "order__number"),
    *(f"{side}__{name}" for side in ("lead", "assigner") for name in ("short_name", "name_vi", "name_en")),
)

# Milestones by task and day.
Milestones = dict[tuple[int, date], list[Milestone]]


@dataclass
class Facts:
    """Everything that the questions about some notices need, read in a few queries for all of them."""

    tasks: dict[int, Task]
    steps: StepFinder
    # Person → tasks that this person sees.
    visible: dict[int, set[int]]
    # Permission → body → people.
    allowed: dict[str, dict[int, set[int]]] = field(default_factory=dict)
    # The latest notice about each subject.
    newest: dict[tuple[Any, ...], int] = field(default_factory=dict)
    # Bodies of the notices that no longer exist.
    dissolved: set[int] = field(default_factory=set)
    # Names of the requests, fan-outs and cycles that wait for an answer, with their state.
    unanswered: set[str] = field(default_factory=set)
    # Task and helping body → its part.
    parts: dict[tuple[int, int], Part] = field(default_factory=dict)
    milestones: Milestones = field(default_factory=dict)
    # Assigner → its policy of reminders.
    rules: dict[int, PolicyRules] = field(default_factory=dict)
    superiors: OfficeHolders = field(default_factory=OfficeHolders)

    @classmethod
    def about(cls, notices: Sequence[Notice], on: date) -> Facts:
        kinds = {notice.kind: KIND_BY_NAME[notice.kind] for notice in notices}
        # With the names that the line says: it is composed of what was found here.
        tasks = tasks_with_names().in_bulk({notice.about_id for notice in notices})
        facts = cls(tasks, StepFinder(Calendar.read(), on), visible_tasks(notices, on))
        facts._read_permissions(notices, on)
        bodies = Body.objects.filter(pk__in={notice.body_id for notice in notices if notice.body_id})
        facts.dissolved = set(
            bodies.exclude(pk__in=Body.objects.standing_on(on)).values_list("pk", flat=True)
        )
        if any(kind.awaits_answer for kind in kinds.values()):
            stopped = Recurrence.objects.exclude(stop="")
            for rows in (Request.objects.waiting(), FanOut.objects.waiting(), stopped):
                facts.unanswered |= {row.name for row in rows.filter(task__in=tasks)}
        if "help_ended" in kinds or any(kind.helper_only for kind in kinds.values()):
            parts = Part.objects.helping().filter(task__in=tasks)
            facts.parts = {(part.task_id, part.body_id): part for part in parts}
        if any(kind.for_milestone for kind in kinds.values()):
            facts.milestones = milestones_of(tasks)
        facts.rules = policies.read_policies(task.assigner_id for task in tasks.values())
        escalated = {notice.body_id for notice in notices if kinds[notice.kind].escalation}
        if escalated:
            facts.superiors = OfficeHolders.of(Q(office__body__in=escalated), on)
        for notice in notices:
            subject = _subject(notice)
            facts.newest[subject] = max(notice.pk, facts.newest.get(subject, 0))
        return facts

    def _read_permissions(self, notices: Sequence[Notice], on: date) -> None:
        bodies_by_permission: dict[str, set[int]] = {}
        readers = {notice.person_id for notice in notices}
        for notice in notices:
            permission = KIND_BY_NAME[notice.kind].permission
            if permission and notice.body_id:
                bodies_by_permission.setdefault(permission, set()).add(notice.body_id)
        for permission, bodies in bodies_by_permission.items():
            people_by_body = access.people_of_many(permission, bodies, on, among=readers)
            self.allowed[permission] = {body: set(people) for body, people in people_by_body.items()}

    def may(self, notice: Notice) -> bool:
        permission = KIND_BY_NAME[notice.kind].permission
        if not permission or notice.body_id is None:
            return True
        return notice.person_id in self.allowed[permission].get(notice.body_id, ())


def recheck(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Notice pk → why it is no longer owed."""
    facts = Facts.about(notices, on)
    reasons = {notice.pk: reason for notice in notices if (reason := _drop_reason(notice, facts))}
    still_owed = [notice for notice in notices if notice.pk not in reasons]
    reasons |= dict.fromkeys(_below_a_higher_step(still_owed), TaskReason.HIGHER_STEP)
    for notice in notices:
        if notice.pk not in reasons:
            notice.rechecked_on, notice.rechecked_about = on, facts.tasks[notice.about_id]
    return reasons


def _below_a_higher_step(notices: Sequence[Notice]) -> list[int]:
    """A person who is on two steps of a task, or works on it too, reads only the line of the highest."""
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for notice in notices:
        if notice.kind in (OVERDUE, ESCALATED):
            days_late = notice.data["days"] if notice.kind == ESCALATED else 0
            steps.setdefault((notice.person_id, notice.about_id), []).append((days_late, notice.pk))
    return [pk for reached in steps.values() for _days_late, pk in sorted(reached)[:-1]]


def _drop_reason(notice: Notice, facts: Facts) -> DropReason | None:
    kind, task = KIND_BY_NAME[notice.kind], facts.tasks.get(notice.about_id)
    if task is None:
        return TaskReason.DELETED
    part = facts.parts.get((task.pk, notice.body_id or 0))
    if kind.name == "task_taken_away" and task.lead_id == notice.body_id:
        return TaskReason.GIVEN_BACK
    if kind.name == "help_ended" and part and task.is_issued:
        return TaskReason.GIVEN_BACK
    if task.state not in kind.states:
        return REASON_OF_STATE[task.state]
    if kind.lead_only and task.lead_id != notice.body_id:
        return TaskReason.OTHER_LEAD
    if kind.helper_only and part is None:
        return TaskReason.NO_PART
    if notice.body_id in facts.dissolved:
        return TaskReason.DISSOLVED
    if not facts.may(notice):
        return TaskReason.NO_OFFICE
    if not kind.access_ended and notice.about_id not in facts.visible[notice.person_id]:
        return TaskReason.NOT_VISIBLE
    if reason := _outdated(notice, kind, task, facts):
        return reason
    return ReaderReason.SWITCHED_OFF if notice.kind in facts.rules[task.assigner_id].muted else None


def _outdated(notice: Notice, kind: NoticeKind, task: Task, facts: Facts) -> DropReason | None:
    """Why what the notice says is no longer so."""
    if kind.awaits_answer and notice.data.get("request") not in facts.unanswered:
        return TaskReason.ANSWERED
    if kind.awaits_people and all(getattr(task, f"{name}_id") for name in notice.data.get("unnamed", ())):
        return TaskReason.ANSWERED
    if kind.while_at_risk and (task.risk_days or 0) < RISK_TOLD_FROM:
        return TaskReason.CALMED
    if kind.escalation:
        return _outdated_escalation(notice, task, facts)
    if not kind.reminder:
        return TaskReason.LATER_NEWS if facts.newest[_subject(notice)] != notice.pk else None
    if kind.for_milestone:
        return _outdated_milestone(notice, facts)
    if kind.helper_only:
        return _outdated_part(notice, facts.parts[task.pk, notice.body_id or 0], facts)
    if notice.due_version != task.due_version or task.due_on is None:
        return TaskReason.MOVED
    return _outdated_step(notice, task.due_on, facts)


def _outdated_escalation(notice: Notice, task: Task, facts: Facts) -> DropReason | None:
    rules = facts.rules[task.assigner_id]
    rung = rung_of(notice.step, rules)
    if notice.due_version != task.due_version or task.due_on is None:
        return TaskReason.MOVED
    if task.escalation_stopped_at:
        return TaskReason.STOPPED
    if rung is None or facts.steps.days_late(task.due_on) < rung.days_late:
        return TaskReason.OTHER_POLICY
    if notice.body_id != (task.lead_id if rung.side == LEAD else task.assigner_id):
        return TaskReason.OTHER_LEAD
    restricted = task.secrecy != Task.Secrecy.NORMAL
    people = facts.superiors.holders(notice.body_id or 0, rung.role, task.pillar, restricted=restricted)
    return None if notice.person_id in people else TaskReason.NO_OFFICE


def _outdated_step(notice: Notice, due_on: date, facts: Facts) -> DropReason | None:
    rules = facts.rules[facts.tasks[notice.about_id].assigner_id]
    if not rules.has_step(notice.step):
        return TaskReason.OTHER_POLICY
    return TaskReason.LATER_STEP if facts.steps.step(due_on, rules) != notice.step else None


def _outdated_part(notice: Notice, part: Part, facts: Facts) -> DropReason | None:
    if part.delivered_at:
        return TaskReason.DELIVERED
    if part.due_on is None or part.due_on != own_due_day(notice):
        return TaskReason.MOVED
    return _outdated_step(notice, part.due_on, facts)


def _outdated_milestone(notice: Notice, facts: Facts) -> DropReason | None:
    day = own_due_day(notice)
    milestones = facts.milestones.get((notice.about_id, day), []) if day else []
    if day is None or not milestones:
        return TaskReason.MOVED
    if all(milestone.done_on for milestone in milestones):
        return TaskReason.REACHED
    return _outdated_step(notice, day, facts)


def _subject(notice: Notice) -> tuple[Any, ...]:
    """Later news of the same subject replaces the earlier; another body or part is another subject."""
    return notice.person_id, notice.kind, notice.about_id, notice.body_id, notice.data.get("part")


def tasks_with_names() -> QuerySet[Task]:
    """With the columns that a notice is asked about, and the names of bodies and order that its line says."""
    return Task.objects.select_related("lead", "assigner", "order").only(*TASK_COLUMNS)


def milestones_of(task_ids: Iterable[int]) -> Milestones:
    milestones: Milestones = {}
    for milestone in Milestone.objects.filter(task__in=task_ids):
        milestones.setdefault((milestone.task_id, milestone.due_on), []).append(milestone)
    return milestones


def own_due_day(notice: Notice) -> date | None:
    """The day of the body's part, or of the milestone, of which a reminder tells; else None."""
    return date.fromisoformat(notice.data["due_on"]) if notice.data.get("due_on") else None
