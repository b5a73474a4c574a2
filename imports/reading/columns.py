"""What each column of a received table holds, told by its header wherever it stands, in any order.

A person may have said what a heading means: `Answers` go before everything that is told here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from imports.reading.cell_names import column_letters
from imports.types import Cell, ColumnHeading, Line, Table
from portal.shared.text import fold

# Key of a heading → the field that it means; empty where the column is not to be read.
Answers = Mapping[str, str]

NO_ANSWERS: Answers = {}

# The header is among the first lines; above it stands the title of the document.
SEARCHED_LINES = 15

# Lines of a header at most: "Cơ quan thực hiện" over "Chủ trì" and "Phối hợp".
MAX_HEADER_LINES = 3

_MAX_HEADING_LENGTH, _MAX_SHORT_HEADING_LENGTH = 90, 40

# Letters of a heading under which an answer is kept.
_MAX_KEY_LENGTH = 200

_AGENCY = r"(bo nganh|cac )*(co quan|don vi|so nganh|to chuc)(,? (don vi|to chuc|dia phuong))?"

_WORK = r"(de an|du an|chuong trinh|mo hinh|nen tang|he thong|hang muc|van ban|cong trinh|phong trao)"
# What a list of works may call them instead of tasks: "Tên đề án", "Danh mục dự án", "Văn bản".
_WORKS = rf"{_WORK}( (va )?{_WORK})*"

# Field → its usual headings, folded, from the surest to those that mean it where nothing better does.
HEADINGS_OF_FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
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
            r"(ten |noi dung |cac )?(nhiem vu|cong viec)|tasks?|title",
            r"(ten |noi dung |cac )?(nhiem vu|cong viec)( .*)?|noi dung|noi dung (thuc hien|cu the)|"
            rf"(ten|danh muc)( cac)? {_WORKS}( .*)?",
            r"(?!.*(ma|loai|nhom|so|can cu|tinh trang|trang thai|tien do|ket qua) ).*(nhiem vu|cong viec).*",
            rf"(?!.*chi tieu)noi dung .*|hoat dong|giai phap|{_WORKS}|project|activity|action",
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

_NOT_THE_DEADLINE = re.compile(
    r".*\b(bat dau|cap nhat|giao|thuc te|bao cao|cu(?! the)|ban dau|truoc day|truoc khi)\b.*"
)

# A second column of what is to be done goes on with the first: "Nhiệm vụ", "Nội dung thực hiện".
_GOES_BESIDE = re.compile(
    r"(cac |noi dung |ten )?(noi dung|nhiem vu|cong viec|hoat dong|giai phap)"
    r"( (va )?(thuc hien|cu the|chi tiet|trien khai|chu yeu|trong tam|cong viec|nhiem vu|giai phap"
    r"|hoat dong))*"
)

_PERSON = re.compile(r"ho (va )?(chu dem (va )?)?ten( .*)?|(full )?names?|chuc (vu|danh)( .*)?|position")
_INDICATOR = re.compile(r"(ten |cac |noi dung |muc tieu )*chi tieu( .*)?|don vi tinh|dvt|indicators?|unit")
# Headings of other lists: people, indicators, papers, codes.
_OF_OTHERS = re.compile(
    rf"{_PERSON.pattern}|{_INDICATOR.pattern}|(so )?dien thoai( .*)?|email|phone|so (ky )?hieu( .*)?"
    r"|trich yeu( .*)?|ngay (ban hanh|sinh)|ky ten|chu ky|diem( (chuan|so|toi da|danh gia))?|ma( so)?"
    r"|ten (don vi|co quan|to chuc)"
)

# What makes a table one of tasks, beside what is to be done.
TASK_FIELDS = {"lead", "coordinating", "deliverable", "due", "parent"}

_MEANS = tuple(
    (name, rank, re.compile(pattern))
    for name, patterns in HEADINGS_OF_FIELDS
    for rank, pattern in enumerate(patterns)
)
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_MARKS = re.compile(r"[^\w%]+|_")
# The number of a document: 05-KH/BCĐTW, 07/CT-TTg.
DOCUMENT = re.compile(r"\d{1,5}(?:/\d{4})?\s*[-/]\s*[^\W\d][\w/-]*")

_NUMBER = re.compile(r"\d[\d.]*[.)]?")
_NARROW = ("stt", "tt")
_COUNTED = re.compile(r"[(\[]?\s*(\d{1,2}|[a-z])\s*[)\]]?(\s*=.*)?")


@dataclass(frozen=True)
class Columns:
    # Field → column, counted from 0.
    places: dict[str, int]
    # The first of the table's lines below the header.
    first: int
    # Its lines: on later pages they stand there again.
    header: tuple[tuple[str, ...], ...]
    width: int
    headings: dict[int, ColumnHeading]
    # The number of the document that the heading of the task above names: "NV theo KH 05-KH/BCĐTW".
    document: str = ""
    # Field → all columns whose words belong to it, from left to right.
    joined: dict[str, tuple[int, ...]] = field(default_factory=dict)
    # Field → the columns that may mean it as well as each other: a person chooses.
    rivals: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def read(self) -> set[int]:
        """Columns of which it is known what they hold."""
        return {*self.places.values(), *(column for some in self.joined.values() for column in some)}

    def repeats(self, line: Line) -> bool:
        """Whether this is the header once more, or the "(1) (2) (3)" under it."""
        return _texts(line) in self.header or is_counting(line)


def columns_of(table: Table, answers: Answers = NO_ANSWERS) -> Columns | None:
    """The columns of the tasks; None when no line among the first ones says where the tasks are."""
    for first in range(min(SEARCHED_LINES, len(table.lines))):
        if columns := header_at(table, first, answers):
            return columns
    return None


def begins_another(line: Line) -> bool:
    """Whether this is a header, of tasks or of anything else: nothing above it counts for what follows."""
    texts = [cell.text for _column, cell in _own(line)]
    if len(texts) < 2 or _is_numbered(line) or is_counting(line):
        return False
    meanings = [list(_meanings(text)) for text in texts]
    if any(name == "number" for name, _rank in meanings[0]):
        return True
    known = sum(any(rank < 2 for _name, rank in of_text) for of_text in meanings)
    others = sum(
        len(text) <= _MAX_SHORT_HEADING_LENGTH and bool(_OF_OTHERS.fullmatch(fold_heading(text)))
        for text in texts
    )
    return others > 1 or (len(texts) > 2 and known + others == len(texts))


def has_header(table: Table) -> bool:
    """Whether its first line with several cells is a header, or is printed as one: bold in every cell."""
    first = next(filter(_has_several, table.lines), None)
    return first is not None and _is_heading(first)


def heading_line(table: Table) -> int | None:
    """The header of a table that holds something else than tasks."""
    return next((place for place, line in enumerate(table.lines[:SEARCHED_LINES]) if _is_heading(line)), None)


def likely_heading_line(table: Table) -> int | None:
    """The header, or where none of its words is known the first line of several cells without a number."""
    known = heading_line(table)
    if known is not None:
        return known
    lines = enumerate(table.lines[:SEARCHED_LINES])
    return next((place for place, line in lines if _has_several(line) and not _is_numbered(line)), None)


def heading_lines(table: Table) -> list[Line]:
    """The header of any table, with the lines that belong to it."""
    first = heading_line(table)
    return [] if first is None else _header_from(table.lines, first, NO_ANSWERS)


def _has_several(line: Line) -> bool:
    return len(list(_own(line))) > 1


def _is_heading(line: Line) -> bool:
    cells = [cell for _column, cell in _own(line)]
    bold = len(cells) > 2 and all(cell.bold for cell in cells) and not _is_numbered(line)
    return bold or begins_another(line)


def header_at(table: Table, first: int, answers: Answers = NO_ANSWERS) -> Columns | None:
    """The header of tasks that begins in this line, with the lines that belong to it."""
    header = _header_from(table.lines, first, answers)
    headings = headings_of(header)
    ranks = _ranks(header, headings, answers)
    places = _places(ranks)
    if not _is_header(header, headings, places, ranks):
        return None
    width = max(len(line.cells) for line in header)
    document = DOCUMENT.search(_words_at(header, places.get("parent")))
    joined, rivals = _beside(places, ranks, headings)
    return Columns(
        places=places,
        first=first + len(header),
        header=tuple(map(_texts, header)),
        width=width,
        headings=headings,
        document=document[0] if document else "",
        joined=joined,
        rivals=rivals,
    )


def _header_from(lines: list[Line], first: int, answers: Answers) -> list[Line]:
    depth = 1
    while depth < MAX_HEADER_LINES and _goes_on(lines, first, depth, answers):
        depth += 1
    return lines[first : first + depth]


def _beside(
    places: dict[str, int], ranks: dict[tuple[int, str], int], headings: dict[int, ColumnHeading]
) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Columns that mean a field which another one has: words that belong together, or a question."""
    joined: dict[str, list[int]] = {}
    rivals: dict[str, list[int]] = {}
    best: dict[int, tuple[int, str]] = {}
    for (column, name), rank in ranks.items():
        best[column] = min((rank, name), best.get(column, (rank, name)))
    for column, (rank, name) in best.items():
        chosen = places.get(name, column)
        # Of several numbers the order's own is meant: the other counts the lines.
        if column in places.values() or chosen == column or name == "number":
            continue
        certain = ranks[chosen, name]
        if name == "note" or (name == "title" and _goes_beside(headings, chosen, column, rank)):
            joined.setdefault(name, [chosen]).append(column)
        elif rank == certain or (certain >= 0 and rank < 2 and name != "title"):
            rivals.setdefault(name, [chosen]).append(column)
    return (
        {name: tuple(sorted(columns)) for name, columns in joined.items()},
        {name: tuple(sorted(columns)) for name, columns in rivals.items()},
    )


