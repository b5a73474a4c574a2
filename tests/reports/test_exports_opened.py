"""Exported files as other programs open them, and made by a worker process."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from committees.models import Body, Person
from notices.models import Notice
from portal.shared.days import today
from reports import actions, documents, jobs, notice_kinds
from reports.documents.layout import Cell, Column, Document, Heading, Paragraph, Table, ToWrite
from reports.documents.letterhead import letterhead_of, signature_of
from reports.models import Export
from tests.conftest import LACKS
from tests.portal.jobs_helpers import until
from tests.support.office import converted
from tests.support.people import Bodies, TaskAt

pytestmark = pytest.mark.once

MARKS = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VOWELS = "aăâeêioôơuưy"
SMALL = [unicodedata.normalize("NFC", vowel + mark) for vowel in VOWELS for mark in MARKS]
LETTERS = [*SMALL, "đ", *(letter.upper() for letter in SMALL), "Đ"]
"""Every letter of Vietnamese that is not plain Latin, once."""


def test_there_are_all_the_letters() -> None:
    assert len(set(LETTERS)) == 146


MADE = "Lập lúc 14:00 (+07:00) ngày 22/11/2026."


def paper(body: Body, *, landscape: bool = True, rows: int = 60) -> Document:
    columns = (Column("row", "STT", 12, "right"), Column("words", "Chữ", 100), Column("day", "Ngày", 24))
    words = [" ".join(LETTERS[start : start + 16]) for start in range(0, len(LETTERS), 16)]
    lines: list[list[Cell]] = [
        [number, words[number % len(words)], date(2026, 11, 22)] for number in range(1, rows + 1)
    ]
    return Document(
        title="BÁO CÁO",
        subject="Danh mục nhiệm vụ đến ngày 22/11/2026",
        made=MADE,
        facts=("Số liệu tính đến ngày 22/11/2026.",),
        blocks=(
            Heading("I. KẾT QUẢ"),
            Heading("1. Trong tuần", 2),
            Paragraph("Tổng số: 1.234 & <5>."),
            Table(columns, lines),
            ToWrite("viết kết quả"),
        ),
        letterhead=letterhead_of(body, date(2026, 11, 22)),
        signature=signature_of(body, date(2026, 11, 22)),
        landscape=landscape,
    )


def drawn(document: Document, kind: str) -> bytes:
    file = io.BytesIO()
    documents.draw(document, kind, file)
    return file.getvalue()


def run(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"{LACKS}poppler: PDFs were not read back (apt-get install poppler-utils).")
    done = subprocess.run([program, *arguments], check=True, capture_output=True, text=True, timeout=120)
    return done.stdout


@pytest.mark.parametrize("which", ["committee", "lead"])
def test_a_pdf_brings_its_fonts_and_gives_its_letters_back(
    bodies: Bodies, people: dict[str, Person], which: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(drawn(paper(getattr(bodies, which)), "pdf"))
    lines = run("pdffonts", str(path)).splitlines()[2:]
    assert lines
    for line in lines:
        name, *_kind, embedded, _subset, unicode_map, _object, _generation = line.split()
        assert re.fullmatch(r"[A-Z]{6}\+LiberationSerif(-Bold|-Italic)?", name), line
        assert (embedded, unicode_map) == ("yes", "yes"), line
    text = run("pdftotext", "-layout", str(path), "-")
    assert unicodedata.is_normalized("NFC", text)
    assert set(LETTERS) <= set(text)
    first, second, *_rest = pages = text.rstrip("\f").split("\f")
    assert [page.rstrip().endswith(MADE) for page in pages] == [True] * len(pages)
    nation = "ĐẢNG CỘNG SẢN VIỆT NAM" if which == "committee" else "Độc lập - Tự do - Hạnh phúc"
    assert nation in first
    assert "ngày 22 tháng 11 năm 2026" in first
    assert "Nơi nhận:" in text
    assert second.strip().startswith("2"), "the page's number stands above"
    assert "STT" in second, "the head row repeats"
    box = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", run("pdfinfo", str(path)))
    assert box
    assert [round(float(side) / 72 * 25.4) for side in box.groups()] == [297, 210]


@pytest.mark.slow
def test_libreoffice_opens_word_and_excel(bodies: Bodies, people: dict[str, Person], tmp_path: Path) -> None:
    sources = {
        f"{which}-{kind}.{kind}": drawn(paper(getattr(bodies, which), landscape=which == "lead"), kind)
        for which in ("committee", "lead")
        for kind in ("docx", "xlsx")
    }
    for name, path in converted(sources, "pdf", tmp_path).items():
        text = unicodedata.normalize("NFC", run("pdftotext", "-layout", str(path), "-"))
        assert set(LETTERS) <= set(text), name
        for words in ("BÁO CÁO", "Danh mục nhiệm vụ đến ngày 22/11/2026", "22/11/2026", "(+07:00)"):
            assert words in text, (name, words)
        assert text.count("22/11/2026") >= 60, name
        if name.endswith("docx"):
            assert "Nơi nhận:" in text
            assert "1.234 & <5>" in text
            pages = text.split("\f")
            assert pages[1].strip().startswith("2")
            assert "STT" in pages[1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_what_was_asked_for(
    worker: Any, bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    """The sweep finds it, also when no broker was there to be told of it."""
    task_at("in_progress", due_on=today() - timedelta(days=3))
    export = actions.ask_export(by=people["officer"], report="list", format="pdf", data=QueryDict())
    worker()
    for _again in range(3):
        jobs.make_exports.delay()
    until(lambda: Export.objects.filter(pk=export.pk, state=Export.State.READY).exists())
    export.refresh_from_db()
    assert (export.rows, export.tries) == (1, 1)
    assert export.file.name
    assert Notice.objects.filter(kind=notice_kinds.READY, person=people["officer"]).count() == 1
