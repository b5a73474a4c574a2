"""Orders carry out, amend and replace each other: who says so, no circles, both ways as far as one sees."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from audit.models import Event
from committees.models import Body, Person
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tasks.models import Order, OrderRelation
from tasks.orders import relation_actions, relations
from tests.support import bulk
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, new_body
from tests.support.told import at_once, in_line
from tests.tasks.orders_pages_helpers import signed_in, text_of

LADDER = ("57-NQ/TW", "02-KH/BCĐTW", "03/NQ-CP", "11-KH/BCĐ", "5/KH-BCĐ", "9/KH-BCĐ", "1/KH-X")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def enter(body: Body, number: str, **values: Any) -> Order:
    order = Order(body=body, number=number, kind="plan", **values)
    order.save()
    return order


def link(order: Order, other: Order, by: Person, kind: str = "implements") -> OrderRelation:
    relation: OrderRelation = relation_actions.relate(order=order, kind=kind, other=other, by=by)
    return relation


@pytest.fixture
def ladder(bodies: Bodies, people: dict[str, Person]) -> list[Order]:
    """Seven orders, each carrying out the one before: the upper three of the top body."""
    orders = [enter(bodies.top if n < 3 else bodies.committee, number) for n, number in enumerate(LADDER)]
    for other, order in pairwise(orders):
        link(order, other, people["admin"])
    return orders


def numbers(lines: Any) -> list[tuple[str, int]]:
    return [(line.order.number, line.depth) for line in lines]


def test_the_chain_is_walked_both_ways(people: dict[str, Person], ladder: list[Order]) -> None:
    seen = relations.related(people["admin"], ladder[3], today())
    assert numbers(seen.above) == [("03/NQ-CP", 1), ("02-KH/BCĐTW", 2), ("57-NQ/TW", 3)]
    assert numbers(seen.below) == [("5/KH-BCĐ", 1), ("9/KH-BCĐ", 2), ("1/KH-X", 3)]
    assert (seen.hidden_above, seen.more_below) == (0, 0)
    top = relations.related(people["admin"], ladder[0], today())
    assert [depth for _number, depth in numbers(top.below)] == [1, 2, 3, 4, 5, 6]
    assert not top.above


def test_the_page_leads_up_and_down(client: Client, people: dict[str, Person], ladder: list[Order]) -> None:
    client = signed_in(client, people["admin"])
    order = ladder[-1]
    for above in reversed(ladder[:-1]):
        page = client.get(order.get_absolute_url()).content.decode()
        assert f'href="{above.get_absolute_url()}"' in page
        order = above
    page = client.get(order.get_absolute_url()).content.decode()
    assert all(f'href="{below.get_absolute_url()}"' in page for below in ladder[1:])


def test_orders_that_one_cannot_see_are_never_named(
    client: Client, people: dict[str, Person], bodies: Bodies, ladder: list[Order]
) -> None:
    """Above they are counted, for the order's own words name them; below nobody learns of them."""
    unseen = enter(bodies.sister, "77-KH/SISTER")
    link(unseen, ladder[3], people["admin"])
    link(unseen, ladder[3], people["admin"], "amends")
    link(ladder[3], unseen := enter(bodies.sister, "78-QĐ/SISTER"), people["admin"], "replaces")
    seen = relations.related(people["secretary"], ladder[3], today())
    assert (numbers(seen.above), seen.hidden_above, seen.hidden) == ([], 1, 1)
    assert [line.order.number for line in seen.below] == ["5/KH-BCĐ", "9/KH-BCĐ", "1/KH-X"]
    page = signed_in(client, people["secretary"]).get(ladder[3].get_absolute_url())
    assert "1 order that you cannot see" in text_of(page)
    for number in (*LADDER[:3], "77-KH/SISTER", "78-QĐ/SISTER"):
        assert number not in page.content.decode()
        assert (
            number not in Api(people["secretary"]).get(f"orders/{ladder[3].pk}/relations/").content.decode()
        )
    # The walk does not go on from what is hidden: the top is not counted either.
    assert relations.related(people["secretary"], ladder[4], today()).hidden_above == 1


def test_no_circle_however_long(people: dict[str, Person], ladder: list[Order]) -> None:
    by = people["admin"]
    for kind in OrderRelation.Kind.values:
        for low in ladder[1:]:
            with pytest.raises(ValidationError, match="circle"):
                link(ladder[0], low, by, kind)
    with pytest.raises(ValidationError, match="to itself"):
        link(ladder[0], ladder[0], by)
    with pytest.raises(ValidationError, match="already entered"):
        link(ladder[1], ladder[0], by)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderRelation.objects.create(
            order=ladder[0], kind="amends", other=ladder[0], by=by, at=timezone.now()
        )
    link(ladder[5], ladder[0], by)
    seen = relations.related(by, ladder[0], today())
    # Reached on two ways, it is named once, by the shorter one.
    assert len(seen.below) == 6
    assert {("9/KH-BCĐ", 1), ("1/KH-X", 2)} <= set(numbers(seen.below))


