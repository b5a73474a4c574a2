"""What comes every week, month, quarter, half-year or year, and on which day of it."""

from __future__ import annotations

import re
from calendar import monthrange

from imports.deadlines.clauses import Clause, ascii_pattern
from imports.deadlines.days import BY, WEEKDAY, WEEKDAYS, D, M, day_of
from imports.types import Due
from tasks.models import Recurrence, Task
from tasks.periods import last_day

Every = Recurrence.Every

_PERIODS = {
    "tuan": Every.WEEK,
    "thang": Every.MONTH,
    "quy": Every.QUARTER,
    "3 thang": Every.QUARTER,
    "6 thang": Every.HALF_YEAR,
    "nua nam": Every.HALF_YEAR,
    "nam": Every.YEAR,
}
_TERM = r"(tuan|thang|quy|0?[36] thang|nua nam|nam)"
_ONCE = r"(?:mot|0?1)"
_EVERY = ascii_pattern(
    rf"(?<![\w])(?:(?:dinh ky )?(?:hang|moi) {_TERM}(?: {_ONCE} lan)?"
    rf"|dinh ky {_TERM}(?: {_ONCE} lan| ?/ ?lan)?"
    rf"|(?:dinh ky )?{_ONCE} lan ?/ ?{_TERM}|(?:dinh ky )?{_TERM} ?(?:/ ?|{_ONCE} )lan)(?![\w/])"
)
_BETWEEN = " ,:()-"
_WHEN = rf"(?:{BY})?(?P<before>truoc )?(?:vao )?"
_IN_A_WEEK = ascii_pattern(rf"{_WHEN}(?:chieu |sang |cuoi ngay |ngay )?(?P<weekday>{WEEKDAY})")
_IN_A_MONTH = ascii_pattern(rf"{_WHEN}ngay {D}(?: cua)?")
_IN_A_QUARTER = ascii_pattern(
    rf"{_WHEN}ngay {D}(?: cua)? thang (?P<which>dau|giua|cuoi|thu hai|thu ba)(?: cua)?"
)
_IN_A_YEAR = ascii_pattern(rf"{_WHEN}(?:ngay )?{D} ?(?:[/.-]| thang ) ?{M}")
_MONTH_OF_A_YEAR = ascii_pattern(rf"(?:{BY})?thang {M}")
_QUARTER_OF_A_YEAR = ascii_pattern(rf"(?:{BY})?quy (?P<quarter>[1-4]|iv|i{{1,3}})")
_MONTH_OF_A_QUARTER = ascii_pattern(r"(thang (?:dau|giua|cuoi)) (?:cua )?(?:hang |moi )?quy")
_WHICH = {"dau": 1, "giua": 2, "thu hai": 2, "cuoi": 3, "thu ba": 3}
_ENDS = ("", "cuoi", "vao cuoi", "ngay cuoi", "ngay cuoi cung", "vao ngay cuoi", "vao ngay cuoi cung")
_LAST_MONTH = {Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


def cycle_of(clause: Clause) -> Due | None:
    """Every week, month, quarter, half-year or year, and the day in it: the last one when none is named."""
    plain = _MONTH_OF_A_QUARTER.sub(r"\1", clause.plain)
    if plain != clause.plain and not _EVERY.search(plain):
        plain = f"{plain} hang quy"
    match = _EVERY.search(plain)
    if match is None:
        return None
    every = _PERIODS[next(filter(None, match.groups())).removeprefix("0")]
    rest = [plain[: match.start()].strip(_BETWEEN), plain[match.end() :].strip(_BETWEEN)]
    when = _when(clause.of(" ".join(filter(None, rest)).removeprefix("cua ")), every)
    if when is None:
        return None
    return Due("", Task.DueKind.RECURRING, every=when[0], month=when[1], day=when[2])


def _when(clause: Clause, every: str) -> tuple[str, int, int] | None:
    """The period, the month in it and the day; a day after the last of a month is its last."""
    plain = re.sub(
        r"^(?:thuc hien|bao cao|trien khai)(?: |$)|(?: |^)(?:bao cao|thuc hien)$", "", clause.plain
    )
    clause = clause.of(plain)
    if plain in _ENDS:
        return (every, 1, 7) if every == Every.WEEK else (every, _LAST_MONTH.get(Every(every), 1), 31)
    match every:
        case Every.WEEK:
            return _in_a_week(clause)
        case Every.MONTH:
            return _in_a_month(clause)
        case Every.QUARTER:
            return _in_a_quarter(clause)
        case Every.YEAR:
            return _in_a_year(clause)
    return None


def _in_a_week(clause: Clause) -> tuple[str, int, int] | None:
    match = _IN_A_WEEK.fullmatch(clause.plain)
    if match is None:
        return None
    day = next(n for n, name in enumerate(WEEKDAYS, 1) if re.fullmatch(name, match["weekday"]))
    if match["before"]:
        day = (day - clause.before.days - 1) % 7 + 1
    return Every.WEEK, 1, day


def _in_a_month(clause: Clause) -> tuple[str, int, int] | None:
    match = _IN_A_MONTH.fullmatch(clause.plain)
    return (Every.MONTH, 1, _shifted(clause, match, 1)[1]) if match else None


def _in_a_quarter(clause: Clause) -> tuple[str, int, int] | None:
    if clause.plain in ("thang cuoi", "cuoi thang cuoi"):
        return Every.QUARTER, 3, 31
    match = _IN_A_QUARTER.fullmatch(clause.plain)
    if match is None:
        return None
    month = _WHICH[match["which"]]
    months, day = _shifted(clause, match, month)
    return Every.QUARTER, months or 3, day


def _in_a_year(clause: Clause) -> tuple[str, int, int] | None:
    if match := _MONTH_OF_A_YEAR.fullmatch(clause.plain):
        return Every.YEAR, day_of(clause, 2024, int(match["m"]), 1).month, 31
    if match := _QUARTER_OF_A_YEAR.fullmatch(clause.plain):
        ends = last_day(f"quý {match['quarter']}/2024")
        return (Every.YEAR, ends.month, 31) if ends else None
    days = [_day_of_a_year(clause, plain) for plain in re.split(r" va |, ", clause.plain)]
    match days:
        case [(month, day)]:
            return Every.YEAR, month, day
        case [(first, day), (last, other)] if last - first == 6 and day == other:
            return Every.HALF_YEAR, first, day
    return None


def _day_of_a_year(clause: Clause, plain: str) -> tuple[int, int] | None:
    match = _IN_A_YEAR.fullmatch(plain)
    if match is None:
        return None
    day_of(clause, 2024, int(match["m"]), int(match["d"]))
    month, day = _shifted(clause, match, int(match["m"]))
    month = month or 12
    return month, 31 if day >= 28 and day == monthrange(2024, month)[1] else day


def _shifted(clause: Clause, match: re.Match[str], month: int) -> tuple[int, int]:
    """Month and day, after "trước" the day before: before the first is the last of the month before."""
    day = int(match["d"])
    if not 1 <= day <= 31:
        raise clause.unsure("due_no_such_day")
    if match["before"]:
        day -= clause.before.days
    return (month, day) if day else (month - 1, 31)
