"""What every page of a received file begins with."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from committees.doors import SignedInRequest
from imports.models import Import
from imports.rules import may_import
from tasks.models import Order
from tasks.pages.common import Crumbs, find_order


def find_import(request: SignedInRequest, pk: int, import_pk: int) -> Import:
    """An import of an order that the person sees; who may not import does not read what others have read."""
    order = find_order(request, pk)
    may_import(request.user, order).or_raise()
    imported: Import = get_object_or_404(order.imports.select_related("by"), pk=import_pk)
    imported.order = order
    return imported


def form_data(request: SignedInRequest) -> Any:
    """None makes a form unbound. Nothing filled in and nothing ticked is an answer too."""
    return request.POST if request.method == "POST" else None


def crumbs_of(order: Order, *further: tuple[str, str]) -> Crumbs:
    return [(_("Orders"), reverse("orders:list")), (order.number, order.get_absolute_url()), *further]
