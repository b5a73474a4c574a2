"""*My work*: what the reader must decide, confirm, deliver and urge, late first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from audit.models import Event
from committees import access
from committees.doors import SignedInRequest
from portal.shared.days import day_of, format_day, today
from portal.shared.verdicts import Sentence
from tasks import rules
from tasks.lifecycle import Pace, Standing, State
from tasks.lists.duties import Duties, Mine
from tasks.models import Evidence, Part, Task
from tasks.models.counting import pace_q

ROWS = 8


@dataclass(frozen=True)
class Decision:
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


@dataclass(frozen=True)
class Row:
    task: Any
    standing: str
    days: int | None
    decision: Decision | None = None
    may_urge: bool = False
    late: bool = False
    """Reported after its deadline."""
    at_risk: bool = False


@dataclass(frozen=True)
class Section:
    """At most `ROWS` rows; `count` is how many there are, and `url` lists exactly those."""

    name: str
    title: Sentence
    standing: str
    icon: str
    rows: list[Row]
    said: str

    @property
    def count(self) -> int:
        return self.rows[0].task.total if self.rows else 0

    @property
    def url(self) -> str:
        return f"{reverse('tasks:list')}?mine={self.name}"


@login_required
@require_safe
def my_work(request: SignedInRequest) -> HttpResponse:
    """The first page after signing in."""
    on, now = today(), timezone.now()
    with access.asking_once():
        duties = Duties.of(request.user, on)
        confirm, waiting = _reported(request, duties)
        sections = _sections(request, duties, confirm)
        helping = _section(request, duties, Mine.CONTRIBUTE, _("To contribute"), "", "hand")
        without = _section(request, duties, Mine.ORPHANED, _("Without a contact"), "", "user-x")
        counts = _counts(request, duties)
    context = {
        "sections": [*sections, *(section for section in (helping, without) if section.count)],
        "others": waiting,
        "given": counts["given"],
        "at_risk": counts["at_risk"],
        "week": _week(duties, counts),
        "week_end": duties.week[-1],
        "waiting": sum(section.count for section in sections[:2]),
        "empty": not any(section.count for section in (*sections, helping, without)),
        "may_draft": bool(duties.holding("draft_tasks")),
        "on": on,
        "now": now,
        "title": _("My work"),
    }
    return render(request, "tasks/my_work.html", context)


def _sections(request: SignedInRequest, duties: Duties, confirm: Section) -> list[Section]:
    return [
        _section(request, duties, Mine.DECIDE, _("To decide"), "", "inbox"),
        confirm,
        _section(request, duties, Mine.OVERDUE, _("Overdue"), "overdue", "octagon-alert"),
        _section(request, duties, Mine.WEEK, _("Due this week"), "due_soon", "clock-alert"),
    ]


def _reported(request: SignedInRequest, duties: Duties) -> tuple[Section, Section]:
    """What is reported and mine to confirm, and what others have to: one query, no task is in both."""
    mine = Case(When(duties.q(Mine.CONFIRM), then=Value(Mine.CONFIRM)), default=Value(Mine.WAITING))
    either = duties.q(Mine.CONFIRM) | duties.q(Mine.WAITING)
    tasks = Task.objects.visible_to(request.user).filter(either).for_list().annotate(section=mine)
    first = (F("submitted_at").asc(nulls_last=True), F("pk").asc())
    place = Window(RowNumber(), partition_by="section", order_by=first)
    total = Window(Count("pk"), partition_by="section")
    held = Evidence.objects.filter(task=OuterRef("pk"), removed_at=None).order_by().values("task")
    evidences = Coalesce(Subquery(held.annotate(n=Count("pk")).values("n")), 0)
    found: list[Any] = list(
        tasks.annotate(place=place, total=total, evidences=evidences).filter(place__lte=ROWS)
    )
    found.sort(key=lambda task: task.place)

    def section(name: Mine, title: Sentence) -> Section:
        rows = [_row(request, duties, name, task) for task in found if task.section == name]
        return Section(name, title, "submitted", "hourglass", rows, _said(name, rows, duties.on))

    return section(Mine.CONFIRM, _("To confirm")), section(Mine.WAITING, _("Waiting for others"))


def _section(
    request: SignedInRequest, duties: Duties, name: Mine, title: Sentence, standing: str, icon: str
) -> Section:
    tasks = Task.objects.visible_to(request.user).filter(duties.q(name)).for_list()
    found = _in_order(name, tasks, duties)[:ROWS]
    rows = [_row(request, duties, name, task) for task in found]
    return Section(name, title, standing, icon, rows, _said(name, rows, duties.on))


def _in_order(name: Mine, tasks: QuerySet[Task], duties: Duties) -> QuerySet[Any]:
    """The most pressing first, each with how many its section holds: no count is asked apart."""
    tasks = tasks.annotate(total=Window(Count("pk")))
    if name == Mine.DECIDE:
        waits = Case(
            When(duties.fan_outs(), then=Value("fan_out")),
            When(duties.requests(), then=Value("request")),
            default=Value(""),
        )
        return _with_last_word(tasks.annotate(waits=waits)).order_by(F("due_on").asc(nulls_last=True), "pk")
    if name == Mine.CONTRIBUTE:
        own = duties.contributions().filter(task=OuterRef("pk")).order_by(F("due_on").asc(nulls_last=True))
        tasks = tasks.annotate(part_due=Subquery(own.values("due_on")[:1]))
        return tasks.order_by(F("part_due").asc(nulls_last=True), "pk")
    return tasks.order_by("due_on", "pk")


LAST_WORDS = ("task_proposed", "task_declined", "task_sent_back", "task_recalled")


def _with_last_word(tasks: QuerySet[Any]) -> QuerySet[Any]:
    """Who said what last about a draft or a result: a refusal with its reason."""
    events = Event.objects.filter(about_type="tasks.task", about_id=OuterRef("pk"), verb__in=LAST_WORDS)
    last = events.order_by("-pk")
    told: QuerySet[Any] = tasks.annotate(
        last_verb=Subquery(last.values("verb")[:1]),
        last_reason=Subquery(last.values("reason")[:1]),
        last_by=Subquery(last.values("by_name")[:1]),
        last_at=Subquery(last.values("at")[:1]),
    )
    return told


def _row(request: SignedInRequest, duties: Duties, name: Mine, task: Any) -> Row:
    on = duties.on
    if name == Mine.DECIDE:
        kind = _kind_of(task)
        if kind in ("accept", "request", "fan_out"):
            task.last_reason = ""  # why another body declined it, or the assigner took it back, is not ours
        return Row(task, str(task.standing(on) or ""), task.days_left(on), DECISIONS[kind])
    if name == Mine.CONTRIBUTE:
        part = Part(task=task, due_on=task.part_due)
        return Row(task, str(part.standing(on) or ""), part.days_left(on))
    if name in (Mine.CONFIRM, Mine.WAITING):
        waited = (on - day_of(task.submitted_at)).days if task.submitted_at else None
        late = task.standing(on) == Standing.OVERDUE
        return Row(task, "submitted" if task.submitted_at else str(task.state), waited, late=late)
    urge = bool(rules.may_urge(request.user, task)) and task.lead_id not in duties.grants
    at_risk = task.pace(on) == Pace.AT_RISK
    return Row(task, str(task.standing(on) or ""), task.days_left(on), may_urge=urge, at_risk=at_risk)


def _kind_of(task: Any) -> str:
    kinds = {State.ASSIGNED: "accept", State.IN_PROGRESS: "returned", State.DRAFT: "draft"}
    declined = task.last_verb == "task_declined"
    return task.waits or kinds.get(task.state) or ("declined" if declined else "approve")


def _said(name: Mine, rows: list[Row], on: date) -> str:
    """The line under a count at the top of the page."""
    if not rows:
        return _("none")
    days = max((abs(row.days) for row in rows if row.days is not None), default=0)
    if name == Mine.OVERDUE:
        return ngettext("longest %(n)s day", "longest %(n)s days", days) % {"n": days}
    if name == Mine.CONFIRM:
        return ngettext("longest wait %(n)s day", "longest wait %(n)s days", days) % {"n": days}
    if name == Mine.WEEK or rows[0].task.due_on:
        return _("first due on %(day)s") % {"day": format_day(rows[0].task.due_on)}
    return ""


def _counts(request: SignedInRequest, duties: Duties) -> dict[str, int]:
    """Deadlines of each day of the week, how many are reported, and what my bodies gave: one query."""
    open_ones, given = duties.q(Mine.OPEN), duties.q(Mine.GIVEN)
    risky = given & pace_q(Pace.AT_RISK, duties.on)
    asked: dict[str, Count] = {"given": Count("pk", filter=given), "at_risk": Count("pk", filter=risky)}
    for number, day in enumerate(duties.week):
        asked[f"day{number}"] = Count("pk", filter=open_ones & Q(due_on=day))
        asked[f"reported{number}"] = Count("pk", filter=open_ones & Q(due_on=day, state=State.SUBMITTED))
    first, last = duties.week[0], duties.week[-1]
    tasks = Task.objects.visible_to(request.user).filter(given | open_ones & Q(due_on__range=(first, last)))
    return tasks.order_by().aggregate(**asked)


def _week(duties: Duties, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Working days always, the weekend only when something falls on it."""
    days: list[dict[str, Any]] = [
        {
            "day": day,
            "is_today": day == duties.on,
            "count": counts[f"day{number}"],
            "reported": counts[f"reported{number}"],
            "url": f"{reverse('tasks:list')}?mine={Mine.OPEN}&period={day.isoformat()}..{day.isoformat()}",
        }
        for number, day in enumerate(duties.week)
    ]
    return [line for line in days if line["count"] or line["is_today"] or line["day"].weekday() < 5]
