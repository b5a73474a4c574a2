"""Events can only be added, and a chain of digests shows every tampering."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.actions import append, record
from audit.models import GENESIS, Event
from tests.audit.world import World
from tests.support.people import Bodies, make_body

# --- append-only --------------------------------------------------------------------------------


TAMPERING = [
    "UPDATE audit_event SET reason = 'khác' WHERE id = %(pk)s",
    "UPDATE audit_event SET by_id = NULL",
    "DELETE FROM audit_event WHERE id = %(pk)s",
    "DELETE FROM audit_event",
]


def test_the_database_refuses_to_change_or_delete_an_event(bodies: Bodies) -> None:
    event, count = Event.objects.latest("pk"), Event.objects.count()
    connection.check_constraints()  # PostgreSQL truncates nothing while deferred checks wait
    statements = [*TAMPERING, *(["TRUNCATE audit_event"] if connection.vendor == "postgresql" else [])]
    for statement in statements:
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement % {"pk": event.pk})
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(verb="nothing")
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()
    assert Event.objects.count() == count


def test_an_event_outside_a_transaction_is_a_mistake(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        append([Event(verb="alone")])


# --- the chain ----------------------------------------------------------------------------------


@contextmanager
def guard_lowered() -> Iterator[Any]:
    """What somebody with the database in their hands could do."""
    guard = import_module("audit.migrations.0002_append_only")
    undo = guard.UNDO_POSTGRESQL if connection.vendor == "postgresql" else guard.UNDO_SQLITE
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in undo:
            cursor.execute(statement)
        yield cursor
        transaction.set_rollback(True)


def verified() -> str:
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


def test_a_chain_that_is_whole(world: World) -> None:
    world.task("completed")
    assert verified().startswith(f"{Event.objects.count()} events, the chain is whole.")


def test_an_empty_chain_is_whole(db: None) -> None:
    assert verified().startswith("0 events")


FORGERIES = {
    "changed": "UPDATE audit_event SET reason = 'khác' WHERE id = {middle}",
    "another person": "UPDATE audit_event SET by_id = {somebody} WHERE id = {middle}",
    "another moment": "UPDATE audit_event SET at = '2020-01-01 00:00:00+00:00' WHERE id = {middle}",
    "unmarked": "UPDATE audit_event SET break_glass = NOT break_glass WHERE id = {middle}",
    "removed": "DELETE FROM audit_event WHERE id = {middle}",
    "first removed": "DELETE FROM audit_event WHERE id = {first}",
    "swapped": "UPDATE audit_event SET id = -id WHERE id IN ({middle}, {last})",
    "resealed alone": "UPDATE audit_event SET digest = '{forged}' WHERE id = {middle}",
    "put in": (
        "INSERT INTO audit_event (id, at, by_name, verb, about_type, about_id, about_name, body_ids,"
        " before, after, reason, break_glass, digest)"
        " SELECT -id, at, by_name, verb, about_type, about_id, about_name, body_ids, before, after, reason,"
        " break_glass, '{forged}' FROM audit_event WHERE id = {middle}"
    ),
}


def test_every_forgery_shows(world: World) -> None:
    world.task("in_progress")
    keys = list(Event.objects.values_list("pk", flat=True))
    names = {
        "first": keys[0],
        "middle": keys[len(keys) // 2],
        "last": keys[-1],
        "somebody": world.people["outsider"].pk,
        "forged": "f" * 64,
    }
    for name, statement in FORGERIES.items():
        with guard_lowered() as cursor:
            cursor.execute(statement.format(**names))
            assert cursor.rowcount > 0, name
            with pytest.raises(CommandError, match="does not follow"):
                verified()
    assert "whole" in verified()


def test_an_export_can_be_counted_again_elsewhere(world: World) -> None:
    """With nothing but SHA-256 and the lines; no Django, no database."""
    world.task("completed", title="Số hóa dữ liệu “đất đai”\nquý IV")
    out = io.StringIO()
    call_command("verify_audit", "--export", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == Event.objects.count()
    digest = GENESIS
    for line in lines:
        sealed, content = line[:64], line[65:]
        digest = hashlib.sha256((digest + content).encode()).hexdigest()
        assert digest == sealed, line


# No other connection may read between two writers: the lock, not luck, keeps one chain.
def test_writers_at_once_keep_one_chain(transactional_db: None) -> None:
    body = make_body("ONE")
    problems: list[BaseException] = []

    def write(times: int) -> None:
        try:
            for turn in range(times):
                with transaction.atomic():
                    record("task_urged", about=body, by=None, after={"turn": turn})
        except BaseException as error:  # shown by the test
            problems.append(error)
        finally:
            connection.close()

    count = Event.objects.count()
    writers = [Thread(target=write, args=(15,)) for _writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert problems == []
    assert Event.objects.count() == count + 60
    assert "whole" in verified()
