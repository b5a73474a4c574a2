"""Who gets which reminder of a task on which day, under the policy of the body that gave it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from committees import access
from committees.access import Asker
from committees.models import Body, Membership
from committees.roles import RESTRICTED_READERS, Role, words_of
from notices import policies
from notices.calendar import Calendar
from notices.policies import LEAD, Rules
from tasks.models import Task

A_WEEK = timedelta(days=7)
IN_CHARGE = (Role.DEPUTY, Role.STANDING_DEPUTY, Role.HEAD)
"""A step for the deputy goes to the one whose field it is; where nobody has it, to the next of these."""


@dataclass
class Told:
    """On this day, at this step, these people; `names` stays empty where the asker reads no members."""

    day: date
    step: str
    who: str
    body: Body
    people: list[int]
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Forecast:
    """The reminders of one task, as they will be owed if nothing changes until then."""

    task: Task
    rules: Rules
    calendar: Calendar
    on: date

    def lines(self, asker: Asker) -> list[Told]:
        """In the order of the days; of the weekly ones only the first, which says that more follow."""
        deadlines = list(self._deadlines())
        bodies = {body.pk: body for body, _due in deadlines} | {self.task.assigner_id: self.task.assigner}
        terms = self._terms(list(bodies))
        lines = [*self._to_workers(deadlines), *self._to_those_above(terms)]
        read = {pk for pk, body in bodies.items() if access.allows(asker, "view_tasks", body)}
        names = {term.person_id: str(term.person) for term in terms}
        for line in lines:
            if line.body.pk in read:
                line.names = sorted(names[pk] for pk in line.people)
        return sorted(lines, key=lambda line: line.day)

    def _deadlines(self) -> Iterator[tuple[Body, date]]:
        """The lead body's, and those of the bodies that help and have a day of their own."""
        if self.task.lead and self.task.due_on:
            yield self.task.lead, self.task.due_on
        for part in self.task.parts.waiting().select_related("body"):
            if part.due_on:
                yield part.body, part.due_on

    def _terms(self, bodies: list[int]) -> list[Membership]:
        terms = Membership.objects.holding_on(self.on).filter(office__body__in=bodies, person__is_active=True)
        return list(terms.select_related("office", "person"))

    def _to_workers(self, deadlines: list[tuple[Body, date]]) -> Iterator[Told]:
        open_to_all = self.task.secrecy == Task.Secrecy.NORMAL
        workers: dict[int, set[int]] = {}
        rows: Any = access.holders("work_on_tasks", self.on)
        for row in rows.filter(body__in=[body.pk for body, _due in deadlines]):
            if open_to_all or row["role"] in RESTRICTED_READERS:
                workers.setdefault(row["body"], set()).add(row["person_id"])
        for body, due_on in deadlines:
            for day, step in self._steps(due_on):
                people = sorted(workers.get(body.pk, ()))
                yield Told(day, step_words(step), _("who works on it"), body, people)

    def _steps(self, due_on: date) -> Iterator[tuple[date, str]]:
        """Until the first of the weekly ones."""
        last = self.calendar.add_working_days(due_on, self.rules.last_late) + 3 * A_WEEK
        for day, step in policies.schedule(self.rules, due_on, self.calendar, last):
            yield day, step
            if "w" in step:
                return

    def _to_those_above(self, terms: list[Membership]) -> Iterator[Told]:
        if self.task.due_on is None:
            return
        for day, rungs in policies.escalations(self.rules, self.task.due_on, self.calendar, date.max):
            for rung in rungs:
                if body := self.task.lead if rung.side == LEAD else self.task.assigner:
                    who = words_of(Role(rung.role), body.kind)
                    yield Told(
                        day, late_words(rung.days_late), who, body, self._holders(terms, body, rung.role)
                    )

    def _holders(self, terms: list[Membership], body: Body, role: str) -> list[int]:
        """Of a deputy's step the one in charge of the field, else the next of `IN_CHARGE` that is held."""
        held = [term for term in terms if term.office.body_id == body.pk and term.office.role == role]
        if role != Role.DEPUTY:
            return sorted({term.person_id for term in held})
        mine = [term for term in held if term.in_charge_of(self.task.pillar)]
        for other in IN_CHARGE[1:]:
            mine = mine or [
                term for term in terms if term.office.body_id == body.pk and term.office.role == other
            ]
        return sorted({term.person_id for term in mine})


def step_words(step: str) -> str:
    """`-7` in words, and so on."""
    if step == "0":
        return _("on the day")
    if "w" in step:
        return _("then every week, until it is done")
    days = int(step[1:])
    if step.startswith("+"):
        return late_words(days)
    return ngettext("%(days)s working day before", "%(days)s working days before", days) % {"days": days}


def late_words(days: int) -> str:
    return ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}
