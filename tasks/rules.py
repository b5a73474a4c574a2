"""Who may do what to a task, and when. Who is asked before when: a stranger never learns the state."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from committees import access
from committees.access import Asker, Right
from committees.models import Body
from portal.shared.days import format_day, today
from portal.shared.verdicts import YES, Sentence, Verdict, granted, no, not_now
from tasks import lifecycle, rollup
from tasks.lifecycle import OPEN, RUNNING, UNISSUED, Move, State
from tasks.models import Evidence, FanOut, Order, Part, Request, Task

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Rule = Callable[[Asker, Task], Verdict]


def may_draft(person: Asker, body: Body) -> Verdict:
    """The secretary and the support team of a body enter its orders and prepare its tasks."""
    otherwise = _("Only the secretary or the support team of this body can enter orders and tasks.")
    return _who(person, "draft_tasks", body, otherwise)


def may_edit_order(person: Asker, order: Order) -> Verdict:
    """Those who enter the orders of a body correct them."""
    return may_draft(person, order.body)


# Who prepares, changes or stops a body's tasks.
_SETTLING = ("draft_tasks", "edit_issued_tasks", "suspend_tasks")


def may_settle(person: Asker, order: Order) -> Verdict:
    """Who prepares, changes or stops a body's tasks decides what becomes of those of a replaced order."""
    right = access.own_first(access.right(person, permission, order.body) for permission in _SETTLING)
    return granted(right, _("Only the body that gave these tasks decides what becomes of them."))


def may_edit(person: Asker, task: Task) -> Verdict:
    """A draft is edited by those who prepare tasks; an issued task by head, standing deputy or secretary."""
    if task.state in UNISSUED:
        return _who(
            person, "draft_tasks", task.assigner, _("Only those who prepare this body's tasks can edit it.")
        )
    who = _who(person, "edit_issued_tasks", task.assigner, _ONLY_EDITORS)
    if not who:
        return who
    if task.state == State.SUBMITTED:
        return not_now(_("Confirm it or send it back first: it is waiting for confirmation."))
    return who & _in_state(OPEN, task, _("Only an open task can be changed. This one is: %(state)s."))


def may_set_event_day(person: Asker, task: Task) -> Verdict:
    """Whoever may change the task enters the day of the event that its deadline follows."""
    verdict = may_edit(person, task)
    if verdict and (task.due_kind != Task.DueKind.RELATIVE or task.after_days is None):
        return not_now(_("This deadline is not counted from the day of an event."))
    return verdict


def may_change_lead(person: Asker, task: Task) -> Verdict:
    """Another body leads an issued task when those who may change it say so, with a reason."""
    return _move(person, lifecycle.CHANGE_LEAD, task, "edit_issued_tasks", _ONLY_EDITORS)


def may_propose(person: Asker, task: Task) -> Verdict:
    """A draft goes to the approver when those who prepared it say so."""
    return _issues(
        _move(
            person,
            lifecycle.PROPOSE,
            task,
            "draft_tasks",
            _("Only those who prepare this body's tasks can propose it."),
        ),
        task,
    )


def may_vouch(person: Asker, task: Task) -> Verdict:
    """Those who prepare a task say that what was uncertain in the received file is right as it stands."""
    who = _who(
        person, "draft_tasks", task.assigner, _("Only those who prepare this body's tasks can say so.")
    )
    if not who:
        return who
    if task.state not in UNISSUED or not task.unsure:
        return not_now(_("Nothing in this task waits for somebody to look at it."))
    return who


def may_assign(person: Asker, task: Task) -> Verdict:
    """Head or standing deputy approve a draft, a deputy one of their field; only then the lead sees it."""
    return _issues(
        _approves(person, task.assigner, task.pillar) & _in_state(lifecycle.ASSIGN.sources, task), task
    )


def may_record_approval(person: Asker, task: Task) -> Verdict:
    """The secretary records that the head approved on paper, with the reference of the paper."""
    otherwise = _("Only the secretary of the assigner can record an approval given on paper.")
    return _issues(_move(person, lifecycle.RECORD_APPROVAL, task, "record_approval", otherwise), task)


def may_recall(person: Asker, task: Task) -> Verdict:
    """The assigner takes a task back to draft until the lead has accepted it."""
    return _keeps(person, task) & _in_state(lifecycle.RECALL.sources, task)


