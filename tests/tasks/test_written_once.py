"""A statement that is written for a stand-in answers as the one that is written for the person themself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from committees import access, stand_ins
from committees import actions as committee_actions
from committees.models import Absence, Body, Person
from committees.roles import Role
from committees.stand_ins import rows_seen_by
from portal.shared.days import today
from tasks import api
from tasks.lifecycle import FIRST
from tasks.lists import my_work, tallies
from tasks.models import Task
from tasks.views import lists
from tests.support.people import Bodies, TaskAt, appoint, make_body, make_person

# What is written once, what it takes beside a person and a day, and whether it is about a body.
STATEMENTS: list[tuple[Any, tuple[Any, ...], bool]] = [
    (tallies._views, ("due_on",), False),
    (tallies._tallies, ("assigner_id", FIRST), False),
    (tallies._tallies_of_body, (), True),
    (my_work._first_keys, (), False),
    (api._number, ("deadline=first&standing=overdue",), False),
    (api._rows, ("standing=in_time", "due", 0, 50), False),
    (lists._led_before, (), False),
    (my_work._numbers, (), False),
]


@pytest.fixture
def readers(bodies: Bodies, people: dict[str, Person], task_at: TaskAt) -> Iterator[list[Person]]:
    """People of no, one, two and more than ten bodies, a deputy, and two who differ in their body alone."""
    agencies = [make_body(f"AGENCY-{number}", bodies.lead) for number in range(11)]
    names = ("twin", "other_twin", "several", "many", "none", "root", "gone")
    made = [make_person(name, is_superuser=name == "root") for name in names]
    twin, other_twin, several, many, _none, _root, gone = made
    for person, body in ((twin, bodies.sister), (other_twin, bodies.helper), (several, bodies.sister)):
        appoint(person, body, Role.OFFICER)
    appoint(several, bodies.helper, Role.OFFICER)
    for body in agencies:
        appoint(many, body, Role.OFFICER)
    appoint(gone, bodies.lead, Role.OFFICER)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    away, deputy = people["lead_head"], people["officer"]
    absence = Absence(person=away, deputy=deputy, starts_on=today(), ends_on=today())
    committee_actions.save_absence(absence=absence, by=away)
    states = ("draft", "proposed", "assigned", "in_progress", "submitted", "completed", "suspended")
    for number, state in enumerate(states):
        task = task_at(state)
        Task.objects.filter(pk=task.pk).update(secrecy="restricted" if number % 2 else "normal")
    gone.refresh_from_db()
    stand_ins._write.cache_clear()
    yield [*(people[name] for name in ("head", "secretary", "lead_head", "officer")), *made]
    stand_ins._write.cache_clear()


def test_the_rows_are_those_of_the_statement_of_the_person(readers: list[Person], bodies: Bodies) -> None:
    on, numbers = today(), set()
    for build, more, about_body in STATEMENTS:
        for person in readers:
            for body in (bodies.committee, bodies.lead) if about_body else (None,):
                plain = sorted(build(person, on, body, *more), key=repr)
                rows = rows_seen_by(build, person, on, *more, body=body)
                assert sorted(rows, key=repr) == plain, (build, person, body)
                numbers.add(len(plain))
    assert numbers >= {0, 1, 2}
    # The second of the twins at least is asked about by texts that were written for the first.
    assert stand_ins._write.cache_info().hits >= len(STATEMENTS)


def test_the_text_is_written_once_for_people_whose_offices_are_alike(
    people: dict[str, Person], bodies: Bodies
) -> None:
    stand_ins._write.cache_clear()
    other = make_person("other")
    appoint(other, bodies.sister, Role.OFFICER)
    texts = []
    for person in (people["officer"], other):
        with CaptureQueriesContext(connection) as captured:
            tallies.views_seen_by(person, today())
        texts.append(captured[-1]["sql"])
    assert stand_ins._write.cache_info()[:2] == (1, 1)
    assert texts[0].replace(str(bodies.lead.pk), "?") != texts[0]
    assert texts[0] != texts[1]


def test_another_day_is_asked_anew(people: dict[str, Person]) -> None:
    before = stand_ins._write.cache_info()
    tallies.views_seen_by(people["officer"], today() - timedelta(days=1))
    assert stand_ins._write.cache_info() == before


def of_the_paths(person: Person, on: Any, _body: None) -> QuerySet[Body, Any]:
    reach: Any = access.reach(person, "view_audit", on)
    return Body.objects.filter(pk__in=reach)


def of_its_tasks(person: Person, on: Any, _body: None) -> QuerySet[Task, Any]:
    return Task.objects.filter(pk__in=list(Task.objects.visible_to(person).values_list("pk", flat=True)))


@pytest.mark.parametrize("build", [of_the_paths, of_its_tasks])
def test_what_reads_more_of_a_person_is_refused(build: Any, people: dict[str, Person]) -> None:
    with pytest.raises(ValueError, match="written once"):
        rows_seen_by(build, people["head"], today())
