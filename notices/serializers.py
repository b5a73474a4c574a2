"""A notice as the API shows it: in the reader's language, as the page and the letter say it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


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
