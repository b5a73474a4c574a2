"""When the tasks of a body are reminded of: its own policy, or the default of DESIGN §5.

Pure questions about a day. Steps are named in working days: `-7`, `0`, `+3`, then `+7w1`, `+7w2` by the week.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from django.db.models import QuerySet

from committees.roles import Role
from notices.calendar import ONE_DAY, Calendar
from notices.models import EscalationStep, Policy
from portal.shared.days import VIETNAM, day_of

LEAD, ASSIGNER = EscalationStep.Side.LEAD, EscalationStep.Side.ASSIGNER


class Rung(NamedTuple):
    """So many working days late, who holds this role is told too: in the lead body or in the assigner."""

    days_late: int
    side: str
    role: str


@dataclass(frozen=True)
class PolicyRules:
    """The policy of a body. `before`: most days first; `after` and `escalation`: fewest days first."""

    before: tuple[int, ...]
    on_the_day: bool
    after: tuple[int, ...]
    weekly: bool
    hour: time
    quiet_from: time | None
    quiet_until: time | None
    muted: frozenset[str]
    escalation: tuple[Rung, ...]

    def opens_at(self, day: date) -> datetime:
        """The moment of the day from which its letter may go."""
        return datetime.combine(day, self.hour, VIETNAM)

    def is_quiet(self, moment: datetime) -> bool:
        """Is it an hour of the night, as this body sees it? The last one named is no longer quiet."""
        return is_quiet_time(moment.astimezone(VIETNAM).time(), self.quiet_from, self.quiet_until)

    def allows_letter(self, moment: datetime, *, at_once: bool) -> bool:
        """Whether a letter may go: outside the quiet hours, and the letter of the day from its hour on."""
        return not self.is_quiet(moment) and (at_once or moment >= self.opens_at(day_of(moment)))

    def step(self, calendar: Calendar, due_on: date, on: date) -> str:
        """The step that a deadline has reached on a working day: the latest only; empty when there is none.

        A step that was missed is not told later as if it were then.
        """
        if on > due_on:
            return self._late(calendar, due_on, on)
        left = calendar.working_days_between(on, due_on)
        if left == 0 and self.on_the_day:
            return "0"
        return next((str(-days) for days in reversed(self.before) if left <= days), "")

    def _late(self, calendar: Calendar, due_on: date, on: date) -> str:
        late = calendar.working_days_between(due_on, on)
        reached = next((days for days in reversed(self.after) if late >= days), 0)
        if self.weekly and reached == self.last_late:
            weeks = (on - calendar.add_working_days(due_on, reached)).days // 7
            if weeks:
                return f"+{reached}w{weeks}"
        return f"+{reached}" if reached else ""

    @property
    def last_late(self) -> int:
        """The step from which the weeks are counted; without any, the deadline itself."""
        return self.after[-1] if self.after else 0

    @property
    def horizon(self) -> int:
        """Working days before a deadline at which the first step is reached."""
        return self.before[0] if self.before else 0

    def has_step(self, step: str) -> bool:
        """Is a step that was planned earlier still one of the policy?"""
        if step == "0":
            return self.on_the_day
        if step.startswith("-"):
            return int(step[1:]) in self.before
        late, _w, week = step.removeprefix("+").partition("w")
        return self.weekly and int(late) == self.last_late if week else int(late) in self.after


DEFAULT = PolicyRules(
    before=(7, 3, 1),
    on_the_day=True,
    after=(1, 3, 7),
    weekly=True,
    hour=time(8),
    quiet_from=time(18),
    quiet_until=time(7),
    muted=frozenset(),
    escalation=(
        Rung(1, LEAD, Role.HEAD),
        Rung(3, ASSIGNER, Role.SECRETARY),
        Rung(7, ASSIGNER, Role.DEPUTY),
    ),
)


def read_own_policies() -> dict[int, PolicyRules]:
    """Body id → its own policy, for every body that has one, in two queries; all others follow DEFAULT."""
    return _read(Policy.objects.order_by())


def read_policies(body_ids: Iterable[int]) -> dict[int, PolicyRules]:
    """Body id → the policy that counts there, in two queries for any number of bodies."""
    ids = set(body_ids)
    return dict.fromkeys(ids, DEFAULT) | _read(Policy.objects.filter(body__in=ids).order_by())


def latest_hour() -> time:
    """The hour from which the letters of every body may go."""
    return max([DEFAULT.hour, *Policy.objects.order_by().values_list("hour", flat=True).distinct()])


def list_steps(rules: PolicyRules, due_on: date, calendar: Calendar, until: date) -> list[tuple[date, str]]:
    """The days up to and with `until` on which each step of a deadline is first reached, in order."""
    steps: list[tuple[date, str]] = []
    for day in _working_days(calendar, calendar.add_working_days(due_on, -rules.horizon - 1), until):
        step = rules.step(calendar, due_on, day)
        if step and (not steps or steps[-1][1] != step):
            steps.append((day, step))
    return steps


def list_escalations(
    rules: PolicyRules, due_on: date, calendar: Calendar, until: date
) -> list[tuple[date, tuple[Rung, ...]]]:
    """The days up to and with `until` on which a task becomes so late that somebody above is told."""
    late: dict[date, list[Rung]] = {}
    for rung in rules.escalation:
        late.setdefault(calendar.add_working_days(due_on, rung.days_late), []).append(rung)
    return [(day, tuple(rungs)) for day, rungs in sorted(late.items()) if day <= until]


def is_quiet_time(at: time, first: time | None, last: time | None) -> bool:
    """Is the time within the quiet hours? They may pass midnight."""
    if first is None or last is None:
        return False
    return first <= at < last if first <= last else at >= first or at < last


def _working_days(calendar: Calendar, first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        if calendar.working_day(day):
            yield day
        day += ONE_DAY


def _read(policies: QuerySet[Policy]) -> dict[int, PolicyRules]:
    return {policy.body_id: read_rules(policy) for policy in policies.prefetch_related("escalation")}


def read_rules(policy: Policy) -> PolicyRules:
    return PolicyRules(
        before=tuple(sorted(policy.before, reverse=True)),
        on_the_day=policy.on_the_day,
        after=tuple(sorted(policy.after)),
        weekly=policy.weekly,
        hour=policy.hour,
        quiet_from=policy.quiet_from,
        quiet_until=policy.quiet_until,
        muted=frozenset(policy.muted),
        escalation=tuple(Rung(step.days_late, step.side, step.role) for step in policy.escalation.all()),
    )
