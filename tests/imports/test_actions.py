"""A received file on its way to drafts: read once, corrected, written whole or not at all, taken back."""

from __future__ import annotations

import os
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from audit.models import Event
from audit.stale import Stale
from committees.models import Person
from imports import actions as import_actions
from imports.actions import files as importing
from imports.jobs import read_imports
from imports.models import Import, ImportRow
from imports.problems import REFUSALS, refusal_of
from imports.reading.sandbox import ReaderDied
from imports.storing import Meaning, mark
from imports.types import CheckedRow, Due, Named, Problem
from portal.shared import uploads
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions, rules
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.models import Order, Task
from tests.portal.test_jobs import until
from tests.support.imports import TABLE, Received, checked, unknown, workbook
from tests.support.people import Bodies, TaskAt
from tests.support.told import at_once

People = dict[str, Person]


def write(imported: Import, by: Person) -> list[Task]:
    import_actions.write_import(imported=imported, by=by)
    return list(imported.drafts().order_by("import_rows__position"))


def trace() -> tuple[int, int, int]:
    return Task.objects.count(), Event.objects.count(), ImportRow.objects.exclude(task=None).count()


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
            shown[language] = refusal_of(imported.problem, imported.problem_values)
    assert "more than 100 columns" in shown["en"]
    assert "100 cột" in shown["vi"]


def test_every_refusal_has_a_sentence_in_both_languages() -> None:
    values: dict[str, str | int] = {"limit": 1, "name": "a", "sheet": "b", "count": 2, "cell": "C3"}
    for code in REFUSALS:
        said = {}
        for language in ("en", "vi"):
            with translation.override(language):
                said[language] = refusal_of(code, values)
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
        uploads.check(upload)
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
    uploads.check(file)
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


# --- writing ----------------------------------------------------------------------------------------


def test_rows_become_drafts_under_the_order(
    received: Received, order: Order, people: People, bodies: Bodies
) -> None:
    lead, helper = Named("Sở KH&CN", bodies.lead.pk), Named("Sở TC", bodies.helper.pk)
    imported = received(
        [
            checked("1", row={"pillar": "Hạ tầng số", "deliverable": "Danh mục"}, lead=(lead,)),
            checked("1.1", "Khảo sát", row={"parent_number": "1"}, lead=(lead, helper)),
            checked("2", "Báo cáo", lead=(lead,), coordinating=(helper,)),
        ]
    )
    first, child, last = write(imported, people["secretary"])
    assert (first.order, first.assigner, first.lead, first.state) == (
        order,
        bodies.committee,
        bodies.lead,
        "draft",
    )
    assert (first.number, first.pillar, first.deliverable) == ("1", "Hạ tầng số", "Danh mục")
    assert (first.due_on, first.due_words, first.due_kind) == (date(2026, 6, 30), "30/6/2026", "day")
    assert child.parent == first
    assert [(part.body, part.kind) for part in child.parts.all()] == [(bodies.helper, "co_lead")]
    assert [(part.body, part.kind) for part in last.parts.all()] == [(bodies.helper, "coordinating")]
    assert first.search_text
    imported.refresh_from_db()
    assert imported.state == "written"


def test_drafts_in_bulk_are_as_if_prepared_one_by_one(
    received: Received, people: People, bodies: Bodies
) -> None:
    """The same row and the same event, but for what tells them apart."""
    lead, helper = Named("a", bodies.lead.pk), Named("b", bodies.helper.pk)
    (task,) = write(received([checked(lead=(lead,), coordinating=(helper,))]), people["secretary"])
    part = task.parts.get()
    alone = Task(**{name: getattr(task, name) for name in EDITABLE_FIELDS}, assigner=task.assigner)
    asked = PartSpec(part.body, part.kind)
    actions.new_task(task=alone, parts=[asked], by=people["secretary"])
    beside = ("id", "created_at")
    rows = [
        {name: value for name, value in row.items() if name not in beside}
        for row in Task.objects.filter(pk__in=[task.pk, alone.pk]).values()
    ]
    assert rows[0] == rows[1]
    one, other = (Event.objects.about(each).get() for each in (task, alone))
    assert (one.verb, one.by, one.body_ids) == (other.verb, other.by, other.body_ids)
    empty: tuple[Any, ...] = (None, "", [])
    assert {k: v for k, v in one.after.items() if v not in empty} == {
        k: v for k, v in other.after.items() if v not in empty
    }


