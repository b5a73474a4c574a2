"""A received file on its way to drafts: read once, corrected, written whole or not at all, taken back."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from celery import current_app
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from audit.models import Event
from imports import actions as import_actions
from imports.actions import files as importing
from imports.jobs import read_imports
from imports.models import Import
from imports.problems import REFUSALS, refusal_sentence
from imports.reading.sandbox import ReaderDied
from imports.types import CheckedRow
from portal.shared import uploads
from tasks.models import Order, Task
from tests.imports.actions_helpers import People
from tests.support.imports import TABLE, Received, checked, workbook

# --- reading ----------------------------------------------------------------------------------------


def test_a_file_is_read_once_however_often_its_job_runs(received: Received) -> None:
    imported = received([checked("1"), checked("2", "Xây dựng nền tảng")])
    assert (imported.state, imported.total, imported.checked) == ("ready", 2, 2)
    import_actions.read_import(imported.pk)
    assert imported.rows.count() == 2
    assert not Task.objects.exists()


def test_what_a_crash_left_is_read_by_the_next_sweep(
    received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = received([checked()])
    imported.rows.all().delete()
    Import.objects.update(state="reading")
    queued: list[int] = []
    monkeypatch.setattr("imports.jobs.read_import.delay", queued.append)
    read_imports()
    assert queued == [imported.pk]
    import_actions.read_import(imported.pk)
    assert imported.rows.count() == 1


def test_who_gives_a_file_up_while_it_is_read_finds_no_rows(
    received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = waiting(received)

    def meanwhile(*_args: Any) -> list[Any]:
        Import.objects.update(state="dropped")
        return [checked()]

    monkeypatch.setattr(importing, "check", meanwhile)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.rows.count()) == ("dropped", 0)


def waiting(received: Received, **values: Any) -> Import:
    """A received file that nobody has begun to read."""
    imported = received([checked()])
    imported.rows.all().delete()
    values = {"state": "reading", "tries": 0, "read_since": None, **values}
    Import.objects.filter(pk=imported.pk).update(**values)
    imported.refresh_from_db()
    return imported


def dying(monkeypatch: pytest.MonkeyPatch, code: str = "too_heavy") -> None:
    def die(*_args: Any) -> None:
        raise ReaderDied(code)

    monkeypatch.setattr(importing, "read_tables", die)


def test_a_file_that_its_reader_dies_of_is_tried_twice(
    received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = waiting(received)
    dying(monkeypatch)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.tries, imported.read_since) == ("reading", 1, None)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.problem, imported.tries) == ("failed", "too_heavy", 2)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.tries) == ("failed", 2)


def test_what_kills_its_worker_is_not_read_for_ever(received: Received) -> None:
    """Whoever is killed writes nothing down; that it was begun twice is written down before."""
    long_ago = timezone.now() - importing.ABANDONED_AFTER * 2
    imported = waiting(received, tries=2, read_since=long_ago)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.problem, imported.rows.count()) == ("failed", "too_heavy", 0)


def test_a_worker_that_was_killed_once_costs_one_try(received: Received) -> None:
    imported = waiting(received, tries=1, read_since=timezone.now() - importing.ABANDONED_AFTER * 2)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.tries) == ("ready", 2)


def test_one_file_is_read_at_a_time(received: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two processes that a worker has, one is always free for letters."""
    first, second = waiting(received), waiting(received)
    seen: list[str] = []

    def meanwhile(*_args: Any) -> list[Any]:
        import_actions.read_import(second.pk)
        import_actions.read_import(first.pk)
        second.refresh_from_db()
        seen.append(f"{second.state} {second.tries}")
        return []

    monkeypatch.setattr(importing, "read_tables", meanwhile)
    queued: list[int] = []
    monkeypatch.setattr(importing, "queue", lambda _job, pk: queued.append(pk))
    import_actions.read_import(first.pk)
    first.refresh_from_db()
    assert seen == ["reading 0"]
    assert (first.state, first.tries) == ("ready", 1)
    assert queued == [second.pk], "and then the next one comes"


def test_received_files_have_a_queue_of_their_own_that_every_worker_serves() -> None:
    router, queues = current_app.amqp.router, current_app.amqp.queues
    assert router.route({}, "imports.jobs.read_import")["queue"].name == "files"
    assert router.route({}, "notices.jobs.remind")["queue"].name == "celery"
    assert set(queues.consume_from) == {"celery", "files"}


def test_a_file_that_died_lets_the_others_go_first(received: Received) -> None:
    bad, good = waiting(received, tries=1), waiting(received)
    assert import_actions.next_import() == good.pk
    Import.objects.filter(pk=good.pk).update(state="ready")
    assert import_actions.next_import() == bad.pk


