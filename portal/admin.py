"""The admin site: who comes in, through which door, and what its first page shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.db.models import Count, TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from audit.labels import verb_label
from audit.models import Event
from notices.delivery import health
from notices.models import Letter, LetterFailure, LetterQuerySet
from portal.shared.days import today
from portal.shared.verdicts import Refused, Sentence, no

ORDER = ("committees", "tasks", "notices", "audit")


class PortalSite(admin.AdminSite):
    site_header = _("Portal administration")
    site_title = _("Portal administration")
    index_title = _("People, bodies and the calendar")

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators only; anybody else who is signed in is told so instead of asked to sign in again."""
        if request.user.is_authenticated and not request.user.is_staff:
            raise Refused(no(_("Only an administrator can open this. Ask yours for what you need here.")))
        return super().has_permission(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One sign-in for the whole portal."""
        if self.has_permission(request):
            return redirect("admin:index")
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return LogoutView.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("password_change")

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """The addresses without the shortcut that tells whether any row of any model exists."""
        return [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        return sorted(
            apps, key=lambda app: ORDER.index(app["app_label"]) if app["app_label"] in ORDER else len(ORDER)
        )

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        mine = Event.objects.filter(by=request.user.pk).newest_first()[:10]
        extra = {
            "letters": letters_of_today(),
            "delivery_warnings": delivery_warnings(),
            "my_events": [(event, verb_label(event.verb)) for event in mine],
        }
        return super().index(request, {**extra, **(extra_context or {})})


def letters_of_today() -> list[tuple[str, int, str]]:
    """What became of today's letters, how many, and the list that shows exactly those; of failures, why."""
    letters = Letter.objects.filter(on=today()).order_by()
    failed = letters.filter(state=Letter.State.FAILED)
    return [
        *_counted(letters.exclude(state=Letter.State.FAILED), "state", Letter.State),
        *_counted(failed, "failure", LetterFailure, state=Letter.State.FAILED),
    ]


def _counted(
    letters: LetterQuerySet, field: str, choices: type[TextChoices], **conditions: str
) -> list[tuple[str, int, str]]:
    """Counts in the order of the choices, without those that no letter has."""
    counts = dict(letters.values_list(field).annotate(number=Count("pk")))
    page = reverse("admin:notices_letter_changelist")
    rows = []
    for choice in choices:
        if number := counts.get(choice.value):
            exact = {**conditions, field: choice.value, "on": f"{today():%Y-%m-%d}"}
            query = urlencode({f"{name}__exact": value for name, value in exact.items()})
            rows.append((str(choice.label), number, f"{page}?{query}"))
    return rows


def delivery_warnings() -> list[tuple[bool, Sentence]]:
    """What is late or was refused, the late marked; an empty list says that all is well."""
    report = health.check_delivery()
    rows: list[tuple[bool, Sentence]] = []
    if report.clock_late:
        rows.append(
            (
                True,
                _("The clock last ticked %(age)s ago. Restart beat and the workers.")
                % _age(report.seconds_since_tick),
            )
        )
    if report.seconds_since_tick is None:
        rows.append(
            (True, _("It is not known when the clock last ticked. Look whether beat and a worker run."))
        )
    if report.seconds_oldest_unsent is not None:
        rows.append(
            (
                report.unsent_late,
                _("The oldest notice has waited for its letter for %(age)s.")
                % _age(report.seconds_oldest_unsent),
            )
        )
    for number, sentence in (
        (report.letters_failed_today, _("Letters that did not leave at the first attempt today: %(n)s.")),
        (
            report.letters_given_up_today,
            _("Letters given up today: %(n)s. Read what happened, and send them again when it is mended."),
        ),
        (
            report.addresses_refused,
            _("Addresses that no server takes: %(n)s. Correct them on the people's pages."),
        ),
    ):
        if number:
            rows.append((False, sentence % {"n": number}))
    return rows


def _age(seconds: int | None) -> dict[str, str]:
    return {"age": timesince(timezone.now() - timedelta(seconds=seconds or 0))}
