"""Everything that changes an order or a task. Doors call these; nothing else sets a state."""

from tasks.actions.column_meanings import forget_column, name_columns
from tasks.actions.contributing import contribute, return_contribution
from tasks.actions.drafting import (
    assign,
    edit_task,
    new_task,
    new_tasks,
    propose,
    recall,
    record_approval,
    vouch,
)
from tasks.actions.escalating import resume_escalation, stop_escalation
from tasks.actions.fanning import (
    cancel_fan_out,
    give_fan_out,
    prepare_fan_out,
    record_fan_out_approval,
    retry_fan_out,
    start_fan_out,
)
from tasks.actions.handing import set_weights
from tasks.actions.importing import (
    correct_row,
    drop_import,
    leave_out,
    name_body,
    next_import,
    read_import,
    start_import,
    undo_import,
    write_import,
)
from tasks.actions.judging import confirm, resume, send_back, supersede, suspend, withdraw
from tasks.actions.leading import change_lead
from tasks.actions.leaving import leave
from tasks.actions.milestones import mark_milestone, set_milestones
from tasks.actions.orders import save_order
from tasks.actions.recurring import make_occurrences, resume_cycle
from tasks.actions.relating import relate, settle_replaced, unrelate
from tasks.actions.relative import set_event_day
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
from tasks.actions.urging import urge, urge_many
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
    "cancel_fan_out",
    "cancel_request",
    "change_lead",
    "clear_risk",
    "confirm",
    "contribute",
    "correct_row",
    "counter_request",
    "decline",
    "decline_counter",
    "drop_import",
    "edit_task",
    "flag_risk",
    "forget_column",
    "give_fan_out",
    "leave",
    "leave_out",
    "make_occurrences",
    "mark_milestone",
    "mark_posted",
    "name_body",
    "name_columns",
    "name_people",
    "new_task",
    "new_tasks",
    "next_import",
    "prepare_fan_out",
    "propose",
    "read_import",
    "recall",
    "record_approval",
    "record_fan_out_approval",
    "refuse_request",
    "relate",
    "remove_evidence",
    "report_progress",
    "resume",
    "resume_cycle",
    "resume_escalation",
    "retry_fan_out",
    "return_contribution",
    "save_order",
    "send_back",
    "set_event_day",
    "set_milestones",
    "set_weights",
    "settle_replaced",
    "start_fan_out",
    "start_import",
    "stop_escalation",
    "submit",
    "supersede",
    "suspend",
    "undo_import",
    "unrelate",
    "urge",
    "urge_many",
    "vouch",
    "withdraw",
    "write_import",
]
