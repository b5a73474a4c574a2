"""Fields of a deadline that several forms share: one that has passed, and the cycle of a recurring task."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.shared.day_fields import DayFormField
from tasks.actions.cycles import REQUIRED_CYCLE_FIELDS
from tasks.cycles import Cycle
from tasks.forms.common import NUMERIC
from tasks.models import Recurrence, Task


class PastDeadlineFields(forms.Form):
    """The tick that says that a deadline which has passed is meant."""

    past_deadline = forms.BooleanField(
        label=_("The deadline has already passed, and this is meant"), required=False
    )

    @property
    def asks_past_deadline(self) -> bool:
        """A page shows the tick once the action has asked for it, or it was given."""
        return "past_deadline" in self.errors or bool(self.data.get(self.add_prefix("past_deadline")))


class CycleFields(forms.Form):
    """The cycle of a recurring task; the fields are always there and seldom filled in."""

    every = forms.ChoiceField(
        label=_("How often"), choices=[("", "–"), *Recurrence.Every.choices], required=False
    )
    day = forms.IntegerField(
        label=_("Day"),
        required=False,
        help_text=_("1 (Monday) to 7 of a week, else 1 to 31; the last day where the month is shorter."),
        widget=NUMERIC,
    )
    month = forms.IntegerField(
        label=_("Month in the period"),
        required=False,
        help_text=_("For a quarter, half-year or year: 1 for its first month."),
        widget=NUMERIC,
    )
    starts_on = DayFormField(label=_("First day of the cycle"), required=False)
    until = DayFormField(label=_("Last day of the cycle"), required=False)

    def clean(self) -> dict[str, Any]:
        """Every part of the cycle is required once the deadline recurs or any part is filled in."""
        cleaned = super().clean() or {}
        recurring = cleaned.get("due_kind") == Task.DueKind.RECURRING
        if recurring or any(cleaned.get(name) for name in REQUIRED_CYCLE_FIELDS):
            for name, missing in REQUIRED_CYCLE_FIELDS.items():
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, missing)
        return cleaned

    @property
    def cycle(self) -> Cycle | None:
        data = self.cleaned_data
        if not data["every"]:
            return None
        return Cycle(
            every=data["every"],
            day=data["day"],
            starts_on=data["starts_on"],
            until=data["until"],
            month=data["month"] if data["month"] is not None else 1,
        )


def cycle_initial(task: Task) -> dict[str, Any]:
    """The values of `CycleFields` when the form of a task is opened."""
    return asdict(task.cycle) if task.cycle else {}
