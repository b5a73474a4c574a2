"""Deadlines and agencies as plans of 2025 and 2026 word them, each looked at once: its answer or a look."""

from __future__ import annotations

import pytest

from committees.models import Body
from committees.names.reader import NameReader
from committees.names.results import ReadName
from imports.deadlines.phrases import read_due
from tests.support.tree import CENTRE, PROVINCE

# Somebody must look at it.
LOOK = "?"

# Words = last day, "on" where it goes on after it; a cycle with month and day; a kind without a day.
DEADLINES = """
Quý IV/2025 = 31/12/2025
Quí IV-2025 = 31/12/2025
Quý I/2030 = 31/3/2030
Quý III Năm 2026 = 30/9/2026
trong Quý I năm 2026 = 31/3/2026
trong quý I/2026 = 31/3/2026
Quý IV/2025- Quý II/2026 = 30/6/2026
Từ Quý IV/2025 đến Quý II/2026 = 30/6/2026
Năm 2026 = 31/12/2026
2026 = 31/12/2026
trong năm 2026 = 31/12/2026
vào năm 2030 = 31/12/2030
chậm nhất vào năm 2030 = 31/12/2030
Hoàn thành trong năm 2025 = 31/12/2025
Năm 2025 - 2026 = 31/12/2026
Năm 2025-2030 = 31/12/2030
2025 - 2035 = 31/12/2035
2026-2027 = 31/12/2027
Từ năm 2026 - 2030 = 31/12/2030
Giai đoạn 2026 - 2030. = 31/12/2030
Tháng 12/2025 = 31/12/2025
Tháng 02/2026 = 28/2/2026
Tháng 06/2026 = 30/6/2026
6/2025 = 30/6/2025
2/2025 = 28/2/2025
03/2025 = 31/3/2025
trong tháng 12 năm 2025 = 31/12/2025
Tháng 11 - 12/2025 = 31/12/2025
18/10/2025 = 18/10/2025
01/10/2025 = 1/10/2025
chậm nhất ngày 10 tháng 12 năm 2025 = 10/12/2025
chậm nhất ngày 25/12/2025 = 25/12/2025
trong ngày 20 tháng 11 năm 2025 = 20/11/2025
Trước ngày 30/11/2025 = 29/11/2025
trước ngày 05 tháng 12 năm 2025 = 4/12/2025
trước 30/11/2025 = 29/11/2025
chậm nhất trước ngày 31/12/2025 = 30/12/2025
trước ngày 01 tháng 01 năm 2027 = 31/12/2026
Từ ngày 15/11/2025 đến ngày 15/12/2025 = 15/12/2025
2025 và những năm tiếp theo = 31/12/2025 on
Quý IV năm 2025 và các năm tiếp theo = 31/12/2025 on
Giai đoạn 2026-2030 và những năm tiếp theo = 31/12/2030 on
Giai đoạn 2026 - 2030 và những năm tiếp theo = 31/12/2030 on
Năm 2026 - 2027, duy trì thường xuyên = 31/12/2027 on
Quý I/2026 - Quý III/2026, duy trì liên tục = 30/9/2026 on
30/9/2026 - duy trì liên tục = 30/9/2026 on
Hằng năm. = year 12 31
Tháng 12 hằng năm = year 12 31
Thường xuyên = continuous
Thực hiện thường xuyên, liên tục = continuous
Khi có phát sinh. = none
Nhiệm vụ thường xuyên = ?
Thường xuyên, hằng năm = ?
Thường xuyên, theo yêu cầu nhiệm vụ = ?
Thường xuyên, định kỳ hằng quý báo cáo = ?
Bắt đầu từ năm 2026 = ?
Từ 01/7/2025 = ?
từ nay đến năm 2030 = ?
Từ nay đến hết năm 2025 = ?
Từ tháng 11/2025 đến khi kết thúc = ?
Từ tháng 3 đến tháng 11 hằng năm = ?
Triển khai từ năm 2026 và thường xuyên, liên tục = ?
Trong giai đoạn 2026 - 2027 và vận hành thường xuyên = ?
Trong năm 2026 và có rà soát, bổ sung (nếu có) = ?
Trong năm 2026. Định kỳ cập nhật (nếu có) = ?
Thí điểm 2026 - 2027, mở rộng sau năm 2028 = ?
Trước năm 2030 = ?
Trình UBTVQH xem xét, thông qua trước ngày 10/01/2025 = ?
Trình UBTVQH trước ngày 10/01/2025 = 9/1/2025
Theo kết quả rà soát = ?
Theo Kế hoạch riêng = ?
Theo kế hoạch công tác hàng năm = ?
Theo tiến độ xây dựng dự thảo = ?
Sau khi có Quy chế của TW = ?
01 buổi sáng, ngày 26/11/2025, bắt đầu từ 08h00' = ?
năm học 2025-2026 = ?
Từ năm học 2025-2026 = ?
05 ngày làm việc kể từ ngày nhận đủ hồ sơ = ?
15/3/2026 (quý I/2026) = ?
31/12/2026 [trước 30/6/2026] = ?
Trong 2 năm 2026, 2027 = ?
Trong 3 năm 2026-2028 = ?
Đến năm 2030, tầm nhìn đến năm 2045 = ?
"""

