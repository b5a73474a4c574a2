"""One call does a verb to many tasks and says of each what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from committees.models import Person
from tasks import actions as task_actions
from tasks.many import actions
from tasks.models import Run, Task
from tests.support.people import WHY, TaskAt

People = dict[str, Person]


def post(person: Person, data: Any, **headers: str) -> Any:
    client = Client()
    client.force_login(person)
    return client.post("/api/tasks/many/", data, content_type="application/json", headers=headers)


def test_an_outcome_for_each(people: People, task_at: TaskAt) -> None:
    waits, done = task_at("submitted"), task_at("completed")
    data = {"verb": "send_back", "tasks": [waits.pk, done.pk, 10**9], "values": {"reason": WHY}}
    answer = post(people["secretary"], data)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert {row["task"]: row["outcome"] for row in body["rows"]} == {
        waits.pk: "done",
        done.pk: "refused",
        10**9: "missing",
    }
    assert (body["state"], body["counts"]["done"], body["counts"]["total"]) == ("done", 1, 3)
    assert not post(people["sister"], {**data, "tasks": [waits.pk]}).json()["counts"]["done"]


def test_a_task_that_was_read_in_another_version_is_left(people: People, task_at: TaskAt) -> None:
    task = task_at("submitted")
    seen = task.version
    task_actions.send_back(task=task, by=people["head"], reason=WHY)
    task_actions.submit(task=task, by=people["officer"], report="Bản hai.")
    data = {"verb": "confirm", "tasks": [task.pk], "versions": {str(task.pk): seen}}
    (row,) = post(people["secretary"], data).json()["rows"]
    assert row["outcome"] == "changed"
    assert "Officer" in row["reason"]


def test_tasks_by_the_filters_of_the_list(people: People, task_at: TaskAt) -> None:
    tasks = [task_at("submitted") for _number in range(2)]
    other = task_at("in_progress")
    answer = post(people["head"], {"verb": "confirm", "filter": {"standing": "submitted"}})
    assert {row["task"] for row in answer.json()["rows"]} == {task.pk for task in tasks}
    other.refresh_from_db()
    assert other.state == "in_progress"


def test_sent_twice_it_is_done_once(people: People, task_at: TaskAt) -> None:
    data = {"verb": "confirm", "tasks": [task_at("submitted").pk]}
    answers = [post(people["head"], data, **{"idempotency-key": "k1"}) for _again in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["counts"]["done"] == 1
    assert Run.objects.count() == 1


def test_many_are_answered_at_once_and_read_later(
    people: People, task_at: TaskAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "FEW", 1)
    monkeypatch.setattr(actions, "queue", lambda job, pk: None)
    tasks = [task_at("submitted") for _number in range(2)]
    answer = post(people["head"], {"verb": "confirm", "tasks": [task.pk for task in tasks]})
    assert (answer.status_code, answer.json()["state"], answer.json()["rows"]) == (202, "running", [])
    actions.carry_out(answer.json()["id"])
    client = Client()
    client.force_login(people["head"])
    address = f"/api/tasks/many/{answer.json()['id']}/"
    assert client.get(address).json()["counts"]["done"] == 2
    rows = client.get(f"{address}rows/?page_size=1").json()
    assert (rows["count"], rows["results"][0]["outcome"]) == (2, "done")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"verb": "withdraw", "tasks": [1]},
        {"verb": "confirm"},
        {"verb": "confirm", "tasks": []},
        {"verb": "confirm", "tasks": ["x"]},
        {"verb": "confirm", "tasks": [1], "filter": {}},
        {"verb": "confirm", "filter": {"nonsense": "1"}},
        {"verb": "confirm", "filter": {"standing": "x"}},
        {"verb": "confirm", "tasks": [1], "values": {"reason": "x"}},
        {"verb": "send_back", "tasks": [1]},
        {"verb": "confirm", "tasks": [1], "more": 1},
        {"verb": "edit", "tasks": [1], "values": {"title": "x", "version": 1}},
    ],
)
def test_what_makes_no_sense_is_refused(people: People, task_at: TaskAt, wrong: dict[str, Any]) -> None:
    task = task_at("submitted")
    assert post(people["head"], wrong).status_code == 400
    assert Task.objects.get(pk=task.pk).state == "submitted"
    assert not Run.objects.exists()
