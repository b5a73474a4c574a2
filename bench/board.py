"""The national board: the five-way count of every lead body, against a plain count of the same groups."""

from __future__ import annotations

from bench._table import show
from bench._world import LARGE, country

BUDGET = 100.0


def main() -> None:
    with country(LARGE) as here:
        found = here.ask("board")
    figure, floor = found["p95"], found["floor"]
    rows = [
        (
            f"{found['bodies']} bodies, {found['given']} tasks given, adds up: {found['exact']}",
            f"{figure:.0f} ms (median {found['median']:.0f})",
            f"{floor:.0f} ms (SELECT lead_id, COUNT(*) … GROUP BY)",
            f"{figure / floor:.2f}",
            f"<= {BUDGET:.0f} ms",
            bool(figure <= BUDGET and found["exact"]),
        )
    ]
    show(f"Five-way count for every body, p95, {LARGE:,} tasks", rows)


if __name__ == "__main__":
    main()
