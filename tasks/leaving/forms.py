"""Who takes over the tasks of somebody who leaves: one person for a body, another for a single task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.forms import EndForm
from committees.models import Body, Membership, Person
from portal.shared.day_fields import DayFormField
from portal.shared.days import today
from tasks.models import Task

# So many tasks have a choice of their own; for the others the choice for their body decides.
MAX_SINGLE_CHOICES = 50

NOBODY = "none"


class LeaveForm(EndForm):
    """The account is locked at once in either case; the choice is until when the terms are on record."""

    ends_on = None  # type: ignore[assignment]
    last_day = DayFormField(
        label=_("Last day"),
        required=False,
        help_text=_("Today or earlier: the last day on which they served."),
    )
    day_field = "last_day"

    def __init__(self, *args: Any, person: Person, tasks: Sequence[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tasks = tasks
        self.people = _people_of({task.lead_id for task in tasks}, person)
        for body in self._bodies():
            choices = [("", _("nobody yet")), *self._choices(body.pk)]
            label = _("All tasks of %(body)s") % {"body": body.brief}
            self.fields[f"body_{body.pk}"] = forms.ChoiceField(label=label, choices=choices, required=False)
        for task in tasks[:MAX_SINGLE_CHOICES]:
            choices = [("", _("as chosen for all")), (NOBODY, _("nobody yet")), *self._choices(task.lead_id)]
            self.fields[f"task_{task.pk}"] = forms.ChoiceField(
                label=task.name, choices=choices, required=False
            )

    def groups(self) -> Iterator[tuple[Any, list[Any]]]:
        """The choice for a body with those for its tasks."""
        for body in self._bodies():
            own = [
                self[f"task_{task.pk}"] for task in self.tasks[:MAX_SINGLE_CHOICES] if task.lead_id == body.pk
            ]
            yield self[f"body_{body.pk}"], own

    def successors(self) -> dict[int, Person]:
        values = self.cleaned_data
        chosen = {
            task.pk: values.get(f"task_{task.pk}") or values.get(f"body_{task.lead_id}")
            for task in self.tasks
        }
        offered = {str(person.pk): person for people in self.people.values() for person in people}
        return {pk: offered[key] for pk, key in chosen.items() if key in offered}

    def _choices(self, body: int | None) -> list[tuple[str, str]]:
        return [(str(person.pk), str(person)) for person in self.people.get(body, [])]

    def _bodies(self) -> list[Body]:
        return list({task.lead_id: task.lead for task in self.tasks if task.lead}.values())


def _people_of(bodies: set[int | None], leaver: Person) -> dict[int | None, list[Person]]:
    """Key of a body → the people who hold an office of their own there today, in one query."""
    terms = Membership.objects.holding_on(today()).filter(office__body__in=bodies, absence=None)
    terms = terms.exclude(person=leaver).filter(person__is_active=True).select_related("person", "office")
    people_of: dict[int | None, dict[int, Person]] = {}
    for term in terms.in_order():
        people_of.setdefault(term.office.body_id, {})[term.person_id] = term.person
    return {body: list(people.values()) for body, people in people_of.items()}
