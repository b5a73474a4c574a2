"""The pages that people use: what one reader waits for, in a small country and in a large one.

Their first byte is measured through gunicorn, one request after the other and both countries in turn, so that
whatever else the machine does meets both; queries, database and Python in a process of its own. The floor is
the page that only changes a password: the session, the person, and the frame that every page has.
"""

from __future__ import annotations

import os
from typing import Any

from bench._load import Caller, p95, timed, typical
from bench._table import show
from bench._world import LARGE, country

SMALL = 10_000
TIMES, MOST_SECONDS = int(os.environ.get("PORTAL_BENCH_TIMES", "40")), 10.0
FIRST_BYTE, GROWTH, QUERIES = 150.0, 1.3, 12
PYTHON = {"task": 25.0, "JSON list": 15.0}
PYTHON_OF_A_LIST = 35.0


def main() -> None:
    with country(SMALL) as small, country(LARGE) as large:
        for here in (small, large):
            here.manage("collectstatic", "--noinput", "-v0")
        few, many = small.ask("pages"), large.ask("pages")
        with small.served() as near, large.served() as far:
            for name, reader in many.items():
                for page, cost in reader["pages"].items():
                    other = few[name]["pages"][page]
                    callers = (
                        Caller(near, other["path"], few[name]["session"]),
                        Caller(far, cost["path"], reader["session"]),
                    )
                    other["first_byte"], cost["first_byte"] = _in_turn(callers)
    rows = [
        _row(f"{name}: {page}", cost, few[name]["pages"][page], reader["pages"]["floor"])
        for name, reader in many.items()
        for page, cost in reader["pages"].items()
    ]
    show(f"Pages, {LARGE:,} tasks against {SMALL:,}", rows, {str(SMALL): few, str(LARGE): many})


def _in_turn(callers: tuple[Caller, Caller]) -> tuple[dict[str, float], dict[str, float]]:
    """What each waits for its first byte; a page that takes seconds is asked less often."""
    slowest = max(timed(caller.ask) for caller in callers * 2) / 1000
    times = max(5, min(TIMES, int(MOST_SECONDS / max(slowest, 0.001))))
    pairs = [[caller.first_byte() for caller in callers] for _time in range(times)]
    near, far = ([pair[side] for pair in pairs] for side in (0, 1))
    return {"p95": p95(near), "median": typical(near)}, {"p95": p95(far), "median": typical(far)}


def _row(what: str, cost: dict[str, Any], small: dict[str, Any], floor: dict[str, Any]) -> Any:
    first, before, frame = (side["first_byte"] for side in (cost, small, floor))
    growth = first["p95"] / before["p95"]
    python = PYTHON.get(what.partition(": ")[2], PYTHON_OF_A_LIST)
    holds = {
        f"{FIRST_BYTE:.0f} ms": first["p95"] <= FIRST_BYTE,
        f"{GROWTH}×": growth <= GROWTH,
        f"{QUERIES} queries": cost["queries"] <= QUERIES,
        f"{python:.0f} ms Python": cost["python"] <= python,
    }
    over = [budget for budget, is_held in holds.items() if not is_held]
    figure = f"{first['p95']:.0f} ms (median {first['median']:.0f}), {cost['queries']} queries"
    return (
        what,
        f"{figure}, database {cost['database']:.1f}, Python {cost['python']:.1f}, growth {growth:.2f}",
        f"{frame['p95']:.0f} ms ({frame['median']:.0f}), Python {floor['python']:.1f}",
        f"{first['median'] / frame['median']:.1f}",
        f"over: {', '.join(over)}" if over else ", ".join(holds),
        not over,
    )


if __name__ == "__main__":
    main()
