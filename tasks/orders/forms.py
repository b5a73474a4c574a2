"""Forms of orders: entering one, relating two, and deciding on the tasks of one that was replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.models import Person
from portal.shared.changes import ChangesForm
from portal.shared.day_fields import DayFormField
from portal.shared.fields import PlainField, limit_choices
from tasks.forms.common import upload_field
from tasks.models import Order, OrderRelation, Task
from tasks.orders.actions import ENTERED_FIELDS
from tasks.orders.fields import OrderField
from tasks.orders.relation_actions import Decision, Fate

_CODE = re.compile(r"(?i)nv-?(\d{1,9})\b")


def _kinds() -> list[tuple[str, str]]:
    return [(kind, OrderRelation(kind=kind).words) for kind in OrderRelation.Kind]


class OrderForm(ChangesForm):
    issued_on = DayFormField(label=_("Date"), required=False)
    file = upload_field()
    ask_until = DayFormField(
        label=_("Last day to ask for an extension"),
        required=False,
        help_text=_("After this day nobody can ask for a later deadline. Empty: no last day."),
    )

    class Meta:
        model = Order
        fields = ENTERED_FIELDS

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_choices(self.fields["body"], access.bodies(person, "draft_tasks"), None)

    def _post_clean(self) -> None:
        """Leave the instance alone: the action checks the row."""

    def fill(self, order: Order) -> Order:
        for name in self.Meta.fields:
            setattr(order, name, self.cleaned_data[name])
        return order


class RelationForm(forms.Form):
    kind = forms.ChoiceField(label=_("What this order does"), choices=_kinds)
    other = OrderField(
        label=_("The other order"), help_text=_("Its number as 02-KH/BCĐTW; the list helps to choose.")
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["other"]
        field.among = Order.objects.visible_to(person)


class SettleForm(forms.Form):
    """One decision for each task that the person may decide on; an empty one is as for all the others."""

    rest = forms.ChoiceField(label=_("For all the others"), required=False)
    reason = PlainField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands with each task that does not stay as it is."),
    )

    def __init__(
        self,
        *args: Any,
        options: Mapping[Task, Sequence[str]],
        successors: Sequence[Task],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.options, self.successors = options, successors
        labels = dict(Fate.choices)
        possible = {fate for fates in options.values() for fate in fates}
        common = [fate for fate in Fate if fate in possible and fate != Fate.SUPERSEDE]
        rest: Any = self.fields["rest"]
        rest.choices = [("", _("nothing: decide on each")), *((fate, labels[fate]) for fate in common)]
        for task, fates in options.items():
            choices = [("", _("as for all the others")), *((fate, labels[fate]) for fate in fates)]
            self.fields[f"fate_{task.pk}"] = forms.ChoiceField(
                label=format_lazy("{what}: {task}", what=_("What becomes of it"), task=task.name),
                choices=choices,
                required=False,
            )
            self.fields[f"version_{task.pk}"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput, initial=task.version
            )
            if Fate.SUPERSEDE in fates:
                self.fields[f"by_{task.pk}"] = PlainField(
                    label=format_lazy("{what}: {task}", what=_("Replaced by the task"), task=task.name),
                    max_length=500,
                    required=False,
                    widget=forms.TextInput(
                        attrs={
                            "list": "successors",
                            "autocomplete": "off",
                            "placeholder": _("Code or number"),
                        }
                    ),
                )
        self.decisions: list[Decision] = []

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            self.decisions = [decision for task in self.options if (decision := self._decision(task, values))]
        return values

    def _decision(self, task: Task, values: dict[str, Any]) -> Decision | None:
        fate = values[f"fate_{task.pk}"] or values["rest"]
        if not fate:
            self.add_error(f"fate_{task.pk}", _("Decide on this task, or for all the others."))
        elif fate not in self.options[task]:
            self.add_error(f"fate_{task.pk}", _("This cannot be done with this task. Choose something else."))
        elif fate == Fate.SUPERSEDE:
            if successor := self._successor(values[f"by_{task.pk}"]):
                return Decision(task, fate, successor, values[f"version_{task.pk}"])
            self.add_error(f"by_{task.pk}", _("Name a task of the new order by its code or number."))
        else:
            return Decision(task, fate, version=values[f"version_{task.pk}"])
        return None

    def _successor(self, text: str) -> Task | None:
        if code := _CODE.match(text):
            return next((task for task in self.successors if task.pk == int(code[1])), None)
        matches = [task for task in self.successors if text and task.number == text]
        return matches[0] if len(matches) == 1 else None

    def rows(self) -> list[tuple[Task, forms.BoundField, forms.BoundField, forms.BoundField | None]]:
        """Each task with its fields: what becomes of it, its version, the task that replaces it."""
        return [
            (
                task,
                self[f"fate_{task.pk}"],
                self[f"version_{task.pk}"],
                self[f"by_{task.pk}"] if f"by_{task.pk}" in self.fields else None,
            )
            for task in self.options
        ]
