"""What the API takes to prepare or change a task."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from committees.serializers import BodyIn, PersonIn
from portal.shared.api import DaySerializerField, Input
from tasks.actions.cycles import REQUIRED_CYCLE_FIELDS
from tasks.actions.hand_down import BelowAnswer
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.cycles import Cycle
from tasks.models import Order, Part, Recurrence, Task
from tasks.models.parts import MAX_WORK_LENGTH
from tasks.serializers.common import ValueInput, VisibleKey
from tasks.serializers.verbs import Assigning


class PartIn(ValueInput):
    """A body that helps: co-lead or coordinating."""

    value_type = PartSpec

    body = BodyIn()
    kind = serializers.ChoiceField(Part.HELPING_CHOICES)
    work = serializers.CharField(max_length=MAX_WORK_LENGTH, required=False, allow_blank=True)
    due_on = DaySerializerField(required=False, allow_null=True)


class CycleIn(ValueInput):
    """How often, on which day and until when: 1 (Monday) to 7 of a week, else 1 to 31 of a month."""

    value_type = Cycle

    every = serializers.ChoiceField(Recurrence.Every.choices)
    day = serializers.IntegerField(min_value=1, max_value=31)
    month = serializers.IntegerField(
        min_value=1, max_value=12, default=1, help_text="Of a quarter, half-year or year: 1 for its first."
    )
    starts_on = DaySerializerField()
    until = DaySerializerField(
        error_messages={"required": REQUIRED_CYCLE_FIELDS["until"], "null": REQUIRED_CYCLE_FIELDS["until"]}
    )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        is_empty, data = self.validate_empty_values(data)
        return data if is_empty else super().run_validation(data)


class _TaskIn(Input, serializers.ModelSerializer[Task]):
    order = VisibleKey(
        queryset=Order.objects.all(),
        required=False,
        allow_null=True,
        error_messages={"does_not_exist": _("There is no such order.")},
    )
    parent: Any = VisibleKey(
        queryset=Task.objects.all(),
        required=False,
        allow_null=True,
        error_messages={"does_not_exist": _("Choose a task that you can see.")},
    )
    lead = BodyIn(required=False, allow_null=True)
    leader = PersonIn(required=False, allow_null=True, also_locked=True)
    contact = PersonIn(required=False, allow_null=True, also_locked=True)
    parts = PartIn(many=True, required=False)
    recurrence = CycleIn(source="cycle", required=False)

    class Meta:
        model = Task
        fields: tuple[str, ...] = (*EDITABLE_FIELDS, "parts", "recurrence")


class TaskDraft(_TaskIn):
    """A task to prepare for the body that will give it."""

    assigner = BodyIn()

    class Meta(_TaskIn.Meta):
        fields = ("assigner", *_TaskIn.Meta.fields)


class TaskChange(Assigning, _TaskIn):
    """What is changed; the rest stays. `parts` replaces all parts."""

    version = serializers.IntegerField(min_value=0, help_text="The version you read; 409 if it is another.")
    reason = serializers.CharField(required=False, allow_blank=True, help_text="Why; kept in the audit.")
    below = serializers.DictField(
        child=serializers.ChoiceField(BelowAnswer.choices),
        required=False,
        help_text="Id of a task below that is due after the new deadline, or `rest`: what becomes of it.",
    )

    class Meta(_TaskIn.Meta):
        fields = (*_TaskIn.Meta.fields, "version", "reason", "below", "past_deadline")
        extra_kwargs = {"title": {"required": False}}
