"""One page for each verb: GET asks what the verb needs, POST does it through its action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from committees.doors import SignedInRequest
from committees.models import Person
from portal.shared.days import today
from portal.shared.verdicts import Sentence, Verdict
from tasks import actions, rollup, rules
from tasks.forms import (
    ApprovalForm,
    AssignForm,
    CommentForm,
    ConfirmForm,
    ContributionForm,
    CounterForm,
    DecisionForm,
    EventDayForm,
    EvidenceForm,
    ExtensionForm,
    LeadForm,
    MilestoneForm,
    MilestonesForm,
    OptionalReasonForm,
    PeopleForm,
    ProgressForm,
    ReasonForm,
    RefusalForm,
    ReturnForm,
    RiskForm,
    SubmitForm,
    SupersedeForm,
    UrgeForm,
    WeightsForm,
    add_errors,
    as_secret,
)
from tasks.lists.duties import Duties, Mine
from tasks.models import Evidence, Task
from tasks.pages.common import find_task, late_above, task_crumbs
from tasks.pages.panel import BUTTONS
from tasks.urging import actions as urging_actions

Do = Callable[..., Any]


def _add_evidence(*, task: Task, by: Person, form: EvidenceForm) -> list[Evidence]:
    with transaction.atomic():
        return [actions.add_evidence(task=task, by=by, **piece) for piece in form.given()]


def _report_complete(*, task: Task, by: Person, form: SubmitForm) -> None:
    """Evidence and report in one step: either both are there afterwards or neither, on the disk too."""
    added: list[Evidence] = []
    try:
        with transaction.atomic():
            added = _add_evidence(task=task, by=by, form=form)
            actions.submit(task=task, by=by, report=form.cleaned_data["report"])
    except Exception:
        for piece in added:
            piece.file.delete(save=False)
        raise


def _typed(action: Do) -> Do:
    """An action that takes exactly the fields of its form."""
    return lambda *, task, by, form: action(task=task, by=by, **form.cleaned_data)


@dataclass(frozen=True)
class Step:
    """A verb as a page: its form, its action, what to say before and after, and who is told."""

    do: Do
    said: Sentence
    form: type[forms.Form] = ConfirmForm
    before: Sentence = ""
    told: str = ""
    """`lead` or `assigner`: the body whose people get a notice."""
    ask: Callable[[Person, Task], Verdict] | None = None


STEPS: dict[str, Step] = {
    "propose": Step(
        _typed(actions.propose),
        _("Proposed for approval:"),
        before=_("The approver sees the task and what is not clear yet. The lead body does not see it."),
        told="assigner",
    ),
    "vouch": Step(
        _typed(actions.vouch),
        _("Looked at:"),
        before=_("What was not certain in the received file is right as it stands."),
    ),
    "assign": Step(
        _typed(actions.assign),
        _("Assigned:"),
        AssignForm,
        before=_("From now the lead body sees the task and its clock runs."),
        told="lead",
    ),
    "record_approval": Step(
        _typed(actions.record_approval),
        _("Assigned by the approval on paper:"),
        ApprovalForm,
        before=_("The head approved on paper. From now the lead body sees the task and its clock runs."),
        told="lead",
    ),
    "recall": Step(
        _typed(actions.recall),
        _("Recalled to draft:"),
        ReasonForm,
        before=_("The task becomes a draft again and the lead body no longer sees it."),
        told="lead",
    ),
    "accept": Step(
        _typed(actions.accept), _("Accepted:"), before=_("Your body takes the task on and answers for it.")
    ),
    "decline": Step(
        _typed(actions.decline),
        _("Declined:"),
        ReasonForm,
        before=_("The task goes back to the body that gave it, which decides anew."),
        told="assigner",
    ),
    "progress": Step(
        _typed(actions.report_progress),
        _("Progress noted:"),
        ProgressForm,
        before=_("Say how far the work is. The first note also accepts the task."),
    ),
    "name_people": Step(
        _typed(actions.name_people),
        _("Leader and contact saved:"),
        PeopleForm,
        before=_("The lead body names one leader in charge and one contact."),
    ),
    "add_evidence": Step(
        _add_evidence,
        _("Evidence added:"),
        EvidenceForm,
        before=_("A file, a link or the number of a document that shows the result."),
    ),
    "submit": Step(
        _report_complete,
        _("Reported complete:"),
        SubmitForm,
        before=_("From this moment the clock of the task stands still until the result is judged."),
        told="assigner",
        ask=rules.may_prepare_submission,
    ),
    "confirm": Step(
        _typed(actions.confirm),
        _("Completion confirmed:"),
        before=_("The deliverable is what was asked and the evidence can be checked."),
        told="lead",
    ),
    "send_back": Step(
        _typed(actions.send_back),
        _("Sent back:"),
        ReasonForm,
        before=_("Say what is missing. The clock runs on as if it had never stopped."),
        told="lead",
    ),
    "suspend": Step(
        _typed(actions.suspend),
        _("Suspended:"),
        ReasonForm,
        before=_("No reminder is sent and the task is outside the count until it is resumed."),
        told="lead",
    ),
    "resume": Step(
        _typed(actions.resume),
        _("Resumed:"),
        before=_("The task goes on from the state it was in."),
        told="lead",
    ),
    "withdraw": Step(
        _typed(actions.withdraw),
        _("Withdrawn:"),
        ReasonForm,
        before=_("This cannot be undone. The task stays readable and leaves every count."),
        told="lead",
    ),
    "contribute": Step(
        _typed(actions.contribute),
        _("Contribution delivered:"),
        ContributionForm,
        before=_("Say what your body contributed. While the task is at work you can correct it."),
        told="lead",
    ),
    "return_contribution": Step(
        _typed(actions.return_contribution),
        _("Contribution sent back:"),
        ReturnForm,
        before=_("It is open again; its own deadline stands. The body is told."),
    ),
    "change_lead": Step(
        _typed(actions.change_lead),
        _("Lead changed:"),
        LeadForm,
        before=_(
            "The new lead accepts the task anew, from nothing done; deadlines stay. The old lead keeps "
            "reading what it did. A body that helped leaves its part."
        ),
    ),
    "supersede": Step(
        _typed(actions.supersede),
        _("Replaced:"),
        SupersedeForm,
        before=_("This cannot be undone. The task leaves every count and names the one that replaces it."),
        told="lead",
    ),
    "ask_extension": Step(
        _typed(actions.ask_extension),
        _("Extension asked for:"),
        ExtensionForm,
        before=_("The deadline stays as it is until the body that gave the task decides."),
        told="assigner",
    ),
    "ask_withdrawal": Step(
        _typed(actions.ask_withdrawal),
        _("Withdrawal asked for:"),
        ReasonForm,
        before=_("The task goes on until the body that gave it decides."),
        told="assigner",
    ),
    "approve_request": Step(
        _typed(actions.approve_request),
        _("Request approved:"),
        DecisionForm,
        before=_("What was asked for happens at once; the first deadline stays on record."),
        told="lead",
    ),
    "refuse_request": Step(
        _typed(actions.refuse_request),
        _("Request refused:"),
        RefusalForm,
        before=_("The deadline stands."),
        told="lead",
    ),
    "counter_request": Step(
        _typed(actions.counter_request),
        _("Another day offered:"),
        CounterForm,
        before=_("The lead body accepts or declines the day; until then the deadline stands."),
        told="lead",
    ),
    "accept_counter": Step(
        _typed(actions.accept_counter),
        _("Day accepted:"),
        before=_("The deadline moves to the day that was offered."),
        told="assigner",
    ),
    "decline_counter": Step(
        _typed(actions.decline_counter),
        _("Day declined:"),
        OptionalReasonForm,
        before=_("The deadline stands; you can ask again."),
        told="assigner",
    ),
    "cancel_request": Step(
        _typed(actions.cancel_request),
        _("Request taken back:"),
        OptionalReasonForm,
        before=_("Nothing is decided and the deadline stands."),
        told="assigner",
    ),
    "flag_risk": Step(
        _typed(actions.flag_risk),
        _("Flagged as at risk:"),
        RiskForm,
        before=_(
            "The deadline stands. The warning ends by itself when the task is reported or its day moves."
        ),
    ),
    "stop_escalation": Step(
        _typed(actions.stop_escalation),
        _("Nobody above is told any more:"),
        ReasonForm,
        before=_("Those who work on it are still reminded. It ends when the deadline moves."),
    ),
    "resume_escalation": Step(
        _typed(actions.resume_escalation),
        _("Those above are told again:"),
        before=_("With the next letters they are told what they missed."),
    ),
    "set_milestones": Step(
        lambda *, task, by, form: actions.set_milestones(task=task, by=by, milestones=form.milestones),
        _("Milestones set:"),
        MilestonesForm,
        before=_(
            "Marks on the way to the deadline, each with its day. The lead body is reminded of each as of "
            "a deadline, and says when it was reached. What was reached stays on record."
        ),
        told="lead",
    ),
    "mark_milestone": Step(
        lambda *, task, by, form: actions.mark_milestone(
            task=task,
            by=by,
            milestone=form.cleaned_data["milestone"].pk,
            done_on=form.cleaned_data["done_on"],
        ),
        _("Milestone marked:"),
        MilestoneForm,
        before=_("Say on which day it was reached."),
    ),
    "resume_cycle": Step(
        _typed(actions.resume_cycle),
        _("The cycle goes on:"),
        before=_("Its tasks are made again within the hour; days that passed meanwhile are not made."),
    ),
    "clear_risk": Step(
        _typed(actions.clear_risk),
        _("Back on schedule:"),
        before=_("The warning is taken back; what was said stays in the story of the task."),
    ),
    "set_event_day": Step(
        _typed(actions.set_event_day),
        _("Day of the event entered:"),
        EventDayForm,
        before=_("The deadline is counted from this day, in calendar days."),
        told="lead",
    ),
    "set_weights": Step(
        lambda *, task, by, form: actions.set_weights(task=task, by=by, weights=form.weights),
        _("Shares set:"),
        WeightsForm,
        before=_(
            "How much each task below counts in the progress, in percent; together 100. "
            "Leave all empty and they count alike."
        ),
    ),
    "urge": Step(
        _typed(urging_actions.urge),
        _("Urged:"),
        UrgeForm,
        before=_("Everybody who works on it in the lead body gets a notice, at most once a day."),
        told="lead",
    ),
    "comment": Step(_typed(actions.add_comment), _("Comment added:"), CommentForm),
    "mark_posted": Step(
        _typed(actions.mark_posted),
        _("Marked as entered in theodoinq.dcs.vn:"),
        before=_("So that nobody types it there twice."),
    ),
}

NEXT = {
    "confirm": Mine.CONFIRM,
    "send_back": Mine.CONFIRM,
    "assign": Mine.DECIDE,
    "approve_request": Mine.DECIDE,
    "refuse_request": Mine.DECIDE,
    "counter_request": Mine.DECIDE,
    "record_approval": Mine.DECIDE,
    "accept": Mine.DECIDE,
    "submit": Mine.OVERDUE,
    "urge": Mine.OVERDUE,
}
"""After the verb: where the person's next piece of work is."""


