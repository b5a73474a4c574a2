"""Orders and tasks over the API: the same scope, rules and answers as the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import F, Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from committees.models import Person
from portal.shared.api import Nothing
from portal.shared.days import today
from tasks import actions, rules
from tasks import serializers as shapes
from tasks.fan_outs.api import FanOutDoors
from tasks.lists.filters import OrderFilter, TaskFilter, column_of
from tasks.models import Evidence, Order, Task
from tasks.models import Request as TaskRequest
from tasks.models.orders import OrderQuerySet
from tasks.models.tasks import TaskQuerySet
from tasks.orders import actions as order_actions
from tasks.orders.api import RelationDoors
from tasks.pages import story
from tasks.pages.former_lead import all_as_read_by, as_read_by, kept, led_before
from tasks.urging import actions as urging_actions
from tasks.urging import selection as urging

ORDERINGS = {
    "due": (F("due_on").asc(nulls_last=True), "pk"),
    "-due": (F("due_on").desc(nulls_last=True), "pk"),
    "updated": (F("progressed_at").asc(nulls_last=True), "pk"),
    "-updated": (F("progressed_at").desc(nulls_last=True), "pk"),
}


BESIDE = ("parts", "cycle", "version", "reason", "below", "past_deadline")
"""What an edit takes besides the columns of the task."""


@dataclass(frozen=True)
class Verb:
    """What a request for it holds, and the action that does it."""

    takes: type[serializers.BaseSerializer[Any]]
    act: Callable[..., Any]


def _edit(*, task: Task, by: Person, **values: Any) -> Task:
    beside = {name: values.pop(name) for name in BESIDE if name in values}
    return actions.edit_task(task=task, values=values, by=by, **beside)


def _name_people(*, task: Task, by: Person, **named: Person | None) -> Task:
    return actions.name_people(
        task=task,
        by=by,
        leader=named.get("leader", task.leader),
        contact=named.get("contact", task.contact),
    )


VERBS: dict[str, Verb] = {
    "propose": Verb(Nothing, actions.propose),
    "assign": Verb(shapes.Assigning, actions.assign),
    "record_approval": Verb(shapes.Approval, actions.record_approval),
    "recall": Verb(shapes.Reason, actions.recall),
    "accept": Verb(Nothing, actions.accept),
    "decline": Verb(shapes.Reason, actions.decline),
    "progress": Verb(shapes.ProgressIn, actions.report_progress),
    "submit": Verb(shapes.Report, actions.submit),
    "confirm": Verb(Nothing, actions.confirm),
    "send_back": Verb(shapes.Reason, actions.send_back),
    "suspend": Verb(shapes.Reason, actions.suspend),
    "resume": Verb(Nothing, actions.resume),
    "withdraw": Verb(shapes.Reason, actions.withdraw),
    "supersede": Verb(shapes.Superseding, actions.supersede),
    "edit": Verb(shapes.TaskChange, _edit),
    "vouch": Verb(Nothing, actions.vouch),
    "change_lead": Verb(shapes.LeadChange, actions.change_lead),
    "set_event_day": Verb(shapes.EventDay, actions.set_event_day),
    "name_people": Verb(shapes.People, _name_people),
    "contribute": Verb(shapes.ContributionIn, actions.contribute),
    "return_contribution": Verb(shapes.ContributionBack, actions.return_contribution),
    "add_evidence": Verb(shapes.EvidenceIn, actions.add_evidence),
    "comment": Verb(shapes.CommentIn, actions.add_comment),
    "set_weights": Verb(shapes.Weights, actions.set_weights),
    "urge": Verb(shapes.Message, urging_actions.urge),
    "mark_posted": Verb(Nothing, actions.mark_posted),
    "ask_extension": Verb(shapes.ExtensionIn, actions.ask_extension),
    "ask_withdrawal": Verb(shapes.Reason, actions.ask_withdrawal),
    "approve_request": Verb(shapes.Decision, actions.approve_request),
    "refuse_request": Verb(shapes.Refusal, actions.refuse_request),
    "counter_request": Verb(shapes.Counter, actions.counter_request),
    "accept_counter": Verb(Nothing, actions.accept_counter),
    "decline_counter": Verb(shapes.OptionalReason, actions.decline_counter),
    "cancel_request": Verb(shapes.OptionalReason, actions.cancel_request),
    "flag_risk": Verb(shapes.RiskIn, actions.flag_risk),
    "clear_risk": Verb(Nothing, actions.clear_risk),
    "stop_escalation": Verb(shapes.Reason, actions.stop_escalation),
    "resume_escalation": Verb(Nothing, actions.resume_escalation),
    "resume_cycle": Verb(Nothing, actions.resume_cycle),
    "set_milestones": Verb(shapes.MilestonesIn, actions.set_milestones),
    "mark_milestone": Verb(shapes.MilestoneReached, actions.mark_milestone),
}
"""Each verb of `rules.VERBS` is POST /api/tasks/<pk>/<verb with hyphens>/."""

DONE = {
    200: shapes.TaskDetail,
    204: OpenApiResponse(description="Done; by that the task is no longer shown to you."),
}


def verb(name: str) -> Any:
    """The address of one verb: find, ask, check the input, act, and answer with the task as it now is."""
    takes = VERBS[name].takes

    def post(self: TaskView, request: Request, pk: str) -> Response:
        return self.act(name)

    post.__name__, post.__doc__ = name, rules.VERBS[name].__doc__
    # Not under @action: it would throw away what the schema says of this address.
    door = action(detail=True, methods=["post"], url_path=name.replace("_", "-"), filterset_class=None)(post)
    return extend_schema(operation_id=f"tasks_{name}", request=takes, responses=DONE)(door)


class TaskView(mixins.ListModelMixin, mixins.RetrieveModelMixin, FanOutDoors):
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
    }

    def get_queryset(self) -> TaskQuerySet:
        if self.action in self.filtered:
            tasks = Task.objects.visible_to(self.person)
            if self.action == "tally":
                return tasks
            return tasks.for_list().only(*shapes.ROW_COLUMNS).order_by(*self.ordering())
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
        return {**super().get_serializer_context(), "due": self.due}

    def ordering(self) -> tuple[Any, ...]:
        asked = self.request.query_params.get("ordering") or "due"
        if asked not in ORDERINGS:
            said = _("Order by one of: %(names)s.") % {"names": ", ".join(ORDERINGS)}
            raise serializers.ValidationError({"ordering": [said]})
        return ORDERINGS[asked]

    def get_serializer_class(self) -> Any:
        action = self.action or ""
        by_action = {"list": shapes.TaskRow, "create": shapes.TaskDraft, "partial_update": shapes.TaskChange}
        if action == "urge_many":
            return shapes.UrgeMany
        if action in VERBS:
            return VERBS[action].takes
        return by_action.get(action, shapes.TaskDetail)

    @extend_schema(parameters=[OpenApiParameter("ordering", str, enum=list(ORDERINGS), default="due")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

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
        return self.act("edit")

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

    def act(self, verb: str) -> Response:
        task: Task = self.get_object()
        # Asked again inside the action under the lock; here it comes before the input, so that
        # somebody who may not learns that, and not what is missing in their request.
        rules.VERBS[verb](self.person, task).or_raise()
        VERBS[verb].act(task=task, by=self.person, **self.checked())
        return self.answer(task, 200)

    def answer(self, task: Task, status: int) -> Response:
        now = self.whole(Task.objects.visible_to(self.person)).filter(pk=task.pk).first()
        if now is None:
            return Response(status=204)
        return Response(shapes.TaskDetail(now, context=self.get_serializer_context()).data, status=status)

    propose = verb("propose")
    assign = verb("assign")
    record_approval = verb("record_approval")
    recall = verb("recall")
    accept = verb("accept")
    decline = verb("decline")
    progress = verb("progress")
    submit = verb("submit")
    confirm = verb("confirm")
    send_back = verb("send_back")
    suspend = verb("suspend")
    resume = verb("resume")
    withdraw = verb("withdraw")
    change_lead = verb("change_lead")
    supersede = verb("supersede")
    edit = verb("edit")
    vouch = verb("vouch")
    set_event_day = verb("set_event_day")
    name_people = verb("name_people")
    contribute = verb("contribute")
    return_contribution = verb("return_contribution")
    add_evidence = verb("add_evidence")
    comment = verb("comment")
    set_weights = verb("set_weights")
    urge = verb("urge")
    mark_posted = verb("mark_posted")
    ask_extension = verb("ask_extension")
    ask_withdrawal = verb("ask_withdrawal")
    approve_request = verb("approve_request")
    refuse_request = verb("refuse_request")
    counter_request = verb("counter_request")
    accept_counter = verb("accept_counter")
    decline_counter = verb("decline_counter")
    cancel_request = verb("cancel_request")
    flag_risk = verb("flag_risk")
    clear_risk = verb("clear_risk")
    stop_escalation = verb("stop_escalation")
    resume_escalation = verb("resume_escalation")
    resume_cycle = verb("resume_cycle")
    set_milestones = verb("set_milestones")
    mark_milestone = verb("mark_milestone")

    @extend_schema(operation_id="tasks_urge_many", request=shapes.UrgeMany, responses=shapes.UrgedMany)
    @action(
        detail=False,
        methods=["post"],
        url_path="urge",
        filterset_class=None,
        serializer_class=shapes.UrgeMany,
        pagination_class=None,
    )
    def urge_many(self, request: Request) -> Response:
        """Urge each of these tasks that may be urged now; of the others it says why not."""
        values = self.checked()
        return Response(
            shapes.UrgedMany(urging.urge_keys(values.pop("tasks"), by=self.person, **values)).data
        )

    @extend_schema(operation_id="tasks_above", responses=shapes.AboveOut(many=True))
    @action(detail=True, filterset_class=None, pagination_class=None)
    def above(self, request: Request, pk: str) -> Response:
        """The tasks that this one serves, nearest first; of a restricted one code and day only."""
        return Response(shapes.AboveOut(list(self.get_object().ancestors()), many=True).data)

    @extend_schema(operation_id="tasks_progress_notes", responses=shapes.ProgressOut(many=True))
    @progress.mapping.get  # type: ignore[untyped-decorator]
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
        """The same as add-evidence, answered with the new row."""
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


class OrderView(mixins.ListModelMixin, mixins.RetrieveModelMixin, RelationDoors):
    """The orders you may read, newest first."""

    queryset = Order.objects.all()
    filterset_class = OrderFilter
    http_method_names = ["get", "head", "post", "patch", "delete"]

    def get_queryset(self) -> OrderQuerySet:
        return Order.objects.visible_to(self.person).select_related("body", "created_by")

    def get_serializer_class(self) -> Any:
        by_action = {
            "list": shapes.OrderRow,
            "create": shapes.OrderIn,
            "partial_update": shapes.OrderChange,
        }
        return by_action.get(self.action or "", shapes.OrderDetail)

    def answer(self, order: Order, status: int) -> Response:
        return Response(shapes.OrderDetail(order, context=self.get_serializer_context()).data, status=status)

    @extend_schema(responses={201: shapes.OrderDetail})
    def create(self, request: Request) -> Response:
        """Enter an order in the register of the body that gives its tasks."""
        values = self.checked()
        file = values.pop("file", None)
        return self.answer(order_actions.save_order(order=Order(**values), by=self.person, file=file), 201)

    @extend_schema(responses=shapes.OrderDetail)
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
