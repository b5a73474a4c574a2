"""By what tasks are counted: the field, what its values are called, and the filter that lists each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.functions import TruncMonth, TruncQuarter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees.access import Asker
from committees.models import Body
from portal.shared.verdicts import Sentence
from tasks.lifecycle import COUNTED, CURRENT, State
from tasks.lists.filters import NO_DAY
from tasks.lists.tallies import tallies_seen_by
from tasks.models import Order, Task
from tasks.models.counting import Tally
from tasks.models.tasks import TaskQuerySet

# The value of a group → its name, and the filter that lists it.
Names = dict[Any, tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Grouping:
    label: Sentence
    head: Sentence
    noun: Sentence
    field: str
    names: Callable[[Iterable[Any]], Names]
    # For a period: how its first day is had from the column of the deadline.
    first_day: Callable[[str], Any] | None = None

    def of(self, tasks: TaskQuerySet, due: str = CURRENT) -> TaskQuerySet:
        """The tasks with the field by which they are counted."""
        return tasks.annotate(**{self.field: self.first_day(due)}) if self.first_day else tasks

    def tallies_seen_by(self, person: Asker, on: date, due: str) -> dict[Any, Tally]:
        """Of all that the person sees, with what is at risk, suspended and withdrawn beside the five."""
        if self.field == "lead_id":
            return tallies_seen_by(person, on, "lead_id", due)
        seen = self.of(Task.objects.visible_to(person), due)
        outside = {str(state): Q(state=state) for state in (State.SUSPENDED, State.WITHDRAWN)}
        tallies = seen.tallies(on, self.field, due, (*COUNTED, *map(State, outside)), **outside)
        risks = seen.risks(on, self.field, due)
        return {key: {**tally, "at_risk": risks.get(key, 0)} for key, tally in tallies.items()}

    def in_order(self, tallies: dict[Any, Tally]) -> list[tuple[Any, Tally]]:
        """Periods one after the other, those without a day last; all else most overdue first."""
        return sorted(tallies.items(), key=_by_day if self.first_day else _most_overdue_first)


def _by_day(group: tuple[Any, Tally]) -> tuple[bool, date]:
    return group[0] is None, group[0] or date.max


def _most_overdue_first(group: tuple[Any, Tally]) -> tuple[int, int, str]:
    key, tally = group
    return -tally["overdue"], -tally["given"], str(key)


def _bodies(keys: Iterable[Any]) -> Names:
    rows = Body.objects.in_bulk(list(keys))
    return {pk: (body.brief, {"body": body.code, "part": "lead"}) for pk, body in rows.items()}


def _orders(keys: Iterable[Any]) -> Names:
    rows = Order.objects.in_bulk([key for key in keys if key])
    names: Names = {pk: (order.number, {"order": str(pk)}) for pk, order in rows.items()}
    return {**names, None: (_("Without an order"), {"order": "null"})}


def _pillars(keys: Iterable[Any]) -> Names:
    return {key: (key or _("Without a pillar"), {"pillar": key or "-"}) for key in keys}


def _months(keys: Iterable[Any]) -> Names:
    days = [key for key in keys if key]
    names: Names = {day: (f"{day:%m/%Y}", {"period": f"{day:%Y-%m}"}) for day in days}
    return {**names, None: (_("No day given"), {"period": NO_DAY})}


ROMAN = ("I", "II", "III", "IV")


def _quarters(keys: Iterable[Any]) -> Names:
    names: Names = {None: (_("No day given"), {"period": NO_DAY})}
    for day in [key for key in keys if key]:
        quarter = (day.month + 2) // 3
        label = _("Quarter %(quarter)s/%(year)s") % {"quarter": ROMAN[quarter - 1], "year": day.year}
        names[day] = label, {"period": f"{day.year}-Q{quarter}"}
    return names


GROUPINGS = {
    "lead": Grouping(
        gettext_lazy("By lead body"), gettext_lazy("Lead body"), gettext_lazy("bodies"), "lead_id", _bodies
    ),
    "order": Grouping(
        gettext_lazy("By order"), gettext_lazy("Order"), gettext_lazy("orders"), "order_id", _orders
    ),
    "pillar": Grouping(
        gettext_lazy("By pillar"), gettext_lazy("Pillar"), gettext_lazy("pillars"), "pillar", _pillars
    ),
    "month": Grouping(
        gettext_lazy("By month"),
        gettext_lazy("Month of the deadline"),
        gettext_lazy("months"),
        "month",
        _months,
        TruncMonth,
    ),
    "quarter": Grouping(
        gettext_lazy("By quarter"),
        gettext_lazy("Quarter of the deadline"),
        gettext_lazy("quarters"),
        "quarter",
        _quarters,
        TruncQuarter,
    ),
}
