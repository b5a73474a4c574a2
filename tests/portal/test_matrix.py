"""Who gets in where: the tables of tests/portal/matrix/ are what the portal answers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from committees.models import Person
from tasks.models import Order
from tests.portal.matrix import WHO, rows
from tests.portal.matrix.settings import Settings
from tests.portal.matrix_helpers import _groups, every_route
from tests.support.people import Bodies, TaskAt

pytestmark = pytest.mark.once


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    """An address of the API needs one for each method; the admin's own addresses have a rule of their own."""
    named = {route for _method, route, _setting, _statuses in rows()}
    asked = {(method, route) for method, route, _setting, _statuses in rows()}
    there = {name for name, _pattern in every_route() if not name.startswith("admin:")}
    assert named == there
    for name, pattern in every_route():
        methods = set(getattr(pattern.callback, "actions", None) or {}) - {"head", "options"}
        for method in methods:
            assert (method.upper(), name) in asked, f"no row for {method.upper()} {name}"
    for method, route, setting, statuses in rows():
        assert len(statuses) == len(WHO), (method, route, setting)


@pytest.fixture
def doors(people: dict[str, Person]) -> dict[str, Client]:
    clients = {who: Client() for who in WHO}
    for who in WHO[:-1]:
        clients[who].force_login(people[who])
    return clients


def ask(door: Client, method: str, address: str, data: dict[str, Any]) -> int:
    """One request, taken back afterwards."""
    with transaction.atomic():
        if method == "GET":
            answer = door.get(address)
        elif address.startswith("/api/"):
            answer = door.generic(method, address, json.dumps(data), content_type="application/json")
        else:
            answer = door.post(address, data)
        status = int(answer.status_code)
        if answer.streaming:
            list(answer)
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("space", ["pages", "verbs", "api"])
def test_who_gets_in_where(
    space: str,
    bodies: Bodies,
    people: dict[str, Person],
    order: Order,
    task_at: TaskAt,
    doors: dict[str, Client],
) -> None:
    things = Settings(bodies, people, order, task_at)
    wrong = []
    for method, route, setting, statuses in rows():
        if space != ("api" if route.startswith("api:") else "verbs" if setting in things.tasks else "pages"):
            continue
        address, data = things.address(route, setting), things.data(route, setting)
        got = [
            ask(doors[who], method, address, {k: who if v == "{who}" else v for k, v in data.items()})
            for who in WHO
        ]
        if not any(statuses):
            assert set(got) <= {200, 503}, route
        elif got != statuses:
            wrong.append(
                f"{method} {route} {setting}: {' '.join(map(str, got))}, not {' '.join(map(str, statuses))}"
            )
    assert not wrong, "\n" + "\n".join(wrong)


FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)


def test_every_form_that_changes_something_carries_its_one_time_key(
    bodies: Bodies, people: dict[str, Person], order: Order, task_at: TaskAt, doors: dict[str, Client]
) -> None:
    things, found = Settings(bodies, people, order, task_at), 0
    doors["staff"] = Client()
    doors["staff"].force_login(people["staff"])
    pages = [
        (WHO[statuses.index(200)], things.address(route, setting))
        for method, route, setting, statuses in rows()
        # Who unsubscribes from a letter may be signed out, and doing it twice is doing it once.
        if method == "GET" and 200 in statuses and not route.startswith(("api:", "notices:unsubscribe"))
    ]
    for name, pattern in every_route():
        if name.startswith("admin:") and name.endswith(("_add", "_changelist")):
            pages.append(("staff", reverse(name)))
        elif name.startswith("admin:committees_person_"):
            keys = dict.fromkeys(pattern.pattern.converters or _groups(pattern), people["outsider"].pk)
            pages.append(("staff", reverse(name, kwargs=keys)))
    for who, address in dict.fromkeys(pages):
        answer = doors[who].get(address)
        if answer.streaming or "html" not in answer.get("Content-Type", ""):
            continue
        for form in FORM.findall(answer.content.decode()):
            keys_of = re.findall(r'name="one_time_key" value="[^"]{16,}"', form)
            assert len(keys_of) == 1, (address, form[:200])
            found += 1
    assert found > 150


# --- the admin ----------------------------------------------------------------------------------


def test_the_admin_lets_in_administrators_only(people: dict[str, Person], doors: dict[str, Client]) -> None:
    """Every address of it, of Django's making or ours: others are sent to the sign-in or refused."""
    staff = Client()
    staff.force_login(people["staff"])
    open_to_all = {"login", "logout", "jsi18n"}
    for name, pattern in every_route():
        page = name.removeprefix("admin:")
        if not name.startswith("admin:") or page in open_to_all or page == "None":
            continue
        sample = {"object_id": people["member"].pk, "app_label": "tasks", "verb": "confirm", "url": "x"}
        address = reverse(
            name, kwargs={key: sample[key] for key in pattern.pattern.converters or _groups(pattern)}
        )
        for who in ("head", "secretary", "nobody"):
            assert doors[who].get(address).status_code in (302, 403), (name, who)
            assert doors[who].post(address).status_code in (302, 403, 405), (name, who)
        if page.endswith("changelist") or page == "index":
            assert staff.get(address).status_code == 200, name
