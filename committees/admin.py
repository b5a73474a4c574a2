"""People, bodies, offices and memberships in the admin. Nobody is deleted: locked, dissolved, ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as _auth_admin  # noqa: F401 - registers what is taken out below
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.admin import OPEN_TO_STAFF, EventfulAdmin
from audit.labels import NAMED_MODELS, PIECE_LABELS, VERB_LABELS
from audit.models import Event
from committees import access, actions, rules
from committees.doors import signed_in
from committees.models import Absence, Alias, Body, Membership, Office, Person, ProposedTerm
from committees.roles import DEFAULTS, PERMISSIONS, Role
from portal.shared.admin import ActionForm, Deed, ReadOnlyAdmin, apply_to_each, is_administrator, link
from portal.shared.days import day_of, format_day, today
from portal.shared.text import fold

# Offices hold the groups, and a person's rights come from their terms: nobody edits either by hand.
admin.site.unregister(Group)

VERB_LABELS.update(
    {
        "person_entered": _("Person entered"),
        "person_changed": _("Person changed"),
        "profile_changed": _("Own profile changed"),
        "password_set": _("Password set by an administrator"),
        "password_changed": _("Own password changed"),
        "signed_in": _("Signed in"),
        "address_refused": _("Address refused by the mail server"),
        "address_accepted": _("Address trusted again"),
        "body_entered": _("Body entered"),
        "body_changed": _("Body changed"),
        "office_permissions_changed": _("Rights of an office changed"),
        "reset_letter_sent": _("Letter to choose a password sent"),
        "membership_entered": _("Person appointed"),
        "term_proposed": _("Own appointment proposed"),
        "term_approved": _("Own appointment approved by another administrator"),
        "term_refused": _("Own appointment refused"),
        "membership_changed": _("Term changed"),
        "membership_removed": _("Term taken back before it began"),
        "absence_entered": _("Absence entered"),
        "absence_changed": _("Absence changed"),
        "absence_ended": _("Absence ended"),
        "person_left": _("Person left"),
        "name_remembered": _("Name in papers remembered"),
        "name_forgotten": _("Name in papers forgotten"),
    }
)
PIECE_LABELS.update(
    {
        "address": _("address"),
        "answer": _("what the mail server said"),
        "permissions": _("rights"),
        "offices": _("offices of the deputy"),
        "last_day": _("last day"),
        "alias": _("name in papers"),
        "body": _("body"),
        "used_by": _("used by"),
    }
)
NAMED_MODELS.update({Person: (), Body: (), Office: ("body",)})
OPEN_TO_STAFF.update(
    model._meta.label_lower for model in (Person, Body, Office, Membership, Absence, ProposedTerm)
)


class NewPasswordForm(forms.Form):
    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password_again = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        return _same_twice(self)


class NewPersonForm(ActionForm):
    """A new account, with a password or without one: then nobody signs in until one is set."""

    new_password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Leave both empty, and this person cannot sign in until you send the letter to choose a password."
        ),
    )
    new_password_again = forms.CharField(
        label=_("Password again"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        return _same_twice(self)


def _same_twice(form: forms.BaseForm) -> dict[str, Any]:
    values = form.cleaned_data
    if values.get("new_password") != values.get("new_password_again"):
        form.add_error("new_password_again", _("The two passwords differ. Type the same one twice."))
    return values


@admin.register(Person)
class PersonAdmin(EventfulAdmin[Person]):
    list_display = ("name", "username", "email", "is_active", "is_staff", "last_login")
    list_filter = (
        "is_active",
        "is_staff",
        "is_superuser",
        "language",
        ("address_refused_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("search_text",)
    search_help_text = _("Search for a name, user name or e-mail, with or without marks.")
    ordering = ("name", "pk")
    actions = ("lock", "unlock", "accept_address")
    readonly_fields = ("last_login", "date_joined", "terms", "address_refused")
    change_form_template = "admin/committees/person/change_form.html"

    def get_form(
        self, request: HttpRequest, obj: Person | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Person]]:
        form = super().get_form(
            request, obj, change=change, **(kwargs if obj else {**kwargs, "form": NewPersonForm})
        )
        for name, help_text in HELP.items():
            if name in form.base_fields:
                form.base_fields[name].help_text = help_text
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> Any:
        rights = ["is_active", "is_staff", *(["is_superuser"] if request.user.is_superuser else [])]
        who = ["username", "name", "email", "phone", "language"]
        if obj is None:
            secret = ["new_password", "new_password_again"]
            return [
                (None, {"fields": who}),
                (_("Password"), {"fields": secret}),
                (_("Account"), {"fields": rights}),
            ]
        return [
            (None, {"fields": [*who, *(["address_refused"] if obj.address_refused_at else [])]}),
            (_("Account"), {"fields": [*rights, "last_login", "date_joined"]}),
            (_("Offices"), {"fields": ["terms"]}),
        ]

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        by = signed_in(request)
        if change:
            actions.save_person(person=obj, by=by)
            return
        obj.set_unusable_password()
        actions.save_person(person=obj, by=by)
        if form.cleaned_data.get("new_password"):
            actions.set_password(person=obj, new_password=form.cleaned_data["new_password"], by=by)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.password_view)
        reset = self.admin_site.admin_view(self.reset_view)
        return [
            path("<int:object_id>/password/", view, name="committees_person_password"),
            path("<int:object_id>/reset/", reset, name="committees_person_reset"),
            *super().get_urls(),
        ]

    def password_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        by, person = signed_in(request), self.row_or_404(request, str(object_id))
        deed = Deed(
            label=_("Set a new password"),
            act=lambda person, form: actions.set_password(
                person=person, new_password=form.cleaned_data["new_password"], by=by
            ),
            done=_("%(name)s has a new password."),
            explain=_("Give it to the person yourself. Wherever they are signed in, they are signed out."),
        )
        form = NewPasswordForm(request.POST if request.method == "POST" else None)
        return self.deed_page(request, person, deed, form, verdict=rules.may_set_password(by, person))

    def reset_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        by, person = signed_in(request), self.row_or_404(request, str(object_id))
        deed = Deed(
            label=_("Send a letter to choose a password"),
            act=lambda person, form: actions.send_reset_letter(person=person, by=by),
            done=_("A letter with a link that works once goes to %(name)s."),
            explain=_("The person chooses the password themselves; until then the old one holds."),
        )
        form = forms.Form(request.POST if request.method == "POST" else None)
        return self.deed_page(request, person, deed, form, verdict=rules.may_send_reset_letter(by, person))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        may = bool(person and rules.may_set_password(signed_in(request), person))
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "may_set_password": may}
        )

    @admin.action(description=_("Lock the chosen people"))
    def lock(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        done = ngettext_lazy("%(count)d person is locked.", "%(count)d people are locked.", "count")
        self._set_active(request, queryset, False, done)

    @admin.action(description=_("Unlock the chosen people"))
    def unlock(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        done = ngettext_lazy("%(count)d person can sign in.", "%(count)d people can sign in.", "count")
        self._set_active(request, queryset, True, done)

    @admin.action(description=_("Trust the address of the chosen people again"))
    def accept_address(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        done = ngettext_lazy(
            "Letters go to %(count)d person again.", "Letters go to %(count)d people again.", "count"
        )
        apply_to_each(
            request,
            queryset,
            lambda person: actions.accept_address(person=person, by=signed_in(request)),
            done,
        )

    @admin.display(description=_("address refused"))
    def address_refused(self, person: Person) -> SafeString | str:
        if person.address_refused_at is None:
            return "–"
        return format_html(
            '<strong class="errornote">{}</strong>',
            _("Since %(day)s no letter is sent there. The mail server said: %(answer)s")
            % {"day": format_day(day_of(person.address_refused_at)), "answer": person.address_answer},
        )

    @staticmethod
    def _set_active(request: HttpRequest, queryset: QuerySet[Person], active: bool, done: Any) -> None:
        def act(person: Person) -> None:
            person.is_active = active
            actions.save_person(person=person, by=signed_in(request))

        apply_to_each(request, queryset, act, done)

    @admin.display(description=_("terms"))
    def terms(self, person: Person) -> SafeString:
        """Every term with its page, and the way to a new one."""
        terms = person.memberships.select_related("office__body").order_by("-starts_on", "pk")
        rows = [(link(term, str(term.office)), term_days(term), term.title) for term in terms]
        add = reverse("admin:committees_membership_add") + f"?person={person.pk}"
        return format_html(
            '<ul>{}</ul><a href="{}" class="addlink">{}</a>',
            format_html_join("", "<li>{} {} {}</li>", rows),
            add,
            _("Appoint to an office"),
        )


HELP = {
    "is_active": _("Nobody is deleted. Untick this to lock the account: from that moment it opens nothing."),
    "is_staff": _("Runs people, bodies, offices and the calendar here. Sees no task by that alone."),
    "is_superuser": _("For emergencies: sees everything, and each act is marked in the audit."),
}


def term_days(term: Membership) -> str:
    return f"{format_day(term.starts_on)} – {f'{format_day(term.ends_on)}' if term.ends_on else '…'}"


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
