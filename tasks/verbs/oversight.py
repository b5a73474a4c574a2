"""How the body that gave a task steers it: changes it, stops it, takes it back. And what all may say."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees.models import Person
from portal.shared.days import today
from tasks import actions, forms, lifecycle, rules
from tasks import serializers as shapes
from tasks.actions.common import clean_text
from tasks.lifecycle import OPEN, RUNNING, UNISSUED, Standing, State
from tasks.lists.duties import Mine
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tasks.urging.selection import foresee
from tasks.verbs.verb import EVERY_STATE, Heading, Many, Verb, lead

# What an edit over the API takes besides the columns of the task.
BESIDE_THE_COLUMNS = ("parts", "cycle", "version", "reason", "below", "past_deadline")


def edit_given_fields(*, task: Task, by: Person, **values: Any) -> Task:
    beside = {name: values.pop(name) for name in BESIDE_THE_COLUMNS if name in values}
    return actions.edit_task(task=task, values=values, by=by, **beside)


def set_deadline(*, task: Task, by: Person, due_on: date, reason: str, past_deadline: bool = False) -> Task:
    """Move the deadline by a decision; the order's words for another day stay, as after an extension."""
    reason = clean_text(task, reason, "reason", required=_("Name the decision: its number, or why."))
    # A deadline that was no day becomes one. What recurs has a cycle instead: its form refuses the day.
    others = (Task.DueKind.NONE, Task.DueKind.CONTINUOUS, Task.DueKind.RELATIVE)
    kind = {"due_kind": Task.DueKind.DAY} if task.due_kind in others else {}
    return actions.edit_task(
        task=task, by=by, values={"due_on": due_on, **kind}, reason=reason, past_deadline=past_deadline
    )


def can_stop_escalation(task: Task) -> bool:
    return task.escalation_stopped_at is None and task.standing(today()) == Standing.OVERDUE


