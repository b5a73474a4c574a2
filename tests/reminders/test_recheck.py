"""Between planning and sending the world changes: each reason to say nothing after all, one by one.

Something is owed, then somebody acts, then letters go. No mail says it, and the ledger says why. The last
test holds this table against the code: a reason that nobody tried here fails it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core import mail

from committees.models import Membership, Person
from notices import drop_reasons
from notices.appointments import AppointmentReason
from notices.delivery.sender import send_owed
from notices.drop_reasons import DropReason
from notices.models import Notice
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from reports.notice_kinds import FileReason
from tasks.actions.task_fields import PartSpec
from tests.reminders.recheck_cases import CASES, REPLACED, Happens, Owed
from tests.reminders.recheck_world import DUE, TODAY, World
from tests.support.people import Bodies, TaskAt

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(people: dict[str, Person], bodies: Bodies, task_at: TaskAt) -> Iterator[World]:
    at = datetime(2026, 7, 20, 8, 0, tzinfo=VIETNAM)
    with time_machine.travel(at, tick=False) as clock:
        fill_years(2026, 2026)
        Membership.objects.filter(person=people["lead_head"]).update(ends_on=date(2026, 6, 30))
        task = task_at("in_progress", due_on=DUE, parts=[PartSpec(bodies.helper, "coordinating", due_on=DUE)])
        yield World(task, people, bodies, task_at, clock)


@pytest.mark.once
@pytest.mark.parametrize("owed, happens, reason", CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_no_mail_and_the_ledger_says_why(
    world: World, owed: Owed, happens: Happens, reason: DropReason
) -> None:
    Notice.objects.all().delete()
    kind = owed(world)
    planned = set(Notice.objects.filter(kind=kind).values_list("pk", flat=True))
    assert planned
    happens(world)
    # What it is itself news of goes with the same letter, and is another test's affair.
    Notice.objects.exclude(pk__in=planned).delete()
    sent = send_owed(TODAY)
    rows: Any = Notice.objects.filter(pk__in=planned).values_list("state", "dropped_because", "letter")
    assert set(rows) == {(Notice.State.DROPPED, reason, None)}
    assert (sent.letters, sent.dropped, mail.outbox) == (0, len(planned), [])


@pytest.mark.parametrize("owed, reason", REPLACED, ids=lambda one: getattr(one, "__name__", ""))
def test_of_two_lines_one_is_told(world: World, owed: Owed, reason: DropReason) -> None:
    Notice.objects.all().delete()
    kind = owed(world)
    Notice.objects.exclude(kind=kind, person=world.officer).delete()
    send_owed(TODAY)
    rows = Notice.objects.order_by("pk").values_list("state", "dropped_because")
    assert sorted(rows) == [(Notice.State.DROPPED, reason), (Notice.State.TOLD, "")]
    (message,) = mail.outbox
    assert str(message.body).count("\n- ") == 1


# Nothing is forgotten here

OF_FILES = {FileReason.GONE}
# Of a file nobody is told twice: tests/reports/exports/test_exports.py.
# Of appointments: tests/committees/test_appointments_told.py and test_proposed_told.py.


def test_every_reason_in_the_code_was_tried() -> None:
    tried = {reason for *_what, reason in (*CASES, *REPLACED)}
    assert set(drop_reasons.every()) - OF_FILES - set(AppointmentReason) == tried
