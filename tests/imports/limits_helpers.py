"""What the tests of limits share."""

from __future__ import annotations

import base64
import io
import random
import zipfile
from collections.abc import Callable

from tests.imports.files_helpers import RELATIONSHIPS, changed
from tests.support.office import HEADER, document, sheet

ROWS = [HEADER, [1, "Việc", "Sở A", None, "BC", "30/6/2026"]]


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def in_sheet(data: str | bytes, root: str = f'<worksheet xmlns="{MAIN}">') -> io.BytesIO:
    """The only sheet of a workbook, with this in it."""
    data = data.encode() if isinstance(data, str) else data
    return changed(sheet(ROWS), {"xl/worksheets/sheet1.xml": root.encode() + data + b"</worksheet>"})


def in_document(data: str) -> io.BytesIO:
    return changed(document(ROWS), {"word/document.xml": f'<w:document xmlns:w="{WORD}">{data}</w:document>'})


def renamed(file: io.BytesIO, old: str, new: str) -> io.BytesIO:
    """A part under another name, wherever the package says its name."""
    result = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith((".rels", "[Content_Types].xml")):
                content = content.replace(old.encode(), new.encode())
            after.writestr(name.replace(old, new), content)
    result.seek(0)
    return result


def with_strings(content: bytes) -> io.BytesIO:
    link = f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="words.bin"/></Relationships>'
    file = changed(sheet(ROWS), {"xl/words.bin": content})
    return changed(file, None, **{"workbook.xml.rels": ("</Relationships>", link)})


def noise(size: int) -> bytes:
    """Letters that do not pack to less than three quarters."""
    return base64.b64encode(random.Random(7).randbytes(size))


CELLS = "<c><v>1</v></c>" * 40


FAT = b"<row>" + b" " * 9_000_000 + b"</row>"


def many_sheets() -> io.BytesIO:
    """Each of them small enough; all of them together are not."""
    names = [f"s{n}" for n in range(20)]
    page = f'<worksheet xmlns="{MAIN}">{"<a/>" * 210_000}</worksheet>'
    parts: dict[str, str | bytes] = {f"xl/{name}.xml": page for name in names}
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="{name}"/>' for n, name in enumerate(names, 9))
    links = "".join(f'<Relationship Id="{n}" Type="{OFFICE}/worksheet" Target="{n}.xml"/>' for n in names)
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
    )
    file = changed(sheet(ROWS), parts)
    return changed(file, None, **{"workbook.xml.rels": ("</Relationships>", f"{links}</Relationships>")})


STRINGS = f'<sst xmlns="{MAIN}">'


MERGED = "<sheetData/><mergeCells>" + '<mergeCell ref="A1:B2"/>' * 80_001 + "</mergeCells>"


SPACES = " " * 9_000_000


ATTACKS: dict[str, Callable[[], io.BytesIO]] = {
    "spaces": lambda: in_sheet(FAT),
    "spaces in a document": lambda: in_document(f"<w:p/>{SPACES}"),
    "a part with another ending": lambda: renamed(
        in_document("<w:p/>" * 2_100_000), "document.xml", "document.bin"
    ),
    "a sheet with another ending": lambda: renamed(in_sheet(FAT), "sheet1.xml", "sheet1.png"),
    "something random before it": lambda: in_sheet(b"<!--" + noise(400_000) + b"-->" + FAT),
    "something random behind it": lambda: in_sheet(FAT + b"<!--" + noise(400_000) + b"-->"),
    "something random in an attribute": lambda: in_sheet(b'<a b="' + noise(300_000) + b'"/>' + FAT),
    "elements": lambda: in_sheet("<a/>" * 4_100_000),
    "elements of a document": lambda: in_document("<w:p><w:r/></w:p>" * 700_000),
    "one row of cells": lambda: in_sheet(f"<sheetData><row>{CELLS * 26_000}</row></sheetData>"),
    "attributes": lambda: in_sheet('<a b="" c="" d="" e="" f=""/>' * 850_000),
    "texts": lambda: with_strings(f"{STRINGS}{'<si><t>a</t></si>' * 400_001}</sst>".encode()),
    "one long text": lambda: with_strings(f"{STRINGS}<si><t>{SPACES}</t></si></sst>".encode()),
    "merged cells": lambda: in_sheet(MERGED),
    "many sheets": many_sheets,
    "a list of types": lambda: changed(sheet(ROWS), {"[Content_Types].xml": f"<Types>{SPACES}</Types>"}),
    "relationships": lambda: changed(
        sheet(ROWS),
        {"_rels/.rels": f'<Relationships xmlns="{RELATIONSHIPS}">{SPACES}</Relationships>'},
    ),
    "lists": lambda: changed(document(ROWS), {"word/numbering.xml": f"<a>{SPACES}</a>"}),
    "many parts": lambda: changed(sheet(ROWS), {f"x/{n}": "" for n in range(5_001)}),
}
