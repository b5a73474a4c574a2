"""Choosing in a list, the page before, and the result: in a few clicks, without script, however many."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Person
from committees.roles import Role
from notices.actions import mark_read
from portal.shared.days import today
from tasks.many import actions
from tasks.models import Order, Run, Task
from tasks.pages.offers import offer
from tasks.verbs import VERBS
from tests.support.people import WHY, Bodies, TaskAt, appoint
from tests.tasks.many.helpers import carried_out, outcomes, prepared

People = dict[str, Person]

MAX_QUERIES = 12


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def copies_of(task: Task, number: int) -> list[Task]:
    """The same task so many times more; no test of theirs reads how it came there."""
    values = {field.attname: getattr(task, field.attname) for field in Task._meta.concrete_fields}
    return Task.objects.bulk_create(Task(**{**values, "id": None}) for _number in range(number))


def start(client: Client, verb: str, **data: Any) -> Run:
    answer = client.post("/tasks/many/", {"verb": verb, **data})
    assert answer.status_code == 302, answer.content
    return Run.objects.get(pk=int(answer["Location"].strip("/").split("/")[-1]))


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def buttons(page: str) -> list[str]:
    return re.findall(r'name="verb" value="(\w+)"', page)


def test_boxes_and_buttons_are_for_who_can_act(people: People, task_at: TaskAt) -> None:
    waits, done = task_at("submitted"), task_at("completed")
    page = signed_in(people["secretary"]).get("/tasks/").content.decode()
    assert f'name="task" value="{waits.pk}"' in page
    assert f'name="task" value="{done.pk}"' not in page
    assert {"confirm", "send_back"} <= set(buttons(page))
    assert "accept" not in buttons(page)
    assert buttons(signed_in(people["officer"]).get("/tasks/").content.decode()) == ["name_people"]
    for who in ("inspector", "member"):
        page = signed_in(people[who]).get("/tasks/").content.decode()
        assert 'name="task"' not in page, who


def test_who_may_do_a_verb_to_a_task_is_offered_it(people: People, task_at: TaskAt) -> None:
    """The permissions in the table of verbs hold what the rules ask."""
    tasks = [task_at(state) for state in ("draft", "proposed", "assigned", "in_progress", "submitted")]
    for name, person in people.items():
        if person.is_superuser:
            continue
        for task in tasks:
            row: Any = type("Row", (), {"task": task})
            offered = {choice.name for choice in offer([row], person).choices}
            able = {verb.name for verb in VERBS.values() if verb.many and verb.rule(person, task)}
            assert able <= offered, (name, task.state)


def test_thirty_eight_in_four_requests(
    people: People, task_at: TaskAt, django_capture_on_commit_callbacks: Any
) -> None:
    """List, choose all that match, look, confirm: the result says of each whether it was done."""
    first = task_at("submitted")
    copies_of(first, 37)
    client = signed_in(people["head"])
    page = client.get("/tasks/?view=submitted&pick=all").content.decode()
    assert 'name="all" value="1"' in page
    run = start(client, "confirm", view="submitted", all="1")
    before = client.get(run.get_absolute_url())
    assert (before.context["will"], before.context["cannot"]) == (38, 0)
    left = run.rows.latest("pk").key
    shown = list(run.rows.values_list("key", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        sent = {"shown": shown, "task": [key for key in shown if key != left]}
        answer = client.post(run.get_absolute_url(), sent)
    assert answer["Location"] == run.get_absolute_url()
    result = client.get(run.get_absolute_url())
    assert (result.context["counts"]["done"], result.context["counts"]["left"]) == (37, 1)
    assert Task.objects.filter(state="completed").count() == 37
    assert Task.objects.get(pk=left).state == "submitted"
    # Sent twice it is begun once.
    assert client.post(run.get_absolute_url(), sent).status_code == 302
    assert Task.objects.get(pk=left).state == "submitted"


def test_one_reason_is_asked_once_and_kept_beside_what_is_wrong(
    people: People, task_at: TaskAt, django_capture_on_commit_callbacks: Any
) -> None:
    tasks = [task_at("submitted") for _number in range(2)]
    client = signed_in(people["secretary"])
    run = start(client, "send_back", task=[task.pk for task in tasks])
    keys = [task.pk for task in tasks]
    answer = client.post(run.get_absolute_url(), {"shown": keys, "task": keys[:1], "reason": ""})
    assert answer.status_code == 200
    assert answer.context["form"].errors["reason"]
    assert answer.context["left_out"] == {keys[1]}
    answer = client.post(run.get_absolute_url(), {"shown": keys, "reason": WHY})
    assert answer.context["form"].errors, "nobody is left"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(run.get_absolute_url(), {"shown": keys, "task": keys, "reason": WHY})
    assert {task.state for task in Task.objects.filter(pk__in=keys)} == {"in_progress"}
    events = run.rows.count()
    assert events == 2


@pytest.mark.parametrize(
    ("verb", "who", "state", "typed"),
    [
        ("assign", "head", "proposed", {}),
        ("propose", "secretary", "draft", {}),
        ("accept", "officer", "assigned", {}),
        ("change_lead", "secretary", "in_progress", {"lead": "HELPER", "reason": WHY}),
        ("name_people", "officer", "in_progress", {"contact": "{officer}"}),
        ("edit", "secretary", "in_progress", {"due_on": "{later}", "reason": "Quyết định 5/QĐ-BCĐ."}),
        ("urge", "secretary", "in_progress", {"message": "Nhắc."}),
    ],
)
def test_every_verb_through_its_pages(
    people: People,
    task_at: TaskAt,
    django_capture_on_commit_callbacks: Any,
    verb: str,
    who: str,
    state: str,
    typed: dict[str, Any],
) -> None:
    task, client = task_at(state), signed_in(people[who])
    words = {"{officer}": people["officer"].pk, "{later}": f"{today() + timedelta(days=90):%d/%m/%Y}"}
    typed = {name: words.get(str(value), value) for name, value in typed.items()}
    run = start(client, verb, task=task.pk)
    assert client.get(run.get_absolute_url()).context["will"] == 1
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(run.get_absolute_url(), {"shown": task.pk, "task": task.pk, **typed})
    assert answer.status_code == 302, answer.context["form"].errors
    assert outcomes(run) == {task.pk: "done"}, run.rows.get().reason


def test_from_the_page_of_an_order(people: People, task_at: TaskAt, order: Order) -> None:
    tasks = [task_at("draft", order=order) for _number in range(2)]
    task_at("draft")
    client = signed_in(people["secretary"])
    page = client.get(f"{order.get_absolute_url()}?pick=page").content.decode()
    assert page.count('name="task"') == page.count(" checked") == 2
    assert "propose" in buttons(page)
    run = start(client, "propose", order=order.pk, all="1")
    assert set(outcomes(run)) == {task.pk for task in tasks}


@pytest.mark.parametrize(
    "typed",
    [
        {"verb": "withdraw", "task": "1"},
        {"verb": "nonsense", "task": "1"},
        {"verb": "confirm"},
        {"verb": "confirm", "task": ["x", "-1", "9" * 30]},
        {"verb": "confirm", "all": "1", "standing": "x"},
    ],
)
def test_nonsense_chooses_nothing(people: People, task_at: TaskAt, typed: dict[str, Any]) -> None:
    task_at("submitted")
    answer = signed_in(people["secretary"]).post("/tasks/many/", typed)
    assert (answer.status_code, Run.objects.count()) == (302, 0)


def test_more_than_the_most_are_refused_with_a_sentence(
    people: People, task_at: TaskAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.many.views.MAX_TASKS", 2)
    copies_of(task_at("submitted"), 2)
    answer = signed_in(people["secretary"]).post("/tasks/many/", {"verb": "confirm", "all": "1"}, follow=True)
    assert [str(actions.TOO_MANY % {"most": 2, "count": 3})] == [str(m) for m in answer.context["messages"]]
    assert not Run.objects.exists()


def test_many_go_on_in_the_background(
    people: People, task_at: TaskAt, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page shows how far it is; it may be left and opened again."""
    monkeypatch.setattr(actions, "FEW", 1)
    queued: list[int] = []
    monkeypatch.setattr(actions, "queue", lambda job, pk: queued.append(pk))
    tasks = [task_at("submitted") for _number in range(3)]
    client = signed_in(people["head"])
    run = start(client, "confirm", task=[task.pk for task in tasks])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(run.get_absolute_url(), {"shown": [], "task": []})
    assert queued == [run.pk]
    assert actions.do_next(run.pk)
    for _reload in range(2):
        page = client.get(run.get_absolute_url())
        assert (page.context["finished"], page.context["counts"]["total"]) == (1, 3)
        assert 'value="1"' in page.content.decode()
    actions.carry_out(run.pk)
    asked = client.get(run.get_absolute_url(), headers={"hx-request": "true"})
    assert asked.headers["HX-Refresh"] == "true"
    assert 'id="going"' not in client.get(run.get_absolute_url()).content.decode()


