"""Text as people type it is kept in one form, and found with or without marks."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from committees.actions import save_person
from committees.models import Person
from portal.shared.text import fold, tidy, validate_one_line, validate_plain
from tasks.models import Task

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "typed, folded",
    [
        ("Đề án 06", "de an 06"),
        ("  Khánh   Hòa ", "khanh hoa"),
        ("khánh hoà", "khanh hoa"),
        (unicodedata.normalize("NFD", "Chuyển đổi số"), "chuyen doi so"),
        ("11-KH/BCĐ", "11-kh/bcd"),
        ("Sở\x00\nTài chính", "so tai chinh"),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize("bad", ["\x00", "a\x07b", "\x1b[0m", "\x85"])
def test_control_characters_are_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        validate_plain(bad)
    validate_plain("dòng một\ndòng hai\t·")


@pytest.mark.parametrize("bad", ["Trần\r\nBcc: x@y.vn", "Trần\nVăn A", "Trần\u2028A"])
def test_a_name_stands_on_one_line(bad: str, people: dict[str, Person]) -> None:
    with pytest.raises(ValidationError):
        validate_one_line(bad)
    person = people["officer"]
    person.name = bad
    with pytest.raises(ValidationError) as refused:
        save_person(person=person, by=people["admin"])
    assert set(refused.value.message_dict) == {"name"}
    assert Person.objects.get(pk=person.pk).name == "Officer"
    validate_one_line("Trần Văn A")


@pytest.mark.parametrize(
    "bad", ["thư.ký@demo.invalid", "a@b.vn\r\nBcc: x@y.vn", "a b@c.vn", "a@b@c", "@c.vn"]
)
def test_an_address_that_mail_cannot_carry_is_refused_beside_its_field(
    bad: str, people: dict[str, Person]
) -> None:
    person = people["officer"]
    person.email = bad
    with pytest.raises(ValidationError) as refused:
        save_person(person=person, by=people["admin"])
    assert set(refused.value.message_dict) == {"email"}


def test_decomposed_text_is_stored_composed(task_at: Any) -> None:
    title = "Lập danh mục điểm lõm sóng"
    task = task_at("draft", title=f" {unicodedata.normalize('NFD', title)} ")
    assert Task.objects.get(pk=task.pk).title == title == tidy(title)


def test_a_task_is_found_by_the_code_people_call_it_by(
    client: Client, people: dict[str, Person], task_at: Any
) -> None:
    task, _other = task_at("in_progress"), task_at("in_progress")
    client.force_login(people["secretary"])
    for typed in (task.code, f"nv{task.pk}", f" NV-{task.pk} "):
        found = client.get("/api/tasks/", {"q": typed}).json()["results"]
        assert [row["code"] for row in found] == [task.code], typed
    assert client.get("/api/tasks/", {"q": "nv-999999999"}).json()["count"] == 0
    client.force_login(people["sister"])
    assert client.get("/api/tasks/", {"q": task.code}).json()["count"] == 0
