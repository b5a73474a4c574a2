"""Bodies, people and terms entered at once: the same rows and events as one by one through their actions.

The people of every test are made here: through the actions they took longer than most of the tests. The
same world is made once a day and process; after that its rows are entered as they were (`entered_again`).
`test_people.py` holds the three ways against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import Group
from django.db import connection, models, transaction
from django.utils import timezone

from audit.actions import append, build_event, changes, snapshot
from audit.models import Event
from committees.access import SUBTREE, permission_id
from committees.actions import open_offices
from committees.actions.common import BODY_FIELDS, MEMBERSHIP_FIELDS, PERSON_FIELDS
from committees.models import Body, BodyGroupObjectPermission, Membership, Office, Person

Made = TypeVar("Made")
# What the three functions below write, each table after those that it refers to.
TABLES: tuple[type[models.Model], ...] = (
    *(Body, Group, Office, BodyGroupObjectPermission, Person, Membership, Event),
)


@dataclass(frozen=True)
class Recording:
    """What a world consisted of: its rows by statement, and the objects that its maker returned."""

    at: datetime
    statements: list[tuple[str, list[tuple[Any, ...]]]]
    made: Any


_recordings: dict[tuple[str, int], Recording] = {}


def entered_again(name: str, make: Callable[[], Made]) -> Made:
    """What `make` enters in a database without bodies, people and events: at its first call by itself.

    Its rows come again with the keys and moments that they had, unless the clock stands before them or
    on another day, or something is there already. A test with real transactions makes them by itself:
    its rows are checked one by one, and the permissions that they name were given new keys.
    """
    if not connection.in_atomic_block or any(_count(model) for model in TABLES):
        return make()
    key, now = (name, permission_id(SUBTREE)), timezone.now()
    recording = _recordings.get(key)
    if recording and recording.at <= now and recording.at.date() == now.date():
        with connection.cursor() as cursor:
            for statement, rows in recording.statements:
                cursor.executemany(statement, rows)
        again: Made = deepcopy(recording.made)
        return again
    made = make()
    _recordings[key] = Recording(now, [_dump(model) for model in TABLES], deepcopy(made))
    return made


def _count(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {model._meta.db_table}")
        (count,) = cursor.fetchone()
    return int(count)


def _dump(model: type[models.Model]) -> tuple[str, list[tuple[Any, ...]]]:
    """The statement that enters the rows of a table, and the rows."""
    columns = [str(field.column) for field in model._meta.local_concrete_fields]
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {table}")
        rows = cursor.fetchall()
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})", list(rows)


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
