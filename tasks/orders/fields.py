"""An order in a form: by its number, or its number with its register and day."""

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
    """How an order stands in a text field: its number, then its register and day, which make it the one."""
    day = f", {format_day(order.issued_on)}" if order.issued_on else ""
    return f"{order.number} ({order.body.code}{day})"


def find_order(text: str, among: OrderQuerySet) -> Order:
    """The one order with this number, or with the whole label; a sentence when there is none or several."""
    number, label = (found[1], found[2]) if (found := _LABEL_AT_END.search(text)) else (text, "")
    rows = list(among.filter(number_key=number_key(number) or "-").select_related("body")[:MAX_CHOICES])
    same = [one for one in rows if order_label(one).endswith(f"({label})")] if label else rows
    if len(same) == 1:
        return same[0]
    if same:
        raise ValidationError(
            _("Several orders have this number. Choose one from the list: %(labels)s.")
            % {"labels": "; ".join(map(order_label, same[:5]))}
        )
    raise ValidationError(
        _("There is no order “%(text)s” that you can see. Write its number.") % {"text": text[:80]}
    )


class OrderField(PlainField):
    """Gives one of the orders in `among`. The datalist `orders` helps; the number works without it."""

    among: OrderQuerySet

    def __init__(self, **kwargs: Any) -> None:
        attrs = suggestion_attrs("orders", "orders:near", "focus once, input changed delay:200ms")
        super().__init__(max_length=300, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return find_order(text, self.among) if text else None
