"""The addresses of the task list: every link on it keeps the conditions that are on."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict

# What an address means without saying it.
DEFAULTS = (("sort", "due"), ("deadline", "current"))


def list_address(params: QueryDict, without: Iterable[str] = (), **values: str) -> str:
    """The address of this list without some names and with other values, from its first page."""
    query = _conditions_in(params, (*without, *values))
    query.update(values)
    return f"?{query.urlencode()}"


def list_values(params: QueryDict) -> list[tuple[str, str]]:
    """Names and values of the conditions, for the hidden fields of a form that goes on from the list."""
    return [(name, value) for name, values in _conditions_in(params, ()).lists() for value in values]


def _conditions_in(params: QueryDict, without: Iterable[str]) -> QueryDict:
    query = params.copy()
    for name in (*without, "page", "pick"):
        query.pop(name, None)
    for name in [name for name, value in query.items() if not value or (name, value) in DEFAULTS]:
        query.pop(name)
    return query
