"""A last day still counts; "at once" means from this moment: terms, absences, accounts, at every door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from audit.models import Event
from committees import access, actions
from committees.models import Absence, Body, Membership, Person
from committees.roles import Role
from portal.shared.days import today
from tasks.leaving import actions as leaving_actions
from tests.support.admin_door import url
from tests.support.api import Api
from tests.support.people import Bodies, appoint

People = dict[str, Person]
DAY = timedelta(days=1)


def door(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def may_read(person: Person, body: Body) -> bool:
    return access.allows(person, "view_tasks", body)


END = [({"how": "at_once"}, False), ({"how": "last_day"}, True)]


@pytest.mark.parametrize("how, still", END)
def test_a_term_on_its_page(bodies: Bodies, people: People, how: dict[str, str], still: bool) -> None:
    term = people["assistant"].memberships.get()
    address = f"/bodies/COMMITTEE/members/{term.pk}/end/"
    data = {**how, "ends_on": f"{today():%d/%m/%Y}"}
    assert door(people["head"]).post(address, data).status_code == 302
    assert may_read(people["assistant"], bodies.committee) is still
    term.refresh_from_db()
    assert term.ends_on == (today() if still else today() - DAY)


def test_at_once_needs_no_day_and_a_last_day_does(people: People) -> None:
    term = people["assistant"].memberships.get()
    address = f"/bodies/COMMITTEE/members/{term.pk}/end/"
    answer: Any = door(people["head"]).post(address, {"how": "last_day", "ends_on": ""})
    assert list(answer.context["form"].errors) == ["ends_on"]
    answer = door(people["head"]).post(address, {"how": "at_once", "ends_on": "31/02/2026"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "sent, status, still",
    [
        ({"at_once": True}, 200, False),
        ({"last_day": "today"}, 200, True),
        ({}, 400, True),
        ({"at_once": True, "last_day": "today"}, 400, True),
    ],
)
def test_a_term_at_the_api(
    bodies: Bodies, people: People, sent: dict[str, Any], status: int, still: bool
) -> None:
    term = people["assistant"].memberships.get()
    sent = {name: str(today()) if value == "today" else value for name, value in sent.items()}
    assert Api(people["head"]).post(f"memberships/{term.pk}/end/", **sent).status_code == status
    assert may_read(people["assistant"], bodies.committee) is still


@pytest.mark.parametrize("action, still", [("end_now", False), ("end_today", True)])
def test_terms_in_the_admin(bodies: Bodies, people: People, action: str, still: bool) -> None:
    term = people["assistant"].memberships.get()
    door(people["staff"]).post(url(Membership), {"action": action, "_selected_action": [term.pk]})
    assert may_read(people["assistant"], bodies.committee) is still


def test_a_term_that_began_today_is_taken_back(bodies: Bodies, people: People) -> None:
    term = appoint(people["outsider"], bodies.committee, Role.MEMBER, starts_on=today())
    key = term.pk
    assert Api(people["head"]).post(f"memberships/{key}/end/", at_once=True).status_code == 204
    assert not people["outsider"].memberships.exists()
    assert Event.objects.filter(verb="membership_removed", about_id=key, by=people["head"]).exists()


def test_what_is_over_does_not_end_again(people: People) -> None:
    term = people["assistant"].memberships.get()
    actions.end_membership(membership=term, by=people["head"])
    count = Event.objects.count()
    with pytest.raises(ValidationError):
        actions.end_membership(membership=term, by=people["head"])
    assert Event.objects.count() == count


@pytest.mark.parametrize("data, still", [({}, False), *END])
def test_an_absence_on_its_page(bodies: Bodies, people: People, data: dict[str, str], still: bool) -> None:
    until = today() + 9 * DAY
    away = Absence(person=people["head"], deputy=people["member"], starts_on=today(), ends_on=until)
    absence = actions.save_absence(absence=away, by=people["head"])
    data = {**data, "ends_on": f"{today():%d/%m/%Y}"}
    assert door(people["head"]).post(f"/profile/away/{absence.pk}/end/", data).status_code == 302
    assert access.allows(people["member"], "assign_tasks", bodies.committee) is still


@pytest.mark.parametrize("how, last", [("at_once", -1), ("last_day", 0)])
def test_an_account_on_its_page(people: People, how: str, last: int) -> None:
    data = {"how": how, "last_day": f"{today():%d/%m/%Y}"}
    assert door(people["staff"]).post(f"/people/{people['officer'].pk}/leave/", data).status_code == 302
    assert people["officer"].memberships.get().ends_on == today() + last * DAY
    assert not Person.objects.get(pk=people["officer"].pk).is_active


def test_an_account_closes_at_once_though_a_term_began_today(bodies: Bodies, people: People) -> None:
    appoint(people["officer"], bodies.helper, Role.MEMBER, starts_on=today())
    with pytest.raises(ValidationError):
        leaving_actions.leave(person=people["officer"], by=people["staff"], last_day=today() - DAY)
    leaving_actions.leave(person=people["officer"], by=people["staff"], at_once=True)
    term = people["officer"].memberships.get()
    assert (term.office.body, term.ends_on) == (bodies.lead, today() - DAY)
