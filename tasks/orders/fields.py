"""The form field that names an order by its number, with its register and day if need be."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.shared.days import format_day
from portal.shared.fields import MAX_CHOICES, PlainField, suggestion_attrs
from portal.shared.text import number_key
from tasks.models import Order
from tasks.models.orders import OrderQuerySet

_LABEL_AT_END = re.compile(r"(.*\S)\s*\(([^()]+)\)\s*\Z")


def order_label(order: Order) -> str:
    """An order in a text field: its number, then its register and day, which tell it from others."""
    day = f", {format_day(order.issued_on)}" if order.issued_on else ""
    return f"{order.number} ({order.body.code}{day})"


def find_order(text: str, among: OrderQuerySet) -> Order:
    """The one order with this number or whole label; refused when there is none, or several."""
    match = _LABEL_AT_END.search(text)
    number, label = (match[1], match[2]) if match else (text, "")
    orders = list(among.filter(number_key=number_key(number) or "-").select_related("body")[:MAX_CHOICES])
    if label:
        orders = [order for order in orders if order_label(order).endswith(f"({label})")]
    if len(orders) == 1:
        return orders[0]
    if orders:
        raise ValidationError(
            _("Several orders have this number. Choose one from the list: %(labels)s.")
            % {"labels": "; ".join(map(order_label, orders[:5]))}
        )
    raise ValidationError(
        _("There is no order “%(text)s” that you can see. Write its number.") % {"text": text[:80]}
    )


class OrderField(PlainField):
    """Gives one of the orders in `among` by its number; any part of it finds it in a list."""

    among: OrderQuerySet

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs=suggestion_attrs("orders:near"))
        super().__init__(max_length=300, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return find_order(text, self.among) if text else None
