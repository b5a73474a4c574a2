"""Fan-outs in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.admin import EventfulAdmin
from committees.doors import signed_in
from portal.shared.admin import ReadOnlyAdmin
from tasks.models import FanOut


@admin.register(FanOut)
class FanOutAdmin(EventfulAdmin[FanOut], ReadOnlyAdmin[FanOut]):
    """To look at only: it is prepared, started and called off on the pages of its task."""

    list_display = ("__str__", "giver", "state", "how_far", "by", "at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("task", "giver", "by")
    ordering = ("-pk",)
    fields = (
        *("task", "giver", "state", "stop", "title", "deliverable", "due_on", "how_far"),
        *("by", "at", "approved_by", "approved_at", "approval", "finished_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[FanOut]:
        return FanOut.objects.visible_to(signed_in(request)).with_progress()

    @admin.display(description=_("bodies that have their task"))
    def how_far(self, fan_out: Any) -> str:
        return f"{fan_out.made}/{fan_out.total}"
