"""A statement about what a person reads, written once for all whose offices are alike.

Writing the text of such a statement takes Django ten to twenty milliseconds, far longer than the rest of a
page. It depends on how many bodies a person reads from which offices, not on which bodies these are. So it is
written for a stand-in: somebody whose person and bodies have numbers that nothing else has, and afterwards
only the numbers are put in.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Never

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from committees import access
from committees.access import Asker
from committees.models import Body, Person
from portal.shared.days import today

Rows = list[tuple[Any, ...]]
Build = Callable[..., QuerySet[Any, tuple[Any, ...]]]

# Below every key of a row and every other number of a statement.
_FIRST_PERSON, _FIRST_BODY = -2_000_000_000, -1_900_000_000
_LAST = -1_000_000_000
# Statements that are kept, the ones not used for longest are forgotten: some kilobytes each.
MAX_STATEMENTS = 300


def rows_seen_by(build: Build, person: Asker, on: date, *more: Hashable, body: Body | None = None) -> Rows:
    """The rows of `build(person, on, body, *more)`, a queryset of tuples.

    `build` asks of the person only what `access` answers of the day (`reach` of view_tasks, `bodies_as`,
    `grants`, `absent`), whether they are active and a superuser, and their key, and of the body only its key;
    it is a function of a module, and asks the database nothing.
    """
    stand_in = _stand_in_for(person, on, body)
    if stand_in is None:
        return list(build(person, on, body, *more))
    statement = _write(build, stand_in, on, *more)
    return statement.rows(stand_in.keys) if statement else []


@dataclass(frozen=True)
class Statement:
    """A text, its parameters with the numbers of a stand-in among them, and what Django converts of a row."""

    text: str
    parameters: tuple[Any, ...]
    converters: dict[int, tuple[list[Any], Any]]

    def rows(self, keys: dict[int, int]) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(self.text, [_with_keys(parameter, keys) for parameter in self.parameters])
            rows = cursor.fetchall()
        return [self._converted(row) for row in rows] if self.converters else rows

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)


@dataclass(frozen=True)
class StandIn:
    """Somebody with the same offices as a person in other bodies; two are the same if their shapes are."""

    shape: Hashable
    person: Person = field(compare=False)
    body: Body | None = field(compare=False)
    remembered: dict[Any, Any] = field(compare=False)
    """What `access` would have read of the stand-in."""
    keys: dict[int, int] = field(compare=False)
    """Number in the statement → the key that it stands for."""


def _stand_in_for(person: Asker, on: date, body: Body | None) -> StandIn | None:
    """None where a statement cannot be written in advance: on another day a person has two scopes, and the
    bodies of some are told by a subquery.
    """
    if not isinstance(person, Person) or on != today():
        return None
    reach = access.reach(person, "view_tasks", on)
    if isinstance(reach, QuerySet):
        return None
    held = access.read_held(person, on) if person.is_active else []
    # In the order of the real keys, so that whatever is sorted or compared comes out the same.
    theirs = {key for row in held for key in (row.office_body, row.body) if key}
    bodies = sorted(theirs | {*(reach or ())} | ({body.pk} if body else set()))
    others = sorted({row.absent for row in held if row.absent} - {person.pk})
    number = {key: _FIRST_BODY + place for place, key in enumerate(bodies)}
    people = {key: _FIRST_PERSON + place for place, key in enumerate([person.pk, *others])}
    alike = [
        row._replace(
            office_body=number[row.office_body],
            body=number[row.body] if row.body else row.body,
            path=_NO_PATH,
            absent=people[row.absent] if row.absent else None,
            absent_name=None,
        )
        for row in held
    ]
    reached = None if reach is None else [number[key] for key in reach]
    stand_in = Person(pk=_FIRST_PERSON, is_superuser=person.is_superuser, is_active=person.is_active)
    about = Body(pk=number[body.pk]) if body else None
    reached_shape = None if reached is None else tuple(reached)
    return StandIn(
        shape=(person.is_superuser, person.is_active, tuple(alike), reached_shape, about and about.pk),
        person=stand_in,
        body=about,
        remembered={(stand_in.pk, on): alike, (stand_in.pk, "view_tasks", on): reached},
        keys={place: key for places in (number, people) for key, place in places.items()},
    )


# Of what a row of `access` holds only `reach` reads the path, and its answer is given.
_NO_PATH = "the path of a stand-in"


@lru_cache(maxsize=MAX_STATEMENTS)
def _write(build: Build, stand_in: StandIn, on: date, *more: Hashable) -> Statement | None:
    """The statement for everybody of this shape; None where it can find no row."""
    access.permission_id("view_tasks")  # these are read once in a process, and here nothing may be read
    with access.remembering(stand_in.remembered), connection.execute_wrapper(_refuse):
        compiler = build(stand_in.person, on, stand_in.body, *more).query.get_compiler(connection=connection)
        try:
            text, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
    if _NO_PATH in parameters or any(str(number) in text for number in stand_in.keys):
        raise ValueError(f"{build.__name__} writes more of a person than a statement can be given anew.")
    columns = [column for column, _sql, _name in compiler.select[: compiler.col_count]]
    return Statement(text, tuple(parameters), compiler.get_converters(columns))


def _refuse(_execute: Any, sql: str, *_arguments: Any) -> Never:
    raise ValueError(f"A statement that is written once cannot ask for what it holds: {sql[:200]}")


def _with_keys(parameter: Any, keys: dict[int, int]) -> Any:
    if isinstance(parameter, list):
        return [_with_keys(item, keys) for item in parameter]
    if isinstance(parameter, int) and parameter < _LAST:
        return keys[parameter]
    return parameter
