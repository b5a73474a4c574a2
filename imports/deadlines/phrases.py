"""The words of a deadline (DOMAIN §4.4): what is due when. What is not certain is a problem, never a guess.

A cell is read clause by clause. Each clause is one of the forms below as a whole, or the cell is unsure: no
word is passed over. A day is written in the cell, or follows from it by one of these rules alone:

* a month, quarter, half-year or year is due on its last day, a cycle without a day on the last of its period;
* what goes from one day or period to another is due when the last one ends;
* "trước ngày …" is the day before, or that day, as the body's orders mean it (`Body.before_means`);
* before a time of the day is that day, and a week after an event is seven days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from committees.models import Body
from imports.deadlines.clauses import Clause, Unsure, ascii_pattern, cuts, plain_of, trimmed
from imports.deadlines.cycles import cycle_of
from imports.deadlines.days import WORK, dated, day_in, span_of, step_of
from imports.types import Due, Problem
from portal.shared.text import legible
from tasks.models import Task

# Characters that `Task.due_words` and `Task.after_event` hold.
MAX_DUE_WORDS_LENGTH = 250

# Days after an event at most, as `Task.after_days` has it.
MAX_DAYS_AFTER_EVENT = 3650

Kind = Task.DueKind


def read_due(words: str, before_means: str) -> Due:
    """What the words mean. With a problem only the words are given, cut to what a task holds."""
    words = legible(words)
    if len(words) >= MAX_DUE_WORDS_LENGTH:
        cut = shortened(words)
        return Due(cut, problem=Problem("due", "due_long", {"words": cut}))
    before = timedelta(days=0 if before_means == Body.Before.THAT_DAY else 1)
    try:
        return replace(_read_cell(words, before), words=words)
    except Unsure as unsure:
        return Due(words, problem=Problem("due", unsure.code, {"words": unsure.words}))


def shortened(words: str) -> str:
    """As much as a task holds of the words of its deadline."""
    return words if len(words) < MAX_DUE_WORDS_LENGTH else f"{words[: MAX_DUE_WORDS_LENGTH - 1]}…"


def _read_cell(words: str, before: timedelta) -> Due:
    plain, places = plain_of(words)
    start, end = trimmed(plain, 0, len(plain))

    def words_between(start: int, end: int) -> str:
        return words[places[start] : places[end - 1] + 1] if end > start else ""

    cell = Clause(plain[start:end], words_between(start, end), before)
    if not cell.plain:
        return Due(words, Kind.NONE)
    if due := _relative(cell, lambda a, b: words_between(start + a, start + b)) or _read_whole(cell):
        return due
    if (before and _BEFORE_BOTH.search(plain)) or _SAID_TWICE.fullmatch(plain):
        raise cell.unsure("due_several")
    clauses = [Clause(plain[a:b], words_between(a, b), before) for a, b in cuts(plain)]
    return _combine([_read_clause(clause) for clause in clauses], cell)


# What lasts, or has no day


# After a day: it goes on, "và duy trì liên tục", "và các năm tiếp theo".
_LASTING = ascii_pattern(
    r"(?:(?:va |sau do |tiep tuc )*(?:duy tri|thuc hien|cap nhat|tiep tuc)?(?: thuc hien| duy tri)? ?"
    r"(?:va )?(?:thuong xuyen|lien tuc|on dinh)|(?:sau do |tiep tuc )?duy tri(?: hoat dong)?"
    r"|(?:cho |va )?(?:cac|nhung) nam (?:tiep theo|sau|ke tiep))"
)

_CONTINUOUS = ascii_pattern(
    r"(?:thuc hien |trien khai |duy tri |cap nhat )?(?:thuong xuyen|lien tuc)"
    r"(?:(?:,| va)? (?:thuong xuyen|lien tuc))?"
)

# On demand, or when something occurs: there is no day, and that is certain.
_DAYLESS = ascii_pattern(
    r"(?:thuc hien |bao cao )?(?:ngay )?(?:khi (?:co|phat sinh|can|xay ra)|theo (?:yeu cau|de nghi|nhu cau))"
    r"\b[^\d;]*"
    r"|khong(?: co| quy dinh| xac dinh| ghi)?(?: thoi han| thoi gian)|khong(?: quy dinh)?"
)

# Free words that hold one of these say a second deadline.
_ANOTHER = ascii_pattern(
    r"\b(?:truoc|cham nhat|muon nhat|khong (?:qua|muon|cham)|den ngay|trong ngay"
    r"|(?:hang|moi) (?:ngay|tuan|thang|quy|nam)|thuong xuyen|lien tuc|dinh ky|quy [iv]+)\b"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(?!/)|;"
)


# After a day "thường xuyên" alone may also mean all the time until then.
_GOES_ON = ascii_pattern(r"\b(?:duy tri|sau do|tiep tuc)\b")

# “Trước 30/6/2025 và 30/9/2025”: nobody knows whether the second is meant to be before, too.
_BEFORE_BOTH = ascii_pattern(r"\btruoc (?:ngay )?[\d/.-]+(?:,?(?: va)?| -) (?:ngay )?\d{1,2}[/.-]\d")


# “15/3/2026 (quý I/2026)”: one deadline in two ways, and which of them counts is not said.
_SAID_TWICE = ascii_pattern(r".*20\d\d.*[(\[].*20\d\d.*[)\]].*")


def _dayless(clause: Clause) -> Due | None:
    if _DAYLESS.fullmatch(clause.plain) and not _ANOTHER.search(clause.plain):
        return Due("", Kind.NONE)
    return None


def _continuous(clause: Clause) -> Due | None:
    return Due("", Kind.CONTINUOUS) if _CONTINUOUS.fullmatch(clause.plain) else None


def _lasting(clause: Clause) -> Due | None:
    return Due("", "", lasting=True) if _LASTING.fullmatch(clause.plain) else None


# After an event


_COUNT = r"(?P<count>\d{1,4})(?: ?\([a-z ]+\))? (?P<unit>ngay|tuan|thang|quy|nam)(?P<working> lam viec)?"
_SINCE = r"(?:sau khi|sau ngay|sau thoi diem|sau|(?:ke |tinh )?tu (?:khi|ngay|thoi diem)|ke tu)"
_EVENTS = tuple(
    map(
        ascii_pattern,
        (
            rf"(?:(?:cham|muon) nhat(?: la)? |khong qua |toi da )?"
            rf"(?:trong (?:vong |thoi han |thoi gian )?|sau )?{_COUNT},? {_SINCE} (?P<event>.+)",
            r"sau (?:khi |ngay )(?P<event>[^;]+?),? (?:trong (?:vong )?|cham nhat (?:la )?|khong qua )?"
            + _COUNT,
        ),
    )
)


def _relative(cell: Clause, words_between: Callable[[int, int], str]) -> Due | None:
    """So many days after an event, in the words of the order."""
    begins = WORK.match(cell.plain)
    start = begins.end() if begins else 0
    match = next((m for pattern in _EVENTS if (m := pattern.fullmatch(cell.plain, start))), None)
    if match is None:
        return None
    event = words_between(*trimmed(cell.plain, *match.span("event")))
    if match["working"]:
        raise cell.unsure("due_working_days")
    if match["unit"] not in ("ngay", "tuan"):
        raise cell.unsure("due_not_in_days")
    days = int(match["count"]) * (7 if match["unit"] == "tuan" else 1)
    if not 1 <= days <= MAX_DAYS_AFTER_EVENT or not event:
        raise cell.unsure("due_unread")
    if _ANOTHER.search(match["event"]):
        raise cell.unsure("due_several")
    return Due("", Kind.RELATIVE, after_days=days, after_event=event)


# A clause, and all of them together


# Why the parser does not know, for the sentence; in the order in which the first that fits is said.
_NOT_CERTAIN = tuple(
    (code, ascii_pattern(words))
    for code, words in (
        ("due_short_year", r"(?<!\d)\d{1,2}([/.-])\d{1,2}\1\d\d(?![\d/.-])"),
        ("due_unread", r"^(?:trong |khong qua )?\d+ (?:ngay|tuan|thang|nam)$"),
        ("due_several", r"\b(?:hoac|hay)\b"),
        ("due_starts", r"^(?:ke )?tu\b|\btro di$|^bat dau|^ap dung|^sau (?:ngay )?\d"),
        ("due_no_days", r"^(?:ngay )?sau\b"),
        ("due_elsewhere", r"^(?:thuc hien )?theo\b"),
        ("due_not_a_cycle", r"\b(?:hang|moi|dinh ky|lan)\b"),
        ("due_before_period", r"^truoc (?:het |cuoi |dau )?(?:thang|quy|nam|giai doan|20\d\d)\b"),
        ("due_no_year", r"^(?!.*20\d\d)(?:.*\b(?:thang|quy|nam)\b|.*\b\d{1,2}[/.-]\d{1,2}$)"),
        ("due_about", r"\b(?:khoang|du kien|phan dau|dau|giua|(?:thuong|trung|ha) tuan|tuan(?: thu)? \d)\b"),
    )
)


def _read_whole(cell: Clause) -> Due | None:
    """The cell as one clause: its form may hold commas, "và" and brackets."""
    clause = cell.of(_without_work(cell.plain))
    return cycle_of(clause) or _dayless(clause) or _continuous(clause) or day_in(clause) or span_of(clause)


def _without_work(plain: str) -> str:
    begins = WORK.match(plain)
    return plain[begins.end() :] if begins and begins.end() < len(plain) else plain


def _read_clause(clause: Clause) -> Due:
    clause = clause.of(_without_work(clause.plain))
    readers = (dated, span_of, _continuous, cycle_of, _dayless, _lasting, step_of)
    for read in readers:
        if due := read(clause):
            return due
    code = next((code for code, pattern in _NOT_CERTAIN if pattern.search(clause.plain)), "due_unread")
    raise clause.unsure(code)


def _combine(parts: list[Due], cell: Clause) -> Due:
    """One deadline of all clauses: days in their order, and whether it goes on after the last."""
    if not parts:
        raise cell.unsure("due_unread")
    *dated, last = parts
    lasts = last.lasting or (last.kind == Kind.CONTINUOUS and bool(_GOES_ON.search(cell.plain)))
    goes_on = bool(dated) and lasts
    if not goes_on:
        dated = parts
    if len(dated) == 1 and dated[0].kind and not (goes_on and dated[0].on is None):
        return replace(dated[0], lasting=goes_on)
    days = [part.on for part in dated if part.on]
    if len(days) < len(dated) or not days:
        raise cell.unsure("due_several")
    if sorted(set(days)) != days:
        raise cell.unsure("due_order")
    return replace(dated[-1], milestones=tuple(days[:-1]), lasting=goes_on)
