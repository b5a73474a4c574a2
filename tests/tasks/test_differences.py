"""Where a form that went stale differs from the row: each field once, as its reader writes it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.forms.differences import cycle_difference, differences, part_difference
from tasks.models import Task
from tests.support.people import Bodies, TaskAt
from tests.tasks.cycle_actions.helpers import MONTHLY, People, recurring

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]


def test_days_choices_and_empty_fields_read_as_words(task_at: TaskAt) -> None:
    task = task_at("draft", deliverable="Báo cáo", due_on=date(2027, 6, 30))
    typed: dict[str, Any] = {
        "title": task.title,
        "deliverable": "",
        "due_on": date(2027, 9, 30),
        "start_on": None,
        "secrecy": Task.Secrecy.RESTRICTED,
    }
    assert differences(task, typed) == [
        ("Deliverable", "Báo cáo", "none"),
        ("Deadline", "30/06/2027", "30/09/2027"),
        ("Secrecy", "normal", "restricted"),
    ]


def test_bodies_that_help_and_cycles(task_at: TaskAt, people: People, bodies: Bodies) -> None:
    task = task_at("in_progress", parts=[PartSpec(bodies.helper, "coordinating")])
    assert part_difference(task, [PartSpec(bodies.helper, "coordinating")]) == []
    helper = f"{bodies.helper.brief} (coordinating)"
    assert part_difference(task, []) == [("Bodies that help", helper, "none")]
    weekly = Cycle("week", 5, MONTHLY.starts_on, MONTHLY.until)
    ((name, saved, _typed),) = cycle_difference(task, weekly)
    assert (name, saved) == ("Cycle", "none")
    task = recurring(task, people)
    assert cycle_difference(task, MONTHLY) == cycle_difference(task, None) == []
    ((_name, saved, typed),) = cycle_difference(task, weekly)
    assert saved.startswith("every month on day 25")
    assert typed.startswith("every week on ")
