"""Fields that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
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


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, as a list; the action checks the kind and size of each."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=250, **options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files if file]


class FilesForm(forms.Form):
    """Files from the device, and a photograph taken now."""

    file = FilesField(label=_("Choose files"), help_text=UPLOAD_HELP)
    photo = FilesField(
        label=_("Take a photograph"), widget=FilesInput(attrs={"accept": "image/*", "capture": "environment"})
    )

    def uploads(self) -> list[UploadedFile[Any]]:
        """Everything that came with a valid form; nothing of a secret task, whose form has no such field."""
        return [*self.cleaned_data.get("file", ()), *self.cleaned_data.get("photo", ())]
