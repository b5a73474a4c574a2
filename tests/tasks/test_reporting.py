"""Reporting from one screen: the percent, a sentence and any number of photographs and files, in one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Event
from committees.models import Person
from tasks.lifecycle import State
from tests.support.people import TaskAt

pytestmark = pytest.mark.once
People = dict[str, Person]
JPG = b"\xff\xd8\xff\xe0 photograph"


def photo(name: str, content: bytes = JPG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_progress_comes_with_its_photographs(people: People, task_at: TaskAt) -> None:
    task = task_at("assigned")
    client = signed_in(people["officer"])
    values: dict[str, Any] = {"percent": "65", "note": "Đã đo 139/214 điểm."}
    files = {"photo": [photo("cot-1.jpg"), photo("cot-2.jpg")], "file": [photo("bang.pdf", b"%PDF-1.7")]}
    assert client.post(f"/tasks/{task.pk}/progress/", values | files).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.percent) == (State.IN_PROGRESS, 65)
    assert [piece.file_name for piece in task.evidence.order_by("pk")] == [
        "bang.pdf",
        "cot-1.jpg",
        "cot-2.jpg",
    ]
    verbs = list(Event.objects.filter(about_id=task.pk).order_by("pk").values_list("verb", flat=True))
    assert verbs[-4:] == ["evidence_added"] * 3 + ["task_progressed"]


@pytest.mark.parametrize("verb", ["progress", "submit"])
def test_one_bad_file_is_named_and_nothing_is_kept(
    people: People, task_at: TaskAt, settings: Any, verb: str
) -> None:
    task = task_at("in_progress")
    client = signed_in(people["officer"])
    before = task.percent, task.evidence.count()
    values: dict[str, Any] = {"percent": "65", "note": "Đã đo.", "report": "Đã xong."}
    values["photo"] = [photo("cot-1.jpg"), photo("hong.jpg", b"not a picture")]
    answer = client.post(f"/tasks/{task.pk}/{verb}/", values)
    assert answer.status_code == 200
    assert "hong.jpg: " in answer.content.decode()
    task.refresh_from_db()
    assert (task.state, task.percent, task.evidence.count()) == (State.IN_PROGRESS, *before)
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.jpg"))


def test_a_title_is_for_one_file_and_several_keep_their_names(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress")
    client = signed_in(people["officer"])
    values = {"title": "Biên bản", "url": "", "document": ""}
    client.post(f"/tasks/{task.pk}/add-evidence/", values | {"file": [photo("a.jpg")]})
    client.post(f"/tasks/{task.pk}/add-evidence/", values | {"file": [photo("b.jpg"), photo("c.jpg")]})
    assert sorted(piece.title for piece in task.evidence.all()) == ["Biên bản", "b.jpg", "c.jpg"]


def test_a_secret_task_takes_no_photograph(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", secrecy="secret")
    client = signed_in(people["officer"])
    page = client.get(f"/tasks/{task.pk}/progress/").content.decode()
    assert 'type="file"' not in page
    assert "report-words" not in page
    client.post(f"/tasks/{task.pk}/progress/", {"percent": "65", "photo": [photo("cot-1.jpg")]})
    assert not task.evidence.exists()
