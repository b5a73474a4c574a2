"""The register of orders: a number is found however it is typed, and at every door alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.shared.text import number_key
from tasks.models import Order
from tasks.orders import actions as order_actions
from tests.support.api import Api
from tests.support.people import Bodies
from tests.tasks.orders_pages_helpers import signed_in

REGISTER = (
    ("07/CT-TTg", "directive", "Thủ tướng Chính phủ", date(2025, 3, 14)),
    ("02-KH/BCĐTW", "plan", "Ban Chỉ đạo Trung ương", date(2025, 6, 19)),
    ("57-NQ/TW", "resolution", "Bộ Chính trị", date(2024, 12, 22)),
    ("726/KH-UBND", "plan", "", date(2025, 2, 20)),
    ("157/TB-VPCP", "conclusion", "Văn phòng Chính phủ", None),
)


@pytest.fixture
def register(bodies: Bodies, people: Any) -> None:
    for number, kind, issuer, issued_on in REGISTER:
        words = "" if issued_on else "tháng 4/2025"
        order = Order(
            body=bodies.committee,
            number=number,
            kind=kind,
            issuer=issuer,
            issued_on=issued_on,
            issued_words=words,
            abstract="Căn cứ Kế hoạch số 02-KH/BCĐTW" if number == "726/KH-UBND" else "",
        )
        order_actions.save_order(order=order, by=people["secretary"])


ASKED = [
    ({"q": "07/CT-TTg"}, ["07/CT-TTg"]),
    ({"q": "07/ct-ttg"}, ["07/CT-TTg"]),
    ({"q": "7/CT-TTg"}, ["07/CT-TTg"]),
    ({"q": "07 / CT - TTg"}, ["07/CT-TTg"]),
    ({"q": "7ctttg"}, ["07/CT-TTg"]),
    ({"q": "02-KH/BCĐTW"}, ["02-KH/BCĐTW", "726/KH-UBND"]),
    ({"q": "02 kh bcdtw"}, ["02-KH/BCĐTW", "726/KH-UBND"]),
    ({"q": "2-kh/bcđtw"}, ["02-KH/BCĐTW", "726/KH-UBND"]),
    ({"q": "02\u00a0KH/BCĐTW"}, ["02-KH/BCĐTW", "726/KH-UBND"]),
    ({"q": "57"}, ["57-NQ/TW", "157/TB-VPCP"]),
    ({"q": "can cu ke hoach"}, ["726/KH-UBND"]),
    ({"q": "99/CT-TTg"}, []),
    ({"issuer": "bo chinh tri"}, ["57-NQ/TW"]),
    ({"issuer": "Khánh Hòa"}, ["726/KH-UBND"]),
    ({"issuer": "chinh phu"}, ["07/CT-TTg", "157/TB-VPCP"]),
    ({"year": "2024"}, ["57-NQ/TW"]),
    ({"year": "2025", "kind": "conclusion"}, ["157/TB-VPCP"]),
    ({"kind": "plan", "body": "COMMITTEE"}, ["02-KH/BCĐTW", "726/KH-UBND"]),
    ({"q": "57", "year": "2024", "issuer": "bo chinh tri", "kind": "resolution"}, ["57-NQ/TW"]),
    ({"q": "57", "year": "2026"}, []),
]


@pytest.mark.parametrize("query, numbers", ASKED, ids=[str(query) for query, _found in ASKED])
def test_page_and_api_find_the_same(
    client: Client, people: Any, register: None, query: dict[str, str], numbers: list[str]
) -> None:
    """The order with that number comes first, then numbers that begin so, then the rest by day."""
    page = signed_in(client, people["secretary"]).get("/orders/", query)
    assert [order.number for order in page.context["page"].object_list] == numbers
    rows = Api(people["secretary"]).get("orders/", **query).json()["results"]
    assert [row["number"] for row in rows] == numbers


def test_the_admin_finds_numbers_too(client: Client, people: Any, register: None) -> None:
    client = signed_in(client, people["admin"])
    for words, count in (("7 CT TTg", 1), ("02 kh bcdtw", 2), ("nowhere", 0)):
        page = client.get("/admin/tasks/order/", {"q": words})
        assert page.context["cl"].result_count == count, words


@pytest.mark.parametrize(
    "query, field", [({"year": "1"}, "year"), ({"year": "x"}, "year"), ({"kind": "song"}, "kind")]
)
def test_a_wrong_condition_is_said_beside_it(
    client: Client, people: Any, query: dict[str, str], field: str
) -> None:
    page = signed_in(client, people["secretary"]).get("/orders/", query)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert "page" not in page.context
    answer = Api(people["secretary"]).get("orders/", **query)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_number_corrected_is_found_by_its_new_one(people: Any, order: Order) -> None:
    order.number = "012-KH/BCĐ"
    order_actions.save_order(order=order, by=people["secretary"])
    assert not Order.objects.matching("11-KH/BCĐ")
    assert Order.objects.matching("12-kh bcd").get() == order


@given(st.text())
def test_any_text_has_a_key(text: str) -> None:
    key = number_key(text)
    assert key == number_key(f" 0{text} - ") == number_key(key)
