"""The task list: one object that its page, its exports and what is done to many tasks share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import django_filters
from django.core.paginator import Page
from django.db.models import Count, IntegerField, Value
from django.forms import Form
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.fields import BodyField
from committees.models import Body, Person
from portal.shared.verdicts import Sentence
from tasks.lifecycle import GIVEN, Pace, Standing, State, View
from tasks.lists.addresses import list_address
from tasks.lists.filters import NO_DAY, TaskFilter, search_q
from tasks.lists.paging import CountedPaginator, OpenFirst
from tasks.lists.quick_views import QUICK, Chip, ViewCounts, chips
from tasks.lists.rows import TaskRow, sort_tasks, sort_within_state
from tasks.lists.tallies import views_seen_by
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet, count_all

PAGE_SIZE = 50
# All columns that a row of the page shows or its check box asks; the others of fifty tasks are not fetched.
ROW_COLUMNS = (
    *("title", "title_en", "number", "state", "unsure", "percent", "risk_days", "assigner_id"),
    *("due_kind", "due_on", "original_due_on", "due_words", "after_days", "after_event"),
    *("progressed_at", "assigned_at", "submitted_at"),
    *("order__number", "lead__name_vi", "lead__name_en", "lead__short_name"),
)
# Standings that list what the quick view of the same name lists.
SAME_AS_VIEW = (Standing.OVERDUE, Standing.DUE_SOON, Standing.DONE_ON_TIME, Standing.DONE_LATE)
MAX_PILLARS = 60
# A search counts and pages no further: whoever finds so many adds a word. All other counts are exact.
MAX_FOUND = 1000
# Words in more open tasks than these are looked for in the reader's tasks, not in the index of words.
COMMON = 3000

SORTS = (
    ("due", _("deadline, nearest first")),
    ("-due", _("deadline, farthest first")),
    ("-updated", _("last update, newest first")),
    ("updated", _("last update, oldest first")),
    ("lead", _("lead, A to Z")),
    ("-lead", _("lead, Z to A")),
)


class PageFilter(TaskFilter):
    """The filters of the API with what a page needs: a body by its name too, and the order of the rows."""

    takes_named = False

    body = django_filters.Filter(label=_("Body"), method="by_body")
    body.field_class = BodyField
    sort = django_filters.ChoiceFilter(label=_("Sort by"), choices=SORTS, method="ignore", empty_label=None)


@dataclass(frozen=True)
class Condition:
    """A filter that is on, in words."""

    name: str
    label: Sentence
    value: str
    without: str
    """The address of the list when this condition is dropped."""


@dataclass(frozen=True)
class Column:
    """A heading by which the list is sorted when somebody clicks on it."""

    label: Sentence
    url: str
    direction: str
    """`ascending` or `descending` when the list is sorted by this column, else empty."""


class TaskList:
    """The tasks that a person sees on a day, narrowed and sorted by the parameters of an address.

    Unknown parameters are no conditions; unknown values are errors of `form`, and nothing else may be asked
    while it has any. Each part is read when it is first asked for, so an export pays for no count of a page.
    """

    def __init__(self, person: Person, params: QueryDict, on: date) -> None:
        self.person, self.params, self.on = person, params, on
        self._filter = PageFilter(params, queryset=Task.objects.visible_to(person), person=person, on=on)
        self.form: Form = self._filter.form

    @property
    def is_valid(self) -> bool:
        return self.form.is_valid()

    # The conditions

    @property
    def due(self) -> str:
        """The column of the deadline that standings are asked of."""
        return self._filter.due

    @property
    def sort(self) -> str:
        return self.form.cleaned_data.get("sort") or "due"

    @property
    def body(self) -> Body | None:
        """The body that a condition names."""
        return self.form.cleaned_data.get("body")

    @cached_property
    def conditions(self) -> list[Condition]:
        """The filters that are on; `sort` and `part` alone ask nothing."""
        return [
            Condition(
                name,
                self._label_of(name),
                self._words_for(name, value),
                list_address(self.params, _with_part(name)),
            )
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "", [])
            and name not in ("sort", "part")
            and (name, value) not in (("view", GIVEN), ("deadline", "current"))
        ]

    def _label_of(self, name: str) -> Sentence:
        part = self.form.cleaned_data.get("part")
        if name == "body" and part and part != "any":
            label: Sentence = self._choices_of("part")[part]
            return label
        return self.form.fields[name].label or ""

    def _words_for(self, name: str, value: Any) -> str:
        if isinstance(value, Body):
            return value.brief
        if name == "under":
            return Task(pk=value).code
        if name == "period":
            return gettext("no day given") if value == NO_DAY else str(self.form.data.get("period"))
        if value == "null":
            field: Any = self.form.fields[name]
            return str(field.null_label)
        choices: dict[Any, Any] = {**dict(View.choices), **dict(State.choices)}
        if name in ("standing", "mine", "programme", "at_risk", "deadline"):
            choices |= self._choices_of(name)
        if isinstance(value, list):
            return ", ".join(str(choices[each]) for each in value)
        return str(choices.get(value, value))

    def _choices_of(self, name: str) -> dict[Any, Any]:
        field: Any = self.form.fields[name]
        return dict(field.choices)

    @property
    def _words(self) -> str:
        return self.form.cleaned_data.get("q") or ""

    # The tasks

    def tasks(self, without: Iterable[str] = ()) -> TaskQuerySet:
        """The tasks under all conditions that are on but the ones named, in no order."""
        tasks: TaskQuerySet = self._filter.queryset.all()
        return self._filter.narrow(tasks, without)

    def sorted_tasks(self) -> TaskQuerySet:
        """Each with what a row shows, in the order that was chosen."""
        return sort_tasks(self.tasks().for_list(), self.sort)

    # What a page shows of them

    @cached_property
    def counts(self) -> ViewCounts:
        """Of the list without a quick view, so that each chip says what it would list."""
        narrowed = any(
            value not in (None, "", [])
            for name, value in self.form.cleaned_data.items()
            if name not in (*QUICK, "sort", "part", "deadline")
        )
        if not narrowed:
            return ViewCounts(views_seen_by(self.person, self.on, self.due))
        if self._words:
            return self._first_found(QUICK)
        return ViewCounts.of_many(self._filter.lists_of(self.person, QUICK), self.on, self.due)

    @property
    def chips(self) -> list[Chip]:
        at_risk = self.tasks((*QUICK, "at_risk")).pace(Pace.AT_RISK, self.on, self.due)
        return chips(self.counts, at_risk.count() if self.counts.is_whole else None, self.params)

    @cached_property
    def _listed(self) -> ViewCounts:
        """Of the list itself, where its words are found more often than is counted."""
        if not any(self.form.cleaned_data.get(name) for name in QUICK):
            return self.counts
        return self._first_found()

    def _first_found(self, without: Iterable[str] = ()) -> ViewCounts:
        lists = [self.tasks(without)]
        if self._has_common_words:
            lists = self._filter.lists_of(self.person, (*without, "q"))
            lists = [tasks.filter(search_q(self._words, by_index=False)) for tasks in lists]
        return ViewCounts.of_first(lists, self.on, self.due, MAX_FOUND)

    @cached_property
    def _has_common_words(self) -> bool:
        """Whether the words stand in so many tasks of whomever that their index would find too many.

        PostgreSQL cannot know: it takes the words for independent, and finds a hundred times what it expects.
        For somebody who reads all of them, what is found first is enough.
        """
        if access.reach(self.person, "view_tasks") is None:
            return False
        tasks = Task.objects.open().filter(search_q(self._words)).order_by()
        return tasks[: COMMON + 1].count() > COMMON

    @cached_property
    def is_counted(self) -> bool:
        """Whether the count is of all; else it is of the first, and that is as far as the pages go."""
        return self.counts.is_whole or self._listed.is_whole

    @cached_property
    def count(self) -> int:
        if not self.counts.is_whole:
            return min(self._listed.total, MAX_FOUND)
        standing, view = (self.form.cleaned_data.get(name) for name in ("standing", "view"))
        if standing in SAME_AS_VIEW and not view:
            return self.counts[standing]
        # Of these the quick views have no count.
        if standing or view == GIVEN:
            return count_all(self._filter.lists_of(self.person))
        return self.counts[view] if view else self.counts.total

    @cached_property
    def page(self) -> Page[Task]:
        """The count is told: the quick views have it."""
        by_due = self.sort.removeprefix("-") == "due"
        rows = self._open_first() if by_due else self.sorted_tasks()
        paginator = CountedPaginator(rows, PAGE_SIZE, self.count, is_cut=not self.is_counted)
        return paginator.get_page(self.params.get("page"))

    def _open_first(self) -> OpenFirst:
        opened = closed = self.tasks()
        if self._words and self.counts.is_whole:
            opened = closed = self.tasks(("q",)).filter(pk__in=self.counts.keys)
        elif self._words:
            # The first of so many are soon met on the way along the deadlines.
            closed = self.tasks(("q",)).filter(search_q(self._words, by_index=False))
            opened = closed if self._has_common_words or self._listed.open > MAX_FOUND else opened
        open_rows, closed_rows = (
            sort_within_state(tasks.select_related("lead", "order").only(*ROW_COLUMNS), self.sort)
            for tasks in (opened.open(), closed.closed())
        )
        return OpenFirst(open_rows, closed_rows, self.count)

    @cached_property
    def rows(self) -> list[TaskRow]:
        """Of the page."""
        return [TaskRow.of(task, self.on, self.due) for task in self.page]

    @property
    def columns(self) -> dict[str, Column]:
        return {
            "lead": self._column("lead", _("Lead")),
            "due": self._column("due", _("Deadline")),
            "updated": self._column("updated", _("Updated"), newest_first=True),
        }

    def _column(self, name: str, label: Sentence, *, newest_first: bool = False) -> Column:
        """One more click turns the order round."""
        directions = {name: "ascending", f"-{name}": "descending"}
        if self.sort in directions:
            following = name if self.sort == f"-{name}" else f"-{name}"
        else:
            following = f"-{name}" if newest_first else name
        return Column(label, list_address(self.params, sort=following), directions.get(self.sort, ""))

    def what_to_drop(self) -> tuple[Condition, int] | None:
        """Of the conditions that are on, the one whose absence brings most tasks, and how many; one query."""
        if not self.conditions:
            return None
        if len(self.conditions) == 1:
            # Without it, all that the person sees, which is kept.
            total = ViewCounts(views_seen_by(self.person, self.on)).total
            return (self.conditions[0], total) if total else None
        numbers = [
            self.tasks(_with_part(condition.name))
            .order_by()
            .annotate(index=Value(index, IntegerField()))
            .values("index")
            .annotate(n=Count("pk"))
            for index, condition in enumerate(self.conditions)
        ]
        rows = numbers[0].union(*numbers[1:], all=True) if len(numbers) > 1 else numbers[0]
        best = max(rows, key=lambda row: int(row["n"]), default=None)
        return (self.conditions[best["index"]], best["n"]) if best and best["n"] else None

    def printed_conditions(self) -> str:
        """The conditions, the order and the count in words, for paper."""
        return gettext("Conditions: %(conditions)s. Sorted by %(order)s. Tasks: %(count)s.") % {
            "conditions": conditions_in_words(self.conditions),
            "order": dict(SORTS)[self.sort],
            "count": self.count if self.is_counted else gettext("more than %(n)s") % {"n": self.count},
        }


def conditions_in_words(conditions: Iterable[Condition]) -> str:
    words = "; ".join(f"{condition.label}: {condition.value}" for condition in conditions)
    return words or gettext("none")


def pillars_seen_by(person: Person) -> list[str]:
    """The pillars of the tasks that this person sees, for the help under the field."""
    tasks = Task.objects.visible_to(person).exclude(pillar="").order_by("pillar")
    return list(tasks.values_list("pillar", flat=True).distinct()[:MAX_PILLARS])


def _with_part(name: str) -> tuple[str, ...]:
    """Without a body, the part that it plays asks nothing."""
    return (name, "part") if name == "body" else (name,)
