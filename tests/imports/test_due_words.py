"""The words of deadlines: what is certain with its day, what is not, nothing that is not written there."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.deadlines.phrases import read_due
from imports.problems import PROBLEMS
from imports.types import Due
from portal.shared.text import fold
from tasks.periods import last_day

pytestmark = pytest.mark.once

JUNE, BEFORE_JUNE = date(2025, 6, 30), date(2025, 6, 29)
AUGUST, SEPTEMBER, NOVEMBER = date(2025, 8, 31), date(2025, 9, 30), date(2026, 11, 30)
Q1, Q2, Q3, Q4 = date(2025, 3, 31), JUNE, SEPTEMBER, date(2025, 12, 31)

DAYS = [
    ("30/6/2025", JUNE),
    ("30/06/2025", JUNE),
    ("30-6-2025", JUNE),
    ("30-06-2025", JUNE),
    ("30.6.2025", JUNE),
    ("30.06.2025.", JUNE),
    ("30 / 6 / 2025", JUNE),
    ("30/6/2025.", JUNE),
    ("30/6/2025;", JUNE),
    ("…30/6/2025…", JUNE),
    ("30–6–2025", JUNE),
    ("  30/6/2025 ", JUNE),
    ("\u00a030/6/2025\u00a0", JUNE),
    ("30/6/\u200b2025", JUNE),
    ("３０/６/２０２５", JUNE),
    ("2025-06-30", JUNE),
    ("2025-06-30 00:00:00", JUNE),
    ("2025-06-30T00:00:00", JUNE),
    ("ngày 30/6/2025", JUNE),
    ("Ngày 30/6/2025", JUNE),
    ("NGÀY 30/6/2025", JUNE),
    ("ngày 30 tháng 6 năm 2025", JUNE),
    ("Ngày 30 tháng 06 năm 2025", JUNE),
    ("30 tháng 6 năm 2025", JUNE),
    ("ngày 30 tháng 6/2025", JUNE),
    ("ngày 30/6 năm 2025", JUNE),
    ("đến ngày 30/6/2025", JUNE),
    ("đến hết ngày 30/6/2025", JUNE),
    ("hết ngày 30/6/2025", JUNE),
    ("trong ngày 30/6/2025", JUNE),
    ("vào ngày 30/6/2025", JUNE),
    ("chậm nhất ngày 30/6/2025", JUNE),
    ("chậm nhất là ngày 30/6/2025", JUNE),
    ("Chậm nhất đến ngày 30/6/2025", JUNE),
    ("chậm nhất vào ngày 30/6/2025", JUNE),
    ("muộn nhất là 30/6/2025", JUNE),
    ("không muộn hơn ngày 30/6/2025", JUNE),
    ("không muộn hơn 30/6/2025", JUNE),
    ("không chậm hơn 30/6/2025", JUNE),
    ("không quá ngày 30/6/2025", JUNE),
    ("Thời hạn: 30/6/2025", JUNE),
    ("Thời hạn hoàn thành: 30/6/2025", JUNE),
    ("Hạn cuối: 30/6/2025", JUNE),
    ("Hoàn thành ngày 30/6/2025", JUNE),
    ("hoàn thành xong trong ngày 30/6/2025", JUNE),
    ("phải hoàn thành chậm nhất ngày 30/6/2025", JUNE),
    ("thứ Hai, ngày 30/6/2025", JUNE),
    ("trước 17h00 ngày 30/6/2025", JUNE),
    ("trước 17 giờ ngày 30/6/2025", JUNE),
    ("17h30 ngày 30/6/2025", JUNE),
    ("từ 01/6/2025 đến 30/6/2025", JUNE),
    ("từ ngày 01/6/2025 đến hết ngày 30/6/2025", JUNE),
    ("01/6/2025 - 30/6/2025", JUNE),
    ("từ 15/5 đến 30/6/2025", JUNE),
    ("trình UBND tỉnh trước ngày 01/7/2025", JUNE),
    ("báo cáo Ban Chỉ đạo chậm nhất ngày 30/6/2025", JUNE),
    ("ngày 29/02/2028", date(2028, 2, 29)),
    ("trước ngày 01/01/2026", Q4),
    ("trước 30/6/2025", BEFORE_JUNE),
    ("Trước ngày 30/6/2025", BEFORE_JUNE),
    ("TRƯỚC NGÀY 30/6/2025", BEFORE_JUNE),
    ("truoc ngay 30/6/2025", BEFORE_JUNE),
    ("trước ngày 30 tháng 6 năm 2025", BEFORE_JUNE),
    ("Hoàn thành trước ngày 30/6/2025", BEFORE_JUNE),
    ("hoàn thành trước 30.6.2025", BEFORE_JUNE),
    ("chậm nhất là trước ngày 30/6/2025", BEFORE_JUNE),
    ("- Trước ngày 30/6/2025", BEFORE_JUNE),
]

PERIODS = [
    ("tháng 9/2025", SEPTEMBER),
    ("Tháng 09/2025", SEPTEMBER),
    ("tháng 9 năm 2025", SEPTEMBER),
    ("tháng 9-2025", SEPTEMBER),
    ("tháng 9.2025", SEPTEMBER),
    ("tháng 9 2025", SEPTEMBER),
    ("9/2025", SEPTEMBER),
    ("trong tháng 9/2025", SEPTEMBER),
    ("hoàn thành trong tháng 9/2025", SEPTEMBER),
    ("chậm nhất trong tháng 9/2025", SEPTEMBER),
    ("đến hết tháng 9/2025", SEPTEMBER),
    ("cuối tháng 9/2025", SEPTEMBER),
    ("tháng 9/2025", SEPTEMBER),
    ("T9/2025", SEPTEMBER),
    ("9 tháng năm 2025", SEPTEMBER),
    ("9 tháng đầu năm 2025", SEPTEMBER),
    ("quý I/2025", Q1),
    ("Quý 1 năm 2025", Q1),
    ("3 tháng đầu năm 2025", Q1),
    ("quý II/2025", Q2),
    ("Quý II năm 2025", Q2),
    ("QUÝ II NĂM 2025", Q2),
    ("quý ll/2025", Q2),
    ("Quý 2/2025", Q2),
    ("6 tháng đầu năm 2025", Q2),
    ("06 tháng đầu năm 2025", Q2),
    ("nửa đầu năm 2025", Q2),
    ("Quý III/2025", Q3),
    ("Quý Ⅲ/2025", Q3),
    ("quý IV/2025", Q4),
    ("quý ІV/2025", Q4),
    ("quý lV/2025", Q4),
    ("quý 1V/2025", Q4),
    ("quý 4-2025", Q4),
    ("Quý IV-2025", Q4),
    ("Qúy IV/2025", Q4),
    ("trong quý IV/2025", Q4),
    ("đến hết quý IV năm 2025", Q4),
    ("chậm nhất trong Quý IV/2025", Q4),
    ("6 tháng cuối năm 2025", Q4),
    ("tháng 12/2025", Q4),
    ("năm 2025", Q4),
    ("Năm 2025", Q4),
    ("2025", Q4),
    ("trong năm 2025", Q4),
    ("cả năm 2025", Q4),
    ("hết năm 2025", Q4),
    ("cuối năm 2025", Q4),
    ("đến cuối năm 2025", Q4),
    ("2023-2025", Q4),
    ("2023 - 2025", Q4),
    ("giai đoạn 2023-2025", Q4),
    ("từ năm 2023 đến năm 2025", Q4),
    ("từ tháng 7/2025 đến tháng 12/2025", Q4),
    ("tháng 7-12/2025", Q4),
    ("từ tháng 7 đến tháng 12/2025", Q4),
    ("quý III-IV/2025", Q4),
    ("Quý III - Quý IV/2025", Q4),
]

CYCLES = [
    ("hằng tuần", ("week", 1, 7)),
    ("hàng tuần", ("week", 1, 7)),
    ("thứ Sáu hằng tuần", ("week", 1, 5)),
    ("vào thứ 6 hàng tuần", ("week", 1, 5)),
    ("chiều thứ Sáu hằng tuần", ("week", 1, 5)),
    ("hằng tuần (thứ Năm)", ("week", 1, 4)),
    ("trước thứ Sáu hằng tuần", ("week", 1, 4)),
    ("trước thứ Hai hằng tuần", ("week", 1, 7)),
    ("chủ nhật hằng tuần", ("week", 1, 7)),
    ("hằng tháng", ("month", 1, 31)),
    ("Hàng tháng", ("month", 1, 31)),
    ("HẰNG THÁNG", ("month", 1, 31)),
    ("định kỳ hằng tháng", ("month", 1, 31)),
    ("báo cáo hằng tháng", ("month", 1, 31)),
    ("mỗi tháng một lần", ("month", 1, 31)),
    ("01 lần/tháng", ("month", 1, 31)),
    ("cuối mỗi tháng", ("month", 1, 31)),
    ("ngày cuối cùng hằng tháng", ("month", 1, 31)),
    ("ngày 25 hằng tháng", ("month", 1, 25)),
    ("Ngày 25 hàng tháng", ("month", 1, 25)),
    ("hằng tháng, ngày 25", ("month", 1, 25)),
    ("trước ngày 25 hằng tháng", ("month", 1, 24)),
    ("hằng tháng (trước ngày 25)", ("month", 1, 24)),
    ("trước ngày 01 hằng tháng", ("month", 1, 31)),
    ("chậm nhất ngày 25 hằng tháng", ("month", 1, 25)),
    ("hằng quý", ("quarter", 3, 31)),
    ("Định kỳ hàng quý", ("quarter", 3, 31)),
    ("định kỳ quý", ("quarter", 3, 31)),
    ("3 tháng một lần", ("quarter", 3, 31)),
    ("ngày 20 tháng cuối quý", ("quarter", 3, 20)),
    ("trước ngày 20 của tháng cuối quý", ("quarter", 3, 19)),
    ("hằng quý, trước ngày 20 của tháng cuối quý", ("quarter", 3, 19)),
    ("ngày 05 tháng đầu hằng quý", ("quarter", 1, 5)),
    ("hằng 6 tháng", ("half_year", 6, 31)),
    ("định kỳ 6 tháng", ("half_year", 6, 31)),
    ("06 tháng/lần", ("half_year", 6, 31)),
    ("15/6 và 15/12 hằng năm", ("half_year", 6, 15)),
    ("trước 15/6 và trước 15/12 hằng năm", ("half_year", 6, 14)),
    ("30/6 và 31/12 hằng năm", ("half_year", 6, 31)),
    ("hằng năm", ("year", 12, 31)),
    ("hàng năm", ("year", 12, 31)),
    ("mỗi năm", ("year", 12, 31)),
    ("ngày 15/12 hằng năm", ("year", 12, 15)),
    ("trước ngày 15/12 hằng năm", ("year", 12, 14)),
    ("hằng năm, trước ngày 15/12", ("year", 12, 14)),
    ("trước 01/3 hằng năm", ("year", 2, 31)),
    ("ngày 10 tháng 12 hằng năm", ("year", 12, 10)),
    ("tháng 11 hằng năm", ("year", 11, 31)),
    ("quý I hằng năm", ("year", 3, 31)),
]

EVENTS = [
    ("30 ngày sau khi Trung ương ban hành", (30, "Trung ương ban hành")),
    ("sau 30 ngày kể từ ngày Nghị quyết có hiệu lực", (30, "Nghị quyết có hiệu lực")),
    ("trong vòng 15 ngày kể từ ngày ký", (15, "ký")),
    ("Trong thời hạn 20 ngày sau khi Tỉnh ủy ban hành kế hoạch", (20, "Tỉnh ủy ban hành kế hoạch")),
    ("chậm nhất 10 ngày sau khi Luật số 12/2025/QH15 có hiệu lực", (10, "Luật số 12/2025/QH15 có hiệu lực")),
    (
        "30 (ba mươi) ngày kể từ khi Bộ Công an và Bộ Nội vụ hướng dẫn",
        (30, "Bộ Công an và Bộ Nội vụ hướng dẫn"),
    ),
    ("02 tuần sau khi có Khung kiến trúc", (14, "có Khung kiến trúc")),
    ("Sau khi Trung ương ban hành 30 ngày", (30, "Trung ương ban hành")),
    ("không quá 05 ngày kể từ ngày nhận được hồ sơ.", (5, "nhận được hồ sơ")),
]

SEVERAL = [
    ("30/8/2026 và 30/11/2026", [date(2026, 8, 30)], NOVEMBER, False),
    ("30/8/2026, 30/11/2026", [date(2026, 8, 30)], NOVEMBER, False),
    ("30/8/2026; 30/11/2026", [date(2026, 8, 30)], NOVEMBER, False),
    ("30/8/2026\n30/11/2026", [date(2026, 8, 30)], NOVEMBER, False),
    ("Trình UBND tỉnh trước 30/8/2026; hoàn thành 30/11/2026", [date(2026, 8, 29)], NOVEMBER, False),
    ("Mốc giữa kỳ: trước 30/8/2026; hoàn thành: 30/11/2026", [date(2026, 8, 29)], NOVEMBER, False),
    ("Đợt 1: 30/8/2026; đợt 2: 30/11/2026", [date(2026, 8, 30)], NOVEMBER, False),
    ("tháng 9/2025 và tháng 12/2025", [SEPTEMBER], Q4, False),
    ("30/6/2025; quý III/2025; năm 2025", [JUNE, SEPTEMBER], Q4, False),
    ("30/9/2025, duy trì liên tục", [], SEPTEMBER, True),
    ("30/9/2025 và duy trì liên tục", [], SEPTEMBER, True),
    ("30/9/2025 (duy trì thường xuyên)", [], SEPTEMBER, True),
    ("Hoàn thành 30/9/2025, sau đó duy trì liên tục", [], SEPTEMBER, True),
    ("Tháng 9/2025 và duy trì thường xuyên", [], SEPTEMBER, True),
    ("Trước 30/8/2026; 30/11/2026", [date(2026, 8, 29)], NOVEMBER, False),
    ("năm 2025 và các năm tiếp theo", [], Q4, True),
    ("Trước ngày 01/10/2025; duy trì", [], SEPTEMBER, True),
    ("30/6/2025; 30/9/2025, duy trì liên tục", [JUNE], SEPTEMBER, True),
]  # fmt: skip

DAYLESS = [
    ("thường xuyên", "continuous"),
    ("Thường xuyên", "continuous"),
    ("THƯỜNG XUYÊN", "continuous"),
    ("thường xuyên.", "continuous"),
    ("liên tục", "continuous"),
    ("thường xuyên, liên tục", "continuous"),
    ("thực hiện thường xuyên", "continuous"),
    ("theo yêu cầu", "none"),
    ("theo đề nghị của cấp trên", "none"),
    ("theo yêu cầu của Bộ Công an và Bộ Nội vụ", "none"),
    ("khi có nhiệm vụ chậm muộn", "none"),
    ("khi phát sinh nhiệm vụ chậm", "none"),
    ("không thời hạn", "none"),
    ("-", "none"),
    ("", "none"),
]

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


def read(words: str, before_means: str = "day_before") -> Due:
    return read_due(words, before_means)


def told(due: Due) -> dict[str, Any]:
    """What a reading says besides the words."""
    plain = {"kind": "none", "on": None, "milestones": (), "lasting": False, "problem": None}
    plain |= {"after_days": None, "after_event": "", "every": "", "day": None, "month": None}
    return {name: getattr(due, name) for name, value in plain.items() if getattr(due, name) != value}


def tidied(words: str) -> str:
    text = unicodedata.normalize("NFC", words.replace("\u200b", "").replace("ІV", "IV"))
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.split())


@pytest.mark.parametrize(("words", "on"), DAYS)
def test_a_day(words: str, on: date) -> None:
    assert told(read(words)) == {"kind": "day", "on": on}
    assert read(words).words == tidied(words)


@pytest.mark.parametrize(("words", "on"), PERIODS)
def test_a_period_is_due_on_its_last_day(words: str, on: date) -> None:
    assert told(read(words)) == {"kind": "period", "on": on}
    assert read(words).words == tidied(words)


@pytest.mark.parametrize(("words", "when"), CYCLES)
def test_a_cycle(words: str, when: tuple[str, int, int]) -> None:
    every, month, day = when
    assert told(read(words)) == {"kind": "recurring", "every": every, "month": month, "day": day}
    assert read(words).words == tidied(words)


@pytest.mark.parametrize(("words", "after"), EVENTS)
def test_days_after_an_event(words: str, after: tuple[int, str]) -> None:
    days, event = after
    assert told(read(words)) == {"kind": "relative", "after_days": days, "after_event": event}


@pytest.mark.parametrize(("words", "milestones", "on", "lasting"), SEVERAL)
def test_milestones_and_what_goes_on(words: str, milestones: list[date], on: date, lasting: bool) -> None:
    due = read(words)
    assert (list(due.milestones), due.on, due.lasting, due.problem) == (milestones, on, lasting, None)


@pytest.mark.parametrize(("words", "kind"), DAYLESS)
def test_no_day_and_that_is_certain(words: str, kind: str) -> None:
    assert told(read(words)) == ({"kind": kind} if kind != "none" else {})


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
BEFORE = "the day before"
"""The only other rule, and only where the text says *trước*."""


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
