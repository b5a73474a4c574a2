"""What the pages and the admin of people and bodies refuse stands beside its field and changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from committees import actions
from committees.actions.addresses import refuse_address
from committees.models import Absence, Alias, Body, Membership, Person, ProposedTerm
from committees.roles import Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tests.committees.power_helpers import People, new_term
from tests.support.admin_door import url
from tests.support.people import Bodies, appoint, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def readers_of_english(people: People) -> None:
    Person.objects.update(language="en")


# --- being away -------------------------------------------------------------------------------------


def test_a_last_day_before_the_first_ends_no_absence(client: Client, people: People) -> None:
    days = {"starts_on": today(), "ends_on": today() + 3 * DAY}
    absence = actions.save_absence(
        absence=Absence(person=people["head"], deputy=people["member"], **days), by=people["head"]
    )
    client.force_login(people["head"])
    page = f"/profile/away/{absence.pk}/end/"
    answer = client.post(page, {"how": "last_day", "ends_on": f"{today() - DAY:%d/%m/%Y}"})
    assert answer.status_code == 200
    assert answer.context["form"].errors == {"ends_on": ["The last day is not before the first day."]}
    assert Absence.objects.get().ends_on == today() + 3 * DAY
    # A later day that fits is taken, and its sentence names it.
    last = f"{today() + DAY:%d/%m/%Y}"
    told = client.post(page, {"how": "last_day", "ends_on": last}, follow=True).content.decode()
    assert f"The last day of the absence is {last}." in told
    assert Absence.objects.get().ends_on == today() + DAY


def test_who_keeps_the_body_comes_back_to_it(client: Client, people: People, bodies: Bodies) -> None:
    days = {"starts_on": today(), "ends_on": today() + 3 * DAY}
    absence = actions.save_absence(
        absence=Absence(person=people["member"], deputy=people["assistant"], **days), by=people["member"]
    )
    client.force_login(people["secretary"])
    answer = client.post(f"/profile/away/{absence.pk}/end/")
    assert answer.headers["Location"] == bodies.committee.get_absolute_url()
    client.force_login(people["outsider"])
    assert client.get(f"/profile/away/{absence.pk}/end/").status_code == 404


# --- names in papers --------------------------------------------------------------------------------


def test_no_name_stands_for_a_body_that_is_no_more(client: Client, people: People, bodies: Bodies) -> None:
    client.force_login(people["secretary"])
    typed = {"name": "Sở KHCN", "body": "LEAD"}
    Body.objects.filter(pk=bodies.lead.pk).update(dissolved_on=today())
    page = client.post("/bodies/COMMITTEE/papers/names/", typed)
    assert page.status_code == 200
    assert "This body no longer exists. Choose the one that took its place." in page.content.decode()
    assert not Alias.objects.exists()


def test_names_deleted_in_the_admin_leave_an_event_each(enter: Any, people: People, bodies: Bodies) -> None:
    aliases = [
        actions.remember_alias(body=bodies.lead, name=name, reader=bodies.committee, by=people["secretary"])
        for name in ("Sở KHCN", "Sở Khoa học")
    ]
    kept = actions.remember_alias(body=bodies.lead, name="Sở", reader=None, by=people["admin"])
    last = Event.objects.latest("pk").pk
    chosen = {
        "action": "delete_selected", "post": "yes", "_selected_action": [alias.pk for alias in aliases],
    }  # fmt: skip
    assert enter("staff").post(url(Alias), chosen).status_code == 302
    assert list(Alias.objects.all()) == [kept]
    events = Event.objects.filter(pk__gt=last)
    assert [(event.verb, event.by) for event in events] == [("name_forgotten", people["staff"])] * 2


# --- the admin --------------------------------------------------------------------------------------


def test_proposals_are_refused_together_but_ones_own(enter: Any, people: People, bodies: Bodies) -> None:
    proposals = [
        actions.propose_term(membership=new_term(people[who], bodies.top, Role.HEAD), by=people[who])
        for who in ("staff", "admin")
    ]
    chosen = {"action": "refuse", "_selected_action": [proposal.pk for proposal in proposals]}
    page = enter("admin").post(url(ProposedTerm), chosen, follow=True).content.decode()
    assert "1 proposal is refused." in page
    states = ProposedTerm.objects.values_list("person__username", "state")
    assert dict(states) == {"staff": ProposedTerm.State.REFUSED, "admin": ProposedTerm.State.WAITING}


@pytest.mark.parametrize("term, shown", [("now", {"holder"}), ("past", {"former"}), ("future", {"coming"})])
def test_terms_are_found_by_when_they_hold(enter: Any, bodies: Bodies, term: str, shown: set[str]) -> None:
    people = {name: make_person(name) for name in ("holder", "former", "coming")}
    appoint(people["holder"], bodies.lead, Role.MEMBER)
    appoint(people["former"], bodies.lead, Role.MEMBER, ends_on=today() - DAY)
    appoint(people["coming"], bodies.lead, Role.MEMBER, starts_on=today() + DAY)
    rows = enter("staff").get(url(Membership), {"term": term}).context["cl"].queryset
    assert {row.person.username for row in rows} & people.keys() == shown


@pytest.mark.parametrize("exists, shown", [("yes", False), ("no", True), ("", True)])
def test_bodies_are_found_by_whether_they_still_exist(
    enter: Any, bodies: Bodies, exists: str, shown: bool
) -> None:
    Body.objects.filter(pk=bodies.helper.pk).update(dissolved_on=date(2026, 1, 1))
    rows = enter("staff").get(url(Body), {"exists": exists} if exists else {}).context["cl"].queryset
    assert (bodies.helper in rows) is shown
    assert (bodies.lead in rows) is (exists != "no")


def test_an_address_that_the_mail_server_refused_is_shown_with_its_answer(enter: Any, people: People) -> None:
    page = enter("staff").get(url(Person, "change", people["member"].pk)).content.decode()
    assert "The mail server said" not in page
    refuse_address(person=people["member"], address=people["member"].email, answer="550 5.1.1 <no user>")
    page = enter("staff").get(url(Person, "change", people["member"].pk)).content.decode()
    assert "The mail server said: 550 5.1.1 &lt;no user&gt;" in page


def test_an_address_is_refused_once_and_accepted_once(enter: Any, people: People) -> None:
    member, before = people["member"], Event.objects.count()
    refused: dict[str, Any] = {"person": member, "address": member.email, "answer": "550 5.1.1"}
    assert refuse_address(**refused)
    assert not refuse_address(**refused), "it is known"
    assert not refuse_address(**{**refused, "person": people["head"]}), "it changed meanwhile"
    assert Event.objects.count() == before + 1
    actions.accept_address(person=member, by=people["staff"])
    with pytest.raises(Refused, match="No mail to this address was refused") as again:
        actions.accept_address(person=member, by=people["staff"])
    assert again.value.status == 409
    assert Event.objects.count() == before + 2