def test_a_result_offers_what_takes_it_back(
    people: People, task_at: TaskAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the table of verbs names one, beside each task of which its rule allows it now."""
    monkeypatch.setitem(VERBS, "confirm", replace(VERBS["confirm"], undone_by="withdraw"))
    monkeypatch.setitem(VERBS, "accept", replace(VERBS["accept"], undone_by="recall"))
    for verb, who, state in (("confirm", "head", "submitted"), ("accept", "officer", "assigned")):
        run = carried_out(verb, [task_at(state)], people[who])
        result = signed_in(people[who]).get(run.get_absolute_url())
        assert [row.undo for row in result.context["rows"]] == [""]
    monkeypatch.setitem(VERBS, "send_back", replace(VERBS["send_back"], undone_by="suspend"))
    task = task_at("submitted")
    run = carried_out("send_back", [task], people["head"])
    page = signed_in(people["head"]).get(run.get_absolute_url()).content.decode()
    assert f'href="/tasks/{task.pk}/suspend/"' in page


def test_the_page_of_somebody_else_is_not_there(people: People, task_at: TaskAt) -> None:
    run = prepared("confirm", [task_at("submitted")], people["head"])
    for who in ("secretary", "admin"):
        assert signed_in(people[who]).get(run.get_absolute_url()).status_code == 404


def test_a_page_names_no_task_that_its_reader_no_longer_sees(people: People, task_at: TaskAt) -> None:
    task = task_at("submitted", title="Việc không còn thấy")
    run = prepared("confirm", [task], people["head"])
    people["head"].memberships.update(ends_on=today() - timedelta(days=1))
    page = signed_in(people["head"]).get(run.get_absolute_url()).content.decode()
    assert "Việc không còn thấy" not in page


def test_pages_cost_as_many_queries_for_fifty_as_for_one(
    people: People, task_at: TaskAt, bodies: Bodies
) -> None:
    """Also for a deputy, whose field is asked for each task."""
    appoint(people["outsider"], bodies.committee, Role.DEPUTY)
    for verb, who, state in (
        ("confirm", "secretary", "submitted"),
        ("assign", "outsider", "proposed"),
        ("urge", "secretary", "in_progress"),
    ):
        client = signed_in(people[who])
        mark_read(person=people[who])
        first = task_at(state)
        one, many = (prepared(verb, tasks, people[who]) for tasks in ([first], copies_of(first, 50)))
        once = queries_of(client, one.get_absolute_url())
        assert queries_of(client, many.get_absolute_url()) == once <= MAX_QUERIES
        with CaptureQueriesContext(connection) as captured:
            prepared(verb, [first], people[who])
        few, tasks = len(captured), copies_of(first, 50)
        with CaptureQueriesContext(connection) as captured:
            prepared(verb, tasks, people[who])
        assert len(captured) == few, verb
        Run.objects.filter(pk__in=(one.pk, many.pk)).update(state="done", started_at=one.prepared_at)
        for run in (one, many):
            run.rows.update(outcome="done")
        once = queries_of(client, one.get_absolute_url())
        assert queries_of(client, many.get_absolute_url()) == once <= MAX_QUERIES
    assert queries_of(signed_in(people["secretary"]), "/tasks/") <= MAX_QUERIES
