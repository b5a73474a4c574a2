"""Bodies in the admin, and what papers call them. No body is deleted: it is dissolved."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import EventfulAdmin
from audit.models import Event
from committees import actions
from committees.doors import signed_in
from committees.models import Alias, Body, Membership
from committees.roles import Role
from portal.shared.admin import is_administrator, link
from portal.shared.days import today


class StandingFilter(admin.SimpleListFilter):
    title = _("existence")
    parameter_name = "exists"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("exists today")), ("no", _("dissolved or not yet established"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        standing = Body.objects.standing_on(today()).values("pk")
        match self.value():
            case "yes":
                return queryset.filter(pk__in=standing)
            case "no":
                return queryset.exclude(pk__in=standing)
        return queryset


@admin.register(Body)
class BodyAdmin(EventfulAdmin[Body]):
    list_display = ("in_tree", "code", "kind", "level", "chain", "dissolved_on")
    list_filter = ("level", "kind", "chain", StandingFilter)
    search_fields = ("search_text",)
    search_help_text = _("Search for a name or code, with or without marks.")
    ordering = ("path",)
    autocomplete_fields = ("parent", "standing_agency")
    readonly_fields = ("offices_and_members",)
    change_form_template = "admin/committees/body/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Body | None = None) -> Any:
        place = ["code", "kind", "level", "chain", "parent", "standing_agency"]
        days = {
            "fields": ["decision", "established_on", "dissolved_on", "note"],
            "description": _("A body is not deleted: it is dissolved on a day, and its past stays readable."),
        }
        papers = {"fields": ["before_means", "letterhead", "place"]}
        last = [] if obj is None else [(_("Offices"), {"fields": ["offices_and_members"]})]
        return [
            (None, {"fields": ["name_vi", "name_en", "short_name"]}),
            (_("Place"), {"fields": place}),
            (_("Days"), days),
            (_("Papers"), papers),
            *last,
        ]

    def save_model(self, request: HttpRequest, obj: Body, form: Any, change: bool) -> None:
        actions.save_body(body=obj, by=signed_in(request))

    @admin.display(description=_("body"), ordering="path")
    def in_tree(self, body: Body) -> str:
        return "— " * len(body.ancestor_ids()) + body.name

    @admin.display(description=_("offices and who holds them today"))
    def offices_and_members(self, body: Body) -> SafeString:
        holding = models.Prefetch(
            "memberships",
            Membership.objects.holding_on(today()).filter(absence=None).select_related("person"),
            to_attr="held_today",
        )
        rows = []
        for office in sorted(body.offices.prefetch_related(holding), key=lambda o: Role.values.index(o.role)):
            people = ", ".join(str(term.person) for term in office.held_today)
            rows.append((link(office, office.get_role_display()), people or "–"))
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", rows))


@admin.register(Alias)
class AliasAdmin(EventfulAdmin[Alias]):
    """Whom names in received papers mean; without `used_by` for everybody."""

    list_display = ("name", "body", "used_by")
    list_select_related = ("body", "used_by")
    search_fields = ("folded", "body__search_text")
    search_help_text = _("Search for a name or code, with or without marks.")
    autocomplete_fields = ("body", "used_by")
    fields = ("name", "body", "used_by")

    def has_change_permission(self, request: HttpRequest, obj: Alias | None = None) -> bool:
        """An alias is not changed: entered again under the same name, it means another body."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Alias | None = None) -> bool:
        return is_administrator(request)

    def events_of(self, request: HttpRequest, thing: Alias) -> QuerySet[Event]:
        """The events about names of the body that the alias means."""
        return Event.objects.about(thing.body).filter(verb__startswith="name_").newest_first()

    def save_model(self, request: HttpRequest, obj: Alias, form: Any, change: bool) -> None:
        alias = actions.remember_alias(
            body=obj.body, name=obj.name, reader=obj.used_by, by=signed_in(request)
        )
        obj.pk, obj.folded = alias.pk, alias.folded

    def delete_model(self, request: HttpRequest, obj: Alias) -> None:
        actions.forget_alias(alias=obj, by=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Alias]) -> None:
        for alias in queryset:
            actions.forget_alias(alias=alias, by=signed_in(request))
