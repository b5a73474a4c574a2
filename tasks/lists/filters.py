"""The filters of the task list: the same names in the page's URL, the API and every link with a count."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import CharField, IntegerField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees.access import Asker
from committees.models import Body
from portal.shared.day_fields import validate_day
from portal.shared.days import today
from portal.shared.text import tidy, validate_plain
from tasks.lifecycle import CURRENT, FIRST, GIVEN, Pace, Standing, State, View
from tasks.lists.duties import Duties, Mine
from tasks.models import Order, Task
from tasks.models.orders import OrderQuerySet
from tasks.models.tasks import TaskQuerySet

PARTS = (
    ("any", _("any part")),
    ("assigner", _("assigner")),
    ("lead", _("lead")),
    ("co_lead", _("co-lead")),
    ("coordinating", _("coordinating")),
    ("former_lead", _("former lead")),
)

RISKS = (("1", _("at risk")), ("0", _("on schedule")))

# Each of the three colours → the filter that lists exactly its tasks.
PACES = {
    "on_schedule": {"at_risk": "0"},
    "at_risk": {"at_risk": "1"},
    "late": {"standing": str(Standing.OVERDUE)},
}

DEADLINES = (("current", _("the current deadline")), ("first", _("the first deadline")))


# Filters that leave few tasks, which an index finds.
NARROW = ("mine", "order", "under", "body", "q")

# The period of the tasks whose deadline is no day: a hyphen, so that a count of these is a link too.
NO_DAY = "-"


def column_of(deadline: str | None) -> str:
    """The column that `deadline=first` or `deadline=current` asks of."""
    return FIRST if deadline == "first" else CURRENT


def parse_period(text: str) -> tuple[date, date]:
    """First and last day of `2025`, `2025-Q4`, `2025-11` or `2025-11-24..2025-11-30`.

    Raises ValueError when the text is none of these.
    """
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", text):
        return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text, re.IGNORECASE):
        return _months(int(match[1]), int(match[2]) * 3 - 2, 3)
    if match := re.fullmatch(r"(\d{4})-(\d\d)", text):
        return _months(int(match[1]), int(match[2]), 1)
    if match := re.fullmatch(r"\d{4}", text):
        return _months(int(text), 1, 12)
    raise ValueError(text)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    last_month = month + count - 1
    return date(year, month, 1), date(year, last_month, monthrange(year, last_month)[1])


def search_q(words: str, *, by_index: bool = True) -> Q:
    """The words stand in the task or in its order, or it is the task of that code.

    Not by the index: for the first tasks of a list, when very many have the words.
    """
    if code := re.fullmatch(r"(?i)nv-?(\d{1,9})", words):
        return Q(pk=int(code[1]))
    orders = Order.objects.matching(words).order_by().values("pk")
    return TaskQuerySet.words_q(words, by_index=by_index) | TaskQuerySet.keys_q(orders, "order_id")


class PlainField(CharField):
    def to_python(self, value: Any) -> Any:
        text = tidy(super().to_python(value) or "")
        validate_plain(text)
        return text


class PeriodField(PlainField):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text == NO_DAY:
            return text
        if not text:
            return None
        try:
            period = parse_period(text)
        except ValueError as error:
            raise ValidationError(_("Write a period as 2025, 2025-Q4 or 2025-11.")) from error
        for day in period:
            validate_day(day)
        return period


class TextFilter(django_filters.CharFilter):
    field_class = PlainField


class PeriodFilter(django_filters.Filter):
    field_class = PeriodField


class KeyFilter(django_filters.Filter):
    """The number of a task, within what the database can hold."""

    field_class = IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)


class YearFilter(django_filters.Filter):
    field_class = IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1945, max_value=2100, **kwargs)


class TaskFilter(django_filters.FilterSet):
    """The conditions of a list of tasks; `person` is who reads it, for an API that of its request."""

    # Only the filters that a request names are made. A page draws a field for each of them.
    takes_named = True

    standing = django_filters.ChoiceFilter(
        label=_("Standing"),
        choices=[*Standing.choices, ("submitted", _("waiting for confirmation"))],
        method="by_standing",
    )
    view = django_filters.ChoiceFilter(
        label=_("Quick view"), choices=[*View.choices, (GIVEN, _("Given"))], method="by_view"
    )
    at_risk = django_filters.ChoiceFilter(label=_("Risk"), choices=RISKS, method="by_risk")
    deadline = django_filters.ChoiceFilter(
        label=_("Counted by"), choices=DEADLINES, method="ignore", empty_label=None
    )
    mine = django_filters.ChoiceFilter(label=_("My work"), choices=Mine.choices, method="by_duty")
    state = django_filters.MultipleChoiceFilter(label=pgettext_lazy("task", "State"), choices=State.choices)
    body = django_filters.ModelChoiceFilter(
        label=_("Body"),
        queryset=Body.objects.all(),
        to_field_name="code",
        method="by_body",
        error_messages={"invalid_choice": _("There is no body with this code.")},
    )
    part = django_filters.ChoiceFilter(label=_("Part"), choices=PARTS, method="ignore")
    under = KeyFilter(label=_("Below the task"), method="by_task_above")
    within = django_filters.ModelChoiceFilter(
        label=_("Led in or below"),
        queryset=Body.objects.all(),
        to_field_name="code",
        method="by_lead_within",
        error_messages={"invalid_choice": _("There is no body with this code.")},
    )
    order = django_filters.ModelChoiceFilter(
        label=_("Order"),
        queryset=Order.objects.all(),
        null_label=_("without an order"),
        error_messages={"invalid_choice": _("There is no such order.")},
    )
    pillar = TextFilter(label=_("Pillar"), max_length=120, method="by_pillar")
    programme = django_filters.ChoiceFilter(label=_("Programme"), choices=Task.Programme.choices)
    period = PeriodFilter(label=_("Due in"), method="by_period")
    q = TextFilter(label=_("Words"), max_length=200, method="by_words")

    class Meta:
        model = Task
        fields: tuple[str, ...] = ()

    def __init__(
        self, *args: Any, person: Asker | None = None, on: date | None = None, **kwargs: Any
    ) -> None:
        if self.takes_named and (data := kwargs.get("data", args[0] if args else None)):
            # A copy of a filter and a field for each name that nobody asked for took a fifth of a request.
            named = {name: row for name, row in type(self).base_filters.items() if name in data}
            self.__dict__["base_filters"] = named
        super().__init__(*args, **kwargs)
        self.on = on or today()
        self.person: Asker | None = person or getattr(self.request, "user", None)
        if self.person is not None and self.data.get("order"):
            self.filters["order"].field.queryset = Order.objects.each_visible_to(self.person)

    @property
    def due(self) -> str:
        """The column of the deadline that standings and periods are asked of."""
        return column_of(self.form.cleaned_data.get("deadline"))

    def by_standing(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        if value == State.SUBMITTED:
            return tasks.filter(state=State.SUBMITTED)
        return tasks.standing(value, self.on, self.due)

    def by_view(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        return tasks.in_view(value, self.on, self.due)

    def by_risk(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        return tasks.pace(Pace.AT_RISK if value == "1" else Pace.ON_SCHEDULE, self.on, self.due)

    def by_duty(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        return tasks.filter(Duties.of(self.person, self.on).q(value)) if self.person else tasks.none()

    def by_pillar(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        """A hyphen asks for the tasks without one, so that a count of these is a link too."""
        return tasks.filter(pillar="" if value == "-" else value)

    def by_body(self, tasks: TaskQuerySet, name: str, value: Body) -> TaskQuerySet:
        return tasks.filter(TaskQuerySet.part_q(value, self.form.cleaned_data.get("part") or "any"))

    def by_task_above(self, tasks: TaskQuerySet, name: str, value: int) -> TaskQuerySet:
        return tasks.under(value)

    def by_lead_within(self, tasks: TaskQuerySet, name: str, value: Body) -> TaskQuerySet:
        """Led by the body or by any below it."""
        return tasks.filter(lead__path__startswith=value.path)

    def ignore(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        """`part` says which part `body` plays, `deadline` which day others ask of: alone they ask nothing."""
        return tasks

    def by_period(self, tasks: TaskQuerySet, name: str, value: tuple[date, date] | str) -> TaskQuerySet:
        if value == NO_DAY:
            return tasks.filter(**{f"{self.due}__isnull": True})
        return tasks.filter(**{f"{self.due}__range": value})

    def by_words(self, tasks: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        return tasks.filter(search_q(value))

    def narrow(self, tasks: TaskQuerySet, without: Iterable[str] = ()) -> TaskQuerySet:
        """Those of the tasks that meet all conditions that are on but the ones named."""
        for name, value in self.form.cleaned_data.items():
            if name not in without:
                tasks = self.filters[name].filter(tasks, value)
        return tasks

    def lists_of(self, person: Asker, without: Iterable[str] = ()) -> list[TaskQuerySet]:
        """All that the person sees under the conditions, as lists that have no task in common: to be counted.

        What a narrow condition finds is little: each row of it is asked by itself whether the person sees it.
        """
        values = self.form.cleaned_data
        is_narrow = any(values.get(name) not in (None, "") for name in NARROW if name not in without)
        lists = [Task.objects.visible_to(person)] if is_narrow else Task.objects.visible_apart(person)
        return [self.narrow(tasks, without) for tasks in lists]


class OrderFilter(django_filters.FilterSet):
    q = TextFilter(label=_("Number or words"), max_length=200, method="by_words")
    body = django_filters.ModelChoiceFilter(
        label=_("Body"),
        queryset=Body.objects.all(),
        to_field_name="code",
        error_messages={"invalid_choice": _("There is no body with this code.")},
    )
    kind = django_filters.ChoiceFilter(label=_("Type"), choices=Order.Kind.choices)
    issuer = TextFilter(label=_("Issuer"), max_length=200, method="by_issuer")
    year = YearFilter(label=_("Year"), method="by_year")

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()

    def by_words(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        return orders.matching(value).best_first(value)

    def by_issuer(self, orders: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        return orders.issued_by(value)

    def by_year(self, orders: OrderQuerySet, name: str, value: int) -> OrderQuerySet:
        return orders.of_year(value)
