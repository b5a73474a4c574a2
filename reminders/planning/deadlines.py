"""Reminders to those who work on a task: in its lead body, and in bodies that help by a day of their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from committees import access
from committees.roles import RESTRICTED_READERS
from notices.actions import owe_selected
from reminders.planning.day import PlanningDay
from reminders.planning.sql import subquery, table, wait_for_other_planners
from reminders.planning.steps import MILESTONE_PREFIX, PART_PREFIX, kind_of
from tasks.models import Milestone, Part, Task

# Columns of what falls due: its task, whose workers are reminded, whose policy counts.
TASK_COLUMNS = {
    "about": F("id"),
    "reader_body": F("lead_id"),
    "assigner_body": F("assigner_id"),
    "due_day": F("due_on"),
    "deadline_version": F("due_version"),
    "task_secrecy": F("secrecy"),
}
PART_COLUMNS = {
    "about": F("task__id"),
    "reader_body": F("body_id"),
    "assigner_body": F("task__assigner_id"),
    "due_day": F("due_on"),
    "deadline_version": F("task__due_version"),
    "task_secrecy": F("task__secrecy"),
}
MILESTONE_COLUMNS = {**PART_COLUMNS, "reader_body": F("task__lead_id")}

# Of a step: under whose policy, for which deadline, and how its key names that; then what the notice holds.
STEP_COLUMNS = {
    "policy": "bigint",
    "due_on": "date",
    "deadline_key": "text",
    "step": "text",
    "kind": "text",
    "data": "jsonb",
    "planned_on": "date",
    "not_before": "timestamptz",
}

# A key names the version of a task's deadline, `v2`, or the day of a part or milestone: a new one begins
# anew. DISTINCT gives the keys sorted, so they are looked up in the order of their index: most were owed on
# an earlier day. MATERIALIZED, because PostgreSQL expects few rows and would look the workers up for each.
STATEMENT = """
WITH worker AS MATERIALIZED {workers}
SELECT DISTINCT
       step.kind || ':' || {key_id} || ':' || {deadline_key} || ':' || step.step
           || ':person-' || worker.person_id,
       worker.person_id, step.kind, step.step, 'tasks.task', due.about, due.deadline_version,
       due.reader_body, step.data, step.planned_on, step.not_before
FROM {deadlines} due
LEFT JOIN notices_policy own ON own.body_id = due.assigner_body
JOIN {steps} step ON step.policy = COALESCE(own.body_id, 0) AND step.due_on = due.due_day
JOIN worker ON worker.body = due.reader_body
           AND (due.task_secrecy = 'normal' OR worker.role IN ({restricted_readers}))
"""


@transaction.atomic
def plan_reminders(on: date) -> int:
    """Owe the reminders of a working day to the people who work on the tasks; gives how many were new."""
    day = PlanningDay.of(on)
    if not day.is_working_day:
        return 0
    wait_for_other_planners()
    tasks = Task.objects.running().filter(due_on__lt=day.horizon)
    parts = Part.objects.waiting().filter(due_on__lt=day.horizon)
    milestones = Milestone.objects.waiting().filter(due_on__lt=day.horizon)
    return (
        _owe(
            tasks.values("id", **TASK_COLUMNS),
            _steps(tasks, "assigner_id", day),
            on,
            key_id="due.id",
            deadline_key="'v' || due.deadline_version",
        )
        + _owe(
            parts.values("id", **PART_COLUMNS),
            _steps(parts, "task__assigner_id", day, PART_PREFIX),
            on,
            key_id="due.id",
            deadline_key="step.deadline_key",
        )
        # By the task and not by the milestone: one reminder for all that fall on the same day.
        + _owe(
            milestones.values("id", **MILESTONE_COLUMNS),
            _steps(milestones, "task__assigner_id", day, MILESTONE_PREFIX),
            on,
            key_id="due.about",
            deadline_key="step.deadline_key",
        )
    )


def _steps(
    deadlines: QuerySet[Any], assigner: str, day: PlanningDay, kind_prefix: str = ""
) -> list[dict[str, Any]]:
    """The steps that deadlines have reached, as rows of `STEP_COLUMNS`; `assigner` is a column."""
    rows = []
    for policy, due_on in day.policies_and_days(deadlines, assigner):
        rules = day.rules(policy)
        if step := day.steps.step(due_on, rules):
            rows.append(
                {
                    "policy": policy,
                    "due_on": due_on,
                    "deadline_key": due_on,
                    "step": step,
                    "kind": kind_prefix + kind_of(step),
                    "data": {"due_on": due_on} if kind_prefix else {},
                    "planned_on": day.on,
                    "not_before": rules.opens_at(day.on),
                }
            )
    return rows


def _owe(
    deadlines: QuerySet[Any, Any], steps: list[dict[str, Any]], on: date, *, key_id: str, deadline_key: str
) -> int:
    """`key_id` and `deadline_key` are SQL: what the key of a notice says of its subject and its deadline."""
    if not steps:
        return 0
    placeholders = ", ".join(["%s"] * len(RESTRICTED_READERS))
    # In the order in which the statement names them: the parameters stand in it by place.
    pieces = {
        "workers": subquery(access.holders("work_on_tasks", on)),
        "deadlines": subquery(deadlines),
        "steps": table(steps, **STEP_COLUMNS),
        "restricted_readers": (placeholders, [str(role) for role in RESTRICTED_READERS]),
    }
    sql = STATEMENT.format(
        key_id=key_id, deadline_key=deadline_key, **{name: sql for name, (sql, _params) in pieces.items()}
    )
    return owe_selected(sql, [value for _sql, params in pieces.values() for value in params])
