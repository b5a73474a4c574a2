"""My notices over the API."""

from __future__ import annotations

from typing import Any

import pytest

from committees.models import Person
from notices.models import Notice
from tasks import actions
from tests.support.api import Api
from tests.support.people import TaskAt

pytestmark = pytest.mark.once


@pytest.fixture
def mine(people: dict[str, Person], task_at: TaskAt) -> list[Notice]:
    """What the officer was told of two tasks, newest first."""
    actions.suspend(task=task_at("assigned"), by=people["secretary"], reason="Chờ hướng dẫn")
    task_at("assigned")
    return list(Notice.objects.for_person(people["officer"]).order_by("-pk"))


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def test_the_list_holds_ones_own_newest_first(people: dict[str, Person], mine: list[Notice]) -> None:
    answer = Api(people["officer"]).get("notices/")
    assert ids(answer) == [notice.pk for notice in mine]
    assert answer.json()["count"] == len(mine) == 3
    row = answer.json()["results"][0]
    assert row["kind"] == "task_assigned"
    assert row["read_at"] is None
    assert row["label"]
    assert row["sentence"]
    assert Api(people["sister"]).get("notices/").json()["count"] == 0


def test_a_notice_of_another_is_not_there(people: dict[str, Person], mine: list[Notice]) -> None:
    path = f"notices/{mine[0].pk}/"
    assert Api(people["officer"]).get(path).json()["id"] == mine[0].pk
    for who in ("lead_head", "admin", "staff"):
        assert Api(people[who]).get(path).status_code == 404
        assert Api(people[who]).post(path + "read/").status_code == 404
    assert Notice.objects.filter(read_at__isnull=False).count() == 0


def test_reading_one_and_all(people: dict[str, Person], mine: list[Notice]) -> None:
    api = Api(people["officer"])
    path = f"notices/{mine[0].pk}/read/"
    assert api.post(path).json() == {"read": 1}
    assert api.post(path).json() == {"read": 0}
    assert ids(api.get("notices/", unread=1)) == [notice.pk for notice in mine[1:]]
    assert api.post("notices/read/").json() == {"read": 2}
    assert ids(api.get("notices/", unread=1)) == []
    assert Notice.objects.unread_for(people["lead_head"]).exists(), "only one's own"
    assert api.get("notices/read/").status_code in (404, 405)


def test_wrong_questions(people: dict[str, Person]) -> None:
    api = Api(people["officer"])
    for query, field in (({"unread": "maybe"}, "unread"), ({"person": "head"}, "person")):
        answer = api.get("notices/", **query)
        assert (answer.status_code, list(answer.json())) == (400, [field])
    assert api.post("notices/read/", all=True).status_code == 400


def test_many_notices_ask_as_often_as_one(people: dict[str, Person], task_at: TaskAt) -> None:
    api = Api(people["officer"])
    task_at("assigned")
    few = api.queries("notices/")
    for _number in range(4):
        task_at("assigned")
    assert len(ids(api.get("notices/"))) == 5
    assert api.queries("notices/") == few
