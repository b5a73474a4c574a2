"""Being away: whom a deputy may stand in for, what they hold meanwhile, and that it ends by itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client

from audit.models import Event
from committees import access, actions
from committees.models import Absence, Membership, Person
from committees.roles import Role
from notices.delivery.composition import compose_letter
from notices.delivery.sender import people_owed
from notices.models import Letter, Notice
from portal.shared.days import VIETNAM, today
from portal.shared.verdicts import Refused
from tasks import actions as task_actions
from tests.support.api import Api
from tests.support.people import Bodies, TaskAt, appoint, make_person

People = dict[str, Person]
DAY = timedelta(days=1)


def away(people: People, who: str, deputy: str, first: int = 0, last: int = 10, by: str = "") -> Absence:
    absence = Absence(
        person=people[who],
        deputy=people[deputy],
        starts_on=today() + first * DAY,
        ends_on=today() + last * DAY,
    )
    return actions.save_absence(absence=absence, by=people[by or who])


def held(person: Person) -> list[tuple[str, str, int, int]]:
    """Body, role, first and last day from today, of what somebody holds as a deputy."""
    terms = person.memberships.exclude(absence=None).select_related("office__body").order_by("pk")
    return [
        (
            term.office.body.code,
            str(term.office.role),
            (term.starts_on - today()).days,
            ((term.ends_on or date.max) - today()).days,
        )
        for term in terms
    ]


def refused_fields(act: Any) -> set[str]:
    before = (list(Absence.objects.values()), list(Membership.objects.values()), Event.objects.count())
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        act()
    assert before == (
        list(Absence.objects.values()),
        list(Membership.objects.values()),
        Event.objects.count(),
    )
    return set(invalid.value.message_dict) if hasattr(invalid.value, "error_dict") else {""}


def noon(day: date) -> Any:
    return time_machine.travel(datetime.combine(day, time(12), VIETNAM), tick=False)


def test_a_deputy_holds_every_office_for_those_days_only(bodies: Bodies, people: People) -> None:
    appoint(people["head"], bodies.lead, Role.OFFICER, ends_on=today() + 4 * DAY)
    appoint(people["head"], bodies.top, Role.MEMBER, ends_on=today() - DAY)
    away(people, "head", "member", 2, 10)
    assert held(people["member"]) == [("COMMITTEE", "head", 2, 10), ("LEAD", "officer", 2, 4)]
    person, body = people["member"], bodies.committee
    for day, may in ((1, False), (2, True), (10, True), (11, False)):
        assert access.allows(person, "assign_tasks", body, today() + day * DAY) is may, day
    assert not access.allows(person, "work_on_tasks", bodies.lead, today() + 5 * DAY)


def test_at_midnight_it_is_over_without_a_job(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    task = task_at("proposed")
    away(people, "head", "member", 0, 1)
    with noon(today() + 2 * DAY), pytest.raises(Refused):
        task_actions.assign(task=task, by=people["member"])
    assert task_actions.assign(task=task, by=people["member"]).assigned_by == people["member"]


def test_what_is_refused_beside_its_field(bodies: Bodies, people: People) -> None:
    people["locked"] = make_person("locked", is_active=False)
    appoint(people["locked"], bodies.committee, Role.MEMBER)
    away(people, "secretary", "assistant", 3, 5)
    away(people, "deputy", "member", 3, 5)
    for who, deputy, first, last, field in (
        ("head", "head", 0, 3, "deputy"),
        ("head", "locked", 0, 3, "deputy"),
        ("head", "officer", 0, 3, "deputy"),
        ("head", "outsider", 0, 3, "deputy"),
        ("head", "secretary", 0, 3, "deputy"),
        ("head", "member", 3, 2, "ends_on"),
        ("head", "member", -1, 2, "starts_on"),
        ("head", "member", 0, 366, "ends_on"),
        ("secretary", "member", 5, 9, "starts_on"),
        ("outsider", "member", 0, 3, "deputy"),
    ):
        found = refused_fields(partial(away, people, who, deputy, first, last))
        assert found == {field}, (who, deputy, first, last)
    assert away(people, "head", "member", 0, 365)


def test_nothing_to_stand_in_for(bodies: Bodies, people: People) -> None:
    term = people["head"].memberships.get()
    actions.end_membership(membership=term, ends_on=today() + DAY, by=people["admin"])
    assert refused_fields(partial(away, people, "head", "member", 2, 3)) == {""}


@pytest.mark.parametrize(
    "by, may",
    [("member", True), ("head", True), ("secretary", True), ("staff", True), ("admin", True)]
    + [(who, False) for who in ("deputy", "assistant", "officer", "lead_head", "sister", "outsider")],
)
def test_who_may_enter_it(bodies: Bodies, people: People, by: str, may: bool) -> None:
    if may:
        assert away(people, "member", "assistant", by=by).by == people[by]
    else:
        with pytest.raises(Refused) as refused:
            away(people, "member", "assistant", by=by)
        assert refused.value.status == 403


def test_whoever_keeps_one_body_does_not_give_away_the_other(bodies: Bodies, people: People) -> None:
    appoint(people["member"], bodies.sister, Role.SECRETARY)
    with pytest.raises(Refused):
        away(people, "member", "assistant", by="head")
    assert away(people, "member", "assistant", by="staff")


def test_a_stand_in_is_not_passed_on(bodies: Bodies, people: People) -> None:
    away(people, "head", "member")
    away(people, "member", "assistant", 0, 5)
    assert held(people["assistant"]) == [("COMMITTEE", "member", 0, 5)]


def test_an_office_they_hold_anyway_is_not_given_twice_but_fields_are(bodies: Bodies, people: People) -> None:
    people["second"] = make_person("second")
    appoint(people["second"], bodies.committee, Role.DEPUTY, fields="Dữ liệu")
    away(people, "deputy", "second")
    assert held(people["second"]) == []
    people["third"] = make_person("third")
    appoint(people["third"], bodies.committee, Role.DEPUTY)
    away(people, "second", "third", 20, 30)
    assert held(people["third"]) == [("COMMITTEE", "deputy", 20, 30)]


def test_ended_early_it_gives_nothing_from_that_moment(bodies: Bodies, people: People) -> None:
    absence = away(people, "head", "member")
    future = away(people, "secretary", "assistant", 5, 6)
    with noon(today() + 3 * DAY):
        actions.end_absence(absence=absence, by=people["head"])
        assert not access.allows(people["member"], "assign_tasks", bodies.committee)
        assert held(people["member"]) == [("COMMITTEE", "head", -3, -1)]
        assert refused_fields(partial(actions.end_absence, absence=absence, by=people["head"])) == {""}
        actions.end_absence(absence=future, by=people["secretary"])
    assert held(people["assistant"]) == []
    assert list(Absence.objects.all()) == [absence]
    assert [event.verb for event in Event.objects.order_by("pk")][-2:] == ["absence_ended", "absence_ended"]


def test_entered_by_mistake_and_ended_the_same_day(bodies: Bodies, people: People) -> None:
    absence = away(people, "head", "member")
    actions.end_absence(absence=absence, by=people["head"])
    assert not access.allows(people["member"], "assign_tasks", bodies.committee)
    assert not Absence.objects.exists()


def test_the_days_can_change_the_deputy_of_what_has_begun_cannot(bodies: Bodies, people: People) -> None:
    absence = away(people, "head", "member", 2, 5)
    absence.deputy, absence.ends_on = people["assistant"], today() + 8 * DAY
    actions.save_absence(absence=absence, by=people["head"])
    assert (held(people["member"]), held(people["assistant"])) == ([], [("COMMITTEE", "head", 2, 8)])
    with noon(today() + 3 * DAY):
        absence.deputy = people["member"]
        act = partial(actions.save_absence, absence=absence, by=people["head"])
        assert refused_fields(act) == {"deputy"}
        absence.deputy, absence.ends_on = people["assistant"], today()
        actions.save_absence(absence=absence, by=people["head"])
        assert held(people["assistant"]) == [("COMMITTEE", "head", -1, 0)]


def test_the_deputys_terms_follow_the_persons(bodies: Bodies, people: People) -> None:
    away(people, "head", "member", 0, 10)
    term = people["head"].memberships.get()
    actions.end_membership(membership=term, ends_on=today() + 3 * DAY, by=people["admin"])
    assert held(people["member"]) == [("COMMITTEE", "head", 0, 3)]
    appoint(people["head"], bodies.lead, Role.HEAD, starts_on=today() + 2 * DAY)
    assert ("LEAD", "head", 2, 10) in held(people["member"])
    with noon(today() + DAY):
        actions.end_membership(membership=term, ends_on=today() - DAY, by=people["admin"])
        assert not access.allows(people["member"], "assign_tasks", bodies.committee)


def test_an_office_of_their_own_takes_the_place(bodies: Bodies, people: People) -> None:
    away(people, "head", "member")
    own = appoint(people["member"], bodies.committee, Role.HEAD, starts_on=today())
    assert held(people["member"]) == []
    actions.end_membership(membership=own, ends_on=today() + 3 * DAY, by=people["admin"])
    assert held(people["member"]) == []


def test_a_deputys_term_is_not_changed_by_hand(bodies: Bodies, people: People) -> None:
    away(people, "head", "member")
    term = people["member"].memberships.exclude(absence=None).get()
    act = partial(actions.end_membership, membership=term, ends_on=today(), by=people["staff"])
    assert refused_fields(act) == {""}


def test_letters_reach_the_deputy(bodies: Bodies, people: People, task_at: TaskAt) -> None:
    away(people, "lead_head", "officer")
    away(people, "head", "member")
    task_actions.propose(task=task_at("draft"), by=people["secretary"])
    assert people["member"] in people_owed(today())
    people["member"].language = "en"
    letter = Letter(person=people["member"], on=today(), message_id="<a@b>")
    notices = Notice.objects.filter(person=people["member"])
    said = str(compose_letter(letter, list(notices)).body)
    assert f"{bodies.committee} (for Head, away until {today() + 10 * DAY:%d/%m/%Y})" in said


def test_no_superuser_is_lent(bodies: Bodies, people: People) -> None:
    appoint(people["admin"], bodies.committee, Role.MEMBER)
    away(people, "admin", "assistant")
    assert not access.allows(people["assistant"], "decide_extensions", bodies.sister)
    assert held(people["assistant"]) == [("COMMITTEE", "member", 0, 10)]


def test_one_event_tells_all(bodies: Bodies, people: People) -> None:
    count = Event.objects.count()
    away(people, "head", "member", 0, 3)
    event = Event.objects.latest("pk")
    assert (Event.objects.count(), event.verb) == (count + 1, "absence_entered")
    assert event.body_ids == [bodies.committee.pk]
    assert event.after["deputy"] == people["member"].pk
    assert "Khánh Hòa" in event.after["offices"]


def client_of(person: Person) -> Client:
    person.language = "en"
    person.save()
    client = Client()
    client.force_login(person)
    return client


def test_entered_changed_and_ended_on_the_profile(bodies: Bodies, people: People) -> None:
    door = client_of(people["head"])
    choices = door.get("/profile/away/").context["form"].fields["deputy"].queryset
    assert {person.username for person in choices} == {
        *("standing_deputy", "deputy", "secretary", "assistant", "member")
    }
    data = {"deputy": people["member"].pk, "starts_on": f"{today():%d/%m/%Y}", "ends_on": ""}
    assert "ends_on" in door.post("/profile/away/", data).context["form"].errors
    data["ends_on"] = f"{today() - DAY:%d/%m/%Y}"
    answer = door.post("/profile/away/", data)
    assert answer.context["form"].errors == {"ends_on": ["The last day is not before the first day."]}
    data["ends_on"] = f"{today() + 3 * DAY:%d/%m/%Y}"
    assert door.post("/profile/away/", data).headers["Location"] == "/profile/"
    absence = Absence.objects.get()
    assert "Member acts for me" in door.get("/profile/").content.decode()
    assert "acting for Head" in client_of(people["member"]).get("/profile/").content.decode()
    changed = {"ends_on": f"{today() + 5 * DAY:%d/%m/%Y}", "reason": "Đi công tác"}
    assert door.post(f"/profile/away/{absence.pk}/", changed).status_code == 302
    assert held(people["member"]) == [("COMMITTEE", "head", 0, 5)]
    assert door.get(f"/profile/away/{absence.pk}/end/").status_code == 200
    assert door.post(f"/profile/away/{absence.pk}/end/").status_code == 302
    assert held(people["member"]) == []


def test_the_members_of_a_body_say_who_is_away_and_who_acts(bodies: Bodies, people: People) -> None:
    until = f"{today() + 10 * DAY:%d/%m/%Y}"
    term = people["member"].memberships.get()
    door = client_of(people["secretary"])
    address = f"/bodies/COMMITTEE/members/{term.pk}/away/"
    data = {
        "deputy": people["assistant"].pk,
        "starts_on": f"{today():%d/%m/%Y}",
        "ends_on": until,
    }
    assert door.post(address, data).headers["Location"] == "/bodies/COMMITTEE/"
    page = " ".join(door.get("/bodies/COMMITTEE/").content.decode().split())
    assert f"acting for Member until {until}" in page
    assert f"away until {until}" in page
    # The member's and the assistant's: not her own, nor those that may do more, nor a deputy's.
    assert page.count(">Correct<") == 2
    stand_in = people["assistant"].memberships.exclude(absence=None).get()
    assert door.get(f"/bodies/COMMITTEE/members/{stand_in.pk}/away/").status_code == 404


def test_the_admin_goes_through_the_action(bodies: Bodies, people: People) -> None:
    door = client_of(people["staff"])
    data = {
        "person": people["head"].pk,
        "deputy": people["head"].pk,
        "starts_on": f"{today():%d/%m/%Y}",
        "ends_on": f"{today():%d/%m/%Y}",
        "reason": "",
    }
    refused = door.post("/admin/committees/absence/add/", data)
    assert "nobody stands in for themself" in refused.content.decode()
    data["deputy"] = people["member"].pk
    assert door.post("/admin/committees/absence/add/", data).status_code == 302
    absence = Absence.objects.get()
    assert absence.by == people["staff"]
    assert held(people["member"]) == [("COMMITTEE", "head", 0, 0)]
    for page in ("", f"{absence.pk}/change/", f"{absence.pk}/history/"):
        assert door.get(f"/admin/committees/absence/{page}").status_code == 200, page
    chosen = {"action": "end_now", "_selected_action": [absence.pk]}
    assert door.post("/admin/committees/absence/", chosen).status_code == 302
    assert held(people["member"]) == []


def test_the_api_tells_who_acts_for_whom(bodies: Bodies, people: People) -> None:
    away(people, "head", "member")
    offices = Api(people["member"]).get("me/").json()["offices"]
    assert [(one["role"], one["acting_for"] and one["acting_for"]["username"]) for one in offices] == [
        ("member", None),
        ("head", "head"),
    ]
    members = Api(people["secretary"]).get("bodies/COMMITTEE/members/").json()["results"]
    assert {(one["person"]["username"], one["role"]) for one in members if one["acting_for"]} == {
        ("member", "head")
    }
    term = people["member"].memberships.exclude(absence=None).get()
    answer = Api(people["staff"]).patch(f"memberships/{term.pk}/", ends_on=today())
    assert answer.status_code == 400
