"""The words of tables as a person reads them, those typed with the fonts of before Unicode too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from imports.reading.columns import columns_of
from imports.types import Table
from portal.shared.text import legible

# TCVN 5712:1993 (VN3), which .VnTime and its like show as Vietnamese: "NhiÖm vô" is "Nhiệm vụ".
_OF_TCVN3 = str.maketrans(
    "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ¡¢§£¤¥¦",
    "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
)


def as_read(tables: list[Table]) -> list[Table]:
    """Old letters are certain where the header says nothing until it is read with them."""
    plain = [_each(table, legible) for table in tables]
    if any(map(columns_of, plain)):
        return plain
    old = [_each(table, lambda text: legible(text.translate(_OF_TCVN3))) for table in tables]
    return old if any(map(columns_of, old)) else plain


def _each(table: Table, read: Callable[[str], str]) -> Table:
    lines = [
        replace(
            line,
            cells=tuple(replace(cell, text=read(cell.text)) if cell.text else cell for cell in line.cells),
        )
        for line in table.lines
    ]
    return replace(table, lines=lines, heading=read(table.heading))
