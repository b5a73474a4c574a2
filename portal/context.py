"""What every page's frame needs. Lazy: a page that draws no frame, or has nobody signed in, asks nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from notices.models import Notice

PLACES = (
    ("my_work", gettext_noop("My work"), "inbox"),
    ("tasks:list", gettext_noop("Tasks"), "list-checks"),
    ("orders:list", gettext_noop("Orders"), "file-text"),
    ("bodies:list", gettext_noop("Bodies"), "network"),
    ("reports:board", gettext_noop("Overview"), "chart-column"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """`places` of the main menu, `acting` (first office held today or None), `unread_notices`."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"places": [], "acting": None, "unread_notices": 0}
    return {
        "places": [place(request, *line) for line in PLACES],
        "acting": SimpleLazyObject(person.acting_membership),
        "unread_notices": cache(lambda: Notice.objects.unread_for(person).count()),
    }


def place(request: HttpRequest, name: str, label: str, icon: str) -> dict[str, Any]:
    """One entry of the menu; `current` when the page is that place or stands below it."""
    url = reverse(name)
    below = url != reverse("my_work") and request.path.startswith(url)
    return {
        "name": name,
        "url": url,
        "label": _(label),
        "icon": icon,
        "current": below or request.path == url,
    }
