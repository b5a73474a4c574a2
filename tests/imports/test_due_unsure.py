"""Deadlines that are not certain are looked at, never guessed."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.problems import PROBLEMS
from portal.shared.text import fold
from tasks.periods import last_day
from tests.imports.due_words_helpers import (
    CYCLES,
    DAYLESS,
    DAYS,
    EVENTS,
    JUNE,
    PERIODS,
    SEVERAL,
    read,
    tidied,
    told,
)

pytestmark = pytest.mark.once


UNSURE = [
    ("30/6", "due_no_year"),
    ("trước ngày 30/6", "due_no_year"),
    ("tháng 9", "due_no_year"),
    ("quý IV", "due_no_year"),
    ("6 tháng đầu năm", "due_no_year"),
    ("trong năm", "due_no_year"),
    ("cuối năm", "due_no_year"),
    ("30/06/25", "due_short_year"),
    ("trước 30.6.25", "due_short_year"),
    ("31/6/2025", "due_no_such_day"),
    ("30/2/2025", "due_no_such_day"),
    ("29/02/2025", "due_no_such_day"),
    ("6/30/2025", "due_no_such_day"),
    ("00/6/2025", "due_no_such_day"),
    ("30/6/0025", "due_far_away"),
    ("15/9/9999", "due_far_away"),
    ("31/12/1989", "due_far_away"),
    ("01/01/2101", "due_far_away"),
    ("31/6 hằng năm", "due_no_such_day"),
    ("ngày 32 hằng tháng", "due_no_such_day"),
    ("thứ Ba, ngày 30/6/2025", "due_weekday"),
    ("đầu năm 2025", "due_about"),
    ("giữa quý IV/2025", "due_about"),
    ("khoảng 30/6/2025", "due_about"),
    ("dự kiến quý IV/2025", "due_about"),
    ("tuần 2 tháng 9/2025", "due_about"),
    ("từ 01/7/2025", "due_starts"),
    ("từ 18 giờ ngày 27/6/2025", "due_starts"),
    ("từ năm 2025 trở đi", "due_starts"),
    ("áp dụng từ 01/01/2026", "due_starts"),
    ("trước tháng 9/2025", "due_before_period"),
    ("trước quý IV/2025", "due_before_period"),
    ("trong vòng 15 ngày làm việc kể từ ngày ký", "due_working_days"),
    ("03 tháng sau khi Nghị định có hiệu lực", "due_not_in_days"),
    ("30 ngày sau khi ban hành; chậm nhất 30/11/2026", "due_several"),
    ("30 ngày kể từ ngày 01/7/2025", "due_several"),
    ("sau khi có khung kiến trúc tổng thể", "due_no_days"),
    ("ngay sau khi Trung ương ban hành", "due_no_days"),
    ("theo kế hoạch của Bộ Công an", "due_elsewhere"),
    ("theo tiến độ chung", "due_elsewhere"),
    ("hằng ngày", "due_not_a_cycle"),
    ("02 lần/năm", "due_not_a_cycle"),
    ("ngày 15 hằng quý", "due_not_a_cycle"),
    ("hằng tháng, hằng quý", "due_several"),
    ("Thường xuyên, hằng năm", "due_several"),
    ("Thường xuyên; báo cáo trước 15/12/2025", "due_several"),
    ("hằng tháng; báo cáo đầu trước 25/7/2026", "due_about"),
    ("30/6/2025 hoặc 30/9/2025", "due_several"),
    ("Tháng 9/2025 và thường xuyên", "due_several"),
    ("Năm 2025, thường xuyên", "due_several"),
    ("Trước 30/6/2025 và 30/9/2025", "due_several"),
    ("Trước ngày 30/6/2025, 30/9/2025", "due_several"),
    ("trước 15/6 và 15/12 hằng năm", "due_several"),
    ("30/11/2026; 30/8/2026", "due_order"),
    ("30/6/2025 và 30/6/2025", "due_order"),
    ("2030-2025", "due_order"),
    ("Sở Khoa học và Công nghệ", "due_unread"),
    ("khẩn trương", "due_unread"),
    ("quý V/2025", "due_unread"),
    ("quý 11/2025", "due_unread"),
    ("tháng 13/2025", "due_unread"),
    ("30//6/2025", "due_unread"),
    ("30-6/2025", "due_unread"),
    ("9-10/2025", "due_unread"),
    ("30/6/2025¹", "due_unread"),
    ("45838", "due_unread"),
    ("45 ngày", "due_unread"),
    ("2025/06/30", "due_unread"),
    ("30/6-30/9/2025", "due_unread"),
    ("Tháng 7, 8/2025", "due_no_year"),
    ("Hằng năm (bắt đầu từ 2026)", "due_starts"),
    ("Thường xuyên trong năm 2025", "due_unread"),
    ("Theo Kế hoạch số 12/KH-UBND ngày 30/6/2025", "due_elsewhere"),
    ("gia hạn đến 30/6/2025", "due_unread"),
    ("30/6/2025 (xem ghi chú)", "due_unread"),
    ("7/6/2025 (mm/dd/yyyy)", "due_unread"),
    ("trước 30/6/2025 - 30/9/2025", "due_several"),
    ("ban hành kế hoạch năm 2025", "due_unread"),
    ("Xây dựng kế hoạch và triển khai", "due_unread"),
    ("xxx", "due_unread"),
    ("( )", "due_unread"),
]


@pytest.mark.parametrize(("words", "code"), UNSURE)
def test_what_is_not_certain_is_never_guessed(words: str, code: str) -> None:
    due = read(words)
    assert due.problem
    assert due.problem.code == code
    assert told(due) == {"problem": due.problem}, "an unsure cell gives its words and nothing else"
    assert due.words == tidied(words)


SURE: list[str] = [str(row[0]) for row in (*DAYS, *PERIODS, *CYCLES, *EVENTS, *SEVERAL, *DAYLESS)]


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert len(SURE) >= 120
    assert len(UNSURE) >= 30


def test_every_problem_has_its_sentence() -> None:
    assert {code for _words, code in UNSURE} <= PROBLEMS.keys()
    for words, _code in UNSURE:
        problem = read(words).problem
        assert problem
        assert str(PROBLEMS[problem.code]) % problem.values


THAT_DAY = [
    ("trước ngày 30/6/2025", {"kind": "day", "on": JUNE}),
    ("trước ngày 25 hằng tháng", {"kind": "recurring", "every": "month", "month": 1, "day": 25}),
    ("trước thứ Sáu hằng tuần", {"kind": "recurring", "every": "week", "month": 1, "day": 5}),
    ("trước ngày 15/12 hằng năm", {"kind": "recurring", "every": "year", "month": 12, "day": 15}),
    ("30/6/2025", {"kind": "day", "on": JUNE}),
]


@pytest.mark.parametrize(("words", "expected"), THAT_DAY)
def test_before_a_day_is_that_day_where_the_body_means_it(words: str, expected: dict[str, Any]) -> None:
    assert told(read(words, "that_day")) == expected


def test_decomposed_letters_are_the_same_words() -> None:
    for words in SURE:
        assert read(unicodedata.normalize("NFD", words)) == read(words)


def test_words_without_marks_are_understood_too() -> None:
    for words, on in (*DAYS, *PERIODS):
        assert read(fold(words)).on == on


def test_a_task_says_the_same_of_a_period() -> None:
    """What a form makes of the words of a period is what an import makes of them."""
    for words in SURE:
        if day := last_day(words):
            assert read(words).on == day, words


def test_words_that_no_task_holds_are_cut_and_unsure() -> None:
    due = read("Trước ngày 30/6/2025 " + "và báo cáo " * 40)
    assert due.problem
    assert due.problem.code == "due_long"
    assert len(due.words) == 250
    assert read(due.words).problem


# Nothing that is not written


def end_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def numbers_of(words: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", unicodedata.normalize("NFKC", words))]


def written(words: str, year: int) -> set[date]:
    """Every day of the year that three numbers of the text can name."""
    numbers = {n for n in numbers_of(words) if n < 32}
    days = {(month, day) for month in numbers for day in numbers if 1 <= month <= 12 and day}
    return {date(year, month, day) for month, day in days if day <= monthrange(year, month)[1]}


RULES = {
    "the last day of a month": lambda words, year: {
        end_of(year, month) for month in numbers_of(words) if 1 <= month <= 12
    },
    "the last day of a quarter": lambda words, year: {
        end_of(year, 3 * n) for n in (1, 2, 3, 4) if re.search("qu|q", fold(words))
    },
    "the last day of a half-year": lambda words, year: {
        end_of(year, month) for month in (6, 12) if re.search("6 thang|nua|half", fold(words))
    },
    "the last day of a year": lambda words, year: {end_of(year, 12)},
}


def derived(words: str) -> set[date]:
    years = {year for year in numbers_of(words) if 2000 <= year < 2100}
    days = {day for year in years for day in written(words, year)}
    days |= {day for year in years for rule in RULES.values() for day in rule(words, year)}
    if "truoc" in fold(words):
        days |= {day - timedelta(days=1) for day in days}
    return days


WORDS = """
    ngày tháng quý năm 30/6/2025 30/6 31/6/2025 6/30/2025 30-6-2025 30.06.2025 9/2025 2025 2026 IV/2025
    I II III 1 2 3 4 6 9 12 25 30 31 2025-2030 - / . , ; : ( ) và trước sau từ đến hết trong chậm nhất là
    không muộn hơn hằng hàng mỗi định kỳ tuần thứ Sáu cuối đầu giữa thường xuyên liên tục duy trì các tiếp
    theo khi có yêu cầu kể hoàn thành trình báo cáo UBND tỉnh làm việc ban hành Trung ương vòng lần 17h00
