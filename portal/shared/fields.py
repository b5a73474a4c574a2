"""Fields of forms that every app uses: plain text, and a select of many rows cut short."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.urls import reverse_lazy

from portal.shared.text import MAX_TEXT_LENGTH, tidy, validate_plain

# Choices that a select holds at most; a page stays light with a thousand orders.
MAX_CHOICES = 200


def suggestion_attrs(url: str) -> dict[str, Any]:
    """Attributes of a field that lists below itself what `?q=` finds at this address (static/fields.js)."""
    return {"autocomplete": "off", "data-suggest": reverse_lazy(url)}


class PlainField(forms.CharField):
    """Text in composed Unicode without control characters, `LONG_TEXT` long at most unless told."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_TEXT_LENGTH)
        super().__init__(**kwargs)
        self.validators.append(validate_plain)

    def to_python(self, value: Any) -> Any:
        return tidy(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength: a browser would cut what was pasted without a word."""
        return {}


def limit_choices(field: Any, rows: QuerySet[Any], current: Model | None) -> None:
    """Validate against all of `rows` but draw only the first, with the current one among them."""
    field.queryset = rows
    shown = list(rows[:MAX_CHOICES])
    if isinstance(current, Model) and current not in shown:
        shown.insert(0, current)
    empty = [("", field.empty_label)] if field.empty_label is not None else []
    absent = [(field.null_value, field.null_label)] if getattr(field, "null_label", None) else []
    label = field.label_from_instance
    field.widget.choices = [*empty, *absent, *((row.pk, label(row)) for row in shown)]