def may_accept(person: Asker, task: Task) -> Verdict:
    """The lead body accepts what it was given."""
    return _move(person, lifecycle.ACCEPT, task, "work_on_tasks", _ONLY_LEAD, of=task.lead)


def may_decline(person: Asker, task: Task) -> Verdict:
    """The lead body refuses a task before it accepts it, with a reason; the assigner decides anew."""
    return _move(person, lifecycle.DECLINE, task, "work_on_tasks", _ONLY_LEAD, of=task.lead)


def may_report_progress(person: Asker, task: Task) -> Verdict:
    """Only the lead body tells how far its work is."""
    return _who(person, "work_on_tasks", task.lead, _ONLY_LEAD) & _in_state(
        RUNNING, task, _("Progress is reported while the task is in progress. This one is: %(state)s.")
    )


def may_name_people(person: Asker, task: Task) -> Verdict:
    """The lead body names one leader in charge and one contact (Plan 11-KH/BCĐ, IV.1a)."""
    return _who(person, "work_on_tasks", task.lead, _ONLY_LEAD) & _in_state(
        OPEN, task, _("Only for an open task. This one is: %(state)s.")
    )


def may_prepare_submission(person: Asker, task: Task) -> Verdict:
    """Who reports a task complete and when: a form that takes the evidence too asks only this first."""
    return _move(
        person,
        lifecycle.SUBMIT,
        task,
        "submit_tasks",
        _("Only the head, the secretary or the officer of the lead body can report it complete."),
        of=task.lead,
    )


def may_submit(person: Asker, task: Task) -> Verdict:
    """The lead body reports the task complete, and only with evidence (Plan 11-KH/BCĐ, I.2b)."""
    verdict = may_prepare_submission(person, task)
    # Read in Python: a page has the evidence prefetched.
    if verdict and all(evidence.removed_at for evidence in task.evidence.all()):
        return not_now(_("Add evidence first: a file, a link or a document number."))
    return verdict


def may_confirm(person: Asker, task: Task) -> Verdict:
    """The body that gave the task confirms it; never the person who reported it done."""
    return _judge(person, lifecycle.CONFIRM, task, _("Only the body that gave this task can confirm it."))


def may_undo_confirmation(person: Asker, task: Task) -> Verdict:
    """Whoever confirmed a result takes that back within ten minutes, unless somebody else acted since."""
    who = _who(person, "confirm_tasks", task.assigner, _("Only the body that gave this task can do this."))
    if not who:
        return who
    if task.state not in lifecycle.UNDO_CONFIRMATION.sources or task.undo_until is None:
        return not_now(_OTHER_STATE % {"state": task.get_state_display()})
    if task.confirmed_by_id != person.pk:
        return no(_("Only whoever confirmed it can take that back."))
    if timezone.now() >= task.undo_until:
        return not_now(_("A confirmation can be taken back for ten minutes. They are over."))
    events = Event.objects.about(task).filter(at__gt=task.confirmed_at, by__isnull=False)
    if event := events.exclude(by=person.pk).newest_first().first():
        return not_now(_("%(who)s acted on it since: it stays confirmed.") % {"who": event.who})
    return who


def may_send_back(person: Asker, task: Task) -> Verdict:
    """The body that gave the task refuses the result with a reason; never the person who reported it."""
    return _judge(person, lifecycle.SEND_BACK, task, _("Only the body that gave this task can send it back."))


def may_suspend(person: Asker, task: Task) -> Verdict:
    """The assigner stops a task for a time, with a reason."""
    return _move(person, lifecycle.SUSPEND, task, "suspend_tasks", _ONLY_KEEPERS)


def may_resume(person: Asker, task: Task) -> Verdict:
    """The assigner lets a suspended task go on from where it was."""
    return _move(person, lifecycle.RESUME, task, "suspend_tasks", _ONLY_KEEPERS)


def may_withdraw(person: Asker, task: Task) -> Verdict:
    """The assigner takes a task off the books for good, with a reason."""
    return _keeps(person, task) & _in_state(lifecycle.WITHDRAW.sources, task)


def may_supersede(person: Asker, task: Task) -> Verdict:
    """The assigner puts another of its tasks in the place of one it gave, with a reason."""
    return _move(person, lifecycle.SUPERSEDE, task, "suspend_tasks", _ONLY_KEEPERS)


