"""Which task is due for which reminder on a day, and who is reminded (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Value

from committees import access
from committees.roles import RESTRICTED_READERS
from notices.actions import known_keys, owe_new
from notices.calendar import Calendar
from notices.models import Notice
from tasks.models import Part, Task

BEFORE = (0, 1, 3, 7)
"""Working days left at which a reminder is due, the latest step first."""

AFTER = (7, 3, 1)
"""Working days late, the latest step first; after the last of them every week on the same weekday."""

AT_ONCE = 2000
"""Tasks whose reminders are planned together: bounds memory and the parameters of a query."""

OVERDUE, TODAY, SOON = "overdue", "due_today", "due_soon"
PART = "part_"
"""Before the kind of a reminder: of the own day of a body that helps."""


class Due(NamedTuple):
    """A deadline with who is reminded of it: a task's and its lead, or a part's and the body that helps."""

    pk: int
    body_id: int
    due_on: date
    due_version: int
    secrecy: str
    task_id: int
    of_part: bool = False


OF_TASK = ("pk", "lead_id", "due_on", "due_version", "secrecy", F("id"))
OF_PART = ("pk", "body_id", "due_on", "task__due_version", "task__secrecy", "task_id", Value(True))


@dataclass(frozen=True)
class Ladder:
    """The step that a deadline has reached on a day; many tasks share a deadline, so each is counted once."""

    calendar: Calendar
    on: date
    reached: dict[date, str] = field(default_factory=dict)

    def step(self, due_on: date) -> str:
        """`-7` `-3` `-1` `0` `+1` `+3` `+7` in working days, then `+7w1` and so on; empty before the first.

        The latest one only: a step that was missed is not told later as if it were then.
        """
        if due_on not in self.reached:
            self.reached[due_on] = self._late(due_on) if due_on < self.on else self._left(due_on)
        return self.reached[due_on]

    def _left(self, due_on: date) -> str:
        left = self.calendar.working_days_between(self.on, due_on)
        return next((str(-days) for days in BEFORE if left <= days), "")

    def _late(self, due_on: date) -> str:
        late = self.calendar.working_days_between(due_on, self.on)
        reached = next((days for days in AFTER if late >= days), 0)
        if reached != AFTER[0]:
            return f"+{reached}" if reached else "0"
        weeks = (self.on - self.calendar.add_working_days(due_on, reached)).days // 7
        return f"+{reached}w{weeks}" if weeks else f"+{reached}"


def kind_of(step: str) -> str:
    if step == "0":
        return TODAY
    return OVERDUE if step.startswith("+") else SOON


def plan(on: date) -> int:
    """Owe the reminders of a working day to the people who work on the tasks; gives how many were new."""
    calendar = Calendar.read()
    if not calendar.working_day(on):
        return 0
    # The first deadline that is still too far away for any step.
    horizon = calendar.add_working_days(on, BEFORE[-1] + 1)
    ladder = Ladder(calendar, on)
    tasks = Task.objects.running().filter(due_on__lt=horizon)
    parts = Part.objects.waiting().filter(due_on__lt=horizon)
    return _plan(tasks, OF_TASK, ladder) + _plan(parts, OF_PART, ladder)


def _plan(rows: QuerySet[Any], columns: tuple[Any, ...], ladder: Ladder) -> int:
    workers = Workers.of(rows.order_by().values(columns[1]), ladder.on)
    return sum(_owe(some, ladder, workers) for some in _in_chunks(rows, columns))


@dataclass(frozen=True)
class Workers:
    """Body → who works there; on restricted tasks, only those whose office may read them."""

    everybody: dict[int, list[int]]
    trusted: dict[int, list[int]]

    @classmethod
    def of(cls, bodies: QuerySet[Any, Any], on: date) -> Workers:
        return cls(
            access.people_of_many("work_on_tasks", bodies, on),
            access.people_of_many("work_on_tasks", bodies, on, roles=RESTRICTED_READERS),
        )

    def on(self, due: Due) -> list[int]:
        people = self.everybody if due.secrecy == Task.Secrecy.NORMAL else self.trusted
        return people.get(due.body_id, [])


def _in_chunks(deadlines: QuerySet[Any], columns: tuple[Any, ...]) -> Iterator[list[Due]]:
    """By deadline and key, each chunk read whole: an open cursor would keep SQLite from writing."""
    rows: Any = deadlines.order_by("due_on", "pk").values_list(*columns)
    chunk = [Due(*row) for row in rows[:AT_ONCE]]
    while chunk:
        yield chunk
        last = chunk[-1]
        rest = rows.filter(due_on__gte=last.due_on).exclude(due_on=last.due_on, pk__lte=last.pk)
        chunk = [Due(*row) for row in rest[:AT_ONCE]]


def _owe(dues: list[Due], ladder: Ladder, workers: Workers) -> int:
    """Most were told on an earlier day: the keys are looked up before any row is built."""
    wanted = {
        key(due, step, person): (due, step, person)
        for due in dues
        if (step := ladder.step(due.due_on))
        for person in workers.on(due)
    }
    new = wanted.keys() - known_keys(wanted)
    return owe_new([_notice(name, *wanted[name], ladder.on) for name in wanted if name in new])


def key(due: Due, step: str, person: int) -> str:
    """Unique: a person, a step, a task or part and its deadline. A new deadline begins the ladder anew."""
    deadline = f"{due.due_on}" if due.of_part else f"v{due.due_version}"
    return f"{_kind(due, step)}:{due.pk}:{deadline}:{step}:person-{person}"


def _kind(due: Due, step: str) -> str:
    return f"{PART}{kind_of(step)}" if due.of_part else kind_of(step)


def _notice(name: str, due: Due, step: str, person: int, on: date) -> Notice:
    return Notice(
        key=name,
        person_id=person,
        kind=_kind(due, step),
        step=step,
        about_type=Task._meta.label_lower,
        about_id=due.task_id,
        due_version=due.due_version,
        body_id=due.body_id,
        data={"due_on": due.due_on.isoformat()} if due.of_part else {},
        on=on,
    )
