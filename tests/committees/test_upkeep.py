"""A body runs itself: bodies below, their people and names, by who keeps the members, and by nobody else."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from committees import access, actions, jobs
from committees.models import Body, Membership, PasswordLetter, Person
from committees.passwords.actions import send_first_letter
from committees.roles import Role
from committees.rules import may_send_first_letter
from committees.upkeep import actions as upkeep
from committees.upkeep.names import propose_code, propose_username
from notices.models import Notice
from portal.shared.days import format_day, today
from portal.shared.verdicts import Refused
from tests.committees.power_helpers import People, refused
from tests.support.people import Bodies, appoint, make_body, make_person

pytestmark = pytest.mark.once

NAME = "Phòng Chuyển đổi số"


def at(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def new_body(parent: Body, **values: Any) -> Body:
    return Body(**{"parent": parent, "name_vi": NAME, "kind": "agency", **values})


def add(body: Body, by: Person, role: Role = Role.OFFICER, **values: Any) -> Membership:
    new = {"name": "Nguyễn Văn A", "email": "a.nguyen@kh.invalid", "starts_on": today(), **values}
    return upkeep.add_person(office=body.offices.get(role=role), by=by, **new)


@pytest.fixture
def department(bodies: Bodies, people: People) -> Body:
    return upkeep.create_body_below(body=new_body(bodies.lead), by=people["secretary"])


# --- who may


@pytest.mark.parametrize(
    "who, may",
    [
        ("head", True),
        ("secretary", True),
        ("lead_head", True),
        ("staff", True),
        ("admin", True),
        ("standing_deputy", False),
        ("member", False),
        ("officer", False),
        ("inspector", False),
        ("sister", False),
        ("outsider", False),
    ],
)
def test_who_makes_a_body_below_and_its_people(bodies: Bodies, people: People, who: str, may: bool) -> None:
    make = partial(upkeep.create_body_below, body=new_body(bodies.lead), by=people[who])
    enter = partial(add, bodies.lead, people[who])
    if not may:
        refused(make)
        refused(enter)
        assert not Person.objects.filter(email="a.nguyen@kh.invalid").exists()
        assert not PasswordLetter.objects.exists()
        return
    assert make().offices.count() == len(Role)
    assert enter().person.has_usable_password() is False


def test_nobody_makes_themselves_head_of_what_they_made(department: Body, people: People) -> None:
    own = Membership(
        person=people["secretary"], office=department.offices.get(role=Role.HEAD), starts_on=today()
    )
    refused(partial(actions.save_membership, membership=own, by=people["secretary"]))


def test_no_office_that_may_do_more_is_filled_with_a_new_person(bodies: Bodies, people: People) -> None:
    refused(partial(add, bodies.committee, people["secretary"], Role.DEPUTY))
    refused(partial(add, bodies.lead, people["lead_head"], Role.HEAD))


@pytest.mark.parametrize(
    "field, values",
    [
        ("name_vi", {"name_vi": "PHÒNG  chuyen doi so"}),
        ("name_vi", {"name_vi": ""}),
        ("code", {"name_vi": "Khác", "code": "LEAD"}),
        ("code", {"name_vi": "Khác", "code": "có dấu"}),
        ("level", {"name_vi": "Khác", "level": "central"}),
        ("kind", {"name_vi": "Khác", "kind": "lạ"}),
    ],
)
def test_a_body_that_cannot_be(
    department: Body, bodies: Bodies, people: People, field: str, values: dict[str, Any]
) -> None:
    count = Body.objects.count()
    with pytest.raises(ValidationError) as error:
        upkeep.create_body_below(body=new_body(bodies.lead, **values), by=people["secretary"])
    assert field in error.value.message_dict
    assert Body.objects.count() == count


def test_nothing_is_made_below_what_is_dissolved(bodies: Bodies, people: People) -> None:
    Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=today())
    answer = at(people["secretary"]).post("/bodies/LEAD/below/", {"name_vi": NAME})
    assert answer.status_code == 409


def test_codes_and_account_names_are_proposed_and_never_taken(bodies: Bodies, people: People) -> None:
    assert propose_code(bodies.lead, NAME) == "LEAD-PCDS"
    make_body("LEAD-PCDS", bodies.lead)
    assert propose_code(bodies.lead, NAME) == "LEAD-PCDS-2"
    deep = Body(code="A" * 40, name_vi="x")
    assert len(propose_code(deep, "một hai ba bốn năm sáu bảy tám chín mười mười một")) <= 40
    assert propose_username("Member@kh.invalid") == "member-2"
    assert propose_username("Đỗ.Hòa@kh.invalid") == "do.hoa"


def test_a_body_is_renamed_from_above_only_and_stays_where_it_is(department: Body, people: People) -> None:
    head = make_person("truongphong")
    appoint(head, department, Role.HEAD)
    refused(partial(upkeep.edit_body_below, body=department, values={"name_vi": "Tôi"}, by=head))
    values = {"name_vi": "Phòng Số", "code": "X", "level": "central", "parent": "", "dissolved_on": "x"}
    upkeep.edit_body_below(body=department, values=values, by=people["lead_head"])
    event = Event.objects.latest("pk")
    assert (event.verb, event.before, event.after) == (
        "body_changed",
        {"name_vi": NAME},
        {"name_vi": "Phòng Số"},
    )


# --- people


def test_a_new_person_chooses_a_password_by_letter_and_the_heads_hear(
    department: Body, people: People
) -> None:
    term = add(department, people["secretary"], Role.HEAD)
    assert term.person.username == "a.nguyen"
    assert access.allows(term.person, "manage_members", department)
    jobs.send_password_letters()
    (letter,) = mail.outbox
    assert letter.to == ["a.nguyen@kh.invalid"]
    assert "7" in letter.body
    assert Notice.objects.filter(kind="appointed", person=people["lead_head"]).exists()


def test_nobody_is_entered_twice(bodies: Bodies, people: People) -> None:
    with pytest.raises(ValidationError) as error:
        add(bodies.lead, people["secretary"], email="MEMBER@demo.invalid")
    assert "member" in str(error.value.message_dict["email"])
    assert not PasswordLetter.objects.exists()


@pytest.mark.parametrize(
    "by, person, may",
    [
        ("secretary", "member", True),
        ("head", "secretary", True),
        ("secretary", "lead_head", True),
        ("lead_head", "officer", True),
        ("secretary", "head", False),
        ("secretary", "deputy", False),
        ("officer", "lead_head", False),
        ("sister", "member", False),
        ("secretary", "inspector", False),
        ("secretary", "outsider", False),
        ("secretary", "staff", False),
        ("secretary", "secretary", False),
        ("staff", "outsider", True),
        ("staff", "admin", False),
    ],
)
def test_who_writes_the_name_and_address_of_somebody(people: People, by: str, person: str, may: bool) -> None:
    values = {"email": "moi@kh.invalid"}
    act = partial(upkeep.change_person, person=people[person], values=values, by=people[by])
    if may:
        assert act().email == "moi@kh.invalid"
    else:
        refused(act)
        assert Person.objects.get(pk=people[person].pk).email == f"{person}@demo.invalid"


def test_an_office_elsewhere_protects_an_account(bodies: Bodies, people: People) -> None:
    """Whoever writes the address of an account reads its letters: all bodies that it serves must agree."""
    act = partial(upkeep.change_person, person=people["member"], by=people["secretary"])
    act(values={"phone": "09"})
    appoint(people["member"], bodies.sister, Role.MEMBER, today() + (today() - today()))
    refused(partial(act, values={"email": "mine@kh.invalid"}))


def test_whoever_changed_an_address_comes_into_no_account_by_it(people: People) -> None:
    upkeep.change_person(person=people["member"], values={"email": "mine@kh.invalid"}, by=people["secretary"])
    Client().post("/accounts/forgotten/", {"account": "member"})
    with pytest.raises(Refused):
        send_first_letter(person=people["member"], by=people["secretary"])
    assert not PasswordLetter.objects.exists()


def test_a_first_letter_is_sent_again_to_the_corrected_address(department: Body, people: People) -> None:
    person = add(department, people["secretary"]).person
    upkeep.change_person(person=person, values={"email": "b@kh.invalid"}, by=people["secretary"])
    assert (
        at(people["sister"]).post(f"/bodies/{department.code}/people/{person.pk}/letter/").status_code == 404
    )
    at(people["secretary"]).post(f"/bodies/{department.code}/people/{person.pk}/letter/")
    jobs.send_password_letters()
    assert [letter.to for letter in mail.outbox] == [["b@kh.invalid"]]


# --- pages


def test_a_department_with_leader_and_contact_is_made_step_by_step(bodies: Bodies, people: People) -> None:
    client = at(people["secretary"])
    answer = client.post("/bodies/COMMITTEE/below/", {"name_vi": NAME, "parent": "LEAD", "kind": "agency"})
    assert answer["Location"] == "/bodies/LEAD-PCDS/people/?role=head&next=1"
    term = {"role": "head", "starts_on": format_day(today()), "next": "1", "q": "A"}
    new = {**term, "name": "Nguyễn Văn A", "email": "a@kh.invalid"}
    answer = client.post("/bodies/LEAD-PCDS/people/", new)
    assert answer["Location"] == "/bodies/LEAD-PCDS/people/?role=officer&next=1"
    answer = client.post("/bodies/LEAD-PCDS/people/", {**term, "role": "officer", "person": "officer"})
    assert answer["Location"] == "/bodies/LEAD-PCDS/"
    page = client.get("/bodies/LEAD-PCDS/").content.decode()
    assert "a@kh.invalid" in page, "who keeps it"
    assert {term.office.role for term in Membership.objects.filter(office__body__code="LEAD-PCDS")} == {
        "head",
        "officer",
    }


def search(person: Person, words: str, body: str = "COMMITTEE") -> Any:
    values = {"q": words, "role": "member", "starts_on": format_day(today())}
    return at(person).get(f"/bodies/{body}/people/", values)


@pytest.mark.parametrize(
    "words, found",
    [
        ("so khoa hoc cong nghe", {"lead_head", "officer"}),
        ("officer", {"officer"}),
        ("officer@demo.invalid", {"officer"}),
        ("sister@demo.invalid", {"sister"}),
        ("sister", set()),
        ("ban chi dao tinh nghe an", set()),
        ("demo.invalid", set()),
        ("officer@demo", set()),
        ("secretary", set()),
        ("khong co ai", set()),
    ],
)
def test_only_people_whose_body_one_reads_are_found(people: People, words: str, found: set[str]) -> None:
    answer = search(people["secretary"], words)
    assert {hit.person.username for hit in answer.context["hits"]} == found


def test_the_button_names_person_and_post(people: People) -> None:
    page = search(people["secretary"], "officer").content.decode()
    people["officer"].refresh_from_db()
    button = page.split('name="person" value="officer"')[1].split("</button>")[0]
    assert "Officer" in button
    assert "ủy viên" in button.lower()


def test_what_was_refused_keeps_what_was_typed(people: People) -> None:
    term = {"role": "member", "starts_on": format_day(today()), "q": "A"}
    answer = at(people["secretary"]).post(
        "/bodies/COMMITTEE/people/", {**term, "name": "Nguyễn Văn A", "email": "member@demo.invalid"}
    )
    assert answer.status_code == 200
    assert answer.context["new"].errors.keys() == {"email"}
    assert 'value="Nguyễn Văn A"' in answer.content.decode()


def test_no_button_of_a_body_leads_to_a_refusal(bodies: Bodies, people: People) -> None:
    """What others change says who does; every link for a change on the page opens."""
    for who in ("head", "secretary", "lead_head", "staff", "admin", "inspector"):
        client = at(people[who])
        for code in ("TOP", "COMMITTEE", "LEAD"):
            page = client.get(f"/bodies/{code}/").content.decode()
            links = {part.split('"')[0] for part in page.split('href="')[1:]}
            for link in (
                link for link in links if link.startswith(f"/bodies/{code}/") and link.count("/") > 3
            ):
                assert client.get(link.replace("&amp;", "&")).status_code == 200, (who, link)


@pytest.mark.parametrize("who", ["secretary", "head", "lead_head", "staff", "admin"])
def test_the_button_of_a_letter_is_never_there_where_it_is_refused(
    bodies: Bodies, people: People, who: str
) -> None:
    Person.objects.filter(is_staff=False).exclude(pk=people[who].pk).update(password="!")
    appoint(people["member"], bodies.sister, Role.MEMBER)
    appoint(people["officer"], bodies.committee, Role.MEMBER)
    for code in ("COMMITTEE", "LEAD"):
        answer = at(people[who]).get(f"/bodies/{code}/")
        for term, may in answer.context.get("no_password", []):
            person = Person.objects.get(pk=term.person_id)
            allowed = bool(may_send_first_letter(people[who], person))
            # Of who serves in a body above as well, the button stands on the page of that one.
            assert may is allowed or (code, person.username, may) == ("LEAD", "officer", False), who


def test_offices_of_others_say_who_changes_them(people: People) -> None:
    rows = at(people["secretary"]).get("/bodies/COMMITTEE/").context["members"]
    may = {term.person.username: bool(verdict) for term, verdict in rows}
    assert may == {
        "head": False,
        "standing_deputy": False,
        "deputy": False,
        "secretary": False,
        "member": True,
        "assistant": True,
    }


@pytest.mark.parametrize(
    "address",
    [
        "/bodies/COMMITTEE/",
        "/bodies/COMMITTEE/below/",
        "/bodies/COMMITTEE/people/",
        "/bodies/COMMITTEE/people/?q=so&role=member&starts_on=01/12/2026",
        "/bodies/LEAD/name-of-body/",
    ],
)
def test_many_rows_cost_as_many_queries_as_one(bodies: Bodies, people: People, address: str) -> None:
    client = at(people["secretary"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    add(bodies.committee, people["head"], Role.MEMBER)
    client.get(address)
    once = queries()
    for number in range(4):
        make_body(f"MORE-{number}", bodies.committee)
        add(bodies.committee, people["head"], Role.MEMBER, email=f"so.{number}@kh.invalid")
    assert queries() == once <= 12, once
