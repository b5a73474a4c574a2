"""What is asked once for many tasks, where a form of one task asks what belongs to that task."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.models import BodyQuerySet, Membership, Person
from portal.shared.day_fields import DayFormField
from portal.shared.days import today
from tasks.forms.common import text_area
from tasks.forms.deadlines import PastDeadlineFields


class ManyAssignForm(PastDeadlineFields):
    """Only the tick: without it a task whose deadline has passed is left, with that reason."""


class ManyDeadlineForm(PastDeadlineFields):
    due_on = DayFormField(label=_("New deadline"))
    reason = text_area(
        _("The decision"),
        rows=2,
        help_text=_("Its number and date, or why the day moves. It stands in the story of each task."),
    )
    field_order = ("due_on", "past_deadline", "reason")


class ManyPeopleForm(forms.Form):
    """Whom the lead body names; a field that is left empty leaves each task as it is."""

    leader = forms.ModelChoiceField(
        label=_("Leader in charge"), queryset=Person.objects.none(), required=False
    )
    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Person.objects.none(), required=False)

    def __init__(self, *args: Any, bodies: BodyQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = Membership.objects.holding_on(today()).filter(office__body__in=bodies)
        people = Person.objects.filter(is_active=True, pk__in=terms.values("person_id")).order_by("name")
        for field in self.fields.values():
            field.queryset = people  # type: ignore[attr-defined]
            field.empty_label = str(_("as it is"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Choose a leader in charge or a contact."))
        return cleaned
