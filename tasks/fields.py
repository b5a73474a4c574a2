"""Fields of forms: a body by its code or name, days as people type them, long choices cut short."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from committees.models import Body
from portal.shared.day_fields import DayFormField
from portal.shared.text import LONG_TEXT, fold, number_key, tidy, validate_plain
from tasks.models import Order
from tasks.periods import last_day
from tasks.querysets import OrderQuerySet

SHOWN = 200
"""Choices that a select holds at most; a page stays light with a thousand orders."""

_LABEL_AT_END = re.compile(r"(.*\S)\s*\(([^()]+)\)\s*\Z")
_CODE_AT_END = re.compile(r"\(([A-Z0-9.-]{2,40})\)\s*\Z")


def body_label(body: Body) -> str:
    """How a body stands in a text field: readable, and its code makes it the only one."""
    return f"{body.name} ({body.code})"


def code_in(text: str) -> str:
    """The code that a text ends with in brackets, or that it is."""
    return found[1] if (found := _CODE_AT_END.search(text)) else text.upper()


def find_body(text: str) -> Body:
    """The one body with this code, or with exactly this name; a sentence when there is none or several."""
    if body := Body.objects.filter(code=code_in(text)).first():
        return body
    wanted = fold(text)
    near = Body.objects.filter(search_text__contains=wanted)[:SHOWN] if wanted else ()
    same = [body for body in near if wanted in map(fold, (body.name_vi, body.name_en, body.short_name))]
    if len(same) == 1:
        return same[0]
    if same:
        codes = ", ".join(body.code for body in same[:5])
        raise ValidationError(
            _("Several bodies have this name. Write the code: %(codes)s.") % {"codes": codes}
        )
    raise ValidationError(
        _("There is no body “%(text)s”. Write its code or its whole name.") % {"text": text[:80]}
    )


def helped_by(datalist: str, url: str, trigger: str) -> dict[str, Any]:
    """Attributes of a text field whose datalist is fetched when somebody goes there."""
    return {
        "list": datalist,
        "autocomplete": "off",
        "hx-get": reverse_lazy(url),
        "hx-target": f"#{datalist}",
        "hx-trigger": trigger,
        # Its own, or it would inherit those of a form that swaps a list.
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
    }


class PlainField(forms.CharField):
    """Text in composed Unicode without control characters, `LONG_TEXT` long at most unless told."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONG_TEXT)
        super().__init__(**kwargs)
        self.validators.append(validate_plain)

    def to_python(self, value: Any) -> Any:
        return tidy(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength: a browser would cut what was pasted without a word."""
        return {}


class BodyField(PlainField):
    """Gives a Body or None. The datalist `bodies` helps; code or whole name works without it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = helped_by("bodies", "tasks:bodies", "focus once, input changed delay:200ms")
        super().__init__(max_length=300, widget=forms.TextInput(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return body_label(value) if isinstance(value, Body) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return find_body(text) if text else None


def order_label(order: Order) -> str:
    """How an order stands in a text field: its number, then its register and day, which make it the one."""
    day = f", {order.issued_on:%d/%m/%Y}" if order.issued_on else ""
    return f"{order.number} ({order.body.code}{day})"


def find_order(text: str, among: OrderQuerySet) -> Order:
    """The one order with this number, or with the whole label; a sentence when there is none or several."""
    number, label = (found[1], found[2]) if (found := _LABEL_AT_END.search(text)) else (text, "")
    rows = list(among.filter(number_key=number_key(number) or "-").select_related("body")[:SHOWN])
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
        attrs = helped_by("orders", "orders:near", "focus once, input changed delay:200ms")
        super().__init__(max_length=300, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return find_order(text, self.among) if text else None


class DueField(DayFormField):
    """Also takes a month, quarter or year in words (12/2026, quý IV/2026, 2026) and gives its last day."""

    default_error_messages = {"invalid": _("Write the day as 25/12/2026, or 12/2026, Q4/2026, 2026.")}

    def to_python(self, value: Any) -> date | None:
        return last_day(str(value or "")) or super().to_python(value)


def limit_choices(field: Any, rows: QuerySet[Any], current: Model | None) -> None:
    """Validate against all of `rows` but draw only the first, with the current one among them."""
    field.queryset = rows
    shown = list(rows[:SHOWN])
    if isinstance(current, Model) and current not in shown:
        shown.insert(0, current)
    empty = [("", field.empty_label)] if field.empty_label is not None else []
    absent = [(field.null_value, field.null_label)] if getattr(field, "null_label", None) else []
    label = field.label_from_instance
    field.widget.choices = [*empty, *absent, *((one.pk, label(one)) for one in shown)]
