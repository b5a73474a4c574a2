"""What a form does in a real browser: it says that it works, survives a dropped line and a lost session."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Page, expect

from committees.models import Person
from tests.support.browser import fill_in_account, follow, sign_in

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
