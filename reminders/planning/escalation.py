"""Escalation: so many working days late, those above are told too, each step once (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from committees.models import Membership
from committees.roles import RESTRICTED_READERS, Role
from notices.actions import owe_selected
from notices.policy.schedule import LEAD, PolicyRules, Rung
from reminders.planning.day import PlanningDay
from reminders.planning.sql import subquery, table, wait_for_other_planners
from tasks.drop_reasons import TaskReason
from tasks.models import Task

ESCALATED = "escalated"

# A deputy's step goes to the one whose field it is; where nobody has the field, to the next of these.
IN_CHARGE = (Role.DEPUTY, Role.STANDING_DEPUTY, Role.HEAD)

TASK_COLUMNS = {
    "lead_body": F("lead_id"),
    "assigner_body": F("assigner_id"),
    "due_day": F("due_on"),
    "deadline_version": F("due_version"),
    "field": F("pillar"),
    "task_secrecy": F("secrecy"),
}
STEP_COLUMNS = {
    "policy": "bigint",
    "due_on": "date",
    "step": "text",
    "side": "text",
    "role": "text",
    "data": "jsonb",
    "planned_on": "date",
    "not_before": "timestamptz",
}
# Who is told when a step for the role in the body is reached, of tasks of this field and secrecy.
SUPERIOR_COLUMNS = {
    "body": "bigint",
    "role": "text",
    "field": "text",
    "restricted": "boolean",
    "person": "bigint",
}

# A step is done with whoever was told then, also if only in the line of a higher step: who takes the office
# later reads the weekly summary.
STATEMENT = """
SELECT 'escalated:' || late.id || ':v' || late.deadline_version || ':' || step.step
           || ':person-' || superior.person,
       superior.person, 'escalated', step.step, 'tasks.task', late.id, late.deadline_version, superior.body,
       step.data, step.planned_on, step.not_before
FROM {late} late
LEFT JOIN notices_policy own ON own.body_id = late.assigner_body
JOIN {steps} step ON step.policy = COALESCE(own.body_id, 0) AND step.due_on = late.due_day
JOIN {superiors} superior
     ON superior.body = CASE step.side WHEN 'lead' THEN late.lead_body ELSE late.assigner_body END
    AND superior.role = step.role
    AND superior.field = CASE step.role WHEN 'deputy' THEN late.field ELSE '' END
    AND superior.restricted = (late.task_secrecy <> 'normal')
WHERE NOT EXISTS (
    SELECT 1 FROM notices_notice earlier
    WHERE earlier.about_type = 'tasks.task' AND earlier.about_id = late.id AND earlier.kind = 'escalated'
      AND earlier.step = step.step AND earlier.due_version = late.deadline_version
      AND (earlier.state <> 'dropped' OR earlier.dropped_because = %s)
)
"""


def step_of(rung: Rung) -> str:
    """`+3a:secretary`: days late, lead body or assigner, role."""
    return f"+{rung.days_late}{rung.side[0]}:{rung.role}"


def rung_of(step: str, rules: PolicyRules) -> Rung | None:
    """The rung that a step was planned for, while the policy still has it."""
    return next((rung for rung in rules.escalation if step_of(rung) == step), None)


@dataclass(frozen=True)
class OfficeHolders:
    """Who holds which office on the day, in as many bodies as are asked for, read in one query."""

    # Body and role → person and fields in charge.
    terms: dict[tuple[int, str], list[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, condition: Q, on: date) -> OfficeHolders:
        """`condition` is one of memberships, for example on the bodies of their offices."""
        terms = Membership.objects.holding_on(on).filter(condition, person__is_active=True)
        columns = ("office__body_id", "office__role", "person_id", "fields")
        return cls.among(terms.filter(person__is_superuser=False).order_by().values_list(*columns))

    @classmethod
    def among(cls, terms: Iterable[tuple[int, str, int, str]]) -> OfficeHolders:
        """The holders by terms that were read already: body, role, person and fields in charge."""
        holders = cls()
        for body, role, person, fields in terms:
            holders.terms.setdefault((body, role), []).append((person, fields))
        return holders

    def holders(self, body: int, role: str, pillar: str, *, restricted: bool) -> set[int]:
        """Who is told of a task of this pillar; of a restricted one only who may read it."""
        for candidate in IN_CHARGE if role == Role.DEPUTY else (role,):
            if restricted and candidate not in RESTRICTED_READERS:
                continue
            terms = self.terms.get((body, candidate), [])
            if candidate == Role.DEPUTY:
                terms = [term for term in terms if Membership(fields=term[1]).in_charge_of(pillar)]
            if terms:
                return {person for person, _fields in terms}
        return set()


@transaction.atomic
def plan_escalations(on: date) -> int:
    """Owe those above the steps that the overdue tasks have reached; gives how many notices were new."""
    day = PlanningDay.of(on)
    if not day.is_working_day:
        return 0
    wait_for_other_planners()
    late = Task.objects.running().filter(due_on__lt=on, escalation_stopped_at=None)
    steps = [
        step
        for policy, due_on in day.policies_and_days(late, "assigner_id")
        for step in _steps(policy, due_on, day)
    ]
    if not steps:
        return 0
    superiors = _superiors(late, {(step["side"], step["role"]) for step in steps}, on)
    # In the order in which the statement names them: the parameters stand in it by place.
    pieces = {
        "late": subquery(late.values("id", **TASK_COLUMNS)),
        "steps": table(steps, **STEP_COLUMNS),
        "superiors": table(list(superiors), **SUPERIOR_COLUMNS),
    }
    sql = STATEMENT.format(**{name: sql for name, (sql, _params) in pieces.items()})
    params = [value for _sql, params in pieces.values() for value in params]
    return owe_selected(sql, [*params, TaskReason.HIGHER_STEP.value])


def _steps(policy: int, due_on: date, day: PlanningDay) -> Iterator[dict[str, Any]]:
    """Every rung that was reached, also one whose own day was missed: each is for other people."""
    rules = day.rules(policy)
    days_late = day.steps.days_late(due_on)
    for rung in rules.escalation:
        if rung.days_late <= days_late:
            yield {
                "policy": policy,
                "due_on": due_on,
                "step": step_of(rung),
                "side": rung.side,
                "role": rung.role,
                "data": {"days": rung.days_late},
                "planned_on": day.on,
                "not_before": rules.opens_at(day.on),
            }


def _superiors(late: QuerySet[Task], offices: set[tuple[str, str]], on: date) -> Iterator[dict[str, Any]]:
    """A row for each body and role that is asked for; of a deputy's role for each pillar of its late tasks.

    `offices`: side of the task (lead or assigner) and role.
    """
    for side in sorted({side for side, _role in offices}):
        roles = [role for role_side, role in offices if role_side == side]
        column = "lead_id" if side == LEAD else "assigner_id"
        superiors = OfficeHolders.of(Q(office__body__in=late.order_by().values(column)), on)
        kinds_of_task = late.order_by().values_list(column, "pillar", "secrecy").distinct()
        groups = {
            (body, role, pillar if role == Role.DEPUTY else "", secrecy != Task.Secrecy.NORMAL)
            for body, pillar, secrecy in kinds_of_task
            for role in roles
        }
        for body, role, pillar, restricted in sorted(groups):
            for person in sorted(superiors.holders(body, role, pillar, restricted=restricted)):
                yield {
                    "body": body,
                    "role": role,
                    "field": pillar,
                    "restricted": restricted,
                    "person": person,
                }
