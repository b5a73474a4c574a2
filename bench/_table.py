"""One table a benchmark: the figure, its floor from the same run, the ratio, the budget."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence


def show(title: str, rows: Sequence[tuple[str, str, str, str, str, bool]]) -> None:
    """Rows of: what, figure, floor, ratio, budget, and whether the budget holds. Never fails a run."""
    head = ("", "figure", "floor", "ratio", "budget", "")
    lines = [head, *((*row[:5], "ok" if row[5] else "OVER") for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"\n{title}  ({os.cpu_count()} cores, Python {platform.python_version()}{load})")
    for line in lines:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
