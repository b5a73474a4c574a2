"""Why a notice about a task is dropped before it is sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notices.drop_reasons import DropReason
from tasks.lifecycle import State


class TaskReason(DropReason):
    DELETED = "task_deleted", _("The task no longer exists.")
    DRAFT = "task_draft", _("The task was taken back to draft.")
    PROPOSED = "task_proposed", _("The task waits for approval.")
    WITH_LEAD = "task_with_lead", _("The task is with its lead body again.")
    SUBMITTED = "task_submitted", _("The task was reported complete.")
    COMPLETED = "task_completed", _("The task was completed.")
    SUSPENDED = "task_suspended", _("The task was suspended.")
    WITHDRAWN = "task_withdrawn", _("The task was withdrawn.")
    MOVED = "deadline_moved", _("The deadline was changed.")
    NO_PART = "no_part", _("The body no longer helps in the task.")
    DELIVERED = "part_delivered", _("The contribution was delivered.")
    REACHED = "milestone_reached", _("The milestone was reached.")
    OTHER_LEAD = "other_lead", _("Another body leads the task now.")
    GIVEN_BACK = "given_back", _("The task was given to this body again.")
    DISSOLVED = "body_dissolved", _("The body was dissolved.")
    NO_OFFICE = "no_office", _("This person no longer holds an office that this concerns.")
    NOT_VISIBLE = "not_visible", _("This person can no longer see the task.")
    ANSWERED = "request_answered", _("The request was answered or taken back.")
    CALMED = "risk_calmed", _("The task is no longer expected to be so late.")
    STOPPED = "escalation_stopped", _("Notifying superiors was stopped.")
    HIGHER_STEP = "higher_step", _("The same task is told of once, by its highest step.")
    OTHER_POLICY = "other_policy", _("The body that gave the task no longer has this reminder sent.")
    LATER_STEP = "later_step", _("A later reminder of the same task took its place.")
    LATER_NEWS = "later_news", _("Later news of the same kind took its place.")


# Why a notice is dropped when the task is in this state now.
REASON_OF_STATE: dict[str, TaskReason] = {
    State.DRAFT: TaskReason.DRAFT,
    State.PROPOSED: TaskReason.PROPOSED,
    State.ASSIGNED: TaskReason.WITH_LEAD,
    State.IN_PROGRESS: TaskReason.WITH_LEAD,
    State.SUBMITTED: TaskReason.SUBMITTED,
    State.COMPLETED: TaskReason.COMPLETED,
    State.SUSPENDED: TaskReason.SUSPENDED,
    State.WITHDRAWN: TaskReason.WITHDRAWN,
}

# These hold no more once the task, its escalation or the part goes on: what they dropped is owed again.
STOOD_STILL = (
    *dict.fromkeys(REASON_OF_STATE.values()),
    TaskReason.STOPPED,
    TaskReason.DELIVERED,
    TaskReason.REACHED,
)
