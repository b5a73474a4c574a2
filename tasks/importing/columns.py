"""What each column of a received table holds, told by its header wherever it stands, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.shared.text import fold
from tasks.importing.types import Cell, Line, Table

SEARCHED = 15
"""The header is among the first lines; above it stands the title of the document."""

DEEP = 3
"""Lines of a header at most: "Cơ quan thực hiện" over "Chủ trì" and "Phối hợp"."""

_LONGEST = 90

_AGENCY = r"(bo nganh|cac )*(co quan|don vi|so nganh|to chuc)(,? (don vi|to chuc|dia phuong))?"

NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("number", (r"number( in the order)?|so trong van ban", r"s?tt|so tt|so thu tu|so|no|muc")),
    (
        "parent",
        (
            r"(nv|nhiem vu) (cap tren|goc|cha|me)( .*)?|(parent|task above|task of the plan above)( .*)?",
            r"(nv|nhiem vu) (theo|tai|trong|thuoc|cua) (\d.*|(kh|ke hoach|ct|chuong trinh|nq|nghi quyet|"
            r"qd|quyet dinh|chi thi|de an|van ban)( .*)?)|thuoc nhiem vu.*|.*cap tren( .*)?",
        ),
    ),
    (
        "title",
        (
            r"(ten |noi dung |cac )?(nhiem vu|cong viec)|task|title",
            r"(ten |noi dung |cac )?(nhiem vu|cong viec)( .*)?|noi dung|noi dung (thuc hien|cu the)",
            r"(?!.*(ma|loai|nhom|so|can cu|tinh trang|trang thai|tien do|ket qua) ).*(nhiem vu|cong viec).*",
            r"noi dung .*|hoat dong|giai phap",
        ),
    ),
    (
        "lead",
        (
            rf"({_AGENCY} )?chu tri|lead( body| agency)?",
            r"(?!.*lanh dao).*\bchu tri\b.*",
            rf"{_AGENCY} (thuc hien|phu trach|dau moi|chiu trach nhiem)|thuc hien|dau moi",
            rf"{_AGENCY}|phan cong( thuc hien)?|trach nhiem( thuc hien)?|nguoi thuc hien",
        ),
    ),
    (
        "coordinating",
        (rf"({_AGENCY} )?phoi hop|coordinating( bodies| agencies)?", r"(?!.*chu tri).*phoi hop.*"),
    ),
    (
        "deliverable",
        (
            r"san pham|san pham dau ra|ket qua|deliverable|product",
            r"(?!.*(thuc hien|dat duoc|xu ly)$).*(san pham|dau ra)( .*)?",
            r"ket qua (?!thuc hien|dat duoc|xu ly|bao cao).*",
        ),
    ),
    (
        "due",
        (
            r"thoi han|han|thoi gian hoan thanh|thoi han hoan thanh|deadline( in .*)?|due( date)?",
            r"(thoi )?han .*|(thoi gian|thoi diem|ngay|moc) (hoan thanh|ket thuc)( .*)?|moc thoi gian",
            r"thoi gian( thuc hien| trien khai)?( .*)?",
            r"tien do (hoan thanh|thuc hien)|ngay (den )?han",
        ),
    ),
    ("note", (r"ghi chu( .*)?|notes?|remarks?",)),
    ("pillar", (r"nhom|linh vuc|nhom (nhiem vu|linh vuc)|tru cot|mang|pillar|group|field",)),
)
"""Field → its usual headings, folded, from the surest to those that mean it where nothing better does."""

_NOT_THE_DEADLINE = re.compile(
    r".*\b(bat dau|cap nhat|giao|thuc te|bao cao|cu(?! the)|ban dau|truoc day|truoc khi)\b.*"
)

TELLING = {"lead", "coordinating", "deliverable", "due", "parent"}
"""What makes a table one of tasks, beside what is to be done."""

_MEANS = tuple(
    (field, rank, re.compile(pattern)) for field, patterns in NAMES for rank, pattern in enumerate(patterns)
)
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_MARKS = re.compile(r"[^\w%]+|_")
DOCUMENT = re.compile(r"\d{1,5}(?:/\d{4})?\s*[-/]\s*[^\W\d][\w/-]*")
"""The number of a document: 05-KH/BCĐTW, 07/CT-TTg."""

_NUMBER = re.compile(r"\d[\d.]*[.)]?")
_COUNTED = re.compile(r"[(\[]?\s*(\d{1,2}|[a-z])\s*[)\]]?(\s*=.*)?")


@dataclass(frozen=True)
class Columns:
    places: dict[str, int]
    """Field → column, counted from 0."""
    first: int
    """The first of the table's lines below the header."""
    header: tuple[tuple[str, ...], ...]
    """Its lines: on later pages they stand there again."""
    width: int
    document: str = ""
    """The number of the document that the heading of the task above names: "NV theo KH 05-KH/BCĐTW"."""

    def repeats(self, line: Line) -> bool:
        """Whether this is the header once more, or the "(1) (2) (3)" under it."""
        return _texts(line) in self.header or is_counting(line)


