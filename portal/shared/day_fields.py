"""The one field of a day, for models and forms; `portal.shared.api` has the same for requests."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property, partial, reduce
from operator import and_
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.shared.days import format_day

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)

SetType = TypeVar("SetType")
GetType = TypeVar("GetType")

_NUMBERS = re.compile(r"\s*(?:(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2}))\s*")


def validate_day(day: date, first: date = FIRST_DAY) -> None:
    """A day outside this range is a slip of the pen, in any field of the portal."""
    if day < first:
        sentence = _("%(day)s is too far in the past. Write a day from %(limit)s on.")
        raise ValidationError(sentence, "day_too_early", {"day": format_day(day), "limit": format_day(first)})
    if day > LAST_DAY:
        sentence = _("%(day)s is too far in the future. Write a day up to %(limit)s.")
        raise ValidationError(
            sentence, "day_too_late", {"day": format_day(day), "limit": format_day(LAST_DAY)}
        )


def refuse_impossible_day(text: str) -> None:
    """Raise ValidationError for numbers in the shape of a day that no calendar has, as 31/02/2026."""
    if not (match := _NUMBERS.fullmatch(text)):
        return
    day, month, year = match.groups()[:3] if match[1] else reversed(match.groups()[3:])
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        sentence = _("There is no day %(day)s. Check the day and the month.")
        raise ValidationError(sentence, "no_such_day", {"day": text.strip()}) from None


class DayInput(forms.DateInput):
    """Text and not a browser's own date field, which would show its own order of day and month."""

    def __init__(self, attrs: dict[str, Any] | None = None, format: str | None = "%d/%m/%Y") -> None:
        usual = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "placeholder": "25/12/2026",
            "size": "10",
            # What static/fields.js writes on its button and beside an impossible day.
            "data-calendar": _("Calendar"),
            "data-no-day": _("There is no such day."),
        }
        super().__init__({**usual, **(attrs or {})}, format)


class DayFormField(forms.DateField):
    """A day typed as 25/12/2026; 2026-12-25 is understood too."""

    widget = DayInput
    default_error_messages = {"invalid": _("Write the day as 25/12/2026.")}

    def __init__(self, *, first: date = FIRST_DAY, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(partial(validate_day, first=first))

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except ValidationError:
            refuse_impossible_day(str(value))
            raise


class DayField(models.DateField[SetType, GetType]):
    """A day of a model, whichever door it comes through, from `first` on. To migrations a plain DateField."""

    def __init__(self, *args: Any, first: date = FIRST_DAY, **kwargs: Any) -> None:
        self.first = first
        super().__init__(*args, **kwargs)

    @cached_property
    def validators(self) -> list[Any]:
        return [*super().validators, partial(validate_day, first=self.first)]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": DayFormField, "first": self.first, **kwargs})

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs


def days_in_range(name: str, *columns: str) -> models.CheckConstraint:
    """The default range of these columns, told to the database."""
    ranges = (models.Q((f"{column}__range", (FIRST_DAY, LAST_DAY))) for column in columns)
    return models.CheckConstraint(
        condition=reduce(and_, ranges),
        name=name,
        violation_error_message=_("A day lies between 01/01/1990 and 31/12/2100."),
    )
