"""Bodies, terms and accounts: what is refused beside its field, and who may keep them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.models import Event
from committees import access, actions
from committees.models import Body, Membership, Person
from committees.roles import DEFAULTS, Role
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tests.support.people import SINCE, Bodies, appoint, make_body, make_person

NEW = {"kind": "agency", "level": "provincial", "chain": "state", "name_vi": "Sở mới"}


def refused_fields(act: Any) -> set[str]:
    """The fields beside which the sentences stand; nothing was written."""
    before = (list(Body.objects.values()), list(Membership.objects.values()), Event.objects.count())
    with pytest.raises(ValidationError) as invalid, transaction.atomic():
        act()
    assert before == (list(Body.objects.values()), list(Membership.objects.values()), Event.objects.count())
    return set(invalid.value.message_dict)


def save(body: Body, by: Person, **values: Any) -> Body:
    for name, value in values.items():
        setattr(body, name, value)
    return actions.save_body(body=body, by=by)


def test_the_tree_is_a_tree(bodies: Bodies, people: dict[str, Person]) -> None:
    deep = make_body("DEEP", bodies.lead)
    by = people["staff"]
    for body, parent in (
        (bodies.lead, bodies.lead),
        (bodies.committee, bodies.lead),
        (bodies.top, deep),
        (bodies.committee, deep),
    ):
        stored = Body.objects.get(pk=body.pk)
        stored.parent_id = parent.pk
        assert "parent" in refused_fields(partial(actions.save_body, body=stored, by=by)), (body, parent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Body.objects.filter(pk=bodies.lead.pk).update(parent=bodies.lead.pk)


def test_what_a_body_refuses_beside_its_field(bodies: Bodies, people: dict[str, Person]) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"code": "LEAD"}, "code"),
        ({"code": "lead"}, "code"),
        ({"code": "A B"}, "code"),
        ({"code": "A\n"}, "code"),
        ({"code": "SỞ"}, "code"),
        ({"code": ""}, "code"),
        ({"code": "A" * 41}, "code"),
        ({"kind": "club"}, "kind"),
        ({"level": "world"}, "level"),
        ({"chain": "army"}, "chain"),
        ({"name_vi": ""}, "name_vi"),
        ({"name_vi": "a\x00"}, "name_vi"),
        ({"name_vi": "x" * 251}, "name_vi"),
        ({"established_on": date(2025, 3, 1), "dissolved_on": date(2025, 2, 1)}, "dissolved_on"),
        ({"established_on": date(2025, 3, 1), "dissolved_on": date(2025, 3, 1)}, "dissolved_on"),
    ]
    for values, field in bad:
        new = Body(**{"code": "NEW", **NEW, **values})
        assert field in refused_fields(partial(actions.save_body, body=new, by=people["staff"])), values
    with pytest.raises(IntegrityError), transaction.atomic():
        Body.objects.filter(pk=bodies.lead.pk).update(
            established_on=date(2025, 3, 1), dissolved_on=date(2025, 2, 1)
        )


def test_a_new_body_has_nine_offices_with_their_defaults(bodies: Bodies) -> None:
    offices = {Role(office.role): access.permissions_of(office) for office in bodies.lead.offices.all()}
    assert offices == {role: set(DEFAULTS[role]) for role in Role}


def test_the_path_follows_every_move(bodies: Bodies, people: dict[str, Person]) -> None:
    low = make_body("LOW", bodies.lead)
    lowest = make_body("LOWEST", low)
    for parent in (bodies.sister, None, bodies.committee):
        lead = Body.objects.get(pk=bodies.lead.pk)
        lead.parent = Body.objects.get(pk=parent.pk) if parent else None
        actions.save_body(body=lead, by=people["staff"])
        for body in Body.objects.all():
            above = [*Body.objects.get(pk=body.pk).ancestor_ids()]
            walked: list[int] = []
            up = body.parent
            while up:
                walked.insert(0, up.pk)
                up = up.parent
            assert above == walked, body
        below = Body.objects.below(lead)
        assert set(below) == {low, lowest}


def test_a_term_that_cannot_be(bodies: Bodies, people: dict[str, Person]) -> None:
    office = bodies.committee.offices.get(role=Role.MEMBER)
    appoint(people["outsider"], bodies.committee, Role.MEMBER, date(2025, 3, 1), date(2025, 6, 30))
    bad: list[tuple[Any, Any, str]] = [
        (date(2026, 3, 2), date(2026, 3, 1), "ends_on"),
        (date(2025, 6, 30), None, "starts_on"),
        (date(2025, 1, 1), date(2025, 3, 1), "starts_on"),
        (date(2025, 4, 1), date(2025, 4, 2), "starts_on"),
        (date(2025, 1, 1), None, "starts_on"),
        (None, None, "starts_on"),
    ]
    for starts_on, ends_on, field in bad:
        term = Membership(person=people["outsider"], office=office, starts_on=starts_on, ends_on=ends_on)
        assert field in refused_fields(partial(actions.save_membership, membership=term, by=people["head"]))
    first = people["outsider"].memberships.get()
    assert "ends_on" in refused_fields(
        partial(actions.end_membership, membership=first, ends_on=date(2025, 2, 1), by=people["head"])
    )
    # The day after the last day is free again, and a term does not stand in its own way.
    appoint(people["outsider"], bodies.committee, Role.MEMBER, date(2025, 7, 1))
    actions.end_membership(membership=first, ends_on=date(2025, 5, 1), by=people["head"])


def test_who_keeps_the_members_of_a_body(bodies: Bodies, people: dict[str, Person]) -> None:
    expected = {"head", "secretary", "staff", "admin"}
    found = set()
    for who, person in people.items():
        with transaction.atomic():
            term = Membership(
                person=people["outsider"],
                office=bodies.committee.offices.get(role=Role.MEMBER),
                starts_on=SINCE,
            )
            try:
                actions.save_membership(membership=term, by=person)
                found.add(who)
            except Refused:
                pass
            transaction.set_rollback(True)
    assert found == expected


def test_a_term_is_not_moved_into_or_out_of_anothers_body(bodies: Bodies, people: dict[str, Person]) -> None:
    """The secretary of one body neither takes from nor gives to another."""
    own, theirs = (body.offices.get(role=Role.MEMBER) for body in (bodies.committee, bodies.sister))
    for start, to in ((own, theirs), (theirs, own)):
        term = actions.save_membership(
            membership=Membership(person=people["outsider"], office=start, starts_on=SINCE), by=None
        )
        term.office = to
        with pytest.raises(Refused):
            actions.save_membership(membership=term, by=people["secretary"])
        Membership.objects.filter(pk=term.pk).delete()


def test_only_an_administrator_keeps_people_bodies_and_offices(
    bodies: Bodies, people: dict[str, Person]
) -> None:
    office = bodies.lead.offices.get(role=Role.OFFICER)
    locked = make_person("locked", is_staff=True, is_active=False)
    for who, person in {**people, "locked": locked}.items():
        acts: list[Any] = [
            partial(actions.save_body, body=Body(code="NEW", **NEW), by=person),
            partial(actions.save_person, person=Person(username="new", name="Mới", password="x"), by=person),
            partial(actions.set_office_permissions, office=office, permissions=["view_tasks"], by=person),
        ]
        for act in acts:
            with transaction.atomic():
                if who in ("staff", "admin"):
                    act()
                else:
                    with pytest.raises(Refused):
                        act()
                transaction.set_rollback(True)


def test_only_a_superuser_makes_changes_or_unmakes_one(people: dict[str, Person]) -> None:
    changes: list[tuple[str, dict[str, Any]]] = [
        ("staff", {"is_superuser": True}),
        ("member", {"is_superuser": True}),
        ("admin", {"is_superuser": False}),
        ("admin", {"email": "mine@demo.invalid"}),
        ("admin", {"is_active": False}),
    ]
    for who, values in changes:
        person = Person.objects.get(pk=people[who].pk)
        for name, value in values.items():
            setattr(person, name, value)
        with pytest.raises(Refused):
            actions.save_person(person=person, by=people["staff"])
    with pytest.raises(Refused):
        actions.set_password(person=people["admin"], new_password="một câu rất dài 57", by=people["staff"])
    person = Person.objects.get(pk=people["member"].pk)
    person.is_superuser = True
    actions.save_person(person=person, by=people["admin"])
    assert Person.objects.get(pk=person.pk).is_superuser


def test_nobody_raises_themselves_by_their_own_profile(people: dict[str, Person]) -> None:
    person = Person.objects.get(pk=people["member"].pk)
    person.is_staff = person.is_superuser = True
    person.language, person.name = "en", "Khác"
    actions.save_own_profile(person=person, by=person)
    stored = Person.objects.get(pk=person.pk)
    assert (stored.is_staff, stored.is_superuser, stored.language, stored.name) == (
        False,
        False,
        "en",
        "Member",
    )
    with pytest.raises(Refused):
        actions.save_own_profile(person=people["head"], by=people["member"])


def test_two_offices_of_one_body_read_together(bodies: Bodies, people: dict[str, Person]) -> None:
    """One office reads the body, the other its subtree: the three directions agree on the bodies below."""
    office = bodies.committee.offices.get(role=Role.INSPECTOR)
    actions.set_office_permissions(office=office, permissions=["view_subtree"], by=people["staff"])
    appoint(people["member"], bodies.committee, Role.INSPECTOR)
    member = people["member"]
    assert access.allows(member, "view_tasks", bodies.lead)
    assert access.bodies(member, "view_tasks").filter(pk=bodies.lead.pk).exists()
    assert access.people("view_tasks", bodies.lead).filter(pk=member.pk).exists()
    appoint(people["outsider"], bodies.committee, Role.INSPECTOR, today() - timedelta(days=1))
    assert not access.people("view_tasks", bodies.lead).filter(pk=people["outsider"].pk).exists()


def test_a_body_stands_from_its_first_day_until_it_is_dissolved(bodies: Bodies) -> None:
    made = make_body("BRIEF", established_on=date(2025, 3, 1), dissolved_on=date(2025, 6, 1))
    days = {
        day: made in Body.objects.standing_on(date(2025, *day)) for day in ((2, 28), (3, 1), (5, 31), (6, 1))
    }
    assert days == {(2, 28): False, (3, 1): True, (5, 31): True, (6, 1): False}
    assert bodies.lead in Body.objects.standing_on(date(1990, 1, 1))


def test_the_nearest_bodies_are_those_of_ones_own_province(bodies: Bodies, people: dict[str, Person]) -> None:
    """Those below, the agencies of its people with all of their province; then those above."""
    government = make_body("GOV", bodies.top, level="government")
    province = make_body("PROVINCE", government)
    bureau = make_body("BUREAU", province)
    appoint(people["head"], bureau, Role.HEAD)
    nearness = {
        body.code: body.nearness  # type: ignore[attr-defined]
        for body in Body.objects.nearest_first([bodies.committee], today())
    }
    own = {code for code, near in nearness.items() if near == 0}
    assert {"COMMITTEE", "LEAD", "HELPER", "PROVINCE", "BUREAU"} <= own
    assert {code for code, near in nearness.items() if near == 1} == {"TOP"}
    assert nearness["SISTER"] == nearness["GOV"] == 2
