"""A notice as the API shows it: in the reader's language, as the page and the letter say it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from rest_framework import serializers

from notices import kinds
from notices.models import Notice


class NoticeOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    label = serializers.CharField(help_text="In the reader's language.")  # type: ignore[assignment]
    on = serializers.DateField()
    read_at = serializers.DateTimeField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField(allow_blank=True)
    what_to_do = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)


class Marked(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread until now.")


def told(notices: Iterable[Notice], on: date) -> list[dict[str, Any]]:
    """The notices with what each says on the day, composed once for each kind."""
    rows = list(notices)
    lines: dict[int, kinds.Line] = {}
    for name, same in groupby(sorted(rows, key=lambda row: row.kind), key=lambda row: row.kind):
        lines.update(kinds.get(name).compose(list(same), on))
    return [_row(notice, lines.get(notice.pk)) for notice in rows]


def _row(notice: Notice, line: kinds.Line | None) -> dict[str, Any]:
    """`line` is missing when what the notice was about is no longer shown to its reader."""
    said = {name: getattr(line, name, "") for name in ("title", "sentence", "what_to_do", "url")}
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "label": str(kinds.get(notice.kind).label),
        "on": notice.on,
        "read_at": notice.read_at,
        **said,
    }
