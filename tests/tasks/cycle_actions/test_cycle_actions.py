"""A recurring task: its cycle, and the tasks that fall due in it, made in time, caught up, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction

from audit.models import Event
from notices.models import Notice
from portal.shared.days import VIETNAM
from tasks import actions, jobs
from tasks.actions import common
from tasks.actions import cycles as recurring
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.models import Task
from tests.support.people import Bodies
from tests.support.told import told_by
from tests.tasks.cycle_actions.helpers import GIVEN, People, days_of, made, on
from tests.tasks.races_helpers import pushed

WEEKLY = Cycle("week", 5, date(2026, 9, 1), date(2027, 12, 31))


# --- what an occurrence is ----------------------------------------------------------------------


def test_an_occurrence_is_a_task_of_its_own(head_at: Callable[..., Task], people: People) -> None:
    head = head_at(title="Báo cáo tiến độ", title_en="Report progress", number="5", pillar="Thể chế")
    assert told_by(partial(made, GIVEN)) == {
        ("task_assigned", "officer"),
        ("task_assigned", "lead_head"),
        ("help_assigned", "helper"),
    }
    task = head.children.get()
    assert (task.title, task.title_en) == ("Báo cáo tiến độ (tháng 9/2026)", "Report progress (month 9/2026)")
    assert (task.state, task.due_kind, task.due_on) == ("assigned", "day", date(2026, 9, 25))
    assert task.due_on == task.occurrence_on == task.original_due_on
    for name in ("number", "pillar", "assigner", "lead", "assigned_by", "created_by", "secrecy", "programme"):
        assert getattr(task, name) == getattr(head, name), name
    assert [(part.body_id, part.kind) for part in task.parts.all()] == [
        (part.body_id, part.kind) for part in head.parts.all()
    ]
    event = Event.objects.about(task).get()
    assert (event.verb, event.by, event.by_name) == ("task_recurred", None, "Cổng điều hành")
    assert task.lead_id in event.body_ids
    # From here on it is like any other task.
    actions.accept(task=task, by=people["officer"])
    actions.ask_extension(
        task=task, by=people["officer"], proposed_on=date(2099, 1, 1), reason="Chờ số liệu."
    )
    head.refresh_from_db()
    assert (head.state, head.due_on, head.original_due_on) == ("in_progress", None, None)


def test_a_parts_own_day_does_not_come_back_every_period(
    head_at: Callable[..., Task], bodies: Bodies
) -> None:
    part = PartSpec(bodies.helper, "coordinating", "Số liệu ngân sách", date(2026, 9, 20))
    head = head_at(parts=[part])
    made(GIVEN)
    copied = head.children.get().parts.get()
    assert (copied.body, copied.work, copied.due_on) == (bodies.helper, "Số liệu ngân sách", None)


def test_a_long_title_keeps_its_period(head_at: Callable[..., Task]) -> None:
    head = head_at(title="Báo cáo " + "x" * 492)
    made(GIVEN)
    title = head.children.get().title
    assert len(title) == 500
    assert title.endswith("x (tháng 9/2026)")


def test_a_secret_cycle_makes_secret_tasks_without_words(head_at: Callable[..., Task]) -> None:
    head = head_at(secrecy="secret", title="", number="12", parts=[])
    made(GIVEN)
    assert head.children.get().title == head.title
    assert head.children.get().secrecy == "secret"


# --- when they are made -------------------------------------------------------------------------


def test_each_is_made_when_its_period_begins(head_at: Callable[..., Task]) -> None:
    head = head_at()
    assert made(GIVEN) == 1
    assert made(date(2026, 9, 30)) == 0
    assert made(date(2026, 10, 1)) == 1
    assert days_of(head) == ["25/09/2026", "25/10/2026"]


def test_midnight_is_midnight_in_vietnam(head_at: Callable[..., Task]) -> None:
    head = head_at()
    made(GIVEN)
    with time_machine.travel(datetime(2026, 10, 1, 0, 5, tzinfo=VIETNAM), tick=False):
        jobs.make_occurrences()
    assert days_of(head) == ["25/09/2026", "25/10/2026"]


def test_an_outage_is_caught_up_and_nothing_made_twice(head_at: Callable[..., Task]) -> None:
    weekly, monthly = head_at(WEEKLY), head_at()
    made(GIVEN)
    later = GIVEN + timedelta(days=100)
    assert made(later) == 14 + 3
    assert made(later) == 0
    assert days_of(monthly) == ["25/09/2026", "25/10/2026", "25/11/2026", "25/12/2026"]
    fridays = [date(2026, 9, 18) + timedelta(weeks=week) for week in range(15)]
    assert days_of(weekly) == [f"{day:%d/%m/%Y}" for day in fridays]


def test_across_new_year_and_month_ends(head_at: Callable[..., Task]) -> None:
    head = head_at(Cycle("month", 31, date(2027, 11, 1), date(2028, 4, 30)))
    made(date(2028, 6, 1))
    assert days_of(head) == [
        *("30/11/2027", "31/12/2027", "31/01/2028", "29/02/2028", "31/03/2028", "30/04/2028"),
    ]
    titles = list(head.children.order_by("due_on").values_list("title", flat=True))
    assert titles[1].endswith("(tháng 12/2027)")
    assert titles[2].endswith("(tháng 1/2028)")


def test_only_days_of_the_cycle(head_at: Callable[..., Task]) -> None:
    head = head_at(Cycle("month", 25, date(2026, 9, 26), date(2026, 11, 24)))
    made(date(2027, 6, 1))
    assert days_of(head) == ["25/10/2026"]


def test_what_was_due_before_it_was_given_is_not_made(head_at: Callable[..., Task]) -> None:
    head = head_at(Cycle("week", 2, date(2025, 1, 1), date(2027, 12, 31)))  # a Tuesday; given on a Wednesday
    assert made(GIVEN) == 0
    assert made(GIVEN + timedelta(days=5)) == 1
    assert days_of(head) == ["22/09/2026"]


@pytest.mark.parametrize("state", ["draft"])
def test_a_draft_makes_nothing(head_at: Callable[..., Task], state: str) -> None:
    head_at(state=state)
    assert made(date(2027, 1, 1)) == 0


def test_nothing_while_suspended_and_what_passed_meanwhile_is_left(
    head_at: Callable[..., Task], people: People
) -> None:
    head = head_at()
    made(GIVEN)
    with on(date(2026, 9, 28)):
        actions.suspend(task=head, by=people["secretary"], reason="Chờ hướng dẫn.")
    assert made(date(2026, 12, 10)) == 0
    # Also when it is stopped after the job has read what runs.
    assert recurring.make_occurrences_of(head, on=date(2026, 12, 10)) == 0
    with on(date(2026, 12, 10)):
        actions.resume(task=head, by=people["secretary"])
    assert made(date(2026, 12, 10)) == 1
    assert days_of(head) == ["25/09/2026", "25/12/2026"]


def test_nothing_more_once_it_is_withdrawn_or_reported(head_at: Callable[..., Task], people: People) -> None:
    withdrawn, reported = head_at(), head_at()
    made(GIVEN)
    with on(date(2026, 9, 28)):
        actions.withdraw(task=withdrawn, by=people["secretary"], reason="Trùng.")
        actions.add_evidence(task=reported, by=people["officer"], kind="document", document="1/BC")
        actions.submit(task=reported, by=people["officer"], report="Đã xong.")
    assert made(date(2026, 11, 1)) == 0
    with on(date(2026, 11, 2)):
        actions.send_back(task=reported, by=people["secretary"], reason="Còn kỳ tháng 10.")
    # Sent back the clock runs as if it had never stopped.
    assert made(date(2026, 11, 2)) == 2
    assert days_of(reported) == ["25/09/2026", "25/10/2026", "25/11/2026"]
    assert withdrawn.children.get().state == "assigned"


def test_what_is_wrong_with_one_keeps_no_other(
    head_at: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = head_at(), head_at()
    real = recurring.make_occurrences_of

    def make(head: Task, *, on: date) -> int:
        if head.pk == broken.pk:
            raise RuntimeError
        return real(head, on=on)

    monkeypatch.setattr(recurring, "make_occurrences_of", make)
    assert made(GIVEN) == 1
    monkeypatch.undo()
    assert made(GIVEN) == 1
    assert days_of(broken) == days_of(good) == ["25/09/2026"]


def test_a_crash_half_way_leaves_nothing(
    head_at: Callable[..., Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = head_at(WEEKLY)
    tell, said = common.record_event, []

    def crash(*args: Any, **kwargs: Any) -> None:
        said.append(args)
        if len(said) == 3:
            raise RuntimeError
        tell(*args, **kwargs)

    monkeypatch.setattr(recurring, "record_event", crash)
    before = Event.objects.count(), Notice.objects.count()
    assert made(GIVEN + timedelta(days=60)) == 0
    assert (days_of(head), Event.objects.count(), Notice.objects.count()) == ([], *before)
    monkeypatch.undo()
    assert made(GIVEN + timedelta(days=60)) == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_workers_at_once_make_none_twice(
    head_at: Callable[..., Task], caplog: pytest.LogCaptureFixture
) -> None:
    head = head_at(WEEKLY)
    day = GIVEN + timedelta(days=100)
    make = partial(actions.make_occurrences, on=day)
    # The first stands before the chain of events with everything written, the second comes to the cycle.
    assert pushed(make, make) == ["ok", "ok"]
    assert len(days_of(head)) == len(set(days_of(head))) == 15
    assert Event.objects.filter(verb="task_recurred").count() == 15
    # Not even by the constraint that would have stopped the second: it found nothing left to make.
    assert "was left for the next run" not in caplog.text


def test_the_database_makes_none_twice_either(head_at: Callable[..., Task]) -> None:
    head = head_at()
    made(GIVEN)
    twin = head.children.get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_the_job_runs_every_hour() -> None:
    schedule: Any = settings.CELERY_BEAT_SCHEDULE["make_occurrences"]
    assert schedule["task"] == jobs.make_occurrences.name
    assert schedule["schedule"].minute == {5}
    assert len(schedule["schedule"].hour) == 24


def test_with_nothing_to_make_the_job_asks_once(
    head_at: Callable[..., Task], django_assert_num_queries: Any
) -> None:
    for _cycle in range(3):
        head_at()
    made(GIVEN)
    with django_assert_num_queries(1):
        actions.make_occurrences(on=GIVEN)