ISSUED_BY = ("propose", "assign", "record_approval")
NEEDS_A_DAY = (*ISSUED_BY, "ask_extension", "counter_request", "set_event_day")


def verb_page(verb: str) -> Callable[..., HttpResponse]:
    """The view of one verb."""

    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: SignedInRequest, pk: int) -> HttpResponse:
        task, step = find_task(request, pk), STEPS[verb]
        # Who before when, and both before what was typed.
        (step.ask or rules.VERBS[verb])(request.user, task).or_raise()
        form = form_of(step, task, request)
        if request.method == "POST" and form.is_valid() and _done(step, task, request.user, form):
            return _answer(request, verb, task)
        return render(request, "tasks/verb.html", _context(request, verb, task, form))

    return view


def form_of(step: Step, task: Task, request: SignedInRequest) -> forms.Form:
    extra: dict[str, Any] = {}
    if issubclass(step.form, AssignForm):
        extra = {"due_on": task.due_on}
    elif step.form is PeopleForm:
        extra = {"lead": task.lead, "initial": {"leader": task.leader, "contact": task.contact}}
    elif step.form is SubmitForm:
        extra = {"has_evidence": task.evidence.filter(removed_at=None).exists()}
    elif step.form is ContributionForm:
        extra = {"parts": rules.own_parts(request.user, task)}
    elif step.form is ReturnForm:
        extra = {"parts": rules.delivered_parts(task)}
    elif step.form is SupersedeForm:
        extra = {"task": task, "person": request.user}
    elif step.form is EventDayForm:
        extra = {"initial": {"happened_on": task.happened_on}}
    elif step.form is MilestonesForm:
        extra = {"task": task}
    elif step.form is MilestoneForm:
        extra = {"task": task, "initial": {"milestone": request.GET.get("milestone"), "done_on": today()}}
    elif step.form is WeightsForm:
        extra = {"task": task, "person": request.user}
    elif step.form is ProgressForm:
        extra = {"initial": {"percent": task.percent}}
    elif step.form is RiskForm:
        extra = {"initial": {"days": task.risk_days, "remedy": task.risk_remedy}}
    form = step.form(request.POST, request.FILES, **extra) if request.method == "POST" else step.form(**extra)
    return as_secret(task, form)


