"""What a form asks of a secret task."""

from __future__ import annotations

from django import forms

from portal.shared.fields import PlainField
from tasks.forms.evidence import EvidenceForm
from tasks.models import Task
from tasks.secrecy import LEAVE_EMPTY, ONLY_A_NUMBER, is_secret


def as_secret(task: Task, form: forms.Form) -> forms.Form:
    """Adapt a form to a secret task: no file and no link, and the number of a paper instead of free text."""
    if not is_secret(task):
        return form
    for name in ("file", "photo", "url", "title"):
        form.fields.pop(name, None)
    for name, field in form.fields.items():
        if type(field) is PlainField:
            field.widget = forms.TextInput()
            field.help_text = LEAVE_EMPTY if name == "remedy" else ONLY_A_NUMBER
            field.required = field.required and name != "note"
    if isinstance(form, EvidenceForm):
        form.fields["document"].required = form.must_hold_one
    return form
