"""Bodies, people and terms entered at once: the same rows and events as one by one through their actions.

The people of every test are made here: through the actions they took longer than most of the tests.
`test_people.py` holds this way against the actions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from audit.actions import append, build_event, changes, snapshot
from committees.actions import open_offices
from committees.actions.common import BODY_FIELDS, MEMBERSHIP_FIELDS, PERSON_FIELDS
from committees.models import Body, Membership, Office, Person


def enter_bodies(bodies: Sequence[Body]) -> None:
    """Each after the one above it: its path is made of their keys."""
    for body in bodies:
        body.save()
    open_offices(bodies)
    _tell("body_entered", bodies, BODY_FIELDS, lambda body: [body.pk, body.parent_id])


def enter_people(people: Sequence[Person]) -> None:
    for person in people:
        person.search_text = person.folded()
    Person.objects.bulk_create(people)
    _tell("person_entered", people, PERSON_FIELDS)


def enter_terms(terms: Sequence[Membership]) -> None:
    Membership.objects.bulk_create(terms)
    _tell("membership_entered", terms, MEMBERSHIP_FIELDS, lambda term: [term.office.body_id])


def offices() -> dict[tuple[int, str], Office]:
    """Every office by its body's key and role."""
    return {(office.body_id, office.role): office for office in Office.objects.select_related("body")}


def _tell(
    verb: str,
    rows: Sequence[models.Model],
    fields: tuple[str, ...],
    bodies: Callable[[Any], list[int | None]] = lambda row: [],
) -> None:
    now = timezone.now()
    with transaction.atomic():
        append(
            [
                build_event(
                    verb,
                    about=row,
                    by=None,
                    at=now,
                    after=changes({}, snapshot(row, fields))[1],
                    bodies=bodies(row),
                )
                for row in rows
            ]
        )
