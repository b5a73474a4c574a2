"""The register of orders: who reads and enters, what is refused, and the five-way count of an order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.models import Event
from portal.shared.days import today
from tasks.models import Order
from tasks.orders import actions as order_actions
from tests.support.people import Bodies, TaskAt
from tests.tasks.orders_pages_helpers import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]


PDF = b"%PDF-1.7 plan"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared as they stand in the source, also those still lazy after the answer."""
    with translation.override("en"):
        yield


def typed(bodies: Bodies, **values: Any) -> dict[str, Any]:
    return {
        "body": bodies.committee.pk,
        "number": "12-KH/BCĐ",
        "kind": "plan",
        "issued_on": "01/10/2026",
        **values,
    }


@pytest.mark.parametrize(
    "who, status, edit",
    [
        ("secretary", 200, 200),
        ("assistant", 200, 200),
        ("head", 200, 403),
        ("inspector", 200, 403),
        ("officer", 404, 404),
        ("sister", 404, 404),
        ("outsider", 404, 404),
    ],
)
def test_who_opens_an_order(
    client: Client, people: Any, order: Order, who: str, status: int, edit: int
) -> None:
    client = signed_in(client, people[who])
    assert client.get(f"/orders/{order.pk}/").status_code == status
    assert client.get(f"/orders/{order.pk}/file/").status_code == 404
    assert client.get(f"/orders/{order.pk}/edit/").status_code == edit
    assert len(client.get("/orders/").context["page"].object_list) == (status == 200)


def test_an_order_opens_to_whoever_has_a_task_of_it_and_shows_only_that(
    client: Client, people: Any, order: Order, task_at: TaskAt
) -> None:
    task_at("in_progress", order=order)
    task_at("draft", order=order, title="Việc chưa giao")
    page = signed_in(client, people["officer"]).get(f"/orders/{order.pk}/")
    assert [row.task.title for row in page.context["rows"]] == ["Lập danh mục điểm lõm sóng"]
    assert "Việc chưa giao" not in text_of(page)


def test_the_five_add_up_and_lead_to_their_rows(
    client: Client, people: Any, order: Order, task_at: TaskAt
) -> None:
    for state in ("in_progress", "completed", "submitted", "suspended", "draft"):
        task_at(state, order=order)
    task_at("in_progress", order=order, due_on=today() - timedelta(days=1))
    task_at("in_progress")
    client = signed_in(client, people["secretary"])
    page = client.get(f"/orders/{order.pk}/")
    counts, url = page.context["counts"], page.context["tally_url"]
    assert counts["given"] == 4 == sum(count for name, count in counts.items() if name != "given")
    assert len(client.get(url).context["rows"]) == counts["given"]
    assert len(client.get(f"{url}&standing=overdue").context["rows"]) == counts["overdue"] == 1
    assert page.context["total"] == len(client.get(page.context["list_url"]).context["rows"]) == 6


def test_search_by_number_abstract_and_body(
    client: Client, people: Any, bodies: Bodies, order: Order
) -> None:
    other = Order(
        body=bodies.committee, number="06-CT/TU", kind="directive", abstract="Đẩy mạnh chuyển đổi số"
    )
    order_actions.save_order(order=other, by=people["secretary"])
    client = signed_in(client, people["secretary"])
    for query, found in [
        ("q=06-ct", 1),
        ("q=chuyen doi so", 1),
        ("q=nowhere", 0),
        ("body=COMMITTEE", 2),
        ("", 2),
    ]:
        assert len(client.get(f"/orders/?{query}").context["page"].object_list) == found, query
    assert "No order matches." in text_of(client.get("/orders/?q=nowhere"))
    for query, sentence in [
        ("body=NOWHERE", "There is no body “NOWHERE”."),
        ("q=%00", "Remove the control characters"),
    ]:
        page = client.get(f"/orders/?{query}")
        assert sentence in text_of(page)
        assert "page" not in page.context


