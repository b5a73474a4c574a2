"""The list of tasks, and the help under a field that names a body."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from committees.doors import SignedInRequest
from portal.shared.days import today
from tasks.lifecycle import GIVEN, Pace
from tasks.lists import task_list as listing
from tasks.lists.task_list import PageFilter
from tasks.models import Task
from tasks.models.tasks import TaskQuerySet
from tasks.pages import former_lead as reading
from tasks.urging import selection as urging


class Known(Paginator[Task]):
    """A paginator that is told how many rows there are: the quick views have counted them."""

    def __init__(self, rows: TaskQuerySet, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.count = count


@login_required
@require_safe
@vary_on_headers("HX-Request")
def task_list(request: SignedInRequest) -> HttpResponse:
    """Everything the person may see, narrowed by what stands in the address."""
    on = today()
    page_filter = listing.filter_of(request, on)
    context: dict[str, Any] = {"title": _("Tasks"), "form": page_filter.form, "now": timezone.now()}
    if page_filter.form.is_valid():
        context |= _rows(request, page_filter)
    if getattr(request, "htmx", None):
        answer = render(request, "tasks/list_rows.html", context)
        # The address without the fields that ask nothing.
        answer["HX-Push-Url"] = request.path + listing.address(request.GET)
        return answer
    context |= {
        "may_prepare": listing.may_prepare(request.user),
        "led_before": Task.objects.led_before(request.user).exists(),
    }
    return render(request, "tasks/list.html", context)


@login_required
@require_safe
def led_before(request: SignedInRequest) -> HttpResponse:
    """What the person's bodies led before another took over, as it was then. It has no conditions: they
    would be asked of the task as it is now."""
    page = Paginator(reading.led_before(request.user), listing.PAGE).get_page(request.GET.get("page"))
    tasks = reading.all_as_read_by(request.user, list(page.object_list))
    context = {
        "title": _("Tasks led before"),
        "crumbs": [(_("Tasks"), reverse("tasks:list")), (_("Tasks led before"), "")],
        "page": page,
        "rows": listing.rows_of(tasks, today()),
    }
    return render(request, "tasks/led_before.html", context)


def _rows(request: SignedInRequest, page_filter: PageFilter) -> dict[str, Any]:
    """All that changes with the filters. The counts of the quick views come in one query."""
    on, due = page_filter.on, page_filter.due
    numbers = page_filter.narrowed(listing.QUICK).views(on, due)
    at_risk = page_filter.narrowed((*listing.QUICK, "at_risk")).pace(Pace.AT_RISK, on, due).count()
    tasks, sort = page_filter.narrowed(), page_filter.sort_by()
    conditions = listing.conditions(page_filter, request.GET)
    page = _page(tasks, sort, _count(page_filter, numbers, tasks), request.GET)
    count = page.paginator.count
    rows = listing.rows_of(page.object_list, on, due)
    return {
        "chips": listing.chips(numbers, at_risk, request.GET),
        "counts": listing.tally_of(numbers),
        "tally_url": listing.address(request.GET, listing.QUICK, view="given"),
        "conditions": conditions,
        "page": page,
        "rows": rows,
        "choosable": urging.choosable(rows, request.user),
        "most": urging.MOST,
        "asked": listing.asked(request.GET),
        "columns": listing.columns(sort, request.GET),
        "drop": None if count else listing.what_to_drop(page_filter, conditions),
        "printed_filters": listing.printed(conditions, sort, count),
    }


def _count(page_filter: PageFilter, numbers: dict[str, int], tasks: TaskQuerySet) -> int:
    chosen = {name: page_filter.form.cleaned_data.get(name) for name in listing.QUICK}
    if chosen["standing"] or chosen["view"] == GIVEN:
        return tasks.count()
    return numbers[chosen["view"]] if chosen["view"] else listing.total(numbers)


def _page(tasks: TaskQuerySet, sort: str, count: int, data: QueryDict) -> Page[Task]:
    rows = listing.sorted_tasks(tasks.for_list(), sort)
    return Known(rows, listing.PAGE, count).get_page(data.get("page"))


@login_required
@require_safe
def pillars(request: SignedInRequest) -> HttpResponse:
    """Options for the datalist of the pillar: asked for when somebody goes there, not with every page."""
    return render(request, "tasks/pillars.html", {"pillars": listing.pillars(request.user)})
