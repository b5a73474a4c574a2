"""*My work*: what a person must decide, confirm, deliver and urge, the most pressing first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypedDict

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import WithAnnotations

from audit.models import Event
from committees.models import Person
from committees.stand_ins import Build, Rows, rows_seen_by
from portal.shared.days import day_of, format_day
from portal.shared.verdicts import Sentence
from tasks import rules
from tasks.lifecycle import Pace, Standing, State
from tasks.lists.duties import Duties, Mine
from tasks.models import Evidence, Part, Task
from tasks.models.counting import pace_q

MAX_ROWS = 8

# The last word about a draft or a result that its reader must know: a refusal with its reason.
LAST_WORDS = ("task_proposed", "task_declined", "task_sent_back", "task_recalled")


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

# What is decided where the page stands; the others lead to more than a yes or no.
JUDGED = ("approve", "request")

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
    in_a_row: str = ""
    """Where it is decided on as one of this section, if it is a decision."""


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

    @property
    def in_a_row(self) -> str:
        """Where these are decided on one after the other, if any of those shown is a decision."""
        return _in_a_row(self.name) if any(row.in_a_row for row in self.rows) else ""


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


class Shown(TypedDict):
    """What a section shows of a task beside its own columns."""

    waits: str
    last_verb: str | None
    last_reason: str | None
    last_by: str | None
    last_at: datetime | None
    part_due: date | None
    evidences: int


# Each section, and what its first rows are first by.
SECTIONS = {
    Mine.DECIDE: "due_on",
    Mine.CONFIRM: "submitted_at",
    Mine.WAITING: "submitted_at",
    Mine.OVERDUE: "due_on",
    Mine.WEEK: "due_on",
    Mine.CONTRIBUTE: "part_due",
    Mine.ORPHANED: "due_on",
}


class MyWork:
    """The duties of one person on one day, as sections; ask it inside `access.asking_once`."""

    def __init__(self, person: Person, on: date) -> None:
        self.person, self.on = person, on
        self.duties = Duties.of(person, on)

    @cached_property
    def _first(self) -> dict[str, tuple[list[int], int]]:
        """Section → the keys of its first rows, and how many it has; of all sections in one query.

        A row is wide, and thousands are counted to show eight: the rows of these keys are read by `_rows`.
        """
        keys: dict[str, list[int]] = {}
        totals: Counter[str] = Counter()
        for section, key, place, total in sorted(self._read(_first_keys), key=_by_place):
            keys.setdefault(section, []).append(key)
            # Of each list of a section its first row tells how many it holds.
            totals[section] += total if place == 1 else 0
        return {section: (rows, totals[section]) for section, rows in keys.items()}

    def _read(self, build: Build) -> Rows:
        if self.duties.with_fields:
            return list(build(self.person, self.on, None))
        return rows_seen_by(build, self.person, self.on)

    def first_keys(self, name: Mine, column: str, condition: Q) -> QuerySet[Task, Any]:
        """The keys of the first rows of a list of a section, with their place and how many it holds."""
        tasks = Task.objects.visible_to(self.person).filter(condition).order_by()
        if column == "part_due":
            tasks = tasks.annotate(part_due=self._own_part_due())
        earliest_first = (F(column).asc(nulls_last=True), F("pk").asc())
        place, total = Window(RowNumber(), order_by=earliest_first), Window(Count("pk"))
        counted = tasks.annotate(section=Value(str(name)), place=place, total=total)
        return counted.filter(place__lte=MAX_ROWS).values_list("section", "pk", "place", "total")

    def _own_part_due(self) -> Subquery:
        own_parts = self.duties.contributions().filter(task=OuterRef("pk"))
        return Subquery(own_parts.order_by(F("due_on").asc(nulls_last=True)).values("due_on")[:1])

    @cached_property
    def _rows(self) -> dict[int, WithAnnotations[Task, Shown]]:
        """The first rows of all sections by their keys, with all that any of them shows."""
        waits = Case(
            When(self.duties.fan_outs(), then=Value("fan_out")),
            When(self.duties.requests(), then=Value("request")),
            default=Value(""),
        )
        events = Event.objects.filter(
            about_type="tasks.task", about_id=OuterRef("pk"), verb__in=LAST_WORDS
        ).order_by("-pk")
        evidence = Evidence.objects.filter(task=OuterRef("pk"), removed_at=None).order_by().values("task")
        tasks: QuerySet[Any] = Task.objects.for_list().annotate(
            waits=waits,
            last_verb=Subquery(events.values("verb")[:1]),
            last_reason=Subquery(events.values("reason")[:1]),
            last_by=Subquery(events.values("by_name")[:1]),
            last_at=Subquery(events.values("at")[:1]),
            part_due=self._own_part_due(),
            evidences=Coalesce(Subquery(evidence.annotate(n=Count("pk")).values("n")), 0),
        )
        return tasks.in_bulk({key for keys, _total in self._first.values() for key in keys})

    def _tasks(self, name: Mine) -> list[WithAnnotations[Task, Shown]]:
        keys, _total = self._first.get(name, ([], 0))
        tasks = [self._rows[key] for key in keys if key in self._rows]
        if name in (Mine.OVERDUE, Mine.WEEK):
            # The first of two lists, each by its deadline.
            tasks.sort(key=lambda task: (task.due_on or date.max, task.pk))
        return tasks[:MAX_ROWS]

    def to_decide(self) -> Section:
        rows = []
        for task in self._tasks(Mine.DECIDE):
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
                    in_a_row=_in_a_row(Mine.DECIDE, task) if kind in JUDGED else "",
                )
            )
        return self._section(Mine.DECIDE, _("To decide"), "", "inbox", rows)

    def to_confirm(self) -> Section:
        return self._reported_section(Mine.CONFIRM, _("To confirm"))

    def waiting_for_others(self) -> Section:
        return self._reported_section(Mine.WAITING, _("Waiting for others"))

    def _reported_section(self, name: Mine, title: Sentence) -> Section:
        rows = [
            WorkRow(
                task,
                "submitted" if task.submitted_at else str(task.state),
                (self.on - day_of(task.submitted_at)).days if task.submitted_at else None,
                evidences=task.evidences,
                reported_late=task.standing(self.on) == Standing.OVERDUE,
                in_a_row=_in_a_row(name, task) if name == Mine.CONFIRM else "",
            )
            for task in self._tasks(name)
        ]
        return self._section(name, title, "submitted", "hourglass", rows)

    def overdue(self) -> Section:
        return self._running_section(Mine.OVERDUE, _("Overdue"), "overdue", "octagon-alert")

    def due_this_week(self) -> Section:
        return self._running_section(Mine.WEEK, _("Due this week"), "due_soon", "clock-alert")

    def without_contact(self) -> Section:
        return self._running_section(Mine.ORPHANED, _("Without a contact"), "", "user-x")

    def _running_section(self, name: Mine, title: Sentence, standing: str, icon: str) -> Section:
        rows = [
            WorkRow(
                task,
                str(task.standing(self.on) or ""),
                task.days_left(self.on),
                may_urge=bool(rules.may_urge(self.person, task)) and task.lead_id not in self.duties.grants,
                at_risk=task.pace(self.on) == Pace.AT_RISK,
            )
            for task in self._tasks(name)
        ]
        return self._section(name, title, standing, icon, rows)

    def to_contribute(self) -> Section:
        rows = []
        for task in self._tasks(Mine.CONTRIBUTE):
            part = Part(task=task, due_on=task.part_due)
            standing = str(part.standing(self.on) or "")
            rows.append(WorkRow(task, standing, part.days_left(self.on), part_due=task.part_due))
        return self._section(Mine.CONTRIBUTE, _("To contribute"), "", "hand", rows)

    def _section(self, name: Mine, title: Sentence, standing: str, icon: str, rows: list[WorkRow]) -> Section:
        _keys, count = self._first.get(name, ([], 0))
        return Section(name, title, standing, icon, rows, count, summary=_summary(name, rows))

    @cached_property
    def _counts(self) -> Counter[tuple[str, date]]:
        """Name and day → a number: of the week's deadlines and those reported; of what was given, on the day.

        One query, each part of which is read in an index alone.
        """
        counts: Counter[tuple[str, date]] = Counter()
        for name, day, number in self._read(_numbers):
            # SQLite gives days as text where Django does not read the rows.
            counts[name, day if isinstance(day, date) else date.fromisoformat(day)] += number
        return counts

    @property
    def given(self) -> int:
        """Tasks in progress that my bodies gave."""
        return self._counts["given", self.on]

    @property
    def at_risk(self) -> int:
        """How many of the given ones are at risk."""
        return self._counts["at_risk", self.on]

    def week(self) -> list[Weekday]:
        """Working days always, the weekend only when something falls on it."""
        days = [
            Weekday(day, day == self.on, self._counts["due", day], self._counts["reported", day])
            for day in self.duties.week
        ]
        return [weekday for weekday in days if weekday.count or weekday.is_today or weekday.day.weekday() < 5]


def _first_keys(person: Person, on: date, _body: None) -> QuerySet[Any, Any]:
    work = MyWork(person, on)
    members = [
        work.first_keys(name, column, condition)
        for name, column in SECTIONS.items()
        for condition in work.duties.apart(name)
    ]
    return members[0].union(*members[1:], all=True)


def _numbers(person: Person, on: date, _body: None) -> QuerySet[Any, Any]:
    duties = Duties.of(person, on)
    given, week, today = duties.q(Mine.GIVEN), duties.week, Value(on, DateField())
    counted: list[tuple[str, Any, Q]] = [
        ("given", today, given),
        ("at_risk", today, given & pace_q(Pace.AT_RISK, on)),
    ]
    for condition in duties.apart(Mine.OPEN):
        due = condition & Q(due_on__range=(week[0], week[-1]))
        reported = due & Q(state=State.SUBMITTED)
        counted += [("due", F("due_on"), due), ("reported", F("due_on"), reported)]
    visible = Task.objects.visible_to(person).order_by()
    members = [
        visible.filter(condition)
        .annotate(counted=Value(name), day=day)
        .values_list("counted", "day")
        .annotate(n=Count("pk"))
        for name, day, condition in counted
    ]
    return members[0].union(*members[1:], all=True)


def _in_a_row(name: Mine, task: Task | None = None) -> str:
    """The address of one task, or of the first, in the queue of a section as this page sorts it."""
    page = reverse("deciding:task", args=[task.pk]) if task else reverse("deciding:start")
    return f"{page}?mine={name}&work=1"


def _by_place(row: tuple[str, int, int, int]) -> int:
    return row[2]


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
