"""From the rows of a received file to drafts, once, and back."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Event
from audit.versions import StaleVersion
from committees.models import Person
from committees.names.results import ReadName
from imports import actions as import_actions
from imports.actions.drafts import edited_drafts
from imports.corrections import fingerprint
from imports.meaning import Meaning
from imports.models import Import, ImportRow
from imports.types import CheckedRow, Due, Problem
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions, rules
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.models import Order, Task
from tests.imports.actions_helpers import People
from tests.portal.jobs_helpers import until
from tests.support.imports import TABLE, Received, checked, unknown
from tests.support.people import Bodies, TaskAt
from tests.support.told import at_once


def write(imported: Import, by: Person) -> list[Task]:
    import_actions.write_import(imported=imported, by=by)
    return list(imported.drafts().order_by("import_rows__position"))


def trace() -> tuple[int, int, int]:
    return Task.objects.count(), Event.objects.count(), ImportRow.objects.exclude(task=None).count()


# --- writing ----------------------------------------------------------------------------------------


def test_rows_become_drafts_under_the_order(
    received: Received, order: Order, people: People, bodies: Bodies
) -> None:
    lead, helper = ReadName("Sở KH&CN", bodies.lead.pk), ReadName("Sở TC", bodies.helper.pk)
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
    lead, helper = ReadName("a", bodies.lead.pk), ReadName("b", bodies.helper.pk)
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
    with pytest.raises(StaleVersion):
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
    lead = (ReadName("Sở", bodies.lead.pk),)
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
    one = checked(due=Due("30/6"), lead=(ReadName("Sở X"),), problems=(doubt, *unknown("Sở X")["problems"]))
    imported = received([one])
    values = {"due_kind": "day", "due_on": date(2026, 6, 30), "lead": bodies.lead.pk}
    import_actions.correct_row(imported=imported, position=1, values=values, by=by)
    (task,) = write(imported, by)
    assert (task.unsure, task.lead, task.due_on) == ([], bodies.lead, date(2026, 6, 30))
    assert (task.lead_words, task.due_words) == ("", "30/6")


def test_the_second_to_correct_a_row_is_told(received: Received, people: People) -> None:
    imported = received([checked()])
    seen = fingerprint(imported.rows.get())
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
    assert edited_drafts(imported) == drafts
    with pytest.raises(ValidationError) as refused:
        import_actions.undo_import(imported=imported, by=by)
    assert list(refused.value.message_dict) == ["changed"]
    import_actions.undo_import(imported=imported, by=by, changed=True)
    assert not Task.objects.exists()


def test_once_issued_nothing_is_taken_back(received: Received, people: People, bodies: Bodies) -> None:
    by = people["secretary"]
    imported = received([checked(lead=(ReadName("Sở", bodies.lead.pk),)), checked("2", "Hai")])
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


@pytest.mark.once
@pytest.mark.slow
def test_no_row_asks_the_database_anything_of_its_own(
    received: Received, people: People, bodies: Bodies, django_assert_max_num_queries: Any
) -> None:
    lead, helper = ReadName("Sở", bodies.lead.pk), ReadName("Sở", bodies.helper.pk)
    rows = [checked(str(n), f"Việc số {n}", lead=(lead,), coordinating=(helper,)) for n in range(5000)]
    imported = received(rows)
    # SQLite takes a thousand values in one statement, that is fourteen tasks.
    with django_assert_max_num_queries(600):
        import_actions.write_import(imported=imported, by=people["secretary"])
    assert Task.objects.filter(parts__body=bodies.helper).count() == 5000


# --- for real -------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_a_received_file(worker: Any, order: Order, people: People, settings: Any) -> None:
    settings.MEDIA_ROOT = Path(os.environ["PORTAL_VAR"]) / "files"  # where the worker looks
    worker()
    file = SimpleUploadedFile("phu-luc.xlsx", TABLE)
    imported = import_actions.start_import(order=order, file=file, by=people["secretary"])
    until(lambda: Import.objects.get().state == Import.State.READY)
    assert [row.values["title"] for row in imported.rows.all()] == ["Lập danh mục"]
