"""The table of rechecks: what is owed, what happens then, and why nothing is said after all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from committees import actions as committee_actions
from committees.actions.addresses import refuse_address
from committees.models import Body, Membership
from committees.roles import Role
from notices import preferences
from notices.delivery import refused_addresses as addresses
from notices.drop_reasons import AddressReason, DropReason, ReaderReason
from notices.models import Notice
from notices.policy.schedule import DEFAULT
from reminders import planning as reminders
from reminders import weekly_summary as summary
from reminders.weekly_summary import SummaryReason
from tasks import actions
from tasks.actions.milestones import MilestoneSpec
from tasks.actions.task_fields import PartSpec
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.lifecycle import State
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.reminders.recheck_world import A_DAY, DUE, TODAY, WHY, World
from tests.support.people import appoint, make_person

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
