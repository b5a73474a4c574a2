"""What stands in a file that was asked for: its rows as the person sees them at this moment, and its form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees import access
from committees.models import Body, Person
from committees.roles import RESTRICTED_READERS
from portal.shared.day_fields import DayFormField
from portal.shared.days import VIETNAM
from portal.shared.text import fold
from portal.shared.verdicts import Sentence
from reports import drafts, tables
from reports.documents.layout import Block, Document, Table, format_cell
from reports.documents.letterhead import letterhead_of, signature_of
from reports.groupings import GROUPINGS, Grouping
from reports.models import Export
from tasks.lifecycle import Standing
from tasks.lists import sheet
from tasks.lists.rows import sort_tasks
from tasks.lists.task_list import TaskList, conditions_in_words
from tasks.models import Order
from tasks.models.tasks import TaskQuerySet

Report, Format = Export.Report, Export.Format

DRAFTS = (Report.WEEKLY, Report.MEETING)
FORMATS = {
    **{report: tuple(Format) for report in (Report.LIST, Report.LATE, Report.COUNTS)},
    **dict.fromkeys(DRAFTS, (Format.DOCX,)),
}
"""A draft is to be written on: Word only."""

AT_ONCE = {Format.XLSX: 2000, Format.DOCX: 2000, Format.PDF: 500}
"""Rows that somebody may wait for; more are made in the background."""

ON_PAPER = 5000
"""Rows that Word and PDF hold: nobody reads more, and laying them out takes minutes."""

BESIDE = ("by", "week", "since", "until")
"""What an address says to a report besides the filters of the list."""

SUBJECTS: dict[str, Sentence] = {
    Report.LIST: gettext_lazy("List of tasks as of %(day)s"),
    Report.LATE: gettext_lazy("Overdue tasks as of %(day)s"),
    Report.COUNTS: gettext_lazy("Count of tasks as of %(day)s"),
    Report.WEEKLY: gettext_lazy("Implementation of Resolution 57-NQ/TW from %(since)s to %(until)s"),
    Report.MEETING: gettext_lazy("Work of the steering committee from %(since)s to %(until)s"),
}


@dataclass(frozen=True)
class Question:
    """A report that a person asks for on a day; `data` is what stood in the address of the page."""

    report: str
    format: str
    data: QueryDict
    by: Person
    on: date

    @classmethod
    def of(cls, export: Export) -> Question:
        return cls(export.report, export.format, QueryDict(export.filters), export.by, export.as_of)

    @cached_property
    def task_list(self) -> TaskList:
        """The list whose page the report was asked from."""
        tasks = TaskList(self.by, self.data, self.on)
        # So that what was cleaned may be asked for, of wrong conditions too.
        tasks.form.is_valid()
        return tasks

    @cached_property
    def tasks(self) -> TaskQuerySet:
        tasks = self.task_list.tasks()
        return tasks.standing(Standing.OVERDUE, self.on, self.due) if self.report == Report.LATE else tasks

    @property
    def due(self) -> str:
        return self.task_list.due

    @property
    def body(self) -> Body | None:
        """Whose form it has: the body it is about when the person holds an office there, else their own."""
        terms = list(self.by.acting_memberships())
        about = self.task_list.body
        own = [term.office.body for term in terms]
        return next((body for body in own if body == about), own[0] if own else None)

    @cached_property
    def period(self) -> tuple[date, date]:
        """First and last day of a draft. Raises ValidationError when the days asked for make no period."""
        week = self.data.get("week") or drafts.usual_week(self.on)
        if self.report == Report.WEEKLY and week != drafts.Week.DAYS:
            return drafts.days_of_week(drafts.Week(week), self.on)
        last = self._day("until") or self.on
        begins = drafts.monday_of if self.report == Report.WEEKLY else drafts.quarter_of
        first = self._day("since") or begins(last)
        drafts.check_days(first, last, self.on)
        return first, last

    def _day(self, name: str) -> date | None:
        try:
            day: date | None = DayFormField(required=False).clean(self.data.get(name, ""))
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error
        return day

    def refuse_nonsense(self) -> None:
        """Raise ValidationError with a sentence for what no page offers."""
        if self.report not in FORMATS or self.format not in FORMATS[Report(self.report)]:
            raise ValidationError(_("This report is not made in this format. Choose one from the menu."))
        if not self.task_list.is_valid:
            raise ValidationError(_("Correct the conditions first; nothing is listed until then."))
        if self.report in DRAFTS:
            if self.data.get("week", "") not in ("", *drafts.Week.values):
                raise ValidationError({"week": _("Choose one of the periods.")})
            # Raises for days that make no period.
            _first, _last = self.period

    def address(self) -> str:
        """What the address says to this report and nothing else, to be asked again later."""
        names = [*self.task_list.form.fields, *BESIDE]
        query = QueryDict(mutable=True)
        for name in names:
            values = [value for value in self.data.getlist(name) if value]
            if values:
                query.setlist(name, values)
        return query.urlencode()

    def count(self) -> int:
        """Rows that its list will have; a count or a draft has few whatever it counts."""
        return self.tasks.count() if self.report in (Report.LIST, Report.LATE) else 0

    def refuse_too_much(self, rows: int) -> None:
        if self.format != Format.XLSX and rows > ON_PAPER:
            raise ValidationError(
                _("Word and PDF hold at most %(most)s rows and this list has %(rows)s. Take Excel.")
                % {"most": format_cell(ON_PAPER), "rows": format_cell(rows)}
            )


def is_small(export: Export) -> bool:
    """Can somebody wait for it?"""
    return (export.rows or 0) <= AT_ONCE[Format(export.format)]


def file_name(question: Question) -> str:
    """What it is and of which day, in letters that every system keeps."""
    words = slugify(fold(str(Report(question.report).label)))
    return f"{words}-{question.on:%Y-%m-%d}.{question.format}"


def rights_of(person: Person) -> str:
    """A digest of what the person's offices let them read today."""
    held = sorted((body, sorted(granted)) for body, granted in access.grants(person).items())
    trusted = access.bodies_as(person, RESTRICTED_READERS)
    text = json.dumps([person.is_active, person.is_superuser, held, trusted])
    return hashlib.sha256(text.encode()).hexdigest()


