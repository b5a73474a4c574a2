"""What the API takes about milestones."""

from __future__ import annotations

from rest_framework import serializers

from portal.shared.api import DaySerializerField, Input
from tasks.actions.milestones import MilestoneSpec
from tasks.models.milestones import MAX_WORDS_LENGTH
from tasks.serializers.common import ValueInput


class MilestoneIn(ValueInput):
    """A mark on the way to the deadline."""

    value_type = MilestoneSpec

    due_on = DaySerializerField()
    words = serializers.CharField(max_length=MAX_WORDS_LENGTH, required=False, allow_blank=True)


class MilestonesIn(Input):
    """All milestones that are still open; one that was reached stays, named or not."""

    milestones = MilestoneIn(many=True)


class MilestoneReached(Input):
    """The day on which a milestone was reached; null when it is open after all."""

    milestone = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Its id.")
    done_on = DaySerializerField(allow_null=True)
