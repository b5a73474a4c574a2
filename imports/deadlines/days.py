"""A day, a month, a quarter, a half-year or a year in one clause, and what goes from one to another."""

from __future__ import annotations

import re
from datetime import date

from imports.deadlines.clauses import Clause, ascii_pattern
from imports.types import Due
from portal.shared.day_fields import FIRST_DAY, LAST_DAY
from tasks.models import Task
from tasks.periods import last_day

Kind = Task.DueKind

BY = (
    r"(?:(?:cham|muon|tre) nhat(?: la)?(?: vao| den| trong)?|khong (?:muon|cham|tre|qua)(?: hon)?"
    r"|(?:den|toi)(?: het)?|het|trong|vao) "
)
# What a deadline may begin with, and means the same without.
WORK = ascii_pattern(
    r"(?:(?:(?:dot|lan|buoc|moc|giai doan) (?:\d|i{1,3})|moc(?: giua ky| cuoi)?"
    r"|thoi (?:han|gian|diem)(?: hoan thanh| thuc hien| trien khai)?|han(?: cuoi| hoan thanh)?)\b:? ?)?"
    r"(?:(?:phai |can )?(?:(?:co ban )?hoan thanh|hoan tat|xong|ket thuc|thuc hien|trien khai)(?: xong)?:? )?"
)

WEEKDAYS = (
    "thu (?:hai|2)",
    "thu (?:ba|3)",
    "thu (?:tu|4)",
    "thu (?:nam|5)",
    "thu (?:sau|6)",
    "thu (?:bay|7)",
    "chu nhat",
)
WEEKDAY = "|".join(WEEKDAYS)

D, M, _Y = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})", r"(?P<y>\d{4})"
_DAYS = tuple(
    ascii_pattern(
        rf"(?:{BY})?(?P<before>truoc )?(?:(?P<hour>\d{{1,2}}) ?(?:h|gio|:)(?: ?\d\d)?(?: phut)?,? )?"
        rf"(?:(?P<weekday>{WEEKDAY}),? )?(?:ngay |trong ngay )?{day}"
    )
    for day in (
        rf"{D} ?(?P<by>[/.-]) ?{M} ?(?P=by) ?{_Y}",
        rf"{D}(?: ?/ ?| ?thang ?){M}(?: ?/ ?| ?nam ?){_Y}",
        rf"{_Y}-{M}-{D}(?:[t ]00:00(?::00(?:\.0+)?)?)?",
    )
)


def day_in(clause: Clause) -> Due | None:
    match = next((m for pattern in _DAYS if (m := pattern.fullmatch(clause.plain))), None)
    if match is None:
        return None
    on = day_of(clause, *(int(match[name]) for name in "ymd"))
    if match["weekday"] and not re.fullmatch(WEEKDAYS[on.weekday()], match["weekday"]):
        raise clause.unsure("due_weekday")
    if match["hour"] and not 1 <= int(match["hour"]) <= 24:
        raise clause.unsure("due_unread")
    return Due("", Kind.DAY, on - clause.before if match["before"] and not match["hour"] else on)


def day_of(clause: Clause, year: int, month: int, day: int) -> date:
    """The day; one that does not exist or lies far away was meant to be another."""
    try:
        on = date(year, month, day)
    except ValueError:
        raise clause.unsure("due_no_such_day") from None
    if not FIRST_DAY <= on <= LAST_DAY:
        raise clause.unsure("due_far_away")
    return on


_YEAR = r"(?P<year>20\d\d)"
_IN = ascii_pattern(rf"(?:{BY})?(?:het |cuoi |trong )?")
# Other ways to write what `last_day` reads: l and | are what a scan makes of the Roman I.
_NAMED = (
    (
        ascii_pattern(rf"(?:thang|thg|t\.?) ?(?P<number>\d{{1,2}}) ?(?:[/.-]|nam|,)? ?{_YEAR}"),
        "tháng {number}/{year}",
    ),
    (
        ascii_pattern(
            rf"(?:quy|qui|q\.?) ?(?P<number>[1-4]|[il|]{{1,3}}|[il1|]v) ?(?:[/.-]|nam|,)? ?{_YEAR}"
        ),
        "quý {number}/{year}",
    ),
    (
        ascii_pattern(rf"0?(?P<number>[369]) thang (?:dau )?(?:cua )?nam {_YEAR}"),
        "{number} tháng đầu năm {year}",
    ),
    (ascii_pattern(rf"nua dau nam {_YEAR}"), "6 tháng đầu năm {year}"),
    (ascii_pattern(rf"(?:0?[36] thang cuoi|nua cuoi|ca)(?: cua)? nam {_YEAR}"), "năm {year}"),
)