"""


FRAGMENTS = st.sampled_from([*WORDS.split(), "\n"])


CELLS = st.one_of(
    st.text(),
    st.lists(FRAGMENTS, max_size=9).map(" ".join),
    st.lists(FRAGMENTS, max_size=6).map("".join),
    st.lists(st.sampled_from(SURE), max_size=3).map("; ".join),
    st.tuples(st.sampled_from(SURE), FRAGMENTS).map(" ".join),
)


@given(CELLS, st.sampled_from(["day_before", "that_day"]))
def test_no_words_make_it_raise_or_name_a_day_that_is_not_there(words: str, before_means: str) -> None:
    due = read(words, before_means)
    days = {*due.milestones, *([due.on] if due.on else [])}
    assert days <= derived(words), "neither written nor by a rule of the table"
    assert due.after_days is None or {due.after_days, due.after_days // 7} & set(numbers_of(words))
    assert due.problem is None or told(due) == {"problem": due.problem}
    assert due.problem is None or str(PROBLEMS[due.problem.code]) % due.problem.values
    assert (due.on is not None) == (due.kind in ("day", "period"))
    assert (due.kind == "recurring") == bool(due.every)
    assert (due.kind == "relative") == bool(due.after_days and due.after_event)


@given(CELLS)
def test_its_own_words_say_the_same_again(words: str) -> None:
    due = read(words)
    assert read(due.words) == due
