"""Evidence in the page: only pictures and PDF, told by their bytes, in an origin of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from committees.models import Person
from tasks import actions
from tests.support.people import TaskAt
from tests.tasks.evidence_helpers import pdf, picture, stored

pytestmark = pytest.mark.once

People = dict[str, Person]
SCRIPT = b"<html><script>alert(1)</script></html>"


# Name, bytes: the type in which it is shown, or None where it is only saved.
SHOWN: dict[str, tuple[str, bytes, str | None]] = {
    "pdf": ("bao-cao.pdf", pdf(), "application/pdf"),
    "png": ("anh.png", picture("PNG"), "image/png"),
    "jpeg": ("anh.jpg", picture("JPEG"), "image/jpeg"),
    "a picture under another name": ("bang.docx", picture("PNG"), "image/png"),
    "a page under the name of a picture": ("anh.png", SCRIPT, None),
    "a page under the name of a PDF": ("bao-cao.pdf", SCRIPT, None),
    "a page behind a line": ("bao-cao.pdf", b"\n" + pdf(), None),
    "svg": ("hinh.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", None),
    "gif": ("anh.gif", picture("GIF"), None),
    "word": ("bao-cao.docx", b"PK\x03\x04", None),
    "text": ("ghi-chu.txt", b"x", None),
    "nothing": ("trong.pdf", b"", None),
}


@pytest.mark.parametrize("case", SHOWN)
def test_what_is_shown_and_what_is_saved(client: Client, people: People, task_at: TaskAt, case: str) -> None:
    name, content, shown = SHOWN[case]
    row = stored(task_at("in_progress"), name, content, people["officer"])
    client.force_login(people["secretary"])
    answer: Any = client.get(f"/tasks/{row.task_id}/evidence/{row.pk}/show/")
    assert b"".join(answer.streaming_content) == content
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    policy = answer["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", "sandbox"]
    if shown:
        assert answer["Content-Type"] == shown
        assert answer["Content-Disposition"].startswith("inline;")
        assert (policy[2:], answer["X-Frame-Options"]) == (["frame-ancestors 'self'"], "SAMEORIGIN")
    else:
        assert answer["Content-Disposition"].startswith("attachment;")
        assert (policy[2:], answer["X-Frame-Options"]) == ([], "DENY")
    assert client.get(f"/tasks/{row.task_id}/evidence/{row.pk}/")["Content-Disposition"][:6] == "attach"


def test_nothing_else_can_be_framed(client: Client, people: People, task_at: TaskAt) -> None:
    client.force_login(people["secretary"])
    policy = client.get(task_at("in_progress").get_absolute_url())["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


# Name, bytes, and whether the page shows it, says that it is broken, or leaves it at the download.
LOOKS: dict[str, tuple[str, bytes, str]] = {
    "pdf": ("bao-cao.pdf", pdf(), "iframe"),
    "picture": ("anh.jpg", picture("JPEG"), "img"),
    "half a pdf": ("bao-cao.pdf", pdf()[:200], "broken"),
    "half a picture": ("anh.png", picture("PNG")[:40], "broken"),
    "no picture": ("anh.png", SCRIPT, "broken"),
    "word": ("bao-cao.docx", b"PK\x03\x04", "file"),
}


@pytest.mark.parametrize("case", LOOKS)
def test_how_it_looks_in_the_page(client: Client, people: People, task_at: TaskAt, case: str) -> None:
    name, content, look = LOOKS[case]
    row = stored(task_at("in_progress"), name, content, people["officer"])
    client.force_login(people["secretary"])
    page = client.get(row.task.get_absolute_url()).content.decode()
    address = f"/tasks/{row.task_id}/evidence/{row.pk}/"
    assert f'href="{address}"' in page  # the download stays, whatever it is
    assert bool(re.search(rf'<iframe src="{address}show/[^>]*>', page)) is (look == "iframe")
    assert bool(re.search(rf'<img src="{address}show/"[^>]*loading="lazy"', page)) is (look == "img")
    assert ("Không xem được tại đây: tệp hỏng" in page.replace("hidden>Không", "")) is (look == "broken")
    # Browsers show no PDF in a frame that is sandboxed itself.
    assert "sandbox" not in page


def test_a_lost_file_says_so_and_breaks_no_page(client: Client, people: People, task_at: TaskAt) -> None:
    row = stored(task_at("in_progress"), "bao-cao.pdf", pdf(), people["officer"])
    Path(row.file.path).unlink()
    client.force_login(people["secretary"])
    assert "tệp hỏng" in client.get(row.task.get_absolute_url()).content.decode()
    assert client.get(f"/tasks/{row.task_id}/evidence/{row.pk}/show/").status_code == 404


def test_the_scope_is_that_of_the_download(client: Client, people: People, task_at: TaskAt) -> None:
    """Another task's, a removed one and a draft's are as little there as they are to be saved."""
    task, other = task_at("in_progress"), task_at("draft")
    file = SimpleUploadedFile("a.pdf", pdf())
    kept = actions.add_evidence(task=task, by=people["officer"], kind="file", file=file)
    removed = stored(task, "b.pdf", pdf(), people["officer"])
    actions.remove_evidence(evidence=removed, by=people["officer"])
    of_draft = stored(other, "c.pdf", pdf(), people["secretary"])
    asked = [(task, kept), (task, removed), (other, kept), (other, of_draft)]
    wanted = {
        "secretary": [200, 404, 404, 200],
        "officer": [200, 404, 404, 404],
        "helper": [200, 404, 404, 404],
        "inspector": [200, 404, 404, 200],
        "sister": [404] * 4,
        "outsider": [404] * 4,
    }
    for who, statuses in wanted.items():
        client.force_login(people[who])
        for way in ("", "show/"):
            addresses = [f"/tasks/{of.pk}/evidence/{row.pk}/{way}" for of, row in asked]
            assert [client.get(address).status_code for address in addresses] == statuses, (who, way)
