"""Everything that changes an order or a task. Doors call these; nothing else sets a state."""

from tasks.actions.drafting import assign, edit_task, new_task, propose, recall, record_approval
from tasks.actions.judging import confirm, resume, send_back, suspend, urge, withdraw
from tasks.actions.orders import save_order
from tasks.actions.requesting import (
    accept_counter,
    approve_request,
    ask_extension,
    ask_withdrawal,
    cancel_request,
    counter_request,
    decline_counter,
    refuse_request,
)
from tasks.actions.warning import clear_risk, flag_risk
from tasks.actions.working import (
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
    "clear_risk",
    "confirm",
    "counter_request",
    "decline",
    "decline_counter",
    "edit_task",
    "flag_risk",
    "mark_posted",
    "name_people",
    "new_task",
    "propose",
    "recall",
    "record_approval",
    "refuse_request",
    "remove_evidence",
    "report_progress",
    "resume",
    "save_order",
    "send_back",
    "submit",
    "suspend",
    "urge",
    "withdraw",
]
