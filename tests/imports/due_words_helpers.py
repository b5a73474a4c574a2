"""What the tests of due words share."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from imports.deadlines.phrases import read_due
from imports.types import Due

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
