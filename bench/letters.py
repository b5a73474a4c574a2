"""Letters through a real SMTP server, against smtplib sending messages of the same size in a loop."""

from __future__ import annotations

from bench._table import show
from bench._world import country

TASKS, LETTERS = 10_000, 300


def main() -> None:
    with country(TASKS) as here:
        found = here.ask("letters", str(LETTERS))
    ours, floor = found["letters"] / found["seconds"], found["letters"] / found["floor"]
    row = (
        f"{found['letters']} letters of {found['bytes']} bytes on average",
        f"{ours:.0f}/s",
        f"{floor:.0f}/s",
        f"{ours / floor:.2f}",
        ">= 0.80",
        ours >= 0.8 * floor,
    )
    show("Letters through an SMTP server", [row])


if __name__ == "__main__":
    main()
