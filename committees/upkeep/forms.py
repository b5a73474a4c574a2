"""What is asked of a new body, a new person, and somebody who is found and appointed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models import Body, Office, Person
from committees.roles import Role, role_label
from portal.shared.day_fields import DayFormField
from portal.shared.days import today
from portal.shared.fields import PlainField

KINDS = [
    (kind.value, _("agency, department") if kind == Body.Kind.AGENCY else kind.label)
    for kind in (Body.Kind.AGENCY, Body.Kind.WORKING_GROUP, Body.Kind.SUPPORT_TEAM, Body.Kind.COMMITTEE)
]
# Below a body with more, the others are made from their own pages.
MAX_PARENTS = 150


class OfficeForm(forms.Form):
    """Which office, from which day, under which decision."""

    role = forms.ChoiceField(label=_("Office"))
    starts_on = DayFormField(label=_("From"))
    decision = PlainField(
        label=_("Decision number"), required=False, max_length=120, help_text=_("It can be added later.")
    )

    def __init__(self, *args: Any, body: Body, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offices = {office.role: office for office in offices}
        role: Any = self.fields["role"]
        role.choices = [
            (name, role_label(Role(name), body.kind)) for name in Role.values if name in self.offices
        ]

    @property
    def office(self) -> Office:
        return self.offices[self.cleaned_data["role"]]

    def term(self) -> dict[str, Any]:
        """The values of the term, for a model or an action."""
        return {"office": self.office} | {name: self.cleaned_data[name] for name in ("starts_on", "decision")}


class FindPersonForm(OfficeForm):
    """Looks for somebody first, so that nobody is entered twice."""

    q = PlainField(
        label=_("Who"),
        required=False,
        max_length=200,
        help_text=_("Name, post, body or whole work e-mail; marks are not needed."),
    )
    field_order = ("q", "role", "starts_on", "decision")


class KnownPersonForm(OfficeForm):
    """Somebody who was found."""

    person = forms.ModelChoiceField(Person.objects.filter(is_active=True), to_field_name="username")


class NewPersonForm(OfficeForm):
    """Somebody who has no account yet."""

    name = PlainField(label=_("Full name"), max_length=200)
    email = forms.EmailField(
        label=_("Work e-mail"),
        help_text=_("The letter to choose a password goes there; its link works for seven days."),
    )


class PersonForm(forms.Form):
    """How somebody is called and reached."""

    name = PlainField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("Work e-mail"), help_text=_("Letters go to this address."))
    phone = PlainField(label=_("telephone"), required=False, max_length=30)


class NamesForm(forms.Form):
    """How a body is called."""

    name_vi = PlainField(label=_("Name"), max_length=250)
    short_name = PlainField(
        label=_("Short name"), required=False, max_length=80, help_text=_("Where space is short.")
    )
    name_en = PlainField(label=_("Name in English"), required=False, max_length=250)
    decision = PlainField(label=_("Establishing decision"), required=False, max_length=250)


class EditBodyForm(NamesForm):
    note = PlainField(label=_("Note"), required=False, max_length=500)


class NewBodyForm(NamesForm):
    """A body right below this one, or right below one of those."""

    parent = forms.ModelChoiceField(Body.objects.none(), label=_("Below"), to_field_name="code")
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    code = PlainField(
        label=_("Code"), required=False, max_length=40, help_text=_("Empty: the portal proposes one.")
    )
    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[("", _("as the body above")), *Body.Level.choices]
    )
    chain = forms.ChoiceField(
        label=_("Chain"), required=False, choices=[("", _("as the body above")), *Body.Chain.choices]
    )
    FIRST = ("name_vi", "parent", "kind")

    def __init__(self, *args: Any, body: Body, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Body.objects.filter(Q(pk=body.pk) | Q(parent=body)).standing_on(today()).order_by("path")
        parent: Any = self.fields["parent"]
        parent.queryset = places
        parent.choices = [(row.code, row.brief) for row in places[:MAX_PARENTS]]
        parent.initial = body.code

    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    def more(self) -> list[forms.BoundField]:
        """What has an answer of its own when it is left empty."""
        return [bound for bound in self if bound.name not in self.FIRST]
