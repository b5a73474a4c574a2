"""What every page's frame needs. Lazy: a page that draws no frame, or has nobody signed in, asks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, Model, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from committees.models import Body, Membership, Office, Person
from notices.models import Notice
from portal.shared.days import today
from portal.shared.prepared import PreparedRows

Row = TypeVar("Row", bound=Model)

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


# What the frame shows of a term, of its office and body, and of the body above; the rest is deferred.
_SHOWN: dict[type[Model], set[str]] = {
    Membership: {"id", "person_id", "office_id", "absence_id", "position", "position_en"},
    Office: {"group_id", "body_id", "role"},
    Body: {"id", "parent_id", "code", "name_vi", "name_en", "short_name", "kind", "chain"},
}


def _columns(model: type[Model]) -> list[str]:
    """In the order of the model's own fields, as `from_db` takes them."""
    return [field.attname for field in model._meta.concrete_fields if field.attname in _SHOWN[model]]


def _acting(person_id: int, on: date) -> QuerySet[Membership, tuple[Any, ...]]:
    """The office that a person acts from first, and the number of unread notices."""
    unread = Notice.objects.unread_for(Person(pk=person_id))
    count = unread.order_by().values("person").annotate(number=Count("pk")).values("number")
    terms = Person(pk=person_id).acting_memberships(on).annotate(unread=Coalesce(Subquery(count), 0))
    tables = {"": Membership, "office__": Office, "office__body__": Body, "office__body__parent__": Body}
    columns = [prefix + name for prefix, model in tables.items() for name in _columns(model)]
    return terms.values_list("unread", *columns)[:1]


_acting_rows = PreparedRows(_acting, -1, date(1, 1, 1))


def _read(person: Person) -> tuple[Membership | None, int]:
    """The office the person acts from and the number of unread notices: one query for every page."""
    rows = _acting_rows(person.pk, today())
    if not rows:
        return None, Notice.objects.unread_for(person).count()
    unread, *columns = rows[0]
    values = iter(columns)
    term = _from_row(Membership, values)
    term.office = _from_row(Office, values)
    term.office.body = _from_row(Body, values)
    above = _from_row(Body, values)
    if term.office.body.parent_id:
        term.office.body.parent = above
    return term, unread


def _from_row(model: type[Row], values: Iterator[Any]) -> Row:
    names = _columns(model)
    return model.from_db(DEFAULT_DB_ALIAS, names, [next(values) for _name in names])


def place(request: HttpRequest, name: str, label: str, icon: str) -> dict[str, Any]:
    """One entry of the menu; `current` when the page is that place or stands below it."""
    url = reverse(name)
    # What is decided in a row stands below My work, whose own address is the root of all.
    below = request.path.startswith(reverse("deciding:start") if name == "my_work" else url)
    return {
        "name": name,
        "url": url,
        "label": _(label),
        "icon": icon,
        "current": below or request.path == url,
    }
