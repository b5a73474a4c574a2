"""The letters of a morning, from what people did and from the days that have come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.support.oracle.acts import Acts
from tests.support.oracle.days import ONE, next_worked, worked_after, worked_before, works
from tests.support.oracle.rules import KINDS, RUNNING, TRUSTED, WORK, Job, Letters, Line


@dataclass
class Oracle(Acts):
    keys: set[tuple[Any, ...]] = field(default_factory=set)
    """What was owed once and never is again."""
    rungs: set[tuple[str, int, str]] = field(default_factory=set)
    """Task, version and step of which somebody above was told."""

    def letters(self, on: date) -> Letters:
        """Every letter of a day, and from then on all of it is told."""
        if not works(on):
            return {}
        self._remind_workers(on)
        self._tell_above(on)
        self._sum_up(on)
        last = {(line.person, line.kind, line.about): line for line in self.waiting}
        news = [
            line
            for line in self.waiting
            if line.step or line.kind == "weekly_summary" or last[line.person, line.kind, line.about] is line
        ]
        held = [line for line in news if self._still_holds(line, on)]
        waiting = self.waiting
        told = self._highest(held)
        self._remember_rungs(held)
        self.waiting = []
        letters: Letters = {}
        for line in waiting:
            if line in told:
                letters.setdefault(line.person, []).append(line.told_as)
        return letters

    def _remind_workers(self, on: date) -> None:
        for job in self.jobs.values():
            if job.state not in RUNNING:
                continue
            if job.due:
                self._remind(job, job.lead, job.due, "", (job.version,), on)
            if job.helper and job.helper_due and not job.delivered:
                self._remind(job, job.helper, job.helper_due, "part_", (job.helper_due,), on)

    def _remind(self, job: Job, body: str, due: date, prefix: str, named: tuple[Any, ...], on: date) -> None:
        step = step_of(self.policy(job.assigner), due, on)
        if not step:
            return
        kind = "due_today" if step == "0" else "overdue" if step[0] == "+" else "due_soon"
        for person in sorted(self.people(body, WORK & TRUSTED if job.restricted else WORK, on)):
            line = Line(person, prefix + kind, job.key, step, body, job.version)
            self._once(line, (prefix, job.key, *named, step, person))

    def _tell_above(self, on: date) -> None:
        told = set(self.rungs)
        for job in self.jobs.values():
            if job.state not in RUNNING or job.stopped or not job.due or job.due >= on:
                continue
            for days, side, role in self.policy(job.assigner)["escalation"]:
                step = f"+{days}{side[0]}:{role}"
                if worked_after(job.due, days) > on or (job.key, job.version, step) in told:
                    continue
                body = job.lead if side == "lead" else job.assigner
                for person in sorted(self.superiors(body, role, job, on)):
                    line = Line(person, "escalated", job.key, step, body, job.version, days=days)
                    self._once(line, ("escalated", job.key, job.version, step, person))

    def _sum_up(self, on: date) -> None:
        monday = on - on.weekday() * ONE
        first = next_worked(monday)
        late = {job.lead for job in self.jobs.values() if is_late(job, on) and job.due and job.due < first}
        for body in sorted(late):
            for person in sorted(self.people(body, {"head"}, on)):
                self._once(Line(person, "weekly_summary", body, "", body), ("week", body, first, person))

    def _once(self, line: Line, key: tuple[Any, ...]) -> None:
        if key not in self.keys:
            self.keys.add(key)
            self.waiting.append(line)

    def _still_holds(self, line: Line, on: date) -> bool:
        kind = KINDS[line.kind]
        if line.person in self.locked:
            return False
        if kind.may_be_switched_off and (line.person, line.kind) in self.portal_only:
            return False
        if line.kind == "weekly_summary":
            late = any(is_late(job, on) and job.lead == line.about for job in self.jobs.values())
            return late and self.may(line.person, line.about, kind.roles, on)
        job = self.jobs[line.about]
        if job.state not in kind.states or line.kind in self.policy(job.assigner)["muted"]:
            return False
        if kind.of == "old lead":
            return line.body != job.lead and self.may(line.person, line.body, kind.roles, on)
        if kind.of == "lead" and line.body != job.lead:
            return False
        if kind.roles and not self.may(line.person, line.body, kind.roles, on):
            return False
        if line.request and (job.asked is None or job.asked[0] != line.request):
            return False
        return self.reads(line.person, job, on)

    def _highest(self, lines: list[Line]) -> list[Line]:
        """Who is on two steps of a task, or works on it too, reads its highest step alone."""
        ranked: dict[tuple[str, str], Line] = {}
        for line in lines:
            if line.kind in ("overdue", "escalated"):
                best = ranked.get((line.person, line.about))
                if best is None or line.days >= best.days:
                    ranked[line.person, line.about] = line
        kept = {id(line) for line in ranked.values()}
        return [line for line in lines if line.kind not in ("overdue", "escalated") or id(line) in kept]

    def _remember_rungs(self, held: list[Line]) -> None:
        """A step is done with whoever was told it, by its own line or by a higher one."""
        self.rungs |= {(one.about, one.version, one.step) for one in held if one.kind == "escalated"}


def is_late(job: Job, on: date) -> bool:
    """A report stops the clock: made by the end of the day it is in time for ever."""
    if job.due is None or job.due >= on:
        return False
    return job.state in RUNNING or (job.state == "submitted" and job.submitted_on > job.due)


def step_of(policy: dict[str, Any], due: date, on: date) -> str:
    """The last step that was reached: each has the one day on which it is."""
    days = [(worked_before(due, count), f"-{count}") for count in policy["before"]]
    if policy["on_the_day"]:
        days.append((worked_before(due, 0), "0"))
    days += [(worked_after(due, count), f"+{count}") for count in policy["after"]]
    if policy["weekly"]:
        last = max(policy["after"], default=0)
        begin = worked_after(due, last) if last else due
        weeks = range(1, (on - begin).days // 7 + 1)
        days += [(next_worked(begin + 7 * week * ONE), f"+{last}w{week}") for week in weeks]
    reached = [(day, place, name) for place, (day, name) in enumerate(days) if day <= on]
    # Without a step after it a deadline that has passed is told no more: what was before is over.
    return max(reached)[2] if reached and (on <= due or max(reached)[2][0] == "+") else ""
