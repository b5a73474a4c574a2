"""What may be uploaded: a known kind of office file that is what its name says, and not too large."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadhandler import FileUploadHandler
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from portal.shared.text import tidy, validate_plain

# Bytes in one uploaded file.
MAX_FILE_BYTES = 50 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "zip": (b"PK\x03\x04",),
    "doc": (_OLE,),
    "xls": (_OLE,),
    "ppt": (_OLE,),
}
_PACKAGES = {
    "docx": "word/",
    "xlsx": "xl/",
    "pptx": "ppt/",
    "odt": "content.xml",
    "ods": "content.xml",
}
_ZIP = b"PK\x03\x04"
# Bytes at the end of a zip that hold the list of its parts: of 5,000 with room to spare.
_LISTED = 1024 * 1024

_TEXTS = ("txt", "csv")
KINDS = (*_SIGNATURES, *_PACKAGES, *_TEXTS)


class TooLargeIsDropped(FileUploadHandler):
    """Stop writing an upload a little past the limit, so that 2 GB fill no disk and the form can say so."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= MAX_FILE_BYTES else None

    def file_complete(self, file_size: int) -> None:
        return None


def clean_name(name: str) -> str:
    """The file's own name without folders, composed, at most 200 characters with its ending."""
    path = PurePath(tidy(name).replace("\\", "/"))
    validate_plain(path.name)
    return path.stem[: 200 - len(path.suffix)] + path.suffix


def stored_name(name: str) -> str:
    """The name on the disk, which counts bytes: 200 Vietnamese letters can be 600, and 255 are allowed."""
    path = PurePath(name)
    limit = 200 - len(path.suffix.encode())
    return path.stem.encode()[:limit].decode(errors="ignore") + path.suffix


def check_file(file: File[Any]) -> None:
    """Refuse with a sentence what is empty, too large, of an unknown kind or not what its name says."""
    ending = PurePath(file.name or "").suffix.lstrip(".").lower()
    if ending not in KINDS:
        raise ValidationError(
            _("This kind of file is not taken. Send one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)},
            code="kind",
        )
    if not file.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if file.size > MAX_FILE_BYTES:
        raise ValidationError(
            _("This file is larger than %(limit)s. Send a smaller one or give a link.")
            % {"limit": filesizeformat(MAX_FILE_BYTES)},
            code="large",
        )
    if not _is_what_it_says(file, ending):
        raise ValidationError(
            _("This file is not what its name says: it is no .%(ending)s file. Save it again in that format.")
            % {"ending": ending},
            code="disguised",
        )


def _is_what_it_says(file: File[Any], ending: str) -> bool:
    file.seek(0)
    head = file.read(4096)
    try:
        if ending in _PACKAGES:
            return head.startswith(_ZIP) and _holds(file, _PACKAGES[ending])
        if ending in _TEXTS:
            return b"\x00" not in head
        return any(head.startswith(signature) for signature in _SIGNATURES[ending])
    finally:
        file.seek(0)


def _holds(file: IO[Any] | File[Any], member: str) -> bool:
    """An office file is a zip that lists parts of its kind at its end. The list is searched and not read."""
    file.seek(max(0, file.seek(0, 2) - _LISTED))
    end = file.read(_LISTED)
    # Each begins with its mark and two versions of the format, of which there is none after 6.3.
    listed = re.compile(rb"PK\x01\x02..[\x00-\x3f]\x00.{38}" + re.escape(member.encode()), re.DOTALL)
    return end.rfind(b"PK\x05\x06") > 0 and listed.search(end) is not None
