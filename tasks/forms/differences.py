"""What was typed in a form that went stale, beside what is saved now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.shared.days import format_day
from tasks.actions.task_fields import PartSpec, current_parts
from tasks.cycles import Cycle
from tasks.models import Order, Part, Task, cycle_words


def differences(saved: Task | Order, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Field, saved, typed: where a form that went stale differs from the row as it is now."""
    return [
        (
            capfirst(str(_field(saved, name).verbose_name)),
            _text_of(saved, name, current),
            _text_of(saved, name, typed),
        )
        for name, typed in values.items()
        if (current := getattr(saved, name)) != typed
    ]


def part_difference(task: Task, typed: Sequence[PartSpec]) -> list[tuple[str, str, str]]:
    saved = current_parts(task)
    if saved == typed:
        return []
    return [(str(_("Bodies that help")), _names_of(saved), _names_of(typed))]


def cycle_difference(task: Task, typed: Cycle | None) -> list[tuple[str, str, str]]:
    if typed is None or typed == task.cycle:
        return []
    saved = cycle_words(task.cycle) if task.cycle else str(_("none"))
    return [(capfirst(str(_("cycle"))), saved, cycle_words(typed))]


def _names_of(parts: Iterable[PartSpec]) -> str:
    kinds = dict(Part.Kind.choices)
    return ", ".join(f"{part.body.brief} ({kinds[part.kind]})" for part in parts) or str(_("none"))


def _field(saved: Task | Order, name: str) -> Any:
    return saved._meta.get_field(name)


def _text_of(saved: Task | Order, name: str, value: Any) -> str:
    if value in (None, ""):
        return str(_("none"))
    if isinstance(value, date):
        return format_day(value)
    return str(dict(_field(saved, name).flatchoices or ()).get(value, value))
