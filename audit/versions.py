"""Two people with the same form: the second to save is told, and nothing of the first is lost."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from portal.shared.days import VIETNAM
from portal.shared.numbers import parse_number
from portal.shared.verdicts import Refused, not_now


class StaleVersion(Refused):
    """Somebody saved the thing after this form was opened; says who, when and which fields."""

    def __init__(self, event: Event | None) -> None:
        self.event = event
        self.fields = sorted(event.after) if event else []
        who = (
            {"who": event.by_name, "when": f"{event.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"} if event else {}
        )
        sentence = _(
            "%(who)s changed this at %(when)s, after you opened the form. Nothing of yours was saved."
        )
        super().__init__(
            not_now(sentence % who if who else _("Somebody changed this after you opened the form."))
        )


def refuse_stale(thing: Any, version: int | None, beside: Collection[str] = ()) -> None:
    """A form carries the version it was opened with; None when the door has no form.

    Events of the verbs in `beside` change nothing that the form holds.
    """
    if version is not None and version != thing.version:
        events = Event.objects.about(thing).exclude(verb__in=beside)
        raise StaleVersion(events.order_by("pk").last())


def read_opened_version(request: HttpRequest) -> int:
    """The version the form was opened with; a form without one is as stale as can be."""
    version = parse_number(request.POST.get("version"))
    return -1 if version is None else version
