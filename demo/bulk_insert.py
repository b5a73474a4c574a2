"""Many rows at once, past the models' own saves: COPY on PostgreSQL, plain inserts on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max

BATCH_SIZE = 10_000

Row = Sequence[Any]


def bulk_insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows given as values of the columns; what is not named gets the field's default.

    The rows are drawn while the connection is busy with them: they may not ask the database.
    A choice is given by its plain value: the driver would write an enum's name.
    """
    fields = {field.column: field for field in model._meta.concrete_fields if field.column}
    rest = [
        name
        for name, field in fields.items()
        if name not in columns and not isinstance(field, models.AutoField)
    ]
    constants = [fields[column].get_prep_value(fields[column].pre_save(model(), add=True)) for column in rest]
    names = [*columns, *rest]
    filled = ((*row, *constants) for row in rows)
    if connection.vendor == "postgresql":
        _copy(model, names, filled)
    else:
        _insert(model, names, [fields[name] for name in names], filled)


def next_key(model: type[models.Model]) -> int:
    highest = model._default_manager.aggregate(highest=Max("pk"))["highest"]
    return int(highest or 0) + 1


def reset_sequences(tables: Sequence[type[models.Model]]) -> None:
    """Keys were written by hand: the database's own numbers go on after them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def _copy(model: type[models.Model], names: Sequence[str], rows: Iterator[Row]) -> None:
    with connection.cursor() as cursor:
        driver: Any = cursor.cursor
        with driver.copy(f"COPY {_table(model)} ({_quoted(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _insert(
    model: type[models.Model],
    names: Sequence[str],
    fields: Sequence[models.Field[Any, Any]],
    rows: Iterator[Row],
) -> None:
    places = ", ".join(["%s"] * len(names))
    statement = f"INSERT INTO {_table(model)} ({_quoted(names)}) VALUES ({places})"  # noqa: S608 - our own names
    adapt = [field.get_db_prep_save for field in fields]
    with connection.cursor() as cursor:
        while some := list(islice(rows, BATCH_SIZE)):
            cursor.executemany(
                statement,
                [[fit(value, connection) for fit, value in zip(adapt, row, strict=True)] for row in some],
            )


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)
