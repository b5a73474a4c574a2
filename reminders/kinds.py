"""The kinds of notice about a task: what a letter says of each, and when it is no longer owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees import access
from committees.models import Body, Person
from notices import drop_reasons, kinds, policies
from notices.calendar import Calendar
from notices.drop_reasons import DropReason, ReaderReason
from notices.kinds import Group, Kind, Line
from notices.models import Notice
from notices.policies import LEAD, Rules
from portal.shared.days import day_of
from portal.shared.verdicts import Sentence
from reminders import planning as reminders
from reminders import quiet_hours as hours
from reminders.planning import ESCALATED, MILESTONE, OVERDUE, PART, SOON, TODAY, Ladder, Superiors, rung_of
from tasks.drop_reasons import REASON_OF_STATE, TaskReason
from tasks.lifecycle import OPEN, RISK_TOLD_FROM, RUNNING, UNISSUED, Standing, State
from tasks.models import FanOut, Milestone, Part, Recurrence, Request, Task

LONGEST_REASON = 300

LATE = Group("overdue", gettext_lazy("Overdue"), 10)
URGED = Group("urged", gettext_lazy("You are urged"), 20)
JUDGE = Group("submitted", gettext_lazy("Waiting for your confirmation"), 30)
APPROVE = Group("proposed", gettext_lazy("Waiting for your approval"), 40)
DECIDE = Group("asked", gettext_lazy("Waiting for your decision"), 45)
RISKY = Group("at_risk", gettext_lazy("At risk"), 48)
DUE_TODAY = Group("today", gettext_lazy("Due today"), 50)
DUE_SOON = Group("due_soon", gettext_lazy("Due soon"), 60)
NEWS = Group("news", gettext_lazy("News of your tasks"), 70)


@dataclass(frozen=True)
class Telling:
    """One kind: what it says, in which states of the task it still holds, and for whom."""

    name: str
    label: Sentence
    group: Group
    sentence: Sentence
    """With `%(by)s` for the doer; a reason is added after it."""
    what_to_do: Sentence = ""
    states: tuple[State, ...] = tuple(State)
    permission: str = ""
    """What the person must still be allowed to do in the notice's body."""
    of_lead: bool = True
    """The notice's body must still lead the task."""
    of_part: bool = False
    """The notice's body must still help in the task."""
    of_milestone: bool = False
    """It reminds of a milestone: told only while one of its day is open."""
    gone: bool = False
    """They can no longer read the task: that is the news."""
    reminder: bool = False
    escalation: bool = False
    """It goes to those above, by the steps of the assigner's policy."""
    risk: bool = False
    """It warns: told only while the lead still expects to be that late."""
    asked: bool = False
    """It waits for an answer: told only while the request is still in the state it tells of."""
    unnamed: bool = False
    """Told only while somebody is still to be named for the task."""


_DELIVER = gettext_lazy("Deliver your body's contribution.")
_REPORT = gettext_lazy("Report it complete with evidence, or report how far it is.")
_MARK = gettext_lazy("Reach it, then mark it as reached; or report what holds it up.")

TO_HELPERS: tuple[tuple[str, Sentence, Sentence, Sentence, tuple[State, ...]], ...] = (
    (
        "help_assigned",
        gettext_lazy("Your body helps"),
        gettext_lazy("Your body helps in a new task."),
        gettext_lazy("Read what its share of the work is and by when."),
        OPEN,
    ),
    (
        "help_changed",
        gettext_lazy("Changed where you help"),
        gettext_lazy("%(by)s changed a task in which your body helps."),
        gettext_lazy("Read what changed."),
        (*OPEN, State.SUSPENDED),
    ),
    (
        "help_suspended",
        gettext_lazy("Suspended where you help"),
        gettext_lazy("%(by)s suspended a task in which your body helps."),
        "",
        (State.SUSPENDED,),
    ),
    (
        "help_resumed",
        gettext_lazy("Resumed where you help"),
        gettext_lazy("%(by)s lets a task in which your body helps go on."),
        gettext_lazy("Go on with your body's share."),
        OPEN,
    ),
    (
        "help_confirmed",
        gettext_lazy("Completed where you helped"),
        gettext_lazy("%(by)s confirmed the result of a task in which your body helped."),
        "",
        (State.COMPLETED,),
    ),
    (
        "help_withdrawn",
        gettext_lazy("Withdrawn where you help"),
        gettext_lazy("%(by)s withdrew a task in which your body helps."),
        gettext_lazy("Nothing more is to be done."),
        (State.WITHDRAWN,),
    ),
    (
        "help_superseded",
        gettext_lazy("Replaced where you help"),
        gettext_lazy("%(by)s replaced a task in which your body helps by another."),
        gettext_lazy("Nothing more is to be done on this one."),
        (State.WITHDRAWN,),
    ),
)
"""The news of the lead body, as a body that helps is told it: nobody there accepts or reports the task."""


