"""What the lead body does: accepting, declining, progress, evidence, reporting; and who is told."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Person
from committees.roles import Role
from portal.shared.days import today
from portal.shared.uploads import MAX_FILE_BYTES
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.models import Evidence, Progress, Task
from tasks.urging import actions as urging_actions
from tests.support.people import Bodies, TaskAt, appoint
from tests.support.told import told_by

LONG = "x" * 25_000
NO_WORDS = ("", "   ", LONG, "a\x00b", "a\x1bb")


def refused_fields(act: Any) -> set[str]:
    """The fields beside which the sentences of an invalid action stand; nothing was written."""
    before = (
        list(Task.objects.values()),
        Event.objects.count(),
        Evidence.objects.count(),
        Progress.objects.count(),
    )
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        act()
    after = (
        list(Task.objects.values()),
        Event.objects.count(),
        Evidence.objects.count(),
        Progress.objects.count(),
    )
    assert before == after
    assert all(sentence.strip() for sentence in invalid.value.messages)
    return set(invalid.value.message_dict)


def test_declined_it_is_the_approvers_again(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("assigned")
    decline = partial(actions.decline, task=task, by=people["lead_head"], reason="Thuộc Sở Tài chính.")
    assert told_by(decline) == {
        ("task_declined", "head"),
        ("task_declined", "standing_deputy"),
        ("task_declined", "secretary"),
        ("task_declined", "assistant"),
        ("help_ended", "helper"),
    }
    task.refresh_from_db()
    assert (task.state, task.assigned_at, task.original_due_on) == ("proposed", None, task.due_on)
    assert task not in Task.objects.visible_to(people["lead_head"])
    assert Event.objects.latest("pk").reason == "Thuộc Sở Tài chính."


def test_every_reason_is_words(people: dict[str, Person], task_at: TaskAt) -> None:
    assigned, working = task_at("assigned"), task_at("in_progress")
    officer = people["officer"]
    actions.add_evidence(task=working, by=officer, kind="document", document="1/BC")
    for text in NO_WORDS:
        assert refused_fields(partial(actions.decline, task=assigned, by=officer, reason=text)) == {"reason"}
        assert refused_fields(partial(actions.submit, task=working, by=officer, report=text)) == {"report"}
        assert refused_fields(partial(actions.add_comment, task=working, by=officer, text=text)) == {"text"}
        note = partial(actions.report_progress, task=working, by=officer, percent=10, note=text)
        assert refused_fields(note) == {"note"}


def test_percent_is_from_0_to_100(people: dict[str, Person], task_at: TaskAt) -> None:
    task, by = task_at("in_progress"), people["officer"]
    for percent in (101, -1, 32_768, 10**12):
        tell = partial(actions.report_progress, task=task, by=by, percent=percent, note="Đang làm.")
        assert refused_fields(tell) == {"percent"}, percent
    for percent in (0, 100):
        actions.report_progress(task=task, by=by, percent=percent, note="Đang làm.")
        task.refresh_from_db()
        assert task.percent == percent


def test_the_first_note_accepts_the_task(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("assigned")
    actions.report_progress(task=task, by=people["officer"], percent=20, note="Đã lập tổ.")
    task.refresh_from_db()
    assert (task.state, task.percent) == ("in_progress", 20)
    event = Event.objects.latest("pk")
    assert (event.before["state"], event.after["state"]) == ("assigned", "in_progress")


def test_leader_and_contact_hold_an_office_in_the_lead_body(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    task, by = task_at("assigned"), people["officer"]
    ended = people["outsider"]
    appoint(ended, bodies.lead, Role.HEAD, ends_on=today() - timedelta(days=1))
    for person in (people["helper"], people["head"], ended):
        name = partial(actions.name_people, task=task, by=by)
        assert refused_fields(partial(name, leader=person, contact=None)) == {"leader"}
        assert refused_fields(partial(name, leader=None, contact=person)) == {"contact"}
    task = actions.name_people(task=task, by=by, leader=people["lead_head"], contact=by)
    assert {clear.name for clear in task.unclear()} == {"result", "authority"}
    version, count = task.version, Event.objects.count()
    task = actions.name_people(task=task, by=by, leader=people["lead_head"], contact=by)
    assert (task.version, Event.objects.count()) == (version, count)


# --- evidence -----------------------------------------------------------------------------------


def office_file(*members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for member in members:
            package.writestr(member, "x")
    return buffer.getvalue()


FILES = [
    ("báo cáo.pdf", b"%PDF-1.7 ...", True),
    ("ảnh.png", b"\x89PNG\r\n\x1a\n...", True),
    ("bảng.xlsx", office_file("xl/workbook.xml"), True),
    ("lời.docx", office_file("word/document.xml"), True),
    ("ghi.txt", "ghi chép".encode(), True),
    ("bảng.docx", office_file("xl/workbook.xml"), False),
    ("báo cáo.pdf", b"PK\x03\x04", False),
    ("ảnh.png", b"<script>", False),
    ("lời.docx", b"PK\x03\x04 no zip", False),
    ("ghi.txt", b"a\x00b", False),
    ("trang.html", b"<p>", False),
    ("chạy.exe", b"MZ", False),
    ("không đuôi", b"%PDF-", False),
    ("rỗng.pdf", b"", False),
]


def test_a_file_is_what_its_name_says(people: dict[str, Person], task_at: TaskAt) -> None:
    task, by = task_at("in_progress"), people["officer"]
    for name, content, ok in FILES:
        file = SimpleUploadedFile(name, content)
        add = partial(actions.add_evidence, task=task, by=by, kind="file", file=file)
        if ok:
            evidence = add()
            assert (evidence.title, evidence.size) == (name, len(content))
            assert evidence.file.read() == content
        else:
            assert refused_fields(add) == {"file"}, name


def test_a_file_is_not_too_large_nor_named_to_leave_its_folder(
    people: dict[str, Person], task_at: TaskAt, settings: Any
) -> None:
    task, by = task_at("in_progress"), people["officer"]
    large = SimpleUploadedFile("lớn.pdf", b"%PDF-1.7")
    large.size = MAX_FILE_BYTES + 1
    assert refused_fields(partial(actions.add_evidence, task=task, by=by, kind="file", file=large)) == {
        "file"
    }
    sly = SimpleUploadedFile("../../etc/passwd.pdf", b"%PDF-1.7")
    evidence = actions.add_evidence(task=task, by=by, kind="file", file=sly)
    assert evidence.file_name == "passwd.pdf"
    assert evidence.file.path.startswith(str(settings.MEDIA_ROOT))


def test_evidence_holds_what_its_kind_says(people: dict[str, Person], task_at: TaskAt) -> None:
    task, by = task_at("in_progress"), people["officer"]
    bad: list[tuple[dict[str, Any], str]] = [
        ({"kind": "rumour"}, "kind"),
        ({"kind": "file"}, "file"),
        ({"kind": "link"}, "url"),
        ({"kind": "link", "url": "javascript:alert(1)"}, "url"),
        ({"kind": "link", "url": "ftp://kh.gov.vn/a"}, "url"),
        ({"kind": "link", "url": "https://kh.gov.vn/" + "a" * 500}, "url"),
        ({"kind": "document"}, "document"),
        ({"kind": "document", "document": "x" * 121}, "document"),
        ({"kind": "document", "document": "1\x00"}, "document"),
        ({"kind": "document", "document": "1/BC", "title": "x" * 251}, "title"),
    ]
    for values, field in bad:
        assert field in refused_fields(partial(actions.add_evidence, task=task, by=by, **values)), values
    link = actions.add_evidence(task=task, by=by, kind="link", url=" https://kh.gov.vn/bc ")
    assert (link.url, link.title) == ("https://kh.gov.vn/bc", "https://kh.gov.vn/bc")


def test_evidence_is_taken_back_by_its_giver_or_the_lead(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    give = partial(actions.add_evidence, task=task, kind="document", document="1/BC")
    mine, theirs = give(by=people["helper"]), give(by=people["officer"])
    for who in ("helper", "head", "secretary", "inspector", "outsider"):
        with pytest.raises(Refused) as refused:
            actions.remove_evidence(evidence=theirs, by=people[who])
        assert refused.value.status == 403
    actions.remove_evidence(evidence=mine, by=people["helper"])
    actions.remove_evidence(evidence=theirs, by=people["lead_head"])
    count = Event.objects.count()
    again = actions.remove_evidence(evidence=theirs, by=people["officer"])
    assert (again.removed_by, Event.objects.count()) == (people["lead_head"], count)
    assert Evidence.objects.filter(task=task).count() == 2


def test_who_left_the_body_takes_nothing_along(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    """Evidence given in an office that has ended belongs to the body."""
    task = task_at("in_progress")
    evidence = actions.add_evidence(task=task, by=people["helper"], kind="document", document="1/BC")
    term = people["helper"].memberships.get()
    committee_actions.end_membership(membership=term, ends_on=today() - timedelta(days=1), by=people["staff"])
    appoint(people["helper"], bodies.committee, Role.MEMBER)
    with pytest.raises(Refused) as refused:
        actions.remove_evidence(evidence=evidence, by=people["helper"])
    assert refused.value.status == 403


def test_what_was_reported_stays(people: dict[str, Person], task_at: TaskAt) -> None:
    for state in ("submitted", "completed", "suspended", "withdrawn"):
        task = task_at(state)
        evidence = task.evidence.first() or Evidence.objects.create(
            task=task, kind="document", document="1", title="1", by=people["officer"], at=task.created_at
        )
        with pytest.raises(Refused) as refused:
            actions.remove_evidence(evidence=evidence, by=people["officer"])
        assert refused.value.status == 409, state


# --- reporting complete, telling ----------------------------------------------------------------


def test_reported_at_the_moment_the_system_logged_it(people: dict[str, Person], task_at: TaskAt) -> None:
    """A minute before midnight in Vietnam is in time, a minute after it is late, whoever confirms when."""
    for moment, done in (
        ("2027-06-01 23:59 +07:00", "done_on_time"),
        ("2027-06-02 00:01 +07:00", "done_late"),
    ):
        task = task_at("in_progress", due_on=date(2027, 6, 1))
        actions.add_evidence(task=task, by=people["officer"], kind="document", document="1/BC")
        with time_machine.travel(moment, tick=False):
            actions.submit(task=task, by=people["officer"], report="Xong.")
        with time_machine.travel("2027-09-01 08:00 +07:00", tick=False):
            task = actions.confirm(task=task, by=people["secretary"])
        assert task.standing(date(2027, 9, 1)) == done
        assert Task.objects.standing(done, date(2027, 9, 1)).filter(pk=task.pk).exists()


def test_who_is_told(people: dict[str, Person], task_at: TaskAt) -> None:
    officer, task = people["officer"], task_at("assigned")
    assert told_by(partial(actions.accept, task=task, by=officer)) == set()
    note = partial(actions.report_progress, task=task, by=officer, percent=20, note="Đang làm.")
    assert told_by(note) == set()
    assert told_by(partial(actions.mark_posted, task=task, by=officer)) == set()
    actions.add_evidence(task=task, by=officer, kind="document", document="1/BC")
    assert told_by(partial(actions.submit, task=task, by=officer, report="Xong.")) == {
        ("task_submitted", who) for who in ("head", "standing_deputy", "deputy", "secretary")
    }


def test_the_doer_is_never_told_of_it(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    """Somebody with an office on both sides hears only what others do."""
    both = people["officer"]
    appoint(both, bodies.committee, Role.SECRETARY)
    task = task_at("in_progress")
    actions.add_evidence(task=task, by=both, kind="document", document="1/BC")
    acts: list[Any] = [
        partial(actions.edit_task, values={"deliverable": "Bản đồ"}),
        urging_actions.urge,
        partial(actions.suspend, reason="Chờ."),
        actions.resume,
        partial(actions.submit, report="Xong."),
    ]
    for act in acts:
        told = told_by(partial(act, task=task, by=both))
        assert told, act
        assert both.username not in {who for _kind, who in told}, act
