"""The list of tasks, the tasks that one's bodies led before, and the pillars that a field offers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import SearchInput
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from committees.doors import SignedInRequest
from committees.fields import body_label
from committees.models import Person
from committees.stand_ins import rows_seen_by
from portal.shared.days import today
from portal.shared.fields import limit_choices, suggestion_attrs
from portal.shared.text import fold
from tasks.lists.addresses import list_address, list_values
from tasks.lists.quick_views import QUICK
from tasks.lists.rows import TaskRow
from tasks.lists.task_list import MAX_FOUND, PAGE_SIZE, TaskList, pillars_seen_by
from tasks.models import Order, Task
from tasks.pages import former_lead
from tasks.pages.common import prepares_tasks
from tasks.pages.offers import ALL, PAGE, offer


@login_required
@require_safe
@vary_on_headers("HX-Request")
def task_list(request: SignedInRequest) -> HttpResponse:
    """Everything the person may see, narrowed by what stands in the address."""
    tasks = TaskList(request.user, request.GET, today())
    _draw_form(tasks)
    context: dict[str, Any] = {"title": _("Tasks"), "form": tasks.form, "now": timezone.now()}
    if tasks.is_valid:
        context |= _narrowed(tasks)
    if getattr(request, "htmx", None):
        response = render(request, "tasks/list_rows.html", context)
        # The address without the fields that ask nothing.
        response["HX-Push-Url"] = request.path + list_address(request.GET)
        return response
    context |= {
        "may_prepare": prepares_tasks(request.user),
        "led_before": bool(rows_seen_by(_led_before, request.user, today())),
    }
    return render(request, "tasks/list.html", context)


def _led_before(person: Person, on: date, _body: None) -> QuerySet[Task, Any]:
    """One of the tasks that their bodies led before, if there is one."""
    return Task.objects.led_before(person, on).order_by().values_list("pk")[:1]


def _narrowed(tasks: TaskList) -> dict[str, Any]:
    """All that changes with the conditions."""
    return {
        "chips": tasks.chips,
        "counts": tasks.counts.tally if tasks.counts.is_whole else None,
        "tally_url": list_address(tasks.params, QUICK, view="given"),
        "conditions": tasks.conditions,
        "page": tasks.page,
        "rows": tasks.rows,
        "max_found": MAX_FOUND,
        "offer": offer(tasks.rows, tasks.person, tasks.params.get("pick", "")),
        "pick_page": list_address(tasks.params, pick=PAGE),
        "pick_all": list_address(tasks.params, pick=ALL),
        "pick_none": list_address(tasks.params),
        "asked": list_values(tasks.params),
        "columns": tasks.columns,
        "drop": None if tasks.count else tasks.what_to_drop(),
        "printed_filters": tasks.printed_conditions(),
    }


def _draw_form(tasks: TaskList) -> None:
    """The fields of the conditions as the page shows them."""
    form: Any = tasks.form
    fields = form.fields
    for name in ("standing", "at_risk", "part", "programme"):
        named = [(value, label) for value, label in fields[name].choices if value]
        fields[name].widget.choices = [("", _("any")), *named]
    fields["pillar"].widget.attrs |= suggestion_attrs("tasks:pillars")
    fields["q"].widget = SearchInput(
        attrs={"placeholder": _("Find tasks, numbers of orders…"), "autocomplete": "off"}
    )
    orders = fields["order"]
    orders.empty_label = _("any")
    chosen = form.cleaned_data if tasks.is_valid else {}
    if body := chosen.get("body"):
        form.data = form.data.copy()
        form.data["body"] = body_label(body)
    # Only what is chosen: the others are fetched when the conditions are opened.
    orders.widget.choices = [("", orders.empty_label), *_chosen_order(orders, chosen.get("order"))]
    orders.widget.attrs |= {
        "hx-get": reverse("tasks:orders"),
        "hx-trigger": "toggle from:closest details once, focus once",
        "hx-target": "this",
        # Its own, or it would inherit those of the form, that swap the list.
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
    }


def _chosen_order(field: Any, order: Order | str | None) -> list[tuple[Any, Any]]:
    if isinstance(order, Order):
        return [(order.pk, field.label_from_instance(order))]
    return [(order, field.null_label)] if order else []


@login_required
@require_safe
def led_before(request: SignedInRequest) -> HttpResponse:
    """What the person's bodies led before another took over, as it was then.

    It takes no conditions: they would be asked of the task as it is now.
    """
    paginator = Paginator(former_lead.led_before(request.user), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    tasks = former_lead.all_as_read_by(request.user, list(page.object_list))
    context = {
        "title": _("Tasks led before"),
        "crumbs": [(_("Tasks"), reverse("tasks:list")), (_("Tasks led before"), "")],
        "page": page,
        "rows": [TaskRow.of(task, today()) for task in tasks],
    }
    return render(request, "tasks/led_before.html", context)


@login_required
@require_safe
def orders(request: SignedInRequest) -> HttpResponse:
    """Options for the select of the order: the newest, with the one that is chosen among them."""
    tasks = TaskList(request.user, request.GET, today())
    field: Any = tasks.form.fields["order"]
    field.empty_label = _("any")
    chosen = tasks.form.cleaned_data.get("order") if tasks.is_valid else None
    limit_choices(
        field, Order.objects.visible_to(request.user), chosen if isinstance(chosen, Order) else None
    )
    selected = str(chosen.pk if isinstance(chosen, Order) else chosen or "")
    options = [(str(value), label) for value, label in field.widget.choices]
    return render(request, "tasks/order_options.html", {"options": options, "selected": selected})


@login_required
@require_safe
def pillars(request: SignedInRequest) -> HttpResponse:
    """The list below the field of the pillar: asked for when somebody goes there, not with every page."""
    wanted = fold(request.GET.get("q", ""))
    labels = [pillar for pillar in pillars_seen_by(request.user) if wanted in fold(pillar)]
    return render(request, "parts/choose.html", {"labels": labels})