def test_all_or_nothing(received: Received, people: People, bodies: Bodies) -> None:
    """One row that the actions refuse, and none of them is written; the sentence names its row."""
    good = [checked(str(number)) for number in range(3)]
    bad = checked("9", "Việc con", row={"row": 77, "parent_number": "1"})
    late = CheckedRow(bad.read, Due("30/6/2027", "day", date(2027, 6, 30)))
    imported, before = received([*good, late]), trace()
    with pytest.raises(ValidationError) as refused:
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert "77" in refused.value.messages[0]
    assert trace() == before
    imported.refresh_from_db()
    assert imported.state == "ready"


def test_a_row_without_a_task_stops_until_it_is_corrected(received: Received, people: People) -> None:
    by = people["secretary"]
    imported = received([checked(), checked("2", "", problems=(Problem("title", "no_title", stops=True),))])
    with pytest.raises(ValidationError):
        import_actions.write_import(imported=imported, by=by)
    import_actions.correct_row(imported=imported, position=2, sure=["title"], by=by)
    assert imported.rows.get(position=2).problems, "a person's word does not make a task"
    import_actions.correct_row(imported=imported, position=2, values={"title": "Xây dựng"}, by=by)
    assert len(write(imported, by)) == 2


def test_two_write_at_once_and_one_wins(received: Received, people: People) -> None:
    imported = received([checked()])
    version = imported.version
    import_actions.correct_row(
        imported=imported, position=1, values={"title": "Khác"}, by=people["assistant"]
    )
    with pytest.raises(Stale):
        import_actions.write_import(imported=imported, by=people["secretary"], version=version)
    imported.refresh_from_db()
    import_actions.write_import(imported=imported, by=people["assistant"], version=imported.version)
    with pytest.raises(Refused) as refused:
        import_actions.write_import(imported=imported, by=people["secretary"], version=imported.version)
    assert refused.value.status == 409
    assert Task.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_press_the_button_in_the_same_moment(received: Received, people: People) -> None:
    imported = received([checked(), checked("2", "Hai")])
    said = at_once(
        lambda: import_actions.write_import(
            imported=imported, by=people["secretary"], version=imported.version
        ),
        lambda: import_actions.write_import(
            imported=imported, by=people["assistant"], version=imported.version
        ),
    )
    assert sorted(said) == ["409", "ok"]
    assert Task.objects.count() == 2


def test_who_works_on_a_draft_that_was_taken_back_is_told(received: Received, people: People) -> None:
    imported = received([checked()])
    (draft,) = write(imported, people["secretary"])
    import_actions.undo_import(imported=imported, by=people["secretary"])
    with pytest.raises(Refused) as refused:
        actions.edit_task(task=draft, values={"title": "Sửa"}, by=people["assistant"])
    assert refused.value.status == 409


# --- what is not certain ------------------------------------------------------------------------------


def test_an_unsure_draft_is_issued_once_somebody_looked(
    received: Received, people: People, bodies: Bodies
) -> None:
    by = people["secretary"]
    lead = (Named("Sở", bodies.lead.pk),)
    doubt = Problem("due", "due_no_year", {"words": "30/6"})
    rows = [checked(str(n), f"Việc số {n}", lead=lead, due=Due("30/6"), problems=(doubt,)) for n in range(2)]
    edited, vouched = write(received(rows), by)
    assert edited.unsure == ["due_on"]
    for task in (edited, vouched):
        verdict = rules.may_propose(by, task)
        assert not verdict
        assert verdict.later
        assert str(Task._meta.get_field("due_on").verbose_name) in str(verdict.reason)
    actions.edit_task(task=edited, values={"title": "Sửa tên"}, by=by)
    edited.refresh_from_db()
    assert edited.unsure == ["due_on"], "another field was looked at"
    actions.edit_task(task=edited, values={"due_kind": "day", "due_on": date(2026, 6, 30)}, by=by)
    actions.vouch(task=vouched, by=by)
    for task in (edited, vouched):
        actions.propose(task=task, by=by)
        actions.assign(task=task, by=people["head"], past_deadline=True)


