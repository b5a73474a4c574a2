"""What comes out of the printer: A4, black on white from the dark theme, the page and nothing around it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from portal.shared.days import today
from tasks.models import Order, Task
from tests.conftest import LACKS
from tests.support.people import TaskAt

pytestmark = [
    pytest.mark.once,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not shutil.which("pdftotext"),
        reason=f"{LACKS}pdftotext: what is printed was not read (apt-get install poppler-utils).",
    ),
]

AROUND = ("Việc của tôi", "Tổng hợp", "Tìm nhiệm vụ", "Điều kiện", "Xem tất cả", "Nhập văn bản", "Sửa")
"""Navigation and buttons: on the screen, never on paper."""


@pytest.fixture
def printer(
    browser: Browser, live_server: Any, transactional_db: None, people: Any, tmp_path: Path
) -> Iterator[Any]:
    """Prints an address as the secretary would, whose screen is dark; gives the file."""
    context = browser.new_context(color_scheme="dark", locale="vi-VN")
    page: Page = context.new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("[name=username]", "secretary")
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{live_server.url}/")

    def printed(url: str) -> Path:
        page.goto(live_server.url + url)
        file = tmp_path / f"{re.sub(r'[^a-z0-9]', '-', url)}.pdf"
        page.pdf(path=file, prefer_css_page_size=True, print_background=True)
        return file

    yield printed
    context.close()


def told(*command: str | Path) -> str:
    return subprocess.run([*map(str, command)], check=True, capture_output=True, text=True).stdout


def pages_of(file: Path) -> list[str]:
    text = told("pdftotext", "-layout", file, "-")
    return [re.sub(r"\s+", " ", page) for page in text.split("\f")[:-1]]


def is_black_on_white(file: Path, folder: Path) -> bool:
    told("pdftoppm", "-r", "40", "-png", file, folder / "page")
    for picture in folder.glob("page*.png"):
        image = Image.open(picture).convert("RGB")
        hues = image.convert("HSV").getchannel("S")
        if max(hues.tobytes()) > 8 or image.getpixel((0, 0)) != (255, 255, 255):
            return False
    return True


@pytest.fixture
def fifty(order: Order, task_at: TaskAt) -> Task:
    task = task_at("in_progress", order=order, due_on=today())
    rows = []
    for n in range(49):
        row = Task.objects.get(pk=task.pk)
        row.pk, row.title, row.number = None, f"Rà soát dữ liệu đợt {n:02d}", str(n)
        rows.append(row)
    Task.objects.bulk_create(rows)
    return task


def test_a_list_a_task_and_an_order(printer: Any, fifty: Task, order: Order, tmp_path: Path) -> None:
    printed = {
        name: printer(url)
        for name, url in {
            "list": "/tasks/?view=due_soon",
            "task": fifty.get_absolute_url(),
            "order": order.get_absolute_url(),
            "register": "/orders/?q=11-KH&year=2026",
        }.items()
    }
    for name, file in printed.items():
        assert "841.9 x 594.9" in re.sub(r"(\d\.\d)\d* ", r"\1 ", told("pdfinfo", file)), name
        pages = pages_of(file)
        text = " ".join(pages)
        assert "ĐẢNG CỘNG SẢN VIỆT NAM" in pages[0], name
        assert "Người in: Secretary" in pages[0], name
        assert [f"Trang {n}/{len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)
        assert [word for word in AROUND if word in text] == [], name
        (tmp_path / name).mkdir()
        assert is_black_on_white(file, tmp_path / name), name
    rows = pages_of(printed["list"])
    assert len(rows) > 2
    assert all("Nhiệm vụ và văn bản giao" in page for page in rows)
    assert "Xem nhanh: Sắp đến hạn" in rows[0]
    assert sum(page.count("Rà soát dữ liệu đợt") for page in rows) == 49
    assert fifty.title in " ".join(pages_of(printed["task"]))
    assert "2026. 1 " in pages_of(printed["register"])[0]
