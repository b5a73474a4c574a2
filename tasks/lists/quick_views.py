"""The quick views above the task list: how many tasks each holds, and its link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.lifecycle import CURRENT, Standing, View
from tasks.lists.addresses import list_address
from tasks.models.counting import Tally
from tasks.models.tasks import TaskQuerySet, count_first_views, count_views

# The filters that a quick view replaces; all others stay on.
QUICK = ("view", "standing")

OPEN_VIEWS = (
    *(View.OVERDUE, View.SUBMITTED, View.DUE_SOON, View.IN_TIME),
    *(View.CONTINUOUS, View.NO_DEADLINE),
)

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


@dataclass(frozen=True)
class ViewCounts:
    """How many tasks each quick view holds; every task is in exactly one view."""

    numbers: Mapping[str, int]
    """As `count_views` gives them."""
    is_whole: bool = True
    """Whether all tasks are counted; else only the first that were found, the open ones before the others."""
    keys: Sequence[int] = ()
    """Of what was counted, where only the first are."""

    @classmethod
    def of(cls, tasks: TaskQuerySet, on: date, due: str = CURRENT) -> ViewCounts:
        return cls.of_many([tasks], on, due)

    @classmethod
    def of_many(cls, lists: Sequence[TaskQuerySet], on: date, due: str = CURRENT) -> ViewCounts:
        """Of lists that have no task in common, in one query."""
        return cls(count_views(lists, on, due))

    @classmethod
    def of_first(cls, lists: Sequence[TaskQuerySet], on: date, due: str, most: int) -> ViewCounts:
        """Of so many tasks at most, in lists that have none in common."""
        numbers, keys = count_first_views(lists, on, due, most)
        return cls(numbers, len(keys) <= most, keys)

    def __getitem__(self, view: str) -> int:
        return self.numbers[view]

    @property
    def total(self) -> int:
        return sum(self.numbers[view] for view in View)

    @property
    def open(self) -> int:
        return sum(self.numbers[view] for view in OPEN_VIEWS)

    @property
    def tally(self) -> Tally:
        """The five-way count, added up from the views, so that a page counts only once."""
        numbers = self.numbers
        # A report that waits stands in time when there is a deadline, and has none when there is not.
        dated = numbers["submitted_dated"]
        five = {
            str(Standing.DONE_ON_TIME): numbers[View.DONE_ON_TIME],
            str(Standing.DONE_LATE): numbers[View.DONE_LATE],
            str(Standing.OVERDUE): numbers[View.OVERDUE],
            str(Standing.IN_TIME): numbers[View.IN_TIME] + numbers[View.DUE_SOON] + dated,
            str(Standing.NO_DEADLINE): numbers[View.NO_DEADLINE]
            + numbers[View.CONTINUOUS]
            + numbers[View.SUBMITTED]
            - dated,
        }
        return {"given": sum(five.values()), **five}


@dataclass(frozen=True)
class Chip:
    """The link to a quick view, with how many tasks it lists."""

    key: str
    label: Sentence
    count: int | None
    """None when more were found than are counted."""
    url: str
    current: bool

    @property
    def icon(self) -> str:
        return ICONS.get(self.key, "")

    @property
    def colour(self) -> str:
        return "due_soon" if self.key == "at_risk" else self.key


def chips(counts: ViewCounts, at_risk: int | None, params: QueryDict) -> list[Chip]:
    """All, then each quick view that holds something, may hold something or is chosen: together they are all.

    The last one is no view beside the others: a task at risk is in time, too.
    """
    chosen = params.get("view") or params.get("standing") or ""
    risk_chosen = params.get("at_risk") == "1"
    total = counts.total if counts.is_whole else None
    everything = Chip("", _("All"), total, list_address(params, QUICK), not (chosen or risk_chosen))
    views = [
        Chip(
            view,
            View(view).label,
            counts[view] if counts.is_whole else None,
            list_address(params, QUICK, view=view),
            chosen == view,
        )
        for view in View
        if counts[view] or chosen == view or not counts.is_whole
    ]
    if not (at_risk or risk_chosen):
        return [everything, *views]
    # Chosen once more, it is switched off.
    url = list_address(params, ("at_risk",)) if risk_chosen else list_address(params, QUICK, at_risk="1")
    return [everything, *views, Chip("at_risk", _("At risk"), at_risk, url, risk_chosen)]