def _to_helpers(
    name: str, label: Sentence, sentence: Sentence, what_to_do: Sentence, states: tuple[State, ...]
) -> Telling:
    return Telling(
        name, label, NEWS, sentence, what_to_do, states, "work_on_tasks", of_lead=False, of_part=True
    )


TELLINGS = (
    Telling(
        OVERDUE,
        gettext_lazy("Overdue"),
        LATE,
        gettext_lazy("The deadline has passed."),
        _REPORT,
        RUNNING,
        "work_on_tasks",
        reminder=True,
    ),
    Telling(
        ESCALATED,
        gettext_lazy("Escalated"),
        LATE,
        gettext_lazy("Those above are told too. Working days late: %(days)s or more."),
        gettext_lazy("Find out what holds it up and decide what helps."),
        RUNNING,
        of_lead=False,
        escalation=True,
    ),
    Telling(
        "task_urged",
        gettext_lazy("Urged"),
        URGED,
        gettext_lazy("%(by)s urges your body."),
        _REPORT,
        RUNNING,
        "work_on_tasks",
    ),
    Telling(
        "task_submitted",
        gettext_lazy("Waiting for your confirmation"),
        JUDGE,
        gettext_lazy("%(by)s reported it complete."),
        gettext_lazy("Confirm it or send it back."),
        (State.SUBMITTED,),
        "confirm_tasks",
        of_lead=False,
    ),
    Telling(
        "task_proposed",
        gettext_lazy("Waiting for your approval"),
        APPROVE,
        gettext_lazy("%(by)s asks you to approve it."),
        gettext_lazy("Approve it, or have it changed first."),
        (State.PROPOSED,),
        "assign_tasks",
        of_lead=False,
    ),
    Telling(
        "fan_out_prepared",
        gettext_lazy("Giving to many bodies waits for you"),
        APPROVE,
        gettext_lazy("%(by)s asks to give it to many bodies."),
        gettext_lazy("Read the list of bodies and approve it, or call it off."),
        RUNNING,
        "assign_tasks",
        of_lead=False,
        asked=True,
    ),
    Telling(
        "extension_asked",
        gettext_lazy("Extension asked for"),
        DECIDE,
        gettext_lazy("%(by)s asks for a later deadline."),
        gettext_lazy("Approve it, refuse it or offer another day."),
        RUNNING,
        "decide_extensions",
        of_lead=False,
        asked=True,
    ),
    Telling(
        "withdrawal_asked",
        gettext_lazy("Withdrawal asked for"),
        DECIDE,
        gettext_lazy("%(by)s asks to withdraw it."),
        gettext_lazy("Approve or refuse it."),
        RUNNING,
        "decide_extensions",
        of_lead=False,
        asked=True,
    ),
    Telling(
        "request_countered",
        gettext_lazy("Another day offered"),
        DECIDE,
        gettext_lazy("%(by)s offers another day."),
        gettext_lazy("Accept or decline the day."),
        RUNNING,
        "work_on_tasks",
        asked=True,
    ),
    Telling(
        "risk_flagged",
        gettext_lazy("At risk"),
        RISKY,
        gettext_lazy("%(by)s expects it to be %(days)s days late."),
        gettext_lazy("Read the remedy and decide what helps."),
        RUNNING,
        of_lead=False,
        risk=True,
    ),
    Telling(
        TODAY,
        gettext_lazy("Due today"),
        DUE_TODAY,
        gettext_lazy("This is the last day in time."),
        _REPORT,
        RUNNING,
        "work_on_tasks",
        reminder=True,
    ),
    Telling(
        SOON,
        gettext_lazy("Due soon"),
        DUE_SOON,
        gettext_lazy("The deadline is near."),
        _REPORT,
        RUNNING,
        "work_on_tasks",
        reminder=True,
    ),
    Telling(
        f"{PART}{OVERDUE}",
        gettext_lazy("Contribution overdue"),
        LATE,
        gettext_lazy("The deadline of your body's contribution has passed."),
        _DELIVER,
        RUNNING,
        "work_on_tasks",
        of_lead=False,
        of_part=True,
        reminder=True,
    ),
    Telling(
        f"{PART}{TODAY}",
        gettext_lazy("Contribution due today"),
        DUE_TODAY,
        gettext_lazy("This is the last day in time for your body's contribution."),
        _DELIVER,
        RUNNING,
        "work_on_tasks",
        of_lead=False,
        of_part=True,
        reminder=True,
    ),
    Telling(
        f"{PART}{SOON}",
        gettext_lazy("Contribution due soon"),
        DUE_SOON,
        gettext_lazy("The deadline of your body's contribution is near."),
        _DELIVER,
        RUNNING,
        "work_on_tasks",
        of_lead=False,
        of_part=True,
        reminder=True,
    ),
    Telling(
        f"{MILESTONE}{OVERDUE}",
        gettext_lazy("Milestone overdue"),
        LATE,
        gettext_lazy("The day of a milestone has passed."),
        _MARK,
        RUNNING,
        "work_on_tasks",
        of_milestone=True,
        reminder=True,
    ),
    Telling(
        f"{MILESTONE}{TODAY}",
        gettext_lazy("Milestone due today"),
        DUE_TODAY,
        gettext_lazy("A milestone is to be reached today."),
        _MARK,
        RUNNING,
        "work_on_tasks",
        of_milestone=True,
        reminder=True,
    ),
    Telling(
        f"{MILESTONE}{SOON}",
        gettext_lazy("Milestone due soon"),
        DUE_SOON,
        gettext_lazy("The day of a milestone is near."),
        _MARK,
        RUNNING,
        "work_on_tasks",
        of_milestone=True,
        reminder=True,
    ),
    Telling(
        "task_sent_back",
        gettext_lazy("Sent back"),
        NEWS,
        gettext_lazy("%(by)s sent it back."),
        gettext_lazy("Add what is missing and report it again."),
        RUNNING,
    ),
    Telling(
        "task_assigned",
        gettext_lazy("New task"),
        NEWS,
        gettext_lazy("%(by)s gave it to your body."),
        gettext_lazy("Accept it or decline it."),
        OPEN,
        "work_on_tasks",
    ),
    Telling(
        "fan_out_given",
        gettext_lazy("Given to many bodies"),
        NEWS,
        gettext_lazy("Every body that was chosen has its task."),
        "",
        (*OPEN, State.COMPLETED),
        of_lead=False,
    ),
    Telling(
        "fan_out_stopped",
        gettext_lazy("Giving to many bodies stopped"),
        NEWS,
        gettext_lazy("Not every body that was chosen has its task."),
        gettext_lazy("Read on its page why, then start it again or call it off."),
        of_lead=False,
        asked=True,
    ),
    Telling(
        "fan_out_incomplete",
        gettext_lazy("Not given to every body"),
        NEWS,
        gettext_lazy("Bodies that were chosen and did not get their task: %(passed_over)s."),
        gettext_lazy(
            "Read on its page which and why, then try them again or choose the body that took over."
        ),
        (*OPEN, State.COMPLETED),
        of_lead=False,
    ),
    Telling(
        "cycle_stopped",
        gettext_lazy("Cycle stopped"),
        NEWS,
        gettext_lazy("Its cycle stopped: the next task of it may not be given."),
        gettext_lazy("Read on its page why, mend it, then let the cycle go on."),
        RUNNING,
        "edit_issued_tasks",
        of_lead=False,
        asked=True,
    ),
    Telling(
        "cycle_without_people",
        gettext_lazy("Made without leader or contact"),
        NEWS,
        gettext_lazy("Its cycle names somebody who left your body, so it was made without them."),
        gettext_lazy("Name the leader in charge and the contact, here and in the cycle."),
        OPEN,
        "work_on_tasks",
        unnamed=True,
    ),
    Telling(
        "cycle_without_helper",
        gettext_lazy("Made without a body that helps"),
        NEWS,
        gettext_lazy("A body that helps in its cycle was dissolved, so it was made without that body."),
        gettext_lazy("Choose the body that took over, here and in the cycle."),
        OPEN,
        "edit_issued_tasks",
        of_lead=False,
    ),
    Telling(
        "task_declined",
        gettext_lazy("Declined"),
        NEWS,
        gettext_lazy("%(by)s declined it."),
        gettext_lazy("Decide anew who leads it."),
        (State.PROPOSED,),
        of_lead=False,
    ),
    Telling(
        "task_changed",
        gettext_lazy("Changed"),
        NEWS,
        gettext_lazy("%(by)s changed it."),
        gettext_lazy("Read what changed."),
        OPEN,
        "work_on_tasks",
    ),
    Telling(
        "event_day_set",
        gettext_lazy("Deadline set"),
        NEWS,
        gettext_lazy("%(by)s entered the day of the event from which the deadline is counted."),
        gettext_lazy("Read the deadline."),
        OPEN,
        "work_on_tasks",
    ),
    Telling(
        "request_approved",
        gettext_lazy("Request approved"),
        NEWS,
        gettext_lazy("%(by)s approved the request."),
        gettext_lazy("Read the new deadline."),
        (*OPEN, State.WITHDRAWN),
    ),
    Telling(
        "request_refused",
        gettext_lazy("Request refused"),
        NEWS,
        gettext_lazy("%(by)s refused the request."),
        gettext_lazy("The deadline stands."),
        OPEN,
    ),
    Telling(
        "request_declined",
        gettext_lazy("Other day declined"),
        NEWS,
        gettext_lazy("%(by)s declined the day offered."),
        "",
        OPEN,
        "decide_extensions",
        of_lead=False,
    ),
    Telling(
        "request_cancelled",
        gettext_lazy("Request taken back"),
        NEWS,
        gettext_lazy("%(by)s took the request back."),
        "",
        OPEN,
        "decide_extensions",
        of_lead=False,
    ),
    Telling(
        "task_resumed",
        gettext_lazy("Resumed"),
        NEWS,
        gettext_lazy("%(by)s lets it go on."),
        gettext_lazy("Go on from where it was."),
        OPEN,
        "work_on_tasks",
    ),
    Telling(
        "task_suspended",
        gettext_lazy("Suspended"),
        NEWS,
        gettext_lazy("%(by)s suspended it."),
        "",
        (State.SUSPENDED,),
        "work_on_tasks",
    ),
    Telling(
        "task_confirmed",
        gettext_lazy("Confirmed"),
        NEWS,
        gettext_lazy("%(by)s confirmed the result."),
        "",
        (State.COMPLETED,),
    ),
    Telling(
        "task_withdrawn",
        gettext_lazy("Withdrawn"),
        NEWS,
        gettext_lazy("%(by)s withdrew it."),
        gettext_lazy("Nothing more is to be done."),
        (State.WITHDRAWN,),
        "work_on_tasks",
    ),
    Telling(
        "task_superseded",
        gettext_lazy("Replaced"),
        NEWS,
        gettext_lazy("%(by)s replaced it by another task."),
        gettext_lazy("Nothing more is to be done on this one."),
        (State.WITHDRAWN,),
        "work_on_tasks",
    ),
    *(_to_helpers(*row) for row in TO_HELPERS),
    Telling(
        "help_ended",
        gettext_lazy("No longer helping"),
        NEWS,
        gettext_lazy("%(by)s ended your body's part in it, or took the task back."),
        gettext_lazy("Nothing more is to be done."),
        permission="work_on_tasks",
        of_lead=False,
        gone=True,
    ),
    Telling(
        "part_delivered",
        gettext_lazy("Contribution delivered"),
        NEWS,
        gettext_lazy("%(by)s delivered the contribution of a body that helps."),
        gettext_lazy("Read it, or send it back with a reason."),
        RUNNING,
        "work_on_tasks",
    ),
    Telling(
        "part_returned",
        gettext_lazy("Contribution sent back"),
        NEWS,
        gettext_lazy("%(by)s sent the contribution of your body back."),
        gettext_lazy("Add what is missing and deliver it again."),
        RUNNING,
        "work_on_tasks",
        of_lead=False,
        of_part=True,
    ),
    Telling(
        "task_recalled",
        gettext_lazy("Recalled"),
        NEWS,
        gettext_lazy("%(by)s took it back."),
        gettext_lazy("Wait until it is given again."),
        (*UNISSUED, State.WITHDRAWN),
        "work_on_tasks",
        of_lead=False,
        gone=True,
    ),
    Telling(
        "task_taken_away",
        gettext_lazy("Given to another body"),
        NEWS,
        gettext_lazy("%(by)s gave it to another body."),
        gettext_lazy("Nothing more is to be done."),
        permission="work_on_tasks",
        of_lead=False,
        gone=True,
    ),
)
"""In the order of a letter, the most pressing first."""

