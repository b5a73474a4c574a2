"""Files made to choke whoever reads them: small, well-formed, and refused before they need anything."""

from __future__ import annotations

import io
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from imports import duplicates as repeats
from imports.checks import check
from imports.deadlines.phrases import read_due
from imports.reading import files, package, reader, sandbox
from imports.reading.rows import rows_of
from imports.types import Cell, FileRow, Line, Table
from tasks.models import Order
from tests.imports.files_helpers import changed
from tests.imports.limits_helpers import (
    ATTACKS,
    ROWS,
    WORD,
    in_document,
    in_sheet,
)
from tests.support.office import HEADER, document, sheet

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]


UNPACKS = "unpacks to far more"


COUNTED = (
    *("elements", "elements of a document", "one row of cells", "attributes", "texts", "merged cells"),
    *("many sheets", "many parts", "a part with another ending"),
)
MAX_BYTES = 1_500_000


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in COUNTED])
def test_a_file_that_needs_far_more_than_it_weighs_is_refused(name: str) -> None:
    file = ATTACKS[name]()
    assert file.getbuffer().nbytes < MAX_BYTES
    with pytest.raises(ValidationError, match=UNPACKS):
        files.tables(file, "a.xlsx")


@pytest.mark.parametrize("name", COUNTED)
def test_what_packs_like_a_real_table_is_counted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused without the ratio is refused with it."""
    # The ratio is asked of each stretch: a number so large that it allows all would still refuse a stretch
    # for which the unzipper reads nothing more of the file.
    monkeypatch.setattr(package, "STRETCH", 10**12)
    file = ATTACKS[name]()
    assert file.getbuffer().nbytes < MAX_BYTES
    with pytest.raises(ValidationError, match=UNPACKS):
        files.tables(file, "a.xlsx")


@pytest.mark.parametrize("limit", ["MAX_PART", "MAX_ALL"])
def test_no_part_and_no_package_is_read_past_its_size(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, limit, 100_000)
    small, large = (
        sheet([HEADER, *([n, f"Việc {n}"] for n in range(9))]),
        sheet([[n, "Việc"] for n in range(2_000)]),
    )
    assert files.tables(small, "a.xlsx")
    with pytest.raises(ValidationError, match=UNPACKS):
        files.tables(large, "a.xlsx")


@pytest.mark.parametrize(
    "make",
    [
        lambda: in_sheet("<a>" * 300_000 + "</a>" * 300_000),
        lambda: in_sheet("<a>" * 1_000 + "</a>" * 1_000),
        lambda: in_document("<w:p>" * 300_000 + "</w:p>" * 300_000),
        lambda: changed(sheet(ROWS), {"xl/workbook.xml": "<a>" * 10_000 + "</a>" * 10_000}),
        lambda: changed(sheet(ROWS), {"xl/workbook.xml": "<a>" * 1_000 + "</a>" * 1_000}),
    ],
)
def test_what_is_too_deep_is_damage(make: Callable[[], io.BytesIO]) -> None:
    with pytest.raises(ValidationError, match="damaged"):
        files.tables(make(), "a.xlsx")


def test_a_sheet_that_says_it_is_huge_costs_nothing() -> None:
    last = '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="2147483647" width="9"/></cols><sheetData>'
    (table,) = files.tables(changed(sheet(ROWS), None, sheet1=("<sheetData>", last)), "a.xlsx")
    assert len(table.lines) == 2


def test_real_tables_pack_better_than_a_whole_file_may() -> None:
    """A form with hundreds of empty rows that are all alike is no attack."""
    cell = '<w:tc><w:tcPr><w:tcW w:w="2000"/></w:tcPr><w:p><w:pPr><w:jc w:val="both"/></w:pPr></w:p></w:tc>'
    row = f"<w:tr>{cell * 6}</w:tr>"
    file = changed(document(ROWS), None, **{"word/document.xml": ("</w:tbl>", f"{row * 1_500}</w:tbl>")})
    assert [found.title for found in rows_of(files.tables(file, "a.docx"))] == ["Việc"]


def test_a_cell_is_cut_where_excel_cuts_it() -> None:
    text = "Việc " * 20_000
    (_head, line) = files.tables(document([HEADER, [1, text, "Sở A"]]), "a.docx")[0].lines
    assert len(line.cells[1].text) == 32_767


LONG = [
    (words * 32_000)[:32_000]
    for words in (
        *("1.", "a", "( ", "Sở Nội vụ, ", "30/6/2026 ", "ngày ", "-", "nhiệm vụ ", "\n", "và ", "hằng "),
        *("từ 1/1/2026 đến ", "1)", "các bộ, ngành ", "phối hợp: ", "[", "a b ", "I. "),
    )
]


@contextmanager
def ended_by_the_processor_limit() -> Iterator[None]:
    """What needs more of the processor than a whole file is given fails, as its reader would."""

    def end(_signal: int, _frame: object) -> None:
        raise TimeoutError("The processor limit of a reader was reached.")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, reader.MAX_CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_no_cell_is_long_enough_to_hold_up_the_reading(text: str) -> None:
    cells = ["1", "Việc", "Sở A", "Sở B", "BC", "30/6/2026"]
    lines = [HEADER, *([*cells[:place], text, *cells[place + 1 :]] for place in range(6)), [text] * 6]
    table = Table("1", [Line(row, tuple(map(Cell, line))) for row, line in enumerate(lines, 1)])
    with ended_by_the_processor_limit():
        for row in rows_of([table]):
            read_due(row.due, "before")


@pytest.mark.django_db
def test_no_cell_is_long_enough_to_hold_up_the_checking(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comparing two titles takes the square of their number of words."""
    compared: list[int] = []

    def matcher(isjunk: None, one: Sequence[str], other: Sequence[str], **options: bool) -> Any:
        compared.extend((len(one), len(other)))
        return SequenceMatcher(isjunk, one, other, **options)

    monkeypatch.setattr(repeats, "SequenceMatcher", matcher)
    plain: dict[str, Any] = {
        "row": 1,
        "table": "1",
        "title": "Việc",
        "lead": "Sở A",
        "coordinating": "",
        "due": "30/6/2026",
    }
    rows = [
        FileRow(**{**plain, field: (words * 32_000)[:32_000]})
        for field in ("title", "lead", "coordinating", "due")
        for words in ("1)", "và ", "Sở A; ")
    ]
    # The same long title once more, or there is nothing to compare it with.
    rows += [replace(row, row=2) for row in rows]
    assert len(check(rows, order)) == len(rows)
    assert compared
    assert max(compared) <= 1_000


