"""The world that actions are done in by the tests of audit, and how each is made ready there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from committees import actions as committee_actions
from committees.models import Absence, Alias, Membership, Person, ProposedTerm
from committees.roles import Role
from imports.models import ColumnMeaning, Import
from notices.models import Letter, Notice
from portal.shared.days import today
from reports import actions as report_actions
from reports.models import Export
from tasks import actions as task_actions
from tasks import rules
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut, Order, OrderRelation, Task
from tasks.orders import actions as order_actions
from tasks.orders import relation_actions
from tests.support.imports import checked, read_as, unknown
from tests.support.people import SINCE, Bodies, TaskAt, ready_for


class World:
    def __init__(self, bodies: Bodies, people: dict[str, Person], order: Order, task_at: TaskAt) -> None:
        self.bodies, self.people, self.order, self.task_at = bodies, people, order, task_at

    def task(self, state: str, **values: Any) -> Task:
        return self.task_at(state, **values)

    def new_term(self, person: Person) -> Membership:
        office = self.bodies.committee.offices.get(role=Role.MEMBER)
        return Membership(person=person, office=office, starts_on=SINCE)

    def proposal(self, by: Person) -> ProposedTerm:
        """Of an administrator other than the one who will decide."""
        other = self.people["staff" if by.is_superuser else "admin"]
        return committee_actions.propose_term(membership=self.new_term(other), by=other)

    def with_evidence(self) -> Task:
        task = self.task_at("in_progress")
        task_actions.add_evidence(task=task, by=self.people["officer"], kind="document", document="1/BC")
        return task

    def confirmed(self, by: Person) -> Task:
        """By them, since only whoever confirmed takes that back; by the secretary where they may not."""
        task = self.task("submitted")
        doer = by if rules.may_confirm(by, task) else self.people["secretary"]
        return task_actions.confirm(task=task, by=doer)

    def unsure(self) -> Task:
        return ready_for("vouch", self.task("draft"), self.people)

    def imported(self) -> Import:
        return read_as(self.order, [checked(**unknown("Sở lạ"))], self.people["secretary"])

    def asked(self, verb: str) -> Task:
        return ready_for(verb, self.task_at("in_progress"), self.people)

    def fan_out(self) -> FanOut:
        to = [self.bodies.helper]
        return fan_out_actions.prepare_fan_out(
            task=self.task("in_progress"), giver=self.bodies.committee, bodies=to, by=self.people["secretary"]
        )

    def passed_over(self) -> FanOut:
        """A fan-out that is over, its only body passed over."""
        fan_out = fan_out_actions.start_fan_out(fan_out=self.fan_out(), by=self.people["head"])
        FanOut.objects.filter(pk=fan_out.pk).update(state=FanOut.State.DONE)
        fan_out.recipients.update(skipped="dissolved")
        return fan_out

    def absence(self, who: str = "head", deputy: str = "member") -> Absence:
        days = {"starts_on": today(), "ends_on": today()}
        return Absence(person=self.people[who], deputy=self.people[deputy], **days)

    def alias(self) -> Alias:
        by, reader = self.people["secretary"], self.bodies.committee
        return committee_actions.remember_alias(body=self.bodies.lead, name="Sở", reader=reader, by=by)

    def meaning(self) -> ColumnMeaning:
        body = self.bodies.committee
        return ColumnMeaning.objects.create(body=body, key="kinh phi", heading="Kinh phí", field="note")

    def refused(self, who: str) -> Person:
        Person.objects.filter(pk=self.people[who].pk).update(address_refused_at=timezone.now())
        return self.people[who]

    def without_password(self, who: str) -> Person:
        self.people[who].set_unusable_password()
        self.people[who].save()
        return self.people[who]

    def failed_letter(self) -> Letter:
        self.task("in_progress")
        person = Notice.objects.owed().select_related("person")[0].person
        values = {"person": person, "on": today(), "message_id": "<1>"}
        return Letter.objects.create(state="failed", failure="refused", **values)

    def failed_export(self, by: Person) -> Export:
        made = report_actions.ask_export(by=by, report="list", format="xlsx", data=QueryDict())
        made.state, made.problem = Export.State.FAILED, Export.Problem.BROKE
        made.save()
        return made

    def term(self) -> Membership:
        return self.people["member"].memberships.get()


def later(world: World) -> Order:
    """Another order of the committee."""
    order = Order(body=world.bodies.committee, number="2/KH", kind="plan")
    return order_actions.save_order(order=order, by=world.people["secretary"])


def replacing(world: World) -> OrderRelation:
    relation: OrderRelation = relation_actions.relate(
        order=later(world), kind="replaces", other=world.order, by=world.people["secretary"]
    )
    return relation


def marked(world: World, by: Person) -> Callable[[], Any]:
    task = world.asked("mark_milestone")
    milestone = task.milestones.get().pk
    return partial(task_actions.mark_milestone, task=task, by=by, milestone=milestone, done_on=today())


def changed(thing: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(thing, name, value)
    return thing


Ready = Callable[[World, Person], Callable[[], Any]]
# Who does it, the verb of its one event (or of a decision and its effect), and what makes it ready.
Row = tuple[str, str | tuple[str, str], Ready]
