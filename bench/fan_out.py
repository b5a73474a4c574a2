"""One task given to every commune, against a bare COPY of the same rows; and the roll-up page over them."""

from __future__ import annotations

from bench._table import show
from bench._world import LARGE, country

BUDGET, PAGE = 20.0, 500.0


def main() -> None:
    with country(LARGE) as here:
        here.manage("collectstatic", "--noinput", "-v0")
        found = here.ask("fan_out")
    seconds, floor = found["seconds"], found["floor"]
    rows = [
        (
            f"{found['tasks']} tasks, {found['events']} events, {found['notices']} notices, each once",
            f"{seconds:.1f} s",
            f"{floor:.1f} s (COPY)",
            f"{seconds / floor:.1f}",
            f"<= {BUDGET:.0f} s",
            bool(seconds <= BUDGET and found["tasks"] == found["bodies"] == found["events"]),
        ),
        (
            f"roll-up page over them, {found['queries']} queries",
            f"{found['page']:.0f} ms",
            "–",
            "–",
            f"<= {PAGE:.0f} ms",
            found["page"] <= PAGE and found["queries"] <= 12,
        ),
        (
            "memory: most that one batch added to the process",
            f"{found['memory']:.0f} MB",
            "–",
            "–",
            "<= 64 MB",
            found["memory"] <= 64,
        ),
    ]
    show(f"One task given to {found['bodies']} bodies, {LARGE:,} tasks before", rows)


if __name__ == "__main__":
    main()
