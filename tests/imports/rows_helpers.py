"""What the tests of rows share."""

from __future__ import annotations

import io
from typing import Any

from imports.reading.files import tables
from imports.reading.rows import rows_of
from imports.types import FileRow


def read(file: io.BytesIO) -> list[FileRow]:
    return rows_of(tables(file, "phụ lục"))


def said(file: io.BytesIO, *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, field) for field in fields) for row in read(file)]
