"""Received files as the tests write them: rows of an Excel sheet or of a Word table, in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.table import Table
from openpyxl import Workbook

HEADER = ["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Thời hạn"]

Rows = Iterable[Any]
"""Lists of what the cells hold."""


def sheet(rows: Rows, merged: str = "", **others: Rows) -> io.BytesIO:
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
