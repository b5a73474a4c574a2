"""A prepared statement answers like the query that wrote it, whatever the values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from committees.models import Membership, Person
from committees.roles import Role
from portal.shared.days import today
from portal.shared.prepared import PreparedRows
from tests.support.people import SINCE, Bodies, appoint


def terms_of(person_id: int, day: date) -> QuerySet[Membership, tuple[Any, ...]]:
    terms = Membership.objects.holding_on(day).filter(person=person_id, office__role="officer")
    return terms.order_by("pk").values_list("pk", "office__body__code", "absence__person__name")


def test_it_gives_the_rows_of_the_query(bodies: Bodies, people: dict[str, Person]) -> None:
    on = today()
    appoint(people["officer"], bodies.sister, Role.OFFICER, ends_on=on)
    prepared = PreparedRows(terms_of, -1, date(1, 1, 1))
    numbers = []
    for day in (SINCE - timedelta(days=1), SINCE, on, on + timedelta(days=1)):
        for person in people.values():
            rows = prepared(person.pk, day)
            assert rows == list(terms_of(person.pk, day)), (person, day)
            numbers.append(len(rows))
    assert set(numbers) == {0, 1, 2}


def test_its_text_is_written_once(people: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def build(*values: Any) -> QuerySet[Membership, tuple[Any, ...]]:
        written.append(values)
        return terms_of(*values)

    prepared = PreparedRows(build, -1, date(1, 1, 1))
    with CaptureQueriesContext(connection) as captured:
        for person in people.values():
            prepared(person.pk, today())
    assert len(captured) == len(people)
    assert written == [(-1, date(1, 1, 1))]


def test_a_sample_that_the_query_does_not_ask_for_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="-2"):
        PreparedRows(lambda person, _other: terms_of(person, today()), -1, -2)(1, 2)
