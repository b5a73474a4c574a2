"""The task list: quick views with counts, the conditions that are on, sorting, and its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import django_filters
from django.db.models import Case, Count, F, IntegerField, OrderBy, Value, When
from django.forms import SearchInput
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.fields import BodyField, body_label
from committees.models import Body, Person
from portal.shared.days import day_of
from portal.shared.fields import limit_choices, suggestion_attrs
from tasks.lifecycle import CURRENT, GIVEN, OPEN, Pace, Standing, State, View
from tasks.lists.filters import NO_DAY, TaskFilter
from tasks.models import Order, Task
from tasks.models.counting import Tally
from tasks.models.tasks import TaskQuerySet

PAGE = 50
QUICK = ("view", "standing")
"""The two filters that a quick view replaces; all others stay."""

SORTS = (
    ("due", _("deadline, nearest first")),
    ("-due", _("deadline, farthest first")),
    ("-updated", _("last update, newest first")),
    ("updated", _("last update, oldest first")),
    ("lead", _("lead, A to Z")),
    ("-lead", _("lead, Z to A")),
)
_COLUMNS = {"due": "due_on", "updated": "progressed_at", "lead": "lead__name_vi"}


class PageFilter(TaskFilter):
    """The filters of the API with what a page needs: a body by its name too, and the order of the rows."""

    body = django_filters.Filter(label=_("Body"), method="by_body")
    body.field_class = BodyField
    sort = django_filters.ChoiceFilter(label=_("Sort by"), choices=SORTS, method="ignore", empty_label=None)

    @property
    def on_now(self) -> dict[str, Any]:
        """The conditions that are on, by name, cleaned."""
        return {
            name: value
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "", [])
            and name not in ("sort", "part")
            and (name, value) not in (("view", GIVEN), ("deadline", "current"))
        }

    def narrowed(self, without: Iterable[str] = ()) -> TaskQuerySet:
        """The rows under all conditions that are on but the ones named."""
        tasks: TaskQuerySet = self.queryset.all()
        for name, value in self.form.cleaned_data.items():
            if name not in without:
                tasks = self.filters[name].filter(tasks, value)
        return tasks

    def sort_by(self) -> str:
        return self.form.cleaned_data.get("sort") or "due"


def filter_of(request: HttpRequest, on: date) -> PageFilter:
    """The filter of a page: unknown names in the address are no conditions, unknown values are errors."""
    person = cast(Person, request.user)
    page_filter = PageFilter(request.GET, queryset=Task.objects.visible_to(person), request=request, on=on)
    form = page_filter.form
    for name in ("standing", "at_risk", "part", "programme"):
        shown = [(value, label) for value, label in form.fields[name].choices if value]
        form.fields[name].widget.choices = [("", _("any")), *shown]
    form.fields["order"].empty_label = _("any")
    form.fields["pillar"].widget.attrs |= suggestion_attrs("pillars", "tasks:pillars", "focus once")
    form.fields["q"].widget = SearchInput(
        attrs={"placeholder": _("Find tasks, numbers of orders…"), "autocomplete": "off"}
    )
    chosen = form.cleaned_data if form.is_valid() else {}
    if body := chosen.get("body"):
        form.data = form.data.copy()
        form.data["body"] = body_label(body)
    _draw_orders(form.fields["order"], person, chosen.get("order"))
    return page_filter


def _draw_orders(field: Any, person: Person, chosen: Any) -> None:
    """The newest orders; once one is chosen only that, so that the page asks no more than without it."""
    if isinstance(chosen, Order):
        field.widget.choices = [("", field.empty_label), (chosen.pk, field.label_from_instance(chosen))]
    else:
        limit_choices(field, Order.objects.visible_to(person), None)


# Quick views


@dataclass(frozen=True)
class Chip:
    key: str
    label: Any
    count: int
    url: str
    current: bool

    @property
    def icon(self) -> str:
        return ICONS.get(self.key, "")

    @property
    def colour(self) -> str:
        return "due_soon" if self.key == "at_risk" else self.key


ICONS = {
    "overdue": "octagon-alert",
    "at_risk": "triangle-alert",
    "submitted": "hourglass",
    "due_soon": "clock-alert",
    "in_time": "clock",
    "continuous": "repeat",
    "no_deadline": "calendar-off",
    "done_on_time": "circle-check-big",
    "done_late": "calendar-x",
    "prepared": "pencil",
    "suspended": "pause",
    "withdrawn": "undo-2",
}


def chips(numbers: dict[str, int], at_risk: int, data: QueryDict) -> list[Chip]:
    """All, then every quick view that holds something or is chosen: together they are all.

    The last is no view beside the others: what is at risk is in time, too.
    """
    chosen = data.get("view") or data.get("standing") or ""
    rest = [
        Chip(view, View(view).label, numbers[view], address(data, QUICK, view=view), chosen == view)
        for view in View
        if numbers[view] or chosen == view
    ]
    risky = data.get("at_risk") == "1"
    here = address(data, ("at_risk",)) if risky else address(data, QUICK, at_risk="1")
    last = [Chip("at_risk", _("At risk"), at_risk, here, risky)] if at_risk or risky else []
    return [Chip("", _("All"), total(numbers), address(data, QUICK), not (chosen or risky)), *rest, *last]


def total(numbers: dict[str, int]) -> int:
    return sum(numbers[view] for view in View)


def tally_of(numbers: dict[str, int]) -> Tally:
    """The five-way count out of the quick views, so that a page asks once."""
    late_or_done = {name: numbers[name] for name in (View.DONE_ON_TIME, View.DONE_LATE, View.OVERDUE)}
    dated = numbers["submitted_dated"]
    five = {
        **{str(name): count for name, count in late_or_done.items()},
        str(Standing.IN_TIME): numbers[View.IN_TIME] + numbers[View.DUE_SOON] + dated,
        str(Standing.NO_DEADLINE): numbers[View.NO_DEADLINE]
        + numbers[View.CONTINUOUS]
        + numbers[View.SUBMITTED]
        - dated,
    }
    return {"given": sum(five.values()), **five}


UNSAID = (("sort", "due"), ("deadline", "current"))
"""What an address means without saying it."""


def address(data: QueryDict, without: Iterable[str] = (), **values: str) -> str:
    """The address of this list without some names and with others; always from its first page."""
    query = _said(data, (*without, *values))
    query.update(values)
    return f"?{query.urlencode()}"


def asked(data: QueryDict) -> list[tuple[str, str]]:
    """What an address says of this list, for a form that goes on from it."""
    return [(name, value) for name, values in _said(data, ()).lists() for value in values]


def _said(data: QueryDict, without: Iterable[str]) -> QueryDict:
    query = data.copy()
    for name in (*without, "page"):
        query.pop(name, None)
    for name in [name for name, value in query.items() if not value or (name, value) in UNSAID]:
        query.pop(name)
    return query


# The conditions that are on


@dataclass(frozen=True)
class Condition:
    name: str
    label: Any
    value: str
    without: str
    """The address of the list when this one is dropped."""


def conditions(page_filter: PageFilter, data: QueryDict) -> list[Condition]:
    return [
        Condition(
            name,
            _label_of(name, page_filter),
            _words_of(name, value, page_filter),
            address(data, (name, *(("part",) if name == "body" else ()))),
        )
        for name, value in page_filter.on_now.items()
    ]


def _label_of(name: str, page_filter: PageFilter) -> Any:
    part = page_filter.form.cleaned_data.get("part")
    if name == "body" and part and part != "any":
        return dict(page_filter.form.fields["part"].choices)[part]
    return page_filter.form.fields[name].label


def _words_of(name: str, value: Any, page_filter: PageFilter) -> str:
    if isinstance(value, Body):
        return value.brief
    if name == "under":
        return Task(pk=value).code
    if name == "period":
        return gettext("no day given") if value == NO_DAY else str(page_filter.form.data.get("period"))
    if value == "null":
        return str(page_filter.form.fields[name].null_label)
    choices = {**dict(View.choices), **dict(State.choices)}
    choices |= (
        dict(page_filter.form.fields[name].choices)
        if name in ("standing", "mine", "programme", "at_risk", "deadline")
        else {}
    )
    if isinstance(value, list):
        return ", ".join(str(choices[one]) for one in value)
    return str(choices.get(value, value))


def what_to_drop(page_filter: PageFilter, on: list[Condition]) -> tuple[Condition, int] | None:
    """Of the conditions that are on, the one whose absence brings the most rows, and how many; one query."""
    if not on:
        return None
    counts = [_one_number(index, page_filter.narrowed(_with_part(one.name))) for index, one in enumerate(on)]
    rows = counts[0].union(*counts[1:], all=True) if len(counts) > 1 else counts[0]
    best = max(rows, key=lambda row: int(row["n"]), default=None)
    return (on[best["index"]], best["n"]) if best and best["n"] else None


def _with_part(name: str) -> tuple[str, ...]:
    return (name, "part") if name == "body" else (name,)


def _one_number(index: int, tasks: TaskQuerySet) -> Any:
    rows = tasks.order_by().annotate(index=Value(index, IntegerField())).values("index")
    return rows.annotate(n=Count("pk"))


# Rows


def sorted_tasks(tasks: TaskQuerySet, sort: str) -> TaskQuerySet:
    """What is still to do before what is done, then by the column; those without a value last; stable."""
    name = sort.removeprefix("-")
    column = F(_COLUMNS[name])
    order = OrderBy(column, descending=sort.startswith("-"), nulls_last=True)
    closed = Case(When(state__in=OPEN, then=0), default=1, output_field=IntegerField())
    first = (closed,) if name == "due" else ()
    return tasks.order_by(*first, order, "pk")


@dataclass(frozen=True)
class Column:
    label: Any
    url: str = ""
    direction: str = ""
    """`ascending` or `descending` when the list is sorted by this column."""


def column(name: str, label: Any, sort: str, data: QueryDict, first: str = "") -> Column:
    """A heading that sorts: once more turns the order round. `first` is the sign of the first click."""
    turned = (name if sort == f"-{name}" else f"-{name}") if sort.removeprefix("-") == name else first + name
    direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return Column(label, address(data, sort=turned), direction)


def columns(sort: str, data: QueryDict) -> dict[str, Column]:
    return {
        "lead": column("lead", _("Lead"), sort, data),
        "due": column("due", _("Deadline"), sort, data),
        "updated": column("updated", _("Updated"), sort, data, first="-"),
    }


@dataclass(frozen=True)
class Row:
    """A task as a list shows it on a day."""

    task: Task
    mark: str
    """Standing or state: what the label says."""
    days: int | None
    waits: bool
    """Reported late and not judged yet: overdue, and waiting for confirmation too."""
    at_risk: bool = False


def row_of(task: Task, on: date, due: str = CURRENT) -> Row:
    standing = task.standing(on, due)
    waits = task.state == State.SUBMITTED
    if waits and standing != Standing.OVERDUE and task.submitted_at:
        return Row(task, "submitted", (on - day_of(task.submitted_at)).days, False)
    left = task.days_left(on, due) if standing else None
    return Row(task, str(standing or task.state), left, waits, task.pace(on, due) == Pace.AT_RISK)


def rows_of(tasks: Iterable[Task], on: date, due: str = CURRENT) -> list[Row]:
    return [row_of(task, on, due) for task in tasks]


def pillars(person: Person) -> list[str]:
    """The pillars of the tasks this person sees, for the help under the field."""
    seen = Task.objects.visible_to(person).exclude(pillar="").order_by("pillar")
    return list(seen.values_list("pillar", flat=True).distinct()[:60])


def may_prepare(person: Person) -> bool:
    """Does the person prepare tasks for any body today?"""
    return access.bodies(person, "draft_tasks").exists()


def printed(on: list[Condition], sort: str, count: int) -> str:
    """The filters in words, for paper."""
    said = "; ".join(f"{one.label}: {one.value}" for one in on)
    order = dict(SORTS)[sort]
    return gettext("Conditions: %(conditions)s. Sorted by %(order)s. Tasks: %(count)s.") % {
        "conditions": said or gettext("none"),
        "order": order,
        "count": count,
    }
