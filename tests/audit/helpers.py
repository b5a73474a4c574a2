"""What the tests of audit share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import timezone

from committees import actions as committee_actions
from committees.models import Absence, Alias, Body, Membership, Person, ProposedTerm
from committees.roles import Role
from imports import actions as import_actions
from imports.models import ColumnMeaning, Import
from notices import actions as notice_actions
from notices.models import CalendarDay, Letter, Notice
from notices.policy import actions as policy_actions
from notices.policy.schedule import DEFAULT
from portal.shared.days import today
from reports import actions as report_actions
from reports.models import Export
from tasks import actions as task_actions
from tasks.actions.drafting import Draft
from tasks.actions.milestones import MilestoneSpec
from tasks.fan_outs import actions as fan_out_actions
from tasks.leaving import actions as leaving_actions
from tasks.models import FanOut, Order, OrderRelation, Task
from tasks.orders import actions as order_actions
from tasks.orders import relation_actions
from tasks.orders.relation_actions import Decision
from tasks.urging import actions as urging_actions
from tests.support.imports import TABLE, checked, read_as, unknown
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


FAR = date(2099, 1, 1)


tasks, committees, notices = task_actions, committee_actions, notice_actions


NEW_BODY = {"code": "NEW", "kind": "agency", "level": "provincial", "chain": "state", "name_vi": "Sở mới"}


# action: who does it | the verb of its one event, or of a decision and its effect | made ready to be done
Ready = Callable[[World, Person], Callable[[], Any]]


EVENTS: dict[str, tuple[str, str | tuple[str, str], Ready]] = {
    # tasks.actions: action | by | …
    "tasks.prepare_fan_out": (
        "secretary",
        "fan_out_prepared",
        lambda w, by: partial(
            fan_out_actions.prepare_fan_out,
            task=w.task("in_progress"),
            giver=w.bodies.committee,
            bodies=[w.bodies.helper],
            by=by,
        ),
    ),
    "tasks.start_fan_out": (
        "head",
        "fan_out_started",
        lambda w, by: partial(fan_out_actions.start_fan_out, fan_out=w.fan_out(), by=by),
    ),
    "tasks.record_fan_out_approval": (
        "secretary",
        "fan_out_started",
        lambda w, by: partial(
            fan_out_actions.record_fan_out_approval, fan_out=w.fan_out(), by=by, approval="Phiếu trình 45"
        ),
    ),
    "tasks.cancel_fan_out": (
        "secretary",
        "fan_out_cancelled",
        lambda w, by: partial(fan_out_actions.cancel_fan_out, fan_out=w.fan_out(), by=by),
    ),
    "tasks.new_task": (
        "secretary",
        "task_drafted",
        lambda w, by: partial(tasks.new_task, task=Task(title="Mới", assigner=w.bodies.committee), by=by),
    ),
    "tasks.new_tasks": (
        "secretary",
        "task_drafted",
        lambda w, by: partial(
            tasks.new_tasks, drafts=[Draft(Task(title="Mới", assigner=w.bodies.committee))], by=by
        ),
    ),
    "imports.start_import": (
        "secretary",
        "import_started",
        lambda w, by: partial(
            import_actions.start_import, order=w.order, file=SimpleUploadedFile("a.xlsx", TABLE), by=by
        ),
    ),
    "imports.correct_row": (
        "secretary",
        "import_row_corrected",
        lambda w, by: partial(
            import_actions.correct_row, imported=w.imported(), position=1, values={"title": "Sửa"}, by=by
        ),
    ),
    "imports.leave_out": (
        "secretary",
        "import_row_left_out",
        lambda w, by: partial(import_actions.leave_out, imported=w.imported(), position=1, by=by),
    ),
    "imports.name_body": (
        "secretary",
        "import_body_named",
        lambda w, by: partial(
            import_actions.name_body, imported=w.imported(), words="Sở lạ", body=w.bodies.lead, by=by
        ),
    ),
    "imports.name_columns": (
        "secretary",
        "import_columns_named",
        lambda w, by: partial(
            import_actions.name_columns, imported=w.imported(), meanings={"kinh phi": "note"}, by=by
        ),
    ),
    "imports.forget_column": (
        "secretary",
        "column_forgotten",
        lambda w, by: partial(import_actions.forget_column, meaning=w.meaning(), by=by),
    ),
    "imports.undo_import": (
        "secretary",
        "import_undone",
        lambda w, by: partial(
            import_actions.undo_import,
            imported=import_actions.write_import(imported=w.imported(), by=w.people["secretary"]),
            by=by,
        ),
    ),
    "imports.drop_import": (
        "secretary",
        "import_dropped",
        lambda w, by: partial(import_actions.drop_import, imported=w.imported(), by=by),
    ),
    "tasks.edit_task": (
        "secretary",
        "task_changed",
        lambda w, by: partial(tasks.edit_task, task=w.task("draft"), values={"title": "Sửa"}, by=by),
    ),
    "tasks.vouch": (
        "secretary",
        "task_vouched",
        lambda w, by: partial(tasks.vouch, task=w.unsure(), by=by),
    ),
    "tasks.propose": (
        "secretary",
        "task_proposed",
        lambda w, by: partial(tasks.propose, task=w.task("draft"), by=by),
    ),
    "tasks.assign": (
        "head",
        "task_assigned",
        lambda w, by: partial(tasks.assign, task=w.task("proposed"), by=by),
    ),
    "tasks.record_approval": (
        "secretary",
        "task_approval_recorded",
        lambda w, by: partial(tasks.record_approval, task=w.task("proposed"), by=by, approval="5/TTr"),
    ),
    "tasks.recall": (
        "secretary",
        "task_recalled",
        lambda w, by: partial(tasks.recall, task=w.task("assigned"), by=by, reason="Giao lại."),
    ),
    "tasks.accept": (
        "officer",
        "task_accepted",
        lambda w, by: partial(tasks.accept, task=w.task("assigned"), by=by),
    ),
    "tasks.decline": (
        "officer",
        "task_declined",
        lambda w, by: partial(tasks.decline, task=w.task("assigned"), by=by, reason="Sai thẩm quyền."),
    ),
    "tasks.report_progress": (
        "officer",
        "task_progressed",
        lambda w, by: partial(
            tasks.report_progress, task=w.task("assigned"), by=by, percent=30, note="Đang làm."
        ),
    ),
    "tasks.name_people": (
        "officer",
        "task_people_named",
        lambda w, by: partial(
            tasks.name_people, task=w.task("assigned"), by=by, leader=w.people["lead_head"], contact=None
        ),
    ),
    "tasks.add_evidence": (
        "officer",
        "evidence_added",
        lambda w, by: partial(
            tasks.add_evidence, task=w.task("in_progress"), by=by, kind="document", document="1"
        ),
    ),
    "tasks.remove_evidence": (
        "officer",
        "evidence_removed",
        lambda w, by: partial(tasks.remove_evidence, evidence=w.with_evidence().evidence.get(), by=by),
    ),
    "tasks.submit": (
        "officer",
        "task_submitted",
        lambda w, by: partial(tasks.submit, task=w.with_evidence(), by=by, report="Xong."),
    ),
    "tasks.add_comment": (
        "member",
        "comment_added",
        lambda w, by: partial(tasks.add_comment, task=w.task("in_progress"), by=by, text="Ý kiến."),
    ),
    "tasks.mark_posted": (
        "officer",
        "task_posted",
        lambda w, by: partial(tasks.mark_posted, task=w.task("in_progress"), by=by),
    ),
    "tasks.ask_extension": (
        "officer",
        "extension_asked",
        lambda w, by: partial(
            tasks.ask_extension, task=w.task("in_progress"), by=by, proposed_on=FAR, reason="Chờ."
        ),
    ),
    "tasks.ask_withdrawal": (
        "officer",
        "withdrawal_asked",
        lambda w, by: partial(tasks.ask_withdrawal, task=w.task("in_progress"), by=by, reason="Trùng."),
    ),
    "tasks.approve_request": (
        "head",
        ("request_approved", "extension_given"),
        lambda w, by: partial(tasks.approve_request, task=w.asked("approve_request"), by=by),
    ),
    "tasks.refuse_request": (
        "head",
        "request_refused",
        lambda w, by: partial(tasks.refuse_request, task=w.asked("refuse_request"), by=by, decision="Không."),
    ),
    "tasks.counter_request": (
        "head",
        "request_countered",
        lambda w, by: partial(tasks.counter_request, task=w.asked("counter_request"), by=by, counter_on=FAR),
    ),
    "tasks.accept_counter": (
        "officer",
        ("counter_accepted", "extension_given"),
        lambda w, by: partial(tasks.accept_counter, task=w.asked("accept_counter"), by=by),
    ),
    "tasks.decline_counter": (
        "officer",
        "request_declined",
        lambda w, by: partial(tasks.decline_counter, task=w.asked("decline_counter"), by=by),
    ),
    "tasks.cancel_request": (
        "officer",
        "request_cancelled",
        lambda w, by: partial(tasks.cancel_request, task=w.asked("cancel_request"), by=by),
    ),
    "tasks.set_event_day": (
        "secretary",
        "event_day_set",
        lambda w, by: partial(
            tasks.set_event_day,
            task=w.asked("set_event_day"),
            by=by,
            happened_on=date(2026, 1, 15),
            past_deadline=True,
        ),
    ),
    "tasks.flag_risk": (
        "officer",
        "risk_flagged",
        lambda w, by: partial(
            tasks.flag_risk, task=w.task("in_progress"), by=by, days=6, remedy="Thêm người."
        ),
    ),
    "tasks.clear_risk": (
        "officer",
        "risk_cleared",
        lambda w, by: partial(tasks.clear_risk, task=w.asked("clear_risk"), by=by),
    ),
    "tasks.stop_escalation": (
        "secretary",
        "escalation_stopped",
        lambda w, by: partial(tasks.stop_escalation, task=w.task("in_progress"), by=by, reason="Chờ Bộ."),
    ),
    "tasks.set_milestones": (
        "secretary",
        "milestones_set",
        lambda w, by: partial(
            tasks.set_milestones, task=w.task("in_progress"), by=by, milestones=[MilestoneSpec(today())]
        ),
    ),
    "tasks.mark_milestone": (
        "officer",
        "milestone_marked",
        lambda w, by: marked(w, by),
    ),
    "tasks.resume_cycle": (
        "secretary",
        "cycle_resumed",
        lambda w, by: partial(tasks.resume_cycle, task=w.asked("resume_cycle"), by=by),
    ),
    "tasks.retry_fan_out": (
        "head",
        "fan_out_retried",
        lambda w, by: partial(fan_out_actions.retry_fan_out, fan_out=w.passed_over(), by=by),
    ),
    "tasks.resume_escalation": (
        "secretary",
        "escalation_resumed",
        lambda w, by: partial(tasks.resume_escalation, task=w.asked("resume_escalation"), by=by),
    ),
    "reports.ask_export": (
        "member",
        "export_asked",
        lambda w, by: partial(
            report_actions.ask_export, by=by, report="list", format="xlsx", data=QueryDict("standing=overdue")
        ),
    ),
    "reports.ask_export_again": (
        "member",
        "export_asked",
        lambda w, by: partial(report_actions.ask_export_again, by=by, export=w.failed_export(by)),
    ),
    "tasks.confirm": (
        "secretary",
        "task_confirmed",
        lambda w, by: partial(tasks.confirm, task=w.task("submitted"), by=by),
    ),
    "tasks.send_back": (
        "secretary",
        "task_sent_back",
        lambda w, by: partial(tasks.send_back, task=w.task("submitted"), by=by, reason="Thiếu."),
    ),
    "tasks.suspend": (
        "secretary",
        "task_suspended",
        lambda w, by: partial(tasks.suspend, task=w.task("in_progress"), by=by, reason="Chờ."),
    ),
    "tasks.resume": (
        "secretary",
        "task_resumed",
        lambda w, by: partial(tasks.resume, task=w.task("suspended"), by=by),
    ),
    "tasks.withdraw": (
        "secretary",
        "task_withdrawn",
        lambda w, by: partial(tasks.withdraw, task=w.task("in_progress"), by=by, reason="Trùng."),
    ),
    "tasks.contribute": (
        "helper",
        "part_delivered",
        lambda w, by: partial(tasks.contribute, task=w.task("in_progress"), by=by, contribution="Đã góp ý."),
    ),
    "tasks.return_contribution": (
        "officer",
        "part_returned",
        lambda w, by: partial(
            tasks.return_contribution, task=w.asked("return_contribution"), by=by, reason="Thiếu."
        ),
    ),
    "tasks.change_lead": (
        "secretary",
        "task_lead_changed",
        lambda w, by: partial(
            tasks.change_lead, task=w.task("in_progress"), by=by, lead=w.bodies.sister, reason="Đổi."
        ),
    ),
    "tasks.supersede": (
        "secretary",
        "task_superseded",
        lambda w, by: partial(
            tasks.supersede,
            task=w.asked("supersede"),
            by=by,
            superseded_by=Task.objects.latest("pk"),
            reason="Trùng.",
        ),
    ),
    "tasks.set_weights": (
        "secretary",
        "task_weights_set",
        lambda w, by: partial(tasks.set_weights, task=w.asked("set_weights"), by=by, weights={}),
    ),
    "tasks.urge": (
        "secretary",
        "task_urged",
        lambda w, by: partial(urging_actions.urge, task=w.task("in_progress"), by=by),
    ),
    "tasks.save_order": (
        "secretary",
        "order_entered",
        lambda w, by: partial(
            order_actions.save_order, order=Order(body=w.bodies.committee, number="2", kind="plan"), by=by
        ),
    ),
    "tasks.relate": (
        "secretary",
        "order_related",
        lambda w, by: partial(
            relation_actions.relate, order=later(w), kind="implements", other=w.order, by=by
        ),
    ),
    "tasks.unrelate": (
        "secretary",
        "order_unrelated",
        lambda w, by: partial(relation_actions.unrelate, relation=replacing(w), by=by),
    ),
    "tasks.settle_replaced": (
        "secretary",
        "order_tasks_settled",
        lambda w, by: partial(
            relation_actions.settle_replaced,
            order=replacing(w).order,
            replaced=w.order,
            decisions=[Decision(w.task("in_progress", order=w.order), "keep")],
            reason="Thay thế.",
            by=by,
        ),
    ),
    # committees.actions
    "committees.save_person": (
        "staff",
        "person_entered",
        lambda w, by: partial(
            committees.save_person, person=Person(username="new", name="Mới", password="x"), by=by
        ),
    ),
    "committees.set_password": (
        "staff",
        "password_set",
        lambda w, by: partial(
            committees.set_password, person=w.people["outsider"], new_password="một câu rất dài 57", by=by
        ),
    ),
    "committees.send_reset_letter": (
        "staff",
        "reset_letter_sent",
        lambda w, by: partial(committees.send_reset_letter, person=w.people["member"], by=by),
    ),
    "committees.save_own_profile": (
        "member",
        "profile_changed",
        lambda w, by: partial(
            committees.save_own_profile, person=changed(w.people["member"], phone="09"), by=by
        ),
    ),
    "committees.change_own_password": (
        "member",
        "password_changed",
        lambda w, by: partial(
            committees.change_own_password, person=w.people["member"], password="khác hẳn 57"
        ),
    ),
    "committees.accept_address": (
        "staff",
        "address_accepted",
        lambda w, by: partial(committees.accept_address, person=w.refused("member"), by=by),
    ),
    "committees.note_sign_in": (
        "member",
        "signed_in",
        lambda w, by: partial(committees.note_sign_in, person=w.people["member"], address="192.0.2.1"),
    ),
    "committees.save_body": (
        "staff",
        "body_entered",
        lambda w, by: partial(committees.save_body, body=Body(**NEW_BODY), by=by),
    ),
    "committees.set_office_permissions": (
        "staff",
        "office_permissions_changed",
        lambda w, by: partial(
            committees.set_office_permissions,
            office=w.bodies.committee.offices.get(role=Role.MEMBER),
            permissions=["view_tasks"],
            by=by,
        ),
    ),
    "committees.save_membership": (
        "secretary",
        "membership_entered",
        lambda w, by: partial(
            committees.save_membership,
            membership=Membership(
                person=w.people["outsider"],
                office=w.bodies.committee.offices.get(role=Role.MEMBER),
                starts_on=SINCE,
            ),
            by=by,
        ),
    ),
    "committees.appoint": (
        "secretary",
        "membership_entered",
        lambda w, by: partial(committees.appoint, membership=w.new_term(w.people["outsider"]), by=by),
    ),
    "committees.propose_term": (
        "staff",
        "term_proposed",
        lambda w, by: partial(committees.propose_term, membership=w.new_term(by), by=by),
    ),
    "committees.refuse_term": (
        "staff",
        "term_refused",
        lambda w, by: partial(committees.refuse_term, proposal=w.proposal(by), by=by),
    ),
    "committees.end_membership": (
        "secretary",
        "membership_changed",
        lambda w, by: partial(
            committees.end_membership, membership=w.term(), ends_on=date(2026, 6, 30), by=by
        ),
    ),
    "tasks.leave": (
        "staff",
        "person_left",
        lambda w, by: partial(leaving_actions.leave, person=w.people["outsider"], by=by),
    ),
    "committees.close_account": (
        "staff",
        "person_left",
        lambda w, by: partial(committees.close_account, person=w.people["outsider"], by=by, last_day=today()),
    ),
    "committees.save_paper_settings": (
        "secretary",
        "body_changed",
        lambda w, by: partial(
            committees.save_paper_settings, body=w.bodies.committee, values={"place": "Nha Trang"}, by=by
        ),
    ),
    "committees.remember_alias": (
        "secretary",
        "name_remembered",
        lambda w, by: partial(
            committees.remember_alias, body=w.bodies.lead, name="Sở KH&CN", reader=w.bodies.committee, by=by
        ),
    ),
    "committees.forget_alias": (
        "secretary",
        "name_forgotten",
        lambda w, by: partial(
            committees.forget_alias,
            alias=w.alias(),
            by=by,
        ),
    ),
    "committees.save_absence": (
        "head",
        "absence_entered",
        lambda w, by: partial(committees.save_absence, absence=w.absence(), by=by),
    ),
    "committees.end_absence": (
        "head",
        "absence_ended",
        lambda w, by: partial(
            committees.end_absence,
            absence=committees.save_absence(absence=w.absence(), by=w.people["head"]),
            by=by,
        ),
    ),
    # notices.actions
    "notices.save_calendar_day": (
        "staff",
        "calendar_day_entered",
        lambda w, by: partial(
            notices.save_calendar_day,
            day=CalendarDay(day=date(2031, 9, 2), is_working=False, name="Quốc khánh"),
            by=by,
        ),
    ),
    "notices.send_again": (
        "staff",
        "letter_sent_again",
        lambda w, by: partial(notices.send_again, letter=w.failed_letter(), by=by),
    ),
    "notices.delete_calendar_day": (
        "staff",
        "calendar_day_deleted",
        lambda w, by: partial(
            notices.delete_calendar_day,
            day=CalendarDay.objects.create(day=date(2031, 9, 3), is_working=False, name="Nghỉ bù"),
            by=by,
        ),
    ),
    "notices.save_policy": (
        "secretary",
        "reminder_policy_changed",
        lambda w, by: partial(
            policy_actions.save_policy,
            body=w.bodies.committee,
            wanted=replace(DEFAULT, before=(9, 3)),
            by=by,
        ),
    ),
}


ONLY_ONESELF = {
    *("committees.save_own_profile", "committees.change_own_password", "committees.note_sign_in"),
    # Of what they see themselves, be it nothing.
    *("reports.ask_export", "reports.ask_export_again"),
}
