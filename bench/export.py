"""A hundred thousand tasks into one Excel file, beside openpyxl that writes bare cells: time and memory."""

from __future__ import annotations

from bench._table import show
from bench._world import country

TASKS, MEGABYTES = 100_000, 300


def main() -> None:
    with country(TASKS) as here:
        # Each in a process of its own: memory that was given back is not counted twice.
        few, found = here.ask("export", "due"), here.ask("export")
        floor = here.ask("export_floor", str(found["rows"]))
    ratio = found["seconds"] / floor["seconds"]
    rows = [
        (
            f"{found['rows']:,} rows, {found['bytes'] / 1e6:.1f} MB, {found['queries']} queries",
            f"{found['seconds']:.1f} s, {found['memory']:.0f} MB",
            f"{floor['seconds']:.1f} s, {floor['memory']:.0f} MB (openpyxl, bare cells)",
            f"{ratio:.2f}",
            f"< {MEGABYTES} MB",
            bool(found["memory"] < MEGABYTES),
        ),
        (
            f"{few['rows']:,} rows",
            f"{few['seconds']:.1f} s, {few['memory']:.0f} MB",
            f"{found['memory']:.0f} MB with {found['rows']:,}",
            f"{found['memory'] / few['memory']:.2f}",
            "<= 1.25: the same memory",
            bool(found["memory"] <= 1.25 * few["memory"]),
        ),
    ]
    show("A list as Excel, the whole process", rows)


if __name__ == "__main__":
    main()
