"""The weekly summary to a head: what is late in their body, with cause, responsibility and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from committees.models import Body, Person
from committees.roles import Role
from notices import drop_reasons, kinds
from notices.actions import owe_all
from notices.calendar import ONE_DAY, Calendar
from notices.drop_reasons import DropReason
from notices.kinds import Group, Kind, Line
from notices.models import Notice
from notices.policy import schedule
from reminders.planning import Superiors
from tasks.models import Progress, Request, Task

WEEKLY = "weekly_summary"
LISTED = 50
"""Tasks that one summary lists; it counts them all."""
LONGEST = 200


class SummaryReason(DropReason):
    NOT_HEAD = "not_head", gettext_lazy("This person no longer heads the body.")
    NOTHING_LATE = "nothing_late", gettext_lazy("Nothing is late in the body any more.")
    OTHER_WEEK = "later_week", gettext_lazy("The summary of a later week took its place.")


RANK = 15
"""Right after what is overdue for the reader."""


def register() -> None:
    """Make the kind and its planner known below. Called once, when the app is ready."""
    group = Group("weekly", gettext_lazy("Late in your body"), RANK)
    kinds.register(
        Kind(WEEKLY, gettext_lazy("Weekly summary"), RANK, group, recheck, compose, duty=True, planned=True)
    )
    drop_reasons.register(SummaryReason)
    kinds.register_planner(plan)


def plan(on: date) -> int:
    """Owe each head of a body that leads late tasks one summary a week, from its first working day on."""
    calendar = Calendar.read()
    if not calendar.working_day(on):
        return 0
    first = first_day(on, calendar)
    # What became late during the week waits for the next; after an outage the week is still told of.
    late = Task.objects.overdue(on).filter(due_on__lt=first).order_by()
    heads = _heads(late.values("lead_id"), on)
    own = schedule.read_own_policies()
    return owe_all(
        [
            _notice(body, person, first, on, own.get(body, schedule.DEFAULT))
            for (body, _role), terms in heads.terms.items()
            for person in sorted({person for person, _fields in terms})
        ]
    )


def first_day(on: date, calendar: Calendar) -> date:
    """The first working day of the week of a working day."""
    day = on - timedelta(days=on.weekday())
    while not calendar.working_day(day):
        day += ONE_DAY
    return day


def _notice(body: int, person: int, first: date, on: date, rules: schedule.PolicyRules) -> Notice:
    return Notice(
        key=f"{WEEKLY}:{body}:{first}:person-{person}",
        person_id=person,
        kind=WEEKLY,
        about_type=Body._meta.label_lower,
        about_id=body,
        body_id=body,
        data={"week": first.isoformat()},
        on=on,
        not_before=rules.opens_at(on),
    )


def _heads(bodies: object, on: date) -> Superiors:
    """A body that was dissolved has no head to be told, whatever terms were left open."""
    standing = Body.objects.standing_on(on).order_by().values("pk")
    heads = Q(office__body__in=bodies, office__role=Role.HEAD) & Q(office__body__in=standing)
    return Superiors.of(heads, on)


def recheck(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Notice pk → why it is no longer owed."""
    bodies = {notice.about_id for notice in notices}
    heads = _heads(bodies, on)
    late = set(Task.objects.overdue(on).filter(lead__in=bodies).order_by().values_list("lead_id", flat=True))
    week = first_day(on, Calendar.read()).isoformat()

    def why_not(notice: Notice) -> DropReason | None:
        terms = heads.terms.get((notice.about_id, Role.HEAD), [])
        if notice.person_id not in {person for person, _fields in terms}:
            return SummaryReason.NOT_HEAD
        if notice.data["week"] < week:
            return SummaryReason.OTHER_WEEK
        return None if notice.about_id in late else SummaryReason.NOTHING_LATE

    return {notice.pk: reason for notice in notices if (reason := why_not(notice))}


def compose(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    """Notice pk → its line with the late tasks below it, in the language that is active."""
    bodies = Body.objects.in_bulk({notice.about_id for notice in notices})
    # However many weeks they tell of, they say what is late now.
    readers = Person.objects.in_bulk({notice.person_id for notice in notices})
    heads = {(notice.person_id, notice.about_id) for notice in notices}
    lines = {(person, body): _line(readers[person], bodies[body], on) for person, body in heads}
    return {notice.pk: lines[notice.person_id, notice.about_id] for notice in notices}


def _line(reader: Person, body: Body, on: date) -> Line:
    # Asked of each reader: what they may not read is neither listed nor counted.
    late = Task.objects.visible_to(reader, on).overdue(on).filter(lead=body)
    count = late.count()
    said = ngettext(
        "%(count)s task that your body leads is late.",
        "%(count)s tasks that your body leads are late.",
        count,
    )
    found = {"body": body.code, "part": "lead", "standing": "overdue"}
    return Line(
        title=body.brief,
        sentence=said % {"count": count},
        url=f"{reverse('tasks:list')}?{urlencode(found)}",
        what_to_do=_("See that a cause and a remedy are reported for each.") if count else "",
        below=tuple(_said(late, count, on)),
    )


def _said(late: QuerySet[Task], count: int, on: date) -> Iterator[str]:
    """A line for each task, the longest overdue first."""
    told = Progress.objects.filter(task=OuterRef("pk")).order_by("-at", "-pk").values("note")[:1]
    asked = Request.objects.filter(task=OuterRef("pk")).order_by("-pk").values("reason")[:1]
    rows = late.annotate(told=Subquery(told), asked=Subquery(asked)).select_related("leader")
    for task in rows.order_by("due_on", "pk")[:LISTED]:
        yield _about(task, on)
    if count > LISTED:
        more = count - LISTED
        yield ngettext("%(more)s more in the portal", "%(more)s more in the portal", more) % {"more": more}


def _about(task: Task, on: date) -> str:
    days = -(task.days_left(on) or 0)
    late = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    if task.secrecy != Task.Secrecy.NORMAL:
        # What is mailed leaves the portal's keeping: nothing of such a task but its number and day.
        return f"{task.code}: {late}."
    words = {
        "cause": _quoted(getattr(task, "asked", "") or getattr(task, "told", "")),
        "leader": task.leader or _("nobody named"),
        "remedy": _quoted(task.risk_remedy),
    }
    reported = _("Cause: %(cause)s. Responsible: %(leader)s. Remedy: %(remedy)s.") % words
    return f"{task.code} {Truncator(task.name).chars(LONGEST)}: {late}. {reported}"


def _quoted(text: str | None) -> str:
    said = " ".join((text or "").split())
    return f"“{Truncator(said).chars(LONGEST)}”" if said else _("not reported")
