"""Urging tasks by hand: what the API takes and answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.shared.api import Input
from tasks.urging.selection import MAX_URGED


class Message(Input):
    """A word to go with the reminder."""

    message = serializers.CharField(required=False, allow_blank=True)


class UrgeMany(Message):
    """Of each task the lead body's people are told, once a day."""

    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MAX_URGED,
        help_text="Keys of tasks.",
    )


class UrgedTask(serializers.Serializer[Any]):
    task = serializers.IntegerField()
    people = serializers.IntegerField(help_text="How many are told.")


class PassedOver(serializers.Serializer[Any]):
    task = serializers.IntegerField()
    reason = serializers.CharField(help_text="Why it was not urged, in the reader's language.")


class UrgedMany(serializers.Serializer[Any]):
    told = UrgedTask(many=True)
    refused = PassedOver(many=True)
