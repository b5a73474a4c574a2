"""What every form does with an action's answer, and what numbers and days look like."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError

from portal.shared.days import format_day
from portal.shared.forms import add_errors
from portal.shared.numbers import parse_number

pytestmark = pytest.mark.once


class TwoFields(forms.Form):
    title = forms.CharField(required=False)
    role = forms.CharField(required=False)


def errors_after(error: ValidationError, **options: object) -> dict[str, list[str]]:
    form = TwoFields({})
    add_errors(form, error, **options)  # type: ignore[arg-type]
    return {name: list(map(str, sentences)) for name, sentences in form.errors.items()}


def test_a_sentence_stands_beside_the_field_it_names_or_on_top() -> None:
    answer = errors_after(ValidationError({"title": "Too long.", "lead": "Not now.", "__all__": "No."}))
    assert answer == {"title": ["Too long."], "__all__": ["Not now.", "No."]}
    assert errors_after(ValidationError("No.")) == {"__all__": ["No."]}


def test_a_sentence_stands_once_and_rather_beside_a_field() -> None:
    error = ValidationError({"lead": "Empty this.", "title": "Empty this.", "role": "Empty this."})
    assert errors_after(error) == {"title": ["Empty this."]}
    assert errors_after(error, once=False) == {
        "title": ["Empty this."], "role": ["Empty this."], "__all__": ["Empty this."],
    }  # fmt: skip


def test_a_form_may_call_a_field_otherwise() -> None:
    assert errors_after(ValidationError({"office": "Held."}), names={"office": "role"}) == {"role": ["Held."]}


@pytest.mark.parametrize(
    "text, number",
    [("17", 17), ("007", 7), ("9" * 17, int("9" * 17)), ("9" * 18, None), ("", None), (None, None),
     ("-1", None), ("1.0", None), (" 1", None), ("٣", None), ("²", None), ("x", None)],
)  # fmt: skip
def test_only_plain_digits_are_a_number(text: str | None, number: int | None) -> None:
    assert parse_number(text) == number


def test_a_day_is_written_one_way() -> None:
    assert format_day(date(2026, 9, 2)) == "02/09/2026"