BY_NAME = {telling.name: telling for telling in TELLINGS}


def register() -> None:
    """Make the kinds and the planner known below. Called once, when the app is ready."""
    for rank, telling in enumerate(TELLINGS):
        duty = bool(telling.what_to_do) and not telling.gone
        planned = telling.reminder or telling.escalation
        kinds.register(
            Kind(telling.name, telling.label, rank, telling.group, recheck, compose, duty, planned)
        )
    drop_reasons.register(TaskReason)
    for planner in reminders.PLANNERS:
        kinds.register_planner(planner)
    kinds.register_quiet(hours.quiet)


# Is it still owed?


@dataclass
class Facts:
    """Everything that the questions about some notices need, read in a few queries for all of them."""

    tasks: dict[int, Task]
    ladder: Ladder
    seen: dict[int, set[int]]
    allowed: dict[str, dict[int, set[int]]] = field(default_factory=dict)
    newest: dict[tuple[Any, ...], int] = field(default_factory=dict)
    dissolved: set[int] = field(default_factory=set)
    """Bodies of the notices that no longer exist."""
    asked: set[str] = field(default_factory=set)
    """What waits for an answer, with its state, as notices name it."""
    parts: dict[tuple[int, int], Part] = field(default_factory=dict)
    """Task and body that helps in it → its part."""
    milestones: dict[tuple[int, date], list[Milestone]] = field(default_factory=dict)
    """Task and day → its milestones of that day."""
    rules: dict[int, Rules] = field(default_factory=dict)
    """Assigner → its policy of reminders."""
    superiors: Superiors = field(default_factory=Superiors)

    @classmethod
    def about(cls, notices: Sequence[Notice], on: date) -> Facts:
        tasks = Task.objects.in_bulk({notice.about_id for notice in notices})
        facts = cls(tasks, Ladder(Calendar.read(), on), _seen(notices, on))
        facts._ask_who_may(notices, on)
        bodies = Body.objects.filter(pk__in={notice.body_id for notice in notices if notice.body_id})
        facts.dissolved = set(
            bodies.exclude(pk__in=Body.objects.standing_on(on)).values_list("pk", flat=True)
        )
        if any(BY_NAME[notice.kind].asked for notice in notices):
            facts.asked = {one.name for one in Request.objects.waiting().filter(task__in=tasks)}
            facts.asked |= {one.name for one in FanOut.objects.waiting().filter(task__in=tasks)}
            stopped = Recurrence.objects.exclude(stop="").filter(task__in=tasks)
            facts.asked |= {one.name for one in stopped}
        if any(BY_NAME[notice.kind].of_part or notice.kind == "help_ended" for notice in notices):
            rows = Part.objects.helping().filter(task__in=tasks)
            facts.parts = {(part.task_id, part.body_id): part for part in rows}
        if any(BY_NAME[notice.kind].of_milestone for notice in notices):
            facts.milestones = _milestones(tasks)
        facts.rules = policies.of(task.assigner_id for task in tasks.values())
        above = {notice.body_id for notice in notices if BY_NAME[notice.kind].escalation}
        if above:
            facts.superiors = Superiors.of(Q(office__body__in=above), on)
        for notice in notices:
            of_a_kind = _of_a_kind(notice)
            facts.newest[of_a_kind] = max(notice.pk, facts.newest.get(of_a_kind, 0))
        return facts

    def _ask_who_may(self, notices: Sequence[Notice], on: date) -> None:
        wanted: dict[str, set[int]] = {}
        for notice in notices:
            permission = BY_NAME[notice.kind].permission
            if permission and notice.body_id:
                wanted.setdefault(permission, set()).add(notice.body_id)
        for permission, bodies in wanted.items():
            people = access.people_of_many(permission, bodies, on)
            self.allowed[permission] = {body: set(found) for body, found in people.items()}

    def may(self, notice: Notice) -> bool:
        permission = BY_NAME[notice.kind].permission
        if not permission or notice.body_id is None:
            return True
        return notice.person_id in self.allowed[permission].get(notice.body_id, ())


