"""One appendix in many odd files, each saved by LibreOffice itself: all of them hold the same tasks."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from imports.reading.files import tables
from imports.reading.rows import rows_of
from tests.imports.golden_helpers import EXPECTED, PAPERS, PARTS, SHEETS
from tests.support.office import converted

pytestmark = [pytest.mark.usefixtures("in_english"), pytest.mark.once, pytest.mark.slow]


def found(content: Any, name: str) -> list[tuple[str, ...]]:
    """As the appendix has it; headings are compared without caring for capitals."""
    rows = rows_of(tables(content, name))
    parts = {part.upper(): part for part, _rows in PARTS}
    return [
        (
            *(parts.get(row.pillar.upper(), row.pillar), row.parent_number, row.number, row.title),
            *(row.lead, row.coordinating, row.deliverable, row.due),
        )
        for row in rows
    ]


@pytest.mark.parametrize("name", [name for name in (*SHEETS, *PAPERS) if name.endswith(("xlsx", "docx"))])
def test_as_it_was_written(name: str) -> None:
    assert found(BytesIO((SHEETS | PAPERS)[name]()), name) == EXPECTED


@pytest.fixture(scope="session")
def saved_by_libreoffice() -> dict[str, Path]:
    """All of them in three starts of LibreOffice, and one in the form before .xlsx."""
    folder = Path(os.environ["PORTAL_TEST_HOME"]) / "office"
    made = converted({name: make() for name, make in SHEETS.items()}, "xlsx", folder)
    made |= converted({name: make() for name, make in PAPERS.items()}, "docx", folder)
    old = converted({"old.xlsx": SHEETS["title.xlsx"]()}, "xls", folder)
    return made | {"old.xls": old["old.xlsx"]}


@pytest.mark.parametrize("name", [*SHEETS, *PAPERS])
def test_saved_by_libreoffice(name: str, saved_by_libreoffice: dict[str, Path]) -> None:
    with saved_by_libreoffice[name].open("rb") as file:
        assert found(file, name) == EXPECTED


def test_an_old_file_of_libreoffice_is_refused(saved_by_libreoffice: dict[str, Path]) -> None:
    with saved_by_libreoffice["old.xls"].open("rb") as file, pytest.raises(ValidationError, match="old form"):
        tables(file, "old.xls")
