"""The register of orders: list, one order with its tasks, entering and correcting, its file."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import SearchInput
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from audit.versions import StaleVersion, read_opened_version
from committees import access
from committees.doors import SignedInRequest
from committees.fields import BodyField, body_label
from portal.shared.days import today
from portal.shared.downloads import download
from portal.shared.forms import add_errors
from portal.shared.page_parts import parts_of
from portal.shared.verdicts import no
from tasks import rules
from tasks.forms import differences
from tasks.lifecycle import FIVE
from tasks.lists.filters import OrderFilter
from tasks.lists.paging import read_counted_page
from tasks.lists.quick_views import ViewCounts
from tasks.lists.rows import TaskRow, sort_tasks
from tasks.lists.task_list import PAGE_SIZE
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tasks.orders.forms import OrderForm
from tasks.orders.relations import related
from tasks.pages.common import NOBODY, find_order, prepares_tasks
from tasks.pages.offers import ALL, PAGE, offer


class RegisterFilter(OrderFilter):
    """The filters of the API, and a body by its name too."""

    body = django_filters.Filter(label=gettext_lazy("Body that gives the tasks"))
    body.field_class = BodyField

    @property
    def conditions(self) -> dict[str, Any]:
        """The conditions that are set, by name, cleaned."""
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}


@login_required
@require_safe
def order_list(request: SignedInRequest) -> HttpResponse:
    orders = Order.objects.visible_to(request.user)
    register = RegisterFilter(request.GET, queryset=orders, request=request)
    context: dict[str, Any] = {
        "title": _("Orders"),
        "form": register.form,
        "now": timezone.now(),
        "may_prepare": prepares_tasks(request.user),
    }
    register.form.fields["q"].widget = SearchInput(attrs={"placeholder": _("Number as 7 ct ttg, or words")})
    register.form.fields["kind"].choices = [("", _("any")), *Order.Kind.choices]
    if register.form.is_valid():
        context |= _page_of(request, register)
    return render(request, "orders/list.html", context)


def _page_of(request: SignedInRequest, register: RegisterFilter) -> dict[str, Any]:
    conditions = register.conditions
    if body := conditions.get("body"):
        register.form.data = {**request.GET.dict(), "body": body_label(body)}
    page = read_counted_page(
        register.qs, request.GET.get("page"), PAGE_SIZE, Order.objects.select_related("body")
    )
    tasks = Task.objects.each_visible_to(request.user).filter(
        order__in=[order.pk for order in page.object_list]
    )
    return {
        "page": page,
        "tallies": tasks.tallies(today(), by="order_id"),
        "narrowed": bool(conditions),
        "narrowed_more": bool(conditions.keys() - {"q"}),
        "printed_filters": _in_words(register, page.paginator.count),
    }


def _in_words(register: RegisterFilter, count: int) -> str:
    """The conditions and the number of orders, for the list on paper."""
    kinds, fields = dict(Order.Kind.choices), register.form.fields
    conditions = [
        f"{fields[name].label}: {kinds.get(value, value)}." for name, value in register.conditions.items()
    ]
    total = ngettext("%(count)d order.", "%(count)d orders.", count) % {"count": count}
    return " ".join([*conditions, total])


@login_required
@require_safe
def order_page(request: SignedInRequest, pk: int) -> HttpResponse:
    order = find_order(request, pk)
    tasks, on = Task.objects.each_visible_to(request.user).filter(order=order), today()
    first_tasks = sort_tasks(tasks.for_list(), "due")[:PAGE_SIZE]
    rows = [TaskRow.of(task, on) for task in first_tasks]
    counts = ViewCounts.of(tasks, on)
    relations = related(request.user, order, on)
    context = {
        "title": f"{order.get_kind_display().capitalize()} {order.number}",
        "crumbs": [(_("Orders"), reverse("orders:list")), (order.number, "")],
        "order": order,
        "rows": rows,
        "offer": offer(rows, request.user, request.GET.get("pick", "")),
        "asked": [("order", order.pk)],
        "pick_page": f"?pick={PAGE}",
        "pick_all": f"?pick={ALL}",
        "pick_none": "?",
        "total": counts.total,
        "counts": counts.tally,
        "tally_url": f"{reverse('tasks:list')}?order={order.pk}&view=given",
        "list_url": f"{reverse('tasks:list')}?order={order.pk}",
        "now": timezone.now(),
        "may_edit": rules.may_edit_order(request.user, order),
        "parts": parts_of("orders:detail", request, order),
        "related": relations,
        "five": FIVE,
    }
    return render(request, "orders/detail.html", context)


@login_required
@require_safe
def order_file(request: SignedInRequest, pk: int) -> FileResponse:
    order = find_order(request, pk)
    if not order.file:
        raise Http404
    return download(order.file, order.file_name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    giver = access.bodies(request.user, "draft_tasks").first()
    if giver is None:
        no(NOBODY).or_raise()
    return _form_page(request, Order(body=giver))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    order = find_order(request, pk)
    rules.may_edit_order(request.user, order).or_raise()
    return _form_page(request, order)


def _form_page(request: SignedInRequest, order: Order) -> HttpResponse:
    is_new, stale, status = order.pk is None, None, 200
    shown = (order.number, order.version)
    form = OrderForm(request.POST or None, request.FILES or None, instance=order, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            if _save(request, form, order, is_new):
                messages.success(request, _("Saved: %(order)s.") % {"order": order.number})
                return redirect(order)
        except StaleVersion as refusal:
            stale, status = refusal.verdict.reason, 409
            shown = Order.objects.values_list("number", "version").get(pk=order.pk)
    context = {
        "title": _("New order") if is_new else _("Edit the order"),
        "crumbs": _crumbs(order, is_new, shown[0]),
        "order": order,
        "form": form,
        "version": shown[1],
        "stale": stale,
        "differences": _differences(order.pk, form) if stale else [],
        "back": reverse("orders:list") if is_new else order.get_absolute_url(),
    }
    return render(request, "orders/form.html", context, status=status)


def _save(request: SignedInRequest, form: OrderForm, order: Order, is_new: bool) -> bool:
    version = None if is_new else read_opened_version(request)
    try:
        order_actions.save_order(
            order=form.fill(order), by=request.user, file=form.cleaned_data["file"], version=version
        )
    except ValidationError as error:
        if is_new:
            order.pk = None
        add_errors(form, error)
        return False
    return True


def _crumbs(order: Order, is_new: bool, number: str) -> list[tuple[str, str]]:
    crumbs = [(_("Orders"), reverse("orders:list"))]
    return (
        [*crumbs, (_("New order"), "")]
        if is_new
        else [*crumbs, (number, order.get_absolute_url()), (_("Edit"), "")]
    )


def _differences(pk: int, form: OrderForm) -> list[tuple[str, str, str]]:
    """Field, saved, typed: where the stale form differs from the order as it is now."""
    saved = Order.objects.select_related("body").get(pk=pk)
    return differences(saved, {name: form.cleaned_data[name] for name in form.Meta.fields})
