"""Each filter of the task list has its place on the page, and a choice that is on is told in words."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from committees.models import Person
from tasks.lists.filters import TaskFilter
from tasks.models import Order
from tests.support.people import Bodies

pytestmark = pytest.mark.once

# Asked by links alone: quick views, counts and the sections of *My work*.
WITHOUT_A_FIELD = {"view", "state", "mine", "under", "within"}
# The part says what the chosen body does in the task, and is told together with the body.
WITH_CHOICES = {
    name: each.extra["choices"]
    for name, each in TaskFilter.base_filters.items()
    if "choices" in each.extra and name != "part"
}


@pytest.fixture
def reader(client: Client, people: dict[str, Person]) -> Client:
    client.force_login(people["secretary"])
    return client


def test_every_filter_has_a_field_on_the_page(reader: Client) -> None:
    html = reader.get(reverse("tasks:list")).content.decode()
    fields = set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', html))
    assert set(TaskFilter.base_filters) - WITHOUT_A_FIELD - fields == set()


@pytest.mark.parametrize("name", WITH_CHOICES)
def test_a_choice_that_is_on_is_told_in_words(reader: Client, name: str) -> None:
    # The second: some filters begin with what an address means without saying it.
    value, label = WITH_CHOICES[name][1]
    html = reader.get(reverse("tasks:list"), {name: value}).content.decode()
    [chip] = re.findall(r'<a class="chip on".*?<b>(.*?)</b>', html)
    with translation.override("vi"):
        assert chip.casefold() == escape(label).casefold()


def test_the_orders_to_choose_from_are_fetched_with_the_chosen_one(
    reader: Client, bodies: Bodies, order: Order
) -> None:
    other = Order.objects.create(body=bodies.sister, number="99-KH/KHAC", kind=Order.Kind.PLAN)

    def options(query: str = "") -> str:
        return reader.get(f"/tasks/orders/?{query}").content.decode()

    page = reader.get("/tasks/").content.decode()
    assert "/tasks/orders/" in page
    assert order.number not in page
    chosen = f'<option value="{order.pk}" selected>'
    assert chosen in reader.get(f"/tasks/?order={order.pk}").content.decode()
    assert f'<option value="{order.pk}">' in options()
    assert chosen in options(f"order={order.pk}")
    assert '<option value="null" selected>' in options("order=null")
    # Not that of a body that the reader does not read from.
    assert other.number not in options() + options(f"order={other.pk}")