# Who reads, the cell, and whom it names: codes, a plural, nobody in particular, or a look.
AGENCIES = (
    (CENTRE, "Bộ Công an và các bộ, ngành, địa phương khác có liên quan", "BCA | nobody"),
    (CENTRE, "Các bộ, ngành, địa phương khác có liên quan", "nobody"),
    (CENTRE, "các bộ, ngành khác có liên quan", "nobody"),
    (CENTRE, "Các bộ, ngành, địa phương", "{ministries+provinces}"),
    (CENTRE, "Bộ Tài chính, các bộ, ngành", "BTC | {ministries}"),
    (CENTRE, "Các bộ, ngành, địa phương là chủ quản cơ sở dữ liệu", LOOK),
    (CENTRE, "các bộ, ngành và cộng đồng người dân", LOOK),
    (CENTRE, "UBND các tỉnh/thành phố", "{provinces}"),
    (CENTRE, "UBND các tỉnh, thành phố khác", "nobody"),
    (CENTRE, "UBND thành phố Hà Nội và các tỉnh/ thành phố khác", "UBND-HN | nobody"),
    (CENTRE, "UBND các tỉnh, thành phố khác (mạng lưới địa phương)", "nobody"),
    (CENTRE, "Bộ Công an và các địa phương Bắc Ninh, Bình Dương", f"BCA | {LOOK}"),
    (CENTRE, "các tỉnh Bắc Ninh, An Giang", LOOK),
    (CENTRE, "Các Cục: Di sản văn hóa", LOOK),
    (CENTRE, "Các cơ quan Trung ương và địa phương", "nobody | nobody"),
    (CENTRE, "Bộ Công an (Trung tâm Dữ liệu quốc gia)", "BCA"),
    (CENTRE, "- Bộ Công an;\n- Các bộ, ngành liên quan.", "BCA | nobody"),
    (CENTRE, "Ban hành trong quý I năm 2026", LOOK),
    (CENTRE, "Bộ Thông tin và Truyền thông", LOOK),
    (CENTRE, "Các Bộ Công an, Tài chính", "BCA | BTC"),
    (CENTRE, "Các bộ, ngành (Bộ Công an, Bộ Tài chính)", LOOK),
    (CENTRE, "Các đơn vị thuộc Bộ Công an", "nobody"),
    (PROVINCE, "Các Sở Khoa học và Công nghệ, Tài chính", "SKHCN-KH | STC-KH"),
    (PROVINCE, "Các sở, ngành (trừ Sở Tài chính)", LOOK),
    (PROVINCE, "Các sở, ngành (nếu có)", "{departments}"),
    (PROVINCE, "Các cơ quan liên quan Sở Tài chính", LOOK),
    (PROVINCE, "Sở Tài chính, các sở, ngành, UBND xã, phường, đặc khu", "STC-KH | {departments+communes}"),
    (PROVINCE, "Các sở, ngành, UBND xã, phường, đặc khu Sở Tài chính", LOOK),
    (PROVINCE, "Sở Tài chính Các sở, ngành", LOOK),
    (PROVINCE, "Sở, ban, ngành có liên quan", "nobody"),
    (PROVINCE, "Sở Tài chính, UBND các phường, xã có liên quan", "STC-KH | nobody"),
    (PROVINCE, "UBND các phường xã", "{communes}"),
    (PROVINCE, "Doanh nghiệp; Sở, ban, ngành có liên quan", "nobody | nobody"),
    (PROVINCE, "Sở Sở Tài chính", LOOK),
    (PROVINCE, "Công an Thành phố", LOOK),
    (PROVINCE, "Bộ CHQS tỉnh; UBND cấp xã", f"{LOOK} | {{communes}}"),
    (PROVINCE, "Ban Quản lý khu kinh tế", LOOK),
)


@pytest.mark.once
@pytest.mark.parametrize("line", DEADLINES.strip().splitlines())
def test_deadlines(line: str) -> None:
    words, _equals, expected = line.rpartition(" = ")
    due = read_due(words, "day_before")
    if due.problem:
        answer = LOOK
    elif due.on:
        answer = f"{due.on:%-d/%-m/%Y}{' on' * due.lasting}"
    else:
        answer = f"{due.every} {due.month} {due.day}" if due.every else due.kind
    assert (answer, due.milestones) == (expected, ())


@pytest.mark.django_db
def test_agencies(tree: dict[str, Body]) -> None:
    codes = {body.pk: code for code, body in tree.items()}
    reading = {reader: NameReader(tree[reader]) for reader in (CENTRE, PROVINCE)}
    for reader, cell, expected in AGENCIES:
        found = " | ".join(_answer(one, codes) for one in reading[reader].read(cell))
        assert (cell, found) == (cell, expected)


def _answer(one: ReadName, codes: dict[int, str]) -> str:
    if one.body:
        return codes[one.body]
    if one.group:
        return f"{{{one.group}}}"
    return "nobody" if one.loose else LOOK
