"""What a form does in a real browser: it says that it works, survives a dropped line and a lost session."""

from __future__ import annotations

import io
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Page, expect

from committees.models import Person
from portal.shared.text import fold
from tests.support.browser import fill_in_account, follow, sign_in
from tests.support.people import Bodies

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]


def test_a_button_says_that_it_works_and_comes_back(
    transactional_db: None, live_server: Any, desk: Page, people: dict[str, Person], task_at: Any
) -> None:
    """While the form is on its way the button waits; the browser's Back finds it as it was."""
    task = task_at("in_progress")
    sign_in(desk, live_server, "officer")
    desk.goto(f"{live_server.url}/tasks/{task.pk}/comment/")
    button = "main form .btn.main"
    words = desk.locator(button).inner_text()
    desk.evaluate(
        """button => document.addEventListener("submit", () => setTimeout(() => setTimeout(() => {
            const shown = document.querySelector(button);
            sessionStorage.setItem("shown", `${shown.innerText} ${shown.disabled}`);
        })))""",
        button,
    )
    desk.fill("[name=text]", "Đề nghị làm rõ.")
    follow(desk, button)
    desk.wait_for_url(f"{live_server.url}/tasks/{task.pk}/")
    assert desk.evaluate("sessionStorage.getItem('shown')") == "Đang gửi… true"
    assert task.comments.count() == 1
    desk.go_back()
    expect(desk.locator(button)).to_have_text(words, use_inner_text=True)
    expect(desk.locator(button)).to_be_enabled()


def photograph(size: tuple[int, int]) -> bytes:
    """A picture of noise, which no format makes small."""
    box = io.BytesIO()
    Image.effect_noise(size, 90).save(box, "JPEG", quality=95)
    return box.getvalue()


def test_a_report_from_a_telephone_on_a_line_that_drops(
    transactional_db: None, live_server: Any, phone: Page, people: dict[str, Person], task_at: Any
) -> None:
    """The photograph goes up as it is chosen, shrunk; what was pressed without a line goes with the next."""
    task = task_at("in_progress")
    sign_in(phone, live_server, "officer")
    phone.goto(f"{live_server.url}/tasks/{task.pk}/")
    with phone.expect_navigation():
        phone.locator(".thumb .main").tap()
    large = photograph((3000, 2250))
    picture = {"name": "cot.jpg", "mimeType": "image/jpeg", "buffer": large}
    phone.set_input_files("[name=photo]", picture)  # type: ignore[arg-type]
    expect(phone.locator(".shots small").first).to_have_text("đã lên")
    [first] = task.evidence.all()
    assert (first.file_name, first.size < len(large) / 2) == ("cot.jpg", True)
    phone.context.set_offline(True)
    phone.set_input_files("[name=file]", {**picture, "name": "may.jpg"})  # type: ignore[arg-type]
    expect(phone.locator(".shots small").nth(1)).to_contain_text("gửi lại")
    phone.fill("[name=percent]", "65")
    phone.fill("[name=note]", "Đã đo 139/214 điểm.")
    phone.locator("main form .btn.main").tap()
    expect(phone.locator(".shots + p")).to_contain_text("Mất mạng")
    assert (task.evidence.count(), task.progress.count()) == (1, 0)
    phone.context.set_offline(False)
    phone.wait_for_url(f"{live_server.url}/tasks/{task.pk}/")
    task.refresh_from_db()
    assert (task.percent, task.evidence.count(), task.progress.count()) == (65, 2, 1)


def test_what_was_typed_comes_back_after_the_session_ended(
    transactional_db: None, live_server: Any, desk: Page, people: dict[str, Person], task_at: Any
) -> None:
    task = task_at("in_progress")
    address = f"{live_server.url}/tasks/{task.pk}/comment/"
    sign_in(desk, live_server, "officer")
    desk.goto(address)
    desk.fill("[name=text]", "Đề nghị làm rõ.")
    Session.objects.all().delete()
    follow(desk, "main form .btn.main")
    fill_in_account(desk, "officer")
    desk.wait_for_url(address)
    expect(desk.locator("[name=text]")).to_have_value("Đề nghị làm rõ.")
    expect(desk.locator("main form .note")).to_be_visible()
    follow(desk, "main form .btn.main")
    assert task.comments.count() == 1
    # Another person at the same browser finds nothing of it.
    desk.goto(address)
    desk.fill("[name=text]", "Chỉ của người thứ nhất.")
    Session.objects.all().delete()
    follow(desk, "main form .btn.main")
    fill_in_account(desk, "lead_head")
    desk.wait_for_url(address)
    expect(desk.locator("[name=text]")).to_have_value("")


def test_a_lead_is_chosen_by_any_part_of_its_name(
    transactional_db: None, live_server: Any, desk: Page, people: dict[str, Person], bodies: Bodies
) -> None:
    """By keyboard, without marks, in any order; Escape closes the list and leaves the text."""
    sign_in(desk, live_server, "secretary")
    desk.goto(f"{live_server.url}/tasks/new/")
    lead, options = desk.locator("[name=lead]"), desk.locator("[role=option]:visible")
    first, *_rest = fold(bodies.lead.name_vi).split()
    lead.press_sequentially(f"{fold(bodies.lead.name_vi).split()[-1]} {first}")
    expect(lead).to_have_attribute("aria-expanded", "true")
    lead.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    lead.press("Escape")
    expect(options).to_have_count(0)
    lead.press("ArrowDown")
    expect(options.filter(has_text=bodies.lead.name)).to_have_count(1)
    lead.press("ArrowDown")
    expect(options).to_have_count(1)
    lead.press("Enter")
    expect(lead).to_have_value(f"{bodies.lead.name} (LEAD)")
    assert Axe().run(desk).response["violations"] == []
    # A list that closes does not take the button away that is being pressed below it.
    desk.set_viewport_size({"width": 1440, "height": 5000})
    lead.fill("so")
    expect(options.first).to_be_visible()
    follow(desk, "main form .btn.main")
    expect(desk.locator("[name=title]")).to_have_attribute("aria-invalid", "true")


def test_a_day_is_read_back_in_words_and_chosen_in_a_calendar(
    transactional_db: None, live_server: Any, desk: Page, people: dict[str, Person]
) -> None:
    sign_in(desk, live_server, "secretary")
    desk.goto(f"{live_server.url}/tasks/new/")
    day = desk.locator("[name=due_on]")
    words = desk.locator("[name=due_on] + .row output")
    day.fill("31/02/2027")
    expect(words).to_have_text("Không có ngày này.")
    day.fill("31/12/2026")
    expect(words).to_have_text("Thứ Năm, 31 tháng 12, 2026")
    desk.click("[name=due_on] + .row button")
    focused = desk.locator(".calendar button:focus")
    expect(focused).to_have_text("31")
    focused.press("ArrowRight")
    expect(desk.locator(".calendar b")).to_have_text("tháng 1 năm 2027")
    focused.press("ArrowUp")
    expect(focused).to_have_text("25")
    assert Axe().run(desk).response["violations"] == []
    focused.press("Enter")
    expect(day).to_have_value("25/12/2026")
    expect(day).to_be_focused()
    expect(desk.locator(".calendar:visible")).to_have_count(0)
