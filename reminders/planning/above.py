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
from reminders.planning.morning import Morning
from reminders.planning.statement import subquery, table, wait_for_other_planners
from tasks.drop_reasons import TaskReason
from tasks.models import Task

ESCALATED = "escalated"

IN_CHARGE = (Role.DEPUTY, Role.STANDING_DEPUTY, Role.HEAD)
"""A deputy's step goes to whose field it is; where nobody has the field, to the next of these."""

OF_TASK = {
    "led": F("lead_id"),
    "giver": F("assigner_id"),
    "day": F("due_on"),
    "ver": F("due_version"),
    "field": F("pillar"),
    "secret": F("secrecy"),
}
STEP = {
    "policy": "bigint",
    "due_on": "date",
    "step": "text",
    "side": "text",
    "role": "text",
    "data": "jsonb",
    "planned_on": "date",
    "not_before": "timestamptz",
}
SUPERIOR = {"body": "bigint", "role": "text", "field": "text", "restricted": "boolean", "person": "bigint"}
"""Who is told when a step for the role in the body is reached, of tasks of this field and secrecy."""

STATEMENT = """
SELECT 'escalated:' || late.id || ':v' || late.ver || ':' || step.step || ':person-' || superior.person,
       superior.person, 'escalated', step.step, 'tasks.task', late.id, late.ver, superior.body,
       step.data, step.planned_on, step.not_before
FROM {late} late
LEFT JOIN notices_policy own ON own.body_id = late.giver
JOIN {steps} step ON step.policy = COALESCE(own.body_id, 0) AND step.due_on = late.day
JOIN {superiors} superior
     ON superior.body = CASE step.side WHEN 'lead' THEN late.led ELSE late.giver END
    AND superior.role = step.role
    AND superior.field = CASE step.role WHEN 'deputy' THEN late.field ELSE '' END
    AND superior.restricted = (late.secret <> 'normal')
WHERE NOT EXISTS (
    SELECT 1 FROM notices_notice told
    WHERE told.about_type = 'tasks.task' AND told.about_id = late.id AND told.kind = 'escalated'
      AND told.step = step.step AND told.due_version = late.ver
      AND (told.state <> 'dropped' OR told.dropped_because = %s)
)
"""
"""A step is done with whoever it was told to, also in the line of a higher step.

Who takes the office later reads the weekly summary.
"""


def step_of(rung: Rung) -> str:
    """`+3a:secretary`: days late, lead body or assigner, role."""
    return f"+{rung.days_late}{rung.side[0]}:{rung.role}"


def rung_of(step: str, rules: PolicyRules) -> Rung | None:
    """The rung that a step was planned for, while the policy still has it."""
    return next((rung for rung in rules.escalation if step_of(rung) == step), None)


@dataclass(frozen=True)
class Superiors:
    """Who holds an office above the work on the day, of as many bodies as are asked for, in one query."""

    terms: dict[tuple[int, str], list[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, bodies: Any, on: date) -> Superiors:
        rows = Membership.objects.holding_on(on).filter(bodies, person__is_active=True)
        columns = ("office__body_id", "office__role", "person_id", "fields")
        return cls.among(rows.filter(person__is_superuser=False).order_by().values_list(*columns))

    @classmethod
    def among(cls, terms: Iterable[tuple[int, str, int, str]]) -> Superiors:
        """Of terms that were read already: body, role, person and fields in charge."""
        found = cls()
        for body, role, person, fields in terms:
            found.terms.setdefault((body, role), []).append((person, fields))
        return found

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
def escalate(on: date) -> int:
    """Owe those above the steps that the overdue tasks have reached; gives how many notices were new."""
    morning = Morning.of(on)
    if not morning.is_working_day:
        return 0
    wait_for_other_planners()
    late = Task.objects.running().filter(due_on__lt=on, escalation_stopped_at=None)
    found = morning.policies_and_days(late, "assigner_id")
    steps = [step for policy, day in found for step in _steps(policy, day, morning)]
    if not steps:
        return 0
    tables = (
        ("late", subquery(late.values("id", **OF_TASK))),
        ("steps", table(steps, **STEP)),
        (
            "superiors",
            table(list(_superiors(late, {(row["side"], row["role"]) for row in steps}, on)), **SUPERIOR),
        ),
    )
    sql = STATEMENT.format(**{name: sql for name, (sql, _params) in tables})
    params = [value for _name, (_sql, params) in tables for value in params]
    return owe_selected(sql, [*params, TaskReason.HIGHER_STEP.value])


def _steps(policy: int, due_on: date, morning: Morning) -> Iterator[dict[str, Any]]:
    """Every rung that was reached, also one whose own day was missed: each is for other people."""
    rules = morning.rules(policy)
    days_late = morning.ladder.days_late(due_on)
    for rung in rules.escalation:
        if rung.days_late <= days_late:
            yield {
                "policy": policy,
                "due_on": due_on,
                "step": step_of(rung),
                "side": rung.side,
                "role": rung.role,
                "data": {"days": rung.days_late},
                "planned_on": morning.on,
                "not_before": rules.opens_at(morning.on),
            }


def _superiors(late: QuerySet[Task], asked: set[tuple[str, str]], on: date) -> Iterator[dict[str, Any]]:
    """For each body and role that is asked for; a deputy's also for each pillar of its late tasks."""
    for side in sorted({side for side, _role in asked}):
        column = "lead_id" if side == LEAD else "assigner_id"
        bodies = Q(office__body__in=late.order_by().values(column))
        superiors = Superiors.of(bodies, on)
        kinds = late.order_by().values_list(column, "pillar", "secrecy").distinct()
        wanted = {
            (body, role, pillar if role == Role.DEPUTY else "", secrecy != Task.Secrecy.NORMAL)
            for body, pillar, secrecy in kinds
            for one, role in asked
            if one == side
        }
        for body, role, pillar, restricted in sorted(wanted):
            for person in sorted(superiors.holders(body, role, pillar, restricted=restricted)):
                yield dict(zip(SUPERIOR, (body, role, pillar, restricted, person), strict=True))
