"""The overview: what the reader can see, counted five ways, and for each body, order or pillar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from committees.doors import SignedInRequest
from committees.models import Body
from portal.shared.days import today
from portal.shared.verdicts import Sentence
from tasks.lifecycle import FIVE, GIVEN
from tasks.models import Order, Task
from tasks.querysets import Tally

Names = dict[Any, tuple[str, dict[str, str]]]
"""The value of a group → its name, and the filter that lists it."""


@dataclass(frozen=True)
class Grouping:
    label: Sentence
    head: Sentence
    noun: Sentence
    field: str
    names: Callable[[Iterable[Any]], Names]


def _bodies(keys: Iterable[Any]) -> Names:
    rows = Body.objects.in_bulk(list(keys))
    return {pk: (body.brief, {"body": body.code, "part": "lead"}) for pk, body in rows.items()}


def _orders(keys: Iterable[Any]) -> Names:
    rows = Order.objects.in_bulk([key for key in keys if key])
    names: Names = {pk: (order.number, {"order": str(pk)}) for pk, order in rows.items()}
    return {**names, None: (_("Without an order"), {"order": "null"})}


def _pillars(keys: Iterable[Any]) -> Names:
    return {key: (key or _("Without a pillar"), {"pillar": key or "-"}) for key in keys}


GROUPINGS = {
    "lead": Grouping(
        gettext_lazy("By lead body"), gettext_lazy("Lead body"), gettext_lazy("bodies"), "lead_id", _bodies
    ),
    "order": Grouping(
        gettext_lazy("By order"), gettext_lazy("Order"), gettext_lazy("orders"), "order_id", _orders
    ),
    "pillar": Grouping(
        gettext_lazy("By pillar"), gettext_lazy("Pillar"), gettext_lazy("pillars"), "pillar", _pillars
    ),
}


@login_required
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Five numbers that add up, of all tasks the reader sees; each is a link to its tasks."""
    chosen = request.GET.get("by", "")
    chosen = chosen if chosen in GROUPINGS else "lead"
    grouping = GROUPINGS[chosen]
    seen = Task.objects.visible_to(request.user)
    groups = sorted(seen.tallies(today(), by=grouping.field).items(), key=_most_overdue_first)
    page = Paginator(groups, 50).get_page(request.GET.get("page"))
    names = grouping.names([key for key, _tally in page])
    context = {
        "counts": seen.tally(today()),
        "url": _list_of({"view": GIVEN}),
        "tasks_url": reverse("tasks:list"),
        "groupings": [(name, one.label, name == chosen) for name, one in GROUPINGS.items()],
        "grouping": grouping,
        "page": page,
        "rows": [_row(*names[key], tally) for key, tally in page if key in names],
        "standings": [str(standing) for standing in FIVE],
        "now": timezone.now(),
        "title": _("Overview"),
    }
    return render(request, "reports/board.html", context)


def _most_overdue_first(group: tuple[Any, Tally]) -> tuple[int, int, str]:
    key, tally = group
    return -tally["overdue"], -tally["given"], str(key)


def _row(name: str, filters: dict[str, str], tally: Tally) -> dict[str, Any]:
    cells = [
        {"key": str(key), "count": tally[key], "url": _list_of({**filters, "standing": str(key)})}
        for key in FIVE
    ]
    url = _list_of({**filters, "view": GIVEN})
    return {"name": name, "given": tally["given"], "url": url, "cells": cells}


def _list_of(filters: dict[str, str]) -> str:
    return f"{reverse('tasks:list')}?{urlencode(filters)}"
