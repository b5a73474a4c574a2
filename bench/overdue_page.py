"""The first page of overdue tasks over the API, against the same SQL through psycopg and json.dumps."""

from __future__ import annotations

import json
import os
from statistics import median

from bench._addresses import LIST
from bench._load import Caller, per_second
from bench._table import show
from bench._world import country, postgresql

TASKS = 100_000
ROUNDS, SECONDS = 3, float(os.environ.get("PORTAL_BENCH_SECONDS", "4"))


def main() -> None:
    host, user = postgresql()
    rows = []
    with country(TASKS) as here:
        for name, reader in here.ask("sessions").items():
            sql = here.folder / "statements.json"
            sql.write_text(json.dumps(reader["sql"]))
            floor = {
                "BENCH_SQL": str(sql),
                "BENCH_CONNECT": f"host={host} user={user} dbname={here.name}",
            }
            with here.served() as portal, here.served("bench._bare:application", **floor) as bare:
                ours, floors = [], []
                for _round in range(ROUNDS):
                    ours.append(
                        per_second(lambda: Caller(portal, LIST, reader["session"]), SECONDS)  # noqa: B023
                    )
                    floors.append(per_second(lambda: Caller(bare, "/"), SECONDS))
            figure, bound = median(ours), median(floors)
            what = f"{name}, {reader['count']} found, {len(reader['sql'])} queries"
            rows.append(
                (
                    what,
                    f"{figure:.0f}/s",
                    f"{bound:.0f}/s",
                    f"{figure / bound:.2f}",
                    ">= 0.50",
                    figure >= bound / 2,
                )
            )
    show(f"First page of overdue tasks, {TASKS:,} tasks", rows)


if __name__ == "__main__":
    main()
