"""Uploaded files on their way out."""

from __future__ import annotations

import re
from typing import IO, Any

from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

CLOSED_POLICY = "default-src 'none'; sandbox"
# In a frame of our own pages, and of nobody else's. The sandbox stands here and not at the frame: there it
# keeps browsers from showing any PDF, here a PDF is shown and whatever runs in it belongs to no origin.
SHOWN_POLICY = f"{CLOSED_POLICY}; frame-ancestors 'self'"

# What browsers show by themselves without running anything of ours: by the first bytes and, so that half a
# file is known as such, the mark near the end.
_SHOWN = {
    "application/pdf": (b"%PDF-", b"%%EOF"),
    "image/png": (b"\x89PNG\r\n\x1a\n", b"IEND"),
    "image/jpeg": (b"\xff\xd8\xff", b"\xff\xd9"),
}
# Cameras and programs write some more behind the end mark.
_TAIL = 64 * 1024


def shown_type(file: IO[Any] | File[Any]) -> str | None:
    """The type of a file that a page may show, told by its bytes and never by its name; None: save it."""
    file.seek(0)
    head = file.read(16)
    return next((name for name, (start, _end) in _SHOWN.items() if head.startswith(start)), None)


def is_whole(file: IO[Any] | File[Any], shown: str) -> bool:
    """Whether the end of a file of this type is there."""
    file.seek(max(0, file.seek(0, 2) - _TAIL))
    return _SHOWN[shown][1] in file.read()


def download(file: FieldFile, name: str) -> FileResponse:
    """Hand out an uploaded file: always saved, never shown in the page's own origin."""
    return _answer(_open(file), name, as_attachment=True)


def show(file: FieldFile, name: str) -> FileResponse:
    """Hand out a picture or a PDF to be shown, in an origin of its own; anything else is saved."""
    opened = _open(file)
    shown = shown_type(opened)
    opened.seek(0)
    if shown is None:
        return _answer(opened, name, as_attachment=True)
    answer = _answer(opened, name, as_attachment=False)
    answer["Content-Type"] = shown
    answer["Content-Security-Policy"] = SHOWN_POLICY
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _open(file: FieldFile) -> File[Any]:
    try:
        return file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error


def _answer(opened: File[Any], name: str, *, as_attachment: bool) -> FileResponse:
    filename = re.sub(r'["\r\n]', "", name) or "file"
    answer = FileResponse(opened, as_attachment=as_attachment, filename=filename)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = CLOSED_POLICY
    answer["Cache-Control"] = "private, no-store"
    return answer
