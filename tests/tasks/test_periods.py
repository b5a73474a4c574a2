"""Periods in words: the last day of what is named, and nothing for what is not."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.periods import last_day

pytestmark = pytest.mark.once

SEPTEMBER, FEBRUARY, LEAP = date(2025, 9, 30), date(2025, 2, 28), date(2028, 2, 29)
Q1, Q2, Q3, Q4 = date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)

NAMED = [
    ("tháng 9/2025", SEPTEMBER),
    ("Tháng 9/2025", SEPTEMBER),
    ("tháng 09/2025", SEPTEMBER),
    ("thang 9/2025", SEPTEMBER),
    ("tháng 9 năm 2025", SEPTEMBER),
    ("9/2025", SEPTEMBER),
    ("09/2025", SEPTEMBER),
    ("9 / 2025", SEPTEMBER),
    ("month 9/2025", SEPTEMBER),
    ("trong tháng 9/2025", SEPTEMBER),
    ("hết tháng 9/2025", SEPTEMBER),
    ("đến hết tháng 9/2025.", SEPTEMBER),
    ("2025-09", SEPTEMBER),
    ("tháng 2/2025", FEBRUARY),
    ("tháng 02/2028", LEAP),
    ("tháng 12/2025", Q4),
    ("quý I/2025", Q1),
    ("quý II/2025", Q2),
    ("Quý 3/2025", Q3),
    ("quý IV/2025", Q4),
    ("QUÝ IV/2025", Q4),
    ("Quý 4 năm 2025", Q4),
    ("quý IV năm 2025", Q4),
    ("quy iv/2025", Q4),
    ("trong quý IV/2025", Q4),
    ("quarter IV/2025", Q4),
    ("Q4/2025", Q4),
    ("2025-Q4", Q4),
    ("3 tháng đầu năm 2025", Q1),
    ("6 tháng đầu năm 2025", Q2),
    ("9 tháng đầu năm 2025", Q3),
    ("6 tháng cuối năm 2025", Q4),
    ("first half of 2025", Q2),
    ("second half of 2025", Q4),
    ("năm 2025", Q4),
    ("trong năm 2025", Q4),
    ("hết năm 2025", Q4),
    ("year 2025", Q4),
    ("2025", Q4),
    ("  tháng\u00a09/2025 ", SEPTEMBER),
]

NOT_NAMED = [
    "",
    "thường xuyên",
    "hằng tháng",
    "hằng quý",
    "30 ngày sau khi Trung ương ban hành văn bản",
    "tháng 13/2025",
    "tháng 0/2025",
    "tháng 9",
    "quý V/2025",
    "quý 5/2025",
    "quý IIII/2025",
    "quý IV",
    "trước tháng 9/2025",
    "từ tháng 9/2025",
    "sau quý IV/2025",
    "đầu năm 2025",
    "cuối năm 2025",
    "giữa quý IV/2025",
    "5 tháng đầu năm 2025",
    "3 tháng cuối năm 2025",
    "tháng 9/25",
    "năm 1925",
    "năm 20255",
    "30/9/2025",
    "tháng 8/2025 và tháng 9/2025",
    "2025-2026",
    "quý III-IV/2025",
    "Sở Khoa học và Công nghệ",
]


@pytest.mark.parametrize("words, day", NAMED)
def test_the_last_day_of_what_is_named(words: str, day: date) -> None:
    assert last_day(words) == day


@pytest.mark.parametrize("words", NOT_NAMED)
def test_nothing_is_guessed(words: str) -> None:
    assert last_day(words) is None