def recheck(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Notice pk → why it is no longer owed."""
    facts = Facts.about(notices, on)
    reasons = {notice.pk: reason for notice in notices if (reason := _why_not(notice, facts))}
    still_owed = [notice for notice in notices if notice.pk not in reasons]
    reasons |= dict.fromkeys(_below_another(still_owed), TaskReason.HIGHER_STEP)
    for notice in notices:
        if notice.pk not in reasons:
            notice.asked_on = on
    return reasons


def _below_another(notices: Sequence[Notice]) -> list[int]:
    """A person who is on two steps of a task, or works on it too, reads one line of it."""
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for notice in notices:
        if notice.kind in (OVERDUE, ESCALATED):
            days = notice.data["days"] if notice.kind == ESCALATED else 0
            steps.setdefault((notice.person_id, notice.about_id), []).append((days, notice.pk))
    return [pk for some in steps.values() for _days, pk in sorted(some)[:-1]]


def _why_not(notice: Notice, facts: Facts) -> DropReason | None:
    telling, task = BY_NAME[notice.kind], facts.tasks.get(notice.about_id)
    if task is None:
        return TaskReason.DELETED
    part = facts.parts.get((task.pk, notice.body_id or 0))
    if telling.name == "task_taken_away" and task.lead_id == notice.body_id:
        return TaskReason.GIVEN_BACK
    if telling.name == "help_ended" and part and task.is_issued:
        return TaskReason.GIVEN_BACK
    if task.state not in telling.states:
        return REASON_OF_STATE[task.state]
    if telling.of_lead and task.lead_id != notice.body_id:
        return TaskReason.OTHER_LEAD
    if telling.of_part and part is None:
        return TaskReason.NO_PART
    muted = ReaderReason.SWITCHED_OFF if notice.kind in facts.rules[task.assigner_id].muted else None
    return _why_not_this_person(notice, telling, facts) or _why_not_now(notice, telling, task, facts) or muted


def _why_not_this_person(notice: Notice, telling: Telling, facts: Facts) -> DropReason | None:
    if notice.body_id in facts.dissolved:
        return TaskReason.DISSOLVED
    if not facts.may(notice):
        return TaskReason.NO_OFFICE
    if not telling.gone and notice.about_id not in facts.seen[notice.person_id]:
        return TaskReason.NOT_VISIBLE
    return None


def _why_not_now(notice: Notice, telling: Telling, task: Task, facts: Facts) -> DropReason | None:
    if telling.asked and notice.data.get("request") not in facts.asked:
        return TaskReason.ANSWERED
    if telling.unnamed and all(getattr(task, f"{name}_id") for name in notice.data.get("unnamed", ())):
        return TaskReason.ANSWERED
    if telling.risk and (task.risk_days or 0) < RISK_TOLD_FROM:
        return TaskReason.CALMED
    if telling.escalation:
        return _why_not_above(notice, task, facts)
    if not telling.reminder:
        return TaskReason.LATER_NEWS if facts.newest[_of_a_kind(notice)] != notice.pk else None
    if telling.of_milestone:
        return _why_not_this_milestone(notice, facts)
    if telling.of_part:
        return _why_not_this_part(notice, facts.parts[task.pk, notice.body_id or 0], facts)
    if notice.due_version != task.due_version or task.due_on is None:
        return TaskReason.MOVED
    return _why_not_this_step(notice, task.due_on, facts)


def _why_not_above(notice: Notice, task: Task, facts: Facts) -> DropReason | None:
    rules = facts.rules[task.assigner_id]
    rung = rung_of(notice.step, rules)
    if notice.due_version != task.due_version or task.due_on is None:
        return TaskReason.MOVED
    if task.escalation_stopped_at:
        return TaskReason.STOPPED
    if rung is None or facts.ladder.days_late(task.due_on) < rung.days_late:
        return TaskReason.OTHER_POLICY
    if notice.body_id != (task.lead_id if rung.side == LEAD else task.assigner_id):
        return TaskReason.OTHER_LEAD
    restricted = task.secrecy != Task.Secrecy.NORMAL
    told = facts.superiors.holders(notice.body_id or 0, rung.role, task.pillar, restricted=restricted)
    return None if notice.person_id in told else TaskReason.NO_OFFICE


def _why_not_this_step(notice: Notice, due_on: date, facts: Facts) -> DropReason | None:
    rules = facts.rules[facts.tasks[notice.about_id].assigner_id]
    if not rules.still_has(notice.step):
        return TaskReason.OTHER_POLICY
    return TaskReason.LATER_STEP if facts.ladder.step(due_on, rules) != notice.step else None


def _why_not_this_part(notice: Notice, part: Part, facts: Facts) -> DropReason | None:
    if part.delivered_at:
        return TaskReason.DELIVERED
    if part.due_on is None or part.due_on != _own_day(notice):
        return TaskReason.MOVED
    return _why_not_this_step(notice, part.due_on, facts)


def _why_not_this_milestone(notice: Notice, facts: Facts) -> DropReason | None:
    day = _own_day(notice)
    rows = facts.milestones.get((notice.about_id, day), []) if day else []
    if day is None or not rows:
        return TaskReason.MOVED
    if all(row.done_on for row in rows):
        return TaskReason.REACHED
    return _why_not_this_step(notice, day, facts)


def _milestones(tasks: Iterable[int]) -> dict[tuple[int, date], list[Milestone]]:
    found: dict[tuple[int, date], list[Milestone]] = {}
    for row in Milestone.objects.filter(task__in=tasks):
        found.setdefault((row.task_id, row.due_on), []).append(row)
    return found


def _own_day(notice: Notice) -> date | None:
    """The day of a body's part, or of a milestone, that a reminder tells of."""
    return date.fromisoformat(notice.data["due_on"]) if notice.data.get("due_on") else None


def _seen(notices: Sequence[Notice], on: date) -> dict[int, set[int]]:
    """Person id → those of the tasks that this person sees on the day.

    What `visible_to` gives; it asks of one person at a time, so it is asked only where the answer is not
    plain from the offices in the task's own bodies.
    """
    seen = _plainly_seen(notices, on)
    about: dict[int, set[int]] = {}
    for notice in notices:
        if notice.about_id not in seen[notice.person_id]:
            about.setdefault(notice.person_id, set()).add(notice.about_id)
    people = Person.objects.in_bulk(about)
    for pk, wanted in about.items():
        found = Task.objects.visible_to(people[pk], on).filter(pk__in=wanted)
        seen[pk].update(found.values_list("pk", flat=True))
    return seen


def _plainly_seen(notices: Sequence[Notice], on: date) -> dict[int, set[int]]:
    """Person id → the unrestricted tasks in whose bodies an office of theirs reads: in as many queries
    for thousands as for one."""
    seen: dict[int, set[int]] = {notice.person_id: set() for notice in notices}
    wanted = {notice.about_id for notice in notices}
    tasks = Task.objects.filter(pk__in=wanted, secrecy=Task.Secrecy.NORMAL).in_bulk()
    helped = Part.objects.helping().filter(task__in=tasks).values_list("task_id", "body_id")
    bodies = {(task.pk, task.assigner_id) for task in tasks.values()}
    bodies |= {(task.pk, task.lead_id) for task in tasks.values() if task.is_issued and task.lead_id}
    bodies |= {(task_id, body_id) for task_id, body_id in helped if tasks[task_id].is_issued}
    readers = access.people_in_many("view_tasks", {body_id for _task_id, body_id in bodies}, on)
    for task_id, body_id in bodies:
        for person_id in readers.get(body_id, ()):
            if person_id in seen:
                seen[person_id].add(task_id)
    return seen


def _of_a_kind(notice: Notice) -> tuple[Any, ...]:
    """Later news of the same is told instead; of another body, or of another part, it is not the same."""
    return notice.person_id, notice.kind, notice.about_id, notice.body_id, notice.data.get("part")


# What it says


def compose(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    """Notice pk → its line, in the language that is active; of a restricted task its number and day only.

    Also for notices told long ago: who can no longer see the task reads nothing of it here either.
    """
    rows = Task.objects.select_related("lead", "assigner", "order")
    tasks = rows.in_bulk({notice.about_id for notice in notices})
    # A letter has asked a moment ago, and what a person sees is the dearest question of all.
    seen = _seen([notice for notice in notices if notice.asked_on != on], on)
    reminding = {notice.about_id for notice in notices if BY_NAME[notice.kind].of_milestone}
    milestones = _milestones(reminding) if reminding else {}
    return {
        notice.pk: _line(
            notice,
            tasks.get(notice.about_id),
            notice.asked_on == on or notice.about_id in seen[notice.person_id],
            on,
            milestones,
        )
        for notice in notices
    }


def _line(
    notice: Notice,
    task: Task | None,
    visible: bool,
    on: date,
    milestones: Mapping[tuple[int, date], list[Milestone]],
) -> Line:
    telling = BY_NAME[notice.kind]
    if task is None:
        return Line(title=str(telling.label), sentence=_("The task no longer exists."), url=_my_notices())
    if telling.gone:
        return _line_of_gone(notice, telling, task)
    if not visible:
        return Line(
            title=str(telling.label),
            sentence=_("You can no longer see this task: your office or your body's part in it ended."),
            url=_my_notices(),
        )
    if telling.of_lead and notice.body_id and notice.body_id != task.lead_id:
        # Its body reads what was there until another took over: the line would tell what is there now.
        reason = str(TaskReason.OTHER_LEAD.label)
        return Line(title=str(telling.label), sentence=reason, url=task.get_absolute_url())
    if task.secrecy != Task.Secrecy.NORMAL:
        return _line_of_restricted(notice, task, on)
    standing, days = _standing(notice, telling, task, on)
    return Line(
        title=task.name,
        sentence=_sentence(notice, telling) + _reached_for(notice, telling, milestones),
        url=task.get_absolute_url(),
        what_to_do=str(telling.what_to_do),
        standing=standing,
        lead=task.lead.brief if task.lead else "",
        assigner=task.assigner.brief,
        order=task.order.number if task.order else "",
        due_on=_own_day(notice) or task.due_on,
        days=days,
        of_giver=notice.body_id == task.assigner_id,
    )


def _reached_for(
    notice: Notice, telling: Telling, milestones: Mapping[tuple[int, date], list[Milestone]]
) -> str:
    """What is to be reached on the day, in the words of the task."""
    day = _own_day(notice) if telling.of_milestone else None
    rows = milestones.get((notice.about_id, day), []) if day else []
    return "".join(f" “{row.words}”" for row in rows if row.words and row.done_on is None)


def _late_or_soon(standing: Standing | None, own: date | None, on: date) -> str:
    if own:
        return Standing.OVERDUE if own < on else Standing.DUE_SOON
    return str(standing) if standing in (Standing.OVERDUE, Standing.DUE_SOON) else ""


def _line_of_restricted(notice: Notice, task: Task, on: date) -> Line:
    # What is mailed leaves the portal's keeping: nothing of such a task but its number and day.
    standing, own = task.standing(on), _own_day(notice)
    return Line(
        title=_restricted_name(task),
        sentence="",
        url=task.get_absolute_url(),
        what_to_do=_("Sign in to the portal to read it."),
        standing=_late_or_soon(standing, own, on),
        due_on=own or task.due_on,
        days=(own - on).days if own else task.days_left(on),
    )


def _line_of_gone(notice: Notice, telling: Telling, task: Task) -> Line:
    """Only what they could read while they had it: the task may have been rewritten since."""
    restricted = task.secrecy != Task.Secrecy.NORMAL or not notice.data.get("title")
    return Line(
        title=_restricted_name(task) if restricted else str(notice.data["title"]),
        sentence="" if restricted else _sentence(notice, telling),
        url=_my_notices(),
        what_to_do=str(telling.what_to_do),
    )


def _standing(notice: Notice, telling: Telling, task: Task, on: date) -> tuple[str, int | None]:
    """With its size: days late or left, or days that a submission has waited."""
    if telling.group is JUDGE and task.submitted_at:
        return State.SUBMITTED.value, (on - day_of(task.submitted_at)).days
    if own := _own_day(notice):
        return Standing.OVERDUE if own < on else Standing.DUE_SOON, (own - on).days
    standing = task.standing(on)
    if (telling.reminder or telling.escalation) and standing:
        return standing.value, task.days_left(on)
    return "", None


def _sentence(notice: Notice, telling: Telling) -> str:
    said = str(telling.sentence) % {**notice.data, "by": notice.data.get("by") or _("The portal")}
    reason = " ".join(str(notice.data.get("reason") or "").split())
    return f"{said} “{Truncator(reason).chars(LONGEST_REASON)}”" if reason else said


def _restricted_name(task: Task) -> str:
    return _("Restricted task no. %(number)s") % {"number": task.code}


def _my_notices() -> str:
    return reverse("notices:list")