def may_contribute(person: Asker, task: Task) -> Verdict:
    """Everybody with a part in an issued task comments and attaches, except readers and inspectors."""
    bodies = [task.assigner, *(_working_on(task) if task.is_issued else [])]
    right = access.own_first(access.right(person, "contribute_to_tasks", body) for body in bodies)
    who = granted(right, _("Only the bodies with a part in this task can comment and attach."))
    return who & (not_now(_("This task was withdrawn.")) if task.state == State.WITHDRAWN else YES)


def may_contribute_part(person: Asker, task: Task, body: Body | None = None) -> Verdict:
    """A body that helps delivers its own contribution, and corrects it while the task is at work."""
    # `body` where somebody works for several of those that help.
    bodies = [helper for helper in helping(task) if body in (None, helper)]
    right = access.own_first(access.right(person, "work_on_tasks", helper) for helper in bodies)
    who = granted(right, _("Only those who work for a body that helps deliver its contribution."))
    return who & _in_state(RUNNING, task, _("Delivered while the task is at work. This one is: %(state)s."))


def may_return_contribution(person: Asker, task: Task) -> Verdict:
    """The lead body sends a contribution back with a reason."""
    who = _who(person, "work_on_tasks", task.lead, _ONLY_LEAD) & _in_state(
        RUNNING, task, _("Sent back while the task is at work. This one is: %(state)s.")
    )
    if not who:
        return who
    if not delivered_parts(task):
        return not_now(_("No body that helps has delivered its contribution yet."))
    return who


def may_add_evidence(person: Asker, task: Task) -> Verdict:
    """Evidence comes from the lead body and from those who help, while the task is open."""
    who = granted(_helps(person, task), _("Only the lead body and the bodies that help can add evidence."))
    return who & _in_state(
        RUNNING, task, _("Evidence is added while the task is in progress. This one is: %(state)s.")
    )


def may_remove_evidence(person: Asker, evidence: Evidence) -> Verdict:
    """Whoever added evidence, while they still help, or the lead body takes it back before the report."""
    task = evidence.task
    helps = _helps(person, task) if person.pk == evidence.by_id else None
    right = helps or access.right(person, "work_on_tasks", task.lead)
    who = granted(right, _("Only the person who added this evidence or the lead body can remove it."))
    return who & _in_state(RUNNING, task, _("What was reported stays as it is. This task is: %(state)s."))


def may_hand_down(person: Asker, task: Task) -> Verdict:
    """The lead body gives parts of what it is at work on to the bodies below it."""
    who = may_draft(person, task.lead) if task.lead else no(_ONLY_LEAD)
    return who & _in_state(RUNNING, task)


def may_fan_out(person: Asker, task: Task, giver: Body | None = None) -> Verdict:
    """Those who prepare tasks for the assigner or the lead of a task at work give it to many bodies."""
    givers = [giver] if giver else [body for body in (task.assigner, task.lead) if body]
    right = access.own_first(access.right(person, "draft_tasks", body) for body in givers)
    otherwise = _("Only those who prepare tasks for the assigner or the lead can give it to many bodies.")
    return granted(right, otherwise) & _in_state(RUNNING, task)


def may_start_fan_out(person: Asker, fan_out: FanOut) -> Verdict:
    """Whoever approves the giver's tasks approves all of them at once; nobody is told before."""
    return _approves(person, fan_out.giver, fan_out.task.pillar) & _waits(fan_out, at_work=True)


def may_record_fan_out_approval(person: Asker, fan_out: FanOut) -> Verdict:
    """The secretary records that the head approved a fan-out on paper."""
    otherwise = _("Only the secretary of the body that gives can record an approval given on paper.")
    return _who(person, "record_approval", fan_out.giver, otherwise) & _waits(fan_out, at_work=True)


def may_cancel_fan_out(person: Asker, fan_out: FanOut) -> Verdict:
    """Those who prepared a fan-out call it off before it starts; those who may approve it refuse it so."""
    preparing = access.right(person, "draft_tasks", fan_out.giver)
    approving = _approval_right(person, fan_out.giver, fan_out.task.pillar)
    otherwise = _("Only those who prepare or approve the giver's tasks can call it off.")
    return granted(access.own_first((preparing, approving)), otherwise) & _waits(fan_out)


