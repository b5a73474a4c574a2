"""What the tests of matrix share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def routes(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address that the portal answers at, with its namespaced name."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern.url_patterns, inside)
        else:
            yield f"{space}{pattern.name}", pattern


def every_route() -> list[tuple[str, URLPattern]]:
    return list(routes(get_resolver().url_patterns))


def _groups(pattern: URLPattern) -> list[str]:
    """The names in an address that is written as a regular expression."""
    written: Any = pattern.pattern
    return list(written.regex.groupindex)
