"""Writing events. Called by every action, inside the action's own transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from audit.models import GENESIS, Event

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from committees.access import Right

# PostgreSQL advisory lock that makes one writer at a time append to the chain.
CHAIN_LOCK = 5706

SYSTEM = "Cổng điều hành"


def record(
    verb: str,
    *,
    about: models.Model,
    by: AbstractBaseUser | None,
    right: Right | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    bodies: Iterable[int | None] = (),
    reason: str = "",
    break_glass: bool = False,
) -> Event:
    """Append one event to the chain; `by=None` is the portal itself.

    `right` is what the rule found: the event names whose deputy `by` was. Call it last in an action:
    from here to the end of the transaction no other writer can append.
    """
    event = build_event(
        verb,
        about=about,
        by=by,
        right=right,
        at=timezone.now(),
        before=before,
        after=after,
        bodies=bodies,
        reason=reason,
        break_glass=break_glass,
    )
    return append([event])[0]


def build_event(
    verb: str,
    *,
    about: models.Model,
    by: AbstractBaseUser | None,
    right: Right | None = None,
    at: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    bodies: Iterable[int | None] = (),
    reason: str = "",
    break_glass: bool = False,
) -> Event:
    """An event not yet in the chain; only what is brought in from elsewhere has an `at` in the past.

    What a superuser does is break-glass; so is what a rule allowed for want of anybody else.
    """
    return Event(
        at=at.astimezone(UTC),
        by_id=by.pk if by else None,
        by_name=str(by)[:250] if by else SYSTEM,
        verb=verb,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        about_name=str(about)[:250],
        body_ids=sorted({body for body in bodies if body}),
        before=_plain(before),
        after=_plain(after),
        reason=reason,
        break_glass=break_glass or bool(by and getattr(by, "is_superuser", False)),
        for_name=str((right and right.on_behalf_of) or "")[:250],
    )


def append(events: list[Event]) -> list[Event]:
    """Seal and write events in the order given, as one block of the chain."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is written in the transaction of the change it tells of.")
    digest = _last_digest()
    for event in events:
        digest = event.digest = event.seal(digest)
    return Event.objects.bulk_create(events)


def snapshot(thing: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """The named columns of a row as they are stored, for an event's before and after."""
    return {name: getattr(thing, thing._meta.get_field(name).attname) for name in fields}  # type: ignore[union-attr]


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the keys whose value differs, on both sides; what is gone stands in `before` alone."""
    names = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def _last_digest() -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    return Event.objects.order_by("-pk").values_list("digest", flat=True).first() or GENESIS


def _plain(values: dict[str, Any] | None) -> dict[str, Any]:
    """What the database will give back, so that the digest can be counted again from it."""
    plain: dict[str, Any] = json.loads(json.dumps(values or {}, cls=DjangoJSONEncoder))
    return plain
