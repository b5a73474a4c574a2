"""*My work*: what a person must decide, confirm, deliver and urge, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import WithAnnotations

from audit.models import Event
from committees.models import Person
from portal.shared.days import day_of, format_day
from portal.shared.verdicts import Sentence
from tasks import rules
from tasks.lifecycle import Pace, Standing, State
from tasks.lists.duties import Duties, Mine
from tasks.lists.rows import Counted
from tasks.models import Evidence, Part, Task
from tasks.models.counting import pace_q
from tasks.models.tasks import TaskQuerySet

MAX_ROWS = 8

# The last word about a draft or a result that its reader must know: a refusal with its reason.
LAST_WORDS = ("task_proposed", "task_declined", "task_sent_back", "task_recalled")

EARLIEST_FIRST = F("due_on").asc(nulls_last=True)


@dataclass(frozen=True)
class Decision:
    """What has to be decided about a task, with the button that leads there."""

    icon: str
    word: Sentence
    button: Sentence


DECISIONS = {
    "approve": Decision("file-check", gettext_lazy("To approve"), gettext_lazy("Read and approve")),
    "declined": Decision("user-x", gettext_lazy("Declined"), gettext_lazy("Read and assign anew")),
    "accept": Decision("inbox", gettext_lazy("To accept"), gettext_lazy("Read and accept")),
    "fan_out": Decision("network", gettext_lazy("To give to many"), gettext_lazy("Read and approve")),
    "request": Decision("calendar-clock", gettext_lazy("A request"), gettext_lazy("Read and answer")),
    "returned": Decision("undo-2", gettext_lazy("Sent back"), gettext_lazy("Read and correct")),
    "draft": Decision("pencil", gettext_lazy("Draft"), gettext_lazy("Finish the draft")),
}

# Why another body declined it, or the assigner took it back, is not for these readers.
WITHOUT_LAST_WORD = ("accept", "request", "fan_out")


@dataclass(frozen=True)
class LastWord:
    """Who said what last about a task."""

    verb: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class WorkRow:
    """A task as a section of *My work* shows it."""

    task: Task
    standing: str
    days: int | None
    """Days to the deadline, negative when late; of a report, how long it has waited."""
    decision: Decision | None = None
    last_word: LastWord | None = None
    part_due: date | None = None
    """The day of the reader's own contribution."""
    evidences: int = 0
    reported_late: bool = False
    may_urge: bool = False
    at_risk: bool = False


@dataclass(frozen=True)
class Section:
    """The first rows of what one duty asks for; `count` is how many there are."""

    name: Mine
    title: Sentence
    standing: str
    icon: str
    rows: list[WorkRow]
    count: int
    summary: str
    """The line under the count at the top of the page."""

    @property
    def url(self) -> str:
        """The list of exactly these tasks."""
        return f"{reverse('tasks:list')}?mine={self.name}"


@dataclass(frozen=True)
class Weekday:
    """How many deadlines fall on a day of the week, and how many of those tasks are reported."""

    day: date
    is_today: bool
    count: int
    reported: int

    @property
    def url(self) -> str:
        day = self.day.isoformat()
        return f"{reverse('tasks:list')}?mine={Mine.OPEN}&period={day}..{day}"


class Reported(Counted):
    section: str
    place: int
    evidences: int


class ToDecide(Counted):
    waits: str
    last_verb: str | None
    last_reason: str | None
    last_by: str | None
    last_at: datetime | None


class ToContribute(Counted):
    part_due: date | None


