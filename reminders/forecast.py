"""Who gets which reminder of a task on which day, under the policy of the body that gave it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from committees import access
from committees.access import Asker
from committees.models import Body, Membership
from committees.roles import RESTRICTED_READERS, Role, role_label
from notices.calendar import Calendar
from notices.policy import schedule as policies
from notices.policy.schedule import LEAD, PolicyRules
from reminders.planning.escalation import OfficeHolders
from tasks.models import Task

A_WEEK = timedelta(days=7)


@dataclass(kw_only=True)
class ForecastLine:
    """On this day, at this step, these people of the body."""

    day: date
    step: str
    # In what capacity they are told.
    who: str
    body: Body
    people: list[int]
    # Working days late of an escalation; 0 for those who work on the task.
    days_late: int = 0
    # Stays empty where the reader of the forecast may not read the members of the body.
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Forecast:
    """The reminders of one task, as they will be owed if nothing changes until then."""

    task: Task
    rules: PolicyRules
    calendar: Calendar
    on: date

    def lines(self, reader: Asker) -> list[ForecastLine]:
        """The lines by their days; of the weekly ones only the first, which says that more follow."""
        deadlines = list(self._deadlines())
        bodies = {body.pk: body for body, _due_on in deadlines} | {self.task.assigner_id: self.task.assigner}
        terms = self._terms(list(bodies))
        lines = keep_highest_step([*self._to_workers(deadlines), *self._to_superiors(terms)])
        readable = {pk for pk, body in bodies.items() if access.allows(reader, "view_tasks", body)}
        names = {term.person_id: str(term.person) for term in terms}
        for line in lines:
            if line.body.pk in readable:
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
        return list(terms.filter(person__is_superuser=False).select_related("office", "person"))

    def _to_workers(self, deadlines: list[tuple[Body, date]]) -> Iterator[ForecastLine]:
        unrestricted = self.task.secrecy == Task.Secrecy.NORMAL
        workers: dict[int, set[int]] = {}
        rows: Any = access.holders("work_on_tasks", self.on)
        for row in rows.filter(body__in=[body.pk for body, _due_on in deadlines]):
            if unrestricted or row["role"] in RESTRICTED_READERS:
                workers.setdefault(row["body"], set()).add(row["person_id"])
        for body, due_on in deadlines:
            for day, step in self._steps(due_on):
                yield ForecastLine(
                    day=day,
                    step=describe_step(step),
                    who=_("who works on it"),
                    body=body,
                    people=sorted(workers.get(body.pk, ())),
                )

    def _steps(self, due_on: date) -> Iterator[tuple[date, str]]:
        """Until the first of the weekly ones."""
        last = self.calendar.add_working_days(due_on, self.rules.last_late) + 3 * A_WEEK
        for day, step in policies.list_steps(self.rules, due_on, self.calendar, last):
            yield day, step
            if "w" in step:
                return

    def _to_superiors(self, terms: list[Membership]) -> Iterator[ForecastLine]:
        if self.task.due_on is None or self.task.escalation_stopped_at:
            return
        superiors = OfficeHolders.among(
            (term.office.body_id, term.office.role, term.person_id, term.fields) for term in terms
        )
        restricted = self.task.secrecy != Task.Secrecy.NORMAL
        for day, rungs in policies.list_escalations(self.rules, self.task.due_on, self.calendar, date.max):
            for rung in rungs:
                body = self.task.lead if rung.side == LEAD else self.task.assigner
                if body is None:
                    continue
                people = superiors.holders(body.pk, rung.role, self.task.pillar, restricted=restricted)
                yield ForecastLine(
                    day=day,
                    step=describe_days_late(rung.days_late),
                    who=role_label(Role(rung.role), body.kind),
                    body=body,
                    people=sorted(people),
                    days_late=rung.days_late,
                )


def keep_highest_step(lines: list[ForecastLine]) -> list[ForecastLine]:
    """A person who is on two steps of a day, or works on the task too, reads only the highest."""
    highest: dict[tuple[date, int], int] = {}
    for line in lines:
        for pk in line.people:
            highest[line.day, pk] = max(line.days_late, highest.get((line.day, pk), 0))
    kept = []
    for line in lines:
        people = [pk for pk in line.people if highest[line.day, pk] == line.days_late]
        if people or not line.people:
            kept.append(replace(line, people=people))
    return kept


def describe_step(step: str) -> str:
    """A step such as `-7`, `0`, `+3` or `+7w1` in words."""
    if step == "0":
        return _("on the day")
    if "w" in step:
        return _("then every week, until it is done")
    days = int(step[1:])
    if step.startswith("+"):
        return describe_days_late(days)
    return ngettext("%(days)s working day before", "%(days)s working days before", days) % {"days": days}


def describe_days_late(days: int) -> str:
    return ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}
