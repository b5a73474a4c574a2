"""Forms of the verbs that ask for a few words, a day or a number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from committees.fields import BodyField
from committees.models import Person
from portal.shared.day_fields import DayFormField
from portal.shared.days import today
from portal.shared.fields import PlainField, limit_choices
from tasks import rollup
from tasks.forms.common import NUMERIC, text_area
from tasks.forms.deadlines import PastDeadlineFields
from tasks.lifecycle import MAX_RISK_DAYS, RISK_TOLD_FROM, State
from tasks.models import Task
from tasks.models.tasks import MAX_APPROVAL_LENGTH
from tasks.rollup import Node


class ConfirmForm(forms.Form):
    """The form of a verb that asks for nothing."""


class ReasonForm(forms.Form):
    reason = text_area(_("Reason"))


class OptionalReasonForm(forms.Form):
    reason = text_area(_("Reason"), required=False)


# Giving a task


class AssignForm(PastDeadlineFields):
    """Asks for nothing but the tick of a deadline that has passed."""

    def __init__(self, *args: Any, due_on: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if due_on is None or due_on >= today():
            del self.fields["past_deadline"]


class ApprovalForm(AssignForm):
    approval = PlainField(
        label=_("The paper"),
        max_length=MAX_APPROVAL_LENGTH,
        help_text=_("Its number and date, and who signed it."),
    )
    field_order = ("approval", "past_deadline")


class LeadForm(ReasonForm):
    lead = BodyField(
        label=_("New lead"), help_text=_("Write any part of its name, or its code. It accepts the task anew.")
    )
    note = text_area(_("A word to the new lead"), rows=2, required=False)
    field_order = ("lead", "reason", "note")


class SupersedeForm(ReasonForm):
    superseded_by = forms.ModelChoiceField(
        label=_("The task that replaces it"), queryset=Task.objects.none(), empty_label=_("none")
    )
    field_order = ("superseded_by", "reason")

    def __init__(self, *args: Any, task: Task, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Task.objects.visible_to(person).filter(assigner=task.assigner).exclude(pk=task.pk)
        field: Any = self.fields["superseded_by"]
        field.label_from_instance = lambda task: f"{task.code} {task.name}"
        limit_choices(field, others.exclude(state=State.WITHDRAWN).order_by("-pk"), None)


class UrgeForm(forms.Form):
    message = text_area(_("What to say"), max_length=500, required=False)


# Deadlines


class ExtensionForm(forms.Form):
    proposed_on = DayFormField(label=_("New deadline"))
    reason = text_area(
        _("Reason"),
        help_text=_("Why the deadline cannot be met for causes outside your body, and what was tried."),
    )


class DecisionForm(forms.Form):
    decision = text_area(_("Words of the decision"), required=False)


class RefusalForm(forms.Form):
    decision = text_area(_("Why it is refused"))


class CounterForm(DecisionForm):
    counter_on = DayFormField(label=_("Day offered instead"))
    field_order = ("counter_on", "decision")


class EventDayForm(PastDeadlineFields):
    happened_on = DayFormField(
        label=_("Day of the event"), help_text=_("When it happened, or is set to happen.")
    )
    reason = text_area(
        _("Reason"),
        rows=2,
        required=False,
        help_text=_("Only when a day that was entered before is corrected."),
    )
    field_order = ("happened_on", "past_deadline", "reason")

    def visible_fields(self) -> list[forms.BoundField]:
        fields = super().visible_fields()
        return [field for field in fields if field.name != "past_deadline" or self.asks_past_deadline]


class RiskForm(forms.Form):
    days = forms.IntegerField(
        label=_("Days late expected"),
        min_value=1,
        max_value=MAX_RISK_DAYS,
        help_text=format_lazy(_("From {days} days on the superior is told."), days=RISK_TOLD_FROM),
        widget=NUMERIC,
    )
    remedy = text_area(
        _("Remedy"), required=False, help_text=_("What is done so that it is not late, or less late.")
    )


# The work


class CommentForm(forms.Form):
    text = text_area(
        _("Your comment"),
        rows=2,
        help_text=_("Everybody who sees this task reads it."),
        error_messages={"required": _("Write your comment first.")},
    )


class WeightsForm(forms.Form):
    """The share of each task right below that counts; one that the person may not see shows only its code."""

    def __init__(self, *args: Any, task: Task, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = rollup.children(task)
        visible = Task.objects.visible_to(person).filter(parent=task).select_related("lead")
        labels = {child.pk: f"{child.code}: {child.name} ({child.lead})" for child in visible}
        for node in self.nodes:
            self.fields[self.name_of(node)] = forms.IntegerField(
                label=labels.get(node.pk, Task(pk=node.pk).code),
                initial=node.weight,
                required=False,
                min_value=0,
                max_value=100,
                widget=NUMERIC,
            )

    @staticmethod
    def name_of(node: Node) -> str:
        return f"weight-{node.pk}"

    @property
    def weights(self) -> dict[int, int | None]:
        return {node.pk: self.cleaned_data[self.name_of(node)] for node in self.nodes}
