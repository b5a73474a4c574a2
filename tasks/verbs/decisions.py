"""What waits for a decision: requests, results, drafts."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.shared.days import format_time
from portal.shared.verdicts import Sentence
from tasks import actions, forms, lifecycle, rollup, rules
from tasks import serializers as shapes
from tasks.lifecycle import UNISSUED, Standing, State
from tasks.lists.duties import Mine
from tasks.models import Request, Task
from tasks.verbs.verb import EVERY_STATE, Heading, Many, Verb, giver, lead


def has_open_request(task: Task) -> bool:
    request = rules.waiting_request(task)
    return request is not None and request.state == Request.State.OPEN


def has_offered_day(task: Task) -> bool:
    request = rules.waiting_request(task)
    return request is not None and request.state == Request.State.COUNTERED


def what_is_not_done(task: Task) -> Sentence:
    """What whoever confirms should look at first: the tasks below, else the result itself."""
    count = rollup.count_open(task)
    if not count:
        return CONFIRM_EXPLANATION
    return ngettext(
        "%(count)s task below this one is not done.",
        "%(count)s tasks below this one are not done.",
        count,
    ) % {"count": count}


def can_be_undone(task: Task) -> bool:
    return task.undo_until is not None and timezone.now() < task.undo_until


def until_when(task: Task) -> Sentence:
    return _("Until %(time)s.") % {"time": format_time(task.undo_until)} if task.undo_until else ""


CONFIRM_EXPLANATION = _("The deliverable is what was asked and the evidence can be checked.")

DECISIONS: tuple[Verb, ...] = (
    Verb(
        name="approve_request",
        rule=rules.may_decide_request,
        action=actions.approve_request,
        label=_("Approve the request"),
        icon="check",
        main=True,
        giver_states=EVERY_STATE,
        relevant=has_open_request,
        form=forms.DecisionForm,
        explanation=_("What was asked for happens at once; the first deadline stays on record."),
        done=_("Request approved:"),
        notified=lead,
        next_work=Mine.DECIDE,
        history=(
            Heading("request_approved", _("Request approved"), Standing.IN_TIME),
            Heading("extension_given", _("Extension given"), Standing.IN_TIME),
        ),
        api_input=shapes.Decision,
    ),
    Verb(
        name="refuse_request",
        rule=rules.may_decide_request,
        action=actions.refuse_request,
        label=_("Refuse the request"),
        icon="undo-2",
        giver_states=EVERY_STATE,
        relevant=has_open_request,
        form=forms.RefusalForm,
        explanation=_("The deadline stands."),
        done=_("Request refused:"),
        notified=lead,
        next_work=Mine.DECIDE,
        history=(Heading("request_refused", _("Request refused"), Standing.DUE_SOON),),
        api_input=shapes.Refusal,
    ),
    Verb(
        name="counter_request",
        rule=rules.may_counter_request,
        action=actions.counter_request,
        label=_("Offer another day"),
        icon="calendar-clock",
        giver_states=EVERY_STATE,
        relevant=has_open_request,
        form=forms.CounterForm,
        explanation=_("The lead body accepts or declines the day; until then the deadline stands."),
        sets_deadline=True,
        done=_("Another day offered:"),
        notified=lead,
        next_work=Mine.DECIDE,
        history=(Heading("request_countered", _("Another day offered"), Standing.DUE_SOON),),
        api_input=shapes.Counter,
    ),
    Verb(
        name="accept_counter",
        rule=rules.may_answer_counter,
        action=actions.accept_counter,
        label=_("Accept the day offered"),
        icon="check",
        at_once=True,
        main=True,
        lead_states=EVERY_STATE,
        relevant=has_offered_day,
        explanation=_("The deadline moves to the day that was offered."),
        done=_("Day accepted:"),
        notified=giver,
        history=(Heading("counter_accepted", _("Other day accepted"), Standing.IN_TIME),),
    ),
    Verb(
        name="decline_counter",
        rule=rules.may_answer_counter,
        action=actions.decline_counter,
        label=_("Decline the day offered"),
        icon="undo-2",
        lead_states=EVERY_STATE,
        relevant=has_offered_day,
        form=forms.OptionalReasonForm,
        explanation=_("The deadline stands; you can ask again."),
        done=_("Day declined:"),
        notified=giver,
        history=(Heading("request_declined", _("Other day declined")),),
        api_input=shapes.OptionalReason,
    ),
    Verb(
        name="cancel_request",
        rule=rules.may_cancel_request,
        action=actions.cancel_request,
        label=_("Take the request back"),
        icon="rotate-ccw",
        lead_states=EVERY_STATE,
        relevant=lambda task: rules.waiting_request(task) is not None,
        form=forms.OptionalReasonForm,
        explanation=_("Nothing is decided and the deadline stands."),
        done=_("Request taken back:"),
        notified=giver,
        history=(Heading("request_cancelled", _("Request taken back")),),
        api_input=shapes.OptionalReason,
    ),
    Verb(
        name="confirm",
        rule=rules.may_confirm,
        action=actions.confirm,
        move=lifecycle.CONFIRM,
        label=_("Confirm completion"),
        icon="check",
        at_once=True,
        asked_once=True,
        main=True,
        hint=what_is_not_done,
        giver_states=(State.IN_PROGRESS, State.SUBMITTED),
        explanation=CONFIRM_EXPLANATION,
        closes=True,
        done=_("Completion confirmed:"),
        notified=lead,
        next_work=Mine.CONFIRM,
        many=Many(("confirm_tasks",)),
        undone_by="undo_confirmation",
        history=(Heading(lifecycle.CONFIRM.event, _("Completion confirmed"), Standing.DONE_ON_TIME),),
    ),
    Verb(
        name="undo_confirmation",
        rule=rules.may_undo_confirmation,
        action=actions.undo_confirmation,
        move=lifecycle.UNDO_CONFIRMATION,
        label=_("Take the confirmation back"),
        icon="rotate-ccw",
        at_once=True,
        hint=until_when,
        giver_states=(State.COMPLETED,),
        relevant=can_be_undone,
        explanation=_("The report waits for a decision again, as if nobody had judged it."),
        done=_("Confirmation taken back:"),
        next_work=Mine.CONFIRM,
        history=(Heading(lifecycle.UNDO_CONFIRMATION.event, _("Confirmation taken back"), State.SUBMITTED),),
    ),
    Verb(
        name="send_back",
        rule=rules.may_send_back,
        action=actions.send_back,
        move=lifecycle.SEND_BACK,
        label=_("Send back with a reason"),
        icon="undo-2",
        beside_main=True,
        giver_states=(State.SUBMITTED,),
        form=forms.ReasonForm,
        explanation=_("Say what is missing. The clock runs on as if it had never stopped."),
        done=_("Sent back:"),
        notified=lead,
        next_work=Mine.CONFIRM,
        many=Many(("confirm_tasks",)),
        history=(Heading(lifecycle.SEND_BACK.event, _("Sent back"), Standing.DUE_SOON),),
        api_input=shapes.Reason,
    ),
    Verb(
        name="assign",
        rule=rules.may_assign,
        action=actions.assign,
        move=lifecycle.ASSIGN,
        label=_("Approve and assign"),
        icon="send",
        at_once=True,
        asked_once=True,
        main=True,
        giver_states=(State.PROPOSED,),
        form=forms.AssignForm,
        form_options=lambda request, task: {"due_on": task.due_on},
        explanation=_("From now the lead body sees the task and its clock runs."),
        issues=True,
        done=_("Assigned:"),
        notified=lead,
        next_work=Mine.DECIDE,
        many=Many(("assign_tasks", "assign_tasks_in_own_field"), form=forms.ManyAssignForm),
        history=(Heading(lifecycle.ASSIGN.event, _("Approved and assigned"), Standing.IN_TIME),),
        api_input=shapes.Assigning,
    ),
    Verb(
        name="record_approval",
        rule=rules.may_record_approval,
        action=actions.record_approval,
        move=lifecycle.RECORD_APPROVAL,
        label=_("Record approval on paper"),
        icon="file-check",
        main=True,
        giver_states=(State.PROPOSED,),
        form=forms.ApprovalForm,
        form_options=lambda request, task: {"due_on": task.due_on},
        explanation=_("The head approved on paper. From now the lead body sees the task and its clock runs."),
        issues=True,
        done=_("Assigned by the approval on paper:"),
        notified=lead,
        next_work=Mine.DECIDE,
        history=(
            Heading(
                lifecycle.RECORD_APPROVAL.event, _("Assigned: approval on paper recorded"), Standing.IN_TIME
            ),
        ),
        api_input=shapes.Approval,
    ),
    Verb(
        name="propose",
        rule=rules.may_propose,
        action=actions.propose,
        move=lifecycle.PROPOSE,
        label=_("Propose for approval"),
        icon="send",
        at_once=True,
        main=True,
        giver_states=(State.DRAFT,),
        explanation=_("The approver sees the task and what is not clear yet. The lead body does not see it."),
        issues=True,
        done=_("Proposed for approval:"),
        notified=giver,
        many=Many(("draft_tasks",)),
        history=(Heading(lifecycle.PROPOSE.event, _("Proposed for approval")),),
    ),
    Verb(
        name="vouch",
        rule=rules.may_vouch,
        action=actions.vouch,
        label=_("It is right as it stands"),
        icon="user-check",
        at_once=True,
        giver_states=UNISSUED,
        relevant=lambda task: bool(task.unsure),
        explanation=_("What was not certain in the received file is right as it stands."),
        done=_("Looked at:"),
        history=(Heading("task_vouched", _("Looked at: right as it stands")),),
    ),
)
