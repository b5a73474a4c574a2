"""What an app above adds to a page of an app below: it registers, and the page imports nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Context = Callable[[Any, Any], dict[str, Any] | None]

_parts: dict[str, list[tuple[str, Context]]] = {}


def register(page: str, template: str, context: Context) -> None:
    """Show `template` on `page` with what `context(request, thing)` gives; None leaves it out.

    `page` is the name of the page's address, as "orders:detail".
    """
    parts = _parts.setdefault(page, [])
    if (template, context) not in parts:
        parts.append((template, context))


def parts_of(page: str, request: HttpRequest, thing: object) -> list[SafeString]:
    """The parts of the page about this thing, ready to stand in its template."""
    made = ((template, context(request, thing)) for template, context in _parts.get(page, ()))
    return [render_to_string(template, values, request) for template, values in made if values is not None]
