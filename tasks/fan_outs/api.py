"""Fan-outs and the roll-up over the API: the same choices, rules and numbers as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from committees.api import PersonDoor
from committees.models import Body
from committees.serializers import BodyIn, BodyOut, PersonOut
from portal.shared.api import DaySerializerField, Input
from portal.shared.days import today
from tasks import rules
from tasks.fan_outs import actions as fan_out_actions
from tasks.fan_outs.selection import Choice, find_bodies
from tasks.lists import below
from tasks.lists.below import NUMBERS
from tasks.models import FanOut, Task
from tasks.serializers import Approval, Assigning

KEY = OpenApiParameter("fan_out_pk", int, OpenApiParameter.PATH)
ONE = "fan-outs/(?P<fan_out_pk>[^/]+)"


class FanOutIn(Input):
    """Who gets a task of their own: a level, what stands below a body, a list; and what the task says."""

    giver = BodyIn(required=False, help_text="The assigner, or the lead; the assigner when not given.")
    level = serializers.ChoiceField(Body.Level.choices, required=False)
    kind = serializers.ChoiceField(Body.Kind.choices, required=False)
    below = BodyIn(required=False, help_text="Where to look; below the giver when not given.")
    bodies = serializers.ListField(
        child=serializers.CharField(max_length=300), max_length=5000, required=False, help_text="Codes."
    )
    without = serializers.ListField(
        child=serializers.CharField(max_length=300), max_length=5000, required=False, help_text="Codes."
    )
    title = serializers.CharField(
        max_length=500, required=False, help_text="That of the task when not given."
    )
    deliverable = serializers.CharField(max_length=500, required=False, allow_blank=True)
    due_on = DaySerializerField(
        required=False,
        allow_null=True,
        help_text="That of the task when not given; null: its cycle or event if it has one, else none.",
    )

    def validate_bodies(self, names: list[str]) -> list[Body]:
        return find_bodies(names)

    def validate_without(self, names: list[str]) -> list[Body]:
        return find_bodies(names)


class FanOutOut(serializers.ModelSerializer[FanOut]):
    giver = BodyOut()
    by = PersonOut()
    approved_by = PersonOut(allow_null=True)
    total = serializers.IntegerField(read_only=True, help_text="Bodies that were chosen.")
    made = serializers.IntegerField(read_only=True, help_text="Of these, so many have their task.")
    left_out = serializers.IntegerField(read_only=True, help_text="And so many were passed over.")

    class Meta:
        model = FanOut
        fields = (
            *("id", "giver", "state", "stop", "title", "deliverable", "due_on", "total", "made", "left_out"),
            *("by", "at", "approved_by", "approved_at", "approval", "finished_at"),
        )
        read_only_fields = fields


class LineOut(serializers.Serializer[Any]):
    """given = done_on_time + done_late + in_time + overdue + no_deadline; silent is inside them."""

    body = BodyOut(allow_null=True, help_text="A province with all below it, or one body; null for all.")
    given = serializers.IntegerField()
    done_on_time = serializers.IntegerField()
    done_late = serializers.IntegerField()
    in_time = serializers.IntegerField()
    overdue = serializers.IntegerField()
    no_deadline = serializers.IntegerField()
    silent = serializers.IntegerField(help_text="Neither accepted nor reported.")


class RollUpOut(serializers.Serializer[Any]):
    """All that stands below a task, of what you can see; most overdue first."""

    on = serializers.DateField(help_text="The day of the count, in Vietnam.")
    all = LineOut()
    provinces = LineOut(many=True)
    bodies = LineOut(many=True)


class FanOutDoors(PersonDoor):
    """Mixed into the view of tasks: the addresses below one task."""

    def fan_outs_of(self, task: Task) -> Any:
        rows = task.fan_outs.visible_to(self.person).with_progress()
        return rows.select_related("giver", "by", "approved_by").order_by("pk")

    def find_fan_out(self, key: str) -> FanOut:
        task = self.get_object()
        fan_out: FanOut = get_object_or_404(self.fan_outs_of(task), pk=key)
        fan_out.task = task
        return fan_out

    def _fan_out_answer(self, task: Task, key: Any, status: int = 200) -> Response:
        return Response(FanOutOut(self.fan_outs_of(task).get(pk=key)).data, status=status)

    @extend_schema(operation_id="tasks_fan_outs", responses=FanOutOut(many=True))
    @action(detail=True, url_path="fan-outs", filterset_class=None)
    def fan_outs(self, request: Request, pk: str) -> Response:
        """Where this task was given to many bodies, with how far that is."""
        return self.pages_of(self.fan_outs_of(self.get_object()), FanOutOut)

    @extend_schema(operation_id="tasks_prepare_fan_out", request=FanOutIn, responses={201: FanOutOut})
    @fan_outs.mapping.post
    def prepare_fan_out(self, request: Request, pk: str) -> Response:
        """Prepare to give the task to many bodies; nobody is told before somebody approves."""
        task: Task = self.get_object()
        rules.may_fan_out(self.person, task).or_raise()
        checked = self.checked(FanOutIn)
        giver = checked.pop("giver", task.assigner)
        rules.may_fan_out(self.person, task, giver).or_raise()
        without = {body.pk for body in checked.pop("without", ())}
        listed, names = checked.pop("bodies", ()), ("level", "kind", "below")
        choice = Choice(
            **{name: checked.pop(name) for name in names if name in checked}, listed=listed, without=without
        )
        values = {"deliverable": task.deliverable, "due_on": task.due_on, **checked}
        fan_out = fan_out_actions.prepare_fan_out(
            task=task, giver=giver, bodies=choice.bodies(giver), by=self.person, **values
        )
        return self._fan_out_answer(task, fan_out.pk, 201)

    @extend_schema(operation_id="tasks_fan_out", parameters=[KEY], responses=FanOutOut)
    @action(detail=True, url_path=ONE, url_name="fan-out", filterset_class=None)
    def fan_out(self, request: Request, pk: str, fan_out_pk: str) -> Response:
        """How far one is."""
        return Response(FanOutOut(self.find_fan_out(fan_out_pk)).data)

    @extend_schema(
        operation_id="tasks_start_fan_out", parameters=[KEY], request=Assigning, responses=FanOutOut
    )
    @action(detail=True, methods=["post"], url_path=f"{ONE}/start", filterset_class=None)
    def start_fan_out(self, request: Request, pk: str, fan_out_pk: str) -> Response:
        """Approve it: from now the bodies get their tasks."""
        fan_out = self.find_fan_out(fan_out_pk)
        rules.may_start_fan_out(self.person, fan_out).or_raise()
        fan_out_actions.start_fan_out(fan_out=fan_out, by=self.person, **self.checked(Assigning))
        return self._fan_out_answer(fan_out.task, fan_out.pk)

    @extend_schema(
        operation_id="tasks_record_fan_out_approval",
        parameters=[KEY],
        request=Approval,
        responses=FanOutOut,
    )
    @action(detail=True, methods=["post"], url_path=f"{ONE}/record-approval", filterset_class=None)
    def record_fan_out_approval(self, request: Request, pk: str, fan_out_pk: str) -> Response:
        """Record that the head approved it on paper, and start it."""
        fan_out = self.find_fan_out(fan_out_pk)
        rules.may_record_fan_out_approval(self.person, fan_out).or_raise()
        fan_out_actions.record_fan_out_approval(fan_out=fan_out, by=self.person, **self.checked(Approval))
        return self._fan_out_answer(fan_out.task, fan_out.pk)

    @extend_schema(operation_id="tasks_retry_fan_out", parameters=[KEY], request=None, responses=FanOutOut)
    @action(detail=True, methods=["post"], url_path=f"{ONE}/retry", filterset_class=None)
    def retry_fan_out(self, request: Request, pk: str, fan_out_pk: str) -> Response:
        """Try the bodies that were passed over again."""
        fan_out = self.find_fan_out(fan_out_pk)
        fan_out_actions.retry_fan_out(fan_out=fan_out, by=self.person)
        return self._fan_out_answer(fan_out.task, fan_out.pk)

    @extend_schema(operation_id="tasks_cancel_fan_out", parameters=[KEY], request=None, responses=FanOutOut)
    @action(detail=True, methods=["post"], url_path=f"{ONE}/cancel", filterset_class=None)
    def cancel_fan_out(self, request: Request, pk: str, fan_out_pk: str) -> Response:
        """Call off what is not given yet."""
        fan_out = self.find_fan_out(fan_out_pk)
        fan_out_actions.cancel_fan_out(fan_out=fan_out, by=self.person)
        return self._fan_out_answer(fan_out.task, fan_out.pk)

    @extend_schema(operation_id="tasks_below", responses=RollUpOut)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def below(self, request: Request, pk: str) -> Response:
        """What became of all that was given below this task."""
        task, on = self.get_object(), today()
        bodies = below.by_body(Task.objects.visible_to(self.person).under(task.pk), on)
        return Response(
            {
                "on": on,
                "all": _line(None, below.add(bodies)),
                "provinces": [_line(line.body, line.tally) for line in below.by_province(bodies)],
                "bodies": [_line(line.body, line.tally) for line in bodies],
            }
        )


def _line(body: Body | None, tally: dict[str, int]) -> dict[str, Any]:
    body_named = body and {"code": body.code, "name": body.name}
    return {"body": body_named, **{str(name): tally[name] for name in NUMBERS}}
