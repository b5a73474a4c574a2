"""The same five questions asked of the first deadline: what an extension does not repair."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Person
from portal.shared.days import today
from tasks import actions
from tasks.lifecycle import CURRENT, FIRST, FIVE, Standing
from tasks.models import Task
from tests.support.api import Api
from tests.support.people import TaskAt

DAY = timedelta(days=1)
People = dict[str, Person]


def extended(task_at: TaskAt, people: People, on: Any, state: str = "in_progress") -> Task:
    """Given for `on`, then extended by a decision to twenty days later."""
    task = task_at("in_progress", due_on=today() + 5 * DAY)
    actions.ask_extension(
        task=task, by=people["officer"], proposed_on=today() + 25 * DAY, reason="Chờ hướng dẫn."
    )
    actions.approve_request(task=task, by=people["head"])
    # The days pass: only the first deadline is behind us.
    Task.objects.filter(pk=task.pk).update(original_due_on=on)
    task.refresh_from_db()
    if state in ("submitted", "completed"):
        actions.add_evidence(task=task, by=people["officer"], kind="document", document="12/BC")
        actions.submit(task=task, by=people["officer"], report="Đã xong.")
    if state == "completed":
        actions.confirm(task=task, by=people["secretary"])
    task.refresh_from_db()
    return task


@pytest.mark.parametrize(
    "state, current, first",
    [
        ("completed", "done_on_time", "done_late"),
        ("submitted", "in_time", "overdue"),
        ("in_progress", "in_time", "overdue"),
    ],
)
def test_delivered_within_the_extension(
    task_at: TaskAt, people: People, state: str, current: str, first: str
) -> None:
    """On time by the current deadline, late by the first; in the task, the list, the API and its rows."""
    task = extended(task_at, people, today() - 3 * DAY, state)
    assert (task.standing(today()), task.standing(today(), FIRST)) == (current, first)
    api = Api(people["secretary"])
    for deadline, way in (("current", current), ("first", first)):
        numbers = api.get("tasks/tally/", deadline=deadline).json()
        assert {name: numbers[name] for name in FIVE if numbers[name]} == {way: 1}
        listed = api.get("tasks/", deadline=deadline, standing=way).json()["results"]
        assert [(row["id"], row["standing"]) for row in listed] == [(task.pk, way)]
    assert api.get("tasks/", standing=first).json()["count"] == 0


def test_days_are_counted_from_the_deadline_that_was_asked(task_at: TaskAt, people: People) -> None:
    task = extended(task_at, people, today() - 3 * DAY)
    assert (task.days_left(today()), task.days_left(today(), FIRST)) == (25, -3)
    row = Api(people["secretary"]).get("tasks/", deadline="first").json()["results"][0]
    assert (row["standing"], row["days_left"]) == ("overdue", -3)


def test_a_deadline_brought_forward_is_late_by_the_current_one_only(task_at: TaskAt, people: People) -> None:
    task = task_at("in_progress", due_on=today() + 30 * DAY)
    Task.objects.filter(pk=task.pk).update(due_on=today() - DAY)
    tasks = Task.objects.all()
    assert [tasks.standing(Standing.OVERDUE, today(), due).count() for due in (CURRENT, FIRST)] == [1, 0]


def page(person: Person, address: str) -> Any:
    Person.objects.filter(pk=person.pk).update(language="en")
    client = Client()
    client.force_login(person)
    return client.get(address)


def test_the_list_by_the_first_deadline_agrees_with_itself(task_at: TaskAt, people: People) -> None:
    extended(task_at, people, today() - 3 * DAY)
    task_at("in_progress", due_on=today() + 3 * DAY)
    task_at("submitted", due_on=today() + 3 * DAY)
    answer = page(people["secretary"], "/tasks/?deadline=first")
    counts = answer.context["counts"]
    assert (counts["given"], counts["overdue"], counts["in_time"]) == (3, 1, 2)
    assert [row.mark for row in answer.context["rows"]].count("overdue") == 1
    assert [(one.name, str(one.value)) for one in answer.context["conditions"]] == [
        ("deadline", "the first deadline")
    ]
    for chip in answer.context["chips"]:
        listed = page(people["secretary"], f"/tasks/{chip.url}")
        assert "deadline=first" in chip.url
        assert listed.context["page"].paginator.count == chip.count
    assert page(people["secretary"], "/tasks/?deadline=current").context["conditions"] == []


def test_a_period_asks_of_the_same_deadline(task_at: TaskAt, people: People) -> None:
    """Due in 2030 by the current deadline, in 2020 by the first."""
    task = task_at("in_progress", due_on=date(2030, 5, 5))
    Task.objects.filter(pk=task.pk).update(original_due_on=date(2020, 5, 5))
    api = Api(people["secretary"])
    found = [
        api.get("tasks/", deadline=deadline, period=period).json()["count"]
        for deadline in ("current", "first")
        for period in ("2030", "2020")
    ]
    assert found == [1, 0, 0, 1]


def test_the_overview_has_a_switch_and_keeps_it(task_at: TaskAt, people: People) -> None:
    extended(task_at, people, today() - 3 * DAY, "completed")
    answer = page(people["secretary"], "/reports/?by=order&deadline=first")
    assert (answer.context["counts"]["done_late"], answer.context["counts"]["done_on_time"]) == (1, 0)
    text = answer.content.decode()
    assert "By first deadline" in text
    assert "By current deadline" in text
    links = [url for choice in answer.context["choices"] for _label, url, _on in choice]
    assert sum("deadline=first" in url for url in links) == len(links) - 1
    assert all("deadline=first" in cell["url"] for row in answer.context["rows"] for cell in row["cells"])


def test_an_unknown_deadline_is_refused_or_ignored(people: People) -> None:
    assert Api(people["secretary"]).get("tasks/", deadline="last").status_code == 400
    assert page(people["secretary"], "/tasks/?deadline=last").context["form"].errors
    assert page(people["secretary"], "/reports/?deadline=last").status_code == 200


@pytest.mark.parametrize(
    "address", ["/reports/?deadline=first&ways=three", "/tasks/?deadline=first&at_risk=0"]
)
def test_pages_ask_as_often_for_many_tasks_as_for_one(task_at: TaskAt, people: People, address: str) -> None:
    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    client = Client()
    client.force_login(people["secretary"])
    task_at("in_progress")
    few = queries()
    for number in range(5):
        task = task_at("in_progress", pillar=f"Trụ {number}")
        actions.flag_risk(task=task, by=people["officer"], days=2, remedy="Thêm người.")
    assert queries() == few <= 12
