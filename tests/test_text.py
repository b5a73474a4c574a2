"""Text as people type it is kept in one form, and found with or without marks."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.shared.text import fold, tidy, validate_plain
from tasks.models import Task


@pytest.mark.parametrize(
    "typed, folded",
    [
        ("Đề án 06", "de an 06"),
        ("  Khánh   Hòa ", "khanh hoa"),
        ("khánh hoà", "khanh hoa"),
        (unicodedata.normalize("NFD", "Chuyển đổi số"), "chuyen doi so"),
        ("11-KH/BCĐ", "11-kh/bcd"),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize("bad", ["\x00", "a\x07b", "\x1b[0m", "\x85"])
def test_control_characters_are_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        validate_plain(bad)
    validate_plain("dòng một\ndòng hai\t·")


def test_decomposed_text_is_stored_composed(task_at: Any) -> None:
    title = "Lập danh mục điểm lõm sóng"
    task = task_at("draft", title=f" {unicodedata.normalize('NFD', title)} ")
    assert Task.objects.get(pk=task.pk).title == title == tidy(title)
