"""Received files as the tests write them: rows of an Excel sheet or of a Word table, in memory."""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from docx import Document
from docx.document import Document as Doc
from docx.table import Table
from openpyxl import Workbook

HEADER = ["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Thời hạn"]

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")

Rows = Iterable[Any]
"""Lists of what the cells hold."""


@pytest.fixture
def in_english() -> Iterator[None]:
    """For tests that look at sentences."""
    with translation.override("en"):
        yield


def sheet(rows: Rows, merged: str = "", /, **others: Rows) -> io.BytesIO:
    """A workbook; `merged` names ranges ("A1:C1 B2:B4"), `others` are further sheets by name."""
    book = Workbook()
    first = book.active
    assert first is not None
    for row in rows:
        first.append(list(row))
    for span in merged.split():
        first.merge_cells(span)
    for name, lines in others.items():
        more = book.create_sheet(name)
        for row in lines:
            more.append(list(row))
    return saved(book)


def document(rows: Rows, merged: Iterable[tuple[int, int, int, int]] = ()) -> io.BytesIO:
    """A Word file with one table; `merged` are top, left, bottom, right counted from 0."""
    paper = Document()
    table_in(paper, rows, merged)
    return saved(paper)


def table_in(paper: Doc, rows: Rows, merged: Iterable[tuple[int, int, int, int]] = ()) -> Table:
    lines = [list(row) for row in rows]
    table: Table = paper.add_table(rows=0, cols=max(map(len, lines)))
    for line in lines:
        for cell, text in zip(table.add_row().cells, line, strict=False):
            cell.text = "" if text is None else str(text)
    for top, left, bottom, right in merged:
        table.cell(top, left).merge(table.cell(bottom, right))
    return table


def saved(written: Any) -> io.BytesIO:
    """A workbook or a document as the file that it would be."""
    file = io.BytesIO()
    written.save(file)
    file.seek(0)
    return file


def converted(sources: Mapping[str, bytes], target: str, folder: Path) -> dict[str, Path]:
    """Each file as LibreOffice saves it: source's name → the new file. All of them in one start of it.

    In a folder that several processes of the tests share, only the first one asks for it.
    """
    if not SOFFICE and not os.environ.get("CI"):
        pytest.skip(
            "This machine has no LibreOffice: what it saves was not tried "
            "(apt-get install libreoffice-writer-nogui libreoffice-calc-nogui)."
        )
    given, made = folder / "given", folder / target.partition(":")[0]
    places = {name: made / f"{Path(name).stem}.{made.name}" for name in sources}
    given.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if all(place.exists() for place in places.values()):
            return places
        for name, content in sources.items():
            (given / name).write_bytes(content)
        command = [
            SOFFICE or "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
        ]
        command += ["--convert-to", target, "--outdir", str(made), *(str(given / name) for name in sources)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return places
