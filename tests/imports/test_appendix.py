"""A whole provincial appendix in three layouts each of Word and Excel: always the same 53 tasks."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from itertools import groupby
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from committees.models import Person
from demo import tables as demo_tables
from imports import actions as import_actions
from imports.checks import check
from imports.reading.files import tables
from imports.reading.rows import rows_of
from imports.types import FileRow
from tasks.models import Order, Task
from tests.support import bulk
from tests.support.office import document, saved, sheet, table_in
from tests.support.people import Bodies, new_body

pytestmark = pytest.mark.once

WORDS = {
    "14": "30/8/2026; 30/11/2026",
    "28": "30/9/2026, duy trì liên tục",
    "33": "thường xuyên",
    "34": "Các cơ quan liên quan đến 80 thủ tục",
    "48": "hằng tháng",
}
"""Deadlines as the appendix words them (DOMAIN §4.4) where the list keeps only their day or kind."""

HEADER = [
    *("STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm đầu ra", "Thời hạn"),
    "NV theo KH 05-KH/BCĐTW",
]
FIELDS = ("number", "title", "lead", "coordinating", "deliverable", "due", "parent_words")

Row = dict[str, str]


def day(text: str) -> str:
    return f"{date.fromisoformat(text):%-d/%-m/%Y}"


def rows() -> list[Row]:
    return [
        {
            "number": row["number_in_appendix"],
            "title": row["title_vi"],
            "lead": row["lead_agency"],
            "coordinating": row["coordinating_agencies"],
            "deliverable": row["deliverable"],
            "due": WORDS.get(row["number_in_appendix"])
            or (day(row["deadline"]) if row["deadline"][:2] == "20" else row["deadline_note"]),
            "parent_words": row["parent_ref"],
            "pillar": row["priority_or_pillar"],
            "day": row["deadline"] if row["deadline"][:2] == "20" else "",
        }
        for row in demo_tables.rows("tasks")
        if row["source_document"].startswith("11-KH/BCĐ")
    ]


ROWS = rows()


def parts() -> Iterator[tuple[str, list[list[Any]]]]:
    """Heading ("I. Thể chế …") and the lines below it."""
    for heading, some in groupby(ROWS, key=lambda row: row["pillar"]):
        yield heading, [[row[field] for field in FIELDS] for row in some]


def spans(lines: list[list[Any]], column: int) -> Iterator[tuple[int, int]]:
    """Where neighbours in a column are equal: first and last line."""
    for _words, some in groupby(enumerate(lines), key=lambda pair: pair[1][column : column + 1]):
        places = [place for place, _line in some]
        if len(places) > 1:
            yield places[0], places[-1]


# Layouts


def plain_lines() -> tuple[list[list[Any]], list[int]]:
    """Headings in lines of their own, and which lines they are."""
    lines, headings = [HEADER], []
    for heading, some in parts():
        headings.append(len(lines))
        lines += [[heading, *[""] * 6], *some]
    return lines, headings


def plain_sheet() -> io.BytesIO:
    lines, headings = plain_lines()
    above = [["TỈNH ỦY KHÁNH HÒA", None, None, None, "ĐẢNG CỘNG SẢN VIỆT NAM"], [], ["PHỤ LỤC"], []]
    below = [
        [],
        [None, "Nơi nhận:", None, None, "T/M BAN CHỈ ĐẠO"],
        [None, "- Lưu", None, None, "TRƯỞNG BAN"],
    ]
    merged = " ".join(f"A{place + 5}:G{place + 5}" for place in headings)
    return sheet([*above, *lines, *below], f"A3:G3 {merged}")


def plain_document() -> io.BytesIO:
    lines, headings = plain_lines()
    return document(lines, [(place, 0, place, 6) for place in headings])


TURNED = (5, 0, 6, 1, 4, 2, 3)
"""Deadline, number, task above, task, deliverable, lead, coordinating."""


def turned_lines() -> list[list[Any]]:
    """A header of two lines with its columns counted, and headings beside their Roman numbers."""
    top = ["Thời gian hoàn thành", "TT", HEADER[6], "Nội dung nhiệm vụ", "Kết quả", "Cơ quan thực hiện", ""]
    lines: list[list[Any]] = [top, [*[""] * 5, "Chủ trì", "Phối hợp"], [f"({n})" for n in range(1, 8)]]
    for heading, some in parts():
        roman, _dot, words = heading.partition(". ")
        lines.append(["", roman, "", words, "", "", ""])
        lines += [[line[place] for place in TURNED] for line in some]
    return lines


def merged_in(lines: list[list[Any]]) -> list[tuple[int, int, int, int]]:
    """Header cells, and equal neighbours among the leads, which are then written once."""
    found = [(0, column, 1, column) for column in range(5)] + [(0, 5, 0, 6)]
    for first, last in list(spans(lines[3:], 5)):
        if lines[first + 3][5]:
            found.append((first + 3, 5, last + 3, 5))
            for line in lines[first + 4 : last + 4]:
                line[5] = ""
    return found


def turned_sheet() -> io.BytesIO:
    lines = turned_lines()
    merged = merged_in(lines)
    names = [
        f"{'ABCDEFG'[left]}{top + 1}:{'ABCDEFG'[right]}{bottom + 1}" for top, left, bottom, right in merged
    ]
    return sheet([[cell or None for cell in line] for line in lines], " ".join(names))


def turned_document() -> io.BytesIO:
    lines = turned_lines()
    return document(lines, merged_in(lines))


def parted_sheet() -> io.BytesIO:
    """A sheet for each heading with days as days, the heading in a column of its own, and a guide."""
    pages = {
        heading[:31]: [
            [*HEADER, "Nhóm nhiệm vụ"],
            *([*map(typed, line), heading.partition(". ")[2]] for line in some),
        ]
        for heading, some in parts()
    }
    first, *others = pages
    guide = [["Mã", "Tên viết tắt"]]
    return sheet(pages[first], "", **{name: pages[name] for name in others}, Hướng_dẫn=guide)


def typed(words: str) -> Any:
    """As Excel keeps what is typed: a number as a number, a day as a day."""
    if words.isdigit():
        return int(words)
    try:
        return datetime.strptime(words, "%d/%m/%Y")  # noqa: DTZ007
    except ValueError:
        return words


def parted_document() -> io.BytesIO:
    """A table for each heading, which stands as a paragraph before it; only the first has a header."""
    paper = Document()
    for place, (heading, some) in enumerate(parts()):
        paper.add_paragraph(heading)
        table_in(paper, some if place else [HEADER, *some])
    return saved(paper)


LAYOUTS: dict[str, Callable[[], io.BytesIO]] = {
    "plain.xlsx": plain_sheet,
    "turned.xlsx": turned_sheet,
    "parted.xlsx": parted_sheet,
    "plain.docx": plain_document,
    "turned.docx": turned_document,
    "parted.docx": parted_document,
}


@pytest.fixture
def agencies(bodies: Bodies) -> None:
    """The bodies that the appendix names, as far as they are one."""
    named = {name for row in ROWS for name in f"{row['lead']}; {row['coordinating']}".split("; ")}
    single = [
        name for name in sorted(named) if name.split(" ")[0] in ("Sở", "Văn", "Công", "Ban", "Bộ", "Thuế")
    ]
    known = {bodies.lead.name_vi, bodies.helper.name_vi}
    bulk.enter_bodies(
        [
            new_body(f"KH-{place}", bodies.committee, name_vi=name, chain="state")
            for place, name in enumerate(single)
            if name not in known
        ]
    )


def words_of(row: FileRow) -> Row:
    said = {field: getattr(row, field) for field in (*FIELDS, "pillar")}
    return {**said, "day": ""}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.once
def test_each_layout_has_the_words_of_the_appendix(name: str) -> None:
    found = rows_of(tables(LAYOUTS[name](), name))
    expected = [{**row, "day": "", "pillar": row["pillar"].partition(". ")[2]} for row in ROWS]
    assert len(found) == 53
    assert [words_of(row) for row in found] == expected


def test_each_layout_means_the_same(order: Order, agencies: None) -> None:
    meanings = []
    for name, make in LAYOUTS.items():
        checked = check(rows_of(tables(make(), name)), order)
        meanings.append([{**asdict(one), "read": words_of(one.read)} for one in checked])
        for one, row in zip(checked, ROWS, strict=True):
            assert str(one.due.on or "") == row["day"], row["number"]
            assert one.due.words == row["due"]
        # As others plan or ask, and 34, whose cell repeats its agency.
        unread = [one.read.number for one in checked if one.due.problem]
        assert unread == ["18", "19", "29", "34"]
    assert all(meaning == meanings[0] for meaning in meanings)


@pytest.mark.slow
def test_each_layout_is_written_as_the_same_53_drafts(
    order: Order, people: dict[str, Person], agencies: None
) -> None:
    written = []
    for name, make in LAYOUTS.items():
        imported = import_actions.start_import(
            order=order, file=SimpleUploadedFile(name, make().getvalue()), by=people["secretary"]
        )
        import_actions.read_import(imported.pk)
        imported.refresh_from_db()
        imported = import_actions.write_import(imported=imported, by=people["secretary"])
        written.append([draft(task) for task in order.tasks.order_by("pk")])
        import_actions.undo_import(imported=imported, by=people["secretary"])
        assert not order.tasks.exists()
    assert [len(drafts) for drafts in written] == [53] * 6
    assert all(drafts == written[0] for drafts in written)
    assert [(one["number"], one["title"], one["lead_words"]) for one in written[0]] == [
        (row["number"], row["title"], row["lead"]) for row in ROWS
    ]


def draft(task: Task) -> dict[str, Any]:
    fields = (
        *("number", "title", "pillar", "deliverable", "description", "lead_id", "lead_words", "parent_words"),
        *("due_kind", "due_on", "due_words", "after_days", "after_event", "state", "unsure"),
    )
    parts = sorted(task.parts.values_list("body_id", "kind"))
    return {name: getattr(task, name) for name in fields} | {"parts": parts}
