"""Files that people send: what is taken, what is refused and leaves nothing, who gets them back."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from audit.models import Event
from committees.models import Person
from portal.shared import uploads
from tasks import actions
from tasks.lifecycle import State
from tasks.models import Evidence, Order, Task
from tasks.orders import actions as order_actions
from tests.support.people import TaskAt

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PDF = b"%PDF-1.7 bao cao"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared as they stand in the source, also those still lazy after the answer."""
    with translation.override("en"):
        yield


def signed_in(client: Client, person: Person) -> Client:
    person.language = "en"
    person.save(update_fields=["language"])
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def stored(settings: Any) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def package(member: str) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as zipped:
        zipped.writestr(member, "<xml/>")
    return box.getvalue()


class Zeros(io.RawIOBase):
    """A file of zeros that takes no memory, with the beginning of a PDF."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size, self._at = name, size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        count = self.size - self._at if size < 0 else min(size, self.size - self._at)
        head = b"%PDF-"[self._at : self._at + count] if self._at < 5 else b""
        self._at += count
        return head + bytes(count - len(head))


@pytest.mark.parametrize(
    "name, content",
    [
        ("báo cáo.pdf", PDF),
        ("bảng.xlsx", package("xl/workbook.xml")),
        ("văn bản.docx", package("word/document.xml")),
        ("ảnh.png", b"\x89PNG\r\n\x1a\n..."),
        ("số liệu.csv", "tỉnh,số\nNghệ An,1\n".encode()),
        ("TO.PDF", PDF),
    ],
)
def test_office_files_are_taken(
    client: Client, people: Any, task_at: TaskAt, settings: Any, name: str, content: bytes
) -> None:
    task = task_at("in_progress")
    client = signed_in(client, people["officer"])
    response = client.post(f"/tasks/{task.pk}/add-evidence/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302
    evidence = task.evidence.get()
    assert (evidence.file_name, evidence.size, evidence.title) == (name, len(content), name)
    assert len(stored(settings)) == 1


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("a.pdf", b"MZ\x90 program", "This file is not what its name says: it is no .pdf file."),
        ("a.docx", package("xl/workbook.xml"), "it is no .docx file"),
        ("a.xlsx", PDF, "it is no .xlsx file"),
        ("a.csv", b"a\x00b", "it is no .csv file"),
        ("a.html", b"<script>", "This kind of file is not taken."),
        ("a.svg", b"<svg/>", "This kind of file is not taken."),
        ("noending", b"text", "This kind of file is not taken."),
        ("a.pdf", b"", "empty"),
    ],
)
def test_a_disguised_file_is_refused_and_not_kept(
    client: Client, people: Any, task_at: TaskAt, settings: Any, name: str, content: bytes, sentence: str
) -> None:
    task, events = task_at("in_progress"), Event.objects.count()
    client = signed_in(client, people["officer"])
    for verb in ("add-evidence", "submit"):
        data = {"file": SimpleUploadedFile(name, content), "report": "Đã xong."}
        response = client.post(f"/tasks/{task.pk}/{verb}/", data)
        assert response.status_code == 200
        assert sentence in " ".join(response.context["form"].errors["file"])
    assert not stored(settings)
    assert not Evidence.objects.exists()
    assert Event.objects.count() == events
    task.refresh_from_db()
    assert task.state == State.IN_PROGRESS


def forged(*changes: tuple[int, bytes]) -> bytes:
    """A .docx with other bytes at places of its one entry in the list of the package."""
    good = bytearray(package("word/document.xml"))
    start = good.rindex(b"PK\x01\x02")
    for where, value in changes:
        good[start + where : start + where + len(value)] = value
    return bytes(good)


LATER_VERSION, NO_ENCODING = forged((6, b"\xff\x00")), forged((8, b"\x00\x08"), (46, b"\xff\xfe"))


@pytest.mark.parametrize("content", [LATER_VERSION, NO_ENCODING, forged((46, b"x")), b"PK\x03\x04"])
def test_a_broken_package_is_refused_and_is_no_fault(
    client: Client, people: Any, task_at: TaskAt, settings: Any, content: bytes
) -> None:
    task = task_at("in_progress")
    answer = signed_in(client, people["officer"]).post(
        f"/tasks/{task.pk}/add-evidence/", {"file": SimpleUploadedFile("a.docx", content)}
    )
    assert answer.status_code == 200
    assert "is not what its name says" in text_of(answer)
    assert not stored(settings)


def test_a_long_vietnamese_name_is_kept_and_fits_on_the_disk(
    client: Client, people: Any, task_at: TaskAt
) -> None:
    task, name = task_at("in_progress"), "Báo cáo kết quả " * 13 + ".pdf"
    for address, data in (("tasks", {}), ("api/tasks", {"kind": "file"})):
        answer = signed_in(client, people["officer"]).post(
            f"/{address}/{task.pk}/add-evidence/", {**data, "file": SimpleUploadedFile(name, PDF)}
        )
        assert answer.status_code in (200, 302), answer.content
    assert {row.file_name for row in task.evidence.all()} == {uploads.clean_name(name)}
    order = Order(body=task.assigner, number="9", kind="plan")
    order_actions.save_order(order=order, by=people["secretary"], file=SimpleUploadedFile(name, PDF))
    assert order.file.read() == PDF
    assert order.file_name == uploads.clean_name(name)


def test_a_good_file_beside_a_bad_link_is_not_kept(
    client: Client, people: Any, task_at: TaskAt, settings: Any
) -> None:
    task = task_at("in_progress")
    data = {"file": SimpleUploadedFile("a.pdf", PDF), "url": "javascript:alert(1)", "report": "Đã xong."}
    response = signed_in(client, people["officer"]).post(f"/tasks/{task.pk}/submit/", data)
    assert "url" in response.context["form"].errors
    assert not stored(settings)
    assert not Evidence.objects.exists()


def test_a_file_goes_with_a_report_that_another_hand_made_impossible(
    client: Client, people: Any, task_at: TaskAt, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task is suspended between the form's own question and the action's."""
    task = task_at("in_progress")

    def late(**arguments: Any) -> Task:
        raise ValidationError({"report": "Say it again."})

    monkeypatch.setattr(actions, "submit", late)
    data = {"file": SimpleUploadedFile("a.pdf", PDF), "report": "Đã xong."}
    response = signed_in(client, people["officer"]).post(f"/tasks/{task.pk}/submit/", data)
    assert response.context["form"].errors["report"] == ["Say it again."]
    assert not stored(settings)
    assert not Evidence.objects.exists()


