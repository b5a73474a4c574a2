"""Who must get which letter on which day, told a second time: from the rules in words, over plain dicts.

Nothing of the portal is imported here. Days are counted on a written list, steps are looked up among the
days on which each is reached, and everything happens to plain rows; where this and the portal say the same
for a whole year in which a lot happens, a mistake would have to be made twice, in two ways of thinking.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

ONE = timedelta(days=1)

# The calendar, as it was announced: from which day to which nobody works, and the Saturdays that make up.
# 2025: the Government's office on Tết and National Day, and 2/5 for Saturday 26/4. 2026: the Ministry of Home
# Affairs on Tết (nine days), 31/8 for Saturday 22/8, 2/1 for Saturday 10/1; Hùng Kings fall on a Sunday, so
# the Monday after; 24/11 from this year on. 2027: the Labour Code alone, art. 111 and 112.
REST = """
2025-01-01 2025-01-01  2025-01-25 2025-02-02  2025-04-05 2025-04-07  2025-04-30 2025-05-04
2025-08-30 2025-09-02  2026-01-01 2026-01-04  2026-02-14 2026-02-22  2026-04-25 2026-04-27
2026-04-30 2026-05-03  2026-08-29 2026-09-02  2026-11-24 2026-11-24  2027-01-01 2027-01-03
2027-02-04 2027-02-10  2027-04-16 2027-04-18  2027-04-30 2027-05-03  2027-09-02 2027-09-05
2027-11-24 2027-11-24
"""
MADE_UP = "2025-04-26 2026-01-10 2026-08-22"


def _worked() -> Iterator[date]:
    ends = [date.fromisoformat(day) for day in REST.split()]
    rest = list(zip(ends[::2], ends[1::2], strict=True))
    made_up = {date.fromisoformat(day) for day in MADE_UP.split()}
    day = date(2025, 1, 1)
    while day.year < 2028:
        weekend = day.weekday() in (5, 6)
        if day in made_up or not (weekend or any(first <= day <= last for first, last in rest)):
            yield day
        day += ONE


WORKED = list(_worked())
"""Every day of 2025 to 2027 on which the State works, in order."""


def works(day: date) -> bool:
    return WORKED[bisect_right(WORKED, day) - 1] == day


def worked_before(day: date, count: int) -> date:
    """Counted back from the day itself, or from the last day worked before it."""
    return WORKED[bisect_right(WORKED, day) - 1 - count]


def worked_after(day: date, count: int) -> date:
    return WORKED[bisect_right(WORKED, day) - 1 + count]


def next_worked(day: date) -> date:
    """The day itself, or the first one worked after it."""
    return WORKED[bisect_left(WORKED, day)]


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


@dataclass
class Oracle:
    terms: list[Term]
    jobs: dict[str, Job]
    policies: dict[str, dict[str, Any]]
    above: str
    """The body above all others: who holds an office there reads everything."""
    locked: set[str] = field(default_factory=set)
    portal_only: set[tuple[str, str]] = field(default_factory=set)
    waiting: list[Line] = field(default_factory=list)
    keys: set[tuple[Any, ...]] = field(default_factory=set)
    """What was owed once and never is again."""
    rungs: set[tuple[str, int, str]] = field(default_factory=set)
    """Task, version and step of which somebody above was told."""
    urged: set[tuple[str, str, date]] = field(default_factory=set)
    requests: int = 0

    def policy(self, body: str) -> dict[str, Any]:
        return STEPS | self.policies.get(body, {})

    # Who

    def holding(self, body: str, roles: Iterable[str], on: date) -> list[Term]:
        wanted = set(roles)
        found = [term for term in self.terms if term.body == body and term.role in wanted and term.holds(on)]
        return [term for term in found if term.person not in self.locked]

    def people(self, body: str, roles: Iterable[str], on: date) -> set[str]:
        return {term.person for term in self.holding(body, roles, on)}

    def may(self, person: str, body: str, roles: set[str], on: date) -> bool:
        return person in self.people(body, roles, on)

    def reads(self, person: str, job: Job, on: date) -> bool:
        bodies = {job.assigner, job.lead, job.helper}
        if job.restricted:
            return any(self.may(person, body, TRUSTED, on) for body in bodies)
        held = {term.body for term in self.terms if term.person == person and term.holds(on)}
        return bool(held & (bodies | {self.above})) and person not in self.locked

    def superiors(self, body: str, role: str, job: Job, on: date) -> set[str]:
        """A deputy's step goes to whose field it is; else to the standing deputy, else to the head."""
        for one in ("deputy", "standing_deputy", "head") if role == "deputy" else (role,):
            terms = self.holding(body, {one}, on)
            if one == "deputy":
                terms = [term for term in terms if job.pillar and job.pillar in term.fields]
            if terms and not (job.restricted and one not in TRUSTED):
                return {term.person for term in terms}
        return set()

    # What is owed for what somebody did. Each gives whether it was allowed and possible.

    def owe(
        self, people: Iterable[str], kind: str, job: Job, on: date, by: str = "", **more: Any
    ) -> set[str]:
        """To everybody but the doer; of a restricted task to those who may read it."""
        told = {one for one in people if one != by}
        if job.restricted:
            told = {one for one in told if self.reads(one, job, on)}
        body = {"lead": job.lead, "assigner": job.assigner, "helper": job.helper}.get(KINDS[kind].of, "")
        for one in sorted(told):
            self.waiting.append(Line(one, kind, job.key, **{"body": body, **more}))
        return told

    def _to_lead(self, kind: str, job: Job, on: date, by: str, **more: Any) -> None:
        self.owe(self.people(job.lead, WORK, on), kind, job, on, by, **more)

    def _to_helper(self, kind: str, job: Job, on: date, by: str) -> None:
        if job.helper:
            leading = self.people(job.lead, WORK, on)
            self.owe(self.people(job.helper, WORK, on) - leading, kind, job, on, by)

    def propose(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        job.state = "proposed"
        self.owe(self.people(job.assigner, DECIDE, on), "task_proposed", job, on, by)
        return True

    def assign(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, DECIDE, on) or job.state != "proposed":
            return False
        job.state = "assigned"
        self._to_lead("task_assigned", job, on, by)
        self._to_helper("help_assigned", job, on, by)
        return True

    def accept(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.lead, WORK, on) or job.state != "assigned":
            return False
        job.state = "in_progress"
        return True

    def submit(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.lead, WORK, on) or job.state not in RUNNING:
            return False
        job.state, job.by, job.submitted_on, job.asked = "submitted", by, on, None
        self.owe(self.people(job.assigner, JUDGE, on), "task_submitted", job, on, by)
        return True

    def confirm(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, JUDGE, on) or job.state != "submitted":
            return False
        job.state = "completed"
        self.owe({job.by}, "task_confirmed", job, on, by)
        self._to_helper("help_confirmed", job, on, by)
        return True

    def send_back(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, JUDGE, on) or job.state != "submitted":
            return False
        job.state = "in_progress"
        told = self.people(job.lead, WORK, on) | {job.by}
        self.owe(told, "task_sent_back", job, on, by)
        return True

    def suspend(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, KEEP, on) or job.state not in RUNNING:
            return False
        job.left, job.state, job.asked = job.state, "suspended", None
        self._to_lead("task_suspended", job, on, by)
        self._to_helper("help_suspended", job, on, by)
        return True

    def resume(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, KEEP, on) or job.state != "suspended":
            return False
        job.state = job.left
        self._to_lead("task_resumed", job, on, by)
        self._to_helper("help_resumed", job, on, by)
        return True

    def withdraw(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, KEEP, on) or job.state in ("completed", "withdrawn"):
            return False
        job.state, job.asked = "withdrawn", None
        self._to_lead("task_withdrawn", job, on, by)
        self._to_helper("help_withdrawn", job, on, by)
        return True

    def _move_day(self, job: Job, day: date) -> None:
        """A moved deadline begins all its steps anew, also for those above."""
        job.due, job.version, job.stopped = day, job.version + 1, False

    def edit_day(self, on: date, key: str, by: str, day: date) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, KEEP, on) or job.state not in RUNNING:
            return False
        self._move_day(job, day)
        self._to_lead("task_changed", job, on, by)
        self._to_helper("help_changed", job, on, by)
        return True

    def ask(self, on: date, key: str, by: str, day: date) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.lead, WORK, on) or job.state not in RUNNING or day < on:
            return False
        self.requests += 1
        job.asked = self.requests, day, by
        told = self.people(job.assigner, DECIDE, on)
        self.owe(told, "extension_asked", job, on, by, request=self.requests)
        return True

    def approve(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, DECIDE, on) or job.asked is None:
            return False
        _number, day, asker = job.asked
        job.asked = None
        self._move_day(job, day)
        told = self.people(job.lead, WORK, on) | {asker}
        self.owe(told, "request_approved", job, on, by)
        self._to_helper("help_changed", job, on, by)
        return True

    def change_lead(self, on: date, key: str, by: str, lead: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, KEEP, on) or job.state not in RUNNING | {"suspended"}:
            return False
        old, job.lead, job.state, job.asked = job.lead, lead, "assigned", None
        self.owe(self.people(old, WORK, on), "task_taken_away", job, on, by, body=old)
        self._to_lead("task_assigned", job, on, by)
        self._to_helper("help_changed", job, on, by)
        return True

    def urge(self, on: date, key: str, by: str) -> bool:
        """Once a day each."""
        job = self.jobs[key]
        if not self.may(by, job.assigner, JUDGE, on) or job.state not in RUNNING:
            return False
        told = {one for one in self.people(job.lead, WORK, on) if (key, one, on) not in self.urged}
        told = self.owe(told, "task_urged", job, on, by)
        self.urged |= {(key, one, on) for one in told}
        return bool(told)

    def stop_escalation(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        if not self.may(by, job.assigner, KEEP, on) or job.state not in RUNNING or job.stopped:
            return False
        job.stopped = True
        return True

    def resume_escalation(self, on: date, key: str, by: str) -> bool:
        job = self.jobs[key]
        was, job.stopped = job.stopped, False
        return was

    def deliver(self, on: date, key: str, by: str) -> bool:
        """What the body that helps contributes: its own reminders end."""
        job = self.jobs[key]
        if not self.may(by, job.helper, WORK, on) or job.state not in RUNNING:
            return False
        job.delivered = True
        self._to_lead("part_delivered", job, on, by)
        return True

    # People and policies

    def end_term(self, on: date, person: str, by: str, last: date) -> bool:
        self.terms = [replace(term, last=last) if term.person == person else term for term in self.terms]
        return True

    def appoint(self, on: date, person: str, by: str, body: str, role: str, first: date) -> bool:
        self.terms.append(Term(person, body, role, first))
        return True

    def lock(self, on: date, person: str, by: str) -> bool:
        self.locked.add(person)
        return True

    def unlock(self, on: date, person: str, by: str) -> bool:
        self.locked.discard(person)
        return True

    def away(self, on: date, person: str, by: str, deputy: str, first: date, last: date) -> bool:
        """The deputy holds the offices meanwhile; the person keeps them."""
        for term in [one for one in self.terms if one.person == person]:
            self.terms.append(replace(term, person=deputy, first=first, last=min(last, term.last)))
        return True

    def prefer_portal(self, on: date, person: str, by: str, kind: str) -> bool:
        self.portal_only.add((person, kind))
        return True

    def set_policy(self, on: date, body: str, by: str, changed: dict[str, Any]) -> bool:
        self.policies[body] = self.policies.get(body, {}) | changed
        return True

    # A morning

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