def _goes_beside(headings: dict[int, ColumnHeading], first: int, column: int, rank: int) -> bool:
    """Whether the column says more of what is to be done: "Nội dung thực hiện" beside "Nhiệm vụ"."""
    first_words, other_words = fold_heading(headings[first].words), fold_heading(headings[column].words)
    return rank != 2 and first_words != other_words and bool(_GOES_BESIDE.fullmatch(other_words))


def _words_at(header: list[Line], column: int | None) -> str:
    return " ".join(
        line.cells[column].text for line in header if column is not None and column < len(line.cells)
    )


def _is_header(
    header: list[Line],
    headings: dict[int, ColumnHeading],
    places: dict[str, int],
    ranks: dict[tuple[int, str], int],
) -> bool:
    """A header names the task and who or when, one of the two for certain; it is no row with a number.

    Where a person said which column holds the task, that is enough.
    """
    if "title" not in places or any(map(_is_numbered, header)):
        return False
    title = ranks[places["title"], "title"]
    if title < 0:
        return any(map(_has_several, header))
    if not places.keys() & TASK_FIELDS or _lists_others(headings, places, title):
        return False
    sure = [name for name, column in places.items() if ranks[column, name] < 2 and name != "title"]
    return bool(sure) or title <= 0


def _lists_others(headings: dict[int, ColumnHeading], places: dict[str, int], title: int) -> bool:
    """People with what each of them does, or indicators with who answers for them."""
    plain = [fold_heading(heading.words) for heading in headings.values()]
    if "due" not in places and any(map(_PERSON.fullmatch, plain)):
        return True
    return title > 0 and any(map(_INDICATOR.fullmatch, plain))