def may_retry_fan_out(person: Asker, fan_out: FanOut) -> Verdict:
    """Whoever approves the giver's tasks has bodies that were passed over tried again."""
    who = _approves(person, fan_out.giver, fan_out.task.pillar)
    if not who:
        return who
    if fan_out.state != FanOut.State.DONE or not fan_out.recipients.exclude(skipped="").exists():
        return not_now(_("No body of this was passed over."))
    return who & _in_state(RUNNING, fan_out.task)


def _waits(fan_out: FanOut, *, at_work: bool = False) -> Verdict:
    if fan_out.state not in FanOut.WAITING:
        return not_now(_("This was decided: it is %(state)s.") % {"state": fan_out.get_state_display()})
    return _in_state(RUNNING, fan_out.task) if at_work else YES


def may_set_weights(person: Asker, task: Task) -> Verdict:
    """Whoever gave the tasks below weighs them: the lead body, or the assigner of the task for its own."""
    of_giver = access.right(person, "draft_tasks", task.assigner)
    of_lead = access.own_first(
        access.right(person, permission, task.lead if task.is_issued else None)
        for permission in ("draft_tasks", "assign_tasks")
    )
    nodes = rollup.children(task) if of_giver or of_lead else []
    given = {node.assigner == task.assigner_id for node in nodes} or {True, False}
    right = access.own_first([of_giver if True in given else None, of_lead if False in given else None])
    if right is None:
        return no(_("Only those who gave the tasks below set their shares."))
    if not nodes:
        return not_now(_("There is no task below this one. Hand down parts of it first."))
    return Verdict(True, right=right) & _in_state((*UNISSUED, *OPEN, State.SUSPENDED), task)


def may_urge(person: Asker, task: Task) -> Verdict:
    """The assigner reminds the lead by hand, at most once a day."""
    who = _who(person, "urge_tasks", task.assigner, _("Only the body that gave this task can urge it."))
    return who & _in_state(
        RUNNING, task, _("Only a task on which the lead is at work can be urged. This one is: %(state)s.")
    )


def may_mark_posted(person: Asker, task: Task) -> Verdict:
    """The lead body notes that the task was entered in the Party's own system too (DOMAIN §9)."""
    return may_name_people(person, task)


def may_ask_extension(person: Asker, task: Task) -> Verdict:
    """The lead body asks for a later day while it works, one request at a time, up to the order's day."""
    verdict = _may_ask(person, task)
    if not verdict:
        return verdict
    if task.due_on is None:
        return not_now(_("This task has no deadline to extend."))
    if task.order and task.order.ask_until and task.order.ask_until < today():
        return not_now(
            _("Extensions under this order could be asked for until %(day)s.")
            % {"day": format_day(task.order.ask_until)}
        )
    return verdict


def may_ask_withdrawal(person: Asker, task: Task) -> Verdict:
    """The lead body asks to be freed of a task that no longer makes sense."""
    return _may_ask(person, task)


def may_flag_risk(person: Asker, task: Task) -> Verdict:
    """The lead body warns while it works and its day has not passed; after that the task is late."""
    who = _who(person, "work_on_tasks", task.lead, _ONLY_LEAD) & _in_state(
        RUNNING, task, _("Said while the task is at work. This one is: %(state)s.")
    )
    if not who:
        return who
    if task.due_on is None:
        return not_now(_("This task has no deadline that could be missed."))
    if task.due_on < today():
        return not_now(_("The deadline has passed: the task is late. Ask for an extension, or report it."))
    return who


def may_stop_escalation(person: Asker, task: Task) -> Verdict:
    """The assigner lets nobody above be told of a delay that it knows the reason of."""
    who = _who(person, "suspend_tasks", task.assigner, _ONLY_KEEPERS) & _in_state(
        RUNNING, task, _("Only while the task is at work. This one is: %(state)s.")
    )
    if not who:
        return who
    if task.due_on is None:
        return not_now(_("This task has no deadline that could be missed."))
    if task.escalation_stopped_at:
        return not_now(_("Notifying superiors is stopped already."))
    return who


def may_resume_escalation(person: Asker, task: Task) -> Verdict:
    """The assigner lets those above be told again."""
    who = _who(person, "suspend_tasks", task.assigner, _ONLY_KEEPERS)
    if not who:
        return who
    if task.state not in RUNNING or task.escalation_stopped_at is None:
        return not_now(_("Notifying superiors of this task is not stopped."))
    return who


