"""Offices in the admin, and what each may do on its body."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as _auth_admin  # noqa: F401 - registers what is taken out below
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from audit.admin import EventfulAdmin
from committees import access, actions
from committees.doors import signed_in
from committees.models import Office
from committees.roles import DEFAULTS, PERMISSIONS, Role
from portal.shared.admin import ActionForm
from portal.shared.text import fold

# Offices hold the groups, and a person's rights come from their terms: nobody edits either by hand.
admin.site.unregister(Group)


class PermissionsField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class OfficeForm(ActionForm):
    permissions = PermissionsField(
        label=_("Rights"),
        required=False,
        help_text=_("For this body only. What the regulation's default gives is marked."),
    )

    class Meta:
        model = Office
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        default = DEFAULTS[Role(self.instance.role)]
        choices = [
            (name, format_html("{} <b>({})</b>", label, _("default")) if name in default else label)
            for name, label in PERMISSIONS.items()
        ]
        self.fields["permissions"].choices = choices  # type: ignore[attr-defined]
        self.fields["permissions"].initial = sorted(access.permissions_of(self.instance))


@admin.register(Office)
class OfficeAdmin(EventfulAdmin[Office]):
    form = OfficeForm
    list_display = ("body", "role")
    list_display_links = ("role",)
    list_filter = ("role", "body__level", "body__kind")
    search_fields = ("body__search_text",)
    search_help_text = _("Search for a body and a role, with or without marks.")
    ordering = ("body__path", "role")
    linked_by = ("body",)
    fields = ("body", "role", "permissions")
    readonly_fields = ("body", "role")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Office]:
        return super().get_queryset(request).select_related("body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Office], search_term: str
    ) -> tuple[QuerySet[Office], bool]:
        """Words that name a role choose offices of that role; the rest look for the body."""
        rest = f" {fold(search_term)} "
        for role in sorted(Role, key=lambda role: -len(str(role.label))):
            name = f" {fold(str(role.label))} "
            if name in rest:
                queryset, rest = queryset.filter(role=role), rest.replace(name, " ")
                break
        return super().get_search_results(request, queryset, rest.strip())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A body has its nine offices from the day it is entered."""
        return False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Add columns about the rights of each office, read once for the page."""
        changelist = super().get_changelist_instance(request)
        held = access.permissions_by_office(changelist.result_list)

        @admin.display(description=_("rights"))
        def rights(office: Office) -> int:
            return len(held.get(office.pk, ()))

        @admin.display(description=_("as by default"), boolean=True)
        def as_default(office: Office) -> bool:
            return held.get(office.pk, set()) == DEFAULTS[Role(office.role)]

        changelist.list_display = [*changelist.list_display, rights, as_default]
        return changelist

    def save_model(self, request: HttpRequest, obj: Office, form: Any, change: bool) -> None:
        actions.set_office_permissions(
            office=obj, permissions=form.cleaned_data["permissions"], by=signed_in(request)
        )
