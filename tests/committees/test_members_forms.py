"""Appointing, correcting and ending a term: who may, what is refused beside which field, what is written."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from committees.models import Membership, Person
from committees.roles import Role
from portal.shared.days import today
from tests.support.people import SINCE, Bodies, appoint, make_person

pytestmark = pytest.mark.once

People = dict[str, Person]
APPOINT = "/bodies/COMMITTEE/appoint/"


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def values(**more: str) -> dict[str, str]:
    return {"person": "outsider", "role": "member", "starts_on": f"{today():%d/%m/%Y}", **more}


WHO = [
    ("head", 302),
    ("secretary", 302),
    ("staff", 302),
    ("admin", 302),
    ("standing_deputy", 403),
    ("member", 403),
    ("officer", 403),
    ("inspector", 403),
]


@pytest.mark.parametrize("name, status", [*WHO, ("sister", 403), ("outsider", 403)])
def test_who_may_appoint(people: People, name: str, status: int) -> None:
    answer = client_of(people[name]).post(APPOINT, values())
    assert answer.status_code == status
    assert people["outsider"].memberships.exists() is (status == 302)
    assert Event.objects.filter(verb="membership_entered", by=people[name]).exists() is (status == 302)


@pytest.mark.parametrize("name, status", [*WHO, ("sister", 404), ("outsider", 404)])
@pytest.mark.parametrize("end", ["", "end/"])
def test_who_may_correct_and_end(people: People, name: str, status: int, end: str) -> None:
    term = people["assistant"].memberships.get()
    address = f"/bodies/COMMITTEE/members/{term.pk}/{end}"
    typed = {"role": "assistant", "starts_on": f"{SINCE:%d/%m/%Y}", "ends_on": f"{today():%d/%m/%Y}"}
    client = client_of(people[name])
    assert client.get(address).status_code == (200 if status == 302 else status)
    assert client.post(address, typed).status_code == status
    term.refresh_from_db()
    assert term.ends_on == (today() if status == 302 else None)


def test_anonymous_is_asked_to_sign_in(client: Client, people: People) -> None:
    assert client.post(APPOINT, values())["Location"] == f"/accounts/login/?next={APPOINT}"


def test_appointing_gives_the_office_from_its_first_day(people: People) -> None:
    tomorrow = today() + timedelta(days=1)
    typed = values(
        role="deputy",
        starts_on=f"{tomorrow:%d/%m/%Y}",
        ends_on="31/12/2030",
        position=" Phó Trưởng Ban ",
        decision="320-QĐ/TU",
        fields_in_charge="Dữ liệu; Hạ tầng số",
    )
    answer = client_of(people["head"]).post(APPOINT, typed)
    assert answer["Location"] == "/bodies/COMMITTEE/"
    term = people["outsider"].memberships.get()
    assert (term.office.role, term.starts_on, term.ends_on) == ("deputy", tomorrow, date(2030, 12, 31))
    assert (term.position, term.decision, term.fields) == (
        "Phó Trưởng Ban",
        "320-QĐ/TU",
        "Dữ liệu; Hạ tầng số",
    )
    assert people["outsider"].acting_membership() is None
    assert people["outsider"].acting_membership(tomorrow) == term


@pytest.mark.parametrize(
    "typed", ["outsider", "OUTSIDER", "outsider@demo.invalid", "Outsider", "  outsider "]
)
def test_a_person_is_found_by_account_mail_or_name(people: People, typed: str) -> None:
    assert client_of(people["head"]).post(APPOINT, values(person=typed)).status_code == 302


def test_two_people_of_one_name_are_told_apart(people: People) -> None:
    twin = make_person("twin")
    Person.objects.filter(pk=twin.pk).update(name="Outsider")
    Person.objects.filter(username="outsider").update(username="other")
    answer = client_of(people["head"]).post(APPOINT, values(person="Outsider"))
    sentence = str(answer.context["form"].errors["person"])
    assert "twin" in sentence
    assert "other" in sentence


@pytest.mark.parametrize(
    "field, value",
    [
        ("person", "khong-co-ai"),
        ("person", ""),
        ("person", "a\x00b"),
        ("role", "king"),
        ("starts_on", ""),
        ("starts_on", "31/02/2026"),
        ("ends_on", "hôm qua"),
        ("ends_on", "01/01/2020"),
        ("position", "x" * 251),
        ("position", "a\x07b"),
        ("decision", "x" * 121),
        ("fields_in_charge", "x" * 501),
        ("fields_in_charge", "a\x07b"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(people: People, field: str, value: str) -> None:
    answer = client_of(people["head"]).post(APPOINT, values(**{field: value}))
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    assert not people["outsider"].memberships.exists()
    assert not Event.objects.filter(verb="membership_entered", by=people["head"]).exists()


def test_an_overlapping_term_of_the_same_office_is_refused_with_its_days(people: People) -> None:
    answer = client_of(people["head"]).post(APPOINT, values(person="member"))
    assert f"{SINCE:%d/%m/%Y}" in str(answer.context["form"].errors["starts_on"])
    assert (
        client_of(people["head"]).post(APPOINT, values(person="member", role="inspector")).status_code == 302
    )


def test_correcting_a_term_writes_what_changed(people: People) -> None:
    term = people["assistant"].memberships.get()
    client = client_of(people["secretary"])
    form = client.get(f"/bodies/COMMITTEE/members/{term.pk}/").context["form"]
    assert form.initial["starts_on"] == SINCE
    typed = {"role": "assistant", "starts_on": "01/02/2025", "decision": "15-QĐ/BCĐ"}
    assert client.post(f"/bodies/COMMITTEE/members/{term.pk}/", typed).status_code == 302
    event = Event.objects.about(term).get(verb="membership_changed")
    assert event.before == {"starts_on": "2025-01-10", "decision": ""}
    assert event.after == {"starts_on": "2025-02-01", "decision": "15-QĐ/BCĐ"}


def test_a_term_that_ended_gives_nothing_the_day_after(people: People) -> None:
    term = people["assistant"].memberships.get()
    yesterday = today() - timedelta(days=1)
    typed = {"ends_on": f"{yesterday:%d/%m/%Y}"}
    client_of(people["head"]).post(f"/bodies/COMMITTEE/members/{term.pk}/end/", typed)
    assert people["assistant"].acting_membership() is None
    assert client_of(people["assistant"]).get("/bodies/COMMITTEE/").context["members"] == []


def test_a_term_does_not_end_before_it_starts(people: People) -> None:
    term = people["assistant"].memberships.get()
    answer: Any = client_of(people["head"]).post(
        f"/bodies/COMMITTEE/members/{term.pk}/end/", {"ends_on": "01/01/2020"}
    )
    assert answer.context["form"].errors.keys() == {"ends_on"}
    term.refresh_from_db()
    assert term.ends_on is None


def test_a_term_of_another_body_is_not_found_here(bodies: Bodies, people: People) -> None:
    term: Membership = people["sister"].memberships.get()
    assert client_of(people["admin"]).get(f"/bodies/COMMITTEE/members/{term.pk}/").status_code == 404
    assert client_of(people["admin"]).get(f"/bodies/COMMITTEE/members/{'9' * 18}/").status_code == 404


def test_the_head_of_one_body_does_not_keep_another(bodies: Bodies, people: People) -> None:
    appoint(people["outsider"], bodies.sister, Role.MEMBER)
    term = people["outsider"].memberships.get()
    assert client_of(people["head"]).get(f"/bodies/SISTER/members/{term.pk}/").status_code == 404
    assert client_of(people["head"]).get("/bodies/SISTER/appoint/").status_code == 403
