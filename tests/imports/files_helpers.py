"""What the tests of files share."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link import ExternalLink
from openpyxl.workbook.external_link.external import ExternalBook

from tests.support.office import saved

RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


def changed(
    file: io.BytesIO, add: dict[str, str | bytes] | None = None, **swap: tuple[str, str]
) -> io.BytesIO:
    """The file with parts added or replaced; `swap` changes words in the part of that name without ending."""
    result = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            for part, (before, after) in swap.items():
                if part in name:
                    assert before.encode() in content
                    content = content.replace(before.encode(), after.encode())
            if name not in (add or {}):
                new.writestr(name, content)
        for name, added in (add or {}).items():
            new.writestr(name, added)
    result.seek(0)
    return result


def linked_book() -> io.BytesIO:
    book: Any = Workbook()
    target = Relationship(
        type="externalLinkPath", Target="file:///C:/khac.xlsx", TargetMode="External", Id="rId1"
    )
    link = ExternalLink(externalBook=ExternalBook(id="rId1"))
    link.file_link = target
    book._external_links.append(link)
    return saved(book)
