"""Official documents: what one is made of (`layout`, `letterhead`), and drawing it as Word, Excel or PDF."""

from __future__ import annotations

from importlib import import_module
from typing import IO

from reports.documents.layout import Document

DRAWERS = {"xlsx": "excel", "docx": "word", "pdf": "pdf"}


def draw(document: Document, kind: str, file: IO[bytes]) -> int:
    """Write the document and give how many rows its tables had: some are read only while it is drawn."""
    # Only now: their libraries take 20 MB, and most processes never draw a file.
    drawer = import_module(f"{__name__}.{DRAWERS[kind]}")
    rows: int = drawer.draw(document, file)
    return rows
