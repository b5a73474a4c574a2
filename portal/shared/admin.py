"""The admin as one more thin door: staff may look, an action decides, its sentence stands beside the field.

A floor's `admin.py` says what is shown and which action is called; the handling of refusals,
searches without marks and small pages for one deed is the same for all and lives here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.options import Options
from django.forms.models import construct_instance
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from portal.shared.changes import ChangesForm
from portal.shared.forms import add_errors
from portal.shared.text import fold
from portal.shared.verdicts import YES, Refused, Sentence, Verdict

M = TypeVar("M", bound=models.Model)
Complaint = Refused | ValidationError

# Refusals said one by one after a bulk action; the rest are counted.
MAX_REFUSALS_SHOWN = 5


def is_administrator(request: HttpRequest) -> bool:
    """Staff run the portal by that alone; no row of permissions says so."""
    return bool(request.user.is_active and request.user.is_staff)


def show_complaint(form: forms.BaseForm, complaint: Complaint) -> None:
    """Put an action's answer beside the fields it names; the rest above the form."""
    if isinstance(complaint, Refused):
        form.add_error(None, str(complaint))
    else:
        add_errors(form, complaint, once=False)


class ActionForm(ChangesForm):
    """A form whose save is an action; `complaint` is what the action said to the same input."""

    complaint: Complaint | None = None

    def _post_clean(self) -> None:
        """Constraints are left to the action, which says them beside a field and in sentences of its own."""
        form: Any = self
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        exclude = form._get_validation_exclusions()
        try:
            self.instance.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            form._update_errors(error)
        self.validate_unique()

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.complaint is not None:
            show_complaint(self, self.complaint)


class VersionForm(ActionForm):
    """Carries the version the form was opened with, so that nobody's change is overwritten unseen."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False, label="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["opened_version"] = self.instance.version if self.instance.pk else None


@dataclass(frozen=True)
class Deed:
    """One thing to do to one row on a small page: its words, and what to do with the row and the form."""

    label: Sentence
    act: Callable[..., Any]
    done: Sentence
    explain: Sentence = ""


def link(thing: models.Model, text: str) -> SafeString:
    """A link to a row's page in the admin."""
    name = f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[quote(thing.pk)]), text)


def apply_to_each(
    request: HttpRequest,
    rows: models.QuerySet[Any],
    act: Callable[[Any], object],
    done: Any,
    **values: object,
) -> None:
    """Do one thing to each chosen row, each in its own transaction; say what was done and what was not.

    `done` is the sentence from `ngettext_lazy` that has a `count`, and `values` what else stands in it.
    """
    count, refusals = 0, []
    for row in rows:
        try:
            act(row)
            count += 1
        except (Refused, ValidationError) as error:
            reason = str(error) if isinstance(error, Refused) else " ".join(error.messages)
            refusals.append(f"{row}: {reason}")
    if count:
        messages.success(request, done % {**values, "count": count})
    for refusal in refusals[:MAX_REFUSALS_SHOWN]:
        messages.error(request, refusal)
    if len(refusals) > MAX_REFUSALS_SHOWN:
        more = ngettext(
            "%(count)d more was left as it was.",
            "%(count)d more were left as they were.",
            len(refusals) - MAX_REFUSALS_SHOWN,
        )
        messages.error(request, more % {"count": len(refusals) - MAX_REFUSALS_SHOWN})


class CarefulSelect(AutocompleteSelect):
    """Draws a form again although somebody sent words where a key belongs."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        keys = [key for key in value if str(key).isdecimal() and len(str(key)) < MAX_KEY_DIGITS]
        return super().optgroups(name, keys, attrs)


# Digits: more than this is no key of any row, and SQLite would choke on it.
MAX_KEY_DIGITS = 19

# How the filters and links of a list ask about a column.
ALLOWED_LOOKUPS = ("", "__exact", "__isnull", "__id__exact", "__year", "__month", "__day", "__gte", "__lt")


class CarefulChoice(forms.ModelChoiceField[Any]):
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error


class Choosing(BaseModelAdmin[M]):
    """Searched choices, among what the admin of that model would show to this person."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", CarefulSelect(db_field, self.admin_site))
            kwargs.setdefault("form_class", CarefulChoice)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest
    ) -> models.QuerySet[Any] | None:
        remote = self.admin_site._registry.get(db_field.remote_field.model)
        return remote.get_queryset(request) if remote else super().get_field_queryset(db, db_field, request)


