"""The kinds of notice about a task: what a letter says of each, and when it is no longer owed."""

from __future__ import annotations

from notices import drop_reasons, kinds
from notices.kinds import Kind
from reminders.kinds.lines import compose, digest_of_escalations
from reminders.kinds.table import KIND_BY_NAME, KINDS
from reminders.kinds.validity import recheck
from reminders.planning import PLANNERS
from reminders.quiet_hours import in_quiet_hours
from tasks.drop_reasons import TaskReason

__all__ = ["KINDS", "KIND_BY_NAME", "compose", "recheck", "register"]


def register() -> None:
    """Make the kinds and their planners known to `notices`. Called once, when the app is ready."""
    for rank, kind in enumerate(KINDS):
        kinds.register(
            Kind(
                kind.name,
                kind.label,
                rank,
                kind.group,
                recheck,
                compose,
                duty=bool(kind.what_to_do) and not kind.access_ended,
                planned=kind.reminder or kind.escalation,
                digest=digest_of_escalations if kind.escalation else None,
            )
        )
    drop_reasons.register(TaskReason)
    for planner in PLANNERS:
        kinds.register_planner(planner)
    kinds.register_quiet(in_quiet_hours)
