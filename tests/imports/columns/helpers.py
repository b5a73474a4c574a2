"""What the tests of columns that nobody could read share."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from imports import actions as import_actions
from imports.models import Import

TWO_DAYS = [
    ["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Thời hạn điều chỉnh", "Kinh phí"],
    ["1", "Lập danh mục", "Sở Khoa học và Công nghệ", "30/6/2027", "30/9/2027", "500 triệu"],
]
INDICATORS = [["TT", "Chỉ tiêu", "Cơ quan chủ trì", "Thời hạn"], ["1", "100% hồ sơ", "Sở A", "31/12/2027"]]

Read = Callable[..., Import]


def again(imported: Import) -> Import:
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    return imported


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def url(imported: Import, rest: str = "columns/") -> str:
    return f"{imported.get_absolute_url()}{rest}"


def days(imported: Import) -> list[Any]:
    return [row.values["due_on"] for row in imported.rows.all()]


def codes(imported: Import) -> list[str]:
    return [problem["code"] for row in imported.rows.all() for problem in row.problems]
