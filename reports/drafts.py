"""The weekly report in three parts and the report for a meeting (DOMAIN §5.4), with their numbers filled in.

Prose is left to a person, at places that say what belongs there. Restricted tasks are counted and never
named: these papers go to people who may not read them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.shared.days import start_of
from reports import tables
from reports.documents.layout import Block, Column, Heading, Paragraph, Table, ToWrite, format_cell
from reports.groupings import GROUPINGS
from tasks.lifecycle import CURRENT, RUNNING, Pace, Standing, State
from tasks.models import Request, Task
from tasks.models.counting import Tally
from tasks.models.orders import OrderQuerySet
from tasks.models.tasks import TaskQuerySet

MOST = 100
"""Rows of a table in a draft; of more it says how many."""

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
THURSDAY = 3


@dataclass(frozen=True)
class Scope:
    """The tasks a report is about, and what its reader may know of them on the day."""

    tasks: TaskQuerySet
    orders: OrderQuerySet
    on: date
    since: date
    until: date

    @property
    def named(self) -> TaskQuerySet:
        return self.tasks.filter(secrecy=Task.Secrecy.NORMAL)

    def done(self) -> TaskQuerySet:
        """Confirmed from the first to the last day of the period."""
        moments = {"confirmed_at__gte": start_of(self.since), "confirmed_at__lt": self._end}
        return self.tasks.filter(state=State.COMPLETED, **moments)

    def given(self) -> TaskQuerySet:
        moments = {"assigned_at__gte": start_of(self.since), "assigned_at__lt": self._end}
        return self.tasks.counted().filter(**moments)

    @property
    def _end(self) -> datetime:
        return start_of(self.until + DAY)

    def due_within(self, first: date, last: date) -> TaskQuerySet:
        return self.named.filter(state__in=RUNNING, due_on__range=(first, last)).late_first()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def quarter_of(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)


class Week(TextChoices):
    """Which days a weekly report covers."""

    LAST = "last", gettext_lazy("the last full week")
    THIS = "this", gettext_lazy("this week so far")
    DAYS = "days", gettext_lazy("from one day to another")


def usual_week(on: date) -> Week:
    """In the first half of a week the report is still about the one before."""
    return Week.LAST if on.weekday() < THURSDAY else Week.THIS


def days_of_week(week: Week, on: date) -> tuple[date, date]:
    monday = monday_of(on)
    return (monday - WEEK, monday - DAY) if week == Week.LAST else (monday, on)


def check_days(first: date, last: date, on: date) -> None:
    """Raise ValidationError for a period that ends before it begins, or has not ended yet."""
    if last > on:
        raise ValidationError({"until": _("Not later than today, %(day)s.") % {"day": format_cell(on)}})
    if first > last:
        raise ValidationError(
            {"since": _("Not later than the last day, %(day)s.") % {"day": format_cell(last)}}
        )


def _span(first: date, last: date) -> dict[str, str]:
    return {"first": format_cell(first), "last": format_cell(last)}


# The weekly report


def weekly(scope: Scope) -> tuple[Block, ...]:
    """Results of the week, difficulties, and the work from tomorrow to the end of the next week."""
    tomorrow, sunday = scope.on + DAY, monday_of(scope.on) + 2 * WEEK - DAY
    tally = scope.tasks.tally(scope.on)
    done = scope.done()
    return (
        Heading(_("Part I. How the work goes, and what needs direction")),
        Heading(_("1. Results of the week"), 2),
        Paragraph(_counted(tally)),
        Paragraph(
            _("From %(first)s to %(last)s, %(done)s tasks were completed and %(given)s were given.")
            % {
                **_span(scope.since, scope.until),
                "done": format_cell(done.count()),
                "given": format_cell(scope.given().count()),
            }
        ),
        *_listed(tables.results(_named(done), MOST)),
        ToWrite(_("write the outstanding results of the week")),
        Heading(_("2. Difficulties and obstacles"), 2),
        *_difficulties(scope),
        ToWrite(_("write the difficulties, their causes, and what is proposed")),
        Heading(_("3. Work of the next week"), 2),
        Paragraph(_("Tasks due from %(first)s to %(last)s:") % _span(tomorrow, sunday)),
        *_listed(tables.work(scope.due_within(tomorrow, sunday), MOST)),
        ToWrite(_("write what else is to be done next week")),
    )


# The report for a meeting


def meeting(scope: Scope) -> tuple[Block, ...]:
    """Direction, results, shortcomings, work ahead, proposals."""
    tally = scope.tasks.tally(scope.on)
    tomorrow, soon = scope.on + DAY, scope.on + MONTH
    done = scope.done()
    return (
        Heading(_("I. Direction and guidance")),
        Paragraph(
            _("Documents that gave tasks, issued from %(first)s to %(last)s:")
            % _span(scope.since, scope.until)
        ),
        *_listed(_orders(scope)),
        ToWrite(_("write what else was directed: meetings, inspections, urging")),
        Heading(_("II. Results")),
        Paragraph(_counted(tally)),
        Heading(_("1. Tasks completed in the period"), 2),
        *_listed(tables.results(_named(done), MOST)),
        Heading(_("2. By lead body: on time, late, missing"), 2),
        *_listed(tables.five_ways(scope.tasks, GROUPINGS["lead"], scope.on, CURRENT, MOST), upright=True),
        Heading(_("3. Indicators of Project 06"), 2),
        ToWrite(_("enter the indicators of Project 06")),
        Heading(_("III. Shortcomings and their causes")),
        *_difficulties(scope),
        ToWrite(_("write the shortcomings and who answers for them")),
        Heading(_("IV. Work ahead")),
        Paragraph(_("Tasks due from %(first)s to %(last)s:") % _span(tomorrow, soon)),
        *_listed(tables.work(scope.due_within(tomorrow, soon), MOST)),
        Heading(_("V. Proposals")),
        *_proposals(scope),
        ToWrite(_("write what is proposed to the superior body")),
    )


def _counted(tally: Tally) -> str:
    done = tally[Standing.DONE_ON_TIME] + tally[Standing.DONE_LATE]
    running = tally["given"] - done
    share = f"{format_cell(round(100 * done / tally['given'], 1))}%" if tally["given"] else "0%"
    numbers = {name: format_cell(number) for name, number in tally.items()}
    return _(
        "Tasks given: %(given)s. Completed: %(done)s (%(share)s), of them %(done_on_time)s on time and"
        " %(done_late)s late. In progress: %(running)s, of them %(in_time)s in time, %(overdue)s overdue and"
        " %(no_deadline)s without a deadline."
    ) % {**numbers, "done": format_cell(done), "running": format_cell(running), "share": share}


def _named(tasks: TaskQuerySet) -> TaskQuerySet:
    return tasks.filter(secrecy=Task.Secrecy.NORMAL).order_by("confirmed_at", "pk")


def _listed(table: Table, *, upright: bool = False) -> list[Block]:
    """The table, or in its place that there is nothing to list."""
    if not table.rows:
        return [Paragraph(_("None."))]
    return [_without_rate(table) if upright else table]


def _without_rate(table: Table) -> Table:
    """An upright page has no room for the last column."""
    rows = [row[:-1] for row in table.rows]
    columns = (replace(table.columns[0], width=18), *table.columns[1:-1])
    return Table(columns, rows, table.sums[:-1], table.more)


def _difficulties(scope: Scope) -> list[Block]:
    late = scope.named.overdue(scope.on).late_first()
    risky = scope.named.pace(Pace.AT_RISK, scope.on).late_first()
    return [
        Paragraph(_("Overdue tasks, with the cause and the remedy that the lead bodies told:")),
        *_listed(tables.late_short(late, scope.on, CURRENT, MOST)),
        Paragraph(_("Tasks that may become late:")),
        *_listed(tables.work(risky, MOST)),
    ]


def _orders(scope: Scope) -> Table:
    columns = (
        Column("row", _("No."), 12, "right"),
        Column("number", _("Number"), 34),
        Column("day", _("Date"), 24, "centre"),
        Column("kind", _("Type"), 32),
        Column("abstract", _("Abstract"), 70),
    )
    orders = scope.orders.filter(issued_on__range=(scope.since, scope.until)).order_by("issued_on", "pk")
    rows = [
        [number, order.number, order.issued_on, order.get_kind_display(), order.abstract]
        for number, order in enumerate(orders[:MOST], 1)
    ]
    return Table(columns, rows)


def _proposals(scope: Scope) -> list[Block]:
    """What lead bodies ask for and nobody decided yet."""
    columns = (
        Column("row", _("No."), 12, "right"),
        Column("title", _("Task"), 60),
        Column("lead", _("Lead body"), 34),
        Column("asked", _("Asked for"), 24),
        Column("reason", _("Reason"), 42),
    )
    requests = Request.objects.waiting().filter(task__in=scope.named).order_by("pk")
    requests = requests.select_related("task__lead", "task__assigner")
    rows = [
        [
            *(number, request.task.name, request.task.lead.brief if request.task.lead else ""),
            request.proposed_on or request.get_kind_display(),
            request.reason,
        ]
        for number, request in enumerate(requests[:MOST], 1)
    ]
    return [Paragraph(_("Requests of lead bodies that wait for a decision:")), *_listed(Table(columns, rows))]
