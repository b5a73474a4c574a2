"""What the verbs of a task take."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from committees.serializers import BodyIn, PersonIn
from portal.shared.api import DaySerializerField, Input
from portal.shared.numbers import parse_number
from tasks.lifecycle import MAX_RISK_DAYS
from tasks.models import Task
from tasks.serializers.common import VisibleKey


class Assigning(Input):
    """A deadline that has already passed is given only by somebody who says that it is meant."""

    past_deadline = serializers.BooleanField(
        required=False, help_text="True if the deadline has passed and this is meant."
    )


class Weights(Input):
    """How much each task below counts in the progress: its id → percent, together 100; none: all alike."""

    weights = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=100, allow_null=True)
    )

    def validate_weights(self, value: dict[str, int | None]) -> dict[int, int | None]:
        weights: dict[int, int | None] = {}
        for text, weight in value.items():
            if (key := parse_number(text)) is None:
                raise serializers.ValidationError(_("Name each task by its id."))
            weights[key] = weight
        return weights


class Reason(Input):
    """Why, for those it concerns and for the audit."""

    reason = serializers.CharField()


class Superseding(Reason):
    """The task that takes the place of this one, and why."""

    superseded_by = VisibleKey(
        queryset=Task.objects.all(), error_messages={"does_not_exist": _("Choose a task that you can see.")}
    )


class ContributionIn(Input):
    """What a body that helps delivers; `body` is for whoever works for several of them."""

    contribution = serializers.CharField()
    body = BodyIn(required=False)


class ContributionBack(Reason):
    """Why a contribution is sent back; `body` where several have delivered."""

    body = BodyIn(required=False)


class LeadChange(Reason):
    """Another lead body, and why."""

    lead = BodyIn()
    note = serializers.CharField(required=False, allow_blank=True, help_text="A word to the new lead.")


class Message(Input):
    """A word to go with the reminder."""

    message = serializers.CharField(required=False, allow_blank=True)


class OptionalReason(Input):
    """Why, if there is something to say."""

    reason = serializers.CharField(required=False, allow_blank=True)


class ExtensionIn(Input):
    """A later deadline, and why."""

    proposed_on = DaySerializerField()
    reason = serializers.CharField()


class RiskIn(Input):
    """How late the task will likely be, and what is done about it."""

    days = serializers.IntegerField(min_value=1, max_value=MAX_RISK_DAYS, help_text="Days late expected.")
    remedy = serializers.CharField(required=False, allow_blank=True, help_text="Needed unless secret.")


class EventDay(Assigning, OptionalReason):
    """The day of the event that the deadline follows; a reason when an earlier one is corrected."""

    happened_on = DaySerializerField()


class DeadlineDecision(Assigning, Reason):
    """Another deadline for each of many tasks, and the decision that moves it."""

    due_on = DaySerializerField()


class Decision(Input):
    """The words of a decision."""

    decision = serializers.CharField(required=False, allow_blank=True)


class Refusal(Input):
    """Why a request is refused."""

    decision = serializers.CharField()


class Counter(Decision):
    """Another day instead of the one asked for."""

    counter_on = DaySerializerField()


class Approval(Assigning):
    """An approval that was given on paper."""

    approval = serializers.CharField(help_text="The paper's number or date.")


class Report(Input):
    """The report that the task is complete."""

    report = serializers.CharField(help_text="What the result is, in a sentence or two.")


class People(Input):
    """The two people that the lead body names; who is not mentioned stays."""

    leader = PersonIn(required=False, allow_null=True, also_locked=True)
    contact = PersonIn(required=False, allow_null=True, also_locked=True)
