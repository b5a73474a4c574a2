"""The working calendar, notices and letters in the admin.

Notices and letters name tasks, and an administrator sees no task by that alone: without being a
superuser they read who was told on which day, how, and what the server answered; not what was said.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.admin import OPEN_TO_STAFF, EventfulAdmin
from audit.labels import PIECE_LABELS, VERB_LABELS
from committees.doors import signed_in
from notices import actions, drop_reasons, kinds
from notices.forms import StepsField, optional_kinds
from notices.models import CalendarDay, EscalationStep, Letter, Notice, Policy
from notices.policy.actions import POLICY_COLUMNS, save_policy
from notices.policy.schedule import DEFAULT, PolicyRules, Rung
from portal.shared.admin import ReadOnlyAdmin, VersionForm, apply_to_each, is_administrator, link
from portal.shared.days import format_day
from portal.shared.verdicts import no, refuse

VERB_LABELS.update(
    {
        "calendar_day_entered": _("Calendar day entered"),
        "calendar_day_changed": _("Calendar day changed"),
        "calendar_day_deleted": _("Calendar day removed"),
        "reminder_policy_changed": _("Reminders of a body changed"),
        "preferences_changed": _("How somebody is told changed"),
        "letter_sent_again": _("Letter sent again"),
    }
)
PIECE_LABELS["escalation"] = _("who above is told too")
PIECE_LABELS["preferences"] = _("how somebody is told")
OPEN_TO_STAFF.update(model._meta.label_lower for model in (CalendarDay, Policy, Letter))

# A letter brings its own style and nothing else: no script, no form, no picture from outside.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


@admin.register(CalendarDay)
class CalendarDayAdmin(EventfulAdmin[CalendarDay]):
    list_display = ("day", "is_working", "name", "source")
    list_filter = ("is_working",)
    search_fields = ("name", "source")
    search_is_folded = False
    date_hierarchy = "day"
    ordering = ("-day",)
    fields = ("day", "is_working", "name", "source")

    def has_delete_permission(self, request: HttpRequest, obj: CalendarDay | None = None) -> bool:
        """A day that is removed is again what its weekday says."""
        return is_administrator(request)

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        actions.save_calendar_day(day=obj, by=signed_in(request))

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        actions.delete_calendar_day(day=obj, by=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CalendarDay]) -> None:
        for day in queryset:
            actions.delete_calendar_day(day=day, by=signed_in(request))


class PolicyAdminForm(VersionForm):
    before = StepsField(label=_("Working days before the deadline"), initial=DEFAULT.before)
    after = StepsField(label=_("Working days late"), initial=DEFAULT.after)
    muted = forms.MultipleChoiceField(
        label=_("kinds switched off"),
        required=False,
        choices=optional_kinds,
        widget=forms.CheckboxSelectMultiple,
    )


class EscalationInline(admin.TabularInline[EscalationStep, Policy]):
    model = EscalationStep
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Policy)
class PolicyAdmin(EventfulAdmin[Policy]):
    """Bodies whose reminders differ from the default. The page of the body has the same, with a preview."""

    form = PolicyAdminForm
    inlines = (EscalationInline,)
    list_display = ("body", "before", "on_the_day", "after", "weekly", "hour")
    list_select_related = ("body",)
    search_fields = ("body__search_text",)
    search_help_text = _("Search for a name or code, with or without marks.")
    autocomplete_fields = ("body",)
    fields = ("opened_version", "body", *POLICY_COLUMNS)

    def get_readonly_fields(self, request: HttpRequest, obj: Policy | None = None) -> tuple[str, ...]:
        return ("body",) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**asdict(DEFAULT), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """Saved with its steps, in one action."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in POLICY_COLUMNS}
        rows = [row for formset in formsets for row in formset.cleaned_data if row and not row["DELETE"]]
        rungs = tuple(Rung(row["days_late"], row["side"], row["role"]) for row in rows)
        wanted = PolicyRules(**values | {"muted": frozenset(values["muted"])}, escalation=rungs)
        version = form.cleaned_data["opened_version"]
        saved = save_policy(body=form.instance.body, wanted=wanted, by=signed_in(request), version=version)
        form.instance.pk = saved.pk