def _is_numbered(line: Line) -> bool:
    first = next((cell.text for _place, cell in _own(line)), "")
    return bool(_NUMBER.fullmatch(first))


def _goes_on(lines: list[Line], first: int, depth: int, answers: Answers) -> bool:
    """A header has another line when a cell of it reaches there, or names that are missing stand there."""
    if first + depth >= len(lines):
        return False
    header = lines[first : first + depth]
    line, places = lines[first + depth], _places(_ranks(header, headings_of(header), answers))
    if is_counting(line) or "title" not in places or places["title"] in dict(_own(line)):
        return False
    if any(cell.continues and cell.text for cell in line.cells):
        return True
    return any(rank < 2 for _place, cell in _own(line) for _name, rank in _meanings(cell.text))


def _own(line: Line) -> Iterator[tuple[int, Cell]]:
    return ((place, cell) for place, cell in enumerate(line.cells) if cell.text and not cell.continues)


def _places(ranks: dict[tuple[int, str], int]) -> dict[str, int]:
    """The surest headings choose first; which of two as sure is meant, a person says."""
    claims = sorted((rank, column, name) for (column, name), rank in ranks.items())
    places: dict[str, int] = {}
    for _rank, column, name in claims:
        if name not in places and column not in places.values():
            places[name] = column
    return places


