"""*Your work here*: what this person can do with a task now, what not and why, and the one thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from committees import access
from committees.models import Body, Person
from committees.roles import PERMISSIONS
from portal.shared.days import today
from portal.shared.verdicts import Sentence, Verdict
from tasks import rollup, rules
from tasks.lifecycle import Standing, State
from tasks.models import Request, Task


@dataclass(frozen=True)
class Button:
    label: Sentence
    icon: str
    post: bool = False
    """Nothing to type: the task page does it at once."""
    risk: bool = False


BUTTONS: dict[str, Button] = {
    "approve_request": Button(_("Approve the request"), "check"),
    "refuse_request": Button(_("Refuse the request"), "undo-2"),
    "counter_request": Button(_("Offer another day"), "calendar-clock"),
    "accept_counter": Button(_("Accept the day offered"), "check", post=True),
    "decline_counter": Button(_("Decline the day offered"), "undo-2"),
    "cancel_request": Button(_("Take the request back"), "rotate-ccw"),
    "confirm": Button(_("Confirm completion"), "check", post=True),
    "send_back": Button(_("Send back with a reason"), "undo-2"),
    "assign": Button(_("Approve and assign"), "send", post=True),
    "record_approval": Button(_("Record approval on paper"), "file-check"),
    "propose": Button(_("Propose for approval"), "send", post=True),
    "vouch": Button(_("It is right as it stands"), "user-check", post=True),
    "accept": Button(_("Accept the task"), "check", post=True),
    "submit": Button(_("Report complete"), "file-check"),
    "progress": Button(_("Report progress"), "trending-up"),
    "contribute": Button(_("Deliver our contribution"), "file-check"),
    "return_contribution": Button(_("Send a contribution back"), "undo-2"),
    "mark_milestone": Button(_("Mark a milestone"), "calendar-check"),
    "add_evidence": Button(_("Add evidence"), "paperclip"),
    "name_people": Button(_("Name leader and contact"), "user-check"),
    "ask_extension": Button(_("Ask for an extension"), "calendar-clock"),
    "ask_withdrawal": Button(_("Ask for withdrawal"), "scale"),
    "flag_risk": Button(_("Flag as at risk"), "triangle-alert"),
    "clear_risk": Button(_("Back on schedule"), "check", post=True),
    "decline": Button(_("Decline with a reason"), "undo-2"),
    "urge": Button(_("Urge"), "bell-ring"),
    "set_weights": Button(_("Set the shares"), "scale"),
    "comment": Button(pgettext_lazy("button", "Comment"), "message-square"),
    "set_event_day": Button(_("Enter the day of the event"), "calendar-check"),
    "edit": Button(_("Edit"), "pencil"),
    "set_milestones": Button(_("Set the milestones"), "list-checks"),
    "change_lead": Button(_("Change the lead"), "building-2"),
    "resume": Button(_("Resume"), "play", post=True),
    "suspend": Button(_("Suspend"), "pause"),
    "stop_escalation": Button(_("Stop telling those above"), "bell"),
    "resume_escalation": Button(_("Tell those above again"), "bell-ring", post=True),
    "resume_cycle": Button(_("Let the cycle go on"), "play", post=True),
    "recall": Button(_("Recall to draft"), "rotate-ccw"),
    "mark_posted": Button(_("Mark as entered in theodoinq.dcs.vn"), "check", post=True),
    "supersede": Button(_("Replace by another task"), "refresh-cw", risk=True),
    "withdraw": Button(_("Withdraw the task"), "trash-2", risk=True),
}
"""In the order of the panel: deciding first, taking away last."""

ESCALATING = ("stop_escalation", "resume_escalation", "resume_cycle")
GIVER: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("propose", "vouch", "edit", "set_milestones", "withdraw"),
    State.PROPOSED: ("assign", "record_approval", "vouch", "edit", "set_milestones", "recall", "withdraw"),
    State.ASSIGNED: (
        *ESCALATING,
        "urge",
        "edit",
        "set_milestones",
        "change_lead",
        "recall",
        "suspend",
        "supersede",
        "withdraw",
    ),
    State.IN_PROGRESS: (
        *("confirm", *ESCALATING, "urge", "edit", "set_milestones", "change_lead", "suspend", "supersede"),
        "withdraw",
    ),
    State.SUBMITTED: ("confirm", "send_back", "urge", "edit", "supersede", "withdraw"),
    State.COMPLETED: (),
    State.SUSPENDED: ("resume", "change_lead", "supersede", "withdraw"),
    State.WITHDRAWN: (),
}
ASKING = ("ask_extension", "ask_withdrawal")
WARNING = ("flag_risk", "clear_risk")
LEADER: dict[str, tuple[str, ...]] = {
    State.ASSIGNED: (
        "accept",
        "decline",
        "submit",
        "progress",
        "mark_milestone",
        "add_evidence",
        "name_people",
        *ASKING,
        *WARNING,
    ),
    State.IN_PROGRESS: (
        "submit",
        "progress",
        "mark_milestone",
        "add_evidence",
        "name_people",
        "mark_posted",
        *ASKING,
        *WARNING,
    ),
    State.SUBMITTED: ("submit", "progress", "name_people", "mark_posted"),
}
HELPER: dict[str, tuple[str, ...]] = {
    State.ASSIGNED: ("contribute", "add_evidence"),
    State.IN_PROGRESS: ("contribute", "add_evidence"),
}
"""State → what makes sense there for each side; a verb of another state would only be noise."""

REQUESTED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Request.State.OPEN: (("approve_request", "refuse_request", "counter_request"), ("cancel_request",)),
    Request.State.COUNTERED: ((), ("accept_counter", "decline_counter", "cancel_request")),
}
"""State of the open request → the verbs of the assigner and of the lead body."""

FIRST = (
    "approve_request",
    "accept_counter",
    "confirm",
    "assign",
    "accept",
    "propose",
    "resume",
    "submit",
    "contribute",
    "record_approval",
)
"""The one thing to do is the first of these that this person can do now."""

ISSUING = ("propose", "assign")
"""With something unclear these ask once more, on a page that lists it."""

_ACTING = tuple(name for name in PERMISSIONS if name not in (*access.READING, access.SUBTREE))


@dataclass(frozen=True)
class Act:
    verb: str
    button: Button
    url: str
    verdict: Verdict
    at_once: bool = False
    main: bool = False
    hint: Sentence = ""


@dataclass(frozen=True)
class Panel:
    acts: list[Act]
    allowed: frozenset[str]
    unclear: bool

    @property
    def main(self) -> Act | None:
        return next((act for act in self.acts if act.main), None)

    @property
    def thumbs(self) -> list[Act]:
        """On a phone at most two main actions stay above the bottom bar."""
        beside = [act for act in self.acts if act.verb in ("send_back", "decline") and act.verdict]
        return [*beside[:1], *([self.main] if self.main else [])] if self.main else []


def panel(person: Person, task: Task) -> Panel:
    """Only the verbs of this person's own bodies' side; the disabled ones stay with their reason."""
    with access.asking_once():
        verdicts = rules.verdicts(person, task)
        ready = rules.may_prepare_submission(person, task)
        verbs = _verbs_for(person, task)
    if ready:
        # The form of the report takes the evidence too.
        verdicts["submit"] = ready
    allowed = frozenset(verb for verb, verdict in verdicts.items() if verdict)
    first = next((verb for verb in FIRST if verb in allowed and verb in verbs), None)
    unclear, stopped = bool(task.unclear()), task.escalation_stopped_at is not None
    asks_again = unclear or bool(task.day_warnings(today()))
    acts = [
        Act(
            verb,
            button,
            reverse(f"tasks:{verb}", args=[task.pk]),
            verdicts[verb],
            at_once=button.post and not (asks_again and verb in ISSUING),
            main=verb == first,
            hint=_hint(verb, task) if verdicts[verb] else "",
        )
        for verb, button in BUTTONS.items()
        if verb in verbs
        and not (verb == "vouch" and not task.unsure)
        and not (verb == "mark_posted" and task.posted_at)
        and not (verb == "clear_risk" and task.risk_days is None)
        and not (verb == "stop_escalation" and (stopped or task.standing(today()) != Standing.OVERDUE))
        and not (verb == "resume_escalation" and not stopped)
        and not (verb == "mark_milestone" and not task.milestones.all())
        and not (verb == "resume_cycle" and not task.stopped_cycle)
    ]
    return Panel(acts, allowed, unclear)


def _verbs_for(person: Person, task: Task) -> set[str]:
    verbs: set[str] = set()
    if _serves(person, task.assigner):
        verbs |= {*GIVER.get(task.state, ()), "comment"}
        if "edit" in verbs and task.due_kind == Task.DueKind.RELATIVE:
            verbs.add("set_event_day")
    if task.is_issued and _serves(person, task.lead):
        verbs |= {*LEADER.get(task.state, ()), "comment"}
        verbs |= {"return_contribution"} if rules.delivered_parts(task) else set()
    if asked := rules.waiting_request(task):
        giver, leader = REQUESTED[asked.state]
        verbs |= set(giver) if _serves(person, task.assigner) else set()
        verbs = (verbs - set(ASKING)) | set(leader) if _serves(person, task.lead) else verbs
    if task.is_issued and any(_serves(person, body) for body in rules.helping(task)):
        verbs |= {*HELPER.get(task.state, ()), "comment"}
    return verbs


def _serves(person: Person, body: Body | None) -> bool:
    """Does the person hold an office of the body itself that lets them do more than read?"""
    return any(access.allows(person, permission, body) for permission in _ACTING)


def _hint(verb: str, task: Task) -> Sentence:
    if verb != "confirm":
        return ""
    if count := rollup.count_open(task):
        said = ngettext(
            "%(count)s task below this one is not done.",
            "%(count)s tasks below this one are not done.",
            count,
        )
        return said % {"count": count}
    return _("The deliverable is what was asked and the evidence can be checked.")
