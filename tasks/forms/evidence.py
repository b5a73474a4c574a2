"""Adding evidence, and reporting how far a task is or that it is done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from portal.shared.fields import PlainField
from tasks.forms.common import NUMERIC, FilesForm, text_area
from tasks.models import Evidence
from tasks.models.evidence import MAX_DOCUMENT_LENGTH, MAX_EVIDENCE_TITLE_LENGTH, MAX_URL_LENGTH


def pieces_of(files: list[UploadedFile[Any]], title: str = "") -> list[dict[str, Any]]:
    """The arguments of `add_evidence` for each of these files."""
    title = title if len(files) == 1 else ""
    return [{"kind": Evidence.Kind.FILE, "title": title, "file": file} for file in files]


class EvidenceForm(FilesForm):
    """Files, a link and a document number: each that is filled in is added as evidence of its own."""

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
            self[name].errors for name in ("file", "photo", "url", "document") if name in self.fields
        )
        if self.must_hold_one and without_errors and not self.given():
            raise ValidationError(_("Add a file, a link or a document number."))
        return cleaned

    def given(self) -> list[dict[str, Any]]:
        """The arguments of `add_evidence` for each thing that was filled in.

        Files come last: nothing is written to the disk before the others were accepted. Of several each
        keeps its own name.
        """
        title = self.cleaned_data.get("title", "")
        words = [
            {"kind": kind, "title": title, name: self.cleaned_data[name]}
            for kind, name in ((Evidence.Kind.LINK, "url"), (Evidence.Kind.DOCUMENT, "document"))
            if self.cleaned_data.get(name)
        ]
        return [*words, *pieces_of(self.uploads(), title)]


class ProgressForm(FilesForm):
    """How far the work is, with what shows it."""

    percent = forms.IntegerField(label=_("Progress in percent"), min_value=0, max_value=100, widget=NUMERIC)
    note = text_area(
        _("What was done"), rows=2, error_messages={"required": _("Say in a sentence what was done.")}
    )
    field_order = ("percent", "note", "photo", "file")

    def given(self) -> list[dict[str, Any]]:
        return pieces_of(self.uploads())


class SubmitForm(EvidenceForm):
    """The report that a task is done, with the evidence for it if none was added before."""

    report = text_area(
        _("The result"),
        rows=4,
        help_text=_("In a sentence or two: what was delivered, who approved it, where it was sent."),
        error_messages={"required": _("Say in a sentence or two what the result is.")},
    )
    field_order = ("report", "photo", "file", "url", "document", "title")

    def __init__(self, *args: Any, has_evidence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.must_hold_one = not has_evidence
