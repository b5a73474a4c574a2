"""Every verb as the tests know it, one row each: who may do it when, by the regulation, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from committees.models import Body, Person
from portal.shared.days import today
from tasks.actions.milestones import MilestoneSpec
from tasks.models import Task
from tasks.verbs import VERBS
from tests.support.people import WHY, other_than

People = dict[str, Person]
Given = dict[str, Any]

# The people of a side, from the regulation (DESIGN §3), not from the code.
ASSIGNERS = "head standing_deputy deputy secretary assistant member"
PREPARERS = "secretary assistant"
APPROVERS = "head standing_deputy"  # and a deputy for drafts of their own field, which has its own test
KEEPERS = "head standing_deputy secretary"
JUDGES = "head standing_deputy deputy secretary"
LEAD = "lead_head officer"
HELPERS = "helper"


@dataclass(frozen=True, kw_only=True)
class Case:
    """`who` may do it, in which `states`, and the state that follows; then one way to do it really."""

    who: str
    before_issue: str = ""  # who instead, while only those who prepare the task see it
    states: str = ""  # empty where no state is enough: `ready_for` does what is needed besides
    target: str = ""  # empty where the state stays
    only_doer: bool = False  # it takes back what one of them did: only for whoever that was

    by: str
    state: str
    given: Given | Callable[[Task, People], Given] = field(default_factory=dict)

    def values(self, task: Task, people: People) -> Given:
        """What the action takes beside the task and the person."""
        return self.given(task, people) if callable(self.given) else self.given


def do(verb: str, task: Task, by: Person, people: People) -> None:
    """The real action, without a door."""
    VERBS[verb].do_with_values(task, by, CASES[verb].values(task, people))


def as_json(values: Given) -> Given:
    """The same values as a request to the API holds them."""
    return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case Body():
            return value.code
        case Person():
            return value.username
        case Task():
            return value.pk
        case list():
            return [as_json(asdict(row)) for row in value]
    return value


def as_form(values: Given) -> dict[str, str]:
    """The same values as somebody types them; of milestones a form has numbered rows."""
    fields = {name: value for name, value in values.items() if name not in ("milestones", "weights")}
    for number, milestone in enumerate(values.get("milestones", ())):
        fields |= {f"day-{number}": milestone.due_on, f"words-{number}": milestone.words}
    return {name: _typed(value) for name, value in fields.items()}


def _typed(value: Any) -> str:
    match value:
        case True:
            return "on"
        case Body():
            return value.code
        case Person() | Task():
            return str(value.pk)
    return str(value)


def first_milestone(task: Task) -> int:
    return min((row.pk for row in task.milestones.all()), default=0)


CASES: dict[str, Case] = {
    "propose": Case(
        who=PREPARERS,
        states="draft",
        target="proposed",
        by="secretary",
        state="draft",
    ),
    "assign": Case(
        who=APPROVERS,
        states="proposed",
        target="assigned",
        by="head",
        state="proposed",
    ),
    "record_approval": Case(
        who="secretary",
        states="proposed",
        target="assigned",
        by="secretary",
        state="proposed",
        given={"approval": "Phiếu trình 45"},
    ),
    "recall": Case(
        who=KEEPERS,
        before_issue=f"{KEEPERS} assistant",
        states="proposed assigned",
        target="draft",
        by="head",
        state="assigned",
        given={"reason": "Giao nhầm cơ quan."},
    ),
    "accept": Case(
        who=LEAD,
        states="assigned",
        target="in_progress",
        by="officer",
        state="assigned",
    ),
    "decline": Case(
        who=LEAD,
        states="assigned",
        target="proposed",
        by="officer",
        state="assigned",
        given={"reason": "Không thuộc chức năng."},
    ),
    "progress": Case(
        who=LEAD,
        states="assigned in_progress",
        target="in_progress",
        by="officer",
        state="in_progress",
        given={"percent": 40, "note": "Đã khảo sát 40 xã."},
    ),
    "submit": Case(
        who=LEAD,
        states="assigned in_progress",
        target="submitted",
        by="officer",
        state="in_progress",
        given={"report": "Đã lập xong danh mục."},
    ),
    "confirm": Case(
        who=JUDGES,
        states="submitted",
        target="completed",
        by="secretary",
        state="submitted",
    ),
    "undo_confirmation": Case(
        who=JUDGES,
        states="completed",
        target="submitted",
        only_doer=True,
        by="secretary",
        state="completed",
    ),
    "send_back": Case(
        who=JUDGES,
        states="submitted",
        target="in_progress",
        by="secretary",
        state="submitted",
        given={"reason": "Thiếu danh mục."},
    ),
    "suspend": Case(
        who=KEEPERS,
        states="assigned in_progress",
        target="suspended",
        by="secretary",
        state="in_progress",
        given={"reason": "Chờ hướng dẫn."},
    ),
    "resume": Case(
        who=KEEPERS,
        states="suspended",
        target="in_progress",
        by="secretary",
        state="suspended",
    ),
    "withdraw": Case(
        who=KEEPERS,
        before_issue=f"{KEEPERS} assistant",
        states="draft proposed assigned in_progress submitted suspended",
        target="withdrawn",
        by="secretary",
        state="in_progress",
        given={"reason": "Trùng."},
    ),
    "change_lead": Case(
        who=KEEPERS,
        states="assigned in_progress suspended",
        target="assigned",
        by="secretary",
        state="in_progress",
        given=lambda task, people: {"lead": Body.objects.get(code="SISTER"), "reason": WHY},
    ),
    "supersede": Case(
        who=KEEPERS,
        states="assigned in_progress submitted suspended",
        target="withdrawn",
        by="secretary",
        state="in_progress",
        given=lambda task, people: {"superseded_by": other_than(task), "reason": WHY},
    ),
    "edit": Case(
        who=KEEPERS,
        before_issue=PREPARERS,
        states="draft proposed assigned in_progress",
        by="secretary",
        state="in_progress",
        given={"deliverable": "Bản đồ"},
    ),
    "vouch": Case(
        who=PREPARERS,
        # of a draft that an import was not sure of: tests/imports/test_actions.py
        by="secretary",
        state="draft",
    ),
    "name_people": Case(
        who=LEAD,
        states="assigned in_progress submitted",
        by="officer",
        state="in_progress",
        given=lambda task, people: {"leader": people["lead_head"], "contact": people["officer"]},
    ),
    "contribute": Case(
        who=HELPERS,
        states="assigned in_progress",
        by="helper",
        state="in_progress",
        given={"contribution": "Đã góp ý."},
    ),
    "return_contribution": Case(
        who=LEAD,
        # with nothing delivered, never: tests/tasks/contributions/test_contributions.py
        by="officer",
        state="in_progress",
        given={"reason": "Thiếu số liệu."},
    ),
    "add_evidence": Case(
        who=f"{LEAD} {HELPERS}",
        states="assigned in_progress",
        by="officer",
        state="in_progress",
        given={"kind": "document", "document": "9/BC"},
    ),
    "comment": Case(
        who=f"{ASSIGNERS} {LEAD} {HELPERS}",
        before_issue=ASSIGNERS,
        states="draft proposed assigned in_progress submitted completed suspended",
        by="member",
        state="in_progress",
        given={"text": "Đề nghị bổ sung số liệu."},
    ),
    "set_weights": Case(
        who=f"{PREPARERS} lead_head",
        # without a task below, never: tests/tasks/hand_down_actions/test_hand_down_actions.py
        by="secretary",
        state="in_progress",
        given={"weights": {}},
    ),
    "set_event_day": Case(
        who=KEEPERS,
        before_issue=PREPARERS,
        # of a deadline that follows an event: tests/tasks/test_event_days.py
        by="secretary",
        state="in_progress",
        given={"happened_on": date(2026, 1, 15), "past_deadline": True},
    ),
    "urge": Case(
        who="head standing_deputy deputy secretary assistant",
        states="assigned in_progress",
        by="secretary",
        state="in_progress",
        given={"message": "Đề nghị báo cáo trước thứ Sáu."},
    ),
    "mark_posted": Case(
        who=LEAD,
        states="assigned in_progress submitted",
        by="officer",
        state="in_progress",
    ),
    "ask_extension": Case(
        who=LEAD,
        states="assigned in_progress",
        by="officer",
        state="in_progress",
        given={"proposed_on": date(2099, 1, 1), "reason": WHY},
    ),
    "ask_withdrawal": Case(
        who=LEAD,
        states="assigned in_progress",
        by="officer",
        state="in_progress",
        given={"reason": WHY},
    ),
    "approve_request": Case(
        who=APPROVERS,
        # without a request, never, and so with the next five: tests/tasks/test_requests.py
        by="head",
        state="in_progress",
        given={"decision": "Đồng ý."},
    ),
    "refuse_request": Case(
        who=APPROVERS,
        by="head",
        state="in_progress",
        given={"decision": "Không có lý do."},
    ),
    "counter_request": Case(
        who=APPROVERS,
        by="head",
        state="in_progress",
        given={"counter_on": date(2098, 1, 1)},
    ),
    "accept_counter": Case(
        who=LEAD,
        by="officer",
        state="in_progress",
    ),
    "decline_counter": Case(
        who=LEAD,
        by="officer",
        state="in_progress",
    ),
    "cancel_request": Case(
        who=LEAD,
        by="officer",
        state="in_progress",
    ),
    "flag_risk": Case(
        who=LEAD,
        states="assigned in_progress",
        by="officer",
        state="in_progress",
        given={"days": 6, "remedy": "Thêm người."},
    ),
    "clear_risk": Case(
        who=LEAD,
        # once flagged: tests/tasks/test_at_risk.py
        by="officer",
        state="in_progress",
    ),
    "stop_escalation": Case(
        who=KEEPERS,
        states="assigned in_progress",
        by="secretary",
        state="in_progress",
        given={"reason": "Chờ hướng dẫn."},
    ),
    "resume_escalation": Case(
        who=KEEPERS,
        # once stopped: tests/reminders/test_escalation.py
        by="secretary",
        state="in_progress",
    ),
    "set_milestones": Case(
        who=KEEPERS,
        before_issue=PREPARERS,
        states="draft proposed assigned in_progress",
        by="secretary",
        state="in_progress",
        given=lambda task, people: {"milestones": [MilestoneSpec(today(), "Gửi dự thảo")]},
    ),
    "mark_milestone": Case(
        who=LEAD,
        # with some: tests/tasks/milestones/test_milestones.py
        by="officer",
        state="in_progress",
        given=lambda task, people: {"milestone": first_milestone(task), "done_on": today()},
    ),
    "resume_cycle": Case(
        who=KEEPERS,
        # once stopped: tests/tasks/cycle_actions/test_cycle_stops.py
        by="secretary",
        state="in_progress",
    ),
}
