"""The register of orders in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from audit.admin import EventfulAdmin
from committees.doors import signed_in
from portal.shared.admin import VersionForm
from tasks import rules
from tasks.admin.common import drafts_somewhere
from tasks.forms.common import upload_field
from tasks.models import Order, OrderRelation
from tasks.models.orders import OrderQuerySet
from tasks.orders.actions import ENTERED_FIELDS, save_order


class OrderAdminForm(VersionForm):
    upload = upload_field(
        _("Office file, PDF, picture or zip, at most 50 MB. It replaces the one that is there.")
    )


class RelationInline(admin.TabularInline[OrderRelation, Order]):
    """Read only: relations are entered and taken back on the order's page, where circles are refused."""

    model = OrderRelation
    fk_name = "order"
    extra = 0
    fields = readonly_fields = ("kind", "other", "by", "at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderRelation]:
        seen = Order.objects.visible_to(signed_in(request)).order_by()
        return super().get_queryset(request).filter(other__in=seen).select_related("other", "by")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Order)
class OrderAdmin(EventfulAdmin[Order]):
    form = OrderAdminForm
    list_display = ("number", "kind", "issued_on", "register", "issuer")
    list_filter = ("kind", "body__level")
    list_select_related = ("body",)
    search_fields = ("search_text",)
    search_help_text = _("Search in number, issuer, signer and abstract, with or without marks.")
    ordering = ("-issued_on", "-pk")
    autocomplete_fields = ("body",)
    inlines = (RelationInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return Order.objects.visible_to(signed_in(request)).select_related("body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[Any, bool]:
        """Search as the register does: by number however it is written, or by words."""
        orders = cast(OrderQuerySet, queryset)
        return (orders.matching(search_term) if search_term else orders), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and drafts_somewhere(request)

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or bool(rules.may_edit_order(signed_in(request), obj)))

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> Any:
        may = obj is None or self.has_change_permission(request, obj)
        hidden, upload = (["opened_version"], ["upload"]) if may else ([], [])
        file = [*(["file_name"] if obj else []), *upload]
        entered = [(_("Entered"), {"fields": ["created_by", "created_at"]})] if obj else []
        return [(None, {"fields": [*hidden, *ENTERED_FIELDS]}), (_("File"), {"fields": file}), *entered]

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> list[str]:
        """An order stays in the register it was entered in: its tasks stand on that."""
        return ["body", "file_name", "created_by", "created_at"] if obj else []

    @admin.display(description=_("body"), ordering="body__path")
    def register(self, order: Order) -> str:
        return order.body.brief

    def view_on_site(self, order: Order) -> str:
        return order.get_absolute_url()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and object_id is not None:
            rules.may_edit_order(signed_in(request), self.row_or_404(request, object_id)).or_raise()
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        values = form.cleaned_data
        version = values.get("opened_version") if change else None
        save_order(order=obj, by=signed_in(request), file=values.get("upload"), version=version)
