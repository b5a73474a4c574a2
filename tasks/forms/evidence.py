"""Adding evidence, and reporting a task as done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.shared.fields import PlainField
from tasks.forms.common import text_area, upload_field
from tasks.models import Evidence
from tasks.models.evidence import MAX_DOCUMENT_LENGTH, MAX_EVIDENCE_TITLE_LENGTH, MAX_URL_LENGTH


class EvidenceForm(forms.Form):
    """A file, a link and a document number: each that is filled in is added as evidence of its own."""

    file = upload_field()
    url = PlainField(
        label=_("Link"),
        max_length=MAX_URL_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    document = PlainField(label=_("Document number"), max_length=MAX_DOCUMENT_LENGTH, required=False)
    title = PlainField(
        label=_("What it is"),
        max_length=MAX_EVIDENCE_TITLE_LENGTH,
        required=False,
        help_text=_("For example: the product, the approval, the letter that sent it."),
    )
    must_hold_one = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        without_errors = not any(
            self[name].errors for name in ("file", "url", "document") if name in self.fields
        )
        if self.must_hold_one and without_errors and not self.given():
            raise ValidationError(_("Add a file, a link or a document number."))
        return cleaned

    def given(self) -> list[dict[str, Any]]:
        """The arguments of `add_evidence` for each kind that was filled in.

        The file comes last: nothing is written to the disk before the others were accepted.
        """
        columns = (
            (Evidence.Kind.LINK, "url"),
            (Evidence.Kind.DOCUMENT, "document"),
            (Evidence.Kind.FILE, "file"),
        )
        return [
            {"kind": kind, "title": self.cleaned_data.get("title", ""), name: self.cleaned_data[name]}
            for kind, name in columns
            if self.cleaned_data.get(name)
        ]


class SubmitForm(EvidenceForm):
    """The report that a task is done, with the evidence for it if none was added before."""

    report = text_area(
        _("The result"),
        rows=4,
        help_text=_("In a sentence or two: what was delivered, who approved it, where it was sent."),
        error_messages={"required": _("Say in a sentence or two what the result is.")},
    )
    field_order = ("report", "file", "url", "document", "title")

    def __init__(self, *args: Any, has_evidence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.must_hold_one = not has_evidence