class MyWork:
    """The duties of one person on one day, as sections; ask it inside `access.asking_once`."""

    def __init__(self, person: Person, on: date) -> None:
        self.person, self.on = person, on
        self.duties = Duties.of(person, on)

    def _tasks(self, condition: Q) -> TaskQuerySet:
        return Task.objects.visible_to(self.person).filter(condition).for_list()

    def _counted(self, name: Mine) -> QuerySet[Any]:
        return self._tasks(self.duties.q(name)).annotate(total=Window(Count("pk")))

    def to_decide(self) -> Section:
        waits = Case(
            When(self.duties.fan_outs(), then=Value("fan_out")),
            When(self.duties.requests(), then=Value("request")),
            default=Value(""),
        )
        events = Event.objects.filter(
            about_type="tasks.task", about_id=OuterRef("pk"), verb__in=LAST_WORDS
        ).order_by("-pk")
        tasks: list[WithAnnotations[Task, ToDecide]] = list(
            self._counted(Mine.DECIDE)
            .annotate(
                waits=waits,
                last_verb=Subquery(events.values("verb")[:1]),
                last_reason=Subquery(events.values("reason")[:1]),
                last_by=Subquery(events.values("by_name")[:1]),
                last_at=Subquery(events.values("at")[:1]),
            )
            .order_by(EARLIEST_FIRST, "pk")[:MAX_ROWS]
        )
        rows = []
        for task in tasks:
            kinds = {State.ASSIGNED: "accept", State.IN_PROGRESS: "returned", State.DRAFT: "draft"}
            proposed = "declined" if task.last_verb == "task_declined" else "approve"
            kind = task.waits or kinds.get(State(task.state), proposed)
            last_word = None
            if task.last_verb and task.last_at and kind not in WITHOUT_LAST_WORD:
                last_word = LastWord(task.last_verb, task.last_reason or "", task.last_by or "", task.last_at)
            rows.append(
                WorkRow(
                    task,
                    str(task.standing(self.on) or ""),
                    task.days_left(self.on),
                    decision=DECISIONS[kind],
                    last_word=last_word,
                )
            )
        return self._section(Mine.DECIDE, _("To decide"), "", "inbox", rows, tasks)

    @cached_property
    def _reported(self) -> list[WithAnnotations[Task, Reported]]:
        """What is reported and mine to confirm, and what others have to: one query, no task is in both."""
        confirm, waiting = self.duties.q(Mine.CONFIRM), self.duties.q(Mine.WAITING)
        section = Case(When(confirm, then=Value(Mine.CONFIRM)), default=Value(Mine.WAITING))
        oldest_first = (F("submitted_at").asc(nulls_last=True), F("pk").asc())
        evidence = Evidence.objects.filter(task=OuterRef("pk"), removed_at=None).order_by().values("task")
        rows: list[Any] = list(
            self._tasks(confirm | waiting)
            .annotate(section=section)
            .annotate(
                place=Window(RowNumber(), partition_by="section", order_by=oldest_first),
                total=Window(Count("pk"), partition_by="section"),
                evidences=Coalesce(Subquery(evidence.annotate(n=Count("pk")).values("n")), 0),
            )
            .filter(place__lte=MAX_ROWS)
        )
        return sorted(rows, key=lambda task: task.place)

    def to_confirm(self) -> Section:
        return self._reported_section(Mine.CONFIRM, _("To confirm"))

    def waiting_for_others(self) -> Section:
        return self._reported_section(Mine.WAITING, _("Waiting for others"))

    def _reported_section(self, name: Mine, title: Sentence) -> Section:
        tasks = [task for task in self._reported if task.section == name]
        rows = [
            WorkRow(
                task,
                "submitted" if task.submitted_at else str(task.state),
                (self.on - day_of(task.submitted_at)).days if task.submitted_at else None,
                evidences=task.evidences,
                reported_late=task.standing(self.on) == Standing.OVERDUE,
            )
            for task in tasks
        ]
        return self._section(name, title, "submitted", "hourglass", rows, tasks)

    def overdue(self) -> Section:
        return self._running_section(Mine.OVERDUE, _("Overdue"), "overdue", "octagon-alert")

    def due_this_week(self) -> Section:
        return self._running_section(Mine.WEEK, _("Due this week"), "due_soon", "clock-alert")

    def without_contact(self) -> Section:
        return self._running_section(Mine.ORPHANED, _("Without a contact"), "", "user-x")

    def _running_section(self, name: Mine, title: Sentence, standing: str, icon: str) -> Section:
        tasks: list[WithAnnotations[Task, Counted]] = list(
            self._counted(name).order_by("due_on", "pk")[:MAX_ROWS]
        )
        rows = [
            WorkRow(
                task,
                str(task.standing(self.on) or ""),
                task.days_left(self.on),
                may_urge=bool(rules.may_urge(self.person, task)) and task.lead_id not in self.duties.grants,
                at_risk=task.pace(self.on) == Pace.AT_RISK,
            )
            for task in tasks
        ]
        return self._section(name, title, standing, icon, rows, tasks)

    def to_contribute(self) -> Section:
        own_parts = self.duties.contributions().filter(task=OuterRef("pk")).order_by(EARLIEST_FIRST)
        tasks: list[WithAnnotations[Task, ToContribute]] = list(
            self._counted(Mine.CONTRIBUTE)
            .annotate(part_due=Subquery(own_parts.values("due_on")[:1]))
            .order_by(F("part_due").asc(nulls_last=True), "pk")[:MAX_ROWS]
        )
        rows = []
        for task in tasks:
            part = Part(task=task, due_on=task.part_due)
            standing = str(part.standing(self.on) or "")
            rows.append(WorkRow(task, standing, part.days_left(self.on), part_due=task.part_due))
        return self._section(Mine.CONTRIBUTE, _("To contribute"), "", "hand", rows, tasks)

    def _section(
        self,
        name: Mine,
        title: Sentence,
        standing: str,
        icon: str,
        rows: list[WorkRow],
        tasks: list[Any],
    ) -> Section:
        count: int = tasks[0].total if tasks else 0
        return Section(name, title, standing, icon, rows, count, summary=_summary(name, rows))

    @cached_property
    def _counts(self) -> dict[str, int]:
        """Deadlines of each day of the week, how many are reported, and what my bodies gave: one query."""
        open_tasks, given = self.duties.q(Mine.OPEN), self.duties.q(Mine.GIVEN)
        at_risk = given & pace_q(Pace.AT_RISK, self.on)
        counts = {"given": Count("pk", filter=given), "at_risk": Count("pk", filter=at_risk)}
        week = self.duties.week
        for number, day in enumerate(week):
            due = open_tasks & Q(due_on=day)
            counts[f"day{number}"] = Count("pk", filter=due)
            counts[f"reported{number}"] = Count("pk", filter=due & Q(state=State.SUBMITTED))
        of_the_week = open_tasks & Q(due_on__range=(week[0], week[-1]))
        tasks = Task.objects.visible_to(self.person).filter(given | of_the_week)
        return tasks.order_by().aggregate(**counts)

    @property
    def given(self) -> int:
        """Tasks in progress that my bodies gave."""
        return self._counts["given"]

    @property
    def at_risk(self) -> int:
        """How many of the given ones are at risk."""
        return self._counts["at_risk"]

    def week(self) -> list[Weekday]:
        """Working days always, the weekend only when something falls on it."""
        days = [
            Weekday(day, day == self.on, self._counts[f"day{number}"], self._counts[f"reported{number}"])
            for number, day in enumerate(self.duties.week)
        ]
        return [weekday for weekday in days if weekday.count or weekday.is_today or weekday.day.weekday() < 5]


def _summary(name: Mine, rows: list[WorkRow]) -> str:
    if not rows:
        return _("none")
    days = max((abs(row.days) for row in rows if row.days is not None), default=0)
    if name == Mine.OVERDUE:
        return ngettext("longest %(n)s day", "longest %(n)s days", days) % {"n": days}
    if name == Mine.CONFIRM:
        return ngettext("longest wait %(n)s day", "longest wait %(n)s days", days) % {"n": days}
    if first_due := rows[0].task.due_on:
        return _("first due on %(day)s") % {"day": format_day(first_due)}
    return ""
