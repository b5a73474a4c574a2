"""The life of a task: everything that changes one. Doors call these; nothing else sets a state."""

from tasks.actions.change_lead import change_lead
from tasks.actions.contributions import contribute, return_contribution
from tasks.actions.cycles import make_occurrences, resume_cycle
from tasks.actions.decisions import (
    confirm,
    resume,
    send_back,
    supersede,
    suspend,
    undo_confirmation,
    withdraw,
)
from tasks.actions.drafting import new_task, new_tasks
from tasks.actions.edit_task import edit_task
from tasks.actions.escalation import resume_escalation, stop_escalation
from tasks.actions.event_days import set_event_day
from tasks.actions.hand_down import set_weights
from tasks.actions.issue import assign, propose, recall, record_approval, vouch
from tasks.actions.milestones import mark_milestone, set_milestones
from tasks.actions.requests import (
    accept_counter,
    approve_request,
    ask_extension,
    ask_withdrawal,
    cancel_request,
    counter_request,
    decline_counter,
    refuse_request,
)
from tasks.actions.risk import clear_risk, flag_risk
from tasks.actions.work import (
    accept,
    add_comment,
    add_evidence,
    decline,
    mark_posted,
    name_people,
    remove_evidence,
    report_progress,
    submit,
)

__all__ = [
    "accept",
    "accept_counter",
    "add_comment",
    "add_evidence",
    "approve_request",
    "ask_extension",
    "ask_withdrawal",
    "assign",
    "cancel_request",
    "change_lead",
    "clear_risk",
    "confirm",
    "contribute",
    "counter_request",
    "decline",
    "decline_counter",
    "edit_task",
    "flag_risk",
    "make_occurrences",
    "mark_milestone",
    "mark_posted",
    "name_people",
    "new_task",
    "new_tasks",
    "propose",
    "recall",
    "record_approval",
    "refuse_request",
    "remove_evidence",
    "report_progress",
    "resume",
    "resume_cycle",
    "resume_escalation",
    "return_contribution",
    "send_back",
    "set_event_day",
    "set_milestones",
    "set_weights",
    "stop_escalation",
    "submit",
    "supersede",
    "suspend",
    "undo_confirmation",
    "vouch",
    "withdraw",
]
