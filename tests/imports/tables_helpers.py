"""What the tests of tables share."""

from __future__ import annotations

import io
from typing import Any

from docx import Document

from imports.reading.files import tables
from imports.reading.rows import Content, content_of
from tests.support.office import saved, table_in

Rows = list[list[Any]]


TASKS: Rows = [
    ["TT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời hạn"],
    ["I", "THỂ CHẾ", "", "", ""],
    ["1", "Ban hành kế hoạch", "Sở Nội vụ", "Công an tỉnh", "31/3/2027"],
]


def read(file: io.BytesIO, answers: dict[str, str] | None = None) -> Content:
    return content_of(tables(file, "phụ lục"), answers or {})


def said(content: Content, *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, field) for field in fields) for row in content.rows]


def paper(*parts: str | Rows) -> io.BytesIO:
    """A document of paragraphs and tables."""
    made = Document()
    for part in parts:
        if isinstance(part, str):
            made.add_paragraph(part)
        else:
            table_in(made, part)
    return saved(made)
