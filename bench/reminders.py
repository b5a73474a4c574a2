"""Planning a day's reminders, against a statement by hand each that finds and keeps the same rows."""

from __future__ import annotations

from bench._table import show
from bench._world import LARGE, country


def main() -> None:
    with country(LARGE) as here:
        found = here.ask("reminders")
    rows = [
        (
            f"{what}, {count} notices (by hand {by_hand})",
            f"{ours:.2f} s",
            f"{floor:.2f} s",
            f"{ours / floor:.2f}",
            "<= 2.00",
            ours <= 2 * floor,
        )
        for what, count, by_hand, ours, floor in found
    ]
    show(f"Planning the reminders of a day, {LARGE:,} tasks", rows)


if __name__ == "__main__":
    main()
