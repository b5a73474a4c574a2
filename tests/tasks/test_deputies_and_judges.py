"""A deputy's own field, approval on paper, and nobody confirms their own work."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from committees.models import Membership, Person
from portal.shared.days import start_of
from tasks import actions, rules
from tasks.diagram import diagram, table
from tasks.lifecycle import State
from tasks.models import Task
from tasks.verbs import VERBS, verdicts
from tests.support.people import Bodies, TaskAt
from tests.support.verbs import do
from tests.tasks.lifecycle_helpers import everything, outcome

pytestmark = pytest.mark.once


# --- a deputy's own field, approval on paper ----------------------------------------------------


OWN_FIELD = [
    ("", "Thể chế", False),
    ("Thể chế", "Thể chế", True),
    ("Hạ tầng; Thể chế", "thể chế", True),
    ("Hạ tầng; Thể chế", "the che", True),
    ("Hạ tầng", "Thể chế", False),
    ("Hạ tầng", "", False),
    ("Hạ tầng;", "", False),
]


def test_a_deputy_approves_drafts_of_their_own_field(people: dict[str, Person], task_at: TaskAt) -> None:
    for fields, pillar, ok in OWN_FIELD:
        Membership.objects.filter(person=people["deputy"]).update(fields=fields)
        task = task_at("proposed", pillar=pillar)
        assert bool(rules.may_assign(people["deputy"], task)) is ok, (fields, pillar)
        said = outcome(do, "assign", task, people["deputy"], people)
        assert said == ("ok" if ok else "403"), (fields, pillar)
        task.refresh_from_db()
        assert task.state == ("assigned" if ok else "proposed")
        assert task.assigned_by == (people["deputy"] if ok else None)


def test_a_field_in_another_body_counts_for_nothing_here(
    bodies: Bodies, people: dict[str, Person], task_at: TaskAt
) -> None:
    Membership.objects.filter(person=people["member"]).update(fields="Thể chế")
    task = task_at("proposed", pillar="Thể chế")
    assert not rules.may_assign(people["member"], task)


def test_the_secretary_records_an_approval_on_paper(people: dict[str, Person], task_at: TaskAt) -> None:
    task = actions.record_approval(
        task=task_at("proposed"), by=people["secretary"], approval="Bút phê 12/11/2025"
    )
    assert (task.state, task.approval) == ("assigned", "Bút phê 12/11/2025")
    assert (task.assigned_by, task.original_due_on) == (people["secretary"], task.due_on)
    event = Event.objects.get(verb="task_approval_recorded")
    assert event.after["approval"] == "Bút phê 12/11/2025"
    assert not rules.may_assign(people["secretary"], task_at("proposed"))


# --- evidence, and nobody confirms their own work -----------------------------------------------


def test_nothing_is_submitted_without_evidence(people: dict[str, Person], task_at: TaskAt) -> None:
    for state in ("assigned", "in_progress"):
        task, officer = task_at(state), people["officer"]
        assert outcome(do, "submit", task, officer, people) == "409"
        evidence = actions.add_evidence(task=task, by=officer, kind="document", document="1/BC")
        actions.remove_evidence(evidence=evidence, by=officer)
        before = everything(task)
        assert outcome(do, "submit", task, officer, people) == "409"
        assert everything(task) == before


def test_nobody_judges_what_they_reported(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> None:
    """Not with an office on both sides, and not as a superuser; somebody else may."""
    task = task_at("assigned", lead=bodies.committee, parts=[])
    actions.add_evidence(task=task, by=people["secretary"], kind="document", document="1/BC")
    actions.submit(task=task, by=people["secretary"], report="Xong.")
    for verb in ("confirm", "send_back"):
        assert outcome(do, verb, task, people["secretary"], people) == "403"
    assert outcome(do, "confirm", task, people["head"], people) == "ok"

    other = task_at("in_progress")
    actions.add_evidence(task=other, by=people["admin"], kind="document", document="1/BC")
    actions.submit(task=other, by=people["admin"], report="Xong.")
    for verb in ("confirm", "send_back"):
        assert outcome(do, verb, other, people["admin"], people) == "403"


def test_the_database_refuses_it_too(people: dict[str, Person], task_at: TaskAt) -> None:
    task = task_at("submitted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(
            state="completed", confirmed_by=task.submitted_by, confirmed_at=timezone.now()
        )


BROKEN: list[dict[str, Any]] = [
    {"state": "completed"},
    {"confirmed_at": start_of(date(2026, 7, 1))},
    {"submitted_at": None},
    {"submitted_by": None},
    {"state": "in_progress"},
    {"state": "suspended"},
    {"lead": None},
    {"percent": 101},
    {"risk_days": 5},
]


def test_the_database_keeps_pairs_together(task_at: TaskAt) -> None:
    task = task_at("submitted")
    for broken in BROKEN:
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**broken)


# --- what each step leaves on the row -----------------------------------------------------------


def test_sent_back_the_clock_runs_as_if_it_had_never_stopped(
    people: dict[str, Person], task_at: TaskAt
) -> None:
    task = actions.send_back(task=task_at("submitted"), by=people["secretary"], reason="Thiếu phụ lục.")
    assert (task.submitted_by, task.submitted_at, task.submissions) == (None, None, 1)
    task = actions.submit(task=task, by=people["lead_head"], report="Đã bổ sung phụ lục.")
    assert (task.submitted_by, task.submissions) == (people["lead_head"], 2)
    assert list(task.progress.order_by("report").values_list("report", flat=True)) == [1, 2]


def test_resumed_to_where_it_was(people: dict[str, Person], task_at: TaskAt) -> None:
    for state in ("assigned", "in_progress"):
        task = actions.suspend(task=task_at(state), by=people["head"], reason="Chờ.")
        assert task.suspended_from == state
        task = actions.resume(task=task, by=people["head"])
        assert (task.state, task.suspended_from) == (state, "")


def test_a_draft_that_was_withdrawn_was_never_issued(people: dict[str, Person], task_at: TaskAt) -> None:
    """Python and the database agree on who was given what."""
    task = actions.withdraw(task=task_at("draft"), by=people["secretary"], reason="Trùng.")
    assert not task.is_issued
    assert not Task.objects.issued().filter(pk=task.pk).exists()
    assert not Task.objects.visible_to(people["officer"]).filter(pk=task.pk).exists()
    for state in State.values:
        task = task_at(state)
        assert task.is_issued is Task.objects.issued().filter(pk=task.pk).exists(), state


def test_an_inspector_reads_and_changes_nothing(people: dict[str, Person], task_at: TaskAt) -> None:
    for state in ("in_progress", "submitted"):
        task = task_at(state)
        assert Task.objects.visible_to(people["inspector"]).filter(pk=task.pk).exists()
        assert not any(verdicts(people["inspector"], task).values())


def test_the_page_of_the_life_of_a_task_is_drawn_from_the_table() -> None:
    page = (settings.BASE_DIR / "docs" / "lifecycle.md").read_text()
    assert diagram() in page
    assert table() in page
    for verb in VERBS.values():
        assert verb.move is None or f"`{verb.name}`" in page
