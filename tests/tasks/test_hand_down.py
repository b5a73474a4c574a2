"""A task handed down through four levels: its holder opens the orders above it, and nothing else of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from committees.models import Body, Person
from committees.roles import Role
from tasks import actions
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tests.support.people import appoint, make_body, make_person

pytestmark = pytest.mark.once

Level = tuple[Body, Person, Order, Task]


def level(name: str, number: int, above: Task | None, body: Body, below: Body) -> Level:
    person = make_person(name)
    for role in (Role.HEAD, Role.SECRETARY):
        appoint(person, body, role)
    order = Order(body=body, number=f"{number}-KH", kind="plan", abstract=f"Trích yếu {number}")
    order = order_actions.save_order(order=order, by=person)
    task = Task(title=f"Việc cấp {number}", assigner=body, lead=below, order=order, parent=above)
    actions.new_task(task=task, by=person)
    actions.propose(task=task, by=person)
    return body, person, order, actions.assign(task=task, by=person)


@pytest.fixture
def levels(db: None) -> list[Level]:
    """Central → government → province → commune, each with its order; and the commune's own officer."""
    chain: list[Body] = []
    for number in range(5):
        chain.append(make_body(f"LEVEL{number}", chain[-1] if chain else None))
    made: list[Level] = []
    for number in range(4):
        above = made[-1][3] if made else None
        made.append(level(f"level{number}", number, above, chain[number], chain[number + 1]))
    officer = make_person("commune")
    appoint(officer, chain[4], Role.OFFICER)
    return made


def enter(username: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(username=username))
    return client


def test_the_orders_above_open_and_nothing_else_of_them(levels: list[Level]) -> None:
    commune = enter("commune")
    _body, _person, order, task = levels[3]
    page = commune.get(task.get_absolute_url()).content.decode()
    for _above_body, _above_person, above_order, above in levels[:3]:
        assert above.title in page
        assert f'href="{above_order.get_absolute_url()}"' in page
        answer = commune.get(above_order.get_absolute_url())
        assert answer.status_code == 200
        assert above.title not in answer.content.decode()
        assert commune.get(above.get_absolute_url()).status_code == 404
        assert commune.get(f"/api/tasks/{above.pk}/").status_code == 404
    assert commune.get(order.get_absolute_url()).status_code == 200


def test_a_task_above_opens_in_outline(levels: list[Level]) -> None:
    """Name, order, assigner, lead, deadline and state; no word of the work, and nothing beside it."""
    commune, task = enter("commune"), levels[3][3]
    page = commune.get(task.get_absolute_url()).content.decode()
    for above_body, person, above_order, above in levels[:3]:
        actions.add_comment(task=above, by=person, text="Lời riêng.")
        address = f"{task.get_absolute_url()}above/{above.pk}/"
        assert f'href="{address}"' in page
        answer = commune.get(address)
        text = answer.content.decode()
        assert answer.status_code == 200
        for told in (above.title, above_order.number, str(above_body), str(above.lead)):
            assert told in text
        assert "Lời riêng." not in text
        assert 'class="story"' not in text
    outline = commune.get(f"/api/tasks/{task.pk}/above/").json()
    assert [row["title"] for row in outline] == [level[3].title for level in reversed(levels[:3])]
    assert set(outline[0]) == {
        *("id", "code", "title", "number", "order", "assigner", "lead", "state", "due_on"),
    }


def test_only_what_is_above_opens(levels: list[Level], django_assert_max_num_queries: Any) -> None:
    commune, (first, _second, third, low) = enter("commune"), [level[3] for level in levels]
    assert commune.get(f"/tasks/{low.pk}/above/{low.pk}/").status_code == 404
    assert commune.get(f"/tasks/{third.pk}/above/{first.pk}/").status_code == 404
    assert enter("level0").get(f"/tasks/{low.pk}/above/{first.pk}/").status_code == 302
    Task.objects.filter(pk=third.pk).update(parent=None)
    assert commune.get(f"/tasks/{low.pk}/above/{first.pk}/").status_code == 404
    with django_assert_max_num_queries(12):
        commune.get(f"/tasks/{low.pk}/above/{third.pk}/")


def test_of_a_restricted_one_the_code_and_the_day(levels: list[Level]) -> None:
    hidden, task = levels[1][3], levels[3][3]
    Task.objects.filter(pk=hidden.pk).update(secrecy=Task.Secrecy.RESTRICTED, due_on="2099-01-31")
    hidden.refresh_from_db()
    commune = enter("commune")
    text = commune.get(f"/tasks/{task.pk}/above/{hidden.pk}/").content.decode()
    assert hidden.code in text
    assert "31/01/2099" in text
    for untold in (hidden.title, str(hidden.lead), levels[1][2].number):
        assert untold not in text
    row = commune.get(f"/api/tasks/{task.pk}/above/").json()[1]
    told = {"id": hidden.pk, "code": hidden.code, "due_on": "2099-01-31"}
    assert row == {**dict.fromkeys(row), **told}


def test_a_stranger_opens_none_of_it(levels: list[Level]) -> None:
    make_person("stranger")
    stranger = enter("stranger")
    for _body, _person, order, task in levels:
        assert stranger.get(order.get_absolute_url()).status_code == 404
        assert stranger.get(task.get_absolute_url()).status_code == 404
        assert stranger.get(f"/tasks/{task.pk}/above/{levels[0][3].pk}/").status_code == 404


def test_a_restricted_task_above_stays_unnamed(levels: list[Level]) -> None:
    hidden = levels[1][3]
    Task.objects.filter(pk=hidden.pk).update(secrecy=Task.Secrecy.RESTRICTED)
    page = enter("commune").get(levels[3][3].get_absolute_url()).content.decode()
    assert hidden.title not in page
    assert levels[0][3].title in page


def test_the_chain_costs_no_query_a_level(levels: list[Level], django_assert_max_num_queries: Any) -> None:
    commune = enter("commune")
    commune.get("/")
    with django_assert_max_num_queries(12):
        commune.get(levels[3][3].get_absolute_url())
