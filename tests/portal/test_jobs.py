"""Jobs for real: queued in a broker, run by a worker process, letters sent to a mail server."""

from __future__ import annotations

import os
from collections import Counter
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from committees.models import Person
from imports import actions as import_actions
from imports.jobs import read_imports
from imports.models import Import
from notices.calendar import Calendar
from notices.jobs import remind
from notices.models import CalendarDay, Letter, Notice, Policy
from notices.public_holidays import fill_years_around
from portal.shared.days import today
from tasks.models import Order
from tests.imports.limits_helpers import ATTACKS
from tests.portal.jobs_helpers import until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def late(task_at: Any) -> Any:
    # Whatever day the test runs on, people work on it.
    CalendarDay.objects.create(day=today(), is_working=True, name="Ngày làm việc")
    fill_years_around(today())
    task = task_at("in_progress", due_on=Calendar.read().add_working_days(today(), -7))
    # Whatever hour it runs at, letters may go.
    Policy.objects.create(body=task.assigner, after=[7], hour=time_of_day(0))
    return task


def test_a_worker_sends_one_letter_to_whoever_is_late(
    worker: Any, smtp: Any, people: dict[str, Person], late: Any
) -> None:
    worker(EMAIL_URL=f"smtp://127.0.0.1:{smtp.port}")
    for _again in range(3):
        remind.delay()
    until(lambda: Letter.objects.filter(person=people["officer"], state=Letter.State.SENT).exists())
    until(lambda: not Letter.objects.exclude(state__in=("sent", "empty")).exists())

    letter = Letter.objects.get(person=people["officer"])
    assert letter.answer.startswith("250")
    assert set(Counter(message["To"] for message in smtp.messages).values()) == {1}
    (told,) = Notice.objects.filter(person=people["officer"], kind="overdue")
    assert (told.about_id, told.state, told.letter) == (late.pk, Notice.State.TOLD, letter)
    assert late.title in letter.text


@pytest.mark.once
def test_two_bad_files_let_a_letter_through(
    worker: Any, smtp: Any, people: dict[str, Person], late: Any, order: Order, settings: Any
) -> None:
    """Neither file can be read before the letter has gone: whoever opens one hangs."""
    settings.MEDIA_ROOT = Path(os.environ["PORTAL_VAR"]) / "files"
    bad = []
    for name in ("a.xlsx", "b.xlsx"):
        file = SimpleUploadedFile(name, ATTACKS["spaces"]().read())
        bad.append(import_actions.start_import(order=order, file=file, by=people["secretary"]))
    contents = [Path(imported.file.path).read_bytes() for imported in bad]
    for imported in bad:
        Path(imported.file.path).unlink()
        os.mkfifo(imported.file.path)
    worker(processes=2, EMAIL_URL=f"smtp://127.0.0.1:{smtp.port}")
    until(lambda: Import.objects.filter(read_since__isnull=False).count() == 1)
    remind.delay()
    until(lambda: Letter.objects.filter(person=people["officer"], state=Letter.State.SENT).exists())
    assert set(Import.objects.values_list("state", flat=True)) == {"reading"}

    # The disk is back: what hangs fails and is tried again, and both end with a sentence.
    for imported, content in zip(bad, contents, strict=True):
        hanging = os.open(imported.file.path, os.O_RDWR)
        Path(imported.file.path).unlink()
        Path(imported.file.path).write_bytes(content)
        os.close(hanging)
    for _again in bad:
        read_imports.delay()
    until(lambda: set(Import.objects.values_list("state", "problem")) == {("failed", "swollen")})
