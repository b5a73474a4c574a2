"""A verb on many tasks over the API: one call, and an outcome for each task."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from portal.shared.api import Input, refuse_names
from portal.shared.days import today
from tasks.fan_outs.api import FanOutDoors
from tasks.lists.filters import TaskFilter
from tasks.many import actions
from tasks.many import values as many_values
from tasks.many.values import CHOICES
from tasks.models import Run, RunRow, Task
from tasks.verbs import VERBS

KEY = OpenApiParameter("run", int, OpenApiParameter.PATH)


class ManyIn(Input):
    """A verb, the tasks by id or by the names of the list's filters, and what the verb takes of one task."""

    verb = serializers.ChoiceField(CHOICES)
    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=actions.MAX_TASKS,
        required=False,
        help_text="Ids of tasks.",
    )
    filter = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        help_text="Instead of ids: names and values as in the query of the list.",
    )
    versions = serializers.DictField(
        child=serializers.IntegerField(min_value=0),
        required=False,
        help_text="Id → the version that you read; a task that has another is left and says what changed.",
    )
    values = serializers.DictField(
        required=False, help_text="What the verb takes, as at its own address; `edit` takes a deadline."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("tasks" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"tasks": [actions.EITHER]})
        return attrs


class RunRowOut(serializers.ModelSerializer[RunRow]):
    task = serializers.IntegerField(source="key")
    reason = serializers.CharField(help_text="Why it was not done, in the language of who asked.")

    class Meta:
        model = RunRow
        fields = ("task", "outcome", "reason", "at")


class RunOut(serializers.ModelSerializer[Run]):
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Outcome → how many; `total`.")
    rows = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = ("id", "verb", "state", "counts", "rows", "started_at", "finished_at")

    @extend_schema_field(RunRowOut(many=True))
    def get_rows(self, run: Run) -> Any:
        """Of at most fifty; of more at the address of the rows."""
        rows = run.rows.all()[: actions.FEW + 1]
        return RunRowOut(rows, many=True).data if len(rows) <= actions.FEW else []


class ManyDoors(FanOutDoors):
    """Mixed into the view of tasks: the addresses of runs."""

    @extend_schema(operation_id="tasks_many", request=ManyIn, responses={200: RunOut, 202: RunOut})
    @action(
        detail=False, methods=["post"], filterset_class=None, serializer_class=ManyIn, pagination_class=None
    )
    def many(self, request: Request) -> Response:
        """Do a verb to each of these tasks that allows it now; 202 where it goes on in the background."""
        asked = self.checked(ManyIn)
        verb = VERBS[asked["verb"]]
        values = asked.get("values", {})
        many_values.check(verb, values)
        with transaction.atomic():
            run = actions.prepare_run(
                verb=verb, keys=self._keys(asked), by=self.person, seen=asked.get("versions", {})
            )
            run = actions.start_run(run=run, by=self.person, values=values)
        actions.hand_over(run, wait=True)
        run.refresh_from_db()
        return Response(RunOut(run).data, status=200 if run.finished_at else 202)

    def _keys(self, asked: dict[str, Any]) -> list[int]:
        if "tasks" in asked:
            return list(asked["tasks"])
        refuse_names(set(asked["filter"]) - set(TaskFilter.base_filters), TaskFilter.base_filters)
        tasks = Task.objects.visible_to(self.person)
        narrowed = TaskFilter(asked["filter"], queryset=tasks, person=self.person, on=today())
        if not narrowed.is_valid():
            raise ValidationError({"filter": [str(each) for row in narrowed.errors.values() for each in row]})
        return list(narrowed.qs.late_first().values_list("pk", flat=True)[: actions.MAX_TASKS + 1])

    @extend_schema(operation_id="tasks_run", responses=RunOut, parameters=[KEY])
    @action(detail=False, url_path="many/(?P<run>[^/]+)", filterset_class=None, pagination_class=None)
    def run(self, request: Request, run: str) -> Response:
        """How far a run of yours is."""
        return Response(RunOut(self._find_run(run)).data)

    @extend_schema(operation_id="tasks_run_rows", responses=RunRowOut(many=True), parameters=[KEY])
    @action(detail=False, url_path="many/(?P<run>[^/]+)/rows", filterset_class=None)
    def run_rows(self, request: Request, run: str) -> Response:
        """What became of each task of a run of yours."""
        return self.pages_of(self._find_run(run).rows.all(), RunRowOut)

    def _find_run(self, key: str) -> Run:
        found: Run = get_object_or_404(Run.objects.visible_to(self.person), pk=key)
        return found