def _done(step: Step, task: Task, by: Person, form: forms.Form) -> bool:
    try:
        step.do(task=task, by=by, form=form)
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True


def _context(request: SignedInRequest, verb: str, task: Task, form: forms.Form) -> dict[str, Any]:
    button = BUTTONS[verb]
    return {
        "title": button.label,
        "crumbs": task_crumbs(task, itself=True),
        "task": task,
        "form": form,
        "explanation": STEPS[verb].before,
        "verb": button.label,
        "icon_name": button.icon,
        "risk": button.risk,
        "back": task.get_absolute_url(),
        "asked": rules.waiting_request(task),
        "open_below": _open_below(verb, task),
        "unclear": task.unclear() if verb in ISSUED_BY else [],
        "day_warnings": task.day_warnings(today()) if verb in ISSUED_BY else [],
        "late_above": late_above(request, task) if verb in NEEDS_A_DAY else None,
    }


def _open_below(verb: str, task: Task) -> int:
    """Who reports or confirms is told what is not done below; it is no reason to refuse."""
    asked = verb in ("submit", "confirm") and task.has_children  # type: ignore[attr-defined]
    return rollup.count_open(task) if asked else 0


def _answer(request: SignedInRequest, verb: str, task: Task) -> HttpResponse:
    """Say what was done, who was told and what comes next; go where the person can still be."""
    seen = Task.objects.visible_to(request.user)
    # `task` is as it was before: of an unissued task only the verbs of its issue tell anybody.
    tells = task.is_issued or verb in ISSUED_BY
    body = getattr(task, STEPS[verb].told) if STEPS[verb].told and tells else None
    told = gettext("%(body)s is told.") % {"body": body} if body else ""
    messages.success(
        request,
        format_html(
            "<b>{} {}.</b> {} {}", STEPS[verb].said, task.name.rstrip("."), told, _next(request, verb, task)
        ),
    )
    return redirect(task if seen.filter(pk=task.pk).exists() else "my_work")


def _next(request: SignedInRequest, verb: str, task: Task) -> Any:
    if verb not in NEXT:
        return ""
    mine = Task.objects.visible_to(request.user).filter(Duties.of(request.user, today()).q(NEXT[verb]))
    following = mine.exclude(pk=task.pk).late_first().first()
    if following is None:
        return ""
    words = gettext("Next: %(task)s") % {"task": following.name}
    return format_html('<a href="{}">{}</a>', following.get_absolute_url(), words)


@login_required
@require_POST
def remove_evidence(request: SignedInRequest, pk: int, evidence_pk: int) -> HttpResponse:
    task = find_task(request, pk)
    evidence: Evidence = get_object_or_404(task.evidence, pk=evidence_pk, removed_at=None)
    actions.remove_evidence(evidence=evidence, by=request.user)
    messages.success(request, gettext("Evidence removed: %(title)s.") % {"title": evidence.title})
    return redirect(task)
