"""A real browser at a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@contextmanager
def page_without_errors(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page whose every script, style and console error counts."""
    context = browser.new_context(locale="vi-VN", **options)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    # A line that drops is what a test did, and the browser says so.
    assert [problem for problem in problems if "ERR_INTERNET_DISCONNECTED" not in problem] == []


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    with page_without_errors(browser, viewport=DESK) as page:
        yield page


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with page_without_errors(browser, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        yield page


def sign_in(page: Page, server: Any, who: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/accounts/login/")
    fill_in_account(page, who)
    page.wait_for_url(f"{server.url}/")


def fill_in_account(page: Page, who: str) -> None:
    page.fill("[name=username]", who)
    page.fill("[name=password]", "demo")
    page.press("[name=password]", "Enter")


def follow(page: Page, selector: str) -> None:
    """Click what leads to another page, and wait until that page is there."""
    with page.expect_navigation():
        page.click(selector)
