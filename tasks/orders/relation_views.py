"""Pages of the relations of an order, and of decisions on the tasks of one that it replaces."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from committees.doors import SignedInRequest
from portal.shared.days import today
from portal.shared.forms import add_errors
from portal.shared.numbers import parse_number
from portal.shared.verdicts import Refused
from tasks import rules
from tasks.lists.rows import TaskRow
from tasks.models import Order, OrderRelation
from tasks.orders import relation_actions
from tasks.orders.fields import order_label
from tasks.orders.forms import RelationForm, SettleForm
from tasks.orders.relation_actions import Unsettled
from tasks.orders.relations import related
from tasks.orders.replacement import Settling, remaining, successors, what_may_become
from tasks.pages.common import Crumbs, find_order

# So many orders are suggested below a field.
MAX_SUGGESTIONS = 20


@login_required
@require_safe
def near(request: SignedInRequest) -> HttpResponse:
    """The list below a field that names an order."""
    typed, orders = request.GET.get("q", "")[:200], Order.objects.visible_to(request.user)
    matches = orders.matching(typed).best_first(typed) if typed.isprintable() else orders.none()
    labels = [order_label(order) for order in matches.select_related("body")[:MAX_SUGGESTIONS]]
    return render(request, "parts/choose.html", {"labels": labels})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def relations(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the order does to others: entered here, and taken back."""
    order = find_order(request, pk)
    rules.may_edit_order(request.user, order).or_raise()
    form = RelationForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _after_relating(
                request, relation_actions.relate(order=order, by=request.user, **form.cleaned_data)
            )
        except ValidationError as error:
            add_errors(form, error)
    context = {
        "title": _("What this order does to others"),
        "crumbs": _crumbs(order, _("Relations")),
        "order": order,
        "form": form,
        "related": related(request.user, order, today()),
        "back": order.get_absolute_url(),
    }
    return render(request, "orders/relations.html", context)


def _after_relating(request: SignedInRequest, relation: OrderRelation) -> HttpResponse:
    order, other = relation.order, relation.other
    names = {"words": relation.words, "other": other.number}
    messages.success(request, _("Entered. %(words)s: %(other)s.") % names)
    if relation.kind == OrderRelation.Kind.REPLACES and remaining(request.user, other).exists():
        return redirect("orders:settle", order.pk, other.pk)
    return redirect(order)


@login_required
@require_POST
def unrelate(request: SignedInRequest, pk: int, relation_pk: int) -> HttpResponse:
    order = find_order(request, pk)
    visible = order.relations.filter(other__in=Order.objects.each_visible_to(request.user).order_by())
    relation = get_object_or_404(visible.select_related("other"), pk=relation_pk)
    relation_actions.unrelate(relation=relation, by=request.user)
    messages.success(
        request,
        _("Taken back: the relation to %(other)s. The tasks stay as they are.") % {"other": relation.other},
    )
    return redirect("orders:relations", order.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: SignedInRequest, pk: int, other_pk: int) -> HttpResponse:
    """Each open task of the replaced order, and what becomes of it: all as decided, or nothing."""
    order, replaced = find_order(request, pk), find_order(request, other_pk)
    get_object_or_404(order.relations, other=replaced, kind=OrderRelation.Kind.REPLACES)
    verdict = rules.may_settle(request.user, replaced)
    if request.method == "POST":
        verdict.or_raise()
    after = parse_number(request.GET.get("after")) or 0
    page = what_may_become(request.user, order, replaced, after)
    initial = {"reason": _("Replaced by %(order)s.") % {"order": order.number}}
    candidates = successors(request.user, order)
    form = SettleForm(request.POST or None, options=page.options, successors=candidates, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            counts = relation_actions.settle_replaced(
                order=order,
                replaced=replaced,
                decisions=form.decisions,
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except Unsettled as refusal:
            status = refusal.status
            for key, sentences in refusal.problems.items():
                name = f"fate_{key}" if f"fate_{key}" in form.fields else None
                for sentence in sentences:
                    form.add_error(name, str(sentence))
        except Refused as refusal:
            status = refusal.status
            form.add_error(None, str(refusal))
        else:
            count = sum(counts.values())
            done = ngettext(
                "Decided on %(count)d task of %(order)s.", "Decided on %(count)d tasks of %(order)s.", count
            )
            messages.success(request, done % {"count": count, "order": replaced.number})
            return redirect(_next(order, replaced, page) if page.more else order.get_absolute_url())
    context = {
        "title": _("What becomes of the tasks of %(order)s?") % {"order": replaced.number},
        "crumbs": _crumbs(order, _("Tasks of %(order)s") % {"order": replaced.number}),
        "order": order,
        "replaced": replaced,
        "form": form,
        "rows": [(TaskRow.of(task, today()), *fields) for task, *fields in form.rows()],
        "left": page.left,
        "more": page.more,
        "next": _next(order, replaced, page),
        "successors": candidates,
        "may_settle": verdict,
        "back": order.get_absolute_url(),
    }
    return render(request, "orders/settle.html", context, status=status)


def _next(order: Order, replaced: Order, page: Settling) -> str:
    return f"{reverse('orders:settle', args=[order.pk, replaced.pk])}?after={page.last}"


def _crumbs(order: Order, title: Any) -> Crumbs:
    return [(_("Orders"), reverse("orders:list")), (order.number, order.get_absolute_url()), (title, "")]
