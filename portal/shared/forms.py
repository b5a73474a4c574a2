"""What every form does with the answer of an action."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def add_errors(
    form: forms.BaseForm,
    error: ValidationError,
    *,
    names: Mapping[str, str] | None = None,
    once: bool = True,
) -> None:
    """Put the sentences of an action beside the fields that it names; what names none stands on top.

    `names` says under which name the form has a field of the action. With `once` each sentence stands in one
    place only, beside a field rather than on top: an action may refuse six fields for the same reason.
    """
    names = names or {}
    sentences_of = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    rows = [
        (field if (field := names.get(name, name)) in form.fields else None, sentence)
        for name, sentences in sentences_of.items()
        for sentence in sentences
    ]
    shown: set[str] = set()
    for place, sentence in sorted(rows, key=lambda row: row[0] is None):
        if not once or sentence not in shown:
            form.add_error(place, sentence)
        shown.add(sentence)
