"""Whether a file begins like one of Word or Excel: asked at the door, where nothing of it is opened."""

from __future__ import annotations

from typing import IO, Any

from django.core.files.base import File

from imports.problems import refusal
from portal.shared.uploads import MAX_FILE_BYTES

# How an office file from before 2007 begins, and one that is protected by a password.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check_beginning(file: IO[bytes] | File[Any], name: str) -> None:
    """Refuse what is too large or begins like no office file. Nothing of it is opened."""
    file.seek(0, 2)
    if file.tell() > MAX_FILE_BYTES:
        raise refusal("too_large", limit=MAX_FILE_BYTES // 1024**2)
    file.seek(0)
    head = file.read(len(OLE))
    file.seek(0)
    if head != OLE and not head.startswith(b"PK"):
        raise refusal("not_office", name=name)
