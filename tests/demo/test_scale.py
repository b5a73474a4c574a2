"""The synthetic country: as big as asked, and nothing in it that the portal itself would refuse."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from committees import access
from committees.models import Body, Membership, Person
from committees.roles import DEFAULTS, Role
from portal.shared.days import today
from tasks.models import Order, Part, Task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_counts_hold")]


@pytest.fixture
def country() -> None:
    call_command("load_scale", "--bodies", "60", "--people", "150", "--tasks", "400", "--yes")


def test_as_big_as_asked_and_what_the_portal_takes(country: None) -> None:
    assert (Body.objects.count(), Person.objects.count(), Task.objects.count()) == (60, 150, 400)
    connection.check_constraints()
    for model in (Body, Person, Membership, Order, Task, Part):
        for row in model._default_manager.all():
            row.full_clean(exclude=["title_en"])
    for body in Body.objects.select_related("parent"):
        assert body.path == f"{body.parent.path if body.parent else ''}{body.pk:06d}."


def test_its_people_see_its_tasks(country: None) -> None:
    centre = Body.objects.get(parent=None)
    office = centre.offices.get(role=Role.SECRETARY)
    assert access.permissions_of(office) == set(DEFAULTS[Role.SECRETARY])
    secretary = Person.objects.get(memberships__office=office)
    seen = Task.objects.visible_to(secretary)
    assert seen.filter(secrecy="normal").count() == Task.objects.filter(secrecy="normal").count()
    counts = seen.tally(today())
    assert all(counts[name] for name in ("overdue", "in_time", "done_late", "no_deadline"))


def test_a_second_one_stands_beside_the_first(country: None) -> None:
    call_command("load_scale", "--bodies", "10", "--people", "20", "--tasks", "30", "--yes")
    assert (Body.objects.count(), Task.objects.count()) == (70, 430)
    assert Task.objects.create(title="Một", assigner=Body.objects.earliest("pk")).pk


def test_refused_where_debug_is_off(settings: object) -> None:
    with pytest.raises(CommandError, match="--yes"):
        call_command("load_scale", "--tasks", "1")
    assert not Body.objects.exists()
