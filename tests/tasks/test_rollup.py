"""How far a task is by the tasks below it: weighted, from the leaves, beside what its lead says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from committees.models import Person
from tasks import actions, rollup
from tasks.models import Task
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, given, task_below


@pytest.fixture
def above(task_at: TaskAt) -> Task:
    return task_at("in_progress")


def grow(above: Task, *rows: tuple[int, int | None] | dict[str, Any]) -> list[Task]:
    """Tasks below, straight into the table: (percent, weight), or columns."""
    made = []
    for row in rows:
        columns = row if isinstance(row, dict) else {"percent": row[0], "weight": row[1]}
        values = {
            "title": "Việc con",
            "assigner": above.assigner,
            "lead": above.lead,
            "parent": above,
            "state": "in_progress",
            "assigned_at": timezone.now(),
            **columns,
        }
        made.append(Task.objects.create(**values))
    return made


def summed(task: Task) -> Fraction | None:
    found = rollup.roll_up(Task.objects.get(pk=task.pk))
    return found.exact if found else None


def test_nothing_below_has_no_sum(above: Task) -> None:
    assert summed(above) is None
    grow(above, {"state": "draft", "assigned_at": None}, {"state": "withdrawn", "percent": 80})
    assert summed(above) is None


@pytest.mark.parametrize(
    "rows, exact",
    [
        ([(40, 25), (80, 75)], 70),
        ([(40, 25), (80, None)], 60),
        ([(40, None), (80, None)], 60),
        ([(40, 0), (80, 100)], 80),
        ([(40, 0), (80, 0)], 60),
        ([(100, 50), (100, 50)], 100),
        ([(0, None), (0, None), (100, None)], Fraction(100, 3)),
    ],
)
def test_weighed_or_all_alike(above: Task, rows: Any, exact: Fraction | int) -> None:
    grow(above, *rows)
    assert summed(above) == exact


def test_one_withdrawn_leaves_the_others_their_shares(above: Task) -> None:
    grow(above, (40, 25), (80, 25), {"state": "withdrawn", "percent": 0, "weight": 50})
    assert summed(above) == 60


def test_a_suspended_task_counts_and_a_completed_one_is_whole(above: Task, people: dict[str, Person]) -> None:
    done = {"state": "completed", "percent": 10, "submitted_by": people["officer"]}
    done |= {"submitted_at": timezone.now(), "confirmed_by": people["head"], "confirmed_at": timezone.now()}
    grow(above, {"state": "suspended", "suspended_from": "in_progress", "percent": 20}, done)
    assert summed(above) == 60


def test_only_the_leaves_speak(above: Task) -> None:
    """What the lead of a task in the middle says of it never enters."""
    middle, _leaf = grow(above, (90, 50), (10, 50))
    assert summed(above) == 50
    low, _other = grow(middle, (0, None), (20, None))
    assert summed(middle) == 10
    assert summed(above) == 10
    grow(low, (60, None))
    assert summed(above) == Fraction(40 + 10, 2)
    Task.objects.filter(pk=above.pk).update(percent=99)
    assert summed(above) == 25
    assert rollup.count_open(above) == 5


def test_below_a_withdrawn_or_a_prepared_task_nothing_counts(above: Task) -> None:
    gone, draft, _leaf = grow(
        above, {"state": "withdrawn"}, {"state": "draft", "assigned_at": None}, (30, None)
    )
    grow(gone, (100, None))
    grow(draft, (100, None))
    assert summed(above) == 30
    assert rollup.count_open(above) == 1


def test_what_is_known_below_is_not_read_again(above: Task) -> None:
    grow(above, (40, None))
    with rollup.known_below(above, rollup.read_nodes(above)):
        grow(above, (80, None))
        assert summed(above) == 40
    assert summed(above) == 60


def test_rounded_down_so_that_100_is_all(above: Task) -> None:
    grow(above, (100, None), (100, None), (99, None))
    found = rollup.roll_up(above)
    assert found
    assert found.percent == 99


def test_a_circle_ends(above: Task) -> None:
    child = grow(above, (30, None))[0]
    Task.objects.filter(pk=above.pk).update(parent=child)
    assert summed(above) == 30


def page(task: Task, person: Person) -> tuple[str, int]:
    client = Client()
    client.force_login(person)
    # Once before it counts: what a process asks of its database only once is no part of a page.
    client.get(task.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        text = client.get(task.get_absolute_url()).content.decode()
    return " ".join(text.split()), len(asked)


def test_the_page_says_both_and_asks_once_more(above: Task, people: dict[str, Person]) -> None:
    Task.objects.filter(pk=above.pk).update(percent=40)
    Person.objects.update(language="en")
    head = Person.objects.get(username="head")
    text, without = page(above, head)
    assert "Sum of the tasks below" not in text
    grow(above, (20, 50), (50, 50))
    text, one = page(above, head)
    assert "As the lead says: 40%. Sum of the tasks below: <b>35%</b>." in text
    assert "Each counts by its share." in text
    grow(above, *[(50, None)] * 8)
    text, many = page(above, head)
    assert "All count alike: not every one has a share." in text
    # The list of the tasks below, and their sum.
    assert many == one <= without + 2 <= 12


def test_the_api_tells_it(above: Task, people: dict[str, Person]) -> None:
    api = Api(people["officer"])
    assert api.get(f"tasks/{above.pk}/").json()["rolled_up"] is None
    grow(above, (20, None), (51, None))
    answer = api.get(f"tasks/{above.pk}/").json()
    assert (answer["percent"], answer["rolled_up"]) == (0, 35)


def test_the_sum_is_the_same_for_whoever_reads_the_task(
    above: Task, people: dict[str, Person], bodies: Bodies
) -> None:
    grow(above, {"assigner": bodies.sister, "lead": bodies.sister, "percent": 70})
    for who in ("head", "officer", "helper"):
        assert Api(people[who]).get(f"tasks/{above.pk}/").json()["rolled_up"] == 70


def test_who_reports_and_who_confirms_is_told_what_is_open(
    above: Task, people: dict[str, Person], task_at: TaskAt
) -> None:
    Person.objects.update(language="en")
    people = {one.username: one for one in Person.objects.all()}
    task_below(above, people)
    task_below(above, people)
    client = Client()
    client.force_login(people["officer"])
    said = "2 tasks below this one are not done."
    assert said in client.get(f"/tasks/{above.pk}/submit/").content.decode()
    answer = client.post(f"/tasks/{above.pk}/submit/", {"report": "Đã xong.", "document": "12/BC"})
    assert answer.status_code == 302
    client.force_login(people["head"])
    assert said in client.get(f"/tasks/{above.pk}/confirm/").content.decode()
    assert said in client.get(f"/tasks/{above.pk}/").content.decode()
    assert client.post(f"/tasks/{above.pk}/confirm/").status_code == 302
    other = given(people["admin"], title="Khác", assigner=above.assigner, lead=above.lead)
    assert "not done" not in client.get(f"/tasks/{other.pk}/").content.decode()


def test_a_task_sent_back_keeps_its_last_word(people: dict[str, Person], above: Task) -> None:
    child = task_below(above, people)
    actions.report_progress(task=child, by=people["officer"], percent=60, note="Đã khảo sát.")
    assert summed(above) == 60
