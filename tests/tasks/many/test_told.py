"""Who is told of a run: each person in one letter, however many tasks it named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine

from committees.models import Person
from notices.daily_run import remind
from notices.delivery.sender import send_at_once
from notices.models import Letter, Notice
from notices.preferences import save_preferences
from notices.public_holidays import fill_years
from portal.shared.days import VIETNAM
from tests.support.people import TaskAt
from tests.tasks.many.helpers import carried_out

TODAY = date(2026, 7, 21)  # a Tuesday


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 7, 21, 14, tzinfo=VIETNAM), tick=True) as clock:
        fill_years(2026, 2026)
        yield clock


@pytest.mark.parametrize("how", ["daily", "at_once"])
def test_one_letter_tells_of_all(people: dict[str, Person], task_at: TaskAt, how: str) -> None:
    officer = people["officer"]
    save_preferences(person=officer, by=officer, chosen={"task_confirmed": how})
    tasks = [task_at("submitted", title=f"Việc số {number}") for number in range(4)]
    Notice.objects.all().delete()
    carried_out("confirm", tasks, people["head"])
    assert Notice.objects.filter(person=officer, kind="task_confirmed").count() == len(tasks)
    if how == "at_once":
        send_at_once(TODAY)
    else:
        remind(TODAY)
    letter = Letter.objects.get(person=officer)
    assert letter.state == Letter.State.SENT
    assert all(task.title in letter.text for task in tasks)
    assert not Notice.objects.filter(person=officer, state=Notice.State.OWED).exists()
