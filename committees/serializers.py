"""Bodies, people and memberships as the API shows and takes them: bodies by code, people by username."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from committees.models import Alias, Body, Membership, Person, ProposedTerm
from committees.roles import Role
from portal.shared.api import DaySerializerField, Input
from portal.shared.text import validate_plain


class BodyBrief(serializers.Serializer[Body]):
    code = serializers.CharField()
    name = serializers.CharField(help_text="In the reader's language.")


class PersonBrief(serializers.Serializer[Person]):
    username = serializers.CharField()
    name = serializers.CharField()


@extend_schema_field(BodyBrief)
class BodyOut(serializers.Field[Any, Any, Any, Any]):
    """A body in an answer. A plain field: a nested serializer costs four times as much in a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Body) -> dict[str, str]:
        return {"code": value.code, "name": value.name}


@extend_schema_field(PersonBrief)
class PersonOut(serializers.Field[Any, Any, Any, Any]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Person) -> dict[str, str]:
        return {"username": value.username, "name": str(value)}


class _Named(serializers.SlugRelatedField[Any]):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            validate_plain(data)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return super().to_internal_value(data.strip()[:150])


@extend_schema_field(OpenApiTypes.STR)
class BodyIn(_Named):
    """A body in a request, by its code."""

    default_error_messages = {
        "does_not_exist": _("There is no body with this code."),
        "invalid": _("Give the code of a body as text."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", queryset=Body.objects.all(), **kwargs)


@extend_schema_field(OpenApiTypes.STR)
class PersonIn(_Named):
    """A person in a request, by their username; a locked one only where they may stay named."""

    default_error_messages = {
        "does_not_exist": _("There is no person with this username."),
        "invalid": _("Give the username of a person as text."),
    }

    def __init__(self, *, also_locked: bool = False, **kwargs: Any) -> None:
        people = Person.objects.all() if also_locked else Person.objects.filter(is_active=True)
        super().__init__(slug_field="username", queryset=people, **kwargs)


class VerdictOut(serializers.Serializer[Any]):
    """May you do this now; if not, the reason to show."""

    ok = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)


class BodyRow(serializers.ModelSerializer[Body]):
    name = serializers.CharField(read_only=True, help_text="In the reader's language.")
    parent: Any = serializers.SlugRelatedField[Body](slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Body
        fields: tuple[str, ...] = (
            *("code", "name", "name_vi", "name_en", "short_name", "kind", "level", "chain", "parent"),
            *("established_on", "dissolved_on"),
        )
        read_only_fields = fields


class BodyDetail(BodyRow):
    parent: Any = BodyOut(allow_null=True)
    standing_agency = BodyOut(allow_null=True)
    children = serializers.ListField(child=BodyOut(), source="children.all", read_only=True)

    class Meta(BodyRow.Meta):
        fields = (
            *(*BodyRow.Meta.fields, "standing_agency", "decision", "note", "children"),
            *("before_means", "letterhead", "place"),
        )
        read_only_fields = fields


class PapersIn(Input, serializers.ModelSerializer[Body]):
    """How orders of the body are read, and its documents are written."""

    class Meta:
        model = Body
        fields = ("before_means", "letterhead", "place")


class BodyBelowIn(Input, serializers.ModelSerializer[Body]):
    """A body to be made right below another. Without a code it gets the one that the portal proposes."""

    level = serializers.ChoiceField(Body.Level.choices, required=False)
    chain = serializers.ChoiceField(Body.Chain.choices, required=False)

    class Meta:
        model = Body
        fields = ("name_vi", "name_en", "short_name", "kind", "code", "level", "chain", "decision")
        # Whether the code is free and well formed is said by the action, as on the page.
        extra_kwargs = {"code": {"required": False, "validators": []}}


class BodyNamesIn(Input, serializers.ModelSerializer[Body]):
    """How a body is called, and what is noted of it."""

    class Meta:
        model = Body
        fields = ("name_vi", "name_en", "short_name", "decision", "note")
        extra_kwargs = {"name_vi": {"required": False}}


class NewPersonIn(Input):
    """Somebody who has no account yet, and their office."""

    name = serializers.CharField(max_length=200, validators=[validate_plain])
    email = serializers.EmailField()
    role = serializers.ChoiceField(Role.choices)
    starts_on = DaySerializerField()
    decision = serializers.CharField(
        max_length=120, validators=[validate_plain], required=False, default="", allow_blank=True
    )


class AliasOut(serializers.ModelSerializer[Alias]):
    """What a name in the papers of a body means."""

    body = BodyOut()

    class Meta:
        model = Alias
        fields = ("id", "name", "body")
        read_only_fields = fields


class AliasIn(Input, serializers.ModelSerializer[Alias]):
    body = BodyIn()

    class Meta:
        model = Alias
        fields = ("name", "body")


class MembershipOut(serializers.ModelSerializer[Membership]):
    person = PersonOut()
    body = BodyOut(source="office.body")
    role = serializers.ChoiceField(Role.choices, source="office.role", read_only=True)
    title = serializers.CharField(read_only=True, help_text="The position as decided, else the role.")
    acting_for = PersonOut(
        source="absence.person", default=None, help_text="Who is away meanwhile, in a deputy's term."
    )

    class Meta:
        model = Membership
        fields = (
            *("id", "person", "acting_for", "body", "role", "title", "position", "position_en"),
            *("decision", "fields", "starts_on", "ends_on"),
        )
        read_only_fields = fields


class ProposedTermOut(serializers.ModelSerializer[ProposedTerm]):
    """An administrator's own appointment, which another administrator decides on."""

    person = PersonOut()
    body = BodyOut(source="office.body")
    role = serializers.ChoiceField(Role.choices, source="office.role", read_only=True)
    state = serializers.CharField(read_only=True, help_text="waiting, approved or refused")

    class Meta:
        model = ProposedTerm
        fields = (
            "id",
            "state",
            "person",
            "body",
            "role",
            "position",
            "position_en",
            "decision",
            "fields",
            "starts_on",
            "ends_on",
        )
        read_only_fields = fields


class TermIn(Input, serializers.ModelSerializer[Membership]):
    """What can be corrected in a term; person and office stay, another office is another term."""

    class Meta:
        model = Membership
        fields = ("starts_on", "ends_on", "position", "position_en", "decision", "fields")
        extra_kwargs = {"starts_on": {"required": False}}


class MembershipIn(TermIn):
    """An appointment: who, to which office of which body, for which term."""

    person = PersonIn()
    body = BodyIn()
    role = serializers.ChoiceField(Role.choices)

    class Meta(TermIn.Meta):
        fields = ("person", "body", "role", *TermIn.Meta.fields)  # type: ignore[assignment]
        extra_kwargs = {}


class EndIn(Input):
    """How a term ends: at once, or after a last day that still counts. Exactly one of the two."""

    at_once = serializers.BooleanField(required=False, default=False)
    last_day = DaySerializerField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["at_once"] == ("last_day" in attrs):
            raise serializers.ValidationError(
                {"last_day": [_("Write the last day, or choose that it ends at once.")]}
            )
        return attrs


class OfficeToday(serializers.Serializer[Membership]):
    body = BodyOut(source="office.body")
    role = serializers.ChoiceField(Role.choices, source="office.role", read_only=True)
    title = serializers.CharField()
    acting_for = PersonOut(source="absence.person", default=None)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class Me(serializers.ModelSerializer[Person]):
    """The person of this session and the offices they hold today."""

    # Of the context: `on`, the day, and `terms`, what the person holds then.
    on = serializers.SerializerMethodField()
    offices = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields = (
            "username", "name", "email", "phone", "language", "is_staff", "is_superuser", "on", "offices",
        )  # fmt: skip
        read_only_fields = fields

    def get_on(self, person: Person) -> date:
        """The day these offices are of, in Vietnam."""
        day: date = self.context["on"]
        return day

    @extend_schema_field(OfficeToday(many=True, help_text="The first is the one you act from."))
    def get_offices(self, person: Person) -> Any:
        return OfficeToday(self.context["terms"], many=True).data
