"""The last day of a period named in words, as orders write it; anything else is no period, never a guess."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from portal.shared.text import fold

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

_YEAR = r"(?P<year>20\d\d)"
_OF = rf"(?: ?/ ?| nam ){_YEAR}"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_QUARTER = r"(?P<quarter>[1-4]|iv|i{1,3})"
# The end of a period is meant with and without these; *before* it or *from* it on is something else.
_BY = r"(?:(?:den |trong )?(?:het )?|trong )"

_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_BY}(?:thang |month )?{_MONTH}{_OF}",
        rf"{_BY}(?:quy |quarter |q ?){_QUARTER}{_OF}",
        rf"(?P<first>3|6|9) thang dau nam {_YEAR}",
        rf"(?P<last>6) thang cuoi nam {_YEAR}",
        rf"(?P<half>first|second) half of {_YEAR}",
        rf"{_BY}(?:nam |year )?{_YEAR}",
        rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])",
        rf"{_YEAR}-q(?P<quarter>[1-4])",
    )
)


def last_day(words: str) -> date | None:
    """30/09/2025 for *tháng 9/2025*, 31/12/2025 for *quý IV/2025* or *năm 2025*; None for anything else.

    With or without Vietnamese marks, in Vietnamese or English, in capitals or not.
    """
    text = fold(words).rstrip(" .;")
    match = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if match is None:
        return None
    groups = match.groupdict()
    year, month = int(groups["year"]), _last_month(groups)
    return date(year, month, monthrange(year, month)[1])


def _last_month(groups: dict[str, str | None]) -> int:
    if month := groups.get("month") or groups.get("first"):
        return int(month)
    if quarter := groups.get("quarter"):
        return 3 * (_ROMAN.get(quarter) or int(quarter))
    return 6 if groups.get("half") == "first" else 12
