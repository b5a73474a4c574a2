"""Between planning and sending the world changes: each reason to say nothing after all, one by one.

Something is owed, then somebody acts, then letters go. No mail says it, and the ledger says why. The last
test holds this table against the code: a reason that nobody tried here fails it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from committees import actions as committee_actions
from committees.actions.addresses import refuse_address
from committees.models import Body, Membership, Person
from committees.roles import Role
from notices import drop_reasons, preferences
from notices.appointments import AppointmentReason
from notices.delivery import refused_addresses as addresses
from notices.delivery.sender import send_owed
from notices.drop_reasons import AddressReason, DropReason, ReaderReason
from notices.models import Notice
from notices.policy.actions import save_policy
from notices.policy.schedule import DEFAULT
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from reminders import planning as reminders
from reminders import weekly_summary as summary
from reminders.weekly_summary import SummaryReason
from reports.notice_kinds import FileReason
from tasks import actions
from tasks.actions.milestones import MilestoneSpec
from tasks.actions.task_fields import PartSpec
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.lifecycle import State
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.support.people import Bodies, TaskAt, appoint, make_person

pytestmark = pytest.mark.django_db

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


@pytest.fixture
def world(people: dict[str, Person], bodies: Bodies, task_at: TaskAt) -> Iterator[World]:
    at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM)
    with time_machine.travel(at, tick=False) as clock:
        fill_years(2026, 2026)
        Membership.objects.filter(person=people["lead_head"]).update(ends_on=date(2026, 6, 30))
        task = task_at("in_progress", due_on=DUE, parts=[PartSpec(bodies.helper, "coordinating", due_on=DUE)])
        yield World(task, people, bodies, task_at, clock)


# What is owed; each gives the kind


def overdue(world: World) -> str:
    reminders.plan_reminders(TODAY)
    return "overdue"


def overdue_and_not_accepted(world: World) -> str:
    it_is_withdrawn(world)
    world.task = world.task_at("assigned", due_on=DUE)
    return overdue(world)


def overdue_for_a_standing_deputy(world: World) -> str:
    """Who works on the task by a role that reads no restricted one."""
    office = world.bodies.lead.offices.get(role=Role.STANDING_DEPUTY)
    Membership.objects.filter(person=world.officer).update(office=office)
    return overdue(world)


def part_overdue(world: World) -> str:
    reminders.plan_reminders(TODAY)
    return "part_overdue"


def milestone_overdue(world: World) -> str:
    set_milestone(world, DUE)
    reminders.plan_reminders(TODAY)
    return "milestone_overdue"


def set_milestone(world: World, day: date) -> None:
    asked = [MilestoneSpec(day, "Gửi dự thảo")]
    actions.set_milestones(task=world.now, by=world.people["secretary"], milestones=asked)


def escalated(world: World) -> str:
    reminders.plan_escalations(TODAY)
    return "escalated"


def summed_up(world: World) -> str:
    appoint(world.officer, world.bodies.lead, Role.HEAD)
    summary.plan_summaries(TODAY)
    return summary.WEEKLY


def submitted(world: World) -> str:
    actions.add_evidence(task=world.now, by=world.officer, kind="document", document="12/BC")
    actions.submit(task=world.now, by=world.officer, report="Xong.")
    return "task_submitted"


def confirmed(world: World) -> str:
    submitted(world)
    actions.confirm(task=world.now, by=world.people["secretary"])
    return "task_confirmed"


def asked(world: World) -> str:
    day = TODAY + 30 * A_DAY
    actions.ask_extension(task=world.now, by=world.officer, proposed_on=day, reason=WHY)
    return "extension_asked"


def at_risk(world: World) -> str:
    world.task = world.task_at("in_progress")
    actions.flag_risk(task=world.now, by=world.officer, days=10, remedy="Thêm người.")
    return "risk_flagged"


def urged(world: World) -> str:
    urging_actions.urge(task=world.now, by=world.people["secretary"])
    return "task_urged"


def given_to_another(world: World) -> str:
    actions.change_lead(task=world.now, by=world.people["head"], lead=world.bodies.sister, reason=WHY)
    return "task_taken_away"


def address_refused(world: World) -> str:
    keeper = make_person("keeper")
    appoint(keeper, world.bodies.lead, Role.SECRETARY)
    addresses.record_refused_address(world.officer, world.officer.email, "550 5.1.1 no such user")
    return addresses.KIND_NAME


def of_an_older_version(world: World) -> str:
    values = {"person": world.officer, "about_type": "tasks.task", "about_id": world.task.pk, "on": TODAY}
    Notice.objects.create(key="old:1", kind="of_an_older_version", **values)
    return "of_an_older_version"


# What happens then


def it_is_reported(world: World) -> None:
    submitted(world)


def it_is_done(world: World) -> None:
    confirmed(world)


def it_is_withdrawn(world: World) -> None:
    actions.withdraw(task=world.now, by=world.people["secretary"], reason=WHY)


def it_is_suspended(world: World) -> None:
    actions.suspend(task=world.now, by=world.people["secretary"], reason=WHY)


def it_is_recalled(world: World) -> None:
    actions.recall(task=world.now, by=world.people["secretary"], reason=WHY)


def it_is_declined(world: World) -> None:
    actions.decline(task=world.now, by=world.officer, reason=WHY)


def it_is_sent_back(world: World) -> None:
    actions.send_back(task=world.now, by=world.people["secretary"], reason=WHY)


def it_is_extended(world: World) -> None:
    asked(world)
    actions.approve_request(task=world.now, by=world.people["head"])


def its_day_is_moved(world: World) -> None:
    actions.edit_task(task=world.now, values={"due_on": TODAY + 60 * A_DAY}, by=world.people["head"])


def another_body_leads_it(world: World) -> None:
    given_to_another(world)


def the_body_leads_it_again(world: World) -> None:
    actions.change_lead(task=world.now, by=world.people["head"], lead=world.bodies.lead, reason=WHY)


def it_is_restricted(world: World) -> None:
    values = {"secrecy": Task.Secrecy.RESTRICTED}
    actions.edit_task(task=world.now, values=values, by=world.people["head"])


def it_is_deleted(world: World) -> None:
    world.now.parts.all().delete()
    Task.objects.filter(pk=world.task.pk).delete()


def the_term_ends(world: World) -> None:
    world.end_term("officer")


def the_account_is_locked(world: World) -> None:
    world.save_officer(is_active=False)


def the_address_is_taken_out(world: World) -> None:
    world.save_officer(email="")


def the_address_is_corrected(world: World) -> None:
    world.save_officer(email="moi@demo.invalid")


def the_server_refuses_the_address(world: World) -> None:
    refuse_address(person=world.officer, address=world.officer.email, answer="550 5.1.1")


def the_office_may_no_longer_work(world: World) -> None:
    world.let_office("view_tasks")


def the_office_may_no_longer_read(world: World) -> None:
    world.let_office("work_on_tasks")


def the_body_is_dissolved(world: World) -> None:
    body = Body.objects.get(pk=world.bodies.lead.pk)
    body.dissolved_on = TODAY
    committee_actions.save_body(body=body, by=world.people["admin"])


def the_step_is_taken_out(world: World) -> None:
    world.set_policy(after=(5,), weekly=False)


def the_rung_is_taken_out(world: World) -> None:
    world.set_policy(escalation=())


def the_kind_is_switched_off(world: World) -> None:
    world.set_policy(muted=frozenset({"task_confirmed"}))


def the_person_chooses_the_portal(world: World) -> None:
    chosen = {"task_confirmed": "portal"}
    preferences.save_preferences(person=world.officer, by=world.officer, chosen=chosen)


def it_is_delivered(world: World) -> None:
    actions.contribute(task=world.now, by=world.people["helper"], contribution="Đã góp ý.")


def its_own_day_is_moved(world: World) -> None:
    other = [PartSpec(world.bodies.helper, "coordinating", due_on=DUE - A_DAY)]
    actions.edit_task(task=world.now, values={}, parts=other, by=world.people["head"])


def it_no_longer_helps(world: World) -> None:
    actions.edit_task(task=world.now, values={}, parts=[], by=world.people["head"])


def somebody_answers(world: World) -> None:
    actions.refuse_request(task=world.now, by=world.people["head"], decision=WHY)


def it_is_back_on_schedule(world: World) -> None:
    actions.clear_risk(task=world.now, by=world.officer)


def telling_above_is_stopped(world: World) -> None:
    actions.stop_escalation(task=world.now, by=world.people["head"], reason=WHY)


def the_secretary_leaves(world: World) -> None:
    world.end_term("secretary")


def the_secretary_becomes_a_member(world: World) -> None:
    world.end_term("secretary")
    appoint(world.people["secretary"], world.bodies.committee, Role.MEMBER)


def the_head_leaves(world: World) -> None:
    Membership.objects.filter(office__role=Role.HEAD, person=world.officer).delete()


def the_keeper_leaves(world: World) -> None:
    Membership.objects.filter(person__username="keeper").delete()


def it_is_reached(world: World) -> None:
    milestone = world.task.milestones.get().pk
    actions.mark_milestone(task=world.now, by=world.officer, milestone=milestone, done_on=TODAY)


def the_milestone_is_moved(world: World) -> None:
    set_milestone(world, DUE - A_DAY)


def nothing(world: World) -> None:
    pass


Owed = Callable[[World], str]
Happens = Callable[[World], None]

CASES: list[tuple[Owed, Happens, DropReason]] = [
    (overdue, it_is_reported, REASON_OF_STATE[State.SUBMITTED]),
    (overdue, it_is_done, REASON_OF_STATE[State.COMPLETED]),
    (overdue, it_is_withdrawn, REASON_OF_STATE[State.WITHDRAWN]),
    (overdue, it_is_suspended, REASON_OF_STATE[State.SUSPENDED]),
    (overdue_and_not_accepted, it_is_recalled, REASON_OF_STATE[State.DRAFT]),
    (overdue_and_not_accepted, it_is_declined, REASON_OF_STATE[State.PROPOSED]),
    (overdue, it_is_extended, TaskReason.MOVED),
    (overdue, its_day_is_moved, TaskReason.MOVED),
    (overdue, another_body_leads_it, TaskReason.OTHER_LEAD),
    (overdue, the_account_is_locked, ReaderReason.LOCKED),
    (overdue, the_term_ends, TaskReason.NO_OFFICE),
    (overdue, the_office_may_no_longer_work, TaskReason.NO_OFFICE),
    (overdue, the_office_may_no_longer_read, TaskReason.NOT_VISIBLE),
    (overdue_for_a_standing_deputy, it_is_restricted, TaskReason.NOT_VISIBLE),
    (overdue, the_body_is_dissolved, TaskReason.DISSOLVED),
    (overdue, it_is_deleted, TaskReason.DELETED),
    (overdue, the_step_is_taken_out, TaskReason.OTHER_POLICY),
    (overdue, the_address_is_taken_out, ReaderReason.NO_ADDRESS),
    (overdue, the_server_refuses_the_address, ReaderReason.ADDRESS_REFUSED),
    (part_overdue, it_is_delivered, TaskReason.DELIVERED),
    (part_overdue, it_no_longer_helps, TaskReason.NO_PART),
    (part_overdue, its_own_day_is_moved, TaskReason.MOVED),
    (part_overdue, it_is_withdrawn, REASON_OF_STATE[State.WITHDRAWN]),
    (milestone_overdue, it_is_reached, TaskReason.REACHED),
    (milestone_overdue, the_milestone_is_moved, TaskReason.MOVED),
    (milestone_overdue, it_is_withdrawn, REASON_OF_STATE[State.WITHDRAWN]),
    (milestone_overdue, another_body_leads_it, TaskReason.OTHER_LEAD),
    (escalated, it_is_reported, REASON_OF_STATE[State.SUBMITTED]),
    (escalated, its_day_is_moved, TaskReason.MOVED),
    (escalated, telling_above_is_stopped, TaskReason.STOPPED),
    (escalated, the_rung_is_taken_out, TaskReason.OTHER_POLICY),
    (escalated, the_secretary_becomes_a_member, TaskReason.NO_OFFICE),
    (escalated, the_secretary_leaves, TaskReason.NOT_VISIBLE),
    (summed_up, it_is_done, SummaryReason.NOTHING_LATE),
    (summed_up, the_head_leaves, SummaryReason.NOT_HEAD),
    (submitted, it_is_sent_back, REASON_OF_STATE[State.IN_PROGRESS]),
    (submitted, it_is_withdrawn, REASON_OF_STATE[State.WITHDRAWN]),
    (confirmed, the_person_chooses_the_portal, ReaderReason.IN_PORTAL),
    (confirmed, the_kind_is_switched_off, ReaderReason.SWITCHED_OFF),
    (confirmed, the_account_is_locked, ReaderReason.LOCKED),
    (asked, somebody_answers, TaskReason.ANSWERED),
    (at_risk, it_is_back_on_schedule, TaskReason.CALMED),
    (urged, it_is_reported, REASON_OF_STATE[State.SUBMITTED]),
    (urged, the_term_ends, TaskReason.NO_OFFICE),
    (given_to_another, the_body_leads_it_again, TaskReason.GIVEN_BACK),
    (address_refused, the_address_is_corrected, AddressReason.CORRECTED),
    (address_refused, the_keeper_leaves, AddressReason.NOT_KEEPER),
    (of_an_older_version, nothing, ReaderReason.UNKNOWN_KIND),
]


@pytest.mark.parametrize("owed, happens, reason", CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_no_mail_and_the_ledger_says_why(
    world: World, owed: Owed, happens: Happens, reason: DropReason
) -> None:
    Notice.objects.all().delete()
    kind = owed(world)
    planned = set(Notice.objects.filter(kind=kind).values_list("pk", flat=True))
    assert planned
    happens(world)
    # What it is itself news of goes with the same letter, and is another test's affair.
    Notice.objects.exclude(pk__in=planned).delete()
    sent = send_owed(TODAY)
    rows: Any = Notice.objects.filter(pk__in=planned).values_list("state", "dropped_because", "letter")
    assert set(rows) == {(Notice.State.DROPPED, reason, None)}
    assert (sent.letters, sent.dropped, mail.outbox) == (0, len(planned), [])


# Something newer says it better


def a_later_step(world: World) -> str:
    reminders.plan_reminders(DUE + A_DAY)
    return overdue(world)


def later_news(world: World) -> str:
    world.clock.shift(-3 * A_DAY)
    urged(world)
    world.clock.shift(3 * A_DAY)
    return urged(world)


def a_higher_step(world: World) -> str:
    first = DEFAULT.escalation[0]
    world.set_policy(escalation=(first, first._replace(days_late=2)))
    appoint(world.officer, world.bodies.lead, Role.HEAD)
    return escalated(world)


def a_later_week(world: World) -> str:
    Task.objects.update(due_on=DUE - 7 * A_DAY)
    appoint(world.officer, world.bodies.lead, Role.HEAD)
    summary.plan_summaries(TODAY - 7 * A_DAY)
    summary.plan_summaries(TODAY)
    return summary.WEEKLY


REPLACED: list[tuple[Owed, DropReason]] = [
    (a_later_step, TaskReason.LATER_STEP),
    (later_news, TaskReason.LATER_NEWS),
    (a_higher_step, TaskReason.HIGHER_STEP),
    (a_later_week, SummaryReason.OTHER_WEEK),
]


@pytest.mark.parametrize("owed, reason", REPLACED, ids=lambda one: getattr(one, "__name__", ""))
def test_of_two_lines_one_is_told(world: World, owed: Owed, reason: DropReason) -> None:
    Notice.objects.all().delete()
    kind = owed(world)
    Notice.objects.exclude(kind=kind, person=world.officer).delete()
    send_owed(TODAY)
    rows = Notice.objects.order_by("pk").values_list("state", "dropped_because")
    assert sorted(rows) == [(Notice.State.DROPPED, reason), (Notice.State.TOLD, "")]
    (message,) = mail.outbox
    assert str(message.body).count("\n- ") == 1


# Nothing is forgotten here

OF_FILES = {FileReason.GONE}
# Of a file nobody is told twice: tests/reports/exports/test_exports.py.
# Of appointments: tests/committees/test_appointments_told.py.


def test_every_reason_in_the_code_was_tried() -> None:
    tried = {reason for *_what, reason in (*CASES, *REPLACED)}
    assert set(drop_reasons.every()) - OF_FILES - set(AppointmentReason) == tried
