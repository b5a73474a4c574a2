"""Who is told of an appointment and of what the only administrator does for themself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.models import Event
from committees import access, actions
from committees.models import Absence, Body, Membership, Office, Person, ProposedTerm
from committees.passwords.actions import send_reset_letter
from committees.roles import PERMISSIONS, Role
from notices.appointments import (
    compose_appointed,
    compose_break_glass,
    recheck_appointed,
    recheck_break_glass,
)
from notices.calendar import Calendar
from notices.delivery.sender import send_owed
from notices.models import Notice
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tests.committees.power_helpers import DAY, People, new_term, only_administrator
from tests.support.admin_door import url
from tests.support.api import Api
from tests.support.people import Bodies, appoint, make_body, make_person

# --- told -----------------------------------------------------------------------------------------


def test_an_appointment_is_told_to_both_heads_by_notice_and_letter(
    bodies: Bodies, people: People, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    people["top_head"] = make_person("top_head")
    appoint(people["top_head"], bodies.top, Role.HEAD)
    term = new_term(people["outsider"], bodies.committee, Role.ASSISTANT)
    actions.save_membership(membership=term, by=people["secretary"])
    told = Notice.objects.filter(kind="appointed", about_id=term.pk)
    assert {notice.person.username for notice in told.all()} == {"head", "top_head"}
    term.position = "Chuyên viên"
    actions.save_membership(membership=term, by=people["secretary"])
    assert told.count() == 2  # words give no rights
    actions.end_membership(membership=term, ends_on=today() + 9 * DAY, by=people["secretary"])
    assert told.count() == 4
    from django.core import mail

    day = next(today() + n * DAY for n in range(1, 20) if Calendar.read().working_day(today() + n * DAY))
    send_owed(day)
    for name in ("head", "top_head"):
        (letter,) = [one for one in mail.outbox if name == _account(one.to[0])]
        assert "Outsider" in str(letter.body)


def test_an_end_at_once_is_told_like_another_last_day(bodies: Bodies, people: People) -> None:
    term = people["assistant"].memberships.get()
    actions.end_membership(membership=term, by=people["secretary"])
    assert {one.person for one in Notice.objects.filter(kind="appointed", about_id=term.pk)} == {
        people["head"]
    }
    Notice.objects.all().delete()
    begun = appoint(people["outsider"], bodies.committee, Role.MEMBER, starts_on=today())
    actions.end_membership(membership=begun, by=people["secretary"])
    assert not Notice.objects.exists()  # taken back: there is nothing of it


@pytest.mark.parametrize(
    "by, expected",
    [
        ("head", {"member", "secretary", "top_head"}),
        ("admin", {"head", "member", "secretary", "top_head"}),
    ],
)
def test_a_deputy_is_told_of_like_another_appointment(
    bodies: Bodies, people: People, by: str, expected: set[str]
) -> None:
    appoint(make_person("top_head"), bodies.top, Role.HEAD)
    away = Absence(person=people["head"], deputy=people["member"], starts_on=today(), ends_on=today() + DAY)
    actions.save_absence(absence=away, by=people[by])
    term = away.terms.get()
    told = Notice.objects.filter(kind="appointed", about_id=term.pk)
    assert {notice.person.username for notice in told.all()} == expected
    notice = told.earliest("pk")
    line = compose_appointed([notice], today())[notice.pk]
    assert (line.title, str(people["head"]) in line.sentence) == (str(people["member"]), True)
    count = told.count()
    away.reason = "Đi công tác"
    actions.save_absence(absence=away, by=people[by])
    assert told.count() == count  # words give no rights
    away.ends_on += DAY
    actions.save_absence(absence=away, by=people[by])
    assert told.count() == 2 * count


def test_the_only_administrator_as_deputy_by_their_own_hand_is_marked_and_told(
    bodies: Bodies, people: People
) -> None:
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    by = only_administrator(people, "staff")
    away = Absence(person=people["head"], deputy=by, starts_on=today(), ends_on=today() + DAY)
    actions.save_absence(absence=away, by=by)
    assert Event.objects.get(verb="absence_entered").break_glass
    told = Notice.objects.filter(kind="appointed", about_id=away.terms.get().pk)
    assert {notice.person.username for notice in told if notice.data["own"]} == {"head", "secretary"}


def told_of_break_glass() -> set[str]:
    """Who is told, each of them once; the sentence says who did it."""
    notices = list(Notice.objects.filter(kind="break_glass").order_by("pk"))
    lines = compose_break_glass(notices, today())
    assert all("Staff" in line.sentence for line in lines.values())
    assert recheck_break_glass(notices, today()) == {}
    people = [notice.person.username for notice in notices]
    assert len(people) == len(set(people))
    return set(people)


def test_rights_for_ones_own_office_are_told_by_notice_and_letter(
    bodies: Bodies, people: People, settings: Any, mailoutbox: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    appoint(make_person("top_head"), bodies.top, Role.HEAD)
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    by, office = only_administrator(people, "staff"), bodies.committee.offices.get(role=Role.MEMBER)
    rights = ["view_tasks", "confirm_tasks"]
    actions.set_office_permissions(office=office, permissions=rights, by=by)
    assert Event.objects.get(verb="office_permissions_changed").break_glass
    assert told_of_break_glass() == {"head", "secretary", "top_head"}
    # The same rights again are no news, nor are those of an office that they do not hold.
    actions.set_office_permissions(office=office, permissions=rights, by=by)
    other = bodies.committee.offices.get(role=Role.INSPECTOR)
    actions.set_office_permissions(office=other, permissions=["view_tasks"], by=by)
    assert Notice.objects.filter(kind="break_glass").count() == 3
    day = next(today() + n * DAY for n in range(1, 20) if Calendar.read().working_day(today() + n * DAY))
    send_owed(day)
    for name in ("head", "secretary", "top_head"):
        (letter,) = [one for one in mailoutbox if name == _account(one.to[0])]
        assert "Staff" in str(letter.body)
    appoint(people["outsider"], bodies.committee, Role.HEAD)
    notices = list(Notice.objects.filter(kind="break_glass"))
    people["head"].memberships.all().delete()
    dropped = recheck_break_glass(notices, today())
    assert [one.person.username for one in notices if one.pk in dropped] == ["head"]


def test_rights_for_an_office_of_later_are_told_too(bodies: Bodies, people: People) -> None:
    appoint(people["staff"], bodies.lead, Role.INSPECTOR, starts_on=today() + 9 * DAY)
    by, office = only_administrator(people, "staff"), bodies.lead.offices.get(role=Role.INSPECTOR)
    actions.set_office_permissions(office=office, permissions=["view_tasks", "confirm_tasks"], by=by)
    assert told_of_break_glass() == {"lead_head", "head"}


def test_a_body_moved_under_ones_own_is_told_to_all_heads_around_it(bodies: Bodies, people: People) -> None:
    """That of the body, of the one above from now on, and of the one that loses it."""
    appoint(make_person("sister_head"), bodies.sister, Role.HEAD)
    appoint(people["staff"], bodies.sister, Role.INSPECTOR)
    by = only_administrator(people, "staff")
    left = bodies.lead.parent
    bodies.lead.parent = bodies.sister
    actions.save_body(body=bodies.lead, by=by)
    assert Event.objects.get(verb="body_changed").break_glass
    assert left == bodies.committee
    assert told_of_break_glass() == {"lead_head", "sister_head", "head", "secretary"}
    bodies.lead.name_en = "Another name"
    actions.save_body(body=bodies.lead, by=by)
    assert told_of_break_glass() == {"lead_head", "sister_head", "head", "secretary"}


def test_a_letter_to_an_address_that_one_changed_is_told(
    bodies: Bodies, people: People, mailoutbox: Any
) -> None:
    by = only_administrator(people, "staff")
    people["member"].email = "staff2@demo.invalid"
    actions.save_person(person=people["member"], by=by)
    send_reset_letter(person=people["member"], by=by)
    assert Event.objects.get(verb="reset_letter_sent").break_glass
    assert told_of_break_glass() == {"head", "secretary"}


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("act", ["appointed", "rights", "moved"])
def test_of_a_body_without_a_head_the_nearest_above_hear(
    bodies: Bodies, people: People, depth: int, act: str
) -> None:
    by, body = only_administrator(people, "staff"), bodies.committee
    for level in range(depth + 1):
        body = make_body(f"DEEP{level}", body)
    kind = "appointed" if act == "appointed" else "break_glass"
    match act:
        case "appointed":
            actions.save_membership(membership=new_term(by, body, Role.HEAD), by=by)
        case "rights":
            appoint(by, body, Role.HEAD)
            office = body.offices.get(role=Role.HEAD)
            actions.set_office_permissions(office=office, permissions=["view_tasks"], by=by)
        case "moved":
            appoint(by, body, Role.HEAD)
            free = make_body("FREE", None)
            free.parent = body
            actions.save_body(body=free, by=by)
    told = Notice.objects.filter(kind=kind)
    assert [one.person.username for one in told] == ["head"]
    recheck = recheck_appointed if act == "appointed" else recheck_break_glass
    assert recheck(list(told), today()) == {}
    # Whoever appoints another there goes on telling two levels and no more.
    actions.save_membership(membership=new_term(people["outsider"], body, Role.MEMBER), by=by)
    term = people["outsider"].memberships.get()
    assert not Notice.objects.filter(kind="appointed", about_id=term.pk).exists()


def _account(address: str) -> str:
    found = re.search(r"(\w+)@", address)
    assert found
    return found[1]


# --- the doors of an administrator ----------------------------------------------------------------


def test_every_door_of_an_administrator_proposes(
    enter: Any,
    bodies: Bodies,
    people: People,
) -> None:
    client, office = enter("staff"), bodies.top.offices.get(role=Role.HEAD)
    added = {"person": people["staff"].pk, "office": office.pk, "starts_on": "01/01/2026"}
    assert "proposedterm" in client.post(url(Membership, "add"), added)["Location"]
    typed = {"person": "staff", "role": "member", "starts_on": "01/01/2026"}
    assert client.post("/bodies/COMMITTEE/appoint/", typed).status_code == 302
    answer = Api(people["staff"]).post(
        "memberships/", person="staff", body="COMMITTEE", role="officer", starts_on="2026-01-01"
    )
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert not people["staff"].memberships.exists()
    waiting = list(ProposedTerm.objects.order_by("pk"))
    assert len(waiting) == 3
    chosen = {"action": "approve", "_selected_action": [one.pk for one in waiting]}
    client.post(url(ProposedTerm), chosen)
    assert not people["staff"].memberships.exists()
    enter("admin").post(url(ProposedTerm), chosen)
    assert people["staff"].memberships.count() == 3


# --- every detour ---------------------------------------------------------------------------------


def power(person: Person) -> set[tuple[str, str]]:
    """All that an account may do today and next month, flags and reading from above included."""
    person = Person.objects.get(pk=person.pk)
    found = {("flag", name) for name in ("is_staff", "is_superuser") if getattr(person, name)}
    if person.is_superuser:
        return found
    with access.asking_once():
        for day in (today(), today() + 30 * DAY):
            for pk, names in access.grants(person, day).items():
                found |= {(str(pk), name) for name in names}
            for name in access.READING:
                found |= {(str(body.pk), name) for body in access.bodies(person, name, day)}
    return found


def moves(me: Person, everybody: list[Person]) -> Iterator[Callable[[], Any]]:
    """Whatever a person could try alone; most of it is refused."""
    bodies = list(Body.objects.all())
    me = Person.objects.get(pk=me.pk)
    for office in Office.objects.select_related("body"):
        for person in (me, *everybody):
            term = Membership(person=person, office=office, starts_on=today())
            yield partial(actions.appoint, membership=term, by=me)
        yield partial(actions.set_office_permissions, office=office, permissions=[*PERMISSIONS], by=me)
    for term in Membership.objects.filter(absence=None):
        yield partial(actions.end_membership, membership=term, ends_on=today() + 400 * DAY, by=me)
        for office in Office.objects.filter(body=term.office.body_id):
            changed = copy(term)
            changed.office = office
            yield partial(actions.appoint, membership=changed, by=me)
        taken = copy(term)
        taken.person = me
        yield partial(actions.appoint, membership=taken, by=me)
    for person in everybody:
        away = Absence(person=person, deputy=me, starts_on=today(), ends_on=today() + 60 * DAY)
        yield partial(actions.save_absence, absence=away, by=me)
        yield partial(actions.close_account, person=person, by=me, last_day=today())
        yield partial(actions.set_password, person=person, new_password="dai-va-kho-57", by=me)
    for absence in Absence.objects.all():
        absence.ends_on += 60 * DAY
        yield partial(actions.save_absence, absence=absence, by=me)
    for proposal in ProposedTerm.objects.all():
        yield partial(actions.approve_term, proposal=proposal, by=me)
    for body in bodies:
        for parent in bodies:
            moved = copy(body)
            moved.parent = parent
            yield partial(actions.save_body, body=moved, by=me)
    for name in ("is_staff", "is_superuser"):
        own = Person.objects.get(pk=me.pk)
        setattr(own, name, True)
        yield partial(actions.save_person, person=own, by=me)
    for person in everybody:
        person = Person.objects.get(pk=person.pk)
        person.is_active = person.is_staff = False
        yield partial(actions.save_person, person=person, by=me)


@pytest.mark.once
@pytest.mark.parametrize(
    "who", ["secretary", "head", "officer", "deputy", "assistant", "staff", "serving_staff", "standing_in"]
)
def test_no_sequence_of_ones_own_acts_gives_power(bodies: Bodies, people: People, who: str) -> None:
    """Walks through what is allowed, chosen by chance with a fixed seed; each step is taken alone."""
    people["serving_staff"] = make_person("serving_staff", is_staff=True)
    appoint(people["serving_staff"], bodies.sister, Role.INSPECTOR)
    people["standing_in"] = make_person("standing_in")
    appoint(people["standing_in"], bodies.committee, Role.MEMBER)
    away = Absence(person=people["head"], deputy=people["standing_in"], starts_on=today(), ends_on=today())
    actions.save_absence(absence=away, by=people["head"])
    me, others = people[who], [people[name] for name in ("head", "member", "lead_head", "admin", "outsider")]
    chance, before, taken = random.Random(57), power(me), 0
    passwords = {person.pk: person.password for person in others if person.username != "outsider"}
    for _walk in range(3):
        with transaction.atomic():
            for _step in range(3):
                choices = list(moves(me, [one for one in others if one != me]))
                for act in chance.sample(choices, 30):
                    try:
                        with transaction.atomic():
                            act()
                    except (Refused, ValidationError):
                        continue
                    taken += 1
                    gained = power(me) - before
                    assert not gained, (act, gained)
            stored = dict(Person.objects.filter(pk__in=passwords).values_list("pk", "password"))
            assert all(
                stored[pk] == password or not Person.objects.get(pk=pk).is_active
                for pk, password in passwords.items()
            )
            transaction.set_rollback(True)
    assert taken or who in ("officer", "deputy", "assistant")
