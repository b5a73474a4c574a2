"""The overview: five numbers that add up for every group, each a link to exactly its tasks."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Person
from portal.shared.days import today
from tasks import actions
from tasks.lifecycle import FIVE, Pace
from tasks.models import Order, Task
from tests.support.listed import listed
from tests.support.people import Bodies, TaskAt, make_body
from tests.support.recorded import entered_again

People = dict[str, Person]


def get(person: Person, by: str = "lead", more: str = "") -> Any:
    client = Client()
    client.force_login(person)
    return client.get(f"/reports/?by={by}{more}")


@pytest.fixture
def busy(bodies: Bodies, people: People, order: Order, task_at: TaskAt) -> None:
    entered_again("a board", lambda: _tasks_of_a_board(people, order, task_at))


def _tasks_of_a_board(people: People, order: Order, task_at: TaskAt) -> None:
    for state in ("draft", "assigned", "in_progress", "submitted", "completed", "suspended", "withdrawn"):
        for days in (-5, 3, None):
            due_on = today() + timedelta(days=days) if days else None
            task = task_at(
                state,
                due_on=due_on,
                due_kind="day" if due_on else "none",
                order=order if days == 3 else None,
                pillar="Dữ liệu" if days == -5 else "",
            )
            if days == 3 and state in ("in_progress", "submitted", "completed"):
                # Extended: given with a day that has passed.
                Task.objects.filter(pk=task.pk).update(original_due_on=today() - timedelta(days=9))
            if days == 3 and state in ("assigned", "in_progress"):
                actions.flag_risk(task=task, by=people["officer"], days=2, remedy="Thêm người.")


WAYS = ("", "&deadline=first", "&ways=three", "&ways=three&deadline=first")


GROUPS = ("lead", "order", "pillar", "month", "quarter", "nonsense")


def asked_by(group: str) -> list[tuple[str, str]]:
    """Giver and lead in every way; each of the others in one, another for the next grouping."""
    others = enumerate(("member", "inspector", "sister", "admin"), start=GROUPS.index(group))
    return [
        *product(("secretary", "officer"), WAYS),
        *((name, WAYS[place % len(WAYS)]) for place, name in others),
    ]


@pytest.mark.parametrize("by", GROUPS)
def test_every_number_is_a_link_to_its_tasks(busy: None, people: People, by: str) -> None:
    for name, more in asked_by(by):
        context = get(people[name], by, more).context
        counts, rows = context["counts"], context["rows"]
        assert counts["given"] == sum(counts[str(standing)] for standing in FIVE)
        open_ones = sum(counts[way] for way in ("in_time", "overdue", "no_deadline"))
        assert sum(counts[pace] for pace in Pace) == open_ones
        whole = open_ones if "three" in more else counts["given"]
        assert sum(row["sum"] for row in rows) == whole
        assert listed(people[name], context["url"]) == counts["given"]
        for row in rows:
            assert row["sum"] == sum(cell["count"] for cell in row["cells"])
            assert listed(people[name], row["url"]) == row["sum"]
            for cell in row["cells"]:
                assert listed(people[name], cell["url"]) == cell["count"], cell


def test_the_two_deadlines_tell_two_stories(busy: None, people: People) -> None:
    """Extended and reported within the extension: on time by the current deadline, late by the first."""
    now, first = (
        get(people["secretary"], "lead", more).context["counts"] for more in ("", "&deadline=first")
    )
    assert now["given"] == first["given"]
    moved = {way: first[way] - now[way] for way in FIVE if first[way] != now[way]}
    assert moved == {"done_on_time": -1, "done_late": 1, "in_time": -2, "overdue": 2}


def test_most_overdue_first(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task_at("assigned", lead=bodies.helper, parts=[])
    task_at("assigned", lead=bodies.helper, parts=[])
    task_at("in_progress", due_on=today() - timedelta(days=1))
    assert [row["name"] for row in get(people["secretary"]).context["rows"]] == [
        bodies.lead.brief,
        bodies.helper.brief,
    ]


def test_nothing_to_count_says_so(people: People) -> None:
    answer = get(people["outsider"])
    assert answer.status_code == 200
    assert answer.context["rows"] == []


def test_it_asks_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/reports/").status_code == 302


@pytest.mark.parametrize("by", ["lead", "order", "pillar"])
def test_many_groups_cost_as_many_queries_as_one(
    bodies: Bodies, people: People, task_at: TaskAt, by: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/reports/?by={by}")
        return len(captured)

    client = Client()
    client.force_login(people["secretary"])
    cost = []
    for numbers in (range(1), range(1, 9)):
        for number in numbers:
            register = Order(body=bodies.committee, number=f"{number}/KH", kind="plan")
            register.save()
            body = make_body(f"LEAD-{number}", bodies.committee)
            task_at("assigned", lead=body, order=register, pillar=f"Trụ {number}")
        client.get(f"/reports/?by={by}")
        cost.append(queries())
    assert cost[0] == cost[1] <= 12
