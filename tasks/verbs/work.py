"""What the lead body and the bodies that help do with a task that they were given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.models import Person
from portal.shared.days import today
from tasks import actions, forms, lifecycle, rules
from tasks import serializers as shapes
from tasks.lifecycle import OPEN, RUNNING, Standing, State
from tasks.lists.duties import Mine
from tasks.models import Evidence, Task
from tasks.verbs.verb import EVERY_STATE, Heading, Many, Verb, giver, lead

ReportForm = forms.EvidenceForm | forms.ProgressForm


def add_each_evidence(task: Task, by: Person, form: ReportForm) -> None:
    """Each file, link and number of a form as evidence of its own; all of them or none."""
    with with_evidence(task, by, form):
        pass


@contextmanager
def with_evidence(task: Task, by: Person, form: ReportForm) -> Iterator[None]:
    """The evidence of a form and what is done inside, in one step: all of it or nothing, on the disk too."""
    added: list[Evidence] = []
    try:
        with transaction.atomic():
            for piece in form.given():
                added.append(_add_piece(task, by, piece))
            yield
    except Exception:
        for evidence in added:
            evidence.file.delete(save=False)
        raise


def _add_piece(task: Task, by: Person, piece: dict[str, Any]) -> Evidence:
    """Add one piece of evidence; a file that is refused is named, since it may be one of several."""
    name = getattr(piece.get("file"), "name", "")
    try:
        return actions.add_evidence(task=task, by=by, **piece)
    except ValidationError as error:
        if not name or "file" not in error.message_dict:
            raise
        messages = [f"{name}: {message}" for message in error.message_dict["file"]]
        raise ValidationError({**error.message_dict, "file": messages}) from error


def report_complete(task: Task, by: Person, form: forms.SubmitForm) -> None:
    with with_evidence(task, by, form):
        actions.submit(task=task, by=by, report=form.cleaned_data["report"])


def is_time_to_complete(task: Task, on: date) -> bool:
    """Before its day a task that is not all done is reported on; from that day on it is to be completed."""
    return task.due_on is None or task.due_on <= on or task.percent == 100


def report_progress(task: Task, by: Person, form: forms.ProgressForm) -> None:
    values = form.cleaned_data
    with with_evidence(task, by, form):
        actions.report_progress(task=task, by=by, percent=values["percent"], note=values["note"])


def name_given_people(*, task: Task, by: Person, **people: Person | None) -> Task:
    """Whom the request does not name stays."""
    return actions.name_people(
        task=task,
        by=by,
        leader=people.get("leader", task.leader),
        contact=people.get("contact", task.contact),
    )


WORK: tuple[Verb, ...] = (
    Verb(
        name="accept",
        rule=rules.may_accept,
        action=actions.accept,
        move=lifecycle.ACCEPT,
        label=_("Accept the task"),
        icon="check",
        at_once=True,
        main=True,
        lead_states=(State.ASSIGNED,),
        explanation=_("Your body takes the task on and answers for it."),
        done=_("Accepted:"),
        next_work=Mine.DECIDE,
        many=Many(("work_on_tasks",)),
        history=(Heading(lifecycle.ACCEPT.event, _("Accepted"), Standing.IN_TIME),),
    ),
    Verb(
        name="submit",
        rule=rules.may_submit,
        action=actions.submit,
        move=lifecycle.SUBMIT,
        label=_("Report complete"),
        icon="file-check",
        main=True,
        has_come=is_time_to_complete,
        lead_states=OPEN,
        opening_rule=rules.may_prepare_submission,
        form=forms.SubmitForm,
        form_options=lambda request, task: {"has_evidence": task.evidence.filter(removed_at=None).exists()},
        from_form=report_complete,
        explanation=_("From this moment the clock of the task stands still until the result is judged."),
        closes=True,
        done=_("Reported complete:"),
        notified=giver,
        next_work=Mine.OVERDUE,
        history=(Heading(lifecycle.SUBMIT.event, _("Reported complete"), State.SUBMITTED),),
        api_input=shapes.Report,
    ),
    Verb(
        name="progress",
        rule=rules.may_report_progress,
        action=actions.report_progress,
        label=_("Report progress"),
        icon="trending-up",
        main=True,
        lead_states=OPEN,
        form=forms.ProgressForm,
        from_form=report_progress,
        form_options=lambda request, task: {"initial": {"percent": task.percent}},
        explanation=_("Say how far the work is. The first note also accepts the task."),
        done=_("Progress noted:"),
        history=(Heading("task_progressed", _("Progress")),),
        api_input=shapes.ProgressIn,
    ),
    Verb(
        name="contribute",
        rule=rules.may_contribute_part,
        action=actions.contribute,
        label=_("Deliver our contribution"),
        icon="file-check",
        main=True,
        helper_states=RUNNING,
        form=forms.ContributionForm,
        form_options=lambda request, task: {"parts": rules.own_parts(request.user, task)},
        explanation=_("Say what your body contributed. While the task is at work you can correct it."),
        done=_("Contribution delivered:"),
        notified=lead,
        history=(Heading("part_delivered", _("Contribution delivered"), Standing.IN_TIME),),
        api_input=shapes.ContributionIn,
    ),
    Verb(
        name="return_contribution",
        rule=rules.may_return_contribution,
        action=actions.return_contribution,
        label=_("Send a contribution back"),
        icon="undo-2",
        lead_states=EVERY_STATE,
        relevant=lambda task: bool(rules.delivered_parts(task)),
        form=forms.ReturnForm,
        form_options=lambda request, task: {"parts": rules.delivered_parts(task)},
        explanation=_("It is open again; its own deadline stands. The body is told."),
        done=_("Contribution sent back:"),
        history=(Heading("part_returned", _("Contribution sent back"), Standing.DUE_SOON),),
        api_input=shapes.ContributionBack,
    ),
    Verb(
        name="mark_milestone",
        rule=rules.may_mark_milestone,
        action=actions.mark_milestone,
        label=_("Mark a milestone"),
        icon="calendar-check",
        lead_states=RUNNING,
        relevant=lambda task: bool(task.milestones.all()),
        form=forms.MilestoneForm,
        form_options=lambda request, task: {
            "task": task,
            "initial": {"milestone": request.GET.get("milestone"), "done_on": today()},
        },
        from_form=lambda task, by, form: actions.mark_milestone(
            task=task,
            by=by,
            milestone=form.cleaned_data["milestone"].pk,
            done_on=form.cleaned_data["done_on"],
        ),
        explanation=_("Say on which day it was reached."),
        done=_("Milestone marked:"),
        history=(Heading("milestone_marked", _("Milestone marked"), Standing.IN_TIME),),
        api_input=shapes.MilestoneReached,
    ),
    Verb(
        name="add_evidence",
        rule=rules.may_add_evidence,
        action=actions.add_evidence,
        label=_("Add evidence"),
        icon="paperclip",
        lead_states=RUNNING,
        helper_states=RUNNING,
        form=forms.EvidenceForm,
        from_form=add_each_evidence,
        explanation=_("A file, a link or the number of a document that shows the result."),
        done=_("Evidence added:"),
        history=(Heading("evidence_added", _("Evidence added")),),
        api_input=shapes.EvidenceIn,
    ),
    Verb(
        name="name_people",
        rule=rules.may_name_people,
        action=actions.name_people,
        label=_("Name leader and contact"),
        icon="user-check",
        lead_states=OPEN,
        form=forms.PeopleForm,
        form_options=lambda request, task: {
            "lead": task.lead,
            "initial": {"leader": task.leader, "contact": task.contact},
        },
        explanation=_("The lead body names one leader in charge and one contact."),
        done=_("Leader and contact saved:"),
        many=Many(
            ("work_on_tasks",),
            form=forms.ManyPeopleForm,
            form_options=lambda person: {"bodies": access.bodies(person, "work_on_tasks")},
        ),
        history=(Heading("task_people_named", _("People named")),),
        api_input=shapes.People,
        from_api=name_given_people,
    ),
    Verb(
        name="ask_extension",
        rule=rules.may_ask_extension,
        action=actions.ask_extension,
        label=_("Ask for an extension"),
        icon="calendar-clock",
        lead_states=RUNNING,
        relevant=lambda task: rules.waiting_request(task) is None,
        form=forms.ExtensionForm,
        explanation=_("The deadline stays as it is until the body that gave the task decides."),
        sets_deadline=True,
        done=_("Extension asked for:"),
        notified=giver,
        history=(Heading("extension_asked", _("Extension asked for"), State.SUBMITTED),),
        api_input=shapes.ExtensionIn,
    ),
    Verb(
        name="ask_withdrawal",
        rule=rules.may_ask_withdrawal,
        action=actions.ask_withdrawal,
        label=_("Ask for withdrawal"),
        icon="scale",
        lead_states=RUNNING,
        relevant=lambda task: rules.waiting_request(task) is None,
        form=forms.ReasonForm,
        explanation=_("The task goes on until the body that gave it decides."),
        done=_("Withdrawal asked for:"),
        notified=giver,
        history=(Heading("withdrawal_asked", _("Withdrawal asked for"), State.SUBMITTED),),
        api_input=shapes.Reason,
    ),
    Verb(
        name="flag_risk",
        rule=rules.may_flag_risk,
        action=actions.flag_risk,
        label=_("Flag as at risk"),
        icon="triangle-alert",
        lead_states=RUNNING,
        form=forms.RiskForm,
        form_options=lambda request, task: {"initial": {"days": task.risk_days, "remedy": task.risk_remedy}},
        explanation=_(
            "The deadline stands. The warning ends by itself when the task is reported or its day moves."
        ),
        done=_("Flagged as at risk:"),
        history=(Heading("risk_flagged", _("Flagged as at risk"), Standing.DUE_SOON),),
        api_input=shapes.RiskIn,
    ),
    Verb(
        name="clear_risk",
        rule=rules.may_clear_risk,
        action=actions.clear_risk,
        label=_("Back on schedule"),
        icon="check",
        at_once=True,
        lead_states=RUNNING,
        relevant=lambda task: task.risk_days is not None,
        explanation=_("The warning is taken back; what was said stays in the story of the task."),
        done=_("Back on schedule:"),
        history=(Heading("risk_cleared", _("Back on schedule"), Standing.IN_TIME),),
    ),
    Verb(
        name="decline",
        rule=rules.may_decline,
        action=actions.decline,
        move=lifecycle.DECLINE,
        label=_("Decline with a reason"),
        icon="undo-2",
        beside_main=True,
        lead_states=(State.ASSIGNED,),
        form=forms.ReasonForm,
        explanation=_("The task goes back to the body that gave it, which decides anew."),
        done=_("Declined:"),
        notified=giver,
        history=(Heading(lifecycle.DECLINE.event, _("Declined"), Standing.DUE_SOON),),
        api_input=shapes.Reason,
    ),
)
