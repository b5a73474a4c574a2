"""Events in the admin: read only. Each floor adds how its verbs read and what staff may follow."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.labels import VERB_LABELS, change_lines, model_name, verb_label
from audit.models import Event, EventQuerySet
from portal.shared.admin import PortalAdmin, ReadOnlyAdmin

M = TypeVar("M", bound=models.Model)

# What an administrator without office may follow: never a task, for its events hold what it says.
OPEN_TO_STAFF: set[str] = set()


def events_for(request: HttpRequest) -> EventQuerySet:
    """The events a person reads in the admin: a superuser all, other administrators those open to staff."""
    events: EventQuerySet = Event.objects.all()
    return events if request.user.is_superuser else events.filter(about_type__in=OPEN_TO_STAFF)


class EventfulAdmin(PortalAdmin[M]):
    """The history of a row is its events."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        thing = self.row_or_404(request, object_id)
        if not self.has_view_permission(request, thing):
            raise PermissionDenied
        page = Paginator(self.events_of(request, thing), 50).get_page(request.GET.get("p"))
        lines = change_lines(page)
        rows = [(event, verb_label(event.verb), lines[event.pk]) for event in page]
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(thing),
            "opts": self.opts,
            "object": thing,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "page": page,
            "rows": rows,
        }
        return TemplateResponse(request, "admin/events_history.html", context)

    def events_of(self, request: HttpRequest, thing: M) -> models.QuerySet[Event]:
        """Newest first, as far as this person may know."""
        events: EventQuerySet = Event.objects.all()
        return events.about(thing).newest_first()


class VerbFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((verb, verb_label(verb)) for verb in VERB_LABELS), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb=self.value()) if self.value() else queryset


class AboutFilter(admin.SimpleListFilter):
    title = _("about")
    parameter_name = "about_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        labels = events_for(request).order_by().values_list("about_type", flat=True).distinct()
        return sorted((label, model_name(label)) for label in labels)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(about_type=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin[Event]):
    list_display = ("at", "who", "verb_words", "about_name", "reason", "break_glass")
    list_filter = (VerbFilter, AboutFilter, "break_glass")
    search_fields = ("by_name", "for_name", "about_name", "reason")
    search_is_folded = False
    search_help_text = _("Search in names and reasons.")
    ordering = ("-pk",)
    fields = ("at", "who", "verb_words", "about", "reason", "changes_table", "break_glass", "digest")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Event]:
        return events_for(request)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> NoReturn:
        """An event has no history: nothing ever happens to it."""
        raise Http404

    @admin.display(description=_("who, as named then"), ordering="by_name")
    def who(self, event: Event) -> str:
        return event.who

    @admin.display(description=_("what"), ordering="verb")
    def verb_words(self, event: Event) -> str:
        return verb_label(event.verb)

    @admin.display(description=_("about"))
    def about(self, event: Event) -> str:
        return f"{event.about_name} ({model_name(event.about_type)} {event.about_id})"

    @admin.display(description=_("what changed"))
    def changes_table(self, event: Event) -> SafeString:
        lines = format_html_join(
            "", "<tr><th scope=row>{}</th><td>{}</td><td>{}</td></tr>", change_lines([event])[event.pk]
        )
        heads = (_("field"), _("before"), _("after"))
        head = format_html_join("", "<th scope=col>{}</th>", ((word,) for word in heads))
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, lines)
