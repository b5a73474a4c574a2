"""Preparing, proposing, issuing, changing and recalling: the details, and who is told."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from audit.models import Event
from audit.versions import StaleVersion
from committees import actions as committee_actions
from committees.models import Person
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tests.support.people import Bodies, TaskAt, make_body
from tests.support.told import told_by
from tests.tasks.drafting_helpers import refused_fields

DAY = timedelta(days=1)


def new(bodies: Bodies, people: dict[str, Person], parts: Any = (), **values: Any) -> Task:
    task = Task(**{"title": "Nhiệm vụ", "assigner": bodies.committee, **values})
    return actions.new_task(task=task, parts=parts, by=people["secretary"])


def test_a_stale_form_says_who_and_when_and_changes_nothing(
    people: dict[str, Person], task_at: TaskAt
) -> None:
    task = task_at("draft")
    opened = task.version
    with time_machine.travel("2027-03-01 09:05 +07:00", tick=False):
        actions.edit_task(task=task, values={"deliverable": "Bản đồ"}, by=people["assistant"], version=opened)
    edit: dict[str, Any] = {
        "task": task,
        "values": {"title": "Của tôi"},
        "by": people["secretary"],
        "version": opened,
    }
    with pytest.raises(StaleVersion) as stale:
        actions.edit_task(**edit)
    assert stale.value.status == 409
    assert "Assistant" in str(stale.value.verdict.reason)
    assert "09:05 01/03/2027" in str(stale.value.verdict.reason)
    assert stale.value.fields == ["deliverable"]
    task.refresh_from_db()
    assert (task.title, task.deliverable) == ("Lập danh mục điểm lõm sóng", "Bản đồ")
    actions.edit_task(**{**edit, "version": task.version})


def test_a_comment_makes_no_form_stale(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress")
    opened = task.version
    actions.add_comment(task=task, by=people["member"], text="Ý kiến.")
    task = actions.edit_task(task=task, values={"deliverable": "1"}, by=people["head"], version=opened)
    actions.add_comment(task=task, by=people["member"], text="Ý kiến.")
    with pytest.raises(StaleVersion) as stale:
        actions.edit_task(task=task, values={"deliverable": "2"}, by=people["secretary"], version=opened)
    assert stale.value.event is not None
    assert (stale.value.event.verb, stale.value.event.by) == ("task_changed", people["head"])


def test_a_stale_order_says_the_same(order: Order, people: dict[str, Person]) -> None:
    opened = order.version
    order.signer = "Trưởng ban"
    order = order_actions.save_order(order=order, by=people["assistant"], version=opened)
    order.signer = "Phó Trưởng ban"
    with pytest.raises(StaleVersion) as stale:
        order_actions.save_order(order=order, by=people["secretary"], version=opened)
    assert stale.value.fields == ["signer"]
    order.refresh_from_db()
    assert order.signer == "Trưởng ban"


def test_a_moved_deadline_keeps_the_first_one(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress", due_on=date(2027, 6, 1))
    assert (task.original_due_on, task.due_version) == (date(2027, 6, 1), 1)
    task = actions.edit_task(
        task=task, values={"due_on": date(2027, 7, 1)}, by=people["head"], past_deadline=True
    )
    task = actions.edit_task(task=task, values={"deliverable": "Bản đồ"}, by=people["head"])
    task = actions.edit_task(
        task=task, values={"due_on": date(2027, 8, 1)}, by=people["head"], past_deadline=True
    )
    assert (task.original_due_on, task.due_on, task.due_version) == (date(2027, 6, 1), date(2027, 8, 1), 3)


@pytest.mark.usefixtures("plain_day")
def test_the_first_deadline_outlives_a_recall(people: dict[str, Person], task_at: TaskAt) -> None:
    assert task_at("draft", due_on=date(2027, 6, 1)).original_due_on is None
    by, first = people["secretary"], date(2027, 6, 1)
    task = actions.recall(task=task_at("assigned", due_on=first), by=by, reason="Giao lại.")
    assert (task.original_due_on, task.assigned_at, task.assigned_by) == (first, None, None)
    actions.edit_task(task=task, values={"due_on": date(2027, 9, 1)}, by=by, past_deadline=True)
    actions.propose(task=task, by=by)
    task = actions.assign(task=task, by=people["head"])
    assert (task.original_due_on, task.due_on) == (first, date(2027, 9, 1))


def test_a_task_is_never_above_itself(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    top, by = task_at("draft"), people["secretary"]
    middle = new(bodies, people, parent=top)
    low = new(bodies, people, parent=middle)
    for task, parent in ((top, top), (top, middle), (top, low), (middle, low)):
        assert "parent" in refused_fields(
            partial(actions.edit_task, task=task, values={"parent": parent}, by=by)
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=top.pk).update(parent=top.pk)


def test_handed_down_only_by_its_lead_or_giver(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    above = task_at("in_progress")
    values: dict[str, Any] = {"title": "Việc con", "assigner": bodies.sister, "parent": above}
    assert "parent" in refused_fields(partial(actions.new_task, task=Task(**values), by=people["sister"]))
    committee_actions.set_office_permissions(
        office=bodies.lead.offices.get(role="officer"),
        permissions=["view_tasks", "draft_tasks", "work_on_tasks"],
        by=people["staff"],
    )
    values["assigner"] = bodies.lead
    assert actions.new_task(task=Task(**values), by=people["officer"]).parent == above
    assert new(bodies, people, parent=above).parent == above


def test_a_deadline_keeps_between_the_tasks_above_and_below(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    by, due = people["secretary"], date(2027, 6, 1)
    above = task_at("draft", due_on=due)
    child = new(bodies, people, parent=above, due_on=due)
    edits = [
        (child, due + DAY, False),
        (child, due - 10 * DAY, True),
        (above, due - 11 * DAY, False),
        (above, due - 10 * DAY, True),
        (above, None, True),
        (child, due + 300 * DAY, True),
    ]
    for task, day, ok in edits:
        act = partial(actions.edit_task, task=task, values={"due_on": day}, by=by)
        if ok:
            act()
        else:
            assert {"due_on", "below"} & refused_fields(act), (task, day)
    actions.withdraw(task=child, by=by, reason="Trùng.")
    actions.edit_task(task=above, values={"due_on": due - 200 * DAY}, by=by)


def test_what_a_draft_refuses_beside_its_field(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    gone = make_body("GONE", bodies.committee, dissolved_on=today())
    foreign = Order(body=bodies.sister, number="9-KH", kind="plan")
    foreign = order_actions.save_order(order=foreign, by=people["sister"])
    bad: list[tuple[dict[str, Any], str]] = [
        ({"start_on": date(2027, 2, 2), "due_on": date(2027, 2, 1)}, "due_on"),
        ({"due_kind": "none", "due_on": date(2027, 2, 1)}, "due_on"),
        ({"due_kind": "continuous", "due_on": date(2027, 2, 1)}, "due_on"),
        ({"due_kind": "someday", "due_on": None}, "due_kind"),
        ({"lead": gone}, "lead"),
        ({"order": foreign}, "order"),
        ({"leader": people["officer"], "lead": bodies.helper}, "leader"),
        ({"contact": people["sister"]}, "contact"),
        ({"contact": people["outsider"]}, "contact"),
        ({"title": ""}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\x1bb"}, "title"),
        ({"description": "x" * 25_000}, "description"),
        ({"description": "\x00"}, "description"),
        ({"pillar": "x" * 121}, "pillar"),
        ({"priority": "panic"}, "priority"),
        ({"secrecy": "open"}, "secrecy"),
    ]
    task = task_at("draft", lead=bodies.lead)
    for values, field in bad:
        edit = partial(actions.edit_task, task=task, values=values, by=people["secretary"])
        assert field in refused_fields(edit), values
        fresh = {"lead": bodies.lead, **values}
        assert field in refused_fields(partial(new, bodies, people, **fresh)), values
    for reason in ("x" * 25_000, "\x00"):
        assert refused_fields(
            partial(
                actions.edit_task, task=task, values={"title": "Khác"}, by=people["secretary"], reason=reason
            )
        ) == {"reason"}
    with pytest.raises(ValueError, match="not for a form"):
        actions.edit_task(task=task, values={"state": "completed"}, by=people["secretary"])


def test_one_lead_and_nobody_twice(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("in_progress", due_on=date(2027, 6, 1))
    wrong = [
        [PartSpec(bodies.helper, "lead")],
        [PartSpec(bodies.lead, "co_lead")],
        [PartSpec(bodies.helper, "co_lead"), PartSpec(bodies.helper, "coordinating")],
        [PartSpec(bodies.helper, "watching")],
        [PartSpec(bodies.helper, "co_lead", due_on=date(2027, 6, 2))],
    ]
    for parts in wrong:
        edit = partial(actions.edit_task, task=task, values={}, parts=parts, by=people["head"])
        assert refused_fields(edit) == {"parts"}, parts
        assert task.parts.count() == 1
    edit = partial(actions.edit_task, task=task, values={"lead": bodies.helper}, by=people["head"])
    assert refused_fields(edit) == {"lead"}, "an issued task changes its lead by a verb of its own"
    draft = task_at("draft")
    edit = partial(actions.edit_task, task=draft, values={"lead": bodies.helper}, by=people["secretary"])
    assert refused_fields(edit) == {"parts"}
    assert "lead" in refused_fields(
        partial(actions.edit_task, task=task, values={"lead": None}, by=people["head"])
    )


def test_parts_change_whole_and_are_recorded(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    task = task_at("in_progress")
    parts = [PartSpec(bodies.sister, "co_lead", work="Góp ý")]
    actions.edit_task(task=task, values={}, parts=parts, by=people["head"])
    assert list(task.parts.values_list("body", "kind", "work")) == [(bodies.sister.pk, "co_lead", "Góp ý")]
    event = Event.objects.latest("pk")
    assert event.after == {"parts": [[bodies.sister.pk, "co_lead", "Góp ý", None]]}
    assert Task.objects.visible_to(people["sister"]).filter(pk=task.pk).exists()
    assert not Task.objects.visible_to(people["helper"]).filter(pk=task.pk).exists()


def test_nothing_is_issued_without_a_lead(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("proposed", lead=None, parts=[])
    assert refused_fields(partial(actions.assign, task=task, by=people["head"])) == {"lead"}
    record = partial(actions.record_approval, task=task, by=people["secretary"], approval="5/TTr")
    assert refused_fields(record) == {"lead"}


def test_who_reads_a_restricted_task(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    """Heads, secretaries and officers of the bodies named in it; nobody above, nobody else inside."""
    task = task_at("in_progress", secrecy="restricted")
    readers = {name for name, person in people.items() if task in Task.objects.visible_to(person)}
    assert readers == {"head", "secretary", "lead_head", "officer", "helper", "admin"}


def test_papers_and_reasons_are_words(people: dict[str, Person], task_at: TaskAt) -> None:
    proposed, assigned = task_at("proposed"), task_at("assigned")
    for text in ("", "   ", "x" * 25_000, "a\x00b"):
        approve = partial(actions.record_approval, task=proposed, by=people["secretary"], approval=text)
        assert refused_fields(approve) == {"approval"}, text[:5]
        recall = partial(actions.recall, task=assigned, by=people["head"], reason=text)
        assert refused_fields(recall) == {"reason"}, text[:5]


def test_recalled_the_lead_sees_it_no_more(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("assigned")
    assert task in Task.objects.visible_to(people["officer"])
    actions.recall(task=task, by=people["head"], reason="Giao lại.")
    for who in ("officer", "lead_head", "helper"):
        assert task not in Task.objects.visible_to(people[who])
    assert task in Task.objects.visible_to(people["secretary"])


def test_orders_are_entered_by_those_who_prepare(
    order: Order, bodies: Bodies, people: dict[str, Person]
) -> None:
    for who in ("head", "member", "officer", "inspector", "sister", "outsider"):
        with pytest.raises(Refused) as refused:
            order_actions.save_order(
                order=Order(body=bodies.committee, number="7", kind="plan"), by=people[who]
            )
        assert refused.value.status == 403
    twin = Order(body=bodies.committee, number=order.number, kind="plan", issued_on=order.issued_on)
    with pytest.raises(ValidationError):
        order_actions.save_order(order=twin, by=people["secretary"])
    moved = Order.objects.get(pk=order.pk)
    moved.body = bodies.sister
    for who in ("secretary", "sister"):
        with pytest.raises(Refused):
            order_actions.save_order(order=moved, by=people[who])
    for name, content in (
        ("a.exe", b"MZ"),
        ("a.pdf", b"no pdf"),
        ("a.pdf", b""),
        ("a.docx", b"PK\x03\x04junk"),
    ):
        file = SimpleUploadedFile(name, content)
        assert refused_fields(
            partial(order_actions.save_order, order=order, by=people["secretary"], file=file)
        ) == {"file"}


def test_who_is_told(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    secretary, head = people["secretary"], people["head"]
    draft = task_at("draft")
    assert told_by(partial(actions.propose, task=draft, by=secretary)) == {
        ("task_proposed", "head"),
        ("task_proposed", "standing_deputy"),
    }
    assert told_by(partial(actions.assign, task=draft, by=head)) == {
        ("task_assigned", "lead_head"),
        ("task_assigned", "officer"),
        ("help_assigned", "helper"),
    }
    edit: dict[str, Any] = {"task": draft, "values": {"deliverable": "Bản đồ"}, "by": secretary}
    assert told_by(partial(actions.edit_task, **edit)) == {
        ("task_changed", "lead_head"),
        ("task_changed", "officer"),
        ("help_changed", "helper"),
    }
    assert told_by(partial(actions.recall, task=draft, by=head, reason="Giao lại.")) == {
        ("task_recalled", "lead_head"),
        ("task_recalled", "officer"),
        ("help_ended", "helper"),
    }
    assert told_by(partial(actions.edit_task, **{**edit, "values": {"title": "Khác"}})) == set()
    assert told_by(partial(actions.recall, task=task_at("proposed"), by=secretary, reason="Sửa.")) == set()
    paper: dict[str, Any] = {"task": task_at("proposed"), "by": secretary, "approval": "5/TTr"}
    assert told_by(partial(actions.record_approval, **paper)) == {
        ("task_assigned", "lead_head"),
        ("task_assigned", "officer"),
        ("help_assigned", "helper"),
    }