def _ranks(
    header: list[Line],
    headings: dict[int, ColumnHeading],
    answers: Answers = NO_ANSWERS,
) -> dict[tuple[int, str], int]:
    """Column and field → how surely the heading means it, 0 being the surest, -1 what a person said."""
    answered = {
        column: answers[heading.key] for column, heading in headings.items() if heading.key in answers
    }
    ranks = {(column, name): -1 for column, name in answered.items() if name}
    for column, words in _headings(header):
        if column in answered:
            continue
        for name, rank in _meanings(words):
            ranks[column, name] = min(rank, ranks.get((column, name), rank))
    return ranks


def headings_of(header: list[Line]) -> dict[int, ColumnHeading]:
    """Column → its whole heading. Headings that are the same are told apart by their number.

    A hidden column has a key of its own: what was said of a column that is seen does not bring it to light.
    """
    words = dict.fromkeys(range(max(len(line.cells) for line in header)), "")
    words |= dict(_headings(header))
    hidden = {place for line in header for place, cell in enumerate(line.cells) if cell.hidden}
    counts: Counter[str] = Counter()
    headings = {}
    for column, text in words.items():
        letter = column_letters(column)
        key = fold_heading(text)[:_MAX_KEY_LENGTH] or f"({letter.lower()})"
        key += " (hidden)" if column in hidden else ""
        counts[key] += 1
        headings[column] = ColumnHeading(
            key if counts[key] == 1 else f"{key} ({counts[key]})",
            " ".join(text.split())[:_MAX_KEY_LENGTH],
            letter,
        )
    return headings


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
    plain = fold_heading(words)
    if not plain or len(plain) > _MAX_HEADING_LENGTH or "%" in words:
        return
    for name, rank, pattern in _MEANS:
        if pattern.fullmatch(plain) and not (name == "due" and _NOT_THE_DEADLINE.fullmatch(plain)):
            yield name, rank


def fold_heading(words: str) -> str:
    """Folded, without what is in brackets and without marks: "Nhiệm vụ (rõ việc)*" is "nhiem vu".

    A narrow column breaks "STT" letter by letter.
    """
    plain = _MARKS.sub(" ", _IN_BRACKETS.sub(" ", fold(words))).split()
    return "".join(plain) if "".join(plain) in _NARROW else " ".join(plain)


def is_counting(line: Line) -> bool:
    """Whether this is the line under a header that numbers the columns: (1) (2) (3)."""
    texts = _texts(line)
    return (
        len(texts) > 2 and all(_COUNTED.fullmatch(text) for text in texts) and len(set(texts)) == len(texts)
    )


def _texts(line: Line) -> tuple[str, ...]:
    return tuple(" ".join(cell.text.lower().split()) for _place, cell in _own(line))
