"""A notice as the API shows it: in the reader's language, as the page and the letter say it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from committees.roles import Role
from notices.models import EscalationStep, Preference
from portal.shared.api import Input


class NoticeOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField(help_text="In the reader's language.")  # type: ignore[assignment]
    on = serializers.DateField()
    read_at = serializers.DateTimeField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)
    what_to_do = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)


class Marked(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread until now.")


class PreferenceOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    label = serializers.CharField(help_text="In the reader's language.")  # type: ignore[assignment]
    how = serializers.ChoiceField(Preference.How.choices)
    offered = serializers.ListField(
        child=serializers.ChoiceField(Preference.How.choices),
        help_text="One alone is no choice: a reminder comes with the letter of its morning. "
        "At once is within minutes, outside quiet hours and days off.",
    )


class PreferencesIn(Input):
    preferences: Any = serializers.DictField(
        child=serializers.CharField(max_length=10), help_text="Kind → how; kinds left out stay as they are."
    )


class RungOut(serializers.Serializer[Any]):
    days_late = serializers.IntegerField(help_text="Working days late.")
    side = serializers.ChoiceField(EscalationStep.Side.choices)
    role = serializers.ChoiceField(Role.choices)


class RungIn(Input, RungOut):
    """Of the body that leads or the one that gave the task, who holds this role is told too."""


class PolicyOut(serializers.Serializer[Any]):
    """How the tasks that a body gives are reminded of; days are working days."""

    before = serializers.ListField(child=serializers.IntegerField(), max_length=100)
    on_the_day = serializers.BooleanField()
    after = serializers.ListField(child=serializers.IntegerField(), max_length=100)
    weekly = serializers.BooleanField(help_text="After the last step, until it is done.")
    hour = serializers.TimeField(help_text="From when the letter of the day goes.")
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    muted = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=100, help_text="Kinds of news not sent."
    )
    escalation: Any = RungOut(many=True)
    version = serializers.IntegerField(min_value=0, help_text="0 for a body that never changed the default.")


class PolicyIn(Input, PolicyOut):
    """The whole policy; `version` is the one you read, 409 if it is another."""

    escalation: Any = serializers.ListField(child=RungIn(), max_length=100)
