"""Deciding in a row as people do it: letters, mouse, thumb, and without script; a PDF that is truly seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from committees.models import Person
from tasks.models import Task
from tests.support.people import TaskAt
from tests.tasks.evidence_helpers import pdf, picture, stored

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

People = dict[str, Person]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
WORK = "/deciding/?mine=confirm&work=1"


@pytest.fixture
def reports(transactional_db: None, people: People, task_at: TaskAt) -> list[Task]:
    """The first has a PDF, a picture, a sheet and a broken file beside it."""
    tasks = [task_at("submitted", title=f"Báo cáo {n}") for n in range(4)]
    for name, content in (
        *(("bao-cao.pdf", pdf()), ("anh.jpg", picture("JPEG"))),
        *(("bang.xlsx", b"PK\x03\x04"), ("hong.png", picture("PNG")[:40])),
    ):
        stored(tasks[0], name, content, people["officer"])
    return tasks


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """Errors of the console and of scripts; the picture that is broken is none."""
    found: list[str] = []
    yield found
    assert found == []


def opened(browser: Browser, server: Any, who: Person, problems: list[str], **options: Any) -> Page:
    client = Client()
    client.force_login(who)
    context = browser.new_context(**{"viewport": DESK, "locale": "vi-VN", **options})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}]
    )
    page = context.new_page()
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


def states(tasks: list[Task]) -> list[str]:
    return [Task.objects.get(pk=task.pk).state for task in tasks]


def wait_for(page: Page, what: Callable[[Page], bool]) -> None:
    until = time.monotonic() + 15
    while not what(page):
        assert time.monotonic() < until, [frame.url for frame in page.frames]
        page.wait_for_timeout(50)


def viewer_is_there(page: Page) -> bool:
    """The browser's own viewer shows the PDF, though the answer carries a sandbox."""
    return any(frame.url.startswith("chrome-extension:") for frame in page.frames)


def picture_is_drawn(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('.sheet img')?.naturalWidth") == 40)


def place(page: Page) -> str:
    return page.locator("nav.row b").inner_text()


def test_by_letters_alone(
    browser: Browser, live_server: Any, people: People, reports: list[Task], problems: list[str]
) -> None:
    page = opened(browser, live_server, people["secretary"], problems)
    page.goto(live_server.url + WORK)
    for key, wanted in (("j", "2 / 4"), ("j", "3 / 4"), ("k", "2 / 4"), ("k", "1 / 4")):
        with page.expect_navigation():
            page.keyboard.press(key)
        assert place(page) == wanted
    page.keyboard.press("c")
    # Asked once, with what follows; nothing is done before Enter.
    expect(page.locator("details[open] form")).to_contain_text("Hoàn tác được trong mười phút.")
    assert states(reports)[0] == "submitted"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".note[role=status]")).to_contain_text("Báo cáo 0")
    assert place(page) == "1 / 3"
    page.keyboard.press("b")
    # In a field letters are letters.
    page.keyboard.type("cj bk/")
    assert page.locator("[name=reason]:focus").input_value() == "cj bk/"
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert states(reports)[:3] == ["completed", "in_progress", "submitted"]
    page.keyboard.press("/")
    expect(page.locator("header [type=search]")).to_be_focused()
    # Switched off, a letter does nothing.
    with page.expect_navigation():
        page.click(".keys button")
    page.keyboard.press("c")
    page.keyboard.press("j")
    assert page.locator("details[open].fold").count() == 0
    assert place(page) == "1 / 2"


def test_without_script_and_with_the_thumb(
    browser: Browser, live_server: Any, people: People, reports: list[Task], problems: list[str]
) -> None:
    phone: dict[str, Any] = {"viewport": PHONE, "java_script_enabled": False, "has_touch": True}
    page = opened(browser, live_server, people["secretary"], problems, **phone)
    page.goto(live_server.url + WORK)
    expect(page.locator(".queue")).to_be_hidden()
    for button in page.locator(".thumb .btn").all():
        box = button.bounding_box()
        assert box is not None
        assert (box["height"] >= 44, box["y"] > 600) == (True, True)
    with page.expect_navigation():
        page.tap(".thumb .btn.main")
    with page.expect_navigation():
        page.tap("details[open] form button")
    expect(page.locator(".note[role=status]")).to_contain_text("Báo cáo 0")
    with page.expect_navigation():
        page.tap(".note[role=status] button")
    assert states(reports) == ["submitted"] * 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_evidence_is_seen_and_the_page_is_accessible(
    browser: Browser, live_server: Any, people: People, reports: list[Task], problems: list[str], scheme: Any
) -> None:
    axe = Axe()
    for screen in (DESK, PHONE):
        page = opened(
            browser, live_server, people["secretary"], problems, viewport=screen, color_scheme=scheme
        )
        page.goto(live_server.url + WORK)
        page.locator(".sheet iframe").scroll_into_view_if_needed()
        wait_for(page, viewer_is_there)
        # By its address: on a busy machine a click beside the viewer was lost.
        chosen = page.get_attribute(".strip a:nth-of-type(2)", "href")
        page.goto(f"{live_server.url}{chosen}", wait_until="domcontentloaded")
        wait_for(page, picture_is_drawn)
        page.click("details.fold summary")
        results = axe.run(page, options={"resultTypes": ["violations"]})
        assert [row["id"] for row in results.response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
        page.context.close()


def test_on_the_page_of_the_task_it_is_asked_once_too(
    browser: Browser, live_server: Any, people: People, reports: list[Task], problems: list[str]
) -> None:
    page = opened(browser, live_server, people["secretary"], problems)
    page.goto(live_server.url + reports[0].get_absolute_url())
    expect(page.locator("#act-confirm button")).to_be_hidden()
    page.click("#ask-confirm summary")
    with page.expect_navigation():
        page.click("#act-confirm button")
    assert states(reports)[0] == "completed"
    with page.expect_navigation():
        page.click("#act-undo_confirmation button")
    assert states(reports)[0] == "submitted"
