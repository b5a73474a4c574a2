"""Forms about the bodies that help: naming them, their contributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.fields import BodyField
from committees.models import Body
from portal.shared.day_fields import DayFormField
from portal.shared.fields import PlainField
from tasks.actions.task_fields import PartSpec, current_parts
from tasks.forms.common import text_area
from tasks.forms.verbs import ReasonForm
from tasks.models import Part, Task
from tasks.models.parts import MAX_WORK_LENGTH


class PartChoiceForm(forms.Form):
    """The choice of a body that helps; where there is only one, nothing is to be chosen."""

    body = forms.ModelChoiceField(label=_("Body"), queryset=Body.objects.none(), empty_label=None)

    def __init__(self, *args: Any, parts: list[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["body"]
        field.queryset = Body.objects.filter(pk__in=[part.body_id for part in parts])
        if len(parts) == 1:
            del self.fields["body"]


class ContributionForm(PartChoiceForm):
    contribution = text_area(
        _("What it contributed"),
        rows=4,
        help_text=_("In a sentence or two: what was delivered, by which document."),
    )

    def __init__(self, *args: Any, parts: list[Part], **kwargs: Any) -> None:
        super().__init__(*args, parts=parts, **kwargs)
        if len(parts) == 1:
            self.initial["contribution"] = parts[0].contribution


class ReturnForm(PartChoiceForm, ReasonForm):
    field_order = ("body", "reason")


class PartForm(forms.Form):
    """One body that helps; a row without a body is left out."""

    body = BodyField(label=_("Body"), required=False)
    kind = forms.ChoiceField(label=_("Part"), choices=Part.HELPING_CHOICES, initial=Part.Kind.COORDINATING)
    work = PlainField(label=_("Its share of the work"), max_length=MAX_WORK_LENGTH, required=False)
    due_on = DayFormField(label=_("Its own deadline"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "body" in cleaned and not cleaned["body"] and (cleaned.get("work") or cleaned.get("due_on")):
            self.add_error("body", _("Name the body, or empty the row."))
        return cleaned


class PartRows(forms.BaseFormSet[PartForm]):
    # What the action refused about the parts as a whole.
    problems: Sequence[str] = ()

    def specs(self) -> list[PartSpec]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("body")]
        return [PartSpec(row["body"], row["kind"], row["work"], row["due_on"]) for row in rows]

    def errors_found(self) -> list[str]:
        typed = [str(error) for form in self.forms for errors in form.errors.values() for error in errors]
        return [*typed, *self.problems]


PartFormSet = forms.formset_factory(PartForm, formset=PartRows, extra=2, max_num=100, absolute_max=200)


def part_rows(task: Task, data: Any = None) -> PartRows:
    """The rows for the bodies that help: those that do, and two empty ones."""
    initial = [
        {"body": part.body, "kind": part.kind, "work": part.work, "due_on": part.due_on}
        for part in current_parts(task)
    ]
    return cast(PartRows, PartFormSet(data, initial=initial, prefix="parts"))
