"""The overview: what the reader can see, counted five ways, and for each body, order, pillar or period."""

from __future__ import annotations

from collections.abc import Mapping
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
from portal.shared.days import today
from portal.shared.verdicts import Sentence
from reports.groupings import GROUPINGS
from tasks.lifecycle import FIVE, GIVEN, OPEN
from tasks.lists.addresses import list_address
from tasks.lists.filters import DEADLINES, PACES, column_of
from tasks.lists.tallies import add_up
from tasks.models.counting import Tally, paces

BY_DEADLINE = {
    "current": gettext_lazy("By current deadline"),
    "first": gettext_lazy("By first deadline"),
}


@dataclass(frozen=True)
class Ways:
    """What the columns of the table are: their sum, then the numbers that add up to it."""

    label: Sentence
    sum: Sentence
    of_sum: dict[str, Any]
    """The filter that lists what the sum counts."""
    columns: dict[str, dict[str, str]]
    """Number → the filter that lists what it counts."""


WAYS = {
    "five": Ways(
        gettext_lazy("Five ways"),
        gettext_lazy("Given"),
        {"view": GIVEN},
        {str(standing): {"standing": str(standing)} for standing in FIVE},
    ),
    "three": Ways(
        gettext_lazy("Three colours"),
        gettext_lazy("Open tasks"),
        {"state": [str(state) for state in OPEN]},
        PACES,
    ),
}


@login_required
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Five numbers that add up, of all tasks the reader sees; each is a link to its tasks."""
    grouping = GROUPINGS[by := _chosen(request, "by", GROUPINGS)]
    ways = WAYS[way := _chosen(request, "ways", WAYS)]
    deadline = _chosen(request, "deadline", dict(DEADLINES))
    on, due, filters = today(), column_of(deadline), {"deadline": "first"} if deadline == "first" else {}
    tallies = grouping.tallies_seen_by(request.user, on, due)
    # No task is in two groups, so their sum is the count of all and nothing is counted twice.
    counts = add_up(tallies.values())
    groups = grouping.in_order({key: tally for key, tally in tallies.items() if tally["given"]})
    page = Paginator(groups, 50).get_page(request.GET.get("page"))
    names = grouping.names([key for key, _tally in page])
    rows = [(names[key], _with_paces(tally)) for key, tally in page if key in names]
    tasks_url = reverse("tasks:list")
    context = {
        "counts": _with_paces(counts),
        "url": _list_of({**filters, "view": GIVEN}),
        "three_url": _list_of(filters),
        "tasks_url": tasks_url,
        "choices": [
            _choice(request, "by", by, {name: grouping.label for name, grouping in GROUPINGS.items()}),
            _choice(request, "ways", way, {name: way.label for name, way in WAYS.items()}),
            _choice(request, "deadline", deadline, BY_DEADLINE),
        ],
        "asked": [("by", by), *filters.items()],
        "grouping": grouping,
        "by_day": grouping.first_day is not None,
        "ways": ways,
        "page": page,
        "rows": [
            _row(name, {**filters, **group}, numbers, ways, tasks_url) for (name, group), numbers in rows
        ],
        "now": timezone.now(),
        "title": _("Overview"),
    }
    return render(request, "reports/board.html", context)


def _with_paces(tally: Tally) -> Tally:
    return {**tally, **paces(tally, tally["at_risk"])}


def _chosen(request: SignedInRequest, name: str, known: Mapping[str, Any]) -> str:
    """What the address says, if it is known; else the first."""
    asked = request.GET.get(name, "")
    return asked if asked in known else next(iter(known))


def _choice(request: SignedInRequest, name: str, chosen: str, labels: Mapping[str, Sentence]) -> list[Any]:
    """The links of one switch: label, address, and whether it is the one that is on."""
    return [
        (label, list_address(request.GET, **{name: value}), value == chosen)
        for value, label in labels.items()
    ]


def _row(name: str, filters: dict[str, str], numbers: Tally, ways: Ways, address: str) -> dict[str, Any]:
    """`address` is that of the list, found once for hundreds of cells."""
    cells = [
        {
            "key": key,
            "count": numbers[key],
            "url": f"{address}?{urlencode({**filters, **column}, doseq=True)}",
        }
        for key, column in ways.columns.items()
    ]
    url = f"{address}?{urlencode({**filters, **ways.of_sum}, doseq=True)}"
    return {"name": name, "sum": sum(numbers[key] for key in ways.columns), "url": url, "cells": cells}


def _list_of(filters: dict[str, Any]) -> str:
    return reverse("tasks:list", query=filters)
