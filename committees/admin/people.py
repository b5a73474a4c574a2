"""People and their accounts in the admin. Nobody is deleted: an account is locked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.admin import EventfulAdmin
from committees import actions, rules
from committees.doors import signed_in
from committees.models import Membership, PasswordLetter, Person
from committees.passwords.actions import send_reset_letter
from portal.shared.admin import ActionForm, Deed, ReadOnlyAdmin, apply_to_each, link
from portal.shared.days import day_of, format_day


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


HELP = {
    "is_active": _("Nobody is deleted. Untick this to lock the account: from that moment it opens nothing."),
    "is_staff": _("Runs people, bodies, offices and the calendar here. Sees no task by that alone."),
    "is_superuser": _("For emergencies: sees everything, and each act is marked in the audit."),
}


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
        person_fields = ["username", "name", "email", "phone", "language"]
        if obj is None:
            secret = ["new_password", "new_password_again"]
            return [
                (None, {"fields": person_fields}),
                (_("Password"), {"fields": secret}),
                (_("Account"), {"fields": rights}),
            ]
        return [
            (None, {"fields": [*person_fields, *(["address_refused"] if obj.address_refused_at else [])]}),
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
            act=lambda person, form: send_reset_letter(person=person, by=by),
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


@admin.register(PasswordLetter)
class PasswordLetterAdmin(ReadOnlyAdmin[PasswordLetter]):
    """What was owed and whether it left. The link is in no row: it is written when the letter is sent."""

    list_display = ("asked_at", "person", "address", "by", "attempts", "sent_at", "next_attempt_at", "answer")
    list_filter = (("sent_at", admin.EmptyFieldListFilter),)
    list_select_related = ("person", "by")
    actions = ("send_again",)
    search_fields = ("person__search_text", "address")
    search_help_text = _("Search for a person or an address.")

    @admin.action(description=_("Send the chosen letters again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[PasswordLetter]) -> None:
        done = ngettext_lazy(
            "%(count)d letter is sent again within a minute.",
            "%(count)d letters are sent again within a minute.",
            "count",
        )
        by = signed_in(request)
        rows = queryset.select_related("person")
        apply_to_each(request, rows, lambda row: send_reset_letter(person=row.person, by=by), done)


def term_days(term: Membership) -> str:
    return f"{format_day(term.starts_on)} – {f'{format_day(term.ends_on)}' if term.ends_on else '…'}"