def columns_of(table: Table) -> Columns | None:
    """None when no line among the first ones says where the tasks are."""
    for first in range(min(SEARCHED, len(table.lines))):
        found = _best(table.lines, first)
        if found:
            return found
    return None


def columns_from(lines: list[Line], place: int) -> Columns | None:
    """Another header in the middle of a sheet, told by "STT" in its first cell: another table begins."""
    first = next((cell.text for _column, cell in _own(lines[place])), "")
    if "number" not in dict(_meanings(first)):
        return None
    return _best(lines, place)


def _best(lines: list[Line], first: int) -> Columns | None:
    """The header that begins in this line, with the lines that belong to it."""
    depth = 1
    while depth < DEEP and _goes_on(lines, first, depth):
        depth += 1
    header = lines[first : first + depth]
    places = _places(header)
    if not _is_header(header, places):
        return None
    width = max(len(line.cells) for line in header)
    found = DOCUMENT.search(_words_at(header, places.get("parent")))
    texts = tuple(map(_texts, header))
    return Columns(places, first + depth, texts, width, found[0] if found else "")


def _words_at(header: list[Line], column: int | None) -> str:
    return " ".join(
        line.cells[column].text for line in header if column is not None and column < len(line.cells)
    )


def _is_header(header: list[Line], places: dict[str, int]) -> bool:
    """It names the task and who or when, one of the two for certain; and it is no row with a number."""
    if "title" not in places or not places.keys() & TELLING or any(map(_is_numbered, header)):
        return False
    ranks = _ranks(header)
    sure = [field for field, column in places.items() if ranks[column, field] < 2 and field != "title"]
    return bool(sure) or ranks[places["title"], "title"] == 0


def _is_numbered(line: Line) -> bool:
    first = next((cell.text for _place, cell in _own(line)), "")
    return bool(_NUMBER.fullmatch(first))


def _goes_on(lines: list[Line], first: int, depth: int) -> bool:
    """A header has another line when a cell of it reaches there, or names that are missing stand there."""
    if first + depth >= len(lines):
        return False
    line, places = lines[first + depth], _places(lines[first : first + depth])
    if is_counting(line) or "title" not in places or places["title"] in dict(_own(line)):
        return False
    if any(cell.continues and cell.text for cell in line.cells):
        return True
    return any(rank < 2 for _place, cell in _own(line) for _field, rank in _meanings(cell.text))


def _own(line: Line) -> Iterator[tuple[int, Cell]]:
    return ((place, cell) for place, cell in enumerate(line.cells) if cell.text and not cell.continues)


def _places(header: list[Line]) -> dict[str, int]:
    """The surest headings choose first; of two that are as sure, the left one."""
    claims = sorted((rank, column, field) for (column, field), rank in _ranks(header).items())
    places: dict[str, int] = {}
    for _rank, column, field in claims:
        if field not in places and column not in places.values():
            places[field] = column
    return places


def _ranks(header: list[Line]) -> dict[tuple[int, str], int]:
    """Column and field → how surely the heading means it, 0 being the surest."""
    ranks: dict[tuple[int, str], int] = {}
    for column, words in _headings(header):
        for field, rank in _meanings(words):
            ranks[column, field] = min(rank, ranks.get((column, field), rank))
    return ranks


def _headings(header: list[Line]) -> Iterator[tuple[int, str]]:
    """Column and each way to read its heading: its lowest words, and with those that stand over them."""
    for column in range(max(len(line.cells) for line in header)):
        own = [
            line.cells[column].text
            for line in header
            if column < len(line.cells) and line.cells[column].text and not line.cells[column].continues
        ]
        over = [_over(line, column) for line in header]
        if own:
            yield column, own[-1]
            if len(header) > 1:
                yield column, " ".join(filter(None, (*over, *own)))


def _over(line: Line, column: int) -> str:
    """The words of a wide cell that begins to the left of the column."""
    for start in range(min(column, len(line.cells)) - 1, -1, -1):
        if line.cells[start].text:
            return line.cells[start].text if start + line.cells[start].width > column else ""
    return ""


def _meanings(words: str) -> Iterator[tuple[str, int]]:
    plain = heading(words)
    if not plain or len(plain) > _LONGEST or "%" in words:
        return
    for field, rank, pattern in _MEANS:
        if pattern.fullmatch(plain) and not (field == "due" and _NOT_THE_DEADLINE.fullmatch(plain)):
            yield field, rank


def heading(words: str) -> str:
    """Folded, without what is in brackets and without marks: "Nhiệm vụ (rõ việc)*" is "nhiem vu"."""
    return " ".join(_MARKS.sub(" ", _IN_BRACKETS.sub(" ", fold(words))).split())


def is_counting(line: Line) -> bool:
    """The line under a header that numbers the columns: (1) (2) (3)."""
    texts = _texts(line)
    return (
        len(texts) > 2 and all(_COUNTED.fullmatch(text) for text in texts) and len(set(texts)) == len(texts)
    )


def _texts(line: Line) -> tuple[str, ...]:
    return tuple(cell.text.lower() for _place, cell in _own(line))
