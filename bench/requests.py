"""Requests a second with four connections: the JSON list, the list page and a task's page.

The floor of the JSON list is a bare endpoint that sends the same SQL through psycopg and dumps the rows; that
of a page is the frame that every page has. The peer's own figures are constants: measured once beside the
portal, on the same two cores and the same PostgreSQL, with as many connections.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import Any

from bench._addresses import FLOOR, LIST
from bench._load import Caller, per_second
from bench._table import show
from bench._world import LARGE, Country, country, postgresql

TASKS, AT_ONCE = 100_000, 4
ROUNDS, SECONDS = 3, float(os.environ.get("PORTAL_BENCH_SECONDS", "4"))
OF_THE_FLOOR = 0.5

# Page and reader → what the peer answers a second, and how many times as much the portal should.
Peer = Mapping[tuple[str, str], tuple[float, float]]

# What Redmine 5 answers a second among 100,000 issues.
PEER: Peer = {
    ("JSON list", "member"): (18, 10),
    ("JSON list", "central overseer"): (18, 15),
    ("list", "member"): (15, 3),
    ("list", "central overseer"): (7.1, 3),
    ("task", "member"): (31, 2),
    ("task", "central overseer"): (31, 2),
}
# Its list of a million, for one who oversees everything: 0.77 s a page.
PEER_AT_A_MILLION: Peer = {("JSON list", "central overseer"): (1 / 0.77, 80)}


def main() -> None:
    rows: list[Any] = []
    with country(TASKS) as here:
        rows += _rows(here, PEER)
    with country(LARGE) as here:
        rows += _rows(here, PEER_AT_A_MILLION, only="central overseer")
    show(f"Requests a second with {AT_ONCE} connections", rows)


def _rows(here: Country, peer: Peer, only: str = "") -> Iterator[Any]:
    here.manage("collectstatic", "--noinput", "-v0")
    for name, reader in here.ask("sessions").items():
        if only not in ("", name):
            continue
        addresses = (
            {"JSON list": LIST} if only else {"JSON list": LIST, "list": "/tasks/", "task": reader["task"]}
        )
        with here.served() as portal, _bare(here, reader["sql"]) as bare:
            for what, address in addresses.items():
                floor = (bare, "/") if what == "JSON list" else (portal, FLOOR)
                figure, bound = _in_turn(reader["session"], (portal, address), floor)
                label = f"{what}, {here.tasks:,} tasks, {name}"
                yield _row(label, figure, bound, peer.get((what, name)), is_json=what == "JSON list")


@contextmanager
def _bare(here: Country, statements: list[str]) -> Iterator[int]:
    host, user = postgresql()
    sql = here.folder / "statements.json"
    sql.write_text(json.dumps(statements))
    connect = f"host={host} user={user} dbname={here.name}"
    with here.served("bench._bare:application", BENCH_SQL=str(sql), BENCH_CONNECT=connect) as port:
        yield port


def _in_turn(session: str, *sides: tuple[int, str]) -> list[float]:
    """Requests a second of each address, asked in turn so that whatever else the machine does meets both."""
    rounds = [
        [per_second(lambda: Caller(*side, session), SECONDS, AT_ONCE) for side in sides]  # noqa: B023
        for _round in range(ROUNDS)
    ]
    return [median(figures) for figures in zip(*rounds, strict=True)]


def _row(label: str, figure: float, floor: float, peer: tuple[float, float] | None, *, is_json: bool) -> Any:
    holds = {}
    if is_json:
        holds[f">= {OF_THE_FLOOR} of the floor"] = figure >= floor * OF_THE_FLOOR
    if peer:
        theirs, times = peer
        holds[f"{times:g} x {theirs:.3g}/s of Redmine"] = figure >= times * theirs
    budget = ", ".join(words if is_held else f"{words} (over)" for words, is_held in holds.items())
    return label, f"{figure:.0f}/s", f"{floor:.0f}/s", f"{figure / floor:.2f}", budget, all(holds.values())


if __name__ == "__main__":
    main()
