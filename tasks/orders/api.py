"""Relations between orders over the API, and decisions on the tasks of an order that was replaced."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from committees.api import PersonDoor
from committees.serializers import BodyOut
from portal.shared.api import Input
from portal.shared.days import today
from tasks import rules
from tasks.models import Order, OrderRelation, Task
from tasks.orders import relation_actions
from tasks.orders.relation_actions import Decision, Fate
from tasks.orders.relations import Line, related
from tasks.serializers import VisibleKey

KEY = OpenApiParameter("relation_pk", int, OpenApiParameter.PATH)
RELATION_PATH = "relations/(?P<relation_pk>[^/]+)"


class OrderNamed(serializers.ModelSerializer[Order]):
    body = BodyOut()

    class Meta:
        model = Order
        fields = ("id", "number", "kind", "issuer", "issued_on", "body")
        read_only_fields = fields


class ChainLine(serializers.Serializer[Line]):
    order = OrderNamed()
    depth = serializers.IntegerField(help_text="Steps away: 1 is carried out, or carries out, directly.")
    given = serializers.SerializerMethodField()
    overdue = serializers.SerializerMethodField()
    replaced_by = OrderNamed(many=True)
    is_older = serializers.BooleanField(help_text="It is dated before what it carries out.")

    def get_given(self, line: Line) -> int:
        """Its tasks that you can see."""
        return line.tally["given"] if line.tally else 0

    def get_overdue(self, line: Line) -> int:
        return line.tally["overdue"] if line.tally else 0


class RelationOut(serializers.ModelSerializer[OrderRelation]):
    order = OrderNamed()
    other = OrderNamed()
    is_older = serializers.BooleanField(help_text="It is dated before what it speaks of.")

    class Meta:
        model = OrderRelation
        fields = ("id", "order", "kind", "other", "at", "is_older")
        read_only_fields = fields


class RelatedOut(serializers.Serializer[Any]):
    """Both chains and the direct relations, as far as you see the orders."""

    above = ChainLine(many=True, help_text="What it carries out, nearest first, to the top.")
    hidden_above = serializers.IntegerField(help_text="So many more that you cannot see.")
    below = ChainLine(many=True, help_text="What carries it out, a branch at a time.")
    more_below = serializers.IntegerField(help_text="So many more that you see stand below these.")
    outgoing = RelationOut(many=True)
    incoming = RelationOut(many=True)
    hidden = serializers.IntegerField(help_text="Orders that it amends or replaces and you cannot see.")


class RelationIn(Input):
    kind = serializers.ChoiceField(OrderRelation.Kind.choices)
    other = VisibleKey(queryset=Order.objects.all())


class DecisionIn(Input):
    """What becomes of one task."""

    task = VisibleKey(queryset=Task.objects.all())
    fate = serializers.ChoiceField(Fate.choices)
    superseded_by = VisibleKey(
        queryset=Task.objects.all(),
        required=False,
        allow_null=True,
        help_text="With supersede: the new task.",
    )
    version = serializers.IntegerField(
        min_value=0, required=False, help_text="With move: the version you read; 409 if it is another."
    )


class Settling(Input):
    """Decisions on open tasks of a replaced order: all are taken together, or none."""

    replaced = VisibleKey(queryset=Order.objects.all())
    decisions = serializers.ListField(child=DecisionIn(), allow_empty=False, max_length=500)
    reason = serializers.CharField(max_length=2000)


class Settled(serializers.Serializer[Any]):
    """How many tasks met which fate."""

    keep = serializers.IntegerField()
    move = serializers.IntegerField()
    supersede = serializers.IntegerField()
    withdraw = serializers.IntegerField()


class RelationDoors(PersonDoor):
    """Mixed into the view of orders: the addresses below one order."""

    @extend_schema(operation_id="orders_relations", responses=RelatedOut)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def relations(self, request: Request, pk: str) -> Response:
        """What it carries out up to the top, what carries it out, and what amends or replaces what."""
        return Response(RelatedOut(related(self.person, self.get_object(), today())).data)

    @extend_schema(operation_id="orders_relate", request=RelationIn, responses={201: RelationOut})
    @relations.mapping.post
    def relate(self, request: Request, pk: str) -> Response:
        """Say what this order does to another that you see. One that leads back here is refused."""
        order: Order = self.get_object()
        rules.may_edit_order(self.person, order).or_raise()
        values = self.checked(RelationIn)
        relation = relation_actions.relate(order=order, by=self.person, **values)
        return Response(RelationOut(relation).data, status=201)

    @extend_schema(operation_id="orders_unrelate", parameters=[KEY], request=None, responses={204: None})
    @action(detail=True, methods=["delete"], url_path=RELATION_PATH, filterset_class=None)
    def unrelate(self, request: Request, pk: str, relation_pk: str) -> Response:
        """Take back what was entered; the tasks of both orders stay as they are."""
        order: Order = self.get_object()
        visible = order.relations.filter(other__in=Order.objects.each_visible_to(self.person).order_by())
        relation_actions.unrelate(relation=get_object_or_404(visible, pk=relation_pk), by=self.person)
        return Response(status=204)

    @extend_schema(operation_id="orders_settle", request=Settling, responses=Settled)
    @action(detail=True, methods=["post"], filterset_class=None, pagination_class=None)
    def settle(self, request: Request, pk: str) -> Response:
        """Decide what becomes of open tasks of an order that this one replaces; the others stay."""
        order: Order = self.get_object()
        values = self.checked(Settling)
        replaced: Order = values["replaced"]
        counts = relation_actions.settle_replaced(
            order=order,
            replaced=replaced,
            decisions=[Decision(**decision) for decision in values["decisions"]],
            reason=values["reason"],
            by=self.person,
        )
        return Response({fate.value: counts[fate.value] for fate in Fate})