def test_a_long_reading_gives_signs_of_life(received: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = waiting(received)
    long_ago = timezone.now() - importing.ABANDONED_AFTER * 2
    seen: list[Any] = []

    def slow(found: Any, order: Order, progress: Any) -> list[CheckedRow]:
        Import.objects.update(read_since=long_ago)
        progress(1)
        seen.append(Import.objects.get(pk=imported.pk).read_since)
        return [checked()]

    monkeypatch.setattr(importing, "check", slow)
    import_actions.read_import(imported.pk)
    assert seen[0] > long_ago


def test_a_disk_that_is_away_costs_no_try_and_does_not_end_the_line(
    received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = waiting(received)
    queued: list[int] = []
    monkeypatch.setattr(importing, "queue", lambda _job, pk: queued.append(pk))

    def gone(*_args: Any) -> None:
        raise OSError("The disk is away.")

    monkeypatch.setattr(importing, "read_tables", gone)
    for _again in range(3):
        with pytest.raises(OSError, match="away"):
            import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.tries, imported.read_since, queued) == ("reading", 0, None, [])
    Import.objects.update(at=timezone.now() - importing.GIVEN_UP_AFTER * 2)
    with pytest.raises(OSError, match="away"):
        import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.problem) == ("failed", "unreadable")


def test_a_fault_of_ours_is_told_as_a_sentence(received: Received, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = waiting(received)

    def broken(*_args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(importing, "check", broken)
    import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.state, imported.problem) == ("failed", "unreadable")


def test_why_a_file_is_refused_is_kept_as_code_and_values(order: Order, people: People) -> None:
    """Whoever reads it reads it in their own language, whatever that of the sender or the worker is."""
    wide = SimpleUploadedFile("a.xlsx", workbook(["x"] * 101))
    with translation.override("vi"):
        imported = import_actions.start_import(order=order, file=wide, by=people["secretary"])
        import_actions.read_import(imported.pk)
    imported.refresh_from_db()
    assert (imported.problem, imported.problem_values) == ("too_many_columns", {"limit": 100})
    event = Event.objects.about(imported).get(verb="import_failed")
    assert event.after["problem"] == "too_many_columns"
    shown = {}
    for language in ("en", "vi"):
        with translation.override(language):
            shown[language] = refusal_sentence(imported.problem, imported.problem_values)
    assert "more than 100 columns" in shown["en"]
    assert "100 cột" in shown["vi"]


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    values: dict[str, str | int] = {"limit": 1, "name": "a", "sheet": "b", "count": 2, "cell": "C3"}
    for code in REFUSALS:
        said = {}
        for language in ("en", "vi"):
            with translation.override(language):
                said[language] = refusal_sentence(code, values)
                assert "%(" not in said[language]
        assert said["en"] != said["vi"], code


def test_nothing_of_a_file_is_opened_while_somebody_waits(
    order: Order, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of one to import nor of an evidence, however small."""
    opened: list[str] = []
    small = workbook()
    for name in ("zipfile.ZipFile.__init__", "lxml.etree.parse", "subprocess.Popen.__init__"):
        monkeypatch.setattr(name, lambda *_args, name=name, **_options: opened.append(name))
    for upload in (SimpleUploadedFile("a.xlsx", TABLE), SimpleUploadedFile("b.xlsx", small)):
        uploads.check_file(upload)
        imported = import_actions.start_import(order=order, file=upload, by=people["secretary"])
        assert imported.state == "reading"
    assert opened == []


def test_a_list_of_parts_without_end_is_not_read_by_an_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    """50 MB of names would be a million objects, in the process that answers everybody."""
    entry = b"PK\x01\x02" + bytes(24) + b"\x08\x00" + bytes(16) + b"word/abc"
    end = b"PK\x05\x06" + bytes(18)
    file = SimpleUploadedFile("a.docx", b"PK\x03\x04" + entry * 400_000 + end)
    read: list[int] = []

    class Counting(SimpleUploadedFile):
        def read(self, *args: Any) -> bytes:
            content: bytes = super().read(*args)
            read.append(len(content))
            return content

    file.__class__ = Counting
    opened: list[Any] = []
    monkeypatch.setattr(zipfile, "ZipFile", lambda *args, **_options: opened.append(args))
    uploads.check_file(file)
    assert opened == []
    assert 0 < sum(read) <= 2 * 1024 * 1024


def test_a_wrong_file_is_refused_at_once(order: Order, people: People) -> None:
    for name, content in (
        ("a.txt", b"Nhi\xe1\xbb\x87m v\xe1\xbb\xa5"),
        ("a.xlsx", b"PK nothing"),
        ("a.docx", b""),
        ("a.pdf", b"%PDF-1.7"),
    ):
        with pytest.raises(ValidationError) as refused:
            import_actions.start_import(
                order=order, file=SimpleUploadedFile(name, content), by=people["secretary"]
            )
        assert list(refused.value.message_dict) == ["file"]
    assert not Import.objects.exists()