OVERSIGHT: tuple[Verb, ...] = (
    Verb(
        name="urge",
        rule=rules.may_urge,
        action=urging_actions.urge,
        label=_("Urge"),
        icon="bell-ring",
        giver_states=OPEN,
        form=forms.UrgeForm,
        explanation=_("Everybody who works on it in the lead body gets a notice, at most once a day."),
        done=_("Urged:"),
        notified=lead,
        next_work=Mine.OVERDUE,
        many=Many(("urge_tasks",), foresee=foresee),
        history=(Heading("task_urged", _("Urged"), Standing.DUE_SOON),),
        api_input=shapes.Message,
    ),
    Verb(
        name="set_weights",
        rule=rules.may_set_weights,
        action=actions.set_weights,
        label=_("Set the shares"),
        icon="scale",
        form=forms.WeightsForm,
        form_options=lambda request, task: {"task": task, "person": request.user},
        from_form=lambda task, by, form: actions.set_weights(task=task, by=by, weights=form.weights),
        explanation=_(
            "How much each task below counts in the progress, in percent; together 100. Leave all "
            "empty and they count alike."
        ),
        done=_("Shares set:"),
        history=(Heading("task_weights_set", _("Shares set")),),
        api_input=shapes.Weights,
    ),
    Verb(
        name="comment",
        rule=rules.may_contribute,
        action=actions.add_comment,
        label=pgettext_lazy("button", "Comment"),
        icon="message-square",
        giver_states=EVERY_STATE,
        lead_states=EVERY_STATE,
        helper_states=EVERY_STATE,
        form=forms.CommentForm,
        done=_("Comment added:"),
        api_input=shapes.CommentIn,
    ),
    Verb(
        name="set_event_day",
        rule=rules.may_set_event_day,
        action=actions.set_event_day,
        label=_("Enter the day of the event"),
        icon="calendar-check",
        giver_states=(*UNISSUED, *OPEN),
        relevant=lambda task: task.due_kind == Task.DueKind.RELATIVE,
        form=forms.EventDayForm,
        form_options=lambda request, task: {"initial": {"happened_on": task.happened_on}},
        explanation=_("The deadline is counted from this day, in calendar days."),
        sets_deadline=True,
        done=_("Day of the event entered:"),
        notified=lead,
        history=(Heading("event_day_set", _("Day of the event entered"), Standing.IN_TIME),),
        api_input=shapes.EventDay,
    ),
    Verb(
        name="edit",
        rule=rules.may_edit,
        action=actions.edit_task,
        label=_("Edit"),
        icon="pencil",
        giver_states=(*UNISSUED, *OPEN),
        has_own_page=True,
        many=Many(
            ("edit_issued_tasks", "draft_tasks"),
            label=_("Change the deadline"),
            form=forms.ManyDeadlineForm,
            api_input=shapes.DeadlineDecision,
            action=set_deadline,
        ),
        history=(Heading("task_changed", _("Changed")),),
        api_input=shapes.TaskChange,
        from_api=edit_given_fields,
    ),
    Verb(
        name="set_milestones",
        rule=rules.may_set_milestones,
        action=actions.set_milestones,
        label=_("Set the milestones"),
        icon="list-checks",
        giver_states=(*UNISSUED, *RUNNING),
        form=forms.MilestonesForm,
        form_options=lambda request, task: {"task": task},
        from_form=lambda task, by, form: actions.set_milestones(task=task, by=by, milestones=form.milestones),
        explanation=_(
            "Marks on the way to the deadline, each with its day. The lead body is reminded of each "
            "as of a deadline, and says when it was reached. What was reached stays on record."
        ),
        done=_("Milestones set:"),
        notified=lead,
        history=(Heading("milestones_set", _("Milestones set")),),
        api_input=shapes.MilestonesIn,
    ),
    Verb(
        name="change_lead",
        rule=rules.may_change_lead,
        action=actions.change_lead,
        move=lifecycle.CHANGE_LEAD,
        label=_("Change the lead"),
        icon="building-2",
        giver_states=(*RUNNING, State.SUSPENDED),
        form=forms.LeadForm,
        explanation=_(
            "The new lead accepts the task anew, from nothing done; deadlines stay. The old lead "
            "keeps reading what it did. A body that helped leaves its part."
        ),
        done=_("Lead changed:"),
        many=Many(("edit_issued_tasks",)),
        history=(Heading(lifecycle.CHANGE_LEAD.event, _("Lead changed"), Standing.DUE_SOON),),
        api_input=shapes.LeadChange,
    ),
    Verb(
        name="resume",
        rule=rules.may_resume,
        action=actions.resume,
        move=lifecycle.RESUME,
        label=_("Resume"),
        icon="play",
        at_once=True,
        main=True,
        giver_states=(State.SUSPENDED,),
        explanation=_("The task goes on from the state it was in."),
        done=_("Resumed:"),
        notified=lead,
        history=(Heading(lifecycle.RESUME.event, _("Resumed"), Standing.IN_TIME),),
    ),
    Verb(
        name="suspend",
        rule=rules.may_suspend,
        action=actions.suspend,
        move=lifecycle.SUSPEND,
        label=_("Suspend"),
        icon="pause",
        giver_states=RUNNING,
        form=forms.ReasonForm,
        explanation=_("No reminder is sent and the task is outside the count until it is resumed."),
        done=_("Suspended:"),
        notified=lead,
        history=(Heading(lifecycle.SUSPEND.event, _("Suspended")),),
        api_input=shapes.Reason,
    ),
    Verb(
        name="stop_escalation",
        rule=rules.may_stop_escalation,
        action=actions.stop_escalation,
        label=_("Stop notifying superiors"),
        icon="bell",
        giver_states=RUNNING,
        relevant=can_stop_escalation,
        form=forms.ReasonForm,
        explanation=_("Those who work on it are still reminded. It ends when the deadline moves."),
        done=_("Superiors are no longer notified:"),
        history=(Heading("escalation_stopped", _("Superiors are not notified"), Standing.DUE_SOON),),
        api_input=shapes.Reason,
    ),
    Verb(
        name="resume_escalation",
        rule=rules.may_resume_escalation,
        action=actions.resume_escalation,
        label=_("Notify superiors again"),
        icon="bell-ring",
        at_once=True,
        giver_states=RUNNING,
        relevant=lambda task: task.escalation_stopped_at is not None,
        explanation=_("With the next letters they are told what they missed."),
        done=_("Superiors are notified again:"),
        history=(Heading("escalation_resumed", _("Superiors are notified again")),),
    ),
    Verb(
        name="resume_cycle",
        rule=rules.may_resume_cycle,
        action=actions.resume_cycle,
        label=_("Let the cycle go on"),
        icon="play",
        at_once=True,
        giver_states=RUNNING,
        relevant=lambda task: bool(task.stopped_cycle),
        explanation=_("Its tasks are made again within the hour; days that passed meanwhile are not made."),
        done=_("The cycle goes on:"),
        history=(Heading("cycle_resumed", _("The cycle goes on"), Standing.IN_TIME),),
    ),
    Verb(
        name="recall",
        rule=rules.may_recall,
        action=actions.recall,
        move=lifecycle.RECALL,
        label=_("Recall to draft"),
        icon="rotate-ccw",
        giver_states=(State.PROPOSED, State.ASSIGNED),
        form=forms.ReasonForm,
        explanation=_("The task becomes a draft again and the lead body no longer sees it."),
        done=_("Recalled to draft:"),
        notified=lead,
        history=(Heading(lifecycle.RECALL.event, _("Recalled"), Standing.DUE_SOON),),
        api_input=shapes.Reason,
    ),
    Verb(
        name="mark_posted",
        rule=rules.may_mark_posted,
        action=actions.mark_posted,
        label=_("Mark as entered in theodoinq.dcs.vn"),
        icon="check",
        at_once=True,
        lead_states=(State.IN_PROGRESS, State.SUBMITTED),
        relevant=lambda task: task.posted_at is None,
        explanation=_("So that nobody types it there twice."),
        done=_("Marked as entered in theodoinq.dcs.vn:"),
        history=(Heading("task_posted", _("Entered in theodoinq.dcs.vn")),),
    ),
    Verb(
        name="supersede",
        rule=rules.may_supersede,
        action=actions.supersede,
        move=lifecycle.SUPERSEDE,
        label=_("Replace by another task"),
        icon="refresh-cw",
        risky=True,
        giver_states=(*OPEN, State.SUSPENDED),
        form=forms.SupersedeForm,
        form_options=lambda request, task: {"task": task, "person": request.user},
        explanation=_(
            "This cannot be undone. The task leaves every count and names the one that replaces it."
        ),
        done=_("Replaced:"),
        notified=lead,
        history=(Heading(lifecycle.SUPERSEDE.event, _("Replaced by another task")),),
        api_input=shapes.Superseding,
    ),
    Verb(
        name="withdraw",
        rule=rules.may_withdraw,
        action=actions.withdraw,
        move=lifecycle.WITHDRAW,
        label=_("Withdraw the task"),
        icon="trash-2",
        risky=True,
        giver_states=(*UNISSUED, *OPEN, State.SUSPENDED),
        form=forms.ReasonForm,
        explanation=_("This cannot be undone. The task stays readable and leaves every count."),
        done=_("Withdrawn:"),
        notified=lead,
        history=(Heading(lifecycle.WITHDRAW.event, _("Withdrawn")),),
        api_input=shapes.Reason,
    ),
)
