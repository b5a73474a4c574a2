"""The people of every test, entered at once, are those that the actions would have entered one by one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import transaction

from audit.models import Event
from committees.actions import save_body, save_person
from committees.actions.common import BODY_FIELDS, MEMBERSHIP_FIELDS, PERSON_FIELDS
from committees.models import Body, BodyGroupObjectPermission, Membership, Office, Person
from tests.support.people import OFFICES, appoint, the_bodies, the_people


def one_by_one() -> None:
    bodies, people = the_bodies(), the_people()
    for body in vars(bodies).values():
        save_body(body=body, by=None)
    for person in people.values():
        save_person(person=person, by=None)
    for name, (place, role) in OFFICES.items():
        appoint(people[name], getattr(bodies, place), role)


def everything() -> dict[str, Any]:
    """All rows that the two ways write, with what things are called in place of their keys."""
    codes = dict(Body.objects.values_list("pk", "code"))
    usernames = dict(Person.objects.values_list("pk", "username"))
    offices = {office.pk: (codes[office.body_id], office.role) for office in Office.objects.all()}
    called: dict[str, dict[int, Any]] = {"parent": codes, "person": usernames, "office": offices}
    called["group"] = offices

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {name: called.get(name, {}).get(value, value) for name, value in row.items()}

    paths = Body.objects.values_list("code", "path", "search_text")
    return {
        "bodies": [plain(row) for row in Body.objects.order_by("code").values(*BODY_FIELDS)],
        "paths": sorted(
            (code, [codes[int(key)] for key in path.split(".")[:-1]], text) for code, path, text in paths
        ),
        "groups": sorted(
            (offices[office.pk], office.group.name.split(":")[1]) for office in Office.objects.all()
        ),
        "grants": Counter(
            (offices[group], codes[body], codename)
            for group, body, codename in BodyGroupObjectPermission.objects.values_list(
                "group", "content_object", "permission__codename"
            )
        ),
        "people": list(Person.objects.order_by("pk").values(*PERSON_FIELDS, "search_text")),
        "terms": [plain(row) for row in Membership.objects.order_by("pk").values(*MEMBERSHIP_FIELDS)],
        "events": [
            (event.verb, event.about_name, event.before, plain(event.after), event.reason, event.by_name)
            for event in Event.objects.order_by("pk")
        ],
        "places": [sorted(codes[body] for body in event.body_ids) for event in Event.objects.order_by("pk")],
    }


def test_entered_at_once_is_entered_one_by_one(db: None, request: pytest.FixtureRequest) -> None:
    with transaction.atomic():
        one_by_one()
        wanted = everything()
        transaction.set_rollback(True)
    request.getfixturevalue("people")
    found = everything()
    for name, rows in wanted.items():
        assert found[name] == rows, name
    assert all(person.check_password("demo") for person in Person.objects.all())
