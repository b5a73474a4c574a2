"""No list of the admin asks the database more often for twenty rows than for two."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from committees.actions import set_office_permissions
from committees.models import Body, Membership, Office, Person
from committees.roles import DEFAULTS, Role
from notices.models import CalendarDay, Letter, Notice
from portal.shared.days import today
from tasks.models import Order, Task
from tests.support.admin_door import MODELS, url
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person

pytestmark = pytest.mark.once

AUTOCOMPLETES = [
    ("committees", "membership", "person"),
    ("committees", "membership", "office"),
    ("committees", "body", "parent"),
    ("tasks", "task", "order"),
    ("tasks", "task", "parent"),
    ("tasks", "task", "leader"),
]


@pytest.fixture
def grow(people: dict[str, Person], bodies: Bodies, task_at: TaskAt) -> Any:
    """Twelve more rows of everything, each with its own body and person."""

    def more() -> None:
        for number in range(12):
            body = make_body(f"B{number}", bodies.committee, name_vi=f"Sở {number}")
            person = make_person(f"p{number}")
            appoint(person, body, Role.HEAD)
            order = Order.objects.create(body=body, number=f"{number}", kind=Order.Kind.PLAN)
            task = task_at("assigned", lead=body)
            Task.objects.filter(pk=task.pk).update(order=order, leader=person)
            CalendarDay.objects.create(day=date(2030, 1, 1) + timedelta(number), is_working=False, name="x")
            letter = Letter.objects.create(person=person, on=today(), message_id=f"{number}@p")
            Notice.objects.create(
                key=f"k{number}", person=person, kind="overdue", about_type="tasks.task", about_id=task.pk,
                on=today(), letter=letter, body=body,
            )  # fmt: skip

    return more


def queries(client: Any, address: str) -> int:
    client.get(address)  # content types and permission ids are read once
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["admin", "staff"])
def test_lists_ask_as_often_for_many_rows_as_for_few(enter: Any, rows: Any, grow: Any, name: str) -> None:
    client = enter(name)
    addresses = [url(model) for model in MODELS] + ["/admin/"]
    addresses += [
        f"/admin/autocomplete/?app_label={app}&model_name={model}&field_name={field}&term="
        for app, model, field in AUTOCOMPLETES
    ]
    few = {address: queries(client, address) for address in addresses}
    grow()
    many = {address: queries(client, address) for address in addresses}
    assert many == few
    assert max(many.values()) <= 12


def test_pages_with_many_rows_on_them(enter: Any, people: dict[str, Person], bodies: Bodies) -> None:
    """A person with many terms and a body with many members ask as often as with few."""
    pages = [url(Person, "change", people["outsider"].pk), url(Body, "change", bodies.sister.pk)]
    client = enter("staff")
    few = [queries(client, page) for page in pages]
    for number in range(8):
        appoint(people["outsider"], make_body(f"C{number}"), Role.MEMBER)
        appoint(make_person(f"q{number}"), bodies.sister, list(Role)[number])
    assert [queries(client, page) for page in pages] == few
    assert Office.objects.count() > Membership.objects.count()


def test_the_list_of_offices_says_how_much_each_may_and_whether_by_default(
    enter: Any, bodies: Bodies, people: dict[str, Person]
) -> None:
    edited = bodies.committee.offices.get(role=Role.MEMBER)
    set_office_permissions(office=edited, permissions=["view_tasks"], by=people["staff"])
    page = enter("staff").get(url(Office), {"q": bodies.committee.name_vi, "all": 1})
    rights, default = page.context["cl"].list_display[-2:]
    shown = {office.role: (rights(office), default(office)) for office in page.context["cl"].result_list}
    expected = {role: (len(DEFAULTS[role]), True) for role in Role}
    assert shown == {**expected, Role.MEMBER: (1, False)}
    assert re.findall(r'field-rights">(\d+)<', page.content.decode()) == [str(n) for n, _ in shown.values()]
