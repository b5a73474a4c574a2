"""Official documents: what one is made of (`layout`, `letterhead`), and drawing it as Word, Excel or PDF."""

from __future__ import annotations

from typing import IO

from reports.documents import excel, pdf, word
from reports.documents.layout import Document

DRAW = {"xlsx": excel.draw, "docx": word.draw, "pdf": pdf.draw}


def draw(document: Document, kind: str, file: IO[bytes]) -> int:
    """Write the document and give how many rows its tables had: some are read only while it is drawn."""
    return DRAW[kind](document, file)