def may_set_milestones(person: Asker, task: Task) -> Verdict:
    """Whoever may change the task sets its milestones."""
    return may_edit(person, task)


def may_mark_milestone(person: Asker, task: Task) -> Verdict:
    """The lead body says when a milestone was reached, while the task is at work."""
    who = _who(person, "work_on_tasks", task.lead, _ONLY_LEAD) & _in_state(
        RUNNING, task, _("Only while the task is at work. This one is: %(state)s.")
    )
    if not who:
        return who
    # Read in Python: a page has them prefetched.
    if not task.milestones.all():
        return not_now(_("This task has no milestones."))
    return who


def may_resume_cycle(person: Asker, task: Task) -> Verdict:
    """Whoever may change an issued task lets its cycle go on, once what stopped it is mended."""
    who = _who(person, "edit_issued_tasks", task.assigner, _ONLY_EDITORS)
    if not who:
        return who
    if task.stopped_cycle is None:
        return not_now(_("The cycle of this task has not stopped."))
    return who & _in_state(RUNNING, task, _("Only while the task is at work. This one is: %(state)s."))


def may_clear_risk(person: Asker, task: Task) -> Verdict:
    """The lead body takes its warning back."""
    who = _who(person, "work_on_tasks", task.lead, _ONLY_LEAD)
    if not who:
        return who
    if task.risk_days is None:
        return not_now(_("Nobody has flagged this task as at risk."))
    return who


def may_decide_request(person: Asker, task: Task) -> Verdict:
    """The assigner's head or standing deputy decides; never the person who asked, whoever that is."""
    who = _who(
        person,
        "decide_extensions",
        task.assigner,
        _("Only the head or the standing deputy of the assigner decides on requests."),
    )
    if not who:
        return who
    request = waiting_request(task)
    if request and _acted_before(who.right, request.by_id, request.on_behalf_of_id):
        return no(_("You cannot decide your own request."))
    if request is None or request.state != Request.State.OPEN:
        return not_now(_("No request waits for a decision: it was taken back, answered or never made."))
    return who


def may_counter_request(person: Asker, task: Task) -> Verdict:
    """Instead of yes or no the decider may offer another day."""
    verdict = may_decide_request(person, task)
    request = waiting_request(task)
    if verdict and request and request.kind != Request.Kind.EXTENSION:
        return not_now(_("Only a request for a later day can be answered with another day."))
    return verdict


def may_answer_counter(person: Asker, task: Task) -> Verdict:
    """The lead body accepts or declines the day that was offered instead."""
    who = _who(person, "submit_tasks", task.lead, _ONLY_SUBMITTERS)
    if not who:
        return who
    request = waiting_request(task)
    if request is None or request.state != Request.State.COUNTERED:
        return not_now(_("No other day is offered for this task."))
    if _acted_before(who.right, request.decided_by_id, request.decided_for_id):
        return no(_("You cannot accept the day that you offered yourself."))
    return who


def may_cancel_request(person: Asker, task: Task) -> Verdict:
    """The lead body takes its request back as long as nothing was decided."""
    who = _who(person, "submit_tasks", task.lead, _ONLY_SUBMITTERS)
    if not who:
        return who
    if waiting_request(task) is None:
        return not_now(_("This task has no open request."))
    return who


def waiting_request(task: Task) -> Request | None:
    """The one request that is not settled; read in Python, so that a page may prefetch."""
    return next((request for request in task.requests.all() if request.state in Request.WAITING), None)


def own_parts(person: Asker, task: Task) -> list[Part]:
    """The parts of the bodies that help in which this person works."""
    helping = [part for part in task.parts.all() if part.kind in Part.HELPING]
    return [part for part in helping if access.allows(person, "work_on_tasks", part.body)]


def delivered_parts(task: Task) -> list[Part]:
    return [part for part in task.parts.all() if part.kind in Part.HELPING and part.delivered_at]


def helping(task: Task) -> list[Body]:
    """The bodies that help; a former lead only reads. Read in Python, so that a page may prefetch."""
    return [part.body for part in task.parts.all() if part.kind in Part.HELPING]


