"""Orders and tasks as rows. Each queryset stands beside its model."""

from tasks.models.cycles import Recurrence, cycle_words
from tasks.models.evidence import Evidence
from tasks.models.fan_outs import FanOut, Recipient
from tasks.models.kept_counts import KeptCount
from tasks.models.milestones import Milestone, milestone_words
from tasks.models.notes import Comment, Progress
from tasks.models.orders import Order, OrderRelation
from tasks.models.parts import Part
from tasks.models.requests import Request
from tasks.models.runs import Run, RunRow
from tasks.models.tasks import PLACEHOLDER_TITLE, Clear, Task

__all__ = [
    "PLACEHOLDER_TITLE",
    "Clear",
    "Comment",
    "Evidence",
    "FanOut",
    "KeptCount",
    "Milestone",
    "Order",
    "OrderRelation",
    "Part",
    "Progress",
    "Recipient",
    "Recurrence",
    "Request",
    "Run",
    "RunRow",
    "Task",
    "cycle_words",
    "milestone_words",
]
