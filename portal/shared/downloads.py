"""Uploaded files on their way out."""

from __future__ import annotations

import re

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

CLOSED_POLICY = "default-src 'none'; sandbox"


def download(file: FieldFile, name: str) -> FileResponse:
    """Hand out an uploaded file: always saved, never shown in the page's own origin."""
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(opened, as_attachment=True, filename=re.sub(r'["\r\n]', "", name) or "file")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = CLOSED_POLICY
    answer["Cache-Control"] = "private, no-store"
    return answer