@admin.register(Letter)
class LetterAdmin(EventfulAdmin[Letter], ReadOnlyAdmin[Letter]):
    list_display = (
        "on",
        "person",
        "which",
        "address",
        "state",
        "failure",
        "sent_at",
        "attempts",
        "short_answer",
    )
    list_display_links = ("on", "person")
    list_filter = ("state", "failure")
    list_select_related = ("person",)
    actions = ("send_again",)
    search_fields = ("person__search_text", "address")
    search_help_text = _("Search for a person or an address.")
    date_hierarchy = "on"
    ordering = ("-on", "person")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        letters = super().get_queryset(request).select_related("person")
        # A page of a list has no use for the letters themselves, 10 kB and more each.
        return letters.defer("text", "html")

    def get_fieldsets(self, request: HttpRequest, obj: Letter | None = None) -> Any:
        sending = [
            "person",
            "on",
            "which",
            "address",
            "state",
            "failure",
            "sent_at",
            "answer",
            "attempts",
            "next_attempt_at",
        ]
        content = [(_("What it says"), {"fields": ["subject", "as_text", "as_html"]})]
        return [
            (None, {"fields": [*sending, "message_id", "how_many"]}),
            *(content if request.user.is_superuser else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Letter | None = None) -> list[str]:
        return [name for _legend, part in self.get_fieldsets(request, obj) for name in part["fields"]]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.html_view)
        return [path("<int:object_id>/html/", view, name="notices_letter_html"), *super().get_urls()]

    @admin.action(description=_("Send the chosen letters again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        done = ngettext_lazy(
            "%(count)d letter is sent again with the next run, within ten minutes.",
            "%(count)d letters are sent again with the next run, within ten minutes.",
            "count",
        )
        by = signed_in(request)
        apply_to_each(request, queryset, lambda letter: actions.send_again(letter=letter, by=by), done)

    def html_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The letter as the reader sees it, shut in a policy of its own."""
        letter = self.row_or_404(request, str(object_id))
        if not request.user.is_superuser:
            refuse(no(_("Only a superuser reads letters here: they name tasks.")))
        if not letter.html:
            raise Http404
        return HttpResponse(letter.html, headers={"Content-Security-Policy": LETTER_POLICY})

    @admin.display(description=_("which"), ordering="number")
    def which(self, letter: Letter) -> str:
        return str(_("at once, no. %(number)s") % {"number": letter.number}) if letter.number else "–"

    @admin.display(description=_("the server's answer, or the error"))
    def short_answer(self, letter: Letter) -> str:
        return letter.answer[:80]

    @admin.display(description=_("notices in it"))
    def how_many(self, letter: Letter) -> int:
        return letter.notices.count()

    @admin.display(description=_("text"))
    def as_text(self, letter: Letter) -> SafeString:
        return format_html("<pre>{}</pre>", letter.text or "–")

    @admin.display(description="HTML")
    def as_html(self, letter: Letter) -> SafeString | str:
        if not letter.html:
            return "–"
        url = reverse("admin:notices_letter_html", args=[letter.pk])
        return format_html('<a href="{}">{}</a>', url, _("Open the letter as it was sent"))


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.name, str(kind.label)) for kind in kinds.every()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Notice)
class NoticeAdmin(EventfulAdmin[Notice], ReadOnlyAdmin[Notice]):
    list_display = ("on", "person", "kind_words", "step", "state", "why_dropped", "letter_link")
    list_filter = ("state", KindFilter)
    list_select_related = ("person", "letter__person")
    search_fields = ("person__search_text",)
    search_help_text = _("Search for a person, with or without marks.")
    date_hierarchy = "on"
    ordering = ("-pk",)
    fields = (
        "person",
        "kind_words",
        "step",
        "on",
        "planned_at",
        "state",
        "why_dropped",
        "letter_link",
        "read_at",
        "body",
        "key",
        "data",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return super().get_queryset(request).select_related("person", "letter")

    def has_view_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        """One notice names its task; the list does not."""
        return is_administrator(request) and (obj is None or bool(request.user.is_superuser))

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return ("on",) if request.user.is_superuser else None

    @admin.display(description=_("kind"), ordering="kind")
    def kind_words(self, notice: Notice) -> str:
        labels = {kind.name: kind for kind in kinds.every()}
        return str(labels[notice.kind].label) if notice.kind in labels else notice.kind

    @admin.display(description=_("dropped because"))
    def why_dropped(self, notice: Notice) -> str:
        return drop_reasons.label(notice.dropped_because)

    @admin.display(description=_("letter"))
    def letter_link(self, notice: Notice) -> SafeString | str:
        return link(notice.letter, format_day(notice.letter.on)) if notice.letter else "–"
