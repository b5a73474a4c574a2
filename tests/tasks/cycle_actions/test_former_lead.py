"""A body that led a recurring task reads its cycle as it was when another body took over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tasks import actions
from tasks.cycles import Cycle
from tasks.models import Task
from tests.support.api import Api
from tests.support.people import Bodies
from tests.tasks.cycle_actions.helpers import MONTHLY, People, on

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_it_reads_the_cycle_that_it_had(head_at: Callable[..., Task], people: People, bodies: Bodies) -> None:
    head = head_at()
    with on(date(2026, 9, 20)):
        actions.change_lead(task=head, by=people["head"], lead=bodies.sister, reason="Đúng thẩm quyền.")
        weekly = Cycle("week", 5, MONTHLY.starts_on, MONTHLY.until)
        actions.edit_task(task=Task.objects.get(pk=head.pk), values={}, cycle=weekly, by=people["secretary"])
        cycles = {
            who: Api(people[who]).get(f"tasks/{head.pk}/").json()["recurrence"]
            for who in ("officer", "sister", "secretary")
        }
    assert (cycles["officer"]["every"], cycles["officer"]["day"]) == ("month", 25)
    assert (cycles["sister"]["every"], cycles["sister"]["day"]) == ("week", 5)
    assert cycles["secretary"] == cycles["sister"]
