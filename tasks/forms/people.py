"""Naming the leader in charge and the contact of a task."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models import Body, Membership, Person
from portal.shared.days import today


class PeopleForm(forms.Form):
    """The leader in charge and the contact of the lead body."""

    leader = forms.ModelChoiceField(
        label=_("Leader in charge"), queryset=Person.objects.none(), required=False
    )
    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Person.objects.none(), required=False)

    def __init__(self, *args: Any, lead: Body | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_people(self, lead)


def choose_people(form: forms.BaseForm, lead: Body | None) -> None:
    """Offer the people who hold an office in the lead body today, and whoever is named although they left."""
    terms = Membership.objects.holding_on(today()).filter(office__body=lead)
    in_office = Q(is_active=True, pk__in=terms.values("person_id"))
    for name in ("leader", "contact"):
        field: Any = form.fields[name]
        named = field.prepare_value(form.initial.get(name))
        field.queryset = Person.objects.filter(in_office | Q(pk=named) if named else in_office)
        field.empty_label = str(_("not named yet"))
