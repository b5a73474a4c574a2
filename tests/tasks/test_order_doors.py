"""What the action refuses of a relation between orders stands on its page, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from committees.models import Person
from tasks.models import Order, OrderRelation, Task
from tasks.orders import relation_actions
from tests.support.people import Bodies, TaskAt
from tests.tasks.orders_pages_helpers import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def below(bodies: Bodies, people: dict[str, Person], order: Order) -> Order:
    """Another order of the committee, which carries out the first."""
    below = Order.objects.create(body=bodies.committee, number="20/KH-BCĐ", kind="plan")
    relation_actions.relate(order=below, kind="implements", other=order, by=people["secretary"])
    return below


def test_a_circle_and_an_order_to_itself_are_told_beside_the_field(
    client: Client, people: dict[str, Person], order: Order, below: Order
) -> None:
    client, url = signed_in(client, people["secretary"]), f"/orders/{order.pk}/relations/"
    for other, sentence in (
        (below.number, "That would be a circle: 20/KH-BCĐ"),
        (order.number, "An order cannot do anything to itself. Choose another one."),
    ):
        page = client.post(url, {"kind": "implements", "other": other})
        assert page.status_code == 200
        assert sentence in text_of(page)
        assert "other" in page.context["form"].errors
    assert OrderRelation.objects.count() == 1


def test_who_decides_after_the_relation_was_taken_back_is_told_why_not(
    client: Client,
    people: dict[str, Person],
    order: Order,
    below: Order,
    task_at: TaskAt,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between opening the page and pressing the button somebody else took the relation back."""
    relation = OrderRelation.objects.create(
        order=below, kind="replaces", other=order, by=people["secretary"], at=below.relations.get().at
    )
    task, settle = task_at("in_progress", order=order), relation_actions.settle_replaced

    def after_it_was_taken_back(**values: object) -> object:
        relation_actions.unrelate(relation=relation, by=people["secretary"])
        return settle(**values)  # type: ignore[arg-type]

    monkeypatch.setattr(relation_actions, "settle_replaced", after_it_was_taken_back)
    client = signed_in(client, people["secretary"])
    data = {"rest": "move", "reason": "Thay thế.", f"version_{task.pk}": task.version}
    page = client.post(f"/orders/{below.pk}/replaces/{order.pk}/", data)
    assert page.status_code == 409
    # It stands above the form, which keeps what was typed.
    form = page.context["form"]
    assert "no longer replaces this one." in form.non_field_errors()[0]
    assert form["reason"].value() == "Thay thế."
    assert Task.objects.get(pk=task.pk).order == order
