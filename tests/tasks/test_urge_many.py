"""Urging many tasks at once: choosing in the list, who is told, once a day, and what is passed over."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from tasks.models import Task
from tasks.urging import actions as urging_actions
from tasks.urging import selection as urging
from tests.support.people import Bodies, TaskAt, appoint

People = dict[str, Person]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def urged() -> set[tuple[int, str]]:
    return set(Notice.objects.filter(kind="task_urged").values_list("about_id", "person__username"))


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_choosing_is_for_those_who_may_urge_and_for_tasks_at_work(people: People, task_at: TaskAt) -> None:
    task, done = task_at("in_progress"), task_at("completed")
    page = signed_in(people["secretary"]).get("/tasks/").content.decode()
    assert f'name="task" value="{task.pk}"' in page
    assert f'name="task" value="{done.pk}"' not in page
    for who in ("officer", "member", "inspector"):
        assert 'name="task"' not in signed_in(people[who]).get("/tasks/").content.decode()


def test_the_page_says_who_is_told_and_who_was(people: People, task_at: TaskAt) -> None:
    fresh, old = task_at("in_progress", title="Việc mới"), task_at("assigned", title="Việc đã nhắc")
    urging_actions.urge(task=old, by=people["head"])
    answer = signed_in(people["secretary"]).get(f"/tasks/urge/?task={fresh.pk}&task={old.pk}")
    urge = answer.context["planned"][0]
    assert (urge.task, [person.username for person in urge.recipients]) == (fresh, ["lead_head", "officer"])
    passed = answer.context["passed_over"][0]
    assert (passed.task, passed.urged_by) == (old, ["Head"])
    assert "Lead_Head" in answer.content.decode()
    assert not Notice.objects.filter(kind="task_urged", about_id=fresh.pk).exists()


def test_each_is_urged_once_and_the_others_say_why(people: People, task_at: TaskAt) -> None:
    fresh, old, done = task_at("in_progress"), task_at("in_progress"), task_at("completed")
    urging_actions.urge(task=old, by=people["head"])
    client = signed_in(people["secretary"])
    data = {"task": [fresh.pk, old.pk, done.pk], "message": "Báo cáo trước thứ Sáu."}
    answer = client.post(
        "/tasks/urge/?standing=in_time", data, follow=True, headers={"accept-language": "en"}
    )
    assert answer.redirect_chain == [("/tasks/?standing=in_time", 302)]
    assert len(said(answer)) == 3
    assert urged() == {(task.pk, name) for task in (fresh, old) for name in ("lead_head", "officer")}
    notice = Notice.objects.filter(about_id=fresh.pk, kind="task_urged").latest("pk")
    assert notice.data["reason"] == "Báo cáo trước thứ Sáu."
    client.post("/tasks/urge/", data)
    assert len(urged()) == Notice.objects.filter(kind="task_urged").count() == 4


def test_all_that_match_under_the_conditions_of_the_list(people: People, task_at: TaskAt) -> None:
    late = task_at("in_progress", due_on=today() - timedelta(days=3))
    task_at("in_progress")
    answer = signed_in(people["secretary"]).get("/tasks/urge/?standing=overdue&all=1")
    assert [one.task for one in answer.context["planned"]] == [late]
    assert 'href="/tasks/?standing=overdue"' in answer.content.decode()


def test_no_more_than_the_most(people: People, task_at: TaskAt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.urging.views.MAX_URGED", 1)
    monkeypatch.setattr("tasks.urging.selection.MAX_URGED", 1)
    tasks = [task_at("in_progress") for _number in range(2)]
    client = signed_in(people["secretary"])
    assert len(client.get("/tasks/urge/?all=1").context["planned"]) == 1
    client.post("/tasks/urge/", {"task": [task.pk for task in tasks]})
    assert len({about for about, _name in urged()}) == 1


@pytest.mark.parametrize("typed", ["", "task=x", "task=-1", "task=99999999999999999999", "all=1&standing=x"])
def test_nonsense_chooses_nothing(people: People, task_at: TaskAt, typed: str) -> None:
    task_at("in_progress")
    client = signed_in(people["secretary"])
    answer = client.get(f"/tasks/urge/?{typed}")
    assert (answer.status_code, answer.context["planned"]) == (200, [])
    assert client.post("/tasks/urge/", {"message": "x"}).status_code == 302
    assert not urged()


def test_tasks_out_of_sight_do_not_exist(people: People, task_at: TaskAt) -> None:
    task = task_at("in_progress", title="Việc của ban khác")
    client = signed_in(people["sister"])
    assert task.title not in client.get(f"/tasks/urge/?task={task.pk}").content.decode()
    client.post("/tasks/urge/", {"task": [task.pk]})
    answer = client.post("/api/tasks/urge/", {"tasks": [task.pk]}, content_type="application/json")
    nowhere = client.post("/api/tasks/urge/", {"tasks": [10**9]}, content_type="application/json")
    assert answer.json()["refused"][0]["reason"] == nowhere.json()["refused"][0]["reason"]
    assert not urged()


def test_of_a_restricted_task_only_who_reads_it(people: People, task_at: TaskAt, bodies: Bodies) -> None:
    task = task_at("in_progress")
    Task.objects.filter(pk=task.pk).update(secrecy=Task.Secrecy.RESTRICTED)
    appoint(people["outsider"], bodies.lead, Role.STANDING_DEPUTY)
    task.refresh_from_db()
    (planned,) = urging.plan([task], people["secretary"])
    assert {person.username for person in planned.recipients} == {"lead_head", "officer"}
    urging_actions.urge(task=task, by=people["secretary"])
    assert {name for _about, name in urged()} == {"lead_head", "officer"}


def test_what_is_planned_is_what_is_told(people: People, task_at: TaskAt) -> None:
    tasks = [task_at(state) for state in ("assigned", "in_progress", "submitted", "suspended", "completed")]
    planned = {
        (urge.task.pk, person.username)
        for urge in urging.plan(tasks, people["head"])
        for person in urge.recipients
    }
    urging.urge_all(tasks, by=people["head"])
    assert urged() == planned != set()


def test_the_api_says_of_each(people: People, task_at: TaskAt) -> None:
    fresh, done = task_at("in_progress"), task_at("completed")
    client = signed_in(people["secretary"])
    data = {"tasks": [fresh.pk, done.pk], "message": "Nhắc lần 1."}
    answer = client.post("/api/tasks/urge/", data, content_type="application/json")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["told"] == [{"task": fresh.pk, "people": 2}]
    assert [row["task"] for row in body["refused"]] == [done.pk]
    wrong: dict[str, Any]
    for wrong in (
        {},
        {"tasks": []},
        {"tasks": ["x"]},
        {"tasks": list(range(1, 502))},
        {"tasks": [1], "all": 1},
    ):
        assert client.post("/api/tasks/urge/", wrong, content_type="application/json").status_code == 400


def test_twenty_cost_as_many_queries_as_one(people: People, task_at: TaskAt) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/tasks/urge/?all=1").status_code == 200
        return len(captured)

    client = signed_in(people["secretary"])
    task_at("in_progress")
    client.get("/tasks/urge/?all=1")
    once = queries()
    for number in range(4):
        Task.objects.filter(pk=task_at("assigned").pk).update(
            secrecy=Task.Secrecy.RESTRICTED if number % 2 else Task.Secrecy.NORMAL
        )
    many = queries()
    task_at("in_progress")
    assert queries() == many <= once + 2 <= 12, "two more for what is restricted"


def test_telling_of_five_hundred_costs_as_many_queries_as_of_one(people: People, task_at: TaskAt) -> None:
    def urge(tasks: list[Task]) -> int:
        keys = [task.pk for task in tasks]
        with CaptureQueriesContext(connection) as captured:
            answer = client.post("/tasks/urge/", {"task": keys})
        assert answer.status_code == 302
        return len(captured)

    client = signed_in(people["secretary"])
    first = task_at("in_progress")
    values = {field.attname: getattr(first, field.attname) for field in Task._meta.concrete_fields}
    Task.objects.bulk_create(Task(**{**values, "id": None}) for _number in range(500))
    copies = list(Task.objects.exclude(pk=first.pk))
    once = urge([first])
    count = Event.objects.count()
    # SQLite takes so many rows in pieces.
    assert urge(copies) <= once + (30 if connection.vendor == "sqlite" else 0)
    assert len(urged()) == 2 * 501
    assert Event.objects.count() == count + 500
    call_command("verify_audit")
