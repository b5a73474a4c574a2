"""Where words stand in a text, with and without marks; compared with a slow search letter by letter."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.words import Words

VIETNAMESE = st.text("aáàảãạăâđĐeêioôơuưyý ,.NGHbcxk", min_size=1, max_size=60)


def plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@pytest.mark.parametrize(
    ("words", "text", "marked"),
    [
        ("ke hoach", "Kế hoạch số hóa", "<mark>Kế</mark> <mark>hoạch</mark> số hóa"),
        ("du", "Đưa dữ liệu", "Đưa <mark>dữ</mark> liệu"),
        ("hoa", "kế hoạch", "kế <mark>hoạ</mark>ch"),
        ("ke", "worker, kể", "worker, <mark>kể</mark>"),
        ("orke", "worker", "w<mark>orke</mark>r"),
        ("a", "<b> & a", "&lt;b&gt; &amp; <mark>a</mark>"),
        ("hoach hoa", "kế hoạch", "kế <mark>hoạch</mark>"),
        ("xyz", "kế hoạch", "kế hoạch"),
    ],
)
def test_what_is_marked(words: str, text: str, marked: str) -> None:
    assert Words(words).marked(text) == marked


@given(VIETNAMESE, VIETNAMESE)
def test_the_text_stays_and_what_is_marked_is_a_word_looked_for(words: str, text: str) -> None:
    marked = Words(words).marked(text)
    assert re.sub("</?mark>", "", marked) == text
    looked_for = {word for word in plain(words).split() if word}
    assert {plain(part) for part in re.findall("<mark>(.*?)</mark>", marked)} <= looked_for
    assert ("<mark>" in marked) == any(word in plain(text) for word in looked_for)


@pytest.mark.parametrize(
    ("typed", "key"),
    [("NV-00384", 384), ("nv 384", 384), ("384", 384), ("NV384", 384), ("07 ct ttg", None), ("x", None)],
)
def test_the_number_of_a_task(typed: str, key: int | None) -> None:
    assert Words(typed).task_key == key


def test_an_excerpt_is_short_and_holds_what_was_found() -> None:
    text = "mở đầu " * 50 + "Kế hoạch số hóa" + " kết thúc" * 50
    excerpt = Words("ke hoach").excerpt(text)
    assert "<mark>Kế</mark> <mark>hoạch</mark>" in excerpt
    assert excerpt.startswith("… ")
    assert len(re.sub("</?mark>", "", excerpt)) < 200
