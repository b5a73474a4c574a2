"""What is asked once for all tasks of a run, kept as the API takes it and read anew for each task."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.serializers import ValidationError as InputError

from committees.models import Body, Person
from tasks.models import Task
from tasks.verbs import VERBS, Many, Verb

# The verbs that are done to many tasks at once, in the order of the table.
MANY: dict[str, Many] = {name: verb.many for name, verb in VERBS.items() if verb.many}
CHOICES = [(name, name) for name in MANY]


def label_of(verb: Verb) -> Any:
    return (verb.many and verb.many.label) or verb.label


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """The cleaned fields of a form as the API takes them; what was left empty is left out."""
    return {name: _plain(value) for name, value in values.items() if value not in (None, "", False)}


def _plain(value: Any) -> Any:
    if isinstance(value, Body):
        return value.code
    if isinstance(value, Person):
        return value.username
    return value.isoformat() if isinstance(value, date) else value


def check(verb: Verb, values: Any) -> dict[str, Any]:
    """`values` as the action takes them; an error names the field, as for one task."""
    many = MANY[verb.name]
    serializer = (many.api_input or verb.api_input)(data=values)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def do(verb: Verb, task: Task, by: Person, values: dict[str, Any]) -> None:
    """One task, by its own action."""
    action = MANY[verb.name].action
    if action:
        action(task=task, by=by, **values)
    else:
        verb.do_with_values(task, by, values)


def as_problems(error: InputError) -> ValidationError:
    """The error of the API's input as one that a form shows beside its fields."""
    problems: Any = error.detail
    return ValidationError({name: [str(each) for each in sentences] for name, sentences in problems.items()})


def sentence_of(error: ValidationError) -> str:
    return " ".join(error.messages)