def test_a_circle_in_the_rows_ends(people: dict[str, Person], ladder: list[Order]) -> None:
    """Written past the actions: the walk still comes to its end."""
    OrderRelation.objects.create(
        order=ladder[0], kind="implements", other=ladder[-1], by=people["admin"], at=timezone.now()
    )
    seen = relations.related(people["admin"], ladder[0], today())
    assert len(seen.below) == len(seen.above) == 6


def test_who_says_what_an_order_does(
    people: dict[str, Person], bodies: Bodies, order: Order, ladder: list[Order]
) -> None:
    for who in ("head", "member", "officer", "inspector", "sister", "outsider"):
        with pytest.raises(Refused):
            link(order, ladder[4], people[who])
    with pytest.raises(ValidationError, match="that you can see"):
        link(order, ladder[0], people["secretary"])
    assert not order.relations.exists()
    relation = link(order, ladder[4], people["assistant"])
    event = Event.objects.about(order).latest("pk")
    assert (event.verb, event.after, event.by) == (
        "order_related",
        {"implements": "5/KH-BCĐ"},
        people["assistant"],
    )
    with pytest.raises(Refused):
        relation_actions.unrelate(relation=relation, by=people["head"])
    relation_actions.unrelate(relation=relation, by=people["secretary"])
    event = Event.objects.about(order).latest("pk")
    assert (event.verb, event.before) == ("order_unrelated", {"implements": "5/KH-BCĐ"})
    assert not order.relations.exists()


def test_entered_and_taken_back_on_the_page(
    client: Client, people: dict[str, Person], order: Order, ladder: list[Order]
) -> None:
    client, url = signed_in(client, people["secretary"]), f"/orders/{order.pk}/relations/"
    for typed, sentence in [
        ("", "This field is required"),
        ("99/QĐ", "There is no order “99/QĐ” that you can see"),
        ("57-NQ/TW", "that you can see"),
        (order.number, "Several orders have this number"),
        ("%(", "There is no order"),
        ("0", "There is no order"),
    ]:
        page = client.post(url, {"kind": "implements", "other": typed})
        assert sentence in text_of(page), typed
    assert not order.relations.exists()
    told = client.post(url, {"kind": "implements", "other": "5 kh-bcd"}, follow=True)
    assert "Carries out: 5/KH-BCĐ" in text_of(told)
    relation = order.relations.get()
    assert "Take back" in text_of(client.get(url))
    told = client.post(f"{url}{relation.pk}/remove/", follow=True)
    assert "Taken back: the relation to 5/KH-BCĐ" in text_of(told)
    assert not order.relations.exists()
    assert client.post(f"{url}{relation.pk}/remove/").status_code == 404


def test_the_list_that_helps_names_only_what_one_sees(
    client: Client, people: dict[str, Person], ladder: list[Order]
) -> None:
    def offered(who: str, typed: str) -> str:
        page = signed_in(client, people[who]).get("/orders/near/", {"q": typed})
        return html.unescape(page.content.decode())

    assert "5/KH-BCĐ (COMMITTEE)" in offered("secretary", "5 kh")
    assert "57-NQ/TW" not in offered("secretary", "57")
    assert "57-NQ/TW (TOP)" in offered("admin", "57")
    assert "option" not in offered("outsider", "")
    assert "option" not in offered("secretary", "\x00")


def test_a_day_that_does_not_fit_is_said_and_not_refused(
    client: Client, people: dict[str, Person], bodies: Bodies
) -> None:
    plan = enter(bodies.committee, "1-KH", issued_on=date(2025, 1, 1))
    decision = enter(bodies.committee, "2-QĐ", issued_on=date(2025, 2, 1))
    link(plan, decision, people["secretary"])
    client = signed_in(client, people["secretary"])
    for page in (plan.get_absolute_url(), decision.get_absolute_url(), f"/orders/{plan.pk}/relations/"):
        assert "Check the days" in text_of(client.get(page)), page
    said = Api(people["secretary"]).get(f"orders/{plan.pk}/relations/").json()
    assert said["outgoing"][0]["is_older"] is said["above"][0]["is_older"] is True