def document_of(export: Export, rows: int, at: datetime) -> Document:
    """The whole file, its rows not yet read; in the language that is active."""
    question = Question.of(export)
    days = {"day": format_cell(question.on)}
    if question.report in DRAFTS:
        first, last = question.period
        days = {"since": format_cell(first), "until": format_cell(last)}
    body = export.body
    head = letterhead_of(body, question.on) if body else None
    return Document(
        title=_("REPORT"),
        subject=str(SUBJECTS[question.report]) % days,
        made=_made(question.by, at),
        facts=tuple(_facts(question, rows)),
        blocks=tuple(_blocks(question)),
        letterhead=head,
        signature=signature_of(body, question.on) if body else None,
        landscape=question.report not in DRAFTS,
        author=str(question.by),
        properties=_properties(export),
    )


def _properties(export: Export) -> dict[str, str]:
    if export.report != Report.LIST:
        return {}
    names = [column.name for column in sheet.COLUMNS]
    return {sheet.PROPERTY: sheet.property_of(export.pk, export.language, names)}


def _made(by: Person, at: datetime) -> str:
    term = by.acting_membership()
    moment = at.astimezone(VIETNAM)
    made = {"time": f"{moment:%H:%M}", "day": format_cell(moment.date()), "person": by.name}
    if term:
        return _("Made at %(time)s (+07:00) on %(day)s by %(person)s, %(post)s.") % {
            **made,
            "post": term.title,
        }
    return _("Made at %(time)s (+07:00) on %(day)s by %(person)s.") % made


def _facts(question: Question, rows: int) -> Iterable[str]:
    words = conditions_in_words(question.task_list.conditions)
    yield _("Conditions: %(conditions)s. Only what the maker may see.") % {"conditions": words}
    if question.report in (Report.LIST, Report.LATE):
        yield _("Figures as of %(day)s. Rows: %(rows)s.") % {
            "day": format_cell(question.on),
            "rows": format_cell(rows),
        }
    else:
        yield _("Figures as of %(day)s.") % {"day": format_cell(question.on)}


def _blocks(question: Question) -> Iterable[Block]:
    on, due = question.on, question.due
    if question.report == Report.COUNTS:
        return [tables.five_ways(question.tasks, _grouping(question.data), on, due)]
    if question.report in DRAFTS:
        return _draft(question)
    return [_listed(question, on, due)]


def _grouping(data: QueryDict) -> Grouping:
    return GROUPINGS.get(data.get("by", ""), GROUPINGS["lead"])


def _listed(question: Question, on: date, due: str) -> Table:
    tasks = sort_tasks(question.tasks, question.task_list.sort)
    if question.report == Report.LATE:
        return tables.late_tasks(tasks, on, due)
    return tables.task_list(tasks, on, due, paper=question.format != Format.XLSX)


def _draft(question: Question) -> tuple[Block, ...]:
    orders = Order.objects.visible_to(question.by)
    if body := question.task_list.body:
        orders = orders.filter(body=body)
    scope = drafts.Scope(question.tasks, orders, question.on, *question.period)
    return drafts.weekly(scope) if question.report == Report.WEEKLY else drafts.meeting(scope)
