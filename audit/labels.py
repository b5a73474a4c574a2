"""How an event reads: its verb, the thing it is about, and what changed, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from portal.shared.days import format_day
from portal.shared.verdicts import Sentence

# Verb of an event → how it reads. Each floor adds its own.
VERB_LABELS: dict[str, Sentence] = {}

# What an event tells beside columns that have words of their own → how it reads. Each floor adds its own.
PIECE_LABELS: dict[str, Sentence] = {}

# Models whose rows an event may name to every reader of the event, and what their names need read.
NAMED_MODELS: dict[Any, tuple[str, ...]] = {}

Names = dict[tuple[Any, Any], str]


def verb_label(verb: str) -> str:
    return str(VERB_LABELS.get(verb) or capfirst(verb.replace("_", " ")))


def model_name(label: str) -> str:
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


# Field, before and after: one line for each value that an event changed.
Lines = list[tuple[str, str, str]]


def change_lines(events: Iterable[Event]) -> dict[int, Lines]:
    """Event key → its lines. What keys stand for is read once for all the events."""
    events = list(events)
    names = _names_of(events)
    return {event.pk: _lines(event, names) for event in events}


def _lines(event: Event, names: Names) -> Lines:
    rows = [
        (
            str(PIECE_LABELS.get(name) or getattr(_field(event, name), "verbose_name", name)),
            _display_value(event, name, event.before, names),
            _display_value(event, name, event.after, names),
        )
        for name in dict.fromkeys([*event.before, *event.after])
    ]
    return [row for row in rows if row[1] != row[2]]


def _field(event: Event, name: str) -> Any:
    """The column that an event names; None for what is no column, or one that is gone."""
    try:
        return apps.get_model(event.about_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def _display_value(event: Event, name: str, values: dict[str, Any], names: Names) -> str:
    value, field = values.get(name), _field(event, name)
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field is not None and field.is_relation:
        return names.get((field.related_model, value), f"#{value}")
    if isinstance(field, models.DateField):
        return _day(field, str(value))
    return str(dict(getattr(field, "flatchoices", ())).get(value, value))


def _day(field: models.DateField[Any, Any], value: str) -> str:
    """A day or moment as the reader writes it; as it stands when it is none."""
    try:
        when = field.to_python(value)
    except ValidationError:
        return value
    if isinstance(field, models.DateTimeField):
        return date_format(localtime(when), "DATETIME_FORMAT")
    return format_day(when)


def _names_of(events: list[Event]) -> Names:
    """Names of the models that say so in `NAMED_MODELS`; of others only the key is told, whoever reads."""
    keys: dict[Any, set[Any]] = {}
    for event in events:
        for values in (event.before, event.after):
            for name, value in values.items():
                field = _field(event, name)
                if value is not None and field is not None and field.related_model in NAMED_MODELS:
                    keys.setdefault(field.related_model, set()).add(value)
    return {
        (model, row.pk): str(row)
        for model, wanted in keys.items()
        for row in model._default_manager.filter(pk__in=wanted).select_related(*NAMED_MODELS[model])
    }
