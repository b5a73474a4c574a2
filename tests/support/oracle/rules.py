"""What the rules say in words, and the plain rows that they are asked of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

# What the rules say (DESIGN §3 to §5)

STEPS: dict[str, Any] = {
    "before": (7, 3, 1),
    "on_the_day": True,
    "after": (1, 3, 7),
    "weekly": True,
    "muted": (),
    "escalation": ((1, "lead", "head"), (3, "assigner", "secretary"), (7, "assigner", "deputy")),
}
"""The policy of a body that has none of its own."""

WORK = {"head", "standing_deputy", "secretary", "officer"}
JUDGE = {"head", "standing_deputy", "deputy", "secretary"}
DECIDE = {"head", "standing_deputy"}
KEEP = {"head", "standing_deputy", "secretary"}
TRUSTED = {"head", "secretary", "officer"}
"""Roles: who works on tasks, judges results, decides on requests, changes a task, reads restricted ones."""

RUNNING = {"assigned", "in_progress"}
OPEN = RUNNING | {"submitted"}

NEWS = "News of your tasks"


class Kind(NamedTuple):
    """Under which heading it stands, in which states it still holds, who must still hold which role where."""

    heading: str
    states: set[str]
    roles: set[str] = set()
    of: str = "lead"
    may_be_switched_off: bool = False


ANY = OPEN | {"proposed", "draft", "suspended", "withdrawn", "completed"}

KINDS = {
    "overdue": Kind("Overdue", RUNNING, WORK),
    "due_today": Kind("Due today", RUNNING, WORK),
    "due_soon": Kind("Due soon", RUNNING, WORK),
    "part_overdue": Kind("Overdue", RUNNING, WORK, "helper"),
    "part_due_today": Kind("Due today", RUNNING, WORK, "helper"),
    "part_due_soon": Kind("Due soon", RUNNING, WORK, "helper"),
    "escalated": Kind("Overdue", RUNNING, set(), "above"),
    "weekly_summary": Kind("Late in your body", ANY, {"head"}, "above"),
    "task_urged": Kind("You are urged", RUNNING, WORK),
    "task_submitted": Kind("Waiting for your confirmation", {"submitted"}, JUDGE, "assigner"),
    "task_proposed": Kind("Waiting for your approval", {"proposed"}, DECIDE, "assigner"),
    "extension_asked": Kind("Waiting for your decision", RUNNING, DECIDE, "assigner"),
    "task_assigned": Kind(NEWS, OPEN, WORK),
    "task_changed": Kind(NEWS, OPEN, WORK),
    "task_sent_back": Kind(NEWS, RUNNING),
    "task_confirmed": Kind(NEWS, {"completed"}, may_be_switched_off=True),
    "task_suspended": Kind(NEWS, {"suspended"}, WORK, may_be_switched_off=True),
    "task_resumed": Kind(NEWS, OPEN, WORK),
    "task_withdrawn": Kind(NEWS, {"withdrawn"}, WORK),
    "task_taken_away": Kind(NEWS, ANY, WORK, "old lead", may_be_switched_off=True),
    "request_approved": Kind(NEWS, OPEN | {"withdrawn"}),
    "part_delivered": Kind(NEWS, RUNNING, WORK),
    "help_assigned": Kind(NEWS, OPEN, WORK, "helper"),
    "help_changed": Kind(NEWS, OPEN | {"suspended"}, WORK, "helper"),
    "help_suspended": Kind(NEWS, {"suspended"}, WORK, "helper", may_be_switched_off=True),
    "help_resumed": Kind(NEWS, OPEN, WORK, "helper"),
    "help_confirmed": Kind(NEWS, {"completed"}, WORK, "helper", may_be_switched_off=True),
    "help_withdrawn": Kind(NEWS, {"withdrawn"}, WORK, "helper"),
}


@dataclass(frozen=True)
class Term:
    person: str
    body: str
    role: str
    first: date
    last: date = date.max
    fields: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        return self.first <= on <= self.last


@dataclass
class Job:
    """A task of a committee."""

    key: str
    assigner: str
    lead: str
    due: date | None
    pillar: str = ""
    restricted: bool = False
    helper: str = ""
    helper_due: date | None = None
    state: str = "draft"
    left: str = ""
    """The state that a suspended one goes back to."""
    version: int = 0
    """Of the deadline."""
    stopped: bool = False
    delivered: bool = False
    by: str = ""
    submitted_on: date = date.max
    asked: tuple[int, date, str] | None = None
    """Which request is open, for which day, and whose."""


@dataclass(frozen=True)
class Line:
    """One thing to tell one person; `about` is a task, or the body of a summary."""

    person: str
    kind: str
    about: str
    step: str = ""
    body: str = ""
    version: int = 0
    request: int = 0
    days: int = 0
    """How late a step for those above is; the higher one is read."""

    @property
    def told_as(self) -> tuple[str, str, str]:
        return self.kind, self.about, self.step


Letters = dict[str, list[tuple[str, str, str]]]
"""Person → kind, what it is about and step of every line in their letter of the day."""
