"""Setting the milestones of a task, and marking one as reached."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from portal.shared.day_fields import DayFormField
from portal.shared.fields import PlainField
from tasks.actions.milestones import MAX_MILESTONES, MilestoneSpec, check_milestones
from tasks.models import Milestone, Task
from tasks.models.milestones import MAX_WORDS_LENGTH

# Empty rows that the form offers.
SPARE_ROWS = 3


class MilestonesForm(forms.Form):
    """A row for each milestone that is open, and some empty ones; an emptied row takes it away."""

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        rows: list[Milestone | None] = [row for row in task.milestones.all() if row.done_on is None]
        rows += [None] * min(SPARE_ROWS, MAX_MILESTONES - len(rows))
        self.numbers = range(len(rows))
        for number, row in enumerate(rows):
            day = DayFormField(label=_("Day"), required=False, initial=row and row.due_on)
            words = PlainField(
                label=_("What is to be reached"),
                max_length=MAX_WORDS_LENGTH,
                required=False,
                initial=row and row.words,
            )
            self.fields |= {f"day-{number}": day, f"words-{number}": words}

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"day-{number}"], self[f"words-{number}"]) for number in self.numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in self.numbers:
            if cleaned.get(f"words-{number}") and f"day-{number}" in cleaned and not cleaned[f"day-{number}"]:
                self.add_error(f"day-{number}", _("Give the day of this milestone, or empty the row."))
            elif {f"day-{number}", f"words-{number}"} & set(self.changed_data):
                self._check_row(number, cleaned)
        return cleaned

    def _check_row(self, number: int, cleaned: dict[str, Any]) -> None:
        """Put what the action would say beside a row that was changed; the others are not checked again."""
        problems: dict[str, Any] = {}
        if day := cleaned.get(f"day-{number}"):
            spec = MilestoneSpec(day, cleaned.get(f"words-{number}", ""))
            check_milestones(self.task, [spec], problems)
        if problems:
            self.add_error(f"day-{number}", problems["milestones"])

    @property
    def milestones(self) -> list[MilestoneSpec]:
        data = self.cleaned_data
        rows = [(data[f"day-{number}"], data[f"words-{number}"]) for number in self.numbers]
        return [MilestoneSpec(day, words) for day, words in rows if day]


class MilestoneForm(forms.Form):
    milestone = forms.ModelChoiceField(
        label=_("Milestone"), queryset=Milestone.objects.none(), empty_label=None
    )
    done_on = DayFormField(
        label=_("Reached on"), required=False, help_text=_("Empty: it is not reached after all.")
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["milestone"]
        # The open ones first: mostly one of these was reached.
        field.queryset = task.milestones.order_by(F("done_on").asc(nulls_first=True), "due_on", "pk")