def test_entering_an_order_with_its_file(client: Client, people: Any, bodies: Bodies) -> None:
    client = signed_in(client, people["secretary"])
    file = SimpleUploadedFile("Kế hoạch 12.pdf", PDF)
    response = client.post("/orders/new/", typed(bodies, file=file), follow=True)
    order = Order.objects.get()
    assert (order.number, order.issued_on, order.file_name) == (
        "12-KH/BCĐ",
        date(2026, 10, 1),
        "Kế hoạch 12.pdf",
    )
    assert "Saved: 12-KH/BCĐ." in text_of(response)
    answer: Any = client.get(f"/orders/{order.pk}/file/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in(Client(), people["sister"]).get(f"/orders/{order.pk}/file/").status_code == 404


@pytest.mark.parametrize(
    "values, field, sentence",
    [
        ({"number": ""}, "number", "required"),
        ({"number": "a\x00b"}, "number", "Null"),
        ({"abstract": "x" * 1_000_000}, "abstract", "20000"),
        ({"issued_on": "32/01/2026"}, "issued_on", "There is no day 32/01/2026."),
        ({"kind": "song"}, "kind", "song"),
        ({"body": "999"}, "body", "not one of the available choices"),
        ({"file": SimpleUploadedFile("a.pdf", b"MZ not a pdf")}, "file", "not what its name says"),
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "file", "This kind of file is not taken"),
        ({"file": SimpleUploadedFile("a.pdf", b"")}, "file", "empty"),
    ],
)
def test_bad_input_is_a_sentence_beside_its_field(
    client: Client, people: Any, bodies: Bodies, values: dict[str, Any], field: str, sentence: str
) -> None:
    response = signed_in(client, people["secretary"]).post("/orders/new/", typed(bodies, **values))
    assert response.status_code == 200
    assert sentence in " ".join(response.context["form"].errors.get(field, [])), response.context[
        "form"
    ].errors
    assert set(response.context["form"].errors) == {field}
    assert not Order.objects.exists()


def test_the_same_number_and_day_twice(client: Client, people: Any, bodies: Bodies) -> None:
    client = signed_in(client, people["secretary"])
    assert client.post("/orders/new/", typed(bodies)).status_code == 302
    response = client.post("/orders/new/", typed(bodies))
    assert "This body already has an order with this number and date." in text_of(response)
    assert Order.objects.count() == 1


@pytest.mark.parametrize("who", ["head", "officer", "outsider"])
def test_who_may_not_enter_orders(client: Client, people: Any, bodies: Bodies, who: str) -> None:
    client = signed_in(client, people[who])
    assert client.get("/orders/new/").status_code == 403
    assert client.post("/orders/new/", typed(bodies)).status_code == 403
    assert not Order.objects.exists()


def test_no_order_in_the_register_of_another_body(client: Client, people: Any, bodies: Bodies) -> None:
    response = signed_in(client, people["sister"]).post("/orders/new/", typed(bodies))
    assert "body" in response.context["form"].errors
    assert not Order.objects.exists()


def test_a_stale_form_says_who_and_what(client: Client, people: Any, bodies: Bodies, order: Order) -> None:
    client = signed_in(client, people["assistant"])
    opened = order.version
    order.signer = "Trưởng Ban"
    order_actions.save_order(order=order, by=people["secretary"], version=opened)
    data = typed(bodies, number=order.number, issued_on="28/07/2026", signer="Phó Trưởng Ban", version=opened)
    response = client.post(f"/orders/{order.pk}/edit/", data)
    assert response.status_code == 409
    assert "Secretary changed this at" in text_of(response)
    assert ("Signer", "Trưởng Ban", "Phó Trưởng Ban") in response.context["differences"]
    assert 'value="Phó Trưởng Ban"' in response.content.decode()
    again = client.post(f"/orders/{order.pk}/edit/", {**data, "version": response.context["version"]})
    assert again.status_code == 302
    order.refresh_from_db()
    assert order.signer == "Phó Trưởng Ban"
    assert Event.objects.about(order).newest_first()[0].after == {"signer": "Phó Trưởng Ban"}


def test_an_edit_keeps_the_file(client: Client, people: Any, bodies: Bodies, order: Order) -> None:
    order_actions.save_order(order=order, by=people["secretary"], file=SimpleUploadedFile("a.pdf", PDF))
    client = signed_in(client, people["secretary"])
    assert "Now: a.pdf." in text_of(client.get(f"/orders/{order.pk}/edit/"))
    data = typed(bodies, number=order.number, signer="Trưởng Ban", version=order.version)
    assert client.post(f"/orders/{order.pk}/edit/", data).status_code == 302
    order.refresh_from_db()
    assert (order.signer, order.file_name) == ("Trưởng Ban", "a.pdf")
    assert order.file.read() == PDF


def test_twenty_orders_cost_as_many_queries_as_one(
    client: Client, people: Any, bodies: Bodies, order: Order, task_at: TaskAt
) -> None:
    task_at("in_progress", order=order)
    client = signed_in(client, people["secretary"])
    few = _queries(client, "/orders/"), _queries(client, f"/orders/{order.pk}/")
    for number in range(20):
        one = Order(body=bodies.committee, number=f"{number}/QĐ", kind="decision")
        order_actions.save_order(order=one, by=people["secretary"])
    for _number in range(4):
        task_at("in_progress", order=order)
    assert (_queries(client, "/orders/"), _queries(client, f"/orders/{order.pk}/")) == few
    assert max(few) <= 12


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)
