"""Lists, filters and counts of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override
from rest_framework.renderers import JSONRenderer

from committees.models import Body, Person
from committees.roles import Role
from portal.shared.days import today
from tasks import actions
from tasks.lifecycle import FIVE, Standing
from tasks.lists.filters import column_of
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tasks.serializers import TaskRow
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person
from tests.support.recorded import entered_again
from tests.tasks.api_tasks_helpers import address

pytestmark = pytest.mark.once


# --- lists and counts ---------------------------------------------------------------------------


@pytest.fixture
def mixed(task_at: TaskAt, bodies: Bodies, order: Order) -> dict[str, Task]:
    """One task of each standing, beside one draft, one suspended and one withdrawn."""
    return entered_again("mixed", lambda: _mixed(task_at, bodies, order))


def _mixed(task_at: TaskAt, bodies: Bodies, order: Order) -> dict[str, Task]:
    day = timedelta(days=1)
    return {
        "in_time": task_at("assigned", due_on=today() + 30 * day, pillar="Hạ tầng", order=order),
        "due_soon": task_at("assigned", due_on=today() + 3 * day, lead=bodies.helper, parts=[]),
        "overdue": task_at("in_progress", due_on=today() - 3 * day, title="Kho dữ liệu dùng chung"),
        "no_deadline": task_at("assigned", due_on=None, due_kind="continuous"),
        "submitted": task_at("submitted"),
        "done_on_time": task_at("completed"),
        "done_late": task_at("completed", due_on=today() - 9 * day),
        "draft": task_at("draft"),
        "suspended": task_at("suspended"),
        "withdrawn": task_at("withdrawn"),
    }


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"standing": "overdue"}, {"overdue"}),
    ({"standing": "due_soon"}, {"due_soon"}),
    ({"standing": "in_time"}, {"in_time", "due_soon", "submitted"}),
    ({"standing": "no_deadline"}, {"no_deadline"}),
    ({"standing": "done_late"}, {"done_late"}),
    ({"standing": "submitted"}, {"submitted"}),
    ({"state": ["draft", "suspended"]}, {"draft", "suspended"}),
    ({"body": "HELPER", "part": "lead"}, {"due_soon"}),
    ({"body": "LEAD", "part": "lead", "standing": "overdue"}, {"overdue"}),
    ({"body": "HELPER", "part": "coordinating", "standing": "overdue"}, {"overdue"}),
    ({"body": "SISTER"}, set()),
    ({"pillar": "Hạ tầng"}, {"in_time"}),
    ({"q": "kho du lieu"}, {"overdue"}),
    ({"q": "11-kh"}, {"in_time"}),
    ({"programme": "da06"}, set()),
]


def test_the_filters_of_the_pages(mixed: dict[str, Task], people: dict[str, Person]) -> None:
    api, names = Api(people["secretary"]), {task.pk: name for name, task in mixed.items()}
    for query, expected in FILTERS:
        answer = api.get("tasks/", **query).json()
        assert {names[row["id"]] for row in answer["results"]} == expected, query
        assert answer["count"] == len(expected)
        tally = api.get("tasks/tally/", **query).json()
        assert tally["given"] == sum(tally[name] for name in FIVE)
        listed = Task.objects.filter(pk__in=[row["id"] for row in answer["results"]])
        assert tally["given"] == listed.counted().count(), query


def test_the_count_and_the_lists_agree(
    mixed: dict[str, Task], people: dict[str, Person], order: Order
) -> None:
    api = Api(people["secretary"])
    tally = api.get("tasks/tally/").json()
    assert {name: tally[name] for name in ("given", *FIVE)} == {
        "given": 7,
        "done_on_time": 1,
        "done_late": 1,
        "in_time": 3,
        "overdue": 1,
        "no_deadline": 1,
    }
    assert (tally["suspended"], tally["withdrawn"], tally["on"]) == (1, 1, today().isoformat())
    for name in FIVE:
        assert api.get("tasks/", standing=name).json()["count"] == tally[name]
    assert api.get("tasks/", order=order.pk).json()["count"] == 1
    assert api.get("tasks/", period=f"{today().year}").json()["count"] >= 1


def test_a_row_says_where_the_task_stands(mixed: dict[str, Task], people: dict[str, Person]) -> None:
    rows = {row["id"]: row for row in Api(people["secretary"]).get("tasks/").json()["results"]}
    for task in mixed.values():
        assert rows[task.pk]["standing"] == task.standing(today())
        assert rows[task.pk]["days_left"] == task.days_left(today())
    assert rows[mixed["overdue"].pk]["days_left"] == -3
    assert rows[mixed["due_soon"].pk]["standing"] == Standing.DUE_SOON


def test_the_list_holds_what_is_visible_and_nothing_else(
    mixed: dict[str, Task], people: dict[str, Person]
) -> None:
    for who in ("head", "officer", "helper", "inspector", "sister", "outsider", "staff", "admin"):
        api, seen = Api(people[who]), set(Task.objects.visible_to(people[who]).values_list("pk", flat=True))
        answer = api.get("tasks/").json()
        assert {row["id"] for row in answer["results"]} == seen, who
        assert answer["count"] == len(seen)
        for task in mixed.values():
            assert api.get(address(task)).status_code == (200 if task.pk in seen else 404), who
        counted = Task.objects.filter(pk__in=seen).counted().count()
        assert api.get("tasks/tally/").json()["given"] == counted, who


def test_pages_follow_each_other_in_a_stable_order(task_at: TaskAt, people: dict[str, Person]) -> None:
    for _number in range(7):
        task_at("draft")
    task_at("draft", due_on=None, due_kind="none")
    api = Api(people["secretary"])
    for ordering in ("due", "-due", "updated", "-updated"):
        whole = [row["id"] for row in api.get("tasks/", ordering=ordering).json()["results"]]
        pages = [api.get("tasks/", ordering=ordering, page=page, page_size=3).json() for page in (1, 2, 3)]
        assert [row["id"] for page in pages for row in page["results"]] == whole
        assert [page["count"] for page in pages] == [8, 8, 8]
    assert api.get("tasks/").json()["results"][-1]["due_on"] is None


def test_a_page_holds_fifty_rows(task_at: TaskAt, people: dict[str, Person]) -> None:
    task = task_at("draft")
    rows = []
    for _number in range(60):
        copy = Task.objects.get(pk=task.pk)
        copy.pk = None
        rows.append(copy)
    Task.objects.bulk_create(rows)
    answer = Api(people["secretary"]).get("tasks/").json()
    assert (len(answer["results"]), answer["count"]) == (50, 61)


WRONG_FILTERS = [
    ({"standing": "late"}, "standing"),
    ({"state": "done"}, "state"),
    ({"body": "NOWHERE"}, "body"),
    ({"body": "LEAD\x00"}, "body"),
    ({"part": "boss"}, "part"),
    ({"order": "abc"}, "order"),
    ({"order": "9" * 40}, "order"),
    ({"period": "2026-13"}, "period"),
    ({"period": "soon"}, "period"),
    ({"q": "x" * 201}, "q"),
    ({"q": "a\x00b"}, "q"),
    ({"pillar": "\x07"}, "pillar"),
    ({"ordering": "title"}, "ordering"),
    ({"ordering": "\x00"}, "ordering"),
    ({"page_size": "1000"}, "page_size"),
    ({"page_size": "-1"}, "page_size"),
    ({"page_size": "²"}, "page_size"),
    ({"standin": "overdue"}, "standin"),
]


def test_a_wrong_filter_is_said(people: dict[str, Person]) -> None:
    api = Api(people["secretary"])
    for query, field in WRONG_FILTERS:
        answer = api.get("tasks/", **query)
        assert (answer.status_code, list(answer.json())) == (400, [field]), query


def test_an_unknown_filter_names_the_known_ones(people: dict[str, Person]) -> None:
    said = Api(people["secretary"]).get("tasks/", standin="overdue").json()["standin"][0]
    assert all(name in said for name in ("standing", "body", "part", "order", "pillar", "period", "page"))
    assert Api(people["secretary"]).get("tasks/tally/", page=2).status_code == 400


def test_a_page_that_is_not_there_is_404(people: dict[str, Person]) -> None:
    api = Api(people["secretary"])
    for page in ("0", "-1", "99", "9" * 30, "x", "1.5"):
        answer = api.get("tasks/", page=page)
        assert (answer.status_code, list(answer.json())) == (404, ["detail"]), page


def test_an_address_without_a_task_is_404(people: dict[str, Person]) -> None:
    api = Api(people["admin"])
    for pk in ("0", "abc", "9" * 40, "1.0", "-1", "%00", "1%00", "%F0%9F%98%80", "'"):
        for path in ("tasks/{}/", "tasks/{}/evidence/", "orders/{}/", "memberships/{}/", "notices/{}/"):
            answer = api.get(path.format(pk))
            assert (answer.status_code, list(answer.json())) == (404, ["detail"]), (path, pk)
        assert api.post(f"tasks/{pk}/confirm/").status_code == 404


def test_lists_ask_as_often_for_many_rows_as_for_one(
    task_at: TaskAt, people: dict[str, Person], bodies: Bodies, order: Order
) -> None:
    api = Api(people["secretary"])
    first = task_at("in_progress", order=order)
    paths = ["tasks/", "tasks/tally/", "orders/", "bodies/", "bodies/COMMITTEE/members/", "memberships/"]
    paths += [address(first) + part for part in ("", "progress/", "comments/", "evidence/")]
    grow(first, people, task_at)
    few = {path: api.queries(path) for path in paths}
    for _number in range(4):
        grow(first, people, task_at)
    assert {path: api.queries(path) for path in paths} == few
    assert few["tasks/"] <= 6, "session, person, what they hold, bodies below, count, rows"


def grow(task: Task, people: dict[str, Person], task_at: TaskAt) -> None:
    """One more of everything that the lists above show."""
    number = Task.objects.count()
    actions.add_comment(task=task, by=people["member"], text="Ghi chú")
    actions.add_evidence(task=task, by=people["officer"], kind="document", document="1/BC")
    actions.report_progress(task=task, by=people["officer"], percent=5, note="Đang làm")
    extra = Order(body=task.assigner, number=f"{number}/KH", kind="plan")
    task_at("in_progress", order=order_actions.save_order(order=extra, by=people["secretary"]))
    body = make_body(f"NEW-{number}", task.assigner)
    appoint(make_person(f"new{number}"), task.assigner, Role.MEMBER)
    appoint(make_person(f"other{number}"), body, Role.HEAD)


@pytest.mark.parametrize("deadline", ["current", "first"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_row_of_the_list_is_what_its_schema_says(
    mixed: dict[str, Task], people: dict[str, Person], deadline: str, language: str
) -> None:
    """The list writes its rows by itself; here each is compared with the serializer, byte by byte."""
    moved = mixed["overdue"]
    moved.original_due_on, moved.title_en = today() + timedelta(days=9), "A shared data store"
    moved.save()
    Task.objects.filter(pk=mixed["draft"].pk).update(lead=None, progressed_at=timezone.now())
    two_days_ago = timezone.now() - timedelta(days=2)
    Task.objects.filter(pk=mixed["submitted"].pk).update(submitted_at=two_days_ago)
    Body.objects.filter(code="LEAD").update(name_en="The lead body")
    Person.objects.filter(pk=people["secretary"].pk).update(language=language)
    api = Api(people["secretary"])
    answer = api.get("tasks/", deadline=deadline, ordering="-updated")
    tasks = {task.pk: task for task in Task.objects.select_related("order", "assigner", "lead")}
    with override(language):
        context = {"on": today(), "due": column_of(deadline)}
        rows = [TaskRow(tasks[row["id"]], context=context).data for row in answer.json()["results"]]
    assert len(rows) == len(mixed)
    assert answer.content.endswith(b'"results":' + JSONRenderer().render(rows) + b"}")
