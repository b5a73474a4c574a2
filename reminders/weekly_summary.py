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
from notices.policy import schedule as policies
from reminders.planning import OfficeHolders
from tasks.models import Progress, Request, Task

WEEKLY = "weekly_summary"
# Tasks that one summary lists; it counts them all.
MAX_LISTED_TASKS = 50
# Characters of a title, a cause or a remedy.
MAX_TEXT_LENGTH = 200
# Right after what is overdue for the reader.
RANK = 15


class SummaryReason(DropReason):
    NOT_HEAD = "not_head", gettext_lazy("This person no longer heads the body.")
    NOTHING_LATE = "nothing_late", gettext_lazy("Nothing is late in the body any more.")
    OTHER_WEEK = "later_week", gettext_lazy("The summary of a later week took its place.")


def register() -> None:
    """Make the kind and its planner known to `notices`. Called once, when the app is ready."""
    group = Group("weekly", gettext_lazy("Late in your body"), RANK)
    kinds.register(
        Kind(WEEKLY, gettext_lazy("Weekly summary"), RANK, group, recheck, compose, duty=True, planned=True)
    )
    drop_reasons.register(SummaryReason)
    kinds.register_planner(plan_summaries)


def plan_summaries(on: date) -> int:
    """Owe each head of a body that leads late tasks one summary a week, from its first working day on."""
    calendar = Calendar.read()
    if not calendar.working_day(on):
        return 0
    first = first_day(on, calendar)
    # What became late during the week waits for the next; after an outage the week is still told of.
    late = Task.objects.overdue(on).filter(due_on__lt=first).order_by()
    heads = _heads(late.values("lead_id"), on)
    own_policies = policies.read_own_policies()
    return owe_all(
        [
            Notice(
                key=f"{WEEKLY}:{body}:{first}:person-{person}",
                person_id=person,
                kind=WEEKLY,
                about_type=Body._meta.label_lower,
                about_id=body,
                body_id=body,
                data={"week": first.isoformat()},
                on=on,
                not_before=own_policies.get(body, policies.DEFAULT).opens_at(on),
            )
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


def _heads(bodies: object, on: date) -> OfficeHolders:
    """A body that was dissolved has no head to be told, whatever terms were left open."""
    standing = Body.objects.standing_on(on).order_by().values("pk")
    of_these = Q(office__body__in=bodies, office__role=Role.HEAD) & Q(office__body__in=standing)
    return OfficeHolders.of(of_these, on)


def recheck(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Notice pk → why it is no longer owed."""
    bodies = {notice.about_id for notice in notices}
    heads = _heads(bodies, on)
    late = set(Task.objects.overdue(on).filter(lead__in=bodies).order_by().values_list("lead_id", flat=True))
    week = first_day(on, Calendar.read()).isoformat()

    def drop_reason(notice: Notice) -> DropReason | None:
        terms = heads.terms.get((notice.about_id, Role.HEAD), [])
        if notice.person_id not in {person for person, _fields in terms}:
            return SummaryReason.NOT_HEAD
        if notice.data["week"] < week:
            return SummaryReason.OTHER_WEEK
        return None if notice.about_id in late else SummaryReason.NOTHING_LATE

    return {notice.pk: reason for notice in notices if (reason := drop_reason(notice))}


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
    sentence = ngettext(
        "%(count)s task that your body leads is late.",
        "%(count)s tasks that your body leads are late.",
        count,
    )
    filters = {"body": body.code, "part": "lead", "standing": "overdue"}
    return Line(
        title=body.brief,
        sentence=sentence % {"count": count},
        url=f"{reverse('tasks:list')}?{urlencode(filters)}",
        what_to_do=_("See that a cause and a remedy are reported for each.") if count else "",
        below=tuple(_task_lines(late, count, on)),
    )


def _task_lines(late: QuerySet[Task], count: int, on: date) -> Iterator[str]:
    """A line for each task, the longest overdue first."""
    note = Progress.objects.filter(task=OuterRef("pk")).order_by("-at", "-pk").values("note")[:1]
    reason = Request.objects.filter(task=OuterRef("pk")).order_by("-pk").values("reason")[:1]
    rows = late.annotate(progress_note=Subquery(note), request_reason=Subquery(reason))
    for task in rows.select_related("leader").order_by("due_on", "pk")[:MAX_LISTED_TASKS]:
        yield _task_line(task, on)
    if count > MAX_LISTED_TASKS:
        more = count - MAX_LISTED_TASKS
        yield ngettext("%(more)s more in the portal", "%(more)s more in the portal", more) % {"more": more}


def _task_line(task: Task, on: date) -> str:
    days = -(task.days_left(on) or 0)
    late = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    if task.secrecy != Task.Secrecy.NORMAL:
        # What is mailed leaves the portal's keeping: nothing of such a task but its number and day.
        return f"{task.code}: {late}."
    reported = _("Cause: %(cause)s. Responsible: %(leader)s. Remedy: %(remedy)s.") % {
        "cause": _quote(getattr(task, "request_reason", "") or getattr(task, "progress_note", "")),
        "leader": task.leader or _("nobody named"),
        "remedy": _quote(task.risk_remedy),
    }
    return f"{task.code} {Truncator(task.name).chars(MAX_TEXT_LENGTH)}: {late}. {reported}"


def _quote(text: str | None) -> str:
    text = " ".join((text or "").split())
    return f"“{Truncator(text).chars(MAX_TEXT_LENGTH)}”" if text else _("not reported")
