"""The promise itself: whatever dies, every owed line is delivered exactly once.

Two thousand people are owed twenty thousand lines; four workers and two beats send them through a mail
server that refuses and hangs up, while workers, beats and the broker are killed twenty times. Only the
letter in a victim's hands may arrive again, under the same Message-ID. PORTAL_CHAOS_SEED repeats the
choices of a run; its folder holds what every process said.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from notices.models import Letter, Notice
from portal.shared.days import start_of, today
from reminders.planning.sql import PLANNING_LOCK
from tests.support.chaos.accounts import Accounts, copies
from tests.support.chaos.programs import WORKERS, House, house
from tests.support.chaos.world import World, build

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

VICTIMS = (
    *["worker"] * 8,
    *["child"] * 4,
    *["beat"] * 4,
    *["broker"] * 3,
    "broker and its data",
)
SENDERS = ("worker", "child")
PEOPLE, LINES = 2_000, 20_000
URGED_BETWEEN = 2
"""Tasks between two kills: what has to be told at once meets the letters of the day on their way."""

LAST_KILL = 0.9
"""Of the letters: what the last victims had in hand is still sent by others, after the lease."""

PATIENCE = 210


@pytest.fixture
def socket_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="portal-chaos-", dir="/tmp"))  # short: a socket lives in it
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_whatever_dies_every_line_is_delivered_once(
    tmp_path: Path, socket_folder: Path, record_property: Any
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Many processes on one database: this is for PostgreSQL.")
    _wait_for_a_day_that_is_long_enough()
    on = today()
    world = build(on)
    assert (len({to for to, _task in world.owed()}), len(world.owed())) == (PEOPLE, LINES)

    seed = os.environ.get("PORTAL_CHAOS_SEED") or str(time.time_ns())
    began = time.monotonic()
    # Too late or not, the accounts say how it stands.
    with house(tmp_path, socket_folder, Random(seed), PATIENCE) as portal, suppress(TimeoutError):
        _kill_while_it_sends(portal, world)
        portal.until(_all_is_told, every=0.5)
        _wait_for_another_run(portal)
    kills = [at for at, what in portal.kills if what in SENDERS]
    accounts = Accounts(world.owed(), copies(portal.sink), kills, on)
    seconds = time.monotonic() - began
    record_property("say", f"Chaos: {accounts} ({len(portal.kills)} kills, {seconds:.0f} s, seed {seed})")
    wrong = accounts.wrong()
    assert not wrong, "\n".join(wrong)
    assert len(portal.kills) == len(VICTIMS)
    _both_beats_had_their_runs(portal)


def _wait_for_a_day_that_is_long_enough() -> None:
    """At midnight begins another day, with letters of its own."""
    midnight = start_of(today() + timedelta(days=1))
    left = (midnight - timezone.now()).total_seconds()
    if left < PATIENCE:
        time.sleep(left + 1)


def _kill_while_it_sends(portal: House, world: World) -> None:
    """The first dies while it plans; the others whenever so many letters more have come in."""
    victims = portal.random.sample(VICTIMS[1:], len(VICTIMS) - 1)
    moments = sorted(portal.random.sample(range(1, int(PEOPLE * LAST_KILL)), len(victims)))
    portal.until(lambda: bool(_planners()), every=0)
    portal.strike("worker", portal.programs.get("".join(_planners())))
    for letters, what in zip(moments, victims, strict=True):
        portal.until(partial(portal.has_sent, letters))
        world.urge(URGED_BETWEEN)
        portal.strike(what)


def _planners() -> list[str]:
    """The worker that holds the planners' lock, if one does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND objid = %s",
            [PLANNING_LOCK],
        )
        return [name for (name,) in cursor.fetchall()]


def _all_is_told() -> bool:
    done = (Letter.State.SENT, Letter.State.EMPTY)
    return not Notice.objects.owed().exists() and not Letter.objects.exclude(state__in=done).exists()


def _wait_for_another_run(portal: House) -> None:
    """What was begun before all was told is over by then, and one began after it."""
    enough = len(portal.runs()) + WORKERS + 1
    portal.until(lambda: len(portal.runs()) >= enough, every=0.5)


def _both_beats_had_their_runs(portal: House) -> None:
    runs = portal.runs()
    for beat in portal.named("beat"):
        assert runs & set(beat.said(r"remind sent\. id->([0-9a-f-]+)")), (
            f"nothing that {beat.name} sent was run"
        )
