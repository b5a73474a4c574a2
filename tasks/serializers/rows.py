"""A task as a row of a list, in brief, and the count of tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from committees.serializers import BodyOut
from portal.shared.days import day_of
from tasks.lifecycle import CURRENT, FIVE, Standing, State
from tasks.models import Order, Task
from tasks.models.counting import standing_of
from tasks.models.tasks import code_of

# All columns that a row of the list reads, in the order in which `RowShape` takes them.
ROW_COLUMNS = (
    *("id", "number", "title", "title_en", "order_id", "order__number", "pillar", "programme"),
    *("assigner__code", "assigner__name_vi", "assigner__name_en"),
    *("lead_id", "lead__code", "lead__name_vi", "lead__name_en"),
    *("state", "due_on", "due_words", "original_due_on", "risk_days", "percent", "progressed_at"),
    *("submitted_at", "priority", "secrecy", "version"),
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


class RowShape:
    """Rows of a list as `TaskRow` answers them, from the plain columns of `ROW_COLUMNS`.

    A model and a serializer for each row took a quarter of a request; a test keeps the two alike.
    """

    def __init__(self, on: date, due: str = CURRENT) -> None:
        self.on, self.by_first = on, due != CURRENT
        self.in_english = get_language() == "en"

    def __call__(self, values: tuple[Any, ...]) -> dict[str, Any]:
        key, number, title, title_en, order, order_number, pillar, programme = values[:8]
        assigner, lead_id, lead = values[8:11], values[11], values[12:15]
        state, due_on, due_words, original_due_on, risk_days, percent, progressed_at = values[15:22]
        submitted_at, priority, secrecy, version = values[22:]
        asked = original_due_on if self.by_first else due_on
        stopped = day_of(submitted_at) if submitted_at else None
        return {
            "id": key,
            "code": code_of(key),
            "number": number,
            "title": title,
            "title_en": title_en,
            "order": {"id": order, "number": order_number} if order is not None else None,
            "pillar": pillar,
            "programme": programme,
            "assigner": self._body(*assigner),
            "lead": self._body(*lead) if lead_id is not None else None,
            "state": state,
            "standing": standing_of(state, asked, stopped, self.on),
            "due_on": due_on,
            "due_words": due_words,
            "original_due_on": original_due_on,
            "days_left": (asked - (stopped or self.on)).days if asked else None,
            "risk_days": risk_days,
            "percent": percent,
            "progressed_at": localtime(progressed_at).isoformat() if progressed_at else None,
            "priority": priority,
            "secrecy": secrecy,
            "version": version,
        }

    def _body(self, code: str, name_vi: str, name_en: str) -> dict[str, str]:
        return {"code": code, "name": name_en if self.in_english and name_en else name_vi}


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
