"""A task that is overdue by its own day and by its helper's, and those who can change that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import time_machine

from committees import actions as committee_actions
from committees.models import Person
from notices.policy.actions import save_policy
from notices.policy.schedule import DEFAULT
from tasks.models import Task
from tests.support.people import Bodies, TaskAt

TODAY = date(2026, 7, 20)  # a Monday
DUE = date(2026, 7, 15)  # three working days before
A_DAY = timedelta(days=1)
WHY = "Chờ hướng dẫn."


@dataclass
class World:
    task: Task
    people: dict[str, Person]
    bodies: Bodies
    task_at: TaskAt
    clock: time_machine.Traveller

    @property
    def officer(self) -> Person:
        """The only one who works for the lead body."""
        return self.people["officer"]

    @property
    def now(self) -> Task:
        return Task.objects.get(pk=self.task.pk)

    def end_term(self, who: str) -> None:
        term = self.people[who].memberships.get()
        committee_actions.end_membership(membership=term, ends_on=TODAY - A_DAY, by=self.people["admin"])

    def let_office(self, *permissions: str) -> None:
        office = self.officer.memberships.get().office
        committee_actions.set_office_permissions(
            office=office, permissions=permissions, by=self.people["admin"]
        )

    def save_officer(self, **values: Any) -> None:
        person = Person.objects.get(pk=self.officer.pk)
        for name, value in values.items():
            setattr(person, name, value)
        committee_actions.save_person(person=person, by=self.people["admin"])

    def set_policy(self, **changed: Any) -> None:
        save_policy(body=self.bodies.committee, wanted=replace(DEFAULT, **changed), by=self.people["head"])
