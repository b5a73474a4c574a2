"""The conditions of a reader's scope, written so that a database finds the rows by an index."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import Exists, F, Func, OuterRef, Q, Value

from tasks.models.counting import ISSUED
from tasks.models.parts import Part

# The parts of so many bodies are few enough to be looked up one by one.
FEW_BODIES = 10


def are_few(bodies: list[int] | models.QuerySet[Any] | None) -> bool:
    return isinstance(bodies, list) and len(bodies) <= FEW_BODIES


def one_of(keys: models.QuerySet[Any, Any], *, few: bool, column: str = "pk") -> Q:
    """Rows with one of the keys that a subquery gives, found by their index even beside an OR.

    PostgreSQL turns no IN of a subquery into an index search once it stands beside an OR; an array it does.
    It walks through an array for every row, though: many keys are better hashed, as an IN is.
    """
    if few and connection.vendor == "postgresql":
        # In brackets of its own: what can be no row at all is written as NULL.
        shape = {"template": "(%(expressions)s))", "arg_joiner": " = ANY ("}
        return Q(Func(F(column), ArraySubquery(keys), **shape, output_field=models.BooleanField()))
    return Q((f"{column}__in", keys))


class Reading(Enum):
    """How the parts of the bodies are looked up."""

    ARRAY = "of a few bodies: all at once, then by index"
    LIST = "of many bodies: all at once, as a list beside the rows"
    EACH = "row by row, for one task or a handful"


def given_or_received(bodies: list[int] | models.QuerySet[Any], *, former: bool, reading: Reading) -> Q:
    parts = Part.objects.filter(among("body", bodies)).order_by()
    received = ISSUED & (among("lead", bodies) | _tasks_of(parts.exclude(kind="former_lead"), reading))
    if former:
        # It was issued when they led it, whatever became of it since.
        received |= _tasks_of(parts.filter(kind="former_lead"), reading)
    return among("assigner", bodies) | received


def among(column: str, bodies: list[int] | models.QuerySet[Any]) -> Q:
    """The column names one of the bodies. A list is one value: a hundred of them are dear to write down."""
    if isinstance(bodies, list) and connection.vendor == "postgresql":
        array = Func(Value(bodies), template="(%(expressions)s)")
        shape = {"template": "(%(expressions)s)", "arg_joiner": " = ANY "}
        return Q(Func(F(column), array, **shape, output_field=models.BooleanField()))
    return Q((f"{column}__in", bodies))


def _tasks_of(parts: models.QuerySet[Any, Any], reading: Reading) -> Q:
    if reading is Reading.EACH:
        return Q(Exists(parts.filter(task=OuterRef("pk"))))
    return one_of(parts.values("task_id"), few=reading is Reading.ARRAY)
