"""Terms in the admin, proposed ones, and absences. No term is deleted: it is ended."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.admin import EventfulAdmin
from committees import actions, rules
from committees.doors import signed_in
from committees.models import Absence, Membership, ProposedTerm
from portal.shared.admin import ReadOnlyAdmin, apply_to_each
from portal.shared.days import today


class HoldsFilter(admin.SimpleListFilter):
    title = _("term")
    parameter_name = "term"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("holds today")), ("past", _("has ended")), ("future", _("has not begun"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "now":
                return queryset.filter(pk__in=Membership.objects.holding_on(today()).values("pk"))
            case "past":
                return queryset.filter(ends_on__lt=today())
            case "future":
                return queryset.filter(starts_on__gt=today())
        return queryset


@admin.register(Membership)
class MembershipAdmin(EventfulAdmin[Membership]):
    list_display = ("person", "role", "body", "starts_on", "ends_on", "holds_today", "decision")
    list_filter = (HoldsFilter, "office__role", "office__body__level", "office__body__kind")
    list_select_related = ("person", "office__body")
    search_fields = ("person__search_text", "office__body__search_text")
    search_help_text = _("Search for a person or a body, with or without marks.")
    ordering = ("office__body__path", "-starts_on", "pk")
    linked_by = ("office__body",)
    autocomplete_fields = ("person", "office")
    actions = ("end_now", "end_today")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("person", "office__body")

    def get_fieldsets(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        term = {
            "fields": ["starts_on", "ends_on", "decision"],
            "description": _(
                "A term is not deleted: give it a last day, and from the next day it opens nothing."
            ),
        }
        return [
            (None, {"fields": ["person", "office"]}),
            (_("Term"), term),
            (_("Position"), {"fields": ["position", "position_en", "fields"]}),
        ]

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        actions.appoint(membership=obj, by=signed_in(request))

    def response_add(
        self, request: HttpRequest, obj: Membership, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._proposed(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Membership) -> HttpResponse:
        return self._proposed(request, obj) or super().response_change(request, obj)

    @staticmethod
    def _proposed(request: HttpRequest, term: Membership) -> HttpResponse | None:
        """Redirect to the proposal that `appoint` made in the place of an administrator's own term."""
        by = signed_in(request)
        if not rules.may_propose_term(by, term.person, term.office):
            return None
        proposals = ProposedTerm.objects.filter(proposed_by=by, person=term.person, office=term.office)
        proposal = proposals.latest("pk")
        messages.warning(request, _("Your own appointment waits: another administrator decides on it."))
        return redirect(reverse("admin:committees_proposedterm_change", args=[proposal.pk]))

    @admin.display(description=_("role"), ordering="office__role")
    def role(self, membership: Membership) -> str:
        return str(membership.office.get_role_display())

    @admin.display(description=_("body"), ordering="office__body__path")
    def body(self, membership: Membership) -> str:
        return membership.office.body.brief

    @admin.display(description=_("holds today"), boolean=True)
    def holds_today(self, membership: Membership) -> bool:
        return membership.holds_on(today())

    @admin.action(description=_("End the chosen terms at once"))
    def end_now(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        by = signed_in(request)
        done = ngettext_lazy("%(count)d term has ended.", "%(count)d terms have ended.", "count")
        apply_to_each(
            request, queryset, lambda membership: actions.end_membership(membership=membership, by=by), done
        )

    @admin.action(description=_("Make today the last day of the chosen terms"))
    def end_today(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        by = signed_in(request)
        done = ngettext_lazy(
            "Today is the last day of %(count)d term.", "Today is the last day of %(count)d terms.", "count"
        )
        apply_to_each(
            request,
            queryset,
            lambda membership: actions.end_membership(membership=membership, ends_on=today(), by=by),
            done,
        )


@admin.register(ProposedTerm)
class ProposedTermAdmin(EventfulAdmin[ProposedTerm], ReadOnlyAdmin[ProposedTerm]):
    """Administrators' own appointments, which another administrator decides on."""

    list_display = ("person", "office", "starts_on", "ends_on", "state", "decided_by")
    list_filter = ("state",)
    list_select_related = ("person", "office__body", "decided_by")
    search_fields = ("person__search_text", "office__body__search_text")
    search_help_text = _("Search for a person or a body, with or without marks.")
    fields = (
        *("person", "office", "starts_on", "ends_on", "decision", "position", "position_en", "fields"),
        *("state", "proposed_by", "proposed_at", "decided_by", "decided_at"),
    )
    actions = ("approve", "refuse")

    @admin.action(description=_("Appoint as proposed"))
    def approve(self, request: HttpRequest, queryset: QuerySet[ProposedTerm]) -> None:
        by = signed_in(request)
        done = ngettext_lazy("%(count)d person is appointed.", "%(count)d people are appointed.", "count")
        apply_to_each(
            request, queryset, lambda proposal: actions.approve_term(proposal=proposal, by=by), done
        )

    @admin.action(description=_("Refuse the chosen proposals"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[ProposedTerm]) -> None:
        by = signed_in(request)
        done = ngettext_lazy("%(count)d proposal is refused.", "%(count)d proposals are refused.", "count")
        apply_to_each(request, queryset, lambda proposal: actions.refuse_term(proposal=proposal, by=by), done)


@admin.register(Absence)
class AbsenceAdmin(EventfulAdmin[Absence]):
    list_display = ("person", "deputy", "starts_on", "ends_on", "reason")
    list_filter = ("starts_on",)
    list_select_related = ("person", "deputy")
    search_fields = ("person__search_text", "deputy__search_text")
    search_help_text = _("Search for a person, with or without marks.")
    fields = ("person", "deputy", "starts_on", "ends_on", "reason")
    autocomplete_fields = ("person", "deputy")
    actions = ("end_now",)

    def save_model(self, request: HttpRequest, obj: Absence, form: Any, change: bool) -> None:
        actions.save_absence(absence=obj, by=signed_in(request))

    @admin.action(description=_("End the chosen absences now"))
    def end_now(self, request: HttpRequest, queryset: QuerySet[Absence]) -> None:
        by = signed_in(request)
        done = ngettext_lazy("%(count)d absence is ended.", "%(count)d absences are ended.", "count")
        apply_to_each(request, queryset, lambda absence: actions.end_absence(absence=absence, by=by), done)
