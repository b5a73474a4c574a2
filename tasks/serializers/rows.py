"""A task as a row of a list, in brief, and the count of tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from committees.serializers import BodyOut
from tasks.lifecycle import CURRENT, FIVE, Standing, State
from tasks.models import Order, Task

# All columns that a row of the list reads; the long texts stay in the database.
ROW_COLUMNS = (
    *("number", "title", "title_en", "pillar", "programme", "priority", "secrecy", "state", "version"),
    *("due_on", "due_words", "original_due_on", "percent", "progressed_at", "submitted_at", "risk_days"),
    *("order__number", "assigner__code", "assigner__name_vi", "assigner__name_en"),
    *("lead__code", "lead__name_vi", "lead__name_en"),
)


class OrderBrief(serializers.Serializer[Order]):
    id = serializers.IntegerField()
    number = serializers.CharField()


class TaskBrief(serializers.Serializer[Task]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(State.choices)


@extend_schema_field(OrderBrief)
class OrderOut(serializers.Field[Any, Any, Any, Any]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Order) -> dict[str, Any]:
        return {"id": value.pk, "number": value.number}


class TaskRow(serializers.ModelSerializer[Task]):
    code = serializers.CharField(read_only=True)
    order = OrderOut(allow_null=True)
    assigner = BodyOut()
    lead = BodyOut(allow_null=True)
    standing = serializers.SerializerMethodField()
    days_left = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields: tuple[str, ...] = (
            *(
                "id",
                "code",
                "number",
                "title",
                "title_en",
                "order",
                "pillar",
                "programme",
                "assigner",
                "lead",
            ),
            *("state", "standing", "due_on", "due_words", "original_due_on", "days_left", "risk_days"),
            *("percent", "progressed_at", "priority", "secrecy", "version"),
        )
        read_only_fields = fields

    @property
    def on(self) -> date:
        day: date = self.context["on"]
        return day

    @property
    def due(self) -> str:
        return str(self.context.get("due", CURRENT))

    @extend_schema_field(serializers.ChoiceField(Standing.choices, allow_null=True))
    def get_standing(self, task: Task) -> str | None:
        return task.standing(self.on, self.due)

    def get_days_left(self, task: Task) -> int | None:
        """Calendar days to the deadline, negative when late; from the report once there is one."""
        return task.days_left(self.on, self.due)


class AboveOut(serializers.ModelSerializer[Task]):
    """A task above: all that whoever holds one below it reads; null where it is not told."""

    code = serializers.CharField(read_only=True)
    order = OrderOut(allow_null=True)
    assigner = BodyOut(allow_null=True)
    lead = BodyOut(allow_null=True)

    class Meta:
        model = Task
        fields = ("id", "code", "title", "number", "order", "assigner", "lead", "state", "due_on")
        read_only_fields = fields
        extra_kwargs = {name: {"allow_null": True} for name in ("title", "number", "state")}

    def to_representation(self, task: Task) -> Any:
        shown = super().to_representation(task)
        is_open = task.is_issued and task.secrecy == Task.Secrecy.NORMAL
        allowed = shown if is_open else ("id", "code", "due_on")
        return {name: value if name in allowed else None for name, value in shown.items()}


class TallyOut(serializers.Serializer[Any]):
    """given = done_on_time + done_late + in_time + overdue + no_deadline; two more beside it.

    The open ones of these in three colours: on_schedule + at_risk + late = in_time + overdue + no_deadline.
    """

    on = serializers.DateField(help_text="The day of the count, in Vietnam.")
    given = serializers.IntegerField()
    done_on_time = serializers.IntegerField()
    done_late = serializers.IntegerField()
    in_time = serializers.IntegerField()
    overdue = serializers.IntegerField()
    no_deadline = serializers.IntegerField()
    suspended = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    on_schedule = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    late = serializers.IntegerField()


assert set(FIVE) <= set(TallyOut().fields)  # noqa: S101 - the count and its document are one
