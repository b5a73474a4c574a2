"""One table a benchmark: the figure, its floor from the same run, the ratio, the budget."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from typing import Any

HEAD = ("", "figure", "floor", "ratio", "budget", "")


def show(title: str, rows: Sequence[tuple[str, str, str, str, str, bool]], figures: Any = None) -> None:
    """Rows of: what, figure, floor, ratio, budget, and whether the budget holds. Never fails a run.

    With `--json` one line of JSON instead, with `figures`: the same as plain numbers, where there are any.
    """
    lines = [HEAD, *((*row[:5], "ok" if row[5] else "OVER") for row in rows)]
    if "--json" in sys.argv:
        names = ("what", *HEAD[1:5], "verdict")
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
        table = [dict(zip(names, line, strict=True)) for line in lines[1:]]
        print(json.dumps({"title": title, **machine, "rows": table, "figures": figures}, ensure_ascii=False))
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    load = f", load {os.getloadavg()[0]:.1f}"
    print(f"\n{title}  ({os.cpu_count()} cores, Python {platform.python_version()}{load})")
    for line in lines:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
