"""What people do, over plain rows: each act says whether it was allowed, and what it owes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.support.oracle.rules import (
    DECIDE,
    JUDGE,
    KEEP,
    KINDS,
    RUNNING,
    STEPS,
    TRUSTED,
    WORK,
    Job,
    Line,
    Term,
)


@dataclass
class Acts:
    """Who holds what, and what each act of theirs changes and owes."""

    terms: list[Term]
    jobs: dict[str, Job]
    policies: dict[str, dict[str, Any]]
    above: str
    """The body above all others: who holds an office there reads everything."""
    locked: set[str] = field(default_factory=set)
    portal_only: set[tuple[str, str]] = field(default_factory=set)
    waiting: list[Line] = field(default_factory=list)
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