def test_a_corrected_cell_is_certain(received: Received, people: People, bodies: Bodies) -> None:
    by = people["secretary"]
    doubt = Problem("due", "due_no_year", {"words": "30/6"})
    one = checked(due=Due("30/6"), lead=(Named("Sở X"),), problems=(doubt, *unknown("Sở X")["problems"]))
    imported = received([one])
    values = {"due_kind": "day", "due_on": date(2026, 6, 30), "lead": bodies.lead.pk}
    import_actions.correct_row(imported=imported, position=1, values=values, by=by)
    (task,) = write(imported, by)
    assert (task.unsure, task.lead, task.due_on) == ([], bodies.lead, date(2026, 6, 30))
    assert (task.lead_words, task.due_words) == ("", "30/6")


def test_the_second_to_correct_a_row_is_told(received: Received, people: People) -> None:
    imported = received([checked()])
    seen = mark(imported.rows.get())
    import_actions.correct_row(imported=imported, position=1, values={"title": "Một"}, by=people["assistant"])
    with pytest.raises(Refused):
        import_actions.correct_row(
            imported=imported, position=1, values={"title": "Hai"}, by=people["secretary"], seen=seen
        )


def test_a_name_is_answered_once_for_all_rows(received: Received, people: People, bodies: Bodies) -> None:
    rows = [checked(str(n), f"Việc {n}", **unknown("Sở KHCN", bodies.helper.pk)) for n in range(3)]
    imported = received([*rows, checked("9", "Việc 9", **unknown("Sở khác"))])
    count = import_actions.name_body(
        imported=imported, words="sở khcn", body=bodies.lead, by=people["secretary"]
    )
    assert count == 3
    meanings = [Meaning.kept(row.values) for row in imported.rows.all()]
    assert [one.lead for one in meanings] == [bodies.lead.pk] * 3 + [None]
    assert [bool(row.problems) for row in imported.rows.all()] == [False] * 3 + [True]


def test_a_cycle_without_an_end_runs_to_the_end_of_the_year_and_somebody_looks(
    received: Received, people: People, order: Order
) -> None:
    weekly = Due("hằng tuần", "recurring", every="week")
    (task,) = write(received([checked(due=weekly)]), people["secretary"])
    assert task.cycle
    assert (task.cycle.day, task.cycle.until) == (7, date(today().year, 12, 31))
    assert task.unsure == ["due_on"]


# --- left out, duplicates -----------------------------------------------------------------------------


def test_what_exists_is_left_out_until_somebody_says_no(
    received: Received, people: People, task_at: TaskAt, order: Order
) -> None:
    by = people["secretary"]
    there = task_at("draft", order=order, number="1", parts=[])
    below = checked("1.1", "Việc con", row={"parent_number": "1"})
    imported = received([checked("1", duplicates=(there.pk,)), below, checked("2", "Khác")])
    assert [row.left_out for row in imported.rows.all()] == [True, False, False]
    import_actions.leave_out(imported=imported, position=3, by=by)
    (task,) = write(imported, by)
    assert (task.number, task.parent) == ("1.1", there), "what it repeats stands above it"


def test_taken_in_again_it_is_written(received: Received, people: People, task_at: TaskAt) -> None:
    there = task_at("draft", parts=[])
    imported = received([checked("1", duplicates=(there.pk,))])
    with pytest.raises(ValidationError):
        import_actions.write_import(imported=imported, by=people["secretary"])
    import_actions.leave_out(imported=imported, position=1, by=people["secretary"], out=False)
    assert len(write(imported, people["secretary"])) == 1


# --- taken back ---------------------------------------------------------------------------------------


def test_taken_back_as_if_never_written(received: Received, people: People, bodies: Bodies) -> None:
    by, before = people["secretary"], Task.objects.count()
    imported = received([checked("1"), checked("1.1", "Con", row={"parent_number": "1"})])
    drafts = write(imported, by)
    last = Event.objects.latest("pk").pk
    import_actions.undo_import(imported=imported, by=by)
    assert Task.objects.count() == before
    (event,) = Event.objects.filter(pk__gt=last)
    assert (event.verb, event.after["drafts"]) == ("import_undone", 2)
    assert Event.objects.about(drafts[0]).exists(), "the audit keeps what was"
    imported.refresh_from_db()
    assert imported.state == "undone"
    with pytest.raises(Refused):
        import_actions.undo_import(imported=imported, by=by)