def _may_ask(person: Asker, task: Task) -> Verdict:
    who = _who(person, "submit_tasks", task.lead, _ONLY_SUBMITTERS) & _in_state(
        RUNNING, task, _("Asked for while the task is at work. This one is: %(state)s.")
    )
    if not who:
        return who
    if waiting_request(task):
        return not_now(_("One request is open already. Take it back or wait for the decision."))
    return who


_ONLY_LEAD = _("Only the lead body can do this: its head, standing deputy, secretary or officer.")
_ONLY_SUBMITTERS = _("Only the head, the secretary or the officer of the lead body can do this.")
_ONLY_EDITORS = _(
    "Only the head, the standing deputy or the secretary of the assigner can change an issued task."
)
_ONLY_KEEPERS = _("Only the head, the standing deputy or the secretary of the assigner can do this.")
_OTHER_STATE = _("Not in this state: the task is %(state)s.")


def _who(person: Asker, permission: str, body: Body | None, otherwise: Sentence) -> Verdict:
    return granted(access.right(person, permission, body), otherwise)


def _in_state(
    states: Container[str],
    task: Task,
    otherwise: StrPromise = _OTHER_STATE,
) -> Verdict:
    """When: in these states; `otherwise` names the one that it is in."""
    return YES if task.state in states else not_now(otherwise % {"state": task.get_state_display()})


def _move(
    person: Asker, move: Move, task: Task, permission: str, otherwise: Sentence, of: Body | None = None
) -> Verdict:
    """Who, on the assigner unless another body is named; then when."""
    return _who(person, permission, of or task.assigner, otherwise) & _in_state(move.sources, task)


def _issues(verdict: Verdict, task: Task) -> Verdict:
    """On the way to its lead no task passes with a cell of the received file that nobody looked at."""
    if verdict and task.unsure:
        return not_now(
            _("Not certain in the received file: %(cells)s. Correct it, or say that it is right.")
            % {"cells": ", ".join(task.doubts())}
        )
    return verdict


def _keeps(person: Asker, task: Task) -> Verdict:
    """Before issue also those who prepared it: it is still theirs."""
    permissions = ("draft_tasks", "suspend_tasks") if task.state in UNISSUED else ("suspend_tasks",)
    right = access.own_first(access.right(person, permission, task.assigner) for permission in permissions)
    return granted(right, _ONLY_KEEPERS)


def _working_on(task: Task) -> list[Body]:
    return [*([task.lead] if task.lead else []), *helping(task)]


def _helps(person: Asker, task: Task) -> Right | None:
    return access.own_first(
        access.right(person, permission, body)
        for body in _working_on(task)
        for permission in ("work_on_tasks", "contribute_to_tasks")
    )


def _judge(person: Asker, move: Move, task: Task, otherwise: Sentence) -> Verdict:
    who = _who(person, "confirm_tasks", task.assigner, otherwise)
    if not who:
        return who
    if _acted_before(who.right, task.submitted_by_id, task.submitted_for_id):
        return no(_("You cannot confirm your own work."))
    return who & _in_state(move.sources, task)


def _approves(person: Asker, giver: Body, pillar: str) -> Verdict:
    otherwise = _("Only the head, the standing deputy or the deputy in charge of this field can approve it.")
    return granted(_approval_right(person, giver, pillar), otherwise)


def _approval_right(person: Asker, giver: Body, pillar: str) -> Right | None:
    right = access.right(person, "assign_tasks", giver)
    if right and right.on_behalf_of is None:
        return right
    return access.own_first((right, _right_in_own_field(person, giver, pillar)))


def _right_in_own_field(person: Asker, giver: Body, pillar: str) -> Right | None:
    """A deputy approves the drafts of the pillars that their term puts in their charge."""
    right = access.right(person, "assign_tasks_in_own_field", giver)
    if right is None:
        return None
    charged = next((term for term in access.terms_on(person, giver) if term.in_charge_of(pillar)), None)
    if charged is None:
        return None
    # The right may be their own and the field only that of the deputy who is away.
    return replace(right, on_behalf_of=charged.absence.person) if charged.absence else right


def _acted_before(right: Right | None, by: int | None, on_behalf_of: int | None) -> bool:
    """Whether who would act now, or in whose name, is who acted before, or in whose name."""
    before = {key for key in (by, on_behalf_of) if key}
    acting = {person.pk for person in (right.person, right.on_behalf_of) if person} if right else set()
    return not before.isdisjoint(acting)
