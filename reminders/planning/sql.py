"""Parts of the statements that owe all reminders of a kind: the database joins, Python counts the days."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# A piece of SQL and its parameters.
Sql = tuple[str, list[Any]]

# Key of the lock under which PostgreSQL plans: two planners that meet would wait for each other's rows.
PLANNING_LOCK = 57_04


def subquery(rows: QuerySet[Any, Any]) -> Sql:
    """A queryset to be joined in a statement; its columns are named as in `values()`."""
    sql, params = rows.order_by().query.sql_with_params()
    return f"({sql})", list(params)


def table(rows: Sequence[dict[str, Any]], **columns: str) -> Sql:
    """Rows computed in Python, as a table of the statement. `columns`: name → type in PostgreSQL.

    PostgreSQL counts the arrays and plans for as many rows; JSON it would take for a hundred.
    """
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        values = [[_array_value(row[name]) for row in rows] for name in columns]
        return f"(SELECT * FROM unnest({arrays}) AS given ({', '.join(columns)}))", values  # noqa: S608
    as_json = json.dumps(rows, default=_json_value, ensure_ascii=False)
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {picked} FROM json_each(%s))", [as_json]  # noqa: S608


def wait_for_other_planners() -> None:
    """Wait until what others owe is known. To be called in a transaction; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLANNING_LOCK])
            # It expects few rows of these joins, and would look each of many up in a list without an index.
            cursor.execute("SET LOCAL enable_nestloop = off")


def _array_value(value: Any) -> Any:
    return json.dumps(value, default=str) if isinstance(value, dict) else value


def _json_value(value: Any) -> str:
    """A day or moment as SQLite writes it, so that it joins and is kept as one."""
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return str(value)