# "Trong 2 năm 2026, 2027" counts two years: it is not the second month.
_SO_MANY_YEARS = ascii_pattern(r"\d{1,2} nam 20\d\d")


def _period(clause: Clause) -> Due | None:
    begins = _IN.match(clause.plain)
    plain = clause.plain[begins.end() if begins else 0 :]
    if _SO_MANY_YEARS.fullmatch(plain):
        return None
    for pattern, name in _NAMED:
        if match := pattern.fullmatch(plain):
            named = {key: _numeral(text) for key, text in match.groupdict().items()}
            plain = name.format(**named)
            break
    day = last_day(plain)
    return Due("", Kind.PERIOD, day) if day else None


def _numeral(text: str) -> str:
    """The number with l, | and (before V) 1 as the Roman I that they stand for."""
    return text if text.isdigit() else re.sub(r"[l|1]", "i", text)


_SPANS = tuple(
    ascii_pattern(
        r"(?P<open>tu |(?:trong )?giai doan |trong )?(?!truoc|cham|muon|khong|den)(?P<first>.+?)"
        rf"{between}(?P<last>.+)"
    )
    for between in (r" (?:-|den(?: het)?) ", r" ?- ?")
)
_UNIT = ascii_pattern(r"(thang|quy) (?:\d{1,2}|i{1,3}|iv)")
_NO_YEAR = ascii_pattern(r"(?:ngay )?(?P<d>\d{1,2}) ?(?:[/.-]| thang ) ?(?P<m>\d{1,2})")


def span_of(clause: Clause) -> Due | None:
    """A span from one day or period to another: due when the last one ends."""
    match = next((m for pattern in _SPANS if (m := pattern.fullmatch(clause.plain))), None)
    if match is None:
        return None
    first, last = match["first"].removeprefix("ngay "), match["last"]
    unit = _UNIT.fullmatch(first)
    if unit and not last.startswith(unit[1]):
        last = f"{unit[1]} {last}"
    ends = dated(clause.of(last))
    if ends is None or ends.on is None:
        return None
    begins = dated(clause.of(first if not unit else f"{first}/{ends.on.year}"))
    day = _NO_YEAR.fullmatch(first)
    if begins is None and day and match["open"]:
        begins = Due("", Kind.DAY, day_of(clause, ends.on.year, int(day["m"]), int(day["d"])))
    if begins is None or begins.on is None:
        return None
    if begins.on >= ends.on:
        raise clause.unsure("due_order")
    return ends


def dated(clause: Clause) -> Due | None:
    return day_in(clause) or _period(clause)


_STEP = ascii_pattern(
    r"(?:trinh|gui|bao cao|ban hanh|phe duyet|du thao|tham muu) (?P<what>[^\d;]*?)"
    r"(?P<day>(?:(?:cham|muon) nhat|khong (?:muon|cham) hon|truoc|trong ngay) .*)"
)
_ANOTHER_TIME = ascii_pattern(
    r"\b(?:sau|tu|khi|den|dau|giua|cuoi|khoang|du kien|hang|moi|dinh ky|thuong xuyen|lien tuc)\b"
)


def step_of(clause: Clause) -> Due | None:
    """A step on the way by a day, "trình UBND tỉnh trước 30/8/2026"; nothing else may be said about time."""
    match = _STEP.fullmatch(clause.plain)
    if match is None or _ANOTHER_TIME.search(match["what"]):
        return None
    return day_in(clause.of(match["day"]))
