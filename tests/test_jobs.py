"""The morning's job for real: queued in a broker, run by a worker process, sent to a mail server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import time as time_of_day
from typing import Any

import pytest

from committees.models import Person
from notices.calendar import Calendar
from notices.jobs import remind
from notices.models import CalendarDay, Letter, Notice, Policy
from notices.seeding import seed_around
from portal.shared.days import today

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def until(true: Callable[[], bool], seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the worker did not come to it"
        time.sleep(0.2)


def test_a_worker_sends_one_letter_to_whoever_is_late(
    worker: Any, smtp: Any, people: dict[str, Person], task_at: Any
) -> None:
    # Whatever day the test runs on, people work on it.
    CalendarDay.objects.create(day=today(), is_working=True, name="Ngày làm việc")
    seed_around(today())
    task = task_at("in_progress", due_on=Calendar.read().add_working_days(today(), -7))
    # Whatever hour it runs at, letters may go.
    Policy.objects.create(body=task.assigner, after=[7], hour=time_of_day(0))
    worker(EMAIL_URL=f"smtp://127.0.0.1:{smtp.port}")
    for _again in range(3):
        remind.delay()
    until(lambda: Letter.objects.filter(person=people["officer"], state=Letter.State.SENT).exists())
    until(lambda: not Letter.objects.exclude(state__in=("sent", "empty")).exists())

    letter = Letter.objects.get(person=people["officer"])
    assert letter.answer.startswith("250")
    assert set(Counter(message["To"] for message in smtp.messages).values()) == {1}
    (told,) = Notice.objects.filter(person=people["officer"], kind="overdue")
    assert (told.about_id, told.state, told.letter) == (task.pk, Notice.State.TOLD, letter)
    assert task.title in letter.text
