"""The form that gives one task to many bodies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees.fields import BodyField
from committees.models import Body, Person
from portal.shared.fields import PlainField
from portal.shared.numbers import parse_number
from tasks import rules
from tasks.fan_outs.selection import Choice, find_bodies
from tasks.fields import DueField
from tasks.models import Task, cycle_words
from tasks.models.tasks import MAX_TITLE_LENGTH


class BodiesField(PlainField):
    """Several bodies, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=400_000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return find_bodies([line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()])


class FanOutForm(forms.Form):
    giver = forms.ModelChoiceField(label=_("Body that gives"), queryset=Body.objects.none(), empty_label=None)
    level = forms.ChoiceField(
        label=_("Every body of a level"),
        choices=[("", _("any")), *Body.Level.choices],
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Of a kind"),
        choices=[("", _("any")), *Body.Kind.choices],
        initial=Body.Kind.COMMITTEE,
        required=False,
    )
    below = BodyField(
        label=_("Below the body"),
        required=False,
        help_text=_("Empty: below the body that gives. Code or whole name."),
    )
    bodies = BodiesField(
        label=_("And these bodies"),
        required=False,
        help_text=_("One code or whole name on each line."),
    )
    title = PlainField(label=_("Task"), max_length=MAX_TITLE_LENGTH)
    deliverable = PlainField(label=_("Deliverable"), max_length=500, required=False)
    due_on = DueField(label=_("Deadline"), required=False)

    def __init__(self, *args: Any, task: Task, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(title=task.title, deliverable=task.deliverable, due_on=task.due_on)
        self._choose_giver(task, person)
        if task.due_kind in (Task.DueKind.RECURRING, Task.DueKind.RELATIVE) and not task.due_on:
            self.fields["due_on"].help_text = gettext(
                "Empty: as this task, each body by itself: %(when)s."
            ) % {"when": cycle_words(task.cycle) if task.cycle else task.waits_for}
        if task.secrecy == Task.Secrecy.SECRET:
            # The portal titles a secret task itself, and it holds no other words.
            del self.fields["title"], self.fields["deliverable"]

    def _choose_giver(self, task: Task, person: Person) -> None:
        bodies = {body.pk: body for body in (task.assigner, task.lead) if body}
        givers = [body for body in bodies.values() if rules.may_fan_out(person, task, body)]
        field: Any = self.fields["giver"]
        field.queryset = Body.objects.filter(pk__in=[body.pk for body in givers])
        self.initial["giver"] = givers[0] if givers else None
        if len(givers) == 1:
            field.widget = forms.HiddenInput()

    def choice(self) -> Choice:
        data, without = self.cleaned_data, self.data.getlist("without")  # type: ignore[attr-defined]
        return Choice(
            level=data["level"],
            kind=data["kind"],
            below=data["below"],
            listed=data["bodies"],
            without={key for text in without if (key := parse_number(text)) is not None},
        )

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes beside the bodies."""
        names = ("giver", "title", "deliverable", "due_on")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
