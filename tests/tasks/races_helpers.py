"""What the tests of races share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from audit.actions import CHAIN_LOCK
from tests.support.told import at_once, in_line


def chain() -> None:
    """The lock of the events: whoever stands before it has locked and read rows of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def pushed(*acts: Callable[[], Any]) -> list[str]:
    return in_line(chain, *acts) if connection.vendor == "postgresql" else at_once(*acts)