def test_changes_since_are_asked_about(received: Received, people: People) -> None:
    by = people["secretary"]
    imported = received([checked("1"), checked("2", "Hai")])
    drafts = write(imported, by)
    actions.edit_task(task=drafts[0], values={"title": "Sửa"}, by=by)
    actions.add_comment(task=drafts[1], by=by, text="Xem lại.")
    assert importing.touched(imported) == drafts
    with pytest.raises(ValidationError) as refused:
        import_actions.undo_import(imported=imported, by=by)
    assert list(refused.value.message_dict) == ["changed"]
    import_actions.undo_import(imported=imported, by=by, changed=True)
    assert not Task.objects.exists()


def test_once_issued_nothing_is_taken_back(received: Received, people: People, bodies: Bodies) -> None:
    by = people["secretary"]
    imported = received([checked(lead=(Named("Sở", bodies.lead.pk),)), checked("2", "Hai")])
    drafts = write(imported, by)
    actions.propose(task=drafts[0], by=by)
    actions.assign(task=drafts[0], by=people["head"], past_deadline=True)
    actions.recall(task=drafts[0], by=by, reason="Giao nhầm.")
    with pytest.raises(Refused) as refused:
        import_actions.undo_import(imported=imported, by=by, changed=True)
    assert refused.value.status == 409
    assert drafts[0].code in str(refused.value)


def test_what_others_put_below_is_never_lost(received: Received, people: People, bodies: Bodies) -> None:
    by = people["secretary"]
    imported = received([checked()])
    (draft,) = write(imported, by)
    actions.new_task(task=Task(title="Con", assigner=bodies.committee, parent=draft), by=by)
    with pytest.raises(ValidationError):
        import_actions.undo_import(imported=imported, by=by, changed=True)
    assert Task.objects.count() == 2


def test_a_file_given_up_is_kept_no_longer(
    received: Received, people: People, django_capture_on_commit_callbacks: Any
) -> None:
    imported = received([checked()])
    storage, name = imported.file.storage, str(imported.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        import_actions.drop_import(imported=imported, by=people["secretary"])
    assert not storage.exists(name)
    assert not imported.rows.exists()
    import_actions.read_import(imported.pk)
    assert not imported.rows.exists()


# --- who ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["head", "member", "officer", "inspector", "sister", "outsider"])
def test_only_those_who_draft_import(who: str, received: Received, people: People, order: Order) -> None:
    imported, by = received([checked()]), people[who]
    before = trace()
    for act in (
        lambda: import_actions.start_import(order=order, file=SimpleUploadedFile("a.xlsx", TABLE), by=by),
        lambda: import_actions.correct_row(imported=imported, position=1, values={"title": "x"}, by=by),
        lambda: import_actions.leave_out(imported=imported, position=1, by=by),
        lambda: import_actions.name_body(imported=imported, words="a", body=order.body, by=by),
        lambda: import_actions.write_import(imported=imported, by=by),
        lambda: import_actions.drop_import(imported=imported, by=by),
        lambda: import_actions.undo_import(imported=imported, by=by),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.status == 403
    assert trace() == before


# --- many -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_row_asks_the_database_anything_of_its_own(
    received: Received, people: People, bodies: Bodies, django_assert_max_num_queries: Any
) -> None:
    lead, helper = Named("Sở", bodies.lead.pk), Named("Sở", bodies.helper.pk)
    rows = [checked(str(n), f"Việc số {n}", lead=(lead,), coordinating=(helper,)) for n in range(5000)]
    imported = received(rows)
    # SQLite takes a thousand values in one statement, that is fourteen tasks.
    with django_assert_max_num_queries(600):
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert Task.objects.filter(parts__body=bodies.helper).count() == 5000


# --- for real -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_a_received_file(worker: Any, order: Order, people: People, settings: Any) -> None:
    settings.MEDIA_ROOT = Path(os.environ["PORTAL_VAR"]) / "files"  # where the worker looks
    worker()
    file = SimpleUploadedFile("phu-luc.xlsx", TABLE)
    imported = import_actions.start_import(order=order, file=file, by=people["secretary"])
    until(lambda: Import.objects.get().state == Import.State.READY)
    assert [row.values["title"] for row in imported.rows.all()] == ["Lập danh mục"]
