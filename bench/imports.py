"""A received sheet of 5,000 tasks, read and checked against 3,400 bodies, beside openpyxl over its cells."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from openpyxl import Workbook

from bench._table import show
from bench._world import country

ROWS, TASKS, BUDGET = 5_000, 10_000, 5.0

SAID = (
    "rà soát xây dựng hoàn thiện kế hoạch chuyển đổi số dữ liệu nền tảng hạ tầng đào tạo cán bộ báo cáo tổng "
    "hợp triển khai thí điểm kết nối chia sẻ công khai quy chế vận hành"
)
AGENCIES = (
    *("Sở Khoa học và Công nghệ", "Sở KH&CN và Sở Nội vụ", "Công an tỉnh", "Văn phòng Tỉnh ủy", "UBND tỉnh"),
    *("Các sở, ban, ngành", "UBND các xã, phường", "các cơ quan liên quan", "Trung tâm Không Có Tên"),
)
DEADLINES = ("30/6/2026", "trước ngày 15/9/2026", "quý IV/2026", "thường xuyên", "hằng tháng", "31/2/2026")


def appendix(path: Path) -> None:
    chance = random.Random(5)
    book = Workbook(write_only=True)
    page = book.create_sheet("Phụ lục")
    page.append(["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Thời hạn"])
    for number in range(1, ROWS + 1):
        title = " ".join(chance.choices(SAID.split(), k=25))
        helpers = "; ".join(chance.sample(AGENCIES, 3))
        due = chance.choice(DEADLINES) if number % 3 else f"{number % 28 + 1}/{number % 12 + 1}/2026"
        page.append([number, title, chance.choice(AGENCIES), helpers, f"Báo cáo số {number}", due])
    book.save(path)


def main() -> None:
    with country(TASKS) as here, tempfile.TemporaryDirectory(prefix="portal-bench-", dir="/tmp") as folder:
        path = Path(folder) / "appendix.xlsx"
        appendix(path)
        found = here.ask("read_import", str(path))
    seconds, floor = found["read"] + found["check"], found["floor"]
    row = (
        f"{found['rows']} rows, {found['unsure']} of them unsure, {found['queries']} queries",
        f"{seconds:.2f} s (reading {found['read']:.2f}, checking {found['check']:.2f}; "
        f"processor {found['processor']:.2f})",
        f"{floor:.2f} s ({found['cells']} cells)",
        f"{seconds / floor:.1f}",
        f"<= {BUDGET:.0f} s",
        bool(seconds <= BUDGET and found["rows"] == ROWS),
    )
    memory = found["memory"]
    held = ("memory of the process", f"{memory:.0f} MB", "–", "–", "<= 300 MB", bool(memory <= 300))
    reader = found["reader"]
    apart = ("memory of its reader", f"{reader:.0f} MB", "–", "–", "<= 200 MB", bool(reader <= 200))
    show(f"A received file of {ROWS:,} tasks, 3,400 bodies, {TASKS:,} tasks before", [row, held, apart])


if __name__ == "__main__":
    main()
