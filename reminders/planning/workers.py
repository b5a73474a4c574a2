"""Reminders of those who work on a task: at its lead, of deadline and milestones; at bodies that help."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from committees import access
from committees.roles import RESTRICTED_READERS
from notices.actions import owe_selected
from reminders.planning.ladder import MILESTONE, PART, kind_of
from reminders.planning.morning import Morning
from reminders.planning.statement import subquery, table, wait_for_other_planners
from tasks.models import Milestone, Part, Task

OF_TASK = {
    "about": F("id"),
    "reader": F("lead_id"),
    "giver": F("assigner_id"),
    "day": F("due_on"),
    "ver": F("due_version"),
    "secret": F("secrecy"),
}
OF_PART = {
    "about": F("task__id"),
    "reader": F("body_id"),
    "giver": F("task__assigner_id"),
    "day": F("due_on"),
    "ver": F("task__due_version"),
    "secret": F("task__secrecy"),
}
OF_MILESTONE = {**OF_PART, "reader": F("task__lead_id")}
STEP = {
    "policy": "bigint",
    "due_on": "date",
    "named": "text",
    "step": "text",
    "kind": "text",
    "data": "jsonb",
    "planned_on": "date",
    "not_before": "timestamptz",
}
"""Of a step: whose policy, which deadline and how its key names it; then what the notice holds."""

STATEMENT = """
WITH worker AS MATERIALIZED {workers}
SELECT DISTINCT
       step.kind || ':' || {about} || ':' || {named} || ':' || step.step || ':person-' || worker.person_id,
       worker.person_id, step.kind, step.step, 'tasks.task', due.about, due.ver, due.reader,
       step.data, step.planned_on, step.not_before
FROM {deadlines} due
LEFT JOIN notices_policy own ON own.body_id = due.giver
JOIN {steps} step ON step.policy = COALESCE(own.body_id, 0) AND step.due_on = due.day
JOIN worker ON worker.body = due.reader AND (due.secret = 'normal' OR worker.role IN ({trusted}))
"""
"""Keys say `v2` of the version of a task's deadline, and the day of a part's: a new one begins anew.

Made distinct they come sorted, and are looked up in the order of their index: most were owed on an earlier
day. PostgreSQL expects few rows and would look the workers up for each: it is told to read them once.
"""


@transaction.atomic
def plan(on: date) -> int:
    """Owe the reminders of a working day to the people who work on the tasks; gives how many were new."""
    morning = Morning.of(on)
    if not morning.is_working_day:
        return 0
    wait_for_other_planners()
    tasks = Task.objects.running().filter(due_on__lt=morning.horizon)
    parts = Part.objects.waiting().filter(due_on__lt=morning.horizon)
    milestones = Milestone.objects.waiting().filter(due_on__lt=morning.horizon)
    return (
        _owe_for_tasks(tasks, morning)
        + _owe_for_parts(parts, morning)
        + _owe_for_milestones(milestones, morning)
    )


def _owe_for_tasks(tasks: QuerySet[Any], morning: Morning) -> int:
    steps = [_step(policy, day, morning) for policy, day in morning.policies_and_days(tasks, "assigner_id")]
    return _owe(tasks.values("id", **OF_TASK), steps, "'v' || due.ver", morning.on)


def _owe_for_parts(parts: QuerySet[Any], morning: Morning) -> int:
    found = morning.policies_and_days(parts, "task__assigner_id")
    steps = [_step(policy, day, morning, PART) for policy, day in found]
    return _owe(parts.values("id", **OF_PART), steps, "step.named", morning.on)


def _owe_for_milestones(milestones: QuerySet[Any], morning: Morning) -> int:
    """One reminder for all milestones of a task on the same day."""
    found = morning.policies_and_days(milestones, "task__assigner_id")
    steps = [_step(policy, day, morning, MILESTONE) for policy, day in found]
    deadlines = milestones.values("id", **OF_MILESTONE)
    return _owe(deadlines, steps, "step.named", morning.on, about="due.about")


def _step(policy: int, due_on: date, morning: Morning, prefix: str = "") -> dict[str, Any]:
    rules = morning.rules(policy)
    step = morning.ladder.step(due_on, rules)
    return {
        "policy": policy,
        "due_on": due_on,
        "named": due_on,
        "step": step,
        "kind": prefix + kind_of(step),
        "data": {"due_on": due_on} if prefix else {},
        "planned_on": morning.on,
        "not_before": rules.opens_at(morning.on),
    }


def _owe(
    deadlines: QuerySet[Any, Any], steps: list[dict[str, Any]], named: str, on: date, *, about: str = "due.id"
) -> int:
    reached = [step for step in steps if step["step"]]
    parts = {
        "workers": subquery(access.holders("work_on_tasks", on)),
        "deadlines": subquery(deadlines),
        "steps": table(reached, **STEP),
        "trusted": (", ".join(["%s"] * len(RESTRICTED_READERS)), [str(role) for role in RESTRICTED_READERS]),
    }
    sql = STATEMENT.format(named=named, about=about, **{name: sql for name, (sql, _params) in parts.items()})
    # In the order in which the statement names them.
    return owe_selected(sql, [value for _sql, params in parts.values() for value in params]) if reached else 0
