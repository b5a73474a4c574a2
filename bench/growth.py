"""The same page as the country grows: its slowest twentieth at 10,000 tasks and in the large country."""

from __future__ import annotations

from bench._addresses import LIST
from bench._load import Caller, p95, timed, typical
from bench._table import show
from bench._world import LARGE, country

SMALL, TIMES = 10_000, 200


def main() -> None:
    rows = []
    with country(SMALL) as small, country(LARGE) as large, small.served() as near, large.served() as far:
        few, many = small.ask("sessions"), large.ask("sessions")
        for name in few:
            callers = Caller(near, LIST, few[name]["session"]), Caller(far, LIST, many[name]["session"])
            for caller in callers * 10:
                caller.ask()
            # One after the other, so that whatever else the machine does meets both.
            pairs = [[timed(caller.ask) for caller in callers] for _time in range(TIMES)]
            before, after = ([pair[side] for pair in pairs] for side in (0, 1))
            ratio, asked = p95(after) / p95(before), [len(side[name]["sql"]) for side in (few, many)]
            rows.append(
                (
                    f"{name}, {few[name]['count']} and {many[name]['count']} found",
                    f"{p95(after):.1f} ms (median {typical(after):.1f}), {asked[1]} queries",
                    f"{p95(before):.1f} ms (median {typical(before):.1f}), {asked[0]} queries",
                    f"{ratio:.2f}",
                    "<= 1.30, same queries",
                    ratio <= 1.3 and asked[0] == asked[1],
                )
            )
    show(f"First page of overdue tasks, p95 at {LARGE:,} tasks against {SMALL:,}", rows)


if __name__ == "__main__":
    main()
