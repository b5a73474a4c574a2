"""A body in a form: by its code or its whole name."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from committees.models import Body
from portal.shared.fields import MAX_CHOICES, PlainField, suggestion_attrs
from portal.shared.text import fold

_CODE_AT_END = re.compile(r"\(([A-Z0-9.-]{2,40})\)\s*\Z")


def body_label(body: Body) -> str:
    """How a body stands in a text field: readable, and its code makes it the only one."""
    return f"{body.name} ({body.code})"


def code_in(text: str) -> str:
    """The code that a text ends with in brackets, or that it is."""
    return match[1] if (match := _CODE_AT_END.search(text)) else text.upper()


def find_body(text: str) -> Body:
    """The one body with this code, or with exactly this name; a sentence when there is none or several."""
    if body := Body.objects.filter(code=code_in(text)).first():
        return body
    wanted = fold(text)
    near = Body.objects.filter(search_text__contains=wanted)[:MAX_CHOICES] if wanted else ()
    same = [body for body in near if wanted in map(fold, (body.name_vi, body.name_en, body.short_name))]
    if len(same) == 1:
        return same[0]
    if same:
        codes = ", ".join(body.code for body in same[:5])
        raise ValidationError(
            _("Several bodies have this name. Write the code: %(codes)s.") % {"codes": codes}
        )
    sentence = _("There is no body “%(text)s”. Write its code or its whole name.") % {"text": text[:80]}
    if offered := Body.objects.matching(text)[:5] if wanted else ():
        question = _("Is it one of these? %(labels)s") % {"labels": "; ".join(map(body_label, offered))}
        sentence = f"{sentence} {question}"
    raise ValidationError(sentence)


class BodyField(PlainField):
    """Gives a Body or None, by its code or whole name; any part of the name finds it in a list."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs=suggestion_attrs("suggest_bodies"))
        super().__init__(max_length=300, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return body_label(value) if isinstance(value, Body) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return find_body(text) if text else None
