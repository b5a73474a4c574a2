"""A statement whose text Django writes once in a process; afterwards only its values change.

Writing the text of a query costs Django ten times what the database needs for a small one. That matters
for the few statements that every request and every action sends.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class PreparedRows:
    """The rows of one query as tuples: `build` gives its `values_list`, a call the rows for other values.

    `samples` are values that stand nowhere else in the query: integers and days, in the order of `build`.
    The columns are integers and text, which Django need not convert.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, tuple[Any, ...]]], *samples: int | date) -> None:
        self._build, self._samples = build, samples

    def __call__(self, *values: int | date) -> list[tuple[Any, ...]]:
        text, parameters = self._statement
        adapted = [_adapt(value) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(text, [value if place is None else adapted[place] for place, value in parameters])
            return list(cursor.fetchall())

    @cached_property
    def _statement(self) -> tuple[str, list[tuple[int | None, Any]]]:
        """The text, and for each parameter which of the values it is, or a constant of the query."""
        text, parameters = self._build(*self._samples).query.sql_with_params()
        places = {_adapt(sample): place for place, sample in enumerate(self._samples)}
        if missing := set(places) - set(parameters):
            raise ValueError(f"Not parameters of the query: {missing}")
        return text, [(places.get(value), value) for value in parameters]


def _adapt(value: int | date) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
