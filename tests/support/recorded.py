"""Worlds that many tests begin with: made once in a process and a day, then entered as the rows they were.

Made through the actions, a world of twenty tasks takes longer than all that a test asks of it.
`tests/committees/test_people.py` and `tests/tasks/test_recorded.py` hold what is entered again against what
was made.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils import timezone

from audit.models import Event
from committees.access import SUBTREE, permission_id
from portal.shared.days import today
from tasks.models import KeptCount

Made = TypeVar("Made")
Model = type[models.Model]
Row = tuple[Any, ...]

# The database counts tasks by itself; what a kind of thing is and what may be permitted is always there.
NOT_RECORDED: set[Model] = {KeptCount, ContentType, Permission}
ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class Recording:
    """What a world consisted of: its rows by statement, and what its maker returned."""

    at: datetime
    statements: list[tuple[str, list[Any]]]
    made: Any


_recordings: dict[tuple[Any, ...], Recording] = {}


def entered_again(name: str, make: Callable[[], Made]) -> Made:
    """What `make` enters; once it was called in the same state of the database, the rows of that call.

    They come again with the keys and moments that they had, unless the clock stands before them. `make`
    changes rows and nothing else: no file, no letter. A test with real transactions makes its world by
    itself: its rows are checked one by one, and the permissions that they name were given new keys.
    """
    if not connection.in_atomic_block:
        return make()
    key, now = (name, today(), permission_id(SUBTREE), _state()), timezone.now()
    recording = _recordings.get(key)
    if recording and recording.at <= now:
        with connection.cursor() as cursor:
            for statement, values in recording.statements:
                cursor.execute(statement, values)
        again: Made = deepcopy(recording.made)
        return again
    before = {model: _rows(model) for model in _recorded()}
    made = make()
    statements = [each for model, rows in before.items() for each in _changes(model, rows, _rows(model))]
    _recordings[key] = Recording(now, statements, deepcopy(made))
    return made


@cache
def _recorded() -> list[Model]:
    return [model for model in apps.get_models(include_auto_created=True) if model not in NOT_RECORDED]


def _state() -> Row:
    """How many rows of each kind there are, and the last event, which seals all events before it."""
    counts = [f"(SELECT COUNT(*) FROM {model._meta.db_table})" for model in _recorded()]
    digest = f"(SELECT digest FROM {Event._meta.db_table} ORDER BY id DESC LIMIT 1)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([*counts, digest])}")
        state: Row = cursor.fetchone()
    return state


def _rows(model: Model) -> dict[Any, Row]:
    """By key, each with its key first."""
    table, key, columns = _columns(model)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join((key, *columns))} FROM {table} ORDER BY {key}")
        return {row[0]: row for row in cursor.fetchall()}


def _changes(model: Model, before: dict[Any, Row], after: dict[Any, Row]) -> list[tuple[str, list[Any]]]:
    """The statements, with their values, that bring a table from its rows before to those after."""
    table, key, columns = _columns(model)
    settings = ", ".join(f"{column} = %s" for column in columns)
    changes = [
        (f"UPDATE {table} SET {settings} WHERE {key} = %s", [*after[pk][1:], pk])
        for pk, row in before.items()
        if pk in after and after[pk] != row
    ]
    changes += [(f"DELETE FROM {table} WHERE {key} = %s", [pk]) for pk in before if pk not in after]
    new = [row for pk, row in after.items() if pk not in before]
    row_of_values = f"({', '.join(['%s'] * (1 + len(columns)))})"
    for start in range(0, len(new), ROWS_AT_ONCE):
        rows = new[start : start + ROWS_AT_ONCE]
        values = ", ".join([row_of_values] * len(rows))
        statement = f"INSERT INTO {table} ({', '.join((key, *columns))}) VALUES {values}"
        changes.append((statement, [value for row in rows for value in row]))
    return changes


def _columns(model: Model) -> tuple[str, str, list[str]]:
    """The table, its key and its other columns, as SQL writes them."""
    quote, meta = connection.ops.quote_name, model._meta
    others = [quote(str(field.column)) for field in meta.local_concrete_fields if not field.primary_key]
    return quote(meta.db_table), quote(str(meta.pk.column)), others
