"""The form that prepares and edits a task."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.fields import BodyField
from committees.models import Body, Person
from notices.calendar import describe_day_off
from portal.shared.changes import ChangesForm
from portal.shared.day_fields import DayFormField
from portal.shared.fields import PlainField, limit_choices
from tasks.actions.task_fields import EDITABLE_FIELDS
from tasks.fields import DueField
from tasks.forms.deadlines import CycleFields, PastDeadlineFields, cycle_initial
from tasks.forms.people import choose_people
from tasks.models import Order, Task
from tasks.periods import last_day
from tasks.secrecy import CONTENT_FIELDS, ONLY_A_NUMBER, is_secret

MAX_REASON_LENGTH = 500

# Legend → rows of one field or two.
TASK_FIELDSETS = (
    (
        _("What"),
        (
            ("title",),
            ("description",),
            ("deliverable",),
            ("deliverable_kind", "target"),
            ("target_unit", "title_en"),
        ),
    ),
    (_("Who"), (("lead",), ("lead_words",))),
    (_("When"), (("due_kind", "due_on"), ("past_deadline",), ("due_words", "start_on"))),
    (_("When it follows an event"), (("after_days", "after_event"),)),
    (_("When it recurs"), (("every", "day"), ("month",), ("starts_on", "until"))),
    (_("Responsibility and authority"), (("leader", "contact"), ("authority", "priority"))),
    (
        _("Where it comes from"),
        (
            ("order",),
            ("number", "pillar"),
            ("parent",),
            ("parent_words", "programme"),
            ("secrecy",),
            ("reason",),
        ),
    ),
)


class TaskChangeFields(PastDeadlineFields, CycleFields):
    """What a form of a task asks beside the task's own columns."""

    # That of the ModelForm that it is mixed into.
    instance: Task

    reason = PlainField(label=_("Why it is changed"), required=False, max_length=MAX_REASON_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(cycle_initial(self.instance))


class TaskForm(TaskChangeFields, ChangesForm):
    """Every field of a task but the parts; `values` is what the actions take."""

    # Set once the action has asked what becomes of the tasks below.
    asks_below = False

    lead = BodyField(
        label=_("Lead"),
        required=False,
        help_text=_("One body answers for the task. Write any part of its name, or its code."),
    )
    start_on = DayFormField(label=_("Start"), required=False)
    due_on = DueField(
        label=_("Deadline"), required=False, help_text=_("A day, or 12/2026, Q4/2026, 2026 for its last day.")
    )

    class Meta:
        model = Task
        fields = tuple(name for name in EDITABLE_FIELDS if name not in ("lead", "start_on", "due_on"))
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, person: Person, assigner: Body | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        task: Task = self.instance
        self.initial.update(lead=task.lead, start_on=task.start_on, due_on=task.due_on)
        self._choose_order(person, assigner, task)
        self._choose_parent(person, assigner, task)
        if task.pk and task.lead:
            choose_people(self, task.lead)
        else:
            del self.fields["leader"], self.fields["contact"]
        answers_below = any(name.startswith("below-") for name in self.data)
        if not task.pk or not (task.is_issued or answers_below):
            del self.fields["reason"]
        if task.is_handed_down:
            # Only bodies that may lead it are offered; the action checks whatever was typed.
            attrs = self.fields["lead"].widget.attrs
            attrs["data-suggest"] = f"{attrs['data-suggest']}?giver={task.assigner_id}"
            self.fields["lead"].help_text = _(
                "A body below yours or an agency of its people. Write any part of its name, or its code."
            )
        # The portal titles a secret task itself.
        self.fields["title"].required = self.data.get("secrecy") != Task.Secrecy.SECRET
        if task.pk and is_secret(task):
            self._hide_content()
        self._mention_day_off()

    def _mention_day_off(self) -> None:
        """Say beside a deadline that nobody works on that day; it stays as the order has it."""
        due: Any = self.fields["due_on"]
        typed = self.data.get(self.add_prefix("due_on")) if self.is_bound else self.initial["due_on"]
        with suppress(ValidationError):
            if off := describe_day_off(due.to_python(typed)):
                due.help_text = format_lazy("{off} {help}", off=off, help=due.help_text)

    def _hide_content(self) -> None:
        """A secret task never holds these fields; once it is no longer secret, all can be filled in."""
        for name in CONTENT_FIELDS:
            self.fields.pop(name, None)
        self.fields["number"].help_text = ONLY_A_NUMBER
        self.fields["title"].help_text = _("The portal titles a secret task. Write a title only to lower it.")

    def _choose_order(self, person: Person, assigner: Body | None, task: Task) -> None:
        orders = Order.objects.visible_to(person).filter(
            body__in=[assigner] if assigner else access.bodies(person, "draft_tasks")
        )
        self.fields["order"].empty_label = _("none")  # type: ignore[attr-defined]
        limit_choices(self.fields["order"], orders, task.order)

    def _choose_parent(self, person: Person, assigner: Body | None, task: Task) -> None:
        if not shows_parent(person, task):
            del self.fields["parent"]
            return
        bodies = [assigner] if assigner else access.bodies(person, "draft_tasks")
        above = Task.objects.visible_to(person).filter(Q(lead__in=bodies) | Q(assigner__in=bodies))
        self.fields["parent"].empty_label = _("none")  # type: ignore[attr-defined]
        limit_choices(self.fields["parent"], above.exclude(pk=task.pk).order_by("-pk"), task.parent)

    def _post_clean(self) -> None:
        """Leave the instance alone: the action checks the whole row and writes it."""

    def clean_due_words(self) -> str:
        """A quarter or month typed as the deadline is kept as the order's wording unless there is another."""
        words: str = self.cleaned_data["due_words"]
        typed = str(self.data.get(self.add_prefix("due_on"), ""))
        return words or (typed.strip() if last_day(typed) else "")

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in EDITABLE_FIELDS if name in self.cleaned_data}

    def fieldsets(self) -> list[tuple[Any, list[list[forms.BoundField]]]]:
        shown = set(self.fields) - (set() if self.asks_past_deadline else {"past_deadline"})
        return [
            (legend, [fields for row in rows if (fields := [self[name] for name in row if name in shown])])
            for legend, rows in TASK_FIELDSETS
        ]


def shows_parent(person: Person, task: Task) -> bool:
    """May the form name the task above? An editor who may not see that one leaves it as it is."""
    return task.parent_id is None or Task.objects.visible_to(person).filter(pk=task.parent_id).exists()