class PortalAdmin(Choosing[M], admin.ModelAdmin[M]):
    """Lists, adds and changes through actions; nothing is deleted unless a subclass says so."""

    form = ActionForm
    list_per_page = 50
    show_full_result_count = False
    view_on_site: Any = False
    # Do the searched columns hold folded text, so that the words are folded too?
    search_is_folded = True
    # Columns by which other pages link to this list, beside its own filters.
    linked_by: tuple[str, ...] = ()
    # What the action said to this request; only on the copy of the admin that shows the form again.
    complaint: Complaint | None = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the filters and links ask.

        Django lets an address ask about every column of the row: of a password's hash, of a letter's
        text, of the title of the task above, letter by letter.
        """
        names = [*self.linked_by, self.date_hierarchy or ""]
        for list_filter in self.get_list_filter(request):
            column = list_filter[0] if isinstance(list_filter, tuple) else list_filter
            names.append(column if isinstance(column, str) else getattr(column, "parameter_name", "") or "")
        return lookup in {f"{name}{suffix}" for name in names if name for suffix in ALLOWED_LOOKUPS}

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError) as error:
            # Of the year 9999 Django asks for the first day of the next one, which no calendar has.
            raise IncorrectLookupParameters(error) from error

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[M], search_term: str
    ) -> tuple[models.QuerySet[M], bool]:
        words = search_term.replace("\x00", "")
        if not self.search_is_folded:
            return super().get_search_results(request, queryset, words)
        words = fold(words)
        if " " in words:
            # Without marks "nghe an" is also in every "công nghệ … Ban": the words as one phrase come first.
            phrase = Q.create([(f"{field}__contains", words) for field in self.search_fields], Q.OR)
            if (together := queryset.filter(phrase)).exists():
                return together, False
        return super().get_search_results(request, queryset, words)

    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[M]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"complaint": self.complaint}) if self.complaint else form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What an action refuses is rolled back, and the same form is shown again with its sentence."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Refused, ValidationError) as error:
            again = copy(self)
            again.complaint = error
            response = super(PortalAdmin, again).changeform_view(request, object_id, form_url, extra_context)
            response.status_code = error.status if isinstance(error, Refused) else 200
            return response

    def deed_page(
        self,
        request: HttpRequest,
        thing: M,
        deed: Deed,
        form: forms.Form,
        *,
        verdict: Verdict = YES,
    ) -> HttpResponse:
        """A page that asks what the deed needs, does it, and says what came of it (302, 403, 409)."""
        status = 200 if verdict else Refused(verdict).status
        if request.method == "POST" and verdict and form.is_valid():
            try:
                with transaction.atomic():
                    deed.act(thing, form)
            except (Refused, ValidationError) as error:
                show_complaint(form, error)
                status = error.status if isinstance(error, Refused) else 200
            else:
                messages.success(request, str(deed.done) % {"name": thing})
                return redirect(self.page_of(thing))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": thing,
            "back": self.page_of(thing),
            "title": deed.label,
            "subtitle": str(thing),
            "deed": deed,
            "verdict": verdict,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/deed.html", context, status=status)

    def page_of(self, thing: M) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[quote(thing.pk)])

    def row_or_404(self, request: HttpRequest, object_id: str) -> M:
        """The row among those this person sees, or 404."""
        thing = self.get_object(request, unquote(object_id))
        if thing is None:
            raise Http404
        return thing

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M | None:
        try:
            return super().get_object(request, object_id, from_field)
        except OverflowError:  # a number no key can be
            return None

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Options[Any], object_id: str | None
    ) -> NoReturn:
        """What cannot be seen is not there, as at every other door."""
        raise Http404

    # The portal's own events are the log; a second one would only tell the same twice.

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return []

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None


class ReadOnlyAdmin(PortalAdmin[M]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False
