"""Orders over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Event
from committees.models import Person
from committees.roles import Role
from tasks.models import Order, Task
from tasks.orders import actions as order_actions
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint


def entered(**values: Any) -> dict[str, Any]:
    return {
        "body": "COMMITTEE",
        "number": "57-NQ/TW",
        "kind": "resolution",
        "issued_on": "2024-12-22",
        **values,
    }


def test_the_order_of_a_task_is_read_by_those_who_see_the_task(
    people: dict[str, Person], order: Order, task_at: TaskAt
) -> None:
    def seen(who: str) -> tuple[int, int]:
        api = Api(people[who])
        return api.get("orders/").json()["count"], api.get(f"orders/{order.pk}/").status_code

    assert {who: seen(who) for who in ("secretary", "inspector", "officer", "sister", "outsider")} == {
        "secretary": (1, 200),
        "inspector": (1, 200),
        "officer": (0, 404),
        "sister": (0, 404),
        "outsider": (0, 404),
    }
    task_at("draft", order=order)
    assert seen("officer") == (0, 404)
    task_at("assigned", order=order)
    assert seen("officer") == (1, 200)


def test_an_order_counts_the_tasks_one_sees(people: dict[str, Person], order: Order, task_at: TaskAt) -> None:
    task_at("assigned", order=order)
    task_at("assigned", order=order, parts=[])
    task_at("withdrawn", order=order)
    tally = Api(people["secretary"]).get(f"orders/{order.pk}/").json()["tally"]
    assert (tally["given"], tally["in_time"], tally["withdrawn"]) == (2, 2, 1)
    assert Api(people["helper"]).get(f"orders/{order.pk}/").json()["tally"]["given"] == 1


def test_the_filters_of_orders(people: dict[str, Person], order: Order, bodies: Bodies) -> None:
    later = Order(body=bodies.committee, number="27/KH-BCĐ", kind="plan", abstract="Chuyển đổi số")
    order_actions.save_order(order=later, by=people["secretary"])
    api = Api(people["secretary"])
    for query, expected in (
        ({}, [order.pk, later.pk]),
        ({"q": "chuyen doi so"}, [later.pk]),
        ({"kind": "plan", "q": "11-kh"}, [order.pk]),
        ({"body": "COMMITTEE", "page_size": 1}, [order.pk]),
        ({"body": "SISTER"}, []),
    ):
        assert [row["id"] for row in api.get("orders/", **query).json()["results"]] == expected, query
    for query, field in (({"kind": "song"}, "kind"), ({"body": "X"}, "body"), ({"number": "1"}, "number")):
        answer = api.get("orders/", **query)
        assert (answer.status_code, list(answer.json())) == (400, [field])


@pytest.mark.parametrize("who, status", [("secretary", 201), ("assistant", 201), ("admin", 201)])
def test_who_may_enter(who: str, status: int, people: dict[str, Person]) -> None:
    answer = Api(people[who]).post("orders/", **entered(abstract="Đột phá phát triển khoa học"))
    assert answer.status_code == status, answer.content
    order = answer.json()
    assert (order["body"]["code"], order["number"], order["version"]) == ("COMMITTEE", "57-NQ/TW", 0)
    assert order["created_by"]["username"] == who
    assert order["may_edit"] == {"ok": True, "reason": ""}


def test_who_may_not_enter_or_correct(people: dict[str, Person], order: Order) -> None:
    events = Event.objects.count()
    for who in ("head", "member", "officer", "inspector", "sister", "outsider", "staff"):
        answer = Api(people[who]).post("orders/", **entered())
        assert (answer.status_code, list(answer.json())) == (403, ["detail"]), who
    for who, status in {"head": 403, "member": 403, "inspector": 403, "officer": 404, "sister": 404}.items():
        assert Api(people[who]).patch(f"orders/{order.pk}/", number="X").status_code == status, who
    assert (Order.objects.count(), Event.objects.count()) == (1, events)


def test_bad_orders(people: dict[str, Person], order: Order) -> None:
    api, events = Api(people["secretary"]), Event.objects.count()
    for values, field in (
        ({"body": "NOWHERE"}, "body"),
        ({"kind": "song"}, "kind"),
        ({"number": ""}, "number"),
        ({"number": "a\x00"}, "number"),
        ({"number": "x" * 121}, "number"),
        ({"abstract": "x" * 1_000_000}, "abstract"),
        ({"issued_on": "22/12/2024"}, "issued_on"),
        ({"file": "text"}, "file"),
        ({"created_by": "head"}, "created_by"),
        ({"number": "11-KH/BCĐ", "issued_on": "2026-07-28"}, "non_field_errors"),
    ):
        answer = api.post("orders/", **entered(**values))
        assert (answer.status_code, list(answer.json())) == (400, [field]), (values, answer.content)
    missing = api.patch(f"orders/{order.pk}/", number="12-KH/BCĐ")
    assert (missing.status_code, list(missing.json())) == (400, ["version"])
    assert (Order.objects.count(), Event.objects.count()) == (1, events)


def test_a_stale_order_says_who_and_what(people: dict[str, Person], order: Order) -> None:
    path = f"orders/{order.pk}/"
    changed = Api(people["assistant"]).patch(path, version=0, signer="Trưởng Ban")
    assert (changed.status_code, changed.json()["signer"], changed.json()["version"]) == (
        200,
        "Trưởng Ban",
        1,
    )
    assert changed.json()["number"] == "11-KH/BCĐ"
    stale = Api(people["secretary"]).patch(path, version=0, signer="Phó Trưởng Ban")
    assert stale.status_code == 409
    assert "Assistant" in stale.json()["detail"]
    assert stale.json()["fields"] == ["signer"]
    order.refresh_from_db()
    assert order.signer == "Trưởng Ban"


def test_an_order_with_its_file(people: dict[str, Person]) -> None:
    def send(name: str, content: bytes) -> Any:
        file = SimpleUploadedFile(name, content)
        return Api(people["secretary"]).client.post("/api/orders/", {**entered(), "file": file})

    for name, content in (("a.pdf", b"MZ"), ("a.exe", b"MZ"), ("a.pdf", b"")):
        refused = send(name, content)
        assert (refused.status_code, list(refused.json())) == (400, ["file"])
    assert not Order.objects.exists()
    sent = send("nghị quyết 57.pdf", b"%PDF-1.7")
    assert (sent.status_code, sent.json()["file_name"]) == (201, "nghị quyết 57.pdf")
    file = Api(people["secretary"]).client.get(sent.json()["download"])
    assert (file.status_code, file.getvalue()) == (200, b"%PDF-1.7")
    assert not Task.objects.exists()


def test_an_order_with_tasks_stays_in_its_register(
    people: dict[str, Person], bodies: Bodies, order: Order, task_at: TaskAt
) -> None:
    """Who enters the orders of two bodies moves one only while no task stands under it."""
    appoint(people["secretary"], bodies.sister, Role.SECRETARY)
    task = task_at("draft", order=order)
    api, change = Api(people["secretary"]), {"body": "SISTER", "version": order.version}
    answer = api.patch(f"orders/{order.pk}/", **change)
    assert (answer.status_code, list(answer.json())) == (400, ["body"])
    Task.objects.filter(pk=task.pk).update(order=None)
    assert api.patch(f"orders/{order.pk}/", **change).status_code == 200
