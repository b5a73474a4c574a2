"""The tree of bodies and the page of one: who sees which members on which day, and which tasks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from committees.models import Person
from committees.roles import Role
from portal.shared.days import today
from tests.support.people import SINCE, Bodies, TaskAt, appoint, make_body, make_person

pytestmark = pytest.mark.once

People = dict[str, Person]


def get(person: Person, address: str) -> Any:
    client = Client()
    client.force_login(person)
    return client.get(address)


def codes(answer: Any) -> list[str]:
    return [body.code for body, _depth in answer.context["rows"]]


# The list


def test_the_tree_shows_two_steps(bodies: Bodies, people: People) -> None:
    make_body("BELOW-LEAD", bodies.lead)
    answer = get(people["outsider"], "/bodies/")
    assert [(body.code, depth) for body, depth in answer.context["rows"]] == [
        ("TOP", 0),
        ("COMMITTEE", 1),
        ("SISTER", 1),
    ]
    below = get(people["outsider"], "/bodies/?under=COMMITTEE")
    assert [(body.code, depth) for body, depth in below.context["rows"]] == [
        ("LEAD", 0),
        ("BELOW-LEAD", 1),
        ("HELPER", 0),
    ]


@pytest.mark.parametrize(
    "query, found",
    [
        ("q=khanh hoa", ["COMMITTEE"]),
        ("q=KHÁNH HÒA", ["COMMITTEE"]),
        ("q=helper", ["HELPER"]),
        ("kind=agency", ["LEAD", "HELPER"]),
        ("kind=agency&chain=party", []),
        ("level=central", ["TOP"]),
        ("kind=agency&under=COMMITTEE", ["LEAD", "HELPER"]),
        ("kind=agency&under=SISTER", []),
        ("q=khong-co-gi", []),
    ],
)
def test_search_and_filters(bodies: Bodies, people: People, query: str, found: list[str]) -> None:
    assert codes(get(people["outsider"], f"/bodies/?{query}")) == found


@pytest.mark.parametrize(
    "query", ["q=%00", "level=xx", "under=NO-SUCH", "page=zzz", "page=-1", "kind=&q=" + "x" * 300]
)
def test_nonsense_in_the_address_breaks_nothing(bodies: Bodies, people: People, query: str) -> None:
    assert get(people["outsider"], f"/bodies/?{query}").status_code == 200


def test_the_counts_of_the_levels_are_their_rows(bodies: Bodies, people: People) -> None:
    chips = get(people["outsider"], "/bodies/?q=b").context["levels"]
    every, *levels = chips
    assert every["count"] == sum(level["count"] for level in levels)
    for level in levels:
        answer = get(people["outsider"], f"/bodies/?q=b&level={level['value']}")
        assert len(codes(answer)) == level["count"]


def test_fifty_to_a_page(bodies: Bodies, people: People) -> None:
    for number in range(60):
        make_body(f"AGENCY-{number:02d}", bodies.committee)
    answer = get(people["outsider"], "/bodies/?kind=agency")
    assert len(codes(answer)) == 50
    assert len(codes(get(people["outsider"], "/bodies/?kind=agency&page=2"))) == 12


# One body


def test_everybody_reads_the_facts_and_nobody_a_code_that_is_not_there(people: People) -> None:
    assert get(people["outsider"], "/bodies/COMMITTEE/").status_code == 200
    for address in ("/bodies/NO-SUCH/", "/bodies/lower/", "/bodies/%00/", f"/bodies/{'X' * 500}/"):
        assert get(people["outsider"], address).status_code == 404


@pytest.mark.parametrize(
    "name, sees",
    [
        ("head", True),
        ("member", True),
        ("inspector", True),
        ("officer", True),  # of a body under it
        ("sister", False),
        ("outsider", False),
        ("staff", True),
        ("admin", True),
    ],
)
def test_who_reads_the_members(people: People, name: str, sees: bool) -> None:
    answer = get(people[name], "/bodies/COMMITTEE/")
    assert bool(answer.context["may_view"]) is sees
    assert (people["standing_deputy"].name in answer.content.decode()) is sees


def test_members_on_a_day(bodies: Bodies, people: People) -> None:
    old, new, later = make_person("old"), make_person("new"), make_person("later")
    appoint(old, bodies.sister, Role.MEMBER, SINCE, date(2025, 3, 18))
    appoint(new, bodies.sister, Role.MEMBER, date(2025, 3, 19))
    appoint(later, bodies.sister, Role.HEAD, today() + timedelta(days=9))

    def members(query: str) -> list[str]:
        answer = get(people["sister"], f"/bodies/SISTER/{query}")
        return [term.person.username for term, _may in answer.context["members"]]

    assert members("?on=2025-03-18") == ["old", "sister"]
    assert members("?on=18/03/2025") == ["old", "sister"]
    assert members("?on=2025-03-19") == ["new", "sister"]
    assert members("") == ["new", "sister"]
    assert members(f"?on={today() + timedelta(days=9)}") == ["later", "new", "sister"]
    assert members("?on=2024-01-01") == []
    others = get(people["sister"], "/bodies/SISTER/").context["others"]
    assert [term.person.username for term, _may in others] == ["later", "old"]


@pytest.mark.parametrize("day", ["khong-phai-ngay", "31/02/2026", "%00", "9" * 200])
def test_a_day_that_is_none_says_so_and_shows_today(people: People, day: str) -> None:
    answer = get(people["secretary"], f"/bodies/COMMITTEE/?on={day}")
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert answer.context["on"] == today()


def test_an_empty_day_is_today(people: People) -> None:
    assert get(people["secretary"], "/bodies/COMMITTEE/?on=").context["on"] == today()


def test_an_office_that_nobody_holds_is_shown(bodies: Bodies, people: People) -> None:
    assert [role for role, _may in get(people["sister"], "/bodies/SISTER/").context["vacant"]] == [Role.HEAD]


def test_tasks_as_far_as_the_reader_sees_them(people: People, task_at: TaskAt) -> None:
    task_at("in_progress")
    task_at("completed")
    task_at("draft")
    seen = {
        name: [
            (str(line["label"]), line["counts"]["given"])
            for line in get(people[name], "/bodies/COMMITTEE/").context["counts"]
        ]
        for name in ("secretary", "officer", "inspector", "sister", "outsider")
    }
    assert {name: [count for _label, count in lines] for name, lines in seen.items()} == {
        "secretary": [2],
        "officer": [2],
        "inspector": [2],
        "sister": [],
        "outsider": [],
    }
    assert get(people["officer"], "/bodies/LEAD/").context["task_count"] == 1


def test_its_place_in_the_tree(bodies: Bodies, people: People) -> None:
    context = get(people["outsider"], "/bodies/COMMITTEE/").context
    assert [body.code for body in context["above"]] == ["TOP"]
    assert [body.code for body in context["below"]] == ["LEAD", "HELPER"]


def test_only_those_who_may_find_the_buttons(people: People) -> None:
    assert "/bodies/COMMITTEE/people/" in get(people["secretary"], "/bodies/COMMITTEE/").content.decode()
    answer = get(people["member"], "/bodies/COMMITTEE/")
    assert "/bodies/COMMITTEE/people/" not in answer.content.decode()
    assert str(answer.context["may_manage"].reason) in answer.content.decode()


@pytest.mark.parametrize("address", ["/bodies/", "/bodies/?kind=agency", "/bodies/COMMITTEE/"])
def test_many_cost_as_many_queries_as_one(
    bodies: Bodies, people: People, task_at: TaskAt, address: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    client = Client()
    client.force_login(people["secretary"])
    task_at("in_progress")
    client.get(address)
    once = queries()
    for number in range(12):
        body = make_body(f"MORE-{number}", bodies.committee)
        appoint(make_person(f"more-{number}"), bodies.committee, Role.MEMBER)
        if number < 4:
            task_at("assigned", lead=body)
    assert queries() == once <= 12
