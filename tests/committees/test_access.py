"""Dated membership is the permission: three directions, one answer; and a clock moved around midnight."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from committees import access
from committees import actions as committee_actions
from committees.models import Body, Membership, Office, Person
from committees.roles import DEFAULTS, PERMISSIONS, Role
from portal.shared.days import VIETNAM, today
from tasks.models import Task
from tests.support.people import Bodies, appoint, make_body, make_person

DAY = timedelta(days=1)


def assert_three_directions_agree(on: date) -> None:
    everybody = list(Person.objects.filter(is_superuser=False))
    for permission in PERMISSIONS:
        by_person = {
            person.pk: set(access.bodies(person, permission, on).values_list("pk", flat=True))
            for person in everybody
        }
        for body in Body.objects.all():
            allowed = {person.pk for person in everybody if access.allows(person, permission, body, on)}
            assert allowed == {pk for pk, reached in by_person.items() if body.pk in reached}, (
                permission,
                body,
            )
            assert allowed == set(access.people(permission, body, on).values_list("pk", flat=True)), (
                permission,
                body,
            )


def test_three_directions_agree(bodies: Bodies, people: dict[str, Person]) -> None:
    """Every person, permission and body; also ended and future terms, locked people, edited offices."""
    on = today()
    appoint(make_person("ended"), bodies.committee, Role.HEAD, ends_on=on - DAY)
    appoint(make_person("coming"), bodies.committee, Role.HEAD, starts_on=on + DAY)
    appoint(make_person("last.day"), bodies.committee, Role.HEAD, ends_on=on)
    appoint(make_person("locked", is_active=False), bodies.committee, Role.HEAD)
    appoint(people["officer"], bodies.sister, Role.INSPECTOR)
    office = bodies.committee.offices.get(role=Role.INSPECTOR)
    committee_actions.set_office_permissions(office=office, permissions=["view_subtree"], by=people["staff"])
    appoint(make_person("half.inspector"), bodies.committee, Role.INSPECTOR)
    for day in (on, on + DAY, date(2020, 1, 1)):
        assert_three_directions_agree(day)


def test_asking_once_gives_the_same_answers(bodies: Bodies, people: dict[str, Person]) -> None:
    for person in people.values():
        for body in Body.objects.all():
            plain = {name: access.allows(person, name, body) for name in PERMISSIONS}
            with access.asking_once():
                assert {name: access.allows(person, name, body) for name in PERMISSIONS} == plain


def test_asking_once_asks_the_database_once(
    bodies: Bodies, people: dict[str, Person], django_assert_num_queries: Any
) -> None:
    access.permission_id("view_tasks")
    with django_assert_num_queries(1), access.asking_once():
        for body in (bodies.committee, bodies.lead, bodies.top):
            for name in PERMISSIONS:
                access.allows(people["secretary"], name, body)


@pytest.mark.parametrize("role", Role)
def test_an_office_may_what_the_table_says(bodies: Bodies, role: Role) -> None:
    person = make_person("somebody")
    appoint(person, bodies.sister, role)
    own = {name for name in PERMISSIONS if access.allows(person, name, bodies.sister)}
    assert own == DEFAULTS[role]
    assert not any(access.allows(person, name, bodies.committee) for name in PERMISSIONS)


def test_has_perm_gives_the_same_answer(bodies: Bodies, people: dict[str, Person]) -> None:
    assert people["head"].has_perm("committees.confirm_tasks", bodies.committee)
    assert not people["head"].has_perm("committees.confirm_tasks", bodies.sister)
    assert not people["member"].has_perm("committees.confirm_tasks", bodies.committee)
    assert not people["head"].has_perm("committees.confirm_tasks")


def test_nobody_signed_in_may_nothing(bodies: Bodies) -> None:
    nobody = AnonymousUser()
    assert not access.allows(nobody, "view_tasks", bodies.committee)
    assert not access.bodies(nobody, "view_tasks").exists()
    assert not Task.objects.visible_to(nobody).exists()


def test_a_superuser_sees_all_but_is_told_nothing(bodies: Bodies, people: dict[str, Person]) -> None:
    assert access.allows(people["admin"], "confirm_tasks", bodies.sister)
    assert access.bodies(people["admin"], "confirm_tasks").count() == Body.objects.count()
    assert people["admin"] not in access.people("confirm_tasks", bodies.sister)


def test_a_site_administrator_sees_no_task_by_that_alone(people: dict[str, Person], task_at: Any) -> None:
    task_at("in_progress")
    assert not Task.objects.visible_to(people["staff"]).exists()


def at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=VIETNAM)


def test_a_term_begins_and_ends_at_midnight_in_vietnam(
    bodies: Bodies, people: dict[str, Person], task_at: Any
) -> None:
    """A minute either side of midnight in Vietnam, while it is still the day before in UTC; no job runs."""
    task_at("in_progress", due_on=date(2027, 6, 1))
    person = make_person("visitor")
    appoint(person, bodies.committee, Role.SECRETARY, starts_on=date(2027, 3, 10), ends_on=date(2027, 3, 12))
    for moment, expected in (
        (at(2027, 3, 9, 23, 59), False),
        (at(2027, 3, 10, 0, 1), True),
        (at(2027, 3, 12, 23, 59), True),
        (at(2027, 3, 13, 0, 1), False),
    ):
        with time_machine.travel(moment, tick=False):
            assert access.allows(person, "confirm_tasks", bodies.committee) is expected, moment
            assert Task.objects.visible_to(person).exists() is expected, moment
            assert access.people("confirm_tasks", bodies.committee).filter(pk=person.pk).exists() is expected


def test_ended_yesterday_or_starting_tomorrow_gives_nothing_today(bodies: Bodies, task_at: Any) -> None:
    task_at("in_progress")
    past, future = make_person("past"), make_person("future")
    appoint(past, bodies.committee, Role.HEAD, ends_on=today() - DAY)
    appoint(future, bodies.committee, Role.HEAD, starts_on=today() + DAY)
    for person in (past, future):
        assert not any(access.allows(person, name, bodies.committee) for name in PERMISSIONS)
        assert not Task.objects.visible_to(person).exists()
    assert access.allows(past, "view_tasks", bodies.committee, today() - DAY)


def test_a_right_edited_for_one_body_changes_that_body_only(
    bodies: Bodies, people: dict[str, Person]
) -> None:
    appoint(people["member"], bodies.sister, Role.MEMBER)
    office = bodies.committee.offices.get(role=Role.MEMBER)
    wanted = [*access.permissions_of(office), "confirm_tasks"]
    committee_actions.set_office_permissions(office=office, permissions=wanted, by=people["staff"])
    assert access.allows(people["member"], "confirm_tasks", bodies.committee)
    assert not access.allows(people["member"], "confirm_tasks", bodies.sister)
    for other in Office.objects.exclude(pk=office.pk):
        assert access.permissions_of(other) == DEFAULTS[Role(other.role)]


def test_a_moved_body_takes_its_subtree_along(bodies: Bodies, people: dict[str, Person]) -> None:
    deep = make_body("DEEP", bodies.lead)
    assert access.allows(people["head"], "view_tasks", deep)
    bodies.lead.parent = bodies.sister
    committee_actions.save_body(body=bodies.lead, by=people["staff"])
    deep.refresh_from_db()
    assert deep.path.startswith(bodies.sister.path)
    assert not access.allows(people["head"], "view_tasks", deep)
    assert_three_directions_agree(today())


def test_why_prints_the_chain(bodies: Bodies, people: dict[str, Person]) -> None:
    (own,) = access.explain_right(people["secretary"], "view_tasks", bodies.committee)
    assert (own.membership.person, own.body, own.through_subtree) == (
        people["secretary"],
        bodies.committee,
        False,
    )
    (above,) = access.explain_right(people["inspector"], "view_tasks", bodies.lead)
    assert (above.body, above.through_subtree) == (bodies.top, True)
    assert access.explain_right(people["sister"], "view_tasks", bodies.committee) == []


def test_overlapping_terms_are_refused_for_the_same_office_only(bodies: Bodies) -> None:
    person, first = make_person("busy"), date(2025, 3, 1)
    appoint(person, bodies.committee, Role.MEMBER, starts_on=first, ends_on=date(2025, 6, 30))
    appoint(person, bodies.committee, Role.DEPUTY, starts_on=first)
    appoint(person, bodies.sister, Role.MEMBER, starts_on=first)
    appoint(person, bodies.committee, Role.MEMBER, starts_on=date(2025, 7, 1))
    for starts_on, ends_on in ((date(2025, 6, 30), date(2025, 6, 30)), (date(2024, 1, 1), None)):
        with pytest.raises(ValidationError) as refused:
            appoint(person, bodies.committee, Role.MEMBER, starts_on=starts_on, ends_on=ends_on)
        assert "starts_on" in refused.value.message_dict
    assert person.memberships.count() == 4


def test_the_database_refuses_a_term_that_ends_before_it_starts(
    bodies: Bodies, people: dict[str, Person]
) -> None:
    office = bodies.committee.offices.get(role=Role.MEMBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            person=people["outsider"], office=office, starts_on=date(2025, 2, 2), ends_on=date(2025, 2, 1)
        )


def test_reach_gives_the_same_bodies_as_the_subquery(
    bodies: Bodies, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each of its forms: ids, a subquery when they are too many to name, None for all there are."""
    appoint(make_person("ended"), bodies.committee, Role.HEAD, ends_on=today() - DAY)
    appoint(people["officer"], bodies.committee, Role.INSPECTOR)
    forms = set()
    for most in (500, 1):
        monkeypatch.setattr(access, "MAX_NAMED_BODIES", most)
        everybody: list[access.Asker] = [*Person.objects.all(), AnonymousUser()]
        for person in everybody:
            for permission in PERMISSIONS:
                reach = access.reach(person, permission)
                everything = Body.objects.all() if reach is None else reach
                found = {getattr(body, "pk", body) for body in everything}
                assert found == {body.pk for body in access.bodies(person, permission)}, (person, permission)
                forms.add(type(reach))
    assert len(forms) == 3
