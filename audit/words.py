"""How an event reads: its verb, the thing it is about, and what changed, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst

from audit.models import Event
from portal.shared.verdicts import Sentence

VERBS: dict[str, Sentence] = {}
"""Verb of an event → how it reads. Each floor adds its own."""


def words_of(verb: str) -> str:
    return str(VERBS.get(verb) or capfirst(verb.replace("_", " ")))


def model_name(label: str) -> str:
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def change_lines(event: Event) -> list[tuple[str, str, str]]:
    """Field, before, after: one line for each value that an event changed."""
    names = list(dict.fromkeys([*event.before, *event.after]))
    return [(_field(event, name), _said(event.before, name), _said(event.after, name)) for name in names]


def _field(event: Event, name: str) -> str:
    try:
        field = apps.get_model(event.about_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return name
    return str(getattr(field, "verbose_name", name))


def _said(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None:
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