def test_each_order_of_the_chain_counts_the_tasks_one_sees(
    people: dict[str, Person], bodies: Bodies, ladder: list[Order], task_at: TaskAt
) -> None:
    task_at("in_progress", order=ladder[4])
    task_at("completed", order=ladder[4])
    task_at("draft", order=ladder[4])
    lines = {line.order.pk: line for line in relations.related(people["secretary"], ladder[3], today()).below}
    tally = lines[ladder[4].pk].tally
    assert tally
    assert (tally["given"], tally["in_time"], tally["done_on_time"]) == (2, 1, 1)
    assert lines[ladder[5].pk].tally is None


def test_a_chain_of_hundreds_costs_as_much_as_one(
    client: Client, people: dict[str, Person], bodies: Bodies, ladder: list[Order]
) -> None:
    client = signed_in(client, people["admin"])
    url = ladder[0].get_absolute_url()
    few = queries(client, url)
    places = [new_body(f"P{n}", bodies.top) for n in range(20)]
    bulk.enter_bodies(places)
    plans = Order.objects.bulk_create(
        Order(body=places[n % 20], number=f"{n}/KH", kind="plan") for n in range(400)
    )
    now, by = timezone.now(), people["admin"]
    OrderRelation.objects.bulk_create(
        OrderRelation(
            order=plan, kind="implements", other=plans[n // 20] if n > 19 else ladder[n % 6], by=by, at=now
        )
        for n, plan in enumerate(plans)
    )
    assert queries(client, url) <= few <= 12
    seen = relations.related(by, ladder[0], today())
    assert len(seen.below) == relations.MAX_ORDERS_BELOW
    assert len(seen.below) + seen.more_below == 406
    nearest = [order.pk for order in (ladder[1], *plans[:20:6])]
    assert set(nearest) <= {line.order.pk for line in seen.below}
    assert queries(client, ladder[-1].get_absolute_url()) <= 12


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_over_the_api(people: dict[str, Person], ladder: list[Order], order: Order) -> None:
    api, url = Api(people["secretary"]), f"orders/{order.pk}/relations/"
    made = api.post(url, kind="amends", other=ladder[4].pk)
    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["other"]["number"]) == ("amends", "5/KH-BCĐ")
    assert api.post(url, kind="amends", other=ladder[4].pk).status_code == 400
    assert api.post(url, kind="amends", other=ladder[0].pk).status_code == 400
    back = api.post(f"orders/{ladder[4].pk}/relations/", kind="implements", other=order.pk)
    assert (back.status_code, list(back.json())) == (400, ["other"])
    told = api.get(f"orders/{ladder[4].pk}/relations/").json()["incoming"]
    assert {row["order"]["number"] for row in told} == {LADDER[5], order.number}
    assert api.delete(f"{url}{made.json()['id']}/").status_code == 204
    assert not order.relations.exists()


def test_the_admin_only_shows_relations(
    client: Client, people: dict[str, Person], ladder: list[Order]
) -> None:
    client.force_login(people["admin"])
    page = client.get(f"/admin/tasks/order/{ladder[1].pk}/change/").content.decode()
    assert "57-NQ/TW" in page
    assert "relations-0-other" not in page


def test_a_replaced_order_says_by_which(
    client: Client, people: dict[str, Person], bodies: Bodies, ladder: list[Order]
) -> None:
    new = enter(bodies.committee, "20-KH/BCĐ")
    link(new, ladder[4], people["secretary"], "replaces")
    client = signed_in(client, people["secretary"])
    assert "This order was replaced by 20-KH/BCĐ" in text_of(client.get(ladder[4].get_absolute_url()))
    chain = relations.related(people["secretary"], ladder[3], today()).below
    assert [one.number for one in chain[0].replaced_by] == ["20-KH/BCĐ"]


def test_two_who_close_a_circle_together(
    transactional_db: None, people: dict[str, Person], bodies: Bodies
) -> None:
    """Neither names an order that the other names: each sees only a line, and both together a circle."""
    first, second, third, fourth = (enter(bodies.committee, f"{n}-KH") for n in range(1, 5))
    by = people["secretary"]
    link(second, third, by)
    link(fourth, first, by)
    acts = [partial(link, first, second, by), partial(link, third, fourth, by)]

    def gate() -> None:
        list(Order.objects.select_for_update().filter(pk__in=(first.pk, third.pk)).order_by("pk"))

    said = in_line(gate, *acts) if connection.vendor == "postgresql" else at_once(*acts)
    assert sorted(said) == ["ok", "other"]
    assert OrderRelation.objects.count() == 3
