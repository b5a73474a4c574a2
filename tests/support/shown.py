"""What a browser would send back of a form that nobody touched."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    """The values of the fields of the page's forms, by name; of several choices a list."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._name, self._kind, self._several = "", "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value")
        match tag:
            case "input" if name and given.get("type") not in ("submit", "file"):
                self._input(name, value, given)
            case "select" if name:
                self._name, self._kind, self._several = name, tag, "multiple" in given
                self.values[name] = [] if self._several else None
            case "textarea" if name:
                self._name, self._kind, self.values[name] = name, tag, ""
            case "option" if self._kind == "select":
                self._option(value or "", "selected" in given)

    def _input(self, name: str, value: str | None, given: dict[str, str | None]) -> None:
        if given.get("type") not in ("checkbox", "radio"):
            self.values[name] = value or ""
        elif "checked" in given:
            self.values.setdefault(name, []).append(value or "on")

    def _option(self, value: str, selected: bool) -> None:
        if self._several and selected:
            self.values[self._name].append(value)
        elif not self._several and (selected or self.values[self._name] is None):
            # Without a chosen one a browser sends the first.
            self.values[self._name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == self._kind:
            self._kind = ""

    def handle_data(self, data: str) -> None:
        if self._kind == "textarea":
            self.values[self._name] += data


def as_shown(client: Client, address: str, **typed: Any) -> dict[str, Any]:
    """The form at this address as it is sent when only these fields were typed into."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    fields = _Fields()
    fields.feed(page.content.decode())
    # A textarea's first line break is no part of its text.
    shown = {
        name: value.lstrip("\r\n") if isinstance(value, str) else value
        for name, value in fields.values.items()
    }
    return {**{name: value for name, value in shown.items() if value is not None}, **typed}
