"""Progress notes, comments and evidence."""

from __future__ import annotations

from django.urls import reverse
from rest_framework import serializers

from committees.serializers import PersonOut
from portal.shared.api import Input
from tasks.models import Comment, Evidence, Progress


class ProgressOut(serializers.ModelSerializer[Progress]):
    by = PersonOut()

    class Meta:
        model = Progress
        fields = ("id", "by", "at", "percent", "note", "report")
        read_only_fields = fields


class EvidenceOut(serializers.ModelSerializer[Evidence]):
    by = PersonOut()
    download = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = ("id", "kind", "title", "file_name", "size", "download", "url", "document", "by", "at")
        read_only_fields = fields

    def get_download(self, evidence: Evidence) -> str | None:
        """The address of the file on this portal."""
        return reverse("tasks:evidence", args=[evidence.task_id, evidence.pk]) if evidence.file else None


class CommentOut(serializers.ModelSerializer[Comment]):
    by = PersonOut()

    class Meta:
        model = Comment
        fields = ("id", "by", "at", "text")
        read_only_fields = fields


class ProgressIn(Input):
    """How far the work is."""

    percent = serializers.IntegerField(min_value=0, max_value=100)
    note = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="What was done; of a secret task the number of a paper or nothing.",
    )


class EvidenceIn(Input):
    """A file (multipart), a link or the number of a document, as `kind` says."""

    kind = serializers.ChoiceField(Evidence.Kind.choices)
    title = serializers.CharField(required=False, allow_blank=True)
    file = serializers.FileField(required=False)
    url = serializers.CharField(required=False, allow_blank=True)
    document = serializers.CharField(required=False, allow_blank=True)


class CommentIn(Input):
    """Something to say to everybody who sees the task."""

    text = serializers.CharField()
