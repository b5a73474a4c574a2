"""Rows of tasks.actions: the life of a task."""

from __future__ import annotations

from datetime import date
from functools import partial

from portal.shared.days import today
from tasks import actions
from tasks.actions.drafting import Draft
from tasks.actions.milestones import MilestoneSpec
from tasks.models import Task
from tests.audit.world import Row, marked

FAR = date(2099, 1, 1)

TASK_EVENTS: dict[str, Row] = {
    "tasks.new_task": (
        "secretary",
        "task_drafted",
        lambda w, by: partial(actions.new_task, task=Task(title="Mới", assigner=w.bodies.committee), by=by),
    ),
    "tasks.new_tasks": (
        "secretary",
        "task_drafted",
        lambda w, by: partial(
            actions.new_tasks, drafts=[Draft(Task(title="Mới", assigner=w.bodies.committee))], by=by
        ),
    ),
    "tasks.edit_task": (
        "secretary",
        "task_changed",
        lambda w, by: partial(actions.edit_task, task=w.task("draft"), values={"title": "Sửa"}, by=by),
    ),
    "tasks.vouch": (
        "secretary",
        "task_vouched",
        lambda w, by: partial(actions.vouch, task=w.unsure(), by=by),
    ),
    "tasks.propose": (
        "secretary",
        "task_proposed",
        lambda w, by: partial(actions.propose, task=w.task("draft"), by=by),
    ),
    "tasks.assign": (
        "head",
        "task_assigned",
        lambda w, by: partial(actions.assign, task=w.task("proposed"), by=by),
    ),
    "tasks.record_approval": (
        "secretary",
        "task_approval_recorded",
        lambda w, by: partial(actions.record_approval, task=w.task("proposed"), by=by, approval="5/TTr"),
    ),
    "tasks.recall": (
        "secretary",
        "task_recalled",
        lambda w, by: partial(actions.recall, task=w.task("assigned"), by=by, reason="Giao lại."),
    ),
    "tasks.accept": (
        "officer",
        "task_accepted",
        lambda w, by: partial(actions.accept, task=w.task("assigned"), by=by),
    ),
    "tasks.decline": (
        "officer",
        "task_declined",
        lambda w, by: partial(actions.decline, task=w.task("assigned"), by=by, reason="Sai thẩm quyền."),
    ),
    "tasks.report_progress": (
        "officer",
        "task_progressed",
        lambda w, by: partial(
            actions.report_progress, task=w.task("assigned"), by=by, percent=30, note="Đang làm."
        ),
    ),
    "tasks.name_people": (
        "officer",
        "task_people_named",
        lambda w, by: partial(
            actions.name_people,
            task=w.task("assigned"),
            by=by,
            leader=w.people["lead_head"],
            contact=None,
        ),
    ),
    "tasks.add_evidence": (
        "officer",
        "evidence_added",
        lambda w, by: partial(
            actions.add_evidence, task=w.task("in_progress"), by=by, kind="document", document="1"
        ),
    ),
    "tasks.remove_evidence": (
        "officer",
        "evidence_removed",
        lambda w, by: partial(actions.remove_evidence, evidence=w.with_evidence().evidence.get(), by=by),
    ),
    "tasks.submit": (
        "officer",
        "task_submitted",
        lambda w, by: partial(actions.submit, task=w.with_evidence(), by=by, report="Xong."),
    ),
    "tasks.add_comment": (
        "member",
        "comment_added",
        lambda w, by: partial(actions.add_comment, task=w.task("in_progress"), by=by, text="Ý kiến."),
    ),
    "tasks.mark_posted": (
        "officer",
        "task_posted",
        lambda w, by: partial(actions.mark_posted, task=w.task("in_progress"), by=by),
    ),
    "tasks.ask_extension": (
        "officer",
        "extension_asked",
        lambda w, by: partial(
            actions.ask_extension, task=w.task("in_progress"), by=by, proposed_on=FAR, reason="Chờ."
        ),
    ),
    "tasks.ask_withdrawal": (
        "officer",
        "withdrawal_asked",
        lambda w, by: partial(actions.ask_withdrawal, task=w.task("in_progress"), by=by, reason="Trùng."),
    ),
    "tasks.approve_request": (
        "head",
        ("request_approved", "extension_given"),
        lambda w, by: partial(actions.approve_request, task=w.asked("approve_request"), by=by),
    ),
    "tasks.refuse_request": (
        "head",
        "request_refused",
        lambda w, by: partial(
            actions.refuse_request, task=w.asked("refuse_request"), by=by, decision="Không."
        ),
    ),
    "tasks.counter_request": (
        "head",
        "request_countered",
        lambda w, by: partial(
            actions.counter_request, task=w.asked("counter_request"), by=by, counter_on=FAR
        ),
    ),
    "tasks.accept_counter": (
        "officer",
        ("counter_accepted", "extension_given"),
        lambda w, by: partial(actions.accept_counter, task=w.asked("accept_counter"), by=by),
    ),
    "tasks.decline_counter": (
        "officer",
        "request_declined",
        lambda w, by: partial(actions.decline_counter, task=w.asked("decline_counter"), by=by),
    ),
    "tasks.cancel_request": (
        "officer",
        "request_cancelled",
        lambda w, by: partial(actions.cancel_request, task=w.asked("cancel_request"), by=by),
    ),
    "tasks.set_event_day": (
        "secretary",
        "event_day_set",
        lambda w, by: partial(
            actions.set_event_day,
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
            actions.flag_risk, task=w.task("in_progress"), by=by, days=6, remedy="Thêm người."
        ),
    ),
    "tasks.clear_risk": (
        "officer",
        "risk_cleared",
        lambda w, by: partial(actions.clear_risk, task=w.asked("clear_risk"), by=by),
    ),
    "tasks.stop_escalation": (
        "secretary",
        "escalation_stopped",
        lambda w, by: partial(actions.stop_escalation, task=w.task("in_progress"), by=by, reason="Chờ Bộ."),
    ),
    "tasks.set_milestones": (
        "secretary",
        "milestones_set",
        lambda w, by: partial(
            actions.set_milestones,
            task=w.task("in_progress"),
            by=by,
            milestones=[MilestoneSpec(today())],
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
        lambda w, by: partial(actions.resume_cycle, task=w.asked("resume_cycle"), by=by),
    ),
    "tasks.resume_escalation": (
        "secretary",
        "escalation_resumed",
        lambda w, by: partial(actions.resume_escalation, task=w.asked("resume_escalation"), by=by),
    ),
    "tasks.confirm": (
        "secretary",
        "task_confirmed",
        lambda w, by: partial(actions.confirm, task=w.task("submitted"), by=by),
    ),
    "tasks.undo_confirmation": (
        "secretary",
        "task_confirmation_undone",
        lambda w, by: partial(actions.undo_confirmation, task=w.confirmed(by), by=by),
    ),
    "tasks.send_back": (
        "secretary",
        "task_sent_back",
        lambda w, by: partial(actions.send_back, task=w.task("submitted"), by=by, reason="Thiếu."),
    ),
    "tasks.suspend": (
        "secretary",
        "task_suspended",
        lambda w, by: partial(actions.suspend, task=w.task("in_progress"), by=by, reason="Chờ."),
    ),
    "tasks.resume": (
        "secretary",
        "task_resumed",
        lambda w, by: partial(actions.resume, task=w.task("suspended"), by=by),
    ),
    "tasks.withdraw": (
        "secretary",
        "task_withdrawn",
        lambda w, by: partial(actions.withdraw, task=w.task("in_progress"), by=by, reason="Trùng."),
    ),
    "tasks.contribute": (
        "helper",
        "part_delivered",
        lambda w, by: partial(
            actions.contribute, task=w.task("in_progress"), by=by, contribution="Đã góp ý."
        ),
    ),
    "tasks.return_contribution": (
        "officer",
        "part_returned",
        lambda w, by: partial(
            actions.return_contribution, task=w.asked("return_contribution"), by=by, reason="Thiếu."
        ),
    ),
    "tasks.change_lead": (
        "secretary",
        "task_lead_changed",
        lambda w, by: partial(
            actions.change_lead, task=w.task("in_progress"), by=by, lead=w.bodies.sister, reason="Đổi."
        ),
    ),
    "tasks.supersede": (
        "secretary",
        "task_superseded",
        lambda w, by: partial(
            actions.supersede,
            task=w.asked("supersede"),
            by=by,
            superseded_by=Task.objects.latest("pk"),
            reason="Trùng.",
        ),
    ),
    "tasks.set_weights": (
        "secretary",
        "task_weights_set",
        lambda w, by: partial(actions.set_weights, task=w.asked("set_weights"), by=by, weights={}),
    ),
}
