"""The filters of bodies and memberships in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from committees.models import Body, BodyQuerySet, Membership, MembershipQuerySet
from portal.shared.day_fields import DayFormField


class BodyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Words"), max_length=200, method="by_words")
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Body.Level.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Body.Kind.choices)
    chain = django_filters.ChoiceFilter(label=_("Chain"), choices=Body.Chain.choices)
    parent = django_filters.ModelChoiceFilter(
        label=_("Superior body"),
        queryset=Body.objects.all(),
        to_field_name="code",
        error_messages={"invalid_choice": _("There is no body with this code.")},
    )

    class Meta:
        model = Body
        fields: tuple[str, ...] = ()

    def by_words(self, bodies: BodyQuerySet, name: str, value: str) -> BodyQuerySet:
        return bodies.matching(value)


class DayFilter(django_filters.DateFilter):
    """A day in an address, as 2026-12-25."""

    field_class = DayFormField

    def __init__(self, **kwargs: Any) -> None:
        messages = {"invalid": _("Write the day as 2026-12-25.")}
        super().__init__(input_formats=["%Y-%m-%d"], error_messages=messages, **kwargs)


class MembershipFilter(django_filters.FilterSet):
    body = django_filters.ModelChoiceFilter(
        label=_("Body"),
        field_name="office__body",
        queryset=Body.objects.all(),
        to_field_name="code",
        error_messages={"invalid_choice": _("There is no body with this code.")},
    )
    person = django_filters.CharFilter(label=_("Person"), field_name="person__username", max_length=150)
    on = DayFilter(label=_("Day"), method="by_day")

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()

    def by_day(self, terms: MembershipQuerySet, name: str, value: object) -> MembershipQuerySet:
        return terms.holding_on(value)  # type: ignore[arg-type]