# The process of its own


def test_a_table_comes_out_of_the_other_process_as_it_was_read() -> None:
    rows = [[*HEADER, "Ghi chú"], ["I", "Thể chế"], [1, "Việc", "Sở A", None, "BC", "=1+1"]]
    for file in (sheet(rows, "A2:F2", hai=ROWS), document(rows, [(1, 0, 1, 5)])):
        here = files.tables(io.BytesIO(file.getvalue()), "a")
        assert sandbox.read_tables(file, "a") == here
        assert any(cell.width > 1 for table in here for line in table.lines for cell in line.cells)


def test_a_refusal_comes_out_with_its_values() -> None:
    with pytest.raises(ValidationError) as refused:
        sandbox.read_tables(sheet([[*HEADER, *["x"] * 100]]), "a.xlsx")
    assert (refused.value.code, refused.value.params) == ("too_many_columns", {"limit": 100})
    with pytest.raises(ValidationError) as refused:
        sandbox.read_tables(changed(sheet(ROWS), {"[Content_Types].xml": "<Types/>"}), "bảng.xlsx")
    assert refused.value.messages == [
        "“bảng.xlsx” is no Excel or Word file of today. Send the table as .xlsx or .docx."
    ]


def reader_that(does: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends as it might when a library fails."""
    run: Any = subprocess.run

    def instead(_command: list[str], **options: Any) -> Any:
        return run([sys.executable, "-c", f"import os, time, imports.reading.reader as r\n{does}"], **options)

    monkeypatch.setattr(subprocess, "run", instead)


@pytest.mark.parametrize(
    "does, code",
    [
        ("os.kill(os.getpid(), 9)", "too_heavy"),
        ("os.kill(os.getpid(), 11)", "too_heavy"),
        ("r.MAX_CPU_SECONDS = 1; r.limit_resources()\nwhile True: pass", "too_heavy"),
        ("time.sleep(60)", "too_heavy"),
        ("r.limit_resources(); open('/tmp/x-portal', 'wb', 0).write(b'a' * 9)", "unreadable"),
        ("pass", "unreadable"),
        ("r.limit_resources(); bytes(2_000_000_000)", "unreadable"),
        ("raise ZeroDivisionError", "unreadable"),
    ],
)
def test_whatever_its_process_dies_of_is_one_sentence(
    does: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in does:
        monkeypatch.setattr(sandbox, "TIMEOUT_SECONDS", 1)
    reader_that(does, monkeypatch)
    with pytest.raises(sandbox.ReaderDied) as refused:
        sandbox.read_tables(sheet(ROWS), "a.xlsx")
    assert refused.value.code == code


def test_the_process_knows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "ours")
    seen: dict[str, Any] = {}

    def instead(_command: list[str], **options: Any) -> Any:
        seen.update(options)
        return subprocess.CompletedProcess([], 0, b'{"tables":[]}', b"")

    monkeypatch.setattr(subprocess, "run", instead)
    sandbox.read_tables(sheet(ROWS), "a.xlsx")
    assert not set(seen["env"]) & {
        "SECRET_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "DJANGO_SETTINGS_MODULE",
    }


def test_the_reader_keeps_its_limits() -> None:
    say = (
        "import json, resource as r, imports.reading.reader as x; x.limit_resources();"
        "print(json.dumps([r.getrlimit(n)[0] for n in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)]))"
    )
    done = subprocess.run([sys.executable, "-c", say], cwd=settings.BASE_DIR, capture_output=True, check=True)
    memory, seconds, written = json.loads(done.stdout)
    assert memory <= 1024**3
    assert seconds <= 60
    assert written == 0
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != memory, "ours are untouched"


def test_formatting_that_nobody_asks_for_is_not_held() -> None:
    """Word repeats font and size in every cell: held, they are most of the memory."""
    dressed = (
        '<w:pPr><w:spacing w:after="0"/></w:pPr><w:r><w:rPr><w:rFonts/><w:b/></w:rPr><w:t>Việc</w:t></w:r>'
    )
    parts = package.Package(in_document(f"<w:p>{dressed}</w:p>"))
    unread, inside = {f"{{{WORD}}}spacing", f"{{{WORD}}}rFonts"}, {f"{{{WORD}}}pPr", f"{{{WORD}}}rPr"}
    tree = parts.tree_without("word/document.xml", unread, inside)
    held = {str(element.tag).rpartition("}")[2] for element in tree.iter()}
    assert held == {"document", "p", "pPr", "r", "rPr", "b", "t"}


def test_nothing_of_a_package_is_read_but_through_its_limits() -> None:
    """Whoever reads a part some other way has no limit."""
    paths = [path for path in Path(files.__file__).parent.glob("*.py") if path.name != "package.py"]
    source = "".join(path.read_text() for path in paths)
    for way in ("ZipFile(", "load_workbook", "parse_xml", "Document(", "fromstring", "etree.", "iterparse"):
        assert way not in source
    assert package.MAX_ALL <= 128 * 1024 * 1024
