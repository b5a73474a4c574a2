"""What an edit touches: only the fields that differ from the stored row are validated.

A rule may have become stricter since a row was written, or what the row names may have ended. That blocks
a change of that field, and no other one.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


def stored_row(row: models.Model) -> Any:
    """The row as the database holds it now; None for a new one."""
    return type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None


def changed_fields(row: models.Model, stored: models.Model | None) -> set[str]:
    """Names of the fields that differ from the stored row; every field of a new one."""
    columns = row._meta.concrete_fields
    if stored is None:
        return {column.name for column in columns}
    return {
        column.name for column in columns if getattr(row, column.attname) != getattr(stored, column.attname)
    }


def clean_changed_fields(row: models.Model, changed: set[str]) -> None:
    """Validate each changed field by itself; the others stand as they are."""
    row.clean_fields(exclude={column.name for column in row._meta.concrete_fields} - changed)


def clean_changes(row: models.Model, stored: models.Model | None) -> None:
    """Validate what an edit touches, and of the whole row what the database promises anyway."""
    unchanged = {column.name for column in row._meta.concrete_fields} - changed_fields(row, stored)
    problems: dict[str, Any] = {}
    wrong: set[str] = set()
    for check, exclude in (
        (row.clean_fields, unchanged),
        (lambda exclude: row.clean(), wrong),
        (row.validate_unique, wrong),
        (row.validate_constraints, wrong),
    ):
        try:
            check(exclude=exclude)
        except ValidationError as error:
            problems = error.update_error_dict(problems)
            wrong.update(problems)
    if problems:
        raise ValidationError(problems)


class ChangesForm(forms.ModelForm[Any]):
    """A form of a row: a field that comes back as it was shown is not refused."""

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name in set(self.errors) & self.untouched:
            del self.errors[name]
            self.cleaned_data[name] = getattr(self.instance, name)

    def _get_validation_exclusions(self) -> set[str]:
        return set(super()._get_validation_exclusions()) | self.untouched  # type: ignore[misc]

    @property
    def untouched(self) -> set[str]:
        """Fields of the row that were sent as they stand; none of a new row."""
        columns = {column.name for column in self.instance._meta.concrete_fields}
        return (columns & set(self.fields)) - set(self.changed_data) if self.instance.pk else set()
