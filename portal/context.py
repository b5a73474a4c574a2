"""What every page's frame needs. Lazy: a page that draws no frame, or has nobody signed in, asks nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from committees.models import Membership, Person
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
    read = cache(lambda: _read(person))
    return {
        "places": [place(request, *line) for line in PLACES],
        "acting": SimpleLazyObject(lambda: read()[0]),
        "unread_notices": lambda: read()[1],
    }


def _read(person: Person) -> tuple[Membership | None, int]:
    """The office the person acts from and the number of unread notices: one query for every page."""
    unread = Notice.objects.unread_for(person)
    count = unread.order_by().values("person").annotate(number=Count("pk")).values("number")
    acting: Any = person.acting_memberships().annotate(unread=Coalesce(Subquery(count), 0)).first()
    if acting is None:
        return None, unread.count()
    return acting, acting.unread


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
