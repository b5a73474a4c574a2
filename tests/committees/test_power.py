"""Nobody gives themselves power: no office, no right, no password, by any door and any detour."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from committees import access, actions
from committees.models import Absence
from committees.roles import PERMISSIONS, Role
from portal.shared.days import today
from tests.committees.power_helpers import DAY, People, new_term, refused
from tests.support.people import SINCE, Bodies, appoint, make_person

pytestmark = pytest.mark.once

# --- offices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("who", ["head", "secretary", "standing_deputy", "officer"])
def test_nobody_appoints_themselves(bodies: Bodies, people: People, who: str, role: str) -> None:
    for body in (bodies.committee, bodies.lead):
        refused(
            partial(
                actions.save_membership,
                membership=new_term(people[who], body, Role(role)),
                by=people[who],
            )
        )


@pytest.mark.parametrize("who", ["head", "secretary"])
@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": date(2099, 12, 31)},
        {"ends_on": date(2025, 6, 30)},
        {"starts_on": SINCE - DAY},
        {"fields": "Dữ liệu"},
        {"position": "Trưởng ban"},
    ],
)
def test_nobody_extends_or_changes_their_own_office(
    bodies: Bodies, people: People, who: str, change: dict[str, Any]
) -> None:
    term = people[who].memberships.get()
    for name, value in change.items():
        setattr(term, name, value)
    refused(partial(actions.save_membership, membership=term, by=people[who]))


def test_nobody_passes_their_term_on_or_takes_another(bodies: Bodies, people: People) -> None:
    """The person of a term can be exchanged too: neither theirs for another's nor another's for theirs."""
    mine, other = people["secretary"].memberships.get(), people["assistant"].memberships.get()
    mine.person = people["outsider"]
    refused(partial(actions.save_membership, membership=mine, by=people["secretary"]))
    other.person = people["secretary"]
    refused(partial(actions.save_membership, membership=other, by=people["secretary"]))


@pytest.mark.parametrize(
    "by, role, may",
    [
        ("secretary", Role.HEAD, False),
        ("secretary", Role.STANDING_DEPUTY, False),
        ("secretary", Role.DEPUTY, False),
        ("secretary", Role.STANDING_MEMBER, True),
        ("secretary", Role.SECRETARY, True),
        ("secretary", Role.OFFICER, True),
        ("secretary", Role.INSPECTOR, True),
        ("head", Role.HEAD, False),
        ("head", Role.STANDING_DEPUTY, True),
        ("head", Role.DEPUTY, True),
        ("head", Role.SECRETARY, True),
        ("head", Role.ASSISTANT, True),
        ("staff", Role.HEAD, True),
        ("admin", Role.HEAD, True),
        ("above", Role.HEAD, True),
        ("above", Role.MEMBER, True),
        ("inspector", Role.HEAD, False),
        ("sister", Role.MEMBER, False),
    ],
)
def test_nobody_fills_an_office_that_may_do_more(
    bodies: Bodies, people: People, by: str, role: Role, may: bool
) -> None:
    people["above"] = make_person("above")
    appoint(people["above"], bodies.top, Role.SECRETARY)
    term = new_term(people["outsider"], bodies.committee, role)
    act = partial(actions.save_membership, membership=term, by=people[by])
    if may:
        assert act().pk
    else:
        refused(act)


def test_offices_are_compared_by_what_they_may_do_today(bodies: Bodies, people: People) -> None:
    """A member's office that this province lets decide extensions is more than a secretary's."""
    office = bodies.committee.offices.get(role=Role.MEMBER)
    act = partial(
        actions.save_membership,
        membership=new_term(people["outsider"], bodies.committee, Role.MEMBER),
        by=people["secretary"],
    )
    actions.set_office_permissions(
        office=office, permissions=["view_tasks", "decide_extensions"], by=people["admin"]
    )
    assert str(PERMISSIONS["decide_extensions"]) in refused(act)
    actions.set_office_permissions(office=office, permissions=["view_tasks"], by=people["admin"])
    assert act().pk


def test_a_root_body_gets_its_head_from_an_administrator(bodies: Bodies, people: People) -> None:
    appoint(people["deputy"], bodies.top, Role.SECRETARY)
    term = new_term(people["outsider"], bodies.top, Role.HEAD)
    refused(partial(actions.save_membership, membership=term, by=people["deputy"]))
    assert actions.save_membership(membership=term, by=people["staff"]).pk


def test_who_stands_in_decides_nothing_about_the_absent(bodies: Bodies, people: People) -> None:
    away = Absence(person=people["secretary"], deputy=people["assistant"], starts_on=today(), ends_on=today())
    actions.save_absence(absence=away, by=people["secretary"])
    refused(
        partial(
            actions.end_membership,
            membership=people["secretary"].memberships.get(absence=None),
            ends_on=today(),
            by=people["assistant"],
        )
    )


@pytest.mark.parametrize(
    "by, deputy, may",
    [
        ("head", "secretary", True),
        ("secretary", "secretary", False),
        ("secretary", "assistant", False),
        ("staff", "assistant", True),
    ],
)
def test_nobody_becomes_deputy_of_the_head_by_their_own_hand(
    bodies: Bodies, people: People, by: str, deputy: str, may: bool
) -> None:
    away = Absence(person=people["head"], deputy=people[deputy], starts_on=today(), ends_on=today() + DAY)
    act = partial(actions.save_absence, absence=away, by=people[by])
    if may:
        assert act().pk
    else:
        refused(act)
        assert not access.allows(people[deputy], "assign_tasks", bodies.committee)


def test_an_administrator_is_not_their_own_deputy(bodies: Bodies, people: People) -> None:
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    away = Absence(person=people["head"], deputy=people["staff"], starts_on=today(), ends_on=today())
    refused(partial(actions.save_absence, absence=away, by=people["staff"]))
    actions.save_absence(absence=away, by=people["admin"])
    away.ends_on += DAY
    refused(partial(actions.save_absence, absence=away, by=people["staff"]))


def test_who_stands_in_gives_the_absent_no_more_offices(bodies: Bodies, people: People) -> None:
    """The deputy would hold it with them: through the body above, in advance, or as an administrator."""
    appoint(people["staff"], bodies.committee, Role.MEMBER)
    for deputy, first in (("member", 0), ("secretary", 5), ("staff", 9)):
        away = Absence(person=people["head"], deputy=people[deputy], starts_on=today() + first * DAY)
        away.ends_on = away.starts_on
        actions.save_absence(absence=away, by=people["head"])
        for body, role in ((bodies.lead, Role.HEAD), (bodies.committee, Role.OFFICER)):
            term = new_term(people["head"], body, role)
            refused(partial(actions.save_membership, membership=term, by=people[deputy]))


def test_closing_an_account_is_no_way_around(bodies: Bodies, people: People) -> None:
    for by, who in (("secretary", "head"), ("secretary", "deputy"), ("head", "head"), ("staff", "admin")):
        refused(partial(actions.close_account, person=people[who], by=people[by], last_day=today()))
    assert actions.close_account(person=people["assistant"], by=people["secretary"], last_day=today())
