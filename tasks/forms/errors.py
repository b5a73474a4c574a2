"""The sentences of an action beside the fields of a form."""

from __future__ import annotations

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what an action refused beside the fields, or on top where the form has no such field.

    A sentence that stands beside a field is not repeated on top.
    """
    problems = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    shown: set[str] = set()
    for field, sentences in sorted(problems.items(), key=lambda item: item[0] not in form.fields):
        for sentence in sentences:
            if sentence not in shown:
                form.add_error(field if field in form.fields else None, sentence)
            shown.add(sentence)
