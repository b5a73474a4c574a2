"""Events in the admin: read only, for the whole portal."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from audit.models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    list_display = ("at", "by_name", "verb", "about_name", "reason", "break_glass")
    list_filter = ("verb", "break_glass", "about_type")
    search_fields = ("by_name", "about_name", "reason")
    date_hierarchy = "at"
    ordering = ("-pk",)
    list_select_related = False
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False
