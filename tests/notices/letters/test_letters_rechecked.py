"""What is asked again before a letter goes, and why a line is left out."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from committees import actions as committee_actions
from committees.models import Membership, Person
from committees.roles import Role
from notices.daily_run import remind
from notices.delivery.sender import send_owed
from notices.drop_reasons import ReaderReason
from notices.models import Notice, Preference
from portal.shared.days import VIETNAM
from reminders import planning as reminders
from tasks import actions
from tasks.drop_reasons import TaskReason
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tests.notices.letters.helpers import DUE, TODAY, completed, html_of, submitted, text_of, withdrawn
from tests.support.people import appoint, make_body, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    """Eight in the morning in Vietnam, long after the terms of the fixtures began."""
    at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM)
    with time_machine.travel(at, tick=True) as clock:
        yield clock


def suspended(task, people, officer):
    actions.suspend(task=task, by=people["secretary"], reason="Chờ.")


def extended(task, people, officer):
    actions.edit_task(task=task, values={"due_on": TODAY + timedelta(days=60)}, by=people["head"])


def given_to_another(task, people, officer):
    Membership.objects.filter(person=people["helper"]).update(starts_on=date(2026, 1, 1))
    helper = people["helper"].memberships.get().office.body
    actions.change_lead(task=task, lead=helper, by=people["head"], reason="Đổi.")


def term_ended(task, people, officer):
    Membership.objects.filter(person=officer).update(ends_on=TODAY - timedelta(days=1))


def locked(task, people, officer):
    officer.is_active = False
    committee_actions.save_person(person=officer, by=None)


def without_address(task, people, officer):
    officer.email = ""
    committee_actions.save_person(person=officer, by=None)


def right_taken(task, people, officer):
    office = officer.memberships.get().office
    committee_actions.set_office_permissions(office=office, permissions=["view_tasks"], by=people["admin"])


def sight_taken(task, people, officer):
    office = officer.memberships.get().office
    committee_actions.set_office_permissions(office=office, permissions=["work_on_tasks"], by=people["admin"])


def dissolved(task, people, officer):
    type(task.lead).objects.filter(pk=task.lead_id).update(dissolved_on=TODAY)


def made_restricted(task, people, officer):
    sight_through_a_role_that_reads_no_restricted_task(officer)
    Task.objects.filter(pk=task.pk).update(secrecy=Task.Secrecy.RESTRICTED)


def sight_through_a_role_that_reads_no_restricted_task(officer):
    term = officer.memberships.get()
    deputy = term.office.body.offices.get(role=Role.STANDING_DEPUTY)
    Membership.objects.filter(pk=term.pk).update(office=deputy)


def deleted(task, people, officer):
    task.parts.all().delete()
    Task.objects.filter(pk=task.pk).delete()


@pytest.mark.parametrize(
    "happens, reason",
    [
        (withdrawn, TaskReason.WITHDRAWN),
        (suspended, TaskReason.SUSPENDED),
        (submitted, TaskReason.SUBMITTED),
        (completed, TaskReason.COMPLETED),
        (extended, TaskReason.MOVED),
        (given_to_another, TaskReason.OTHER_LEAD),
        (term_ended, TaskReason.NO_OFFICE),
        (right_taken, TaskReason.NO_OFFICE),
        (sight_taken, TaskReason.NOT_VISIBLE),
        (locked, ReaderReason.LOCKED),
        (without_address, ReaderReason.NO_ADDRESS),
        (deleted, TaskReason.DELETED),
        (dissolved, TaskReason.DISSOLVED),
        (made_restricted, TaskReason.NOT_VISIBLE),
    ],
)
def test_asked_again_before_it_is_sent(late, people, officer, smtp, happens, reason):
    reminders.plan_reminders(TODAY)
    happens(late, people, officer)
    send_owed(TODAY)
    notice = Notice.objects.get(kind="overdue")
    assert (notice.state, notice.dropped_because) == (Notice.State.DROPPED, reason)
    assert notice.letter is None
    for message in smtp.messages:
        assert officer.email not in message["To"] or "quá hạn" not in text_of(message).lower()


def test_a_contribution_delivered_meanwhile_is_not_asked_for(late, people, bodies, smtp):
    part = late.parts.get_or_create(body=bodies.sister, kind="coordinating")[0]
    type(part).objects.filter(pk=part.pk).update(due_on=DUE)
    Membership.objects.filter(office__body=bodies.sister).update(starts_on=date(2026, 1, 1), ends_on=None)
    reminders.plan_reminders(TODAY)
    owed = Notice.objects.filter(kind="part_overdue")
    assert owed.exists()
    type(part).objects.filter(pk=part.pk).update(delivered_at=timezone.now(), delivered_by=people["sister"])
    send_owed(TODAY)
    assert set(owed.values_list("state", "dropped_because")) == {(Notice.State.DROPPED, TaskReason.DELIVERED)}
    actions.return_contribution(task=late, by=people["officer"], reason="Thiếu số liệu.")
    assert set(owed.values_list("state", "dropped_because")) == {(Notice.State.OWED, "")}


def confirmed(late, people, officer) -> Notice:
    completed(late, people, officer)
    return Notice.objects.get(kind="task_confirmed", person=officer)


def test_who_chose_the_portal_meanwhile_reads_it_there(late, people, officer, smtp):
    notice = confirmed(late, people, officer)
    Preference.objects.create(person=officer, kind=notice.kind, how=Preference.How.PORTAL)
    send_owed(TODAY)
    notice.refresh_from_db()
    assert (notice.state, notice.dropped_because) == (Notice.State.DROPPED, ReaderReason.IN_PORTAL)
    assert [one for one in smtp.messages if officer.email in one["To"]] == []
    assert notice in Notice.objects.unread_for(officer)


def test_nobody_is_let_off_a_duty(late, officer, smtp):
    Preference.objects.create(person=officer, kind="overdue", how=Preference.How.PORTAL)
    assert remind(TODAY).sent.letters == 1


def test_who_has_no_address_reads_it_in_the_portal(late, people, officer, smtp):
    reminders.plan_reminders(TODAY)
    without_address(late, people, officer)
    send_owed(TODAY)
    assert Notice.objects.unread_for(officer).filter(kind="overdue").exists()


def test_a_reminder_that_was_not_sent_gives_way_to_the_next_step(late, officer, smtp):
    smtp.answer = lambda message: "451 try again later"
    remind(TODAY)
    smtp.answer = lambda message: None
    remind(date(2026, 7, 21))
    states = dict(Notice.objects.values_list("step", "dropped_because"))
    assert states == {"+1": TaskReason.LATER_STEP, "+3": ""}
    assert len(smtp.messages) == 1


def test_two_urges_are_one_line(late, people, smtp, morning):
    urging_actions.urge(task=late, by=people["secretary"])
    morning.shift(timedelta(days=1))
    urging_actions.urge(task=late, by=people["secretary"])
    send_owed(date(2026, 7, 21))
    reasons = (
        Notice.objects.filter(kind="task_urged").order_by("pk").values_list("dropped_because", flat=True)
    )
    assert list(reasons) == [TaskReason.LATER_NEWS, ""]


def test_what_two_bodies_deliver_is_two_lines_and_what_goes_back_to_them_too(late, officer, bodies, smtp):
    helper, both = make_person("helper_of_both"), (bodies.sister, make_body("ANOTHER"))
    for body in both:
        appoint(helper, body, Role.SECRETARY)
        late.parts.get_or_create(body=body, kind="coordinating")
        actions.contribute(task=late, by=helper, contribution="Đã gửi số liệu.", body=body)
    send_owed(TODAY)
    for body in both:
        actions.return_contribution(task=late, by=officer, reason="Thiếu số liệu.", body=body)
    send_owed(date(2026, 7, 21))
    told = Notice.objects.filter(state=Notice.State.TOLD)
    assert told.filter(person=officer, kind="part_delivered").count() == 2
    assert told.filter(person=helper, kind="part_returned").count() == 2


def test_who_lost_a_task_learns_that_and_nothing_of_it_since(late, people, officer, smtp):
    old_title = late.title
    late = actions.recall(task=task_given_again(late, people), by=people["secretary"], reason="Chưa rõ.")
    actions.edit_task(task=late, values={"title": "Nội dung mới"}, by=people["secretary"])
    send_owed(TODAY)
    (message,) = [one for one in smtp.messages if officer.email in one["To"]]
    assert old_title in text_of(message)
    assert "Chưa rõ." in text_of(message)
    assert "Nội dung mới" not in message.as_string() + text_of(message) + html_of(message)
    assert late.get_absolute_url() not in text_of(message)


def task_given_again(task: Task, people: dict[str, Person]) -> Task:
    """As it was before the lead accepted it: what can still be recalled."""
    Task.objects.filter(pk=task.pk).update(state="assigned")
    return Task.objects.get(pk=task.pk)


def test_an_unknown_kind_is_dropped_and_says_so(late, officer, smtp):
    Notice.objects.create(
        key="old:1", person=officer, kind="of_an_older_version", about_type="tasks.task", about_id=1, on=TODAY
    )
    remind(TODAY)
    assert Notice.objects.get(key="old:1").dropped_because == ReaderReason.UNKNOWN_KIND
    assert len(smtp.messages) == 1
