"""The world of the year in the database, and each verb of its script through the actions of the portal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from datetime import time as clock_time
from typing import Any

from django.core.exceptions import ValidationError

from committees import actions as committee_actions
from committees.models import Absence, Body, Membership, Person
from notices import preferences
from notices.models import Notice
from notices.policy import actions as policing
from notices.policy import schedule as policies
from notices.policy.schedule import Rung
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.reminders.year_script import GIVERS, IN_CHARGE, LEADS, LONG_AGO, OFFICES, TOP, jobs
from tests.support import bulk
from tests.support.oracle import Job, Letters
from tests.support.people import new_body, new_person


class Portal:
    """The same world in the database, and the same verbs through the actions."""

    def __init__(self) -> None:
        top = new_body(TOP, kind="committee", level="central")
        codes = (*GIVERS, *LEADS)
        self.bodies: dict[str, Body] = {code: new_body(code, top) for code in codes}
        bulk.enter_bodies([top, *self.bodies.values()])
        names = (*OFFICES, "one_newcomer", "three_newcomer")
        self.people: dict[str, Person] = {name: new_person(name, language="en") for name in names}
        self.admin = new_person("admin", is_staff=True, is_superuser=True)
        bulk.enter_people([self.admin, *self.people.values()])
        offices = bulk.offices()
        bulk.enter_terms(
            [
                Membership(
                    person=self.people[name],
                    office=offices[self.bodies[body].pk, role],
                    starts_on=LONG_AGO,
                    fields="; ".join(IN_CHARGE) if role == "deputy" else "",
                )
                for name, (body, role) in OFFICES.items()
            ]
        )
        for code, own in GIVERS.items():
            if own:
                self.set_policy(code, f"{code.lower()}_head", own)
        self.keys = {key: self._draft(job) for key, job in jobs().items()}

    def _draft(self, job: Job) -> int:
        parts = (
            [PartSpec(self.bodies[job.helper], "coordinating", due_on=job.helper_due)] if job.helper else []
        )
        task = Task(
            title=job.key,
            assigner=self.bodies[job.assigner],
            lead=self.bodies[job.lead],
            due_on=job.due,
            due_kind="day" if job.due else "none",
            pillar=job.pillar,
            secrecy=Task.Secrecy.RESTRICTED if job.restricted else Task.Secrecy.NORMAL,
        )
        made = actions.new_task(task=task, parts=parts, by=self.people[f"{job.assigner.lower()}_secretary"])
        return made.pk

    def do(self, verb: str, args: tuple[Any, ...]) -> bool:
        """False when it is refused."""
        try:
            getattr(self, verb)(*args)
        except (Refused, ValidationError):
            return False
        return True

    def _doer(self, key: str, by: str) -> dict[str, Any]:
        return {"task": Task.objects.get(pk=self.keys[key]), "by": self.people[by]}

    def propose(self, key: str, by: str) -> None:
        actions.propose(**self._doer(key, by))

    def assign(self, key: str, by: str) -> None:
        actions.assign(**self._doer(key, by), past_deadline=True)

    def accept(self, key: str, by: str) -> None:
        actions.accept(**self._doer(key, by))

    def submit(self, key: str, by: str) -> None:
        doer = self._doer(key, by)
        actions.add_evidence(**doer, kind="document", document="12/BC")
        actions.submit(**doer, report="Xong.")

    def confirm(self, key: str, by: str) -> None:
        actions.confirm(**self._doer(key, by))

    def send_back(self, key: str, by: str) -> None:
        actions.send_back(**self._doer(key, by), reason="Thiếu số liệu.")

    def suspend(self, key: str, by: str) -> None:
        actions.suspend(**self._doer(key, by), reason="Chờ.")

    def resume(self, key: str, by: str) -> None:
        actions.resume(**self._doer(key, by))

    def withdraw(self, key: str, by: str) -> None:
        actions.withdraw(**self._doer(key, by), reason="Trùng.")

    def edit_day(self, key: str, by: str, due: date) -> None:
        actions.edit_task(**self._doer(key, by), values={"due_on": due}, past_deadline=True)

    def ask(self, key: str, by: str, due: date) -> None:
        actions.ask_extension(**self._doer(key, by), proposed_on=due, reason="Chờ.")

    def approve(self, key: str, by: str) -> None:
        actions.approve_request(**self._doer(key, by))

    def change_lead(self, key: str, by: str, lead: str) -> None:
        actions.change_lead(**self._doer(key, by), lead=self.bodies[lead], reason="Sắp xếp lại.")

    def urge(self, key: str, by: str) -> None:
        urging_actions.urge(**self._doer(key, by))

    def stop_escalation(self, key: str, by: str) -> None:
        actions.stop_escalation(**self._doer(key, by), reason="Chờ.")

    def resume_escalation(self, key: str, by: str) -> None:
        actions.resume_escalation(**self._doer(key, by))

    def deliver(self, key: str, by: str) -> None:
        actions.contribute(**self._doer(key, by), contribution="Đã góp ý.")

    def end_term(self, person: str, by: str, last: date) -> None:
        term = self.people[person].memberships.get()
        committee_actions.end_membership(membership=term, ends_on=last, by=self.people[by])
        forget_appointments()

    def appoint(self, person: str, by: str, body: str, role: str, first: date) -> None:
        office = self.bodies[body].offices.get(role=role)
        term = Membership(person=self.people[person], office=office, starts_on=first)
        # A head is appointed from above.
        by_whom = self.admin if role == "head" else self.people[by]
        committee_actions.save_membership(membership=term, by=by_whom)
        forget_appointments()

    def lock(self, person: str, _by: str, active: bool = False) -> None:
        found = Person.objects.get(pk=self.people[person].pk)
        found.is_active = active
        committee_actions.save_person(person=found, by=self.admin)

    def unlock(self, person: str, by: str) -> None:
        self.lock(person, by, active=True)

    def away(self, person: str, by: str, deputy: str, first: date, last: date) -> None:
        absence = Absence(
            person=self.people[person], deputy=self.people[deputy], starts_on=first, ends_on=last
        )
        committee_actions.save_absence(absence=absence, by=self.people[by])
        forget_appointments()

    def prefer_portal(self, person: str, by: str, kind: str) -> None:
        preferences.save_preferences(person=self.people[person], by=self.people[by], chosen={kind: "portal"})

    def set_policy(self, body: str, by: str, changed: dict[str, Any]) -> None:
        found = self.bodies[body]
        asked = replace(policies.read_policies([found.pk])[found.pk], **_as_rules(changed))
        policing.save_policy(body=found, wanted=asked, by=self.people[by])

    # What went out

    def names(self) -> tuple[dict[int, str], dict[int, str]]:
        tasks = {pk: key for key, pk in self.keys.items()}
        return tasks, {body.pk: code for code, body in self.bodies.items()}

    def ledger(self, on: date) -> Letters:
        """What stands in the letters of the day, by the rows that were stamped."""
        tasks, bodies = self.names()
        told = Notice.objects.filter(state="told", letter__on=on, letter__state="sent")
        letters: Letters = {}
        for notice in told.select_related("person").order_by("pk"):
            named = bodies if notice.kind == "weekly_summary" else tasks
            line = notice.kind, named[notice.about_id], notice.step
            letters.setdefault(notice.person.username, []).append(line)
        return letters

    def titles(self) -> dict[str, str]:
        """As letters name what a line is about: of a restricted task the number alone."""
        closed = {key for key, job in jobs().items() if job.restricted}
        return {
            **{body.brief: code for code, body in self.bodies.items()},
            **{Task(pk=pk).code: key for key, pk in self.keys.items() if key in closed},
        }


def _as_rules(changed: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Callable[[Any], Any]] = {
        "escalation": lambda rungs: tuple(Rung(*rung) for rung in rungs),
        "muted": frozenset,
        "hour": _clock,
        "quiet_from": _clock,
        "quiet_until": _clock,
    }
    return {name: kinds.get(name, lambda same: same)(value) for name, value in changed.items()}


def _clock(text: str) -> Any:
    return clock_time.fromisoformat(text)


def forget_appointments() -> None:
    """Terms are told in test_appointments_told.py; here they would stand between the letters of tasks."""
    Notice.objects.filter(kind="appointed").delete()
