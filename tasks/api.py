"""Orders and tasks over the API: the same scope, rules and answers as the pages."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Count, F, Prefetch, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from committees.access import Asker
from committees.models import Person
from committees.stand_ins import Build, Rows, rows_seen_by
from portal.shared.days import today
from tasks import actions, rules
from tasks import serializers as shapes
from tasks.lists.filters import OrderFilter, TaskFilter, column_of
from tasks.many.api import ManyDoors
from tasks.models import Evidence, Order, Task
from tasks.models import Request as TaskRequest
from tasks.models.orders import OrderQuerySet
from tasks.models.tasks import TaskQuerySet
from tasks.orders import actions as order_actions
from tasks.orders.api import RelationDoors
from tasks.orders.serializers import OrderChange, OrderDetail, OrderIn, OrderRow
from tasks.pages import story
from tasks.pages.former_lead import all_as_read_by, as_read_by, kept, led_before
from tasks.verbs import VERBS, Verb, verdicts

ORDERINGS = {
    "due": (F("due_on").asc(nulls_last=True), "pk"),
    "-due": (F("due_on").desc(nulls_last=True), "pk"),
    "updated": (F("progressed_at").asc(nulls_last=True), "pk"),
    "-updated": (F("progressed_at").desc(nulls_last=True), "pk"),
}


DONE = {
    200: shapes.TaskDetail,
    204: OpenApiResponse(description="Done; by that the task is no longer shown to you."),
}


def verb_door(verb: Verb) -> Any:
    """The address of one verb: find, ask, check the input, act, and answer with the task as it now is."""

    def post(self: TaskView, request: Request, pk: str) -> Response:
        return self.act(verb)

    post.__name__, post.__doc__ = verb.name, verb.rule.__doc__
    # Not under @action: it would throw away what the schema says of this address.
    door = action(detail=True, methods=["post"], url_path=verb.slug, filterset_class=None)(post)
    return extend_schema(operation_id=f"tasks_{verb.name}", request=verb.api_input, responses=DONE)(door)


VERB_DOORS = {name: verb_door(verb) for name, verb in VERBS.items()}


# Filters of few values: under these alone the first page and its count are asked by a text written once.
CLOSED_FILTERS = frozenset(("standing", "view", "at_risk", "deadline", "state", "programme"))
# So many rows at once, so that one text serves for a page of any length.
STEP = 50


def _filters(person: Asker, on: date, asked: str) -> TaskFilter:
    filters = TaskFilter(QueryDict(asked), queryset=Task.objects.visible_to(person), person=person, on=on)
    if not filters.is_valid():
        raise translate_validation(filters.errors)
    return filters


def _rows(
    person: Asker, on: date, _body: None, asked: str, ordering: str, first: int, end: int
) -> QuerySet[Any, Any]:
    tasks: QuerySet[Any, Any] = _filters(person, on, asked).qs.order_by(*ORDERINGS[ordering])
    return tasks.values_list(*shapes.ROW_COLUMNS)[first:end]


def _number(person: Asker, on: date, _body: None, asked: str) -> QuerySet[Any, Any]:
    """How many there are, list by list, without the tables whose columns the rows show."""
    numbers: list[QuerySet[Any, Any]] = [
        tasks.order_by()
        .annotate(all=Value(1))
        .values("all")
        .annotate(number=Count("*"))
        .values_list("number")
        for tasks in _filters(person, on, asked).lists_of(person)
    ]
    return numbers[0].union(*numbers[1:], all=True) if len(numbers) > 1 else numbers[0]


class TaskRows:
    """The rows of a list for a paginator, and how many there are."""

    ordered = True

    def __init__(self, person: Person, on: date, params: QueryDict) -> None:
        self.person, self.on, self.ordering = person, on, "due"
        named = sorted(params.keys() & TaskFilter.base_filters.keys())
        self.asked = urlencode([(name, value) for name in named for value in params.getlist(name)])
        self.is_closed = CLOSED_FILTERS.issuperset(named)
        self.number: int = sum(number for (number,) in self._read(_number, self.is_closed))

    def count(self) -> int:
        return self.number

    def __getitem__(self, place: slice) -> Rows:
        if place.start or not self.is_closed:
            return self._read(_rows, False, self.ordering, place.start, place.stop)
        return self._read(_rows, True, self.ordering, 0, -(-place.stop // STEP) * STEP)[: place.stop]

    def _read(self, build: Build, is_closed: bool, *more: Hashable) -> Rows:
        if is_closed:
            return rows_seen_by(build, self.person, self.on, self.asked, *more)
        return list(build(self.person, self.on, None, self.asked, *more))


class TaskView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ManyDoors):
    """The tasks you may see."""

    queryset = Task.objects.all()
    filterset_class = TaskFilter
    filtered = ("list", "tally")
    http_method_names = ["get", "head", "post", "patch", "delete"]
    query_names = {
        "list": ("ordering",),
        "led_before": ("page", "page_size"),
        "tally": tuple(TaskFilter.base_filters),
        "evidence": ("page", "page_size"),
        "progress_notes": ("page", "page_size"),
        "comments": ("page", "page_size"),
        "fan_outs": ("page", "page_size"),
        "run_rows": ("page", "page_size"),
    }

    def get_queryset(self) -> TaskQuerySet:
        if self.action in self.filtered:
            return Task.objects.visible_to(self.person)
        return self.whole(Task.objects.readable_by(self.person))

    @staticmethod
    def whole(tasks: TaskQuerySet) -> TaskQuerySet:
        """With all that a detail shows and the rules ask."""
        people = (
            "leader",
            "contact",
            "created_by",
            "assigned_by",
            *("submitted_by", "submitted_for", "confirmed_by", "confirmed_for"),
            "posted_by",
            "risk_by",
        )
        return tasks.select_related("order", "assigner", "lead", "recurrence", *people).prefetch_related(
            *("parts__body", "parts__delivered_by", "evidence", "milestones__done_by"),
            Prefetch("requests", TaskRequest.objects.select_related(*TaskRequest.PEOPLE)),
        )

    @property
    def due(self) -> str:
        """The column that standings are asked of: a list by the first deadline shows the standing by it."""
        return column_of(self.request.query_params.get("deadline"))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "due": self.due, "verdicts": verdicts}

    def ordering(self) -> str:
        name: str = self.request.query_params.get("ordering") or "due"
        if name not in ORDERINGS:
            problem = _("Order by one of: %(names)s.") % {"names": ", ".join(ORDERINGS)}
            raise serializers.ValidationError({"ordering": [problem]})
        return name

    def get_serializer_class(self) -> Any:
        action = self.action or ""
        by_action = {"list": shapes.TaskRow, "create": shapes.TaskDraft, "partial_update": shapes.TaskChange}
        if action in VERBS:
            return VERBS[action].api_input
        return by_action.get(action, shapes.TaskDetail)

    @extend_schema(parameters=[OpenApiParameter("ordering", str, enum=list(ORDERINGS), default="due")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # What is wrong in a filter is told before what is wrong in the order.
        rows = TaskRows(self.person, on := today(), request.query_params)
        rows.ordering = self.ordering()
        page: Any = self.paginate_queryset(cast(Any, rows))
        shape = shapes.RowShape(on, self.due)
        return self.get_paginated_response([shape(row) for row in page])

    @extend_schema(operation_id="tasks_tally", responses=shapes.TallyOut, filters=True)
    @action(detail=False, pagination_class=None)
    def tally(self, request: Request) -> Response:
        """The five numbers of the tasks that the same filters list; the open ones in three colours too."""
        on, tasks = today(), cast(TaskQuerySet, self.filter_queryset(self.get_queryset()))
        return Response({"on": on, **tasks.tally_and_paces(on, self.due)})

    @extend_schema(responses={201: shapes.TaskDetail})
    def create(self, request: Request) -> Response:
        """Prepare a task as a draft that only its own body sees."""
        values = self.checked()
        parts, cycle = values.pop("parts", ()), values.pop("cycle", None)
        task = actions.new_task(task=Task(**values), parts=parts, cycle=cycle, by=self.person)
        return self.answer(task, 201)

    @extend_schema(responses=DONE)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is named; the rest stays."""
        return self.act(VERBS["edit"])

    @extend_schema(operation_id="tasks_led_before", responses=shapes.TaskRow(many=True))
    @action(detail=False, url_path="led-before", filterset_class=None, serializer_class=shapes.TaskRow)
    def led_before(self, request: Request) -> Response:
        """Tasks that a body of yours led before, as they were when another took over; the last first."""
        page = self.paginate_queryset(led_before(self.person))
        rows = all_as_read_by(self.person, page or [])
        return self.get_paginated_response(
            shapes.TaskRow(rows, many=True, context=self.get_serializer_context()).data
        )

    def get_object(self) -> Task:
        return as_read_by(self.person, super().get_object())

    def act(self, verb: Verb) -> Response:
        task: Task = self.get_object()
        # Asked again inside the action under the lock; here it comes before the input, so that
        # somebody who may not learns that, and not what is missing in their request.
        verb.rule(self.person, task).or_raise()
        verb.do_with_values(task, self.person, self.checked())
        return self.answer(task, 200)

    def answer(self, task: Task, status: int) -> Response:
        now = self.whole(Task.objects.visible_to(self.person)).filter(pk=task.pk).first()
        if now is None:
            return Response(status=204)
        return Response(shapes.TaskDetail(now, context=self.get_serializer_context()).data, status=status)

    @extend_schema(operation_id="tasks_above", responses=shapes.AboveOut(many=True))
    @action(detail=True, filterset_class=None, pagination_class=None)
    def above(self, request: Request, pk: str) -> Response:
        """The tasks that this one serves, nearest first; of a restricted one code and day only."""
        return Response(shapes.AboveOut(list(self.get_object().ancestors()), many=True).data)

    @extend_schema(operation_id="tasks_progress_notes", responses=shapes.ProgressOut(many=True))
    @VERB_DOORS["progress"].mapping.get  # type: ignore[untyped-decorator]
    def progress_notes(self, request: Request, pk: str) -> Response:
        """What the lead body told of its work, newest first."""
        task = self.get_object()
        return self.pages_of(kept(task, task.progress.select_related("by")), shapes.ProgressOut)

    @extend_schema(operation_id="tasks_comments", responses=shapes.CommentOut(many=True))
    @action(detail=True, filterset_class=None)
    def comments(self, request: Request, pk: str) -> Response:
        """What was said about the task, oldest first."""
        rows = story.comments_of(self.get_object(), self.person)
        return self.pages_of(rows.select_related("by"), shapes.CommentOut)

    @extend_schema(operation_id="tasks_evidence", responses=shapes.EvidenceOut(many=True))
    @action(detail=True, filterset_class=None)
    def evidence(self, request: Request, pk: str) -> Response:
        """What shows the result; what was taken back is left out."""
        task = self.get_object()
        rows = kept(task, task.evidence.filter(removed_at=None))
        return self.pages_of(rows.select_related("by"), shapes.EvidenceOut)

    @extend_schema(
        operation_id="tasks_add_evidence_row", request=shapes.EvidenceIn, responses={201: shapes.EvidenceOut}
    )
    @evidence.mapping.post
    def new_evidence(self, request: Request, pk: str) -> Response:
        """Adds evidence as `add-evidence` does; the answer is the new row instead of the task."""
        task: Task = self.get_object()
        rules.may_add_evidence(self.person, task).or_raise()
        serializer = shapes.EvidenceIn(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = actions.add_evidence(task=task, by=self.person, **serializer.validated_data)
        return Response(shapes.EvidenceOut(row).data, status=201)

    @extend_schema(
        operation_id="tasks_remove_evidence",
        parameters=[OpenApiParameter("evidence_pk", int, OpenApiParameter.PATH)],
        request=None,
        responses={204: None},
    )
    @action(detail=True, methods=["delete"], url_path="evidence/(?P<evidence_pk>[^/]+)", filterset_class=None)
    def remove_evidence(self, request: Request, pk: str, evidence_pk: str) -> Response:
        """Take evidence back before the task is reported complete."""
        rows = Evidence.objects.filter(task=self.get_object(), removed_at=None)
        row = get_object_or_404(rows.select_related("task__lead"), pk=evidence_pk)
        actions.remove_evidence(evidence=row, by=self.person)
        return Response(status=204)


for name, door in VERB_DOORS.items():
    setattr(TaskView, name, door)


class OrderView(mixins.ListModelMixin, mixins.RetrieveModelMixin, RelationDoors):
    """The orders you may read, newest first."""

    queryset = Order.objects.all()
    filterset_class = OrderFilter
    http_method_names = ["get", "head", "post", "patch", "delete"]

    def get_queryset(self) -> OrderQuerySet:
        return Order.objects.visible_to(self.person).select_related("body", "created_by")

    def get_serializer_class(self) -> Any:
        by_action = {
            "list": OrderRow,
            "create": OrderIn,
            "partial_update": OrderChange,
        }
        return by_action.get(self.action or "", OrderDetail)

    def answer(self, order: Order, status: int) -> Response:
        return Response(OrderDetail(order, context=self.get_serializer_context()).data, status=status)

    @extend_schema(responses={201: OrderDetail})
    def create(self, request: Request) -> Response:
        """Enter an order in the register of the body that gives its tasks."""
        values = self.checked()
        file = values.pop("file", None)
        return self.answer(order_actions.save_order(order=Order(**values), by=self.person, file=file), 201)

    @extend_schema(responses=OrderDetail)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct what is named; the rest stays."""
        order = cast(Order, self.get_object())
        rules.may_edit_order(self.person, order).or_raise()
        values = self.checked()
        file, version = values.pop("file", None), values.pop("version")
        for name, value in values.items():
            setattr(order, name, value)
        return self.answer(
            order_actions.save_order(order=order, by=self.person, file=file, version=version), 200
        )
