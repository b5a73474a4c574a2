"""What the look promises: icons that exist, nothing inline, a light stylesheet, words with their size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from portal.icons import ICON_NAMES, SPRITE, build_sprite
from portal.shared.standings import standing_words
from portal.templatetags import look

pytestmark = pytest.mark.once

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = [page for page in TEMPLATES.rglob("*.html") if "letters" not in page.parts]
COUNTS = {
    "given": 1000,
    "done_on_time": 606,
    "done_late": 0,
    "in_time": 282,
    "overdue": 102,
    "no_deadline": 10,
}


def test_the_sprite_is_what_the_list_of_icons_says() -> None:
    assert SPRITE.read_text(encoding="utf-8") == build_sprite()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_a_page_draws_known_icons_and_nothing_inline(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r'{% icon "([\w-]+)"', text)) <= ICON_NAMES
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|hx-on", text)


def test_the_stylesheet_stays_light() -> None:
    assert (Path(settings.BASE_DIR) / "static" / "portal.css").stat().st_size < 22_000


@pytest.mark.parametrize(
    "standing, days, words",
    [
        ("overdue", 29, "Overdue 29 days"),
        ("overdue", -1, "Overdue 1 day"),
        ("overdue", None, "Overdue"),
        ("due_soon", 2, "2 days left"),
        ("due_soon", 0, "Due today"),
        ("in_time", 40, "In time"),
        ("no_deadline", None, "No deadline"),
        ("done_on_time", 3, "Done on time"),
        ("done_late", 6, "Done 6 days late"),
        ("submitted", 4, "Waiting 4 days"),
        ("submitted", 0, "Waiting for confirmation"),
        ("suspended", None, "Suspended"),
    ],
)
def test_a_standing_says_its_size(standing: str, days: int | None, words: str) -> None:
    with override("en"):
        assert standing_words(standing, days) == words


def test_a_label_is_icon_and_word() -> None:
    with override("en"):
        label = look.standing_label("overdue", 29)
    assert 'data-is="overdue"' in label
    assert "#octagon-alert" in label
    assert label.endswith("Overdue 29 days</span>")


def test_every_count_is_a_link_to_its_rows() -> None:
    page = Template('{% load look %}{% tally counts "/tasks/?body=7" %}')
    with override("en"):
        html = page.render(Context({"counts": COUNTS}))
    for key in ("done_on_time", "done_late", "in_time", "overdue", "no_deadline"):
        assert f'href="/tasks/?body=7&amp;standing={key}"' in html
    assert "60.6%" in html


def test_the_bar_fills_its_width_and_leaves_out_what_is_zero() -> None:
    bar = look._bar(COUNTS)
    assert [part["key"] for part in bar] == ["done_on_time", "in_time", "overdue", "no_deadline"]
    assert float(bar[-1]["x"]) + float(bar[-1]["width"]) == pytest.approx(1000, abs=0.2)
    assert look._bar(dict.fromkeys(COUNTS, 0)) == []


@pytest.mark.parametrize("value, places, vi, en", [(4675, 0, "4.675", "4,675"), (87.94, 1, "87,9", "87.9")])
def test_figures_as_each_language_writes_them(value: float, places: int, vi: str, en: str) -> None:
    with override("vi"):
        assert look.number(value, places) == vi
    with override("en"):
        assert look.number(value, places) == en
