"""Orders as the API shows and takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from committees.serializers import BodyIn, BodyOut, PersonOut, VerdictOut
from portal.shared.api import Input
from tasks import rules
from tasks.models import Order, Task
from tasks.orders.actions import ENTERED_FIELDS, RECORDED_FIELDS
from tasks.serializers import TallyOut


class OrderRow(serializers.ModelSerializer[Order]):
    body = BodyOut()
    download = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields: tuple[str, ...] = ("id", *RECORDED_FIELDS, "download", "version")
        read_only_fields = fields

    def get_download(self, order: Order) -> str | None:
        """The address of the file on this portal."""
        return reverse("orders:file", args=[order.pk]) if order.file else None


class OrderDetail(OrderRow):
    created_by = PersonOut(allow_null=True)
    tally = serializers.SerializerMethodField()
    may_edit = serializers.SerializerMethodField()

    class Meta(OrderRow.Meta):
        fields = (*OrderRow.Meta.fields, "created_by", "created_at", "tally", "may_edit")
        read_only_fields = fields

    @extend_schema_field(TallyOut)
    def get_tally(self, order: Order) -> dict[str, Any]:
        """The count of the order's tasks that you can see."""
        on, tasks = self.context["on"], Task.objects.visible_to(self.context["request"].user)
        return {"on": on, **tasks.filter(order=order).tally_and_paces(on)}

    @extend_schema_field(VerdictOut)
    def get_may_edit(self, order: Order) -> dict[str, Any]:
        verdict = rules.may_edit_order(self.context["request"].user, order)
        return {"ok": verdict.ok, "reason": str(verdict.reason)}


class OrderIn(Input, serializers.ModelSerializer[Order]):
    """An order for the register of the body that gives its tasks."""

    body = BodyIn()
    file = serializers.FileField(required=False)

    class Meta:
        model = Order
        fields: tuple[str, ...] = (*ENTERED_FIELDS, "file")
        validators: Sequence[Any] = ()  # the action asks the model, and says it in the model's words


class OrderChange(OrderIn):
    """What is corrected; the rest stays."""

    body = BodyIn(required=False)
    version = serializers.IntegerField(min_value=0, help_text="The version you read; 409 if it is another.")

    class Meta(OrderIn.Meta):
        fields = (*OrderIn.Meta.fields, "version")
        extra_kwargs = {"number": {"required": False}, "kind": {"required": False}}