@pytest.mark.slow
def test_60_megabytes_are_refused_with_a_sentence_and_not_stored(
    client: Client, people: Any, task_at: TaskAt, settings: Any
) -> None:
    task = task_at("in_progress")
    client = signed_in(client, people["officer"])
    response = client.post(f"/tasks/{task.pk}/add-evidence/", {"file": Zeros("lớn.pdf", 60 * 1024 * 1024)})
    assert response.status_code == 200
    assert "This file is larger than 50.0\xa0MB." in " ".join(response.context["form"].errors["file"])
    assert not stored(settings)
    assert not Evidence.objects.exists()


def test_what_is_past_the_limit_is_dropped_while_it_arrives() -> None:
    handler = uploads.TooLargeIsDropped()
    assert handler.receive_data_chunk(b"x", uploads.MAX_FILE_BYTES) == b"x"
    assert handler.receive_data_chunk(b"x", uploads.MAX_FILE_BYTES + 1) is None


@pytest.mark.parametrize(
    "who, status",
    [
        ("officer", 200),
        ("secretary", 200),
        ("helper", 200),
        ("inspector", 200),
        ("sister", 404),
        ("outsider", 404),
    ],
)
def test_evidence_is_handed_to_whoever_sees_the_task(
    client: Client, people: Any, task_at: TaskAt, who: str, status: int
) -> None:
    task = task_at("in_progress")
    file = SimpleUploadedFile('báo "cáo".pdf', PDF)
    evidence = actions.add_evidence(task=task, by=people["officer"], kind="file", file=file)
    answer: Any = signed_in(client, people[who]).get(f"/tasks/{task.pk}/evidence/{evidence.pk}/")
    assert answer.status_code == status
    if status == 200:
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''b%C3%A1o")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in answer["Cache-Control"]


def test_evidence_of_another_task_is_not_there(client: Client, people: Any, task_at: TaskAt) -> None:
    one, other = task_at("in_progress"), task_at("draft")
    file = SimpleUploadedFile("a.pdf", PDF)
    evidence = actions.add_evidence(task=one, by=people["officer"], kind="file", file=file)
    client = signed_in(client, people["secretary"])
    assert client.get(f"/tasks/{other.pk}/evidence/{evidence.pk}/").status_code == 404


def test_removed_evidence_is_gone_from_the_pages_and_stays_in_the_record(
    client: Client, people: Any, task_at: TaskAt, settings: Any
) -> None:
    task = task_at("in_progress")
    file = SimpleUploadedFile("a.pdf", PDF)
    evidence = actions.add_evidence(task=task, by=people["officer"], kind="file", file=file)
    url = f"/tasks/{task.pk}/evidence/{evidence.pk}/"
    for who, status in (("secretary", 403), ("sister", 404)):
        assert signed_in(Client(), people[who]).post(f"{url}remove/").status_code == status
    client = signed_in(client, people["officer"])
    assert client.get(f"{url}remove/").status_code == 405
    assert client.post(f"{url}remove/").status_code == 302
    assert client.get(url).status_code == 404
    assert client.post(f"{url}remove/").status_code == 404
    assert len(stored(settings)) == 1


def test_a_lost_file_is_404_not_an_error(client: Client, people: Any, task_at: TaskAt, settings: Any) -> None:
    task = task_at("in_progress")
    file = SimpleUploadedFile("a.pdf", PDF)
    evidence = actions.add_evidence(task=task, by=people["officer"], kind="file", file=file)
    stored(settings)[0].unlink()
    assert (
        signed_in(client, people["officer"]).get(f"/tasks/{task.pk}/evidence/{evidence.pk}/").status_code
        == 404
    )
