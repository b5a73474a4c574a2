"""Bodies, members, memberships and oneself over the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from audit.models import Event
from committees.models import Membership, Person
from committees.roles import Role
from portal.shared.days import today
from tests.support.api import Api
from tests.support.people import Bodies, appoint, make_person

pytestmark = pytest.mark.once


def codes(answer: Any) -> list[str]:
    return [row["code"] for row in answer.json()["results"]]


def test_everybody_reads_the_bodies_in_the_order_of_the_tree(people: dict[str, Person]) -> None:
    for who in ("officer", "outsider"):
        answer = Api(people[who]).get("bodies/")
        assert codes(answer) == ["TOP", "COMMITTEE", "LEAD", "HELPER", "SISTER"]
        assert answer.json()["count"] == 5
    row = answer.json()["results"][1]
    assert (row["name"], row["kind"], row["level"], row["chain"], row["parent"]) == (
        "Ban Chỉ đạo tỉnh Khánh Hòa",
        "committee",
        "provincial",
        "party",
        "TOP",
    )


def test_the_filters_of_bodies(people: dict[str, Person]) -> None:
    api = Api(people["outsider"])
    for query, expected in (
        ({"q": "khanh hoa"}, ["COMMITTEE"]),
        ({"level": "central"}, ["TOP"]),
        ({"kind": "agency"}, ["LEAD", "HELPER"]),
        ({"chain": "state", "q": "tai chinh"}, ["HELPER"]),
        ({"parent": "COMMITTEE"}, ["LEAD", "HELPER"]),
        ({"page_size": 2, "page": 2}, ["LEAD", "HELPER"]),
    ):
        assert codes(api.get("bodies/", **query)) == expected, query
    for query, field in (
        ({"level": "village"}, "level"),
        ({"parent": "NOWHERE"}, "parent"),
        ({"parent": "A\x00"}, "parent"),
        ({"code": "TOP"}, "code"),
    ):
        answer = api.get("bodies/", **query)
        assert (answer.status_code, list(answer.json())) == (400, [field]), query


def test_one_body(people: dict[str, Person]) -> None:
    body = Api(people["outsider"]).get("bodies/COMMITTEE/").json()
    assert body["parent"] == {"code": "TOP", "name": "Ban Chỉ đạo Trung ương"}
    assert [child["code"] for child in body["children"]] == ["LEAD", "HELPER"]
    for code in ("NOWHERE", "committee", "A%00B", "%0A", "x" * 3000):
        answer = Api(people["outsider"]).get(f"bodies/{code}/")
        assert (answer.status_code, list(answer.json())) == (404, ["detail"]), code


def test_members_on_a_day(people: dict[str, Person], bodies: Bodies) -> None:
    first, last = date(2025, 3, 1), date(2025, 3, 18)
    appoint(make_person("former"), bodies.committee, Role.DEPUTY, first, last, position="Phó Trưởng ban")
    api = Api(people["member"])

    def names(**query: Any) -> set[str]:
        answer = api.get("bodies/COMMITTEE/members/", **query)
        assert answer.status_code == 200
        return {row["person"]["username"] for row in answer.json()["results"]}

    assert "former" in names(on=last)
    assert "former" not in names(on=last + timedelta(days=1))
    assert "former" not in names(on=first - timedelta(days=1))
    assert "former" not in names()
    assert names(on="2020-01-01") == set()
    assert api.get("bodies/COMMITTEE/members/").json()["results"][0]["role"] == "head"
    for day in ("18/03/2025", "2025-02-30", "2025-03-18T00:00", "x", "1" * 300):
        answer = api.get("bodies/COMMITTEE/members/", on=day)
        assert (answer.status_code, list(answer.json())) == (400, ["on"]), day


def test_members_are_shown_to_the_body_and_those_above_and_below(people: dict[str, Person]) -> None:
    for who, status in {
        "member": 200,
        "officer": 200,
        "inspector": 200,
        "sister": 403,
        "outsider": 403,
    }.items():
        answer = Api(people[who]).get("bodies/COMMITTEE/members/")
        assert answer.status_code == status, who
        assert list(answer.json()) == (
            ["detail"] if status == 403 else ["count", "next", "previous", "results"]
        )


def test_memberships_are_those_of_the_bodies_one_may_read(people: dict[str, Person], bodies: Bodies) -> None:
    sister = Api(people["sister"]).get("memberships/").json()["results"]
    assert {row["body"]["code"] for row in sister} == {"TOP", "SISTER"}
    assert Api(people["outsider"]).get("memberships/").json()["count"] == 0
    api = Api(people["secretary"])
    everybody = api.get("memberships/").json()
    assert {row["body"]["code"] for row in everybody["results"]} == {"TOP", "COMMITTEE", "LEAD", "HELPER"}
    mine = api.get("memberships/", person="officer", body="LEAD", on=today()).json()["results"]
    assert [(row["role"], row["body"]["code"]) for row in mine] == [("officer", "LEAD")]
    assert api.get("memberships/", on="2020-01-01").json()["count"] == 0
    hidden = Membership.objects.get(person=people["sister"])
    assert api.get(f"memberships/{hidden.pk}/").status_code == 404
    assert api.patch(f"memberships/{hidden.pk}/", ends_on=today()).status_code == 404
    for query, field in (({"on": "soon"}, "on"), ({"body": "X"}, "body"), ({"person": "\x00"}, "person")):
        answer = api.get("memberships/", **query)
        assert (answer.status_code, list(answer.json())) == (400, [field]), query


def appointment(**values: Any) -> dict[str, Any]:
    return {
        "person": "outsider",
        "body": "COMMITTEE",
        "role": "member",
        "starts_on": today(),
        "decision": "18-QĐ/TU",
        **values,
    }


@pytest.mark.parametrize("who", ["head", "secretary", "staff"])
def test_who_may_appoint(who: str, people: dict[str, Person]) -> None:
    answer = Api(people[who]).post("memberships/", **appointment())
    assert answer.status_code == 201, answer.content
    assert answer.json()["person"] == {"username": "outsider", "name": "Outsider"}
    assert Membership.objects.filter(person=people["outsider"]).count() == 1
    assert Event.objects.filter(verb="membership_entered", by=people[who]).exists()


def test_who_may_not_appoint(people: dict[str, Person]) -> None:
    before = Membership.objects.count(), Event.objects.count()
    for who in ("member", "deputy", "officer", "inspector", "sister", "outsider"):
        answer = Api(people[who]).post("memberships/", **appointment())
        assert (answer.status_code, list(answer.json())) == (403, ["detail"]), who
    assert (Membership.objects.count(), Event.objects.count()) == before


def test_an_appointment_that_cannot_be(people: dict[str, Person]) -> None:
    api = Api(people["secretary"])
    before = Membership.objects.count(), Event.objects.count()
    for values, field in (
        ({"person": "nobody"}, "person"),
        ({"person": ["outsider"]}, "person"),
        ({"body": "NOWHERE"}, "body"),
        ({"role": "king"}, "role"),
        ({"starts_on": None}, "starts_on"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"ends_on": today() - timedelta(days=1)}, "ends_on"),
        ({"person": "member"}, "starts_on"),
        ({"decision": "x" * 121}, "decision"),
        ({"position": "a\x00"}, "position"),
        ({"office": 1}, "office"),
    ):
        answer = api.post("memberships/", **appointment(**values))
        assert (answer.status_code, list(answer.json())) == (400, [field]), (values, answer.content)
    assert (Membership.objects.count(), Event.objects.count()) == before


def test_a_term_ends_and_gives_nothing_from_then(people: dict[str, Person], bodies: Bodies) -> None:
    term = Membership.objects.get(person=people["member"])
    yesterday = today() - timedelta(days=1)
    for who in ("member", "officer"):
        assert Api(people[who]).patch(f"memberships/{term.pk}/", ends_on=yesterday).status_code == 403
    refused = Api(people["secretary"]).patch(f"memberships/{term.pk}/", ends_on="2024-01-01")
    assert (refused.status_code, list(refused.json())) == (400, ["ends_on"])
    moved = Api(people["secretary"]).patch(f"memberships/{term.pk}/", role="head")
    assert (moved.status_code, list(moved.json())) == (400, ["role"])
    ended = Api(people["secretary"]).patch(f"memberships/{term.pk}/", ends_on=yesterday)
    assert (ended.status_code, ended.json()["ends_on"]) == (200, yesterday.isoformat())
    assert Api(people["member"]).get("bodies/COMMITTEE/members/").status_code == 403
    assert Api(people["member"]).get("me/").json()["offices"] == []


def test_oneself(people: dict[str, Person], bodies: Bodies) -> None:
    appoint(people["officer"], bodies.sister, Role.MEMBER, today() + timedelta(days=1))
    me = Api(people["officer"]).get("me/").json()
    assert (me["username"], me["name"], me["language"], me["on"]) == (
        "officer",
        "Officer",
        "vi",
        today().isoformat(),
    )
    assert [(office["body"]["code"], office["role"]) for office in me["offices"]] == [("LEAD", "officer")]
    assert Api(people["officer"]).get("me/", on="2025-01-01").status_code == 400


def test_bodies_are_named_in_the_language_of_the_reader(people: dict[str, Person], bodies: Bodies) -> None:
    bodies.top.name_en = "Central Steering Committee"
    bodies.top.save()
    reader = people["outsider"]
    reader.language = "en"
    reader.save()
    assert Api(reader).get("bodies/TOP/").json()["name"] == "Central Steering Committee"
    assert Api(people["head"]).get("bodies/TOP/").json()["name"] == "Ban Chỉ đạo Trung ương"
