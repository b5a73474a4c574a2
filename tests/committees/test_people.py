"""The people of every test, entered at once, are those that the actions would have entered one by one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from audit.models import Event
from committees.actions import save_body, save_person
from committees.actions.common import BODY_FIELDS, MEMBERSHIP_FIELDS, PERSON_FIELDS
from committees.models import Body, BodyGroupObjectPermission, Membership, Office, Person
from tests.support import recorded
from tests.support.people import OFFICES, appoint, enter_everybody, make_person, the_bodies, the_people


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


def test_entered_at_once_is_entered_one_by_one(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made the first time, entered again the second; both are what the actions would have entered."""
    monkeypatch.setattr(recorded, "_recordings", {})
    ways = {
        "one by one": one_by_one,
        "at once": lambda: recorded.entered_again("world", enter_everybody),
        "again": lambda: recorded.entered_again("world", enter_everybody),
    }
    worlds, returned = {}, {}
    for way, enter in ways.items():
        with transaction.atomic():
            returned[way] = enter()
            worlds[way] = everything()
            call_command("verify_audit", stdout=StringIO())
            assert all(person.check_password("demo") for person in Person.objects.all())
            transaction.set_rollback(True)
    for way in ("at once", "again"):
        for name, rows in worlds["one by one"].items():
            assert worlds[way][name] == rows, (way, name)
    assert returned["again"] == returned["at once"]
    assert returned["again"] is not returned["at once"]


def test_a_world_is_made_anew_where_its_rows_do_not_fit(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_recordings", {})
    made = []

    def enter() -> None:
        made.append(timezone.now())
        enter_everybody()

    def enter_once_more() -> int:
        with transaction.atomic():
            recorded.entered_again("world", enter)
            transaction.set_rollback(True)
        return len(made)

    with time_machine.travel(datetime(2026, 3, 2, 5, tzinfo=UTC), tick=False) as clock:
        assert [enter_once_more(), enter_once_more()] == [1, 1]
        clock.shift(-1)
        assert enter_once_more() == 2, "the clock stands before what was recorded"
        clock.shift(timedelta(days=1))
        assert [enter_once_more(), enter_once_more()] == [3, 3], "another day"
        make_person("somebody")
        assert enter_once_more() == 4, "somebody is there already"
