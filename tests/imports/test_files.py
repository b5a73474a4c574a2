"""Received files that are refused, each with one sentence, before they can do any harm."""

from __future__ import annotations

import io
import random
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from docx.oxml import OxmlElement

from imports.reading import beginning, files
from imports.reading.rows import rows_of
from tests.imports.files_helpers import RELATIONSHIPS, changed, linked_book
from tests.support.office import HEADER, document, saved, sheet

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]


ROWS = [HEADER, [1, "Việc", "Sở A", None, "BC", "30/6/2026"]]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


BOMB = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&b;</worksheet>"""


FETCHES = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>'


def linked_document(kind: str, target: str) -> io.BytesIO:
    paper = Document()
    paper.part.relate_to(
        target,
        f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}",
        is_external=True,
    )
    return saved(paper)


def fetching_document(words: str) -> io.BytesIO:
    paper = Document()
    run = paper.add_paragraph().add_run()._r
    for piece in (words[:4], words[4:]):
        part = OxmlElement("w:instrText")
        part.text = piece
        run.append(part)
    return saved(paper)


def in_cell(words: str, before: str = "</w:tbl>") -> io.BytesIO:
    """The field in a row of the table of tasks."""
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    field = f"{begin}<w:r><w:instrText>{words}</w:instrText></w:r>{end}"
    row = f"<w:tr><w:tc><w:p>{field}<w:r><w:t>2</w:t></w:r></w:p></w:tc></w:tr>"
    return changed(document(ROWS), None, **{"word/document.xml": (before, f"{row}{before}")})


def around_table() -> io.BytesIO:
    """The whole table is what a field fetched."""
    begin = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDETEXT'
    between = 'a.docx</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r></w:p><w:tbl>'
    return changed(document(ROWS), None, **{"word/document.xml": ("<w:tbl>", f"{begin} {between}")})


def filled_by_a_query() -> io.BytesIO:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/queryTable"
    link = f'<Relationship Id="rId1" Type="{kind}" Target="../queryTables/queryTable1.xml"/>'
    rels = f'<Relationships xmlns="{RELATIONSHIPS}">{link}</Relationships>'
    parts: dict[str, str | bytes] = {
        "xl/worksheets/_rels/sheet1.xml.rels": rels,
        "xl/queryTables/queryTable1.xml": "<queryTable/>",
    }
    return changed(sheet(ROWS), parts)


def full_of_pictures() -> io.BytesIO:
    """So much is declared, and nobody unpacks it."""
    raw = bytearray(changed(sheet(ROWS), {"xl/media/image1.bmp": b"x" * 10}).getvalue())
    entry = raw.rindex(b"PK\x01\x02", 0, raw.rindex(b"xl/media/image1.bmp"))
    raw[entry + 24 : entry + 28] = (300 * 1024 * 1024).to_bytes(4, "little")
    return io.BytesIO(bytes(raw))


def locked_zip() -> io.BytesIO:
    """As a zip program protects it: the bit of every entry says so."""
    raw = bytearray(sheet(ROWS).getvalue())
    for start in [found.start() for found in re.finditer(b"PK\x01\x02", bytes(raw))]:
        raw[start + 8] |= 1
    return io.BytesIO(bytes(raw))


def macro_types() -> io.BytesIO:
    return changed(
        sheet(ROWS),
        Content_Types=("spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"),
    )


def cut_off(file: io.BytesIO) -> io.BytesIO:
    return io.BytesIO(file.getvalue()[: len(file.getvalue()) // 2])


def garbled() -> io.BytesIO:
    """Bytes in the middle of the packed sheet are others."""
    raw = bytearray(sheet(ROWS).getvalue())
    start = raw.index(b"xl/worksheets/sheet1.xml") + 60
    raw[start : start + 30] = b"\xff" * 30
    return io.BytesIO(bytes(raw))


def spoiled(file: io.BytesIO, part: str) -> io.BytesIO:
    return changed(file, {part: b"<not xml"})


WRONG: dict[str, tuple[Callable[[], io.BytesIO], str]] = {
    "text": (lambda: io.BytesIO("Nhiệm vụ".encode()), "no Excel or Word file"),
    "empty": (lambda: io.BytesIO(b""), "no Excel or Word file"),
    "pdf": (lambda: io.BytesIO(b"%PDF-1.7"), "no Excel or Word file"),
    "zip": (lambda: changed(sheet(ROWS), {"[Content_Types].xml": "<Types/>"}), "no Excel or Word file"),
    "old": (lambda: io.BytesIO(OLE + b"Workbook"), "old form"),
    "password": (lambda: io.BytesIO(OLE + "EncryptedPackage".encode("utf-16-le")), "password"),
    "locked zip": (locked_zip, "password"),
    "macros": (lambda: changed(sheet(ROWS), {"xl/vbaProject.bin": b"x"}), "macros"),
    "macros in Word": (lambda: changed(document(ROWS), {"word/vbaProject.bin": b"x"}), "macros"),
    "macros by type": (macro_types, "macros"),
    "many parts": (lambda: changed(sheet(ROWS), {f"x/{n}": "" for n in range(5_001)}), "unpacks to far more"),
    "entities": (lambda: changed(sheet(ROWS), {"xl/worksheets/sheet1.xml": BOMB}), "entities"),
    "entities in Word": (lambda: changed(document(ROWS), {"word/document.xml": FETCHES}), "entities"),
    "a grammar elsewhere": (
        lambda: changed(document(ROWS), {"word/styles.xml": '<!DOCTYPE a SYSTEM "http://a.vn/a.dtd"><a/>'}),
        "entities",
    ),
    "entities in UTF-16": (
        lambda: changed(document(ROWS), {"word/styles.xml": FETCHES.encode("utf-16")}),
        "entities",
    ),
    "fetched text": (lambda: in_cell(" INCLUDETEXT C:\\a.docx"), "other files"),
    "linked cells": (lambda: in_cell("LINK Excel.Sheet"), "other files"),
    "a fetched table": (around_table, "other files"),
    "a queried table": (filled_by_a_query, "other files"),
    "garbled": (garbled, "damaged"),
    "cut off": (lambda: cut_off(sheet(ROWS)), "damaged"),
    "no xml": (lambda: spoiled(sheet(ROWS), "xl/worksheets/sheet1.xml"), "damaged"),
    "no xml in Word": (lambda: spoiled(document(ROWS), "word/document.xml"), "damaged"),
    "row 1.5": (lambda: changed(sheet(ROWS), sheet1=('<row r="2"', '<row r="x"')), "damaged"),
    "no number": (lambda: changed(sheet(ROWS), sheet1=("<v>1</v>", "<v>a1</v>")), "damaged"),
    "wide": (lambda: sheet([[*HEADER, *["x"] * 100]]), "100 columns"),
    "wide document": (
        lambda: changed(
            document(ROWS),
            None,
            **{"word/document.xml": ("<w:tcPr>", '<w:tcPr><w:gridSpan w:val="9999"/>')},
        ),
        "100 columns",
    ),
    "cell far out": (lambda: changed(sheet(ROWS), sheet1=('r="A2"', 'r="XFD2"')), "100 columns"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_gets_one_sentence(name: str) -> None:
    make, words = WRONG[name]
    with pytest.raises(ValidationError, match=words) as refused:
        rows_of(files.tables(make(), "phụ lục.xlsx"))
    (sentence,) = refused.value.messages
    assert sentence.endswith(".")


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "MAX_FILE_BYTES", 1024**2)
    large = changed(sheet(ROWS), {"xl/media/image1.bmp": random.Random(1).randbytes(1024**2)})
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        files.tables(large, "phụ lục.xlsx")


def many_tables() -> io.BytesIO:
    return sheet([[1]] * 11_000, "", hai=[[1]] * 11_000)


@pytest.mark.parametrize(
    "make", [lambda: sheet([[1]] * 20_001), lambda: many_rows_of_a_document(), many_tables]
)
def test_more_rows_than_anybody_looks_at_are_refused(make: Callable[[], io.BytesIO]) -> None:
    with pytest.raises(ValidationError, match="more than 20000 rows"):
        files.tables(make(), "phụ lục")


def many_rows_of_a_document() -> io.BytesIO:
    row = "<w:tr><w:tc><w:p/></w:tc></w:tr>"
    return changed(document(ROWS), None, **{"word/document.xml": ("</w:tbl>", f"{row * 20_001}</w:tbl>")})


@pytest.mark.parametrize(
    "make",
    [
        linked_book,
        full_of_pictures,
        lambda: linked_document("hyperlink", "https://thuvienphapluat.vn"),
        lambda: linked_document("image", "http://example.com/a.png"),
        lambda: linked_document("attachedTemplate", "http://a.vn/a"),
        lambda: linked_document("attachedTemplate", r"\\host\a.dotm"),
        lambda: linked_document("attachedTemplate", "file:///C:/Users/A/Normal.dotm"),
        lambda: fetching_document(" INCLUDETEXT C:\\a.docx"),
        lambda: changed(document(ROWS), {"customXml/item1.xml": "<a/>"}),
        lambda: changed(document(ROWS), {"customXml/item1.xml": FETCHES}),
        lambda: changed(document(ROWS), {"word/media/blank.bmp": b"\0" * 3_000_000}),
    ],
)
def test_what_is_only_shown_or_never_opened_does_no_harm(make: Callable[[], io.BytesIO]) -> None:
    assert isinstance(files.tables(make(), "a.docx"), list)


def test_the_content_says_what_it_is_whatever_the_name() -> None:
    upload = SimpleUploadedFile("a.docx", sheet(ROWS).getvalue())
    assert [row.title for row in rows_of(files.tables(upload, "a.docx"))] == ["Việc"]


class Watch:
    """What Python opens or asks for outside of memory while `on`; a hook like this stays for ever."""

    def __init__(self) -> None:
        self.on, self.seen = False, list[str]()
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
            self.seen.append(f"{event} {arguments[0]}")


def test_nothing_of_the_outside_is_opened() -> None:
    """Neither reading nor refusing looks up an address or another file."""
    made = [*(make() for make, _words in WRONG.values()), sheet(ROWS), document(ROWS)]
    files.tables(sheet(ROWS), "a.xlsx")  # what openpyxl loads once
    watch = Watch()
    watch.on = True
    for file in made:
        with suppress(ValidationError):
            files.tables(file, "a.xlsx")
    watch.on = False
    assert watch.seen == []


def test_a_cell_at_the_end_of_the_sheet_and_merges_without_end_cost_nothing() -> None:
    last = '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    merged = f'{last}<mergeCells><mergeCell ref="C2:C1048576"/></mergeCells>'
    (table,) = files.tables(changed(sheet(ROWS), sheet1=("</sheetData>", merged)), "a.xlsx")
    assert [line.row for line in table.lines] == [1, 2, 1048576]


def test_cells_merged_over_each_other_are_damage() -> None:
    spans = "".join(f'<mergeCell ref="A{n}:C1000"/>' for n in range(1, 1000))
    rows = [HEADER, *([n, "Việc"] for n in range(1000))]
    file = changed(sheet(rows), sheet1=("</sheetData>", f"</sheetData><mergeCells>{spans}</mergeCells>"))
    with pytest.raises(ValidationError, match="damaged"):
        files.tables(file, "a.xlsx")
