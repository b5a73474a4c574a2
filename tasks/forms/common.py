"""Fields that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.shared.fields import PlainField

# On a telephone the keyboard with digits opens. A field copies its widget.
NUMERIC = forms.NumberInput(attrs={"inputmode": "numeric"})


def text_area(label: Any, *, rows: int = 3, **options: Any) -> PlainField:
    """A field for free text of so many rows; `options` are those of the field."""
    return PlainField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


UPLOAD_HELP = _("Office file, PDF, picture or zip, at most 50 MB.")


def upload_field(help_text: Any = UPLOAD_HELP) -> forms.FileField:
    """One optional file; the action checks its kind and size."""
    return forms.FileField(
        label=_("File"),
        required=False,
        max_length=250,
        help_text=help_text,
        widget=forms.FileInput,
    )
