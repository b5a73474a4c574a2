"""The tables of a received Excel or Word file; what is none, or no good, is refused with one sentence.

What a file may do to the server is settled before anything of it is read: its size, what it unpacks to, and
that its parts declare no entities. Nothing outside the file is ever looked up.
"""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Any
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from portal.shared.verdicts import Sentence
from tasks.importing import documents, sheets
from tasks.importing.letters import as_read
from tasks.importing.problems import (
    COLUMNS,
    ROWS,
    damaged,
    linked,
    refused,
    swollen,
    too_many_columns,
    too_many_rows,
)
from tasks.importing.types import Table
from tasks.uploads import LARGEST

PARTS, PART, UNPACKED = 5_000, 40 * 1024 * 1024, 256 * 1024 * 1024
"""Of the zip that an office file is: how many parts, how large one that is read, how large all."""

RATIO = 100
"""A large part that packs better than this is made to fill memory; a real sheet packs 10 to 30 times."""

READERS: dict[str, Callable[[zipfile.ZipFile, str], list[Table]]] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": sheets.tables_of,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": documents.tables_of,
}
"""Type of the main part → what reads it."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATED = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_STRICT = b"http://purl.oclc.org/ooxml"

_ON_THEIR_DISK = re.compile(r"(file:///)?[a-z]:|[^/\\:]+$", re.IGNORECASE)
_XML = re.compile(r"\.(xml|rels)$", re.IGNORECASE)
_NOT_READ = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    OSError,
    EOFError,
    RuntimeError,
)
_NOT_AS_WRITTEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    SyntaxError,
    ArithmeticError,
)
"""What the libraries raise for parts that are missing or hold what they should not."""


def tables(file: IO[bytes] | File[Any], name: str) -> list[Table]:
    """The tables in the order of the file. ValidationError with one sentence when it cannot be used."""
    _check_size(file, name)
    try:
        with zipfile.ZipFile(file) as package, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out; none of it is a cell
            _check_parts(package)
            kind, main = _main_part(package, name)
            _check_links(package)
            found = READERS[kind](package, main)
    except DefusedXmlException as error:
        raise refused(
            _("This file declares entities, which no office program does. Ask for another.")
        ) from error
    except (*_NOT_READ, *_NOT_AS_WRITTEN) as error:
        raise damaged() from error
    _check_extent(found)
    return as_read(found)


def _check_size(file: IO[bytes] | File[Any], name: str) -> None:
    file.seek(0, 2)
    if file.tell() > LARGEST:
        raise refused(
            _("This file is larger than %(limit)s. Send only the pages with the table.")
            % {"limit": filesizeformat(LARGEST)}
        )
    file.seek(0)
    head = file.read(len(_OLE))
    if head == _OLE:
        raise refused(_of_ole(file))
    if not head.startswith(b"PK"):
        raise refused(_no_office_file(name))


def _of_ole(file: IO[bytes] | File[Any]) -> Sentence:
    """Before 2007 every office file was such a container; since then it holds what a password protects."""
    content = file.read()
    if _ENCRYPTED in content:
        return _("This file is protected by a password. Save it without the password and send it again.")
    return _("This is the old form of Word or Excel. Save it as .docx or .xlsx and send that.")


def _no_office_file(name: str) -> Sentence:
    said = _("“%(name)s” is no Excel or Word file of today. Send the table as .xlsx or .docx.")
    return said % {"name": name}


def _check_parts(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise refused(
            _("This file is protected by a password. Save it without the password and send it again.")
        )
    if (
        len(parts) > PARTS
        or sum(part.file_size for part in parts) > UNPACKED
        or any(_is_swollen(part) for part in parts)
    ):
        raise swollen()
    for part in parts:
        if _XML.search(part.filename):
            with package.open(part) as source:
                # The root element is as far as a declaration can stand.
                next(iter(ElementTree.iterparse(source, ("start",), forbid_dtd=True)), None)


def _is_swollen(part: zipfile.ZipInfo) -> bool:
    """Pictures are never unpacked, and a blank one packs as well as a bomb."""
    if not _XML.search(part.filename):
        return False
    return part.file_size > PART or part.file_size > max(RATIO * part.compress_size, 1024 * 1024)


def _main_part(package: zipfile.ZipFile, name: str) -> tuple[str, str]:
    """Type and path of the part that holds the text, as the package says whatever the file is called."""
    names = package.namelist()
    if "[Content_Types].xml" not in names:
        raise refused(_no_office_file(name))
    types = {
        item.get("PartName", "").lstrip("/"): item.get("ContentType", "")
        for item in ElementTree.fromstring(package.read("[Content_Types].xml")).iter(f"{_TYPES}Override")
    }
    if any("macroEnabled" in kind for kind in types.values()) or any("vbaProject" in part for part in names):
        raise refused(_("This file holds macros. Save it as .docx or .xlsx without macros and send that."))
    if "_rels/.rels" in names and _STRICT in package.read("_rels/.rels"):
        raise refused(
            _("This file is a “Strict Open XML” one. Save it as an ordinary .xlsx or .docx and send that.")
        )
    for part, kind in types.items():
        if kind in READERS and part in names:
            return kind, part
    raise refused(_no_office_file(name))


def _check_links(package: zipfile.ZipFile) -> None:
    """Values that come from other files may be old ones, and looking them up would open what it likes."""
    if any(part.startswith(("xl/externalLinks/", "xl/connections.xml")) for part in package.namelist()):
        raise linked()
    for part in package.namelist():
        if not part.endswith(".rels"):
            continue
        for link in ElementTree.fromstring(package.read(part)).iter(f"{_RELATED}Relationship"):
            if link.get("TargetMode") == "External" and not _opens_nothing(link):
                raise linked()


def _opens_nothing(link: Element) -> bool:
    """An address that is only shown, or the template on the disk of whoever typed it."""
    kind, target = link.get("Type", ""), link.get("Target", "")
    return kind.endswith("/hyperlink") or (
        kind.endswith("/attachedTemplate") and bool(_ON_THEIR_DISK.match(target))
    )


def _check_extent(found: list[Table]) -> None:
    if sum(len(table.lines) for table in found) > ROWS:
        raise too_many_rows()
    if any(len(line.cells) > COLUMNS for table in found for line in table.lines):
        raise too_many_columns()
