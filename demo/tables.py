"""The demo's tables as they lie in `data/`, and the one sentence that marks what is invented."""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path

from portal.shared.text import fold

DATA = Path(__file__).parent / "data"
# Begins every progress note, report and reason that no agency ever wrote.
INVENTED = "Số liệu minh họa"

Row = dict[str, str]


@cache
def rows(name: str) -> list[Row]:
    """A table of `data/` as dictionaries of text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def slug(name: str) -> str:
    """`Tỉnh Đắk Lắk` → `daklak`: the name in codes and user names."""
    bare = re.sub(r"^(tỉnh|thành phố)\s+", "", name, flags=re.IGNORECASE)
    return fold(bare).replace(" ", "").replace("-", "")


def day(text: str) -> date | None:
    """A day or the first of a month; a bare year is no day."""
    if re.fullmatch(r"\d{4}-\d\d", text):
        text += "-01"
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
