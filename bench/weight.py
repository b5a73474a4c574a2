"""What a page weighs when nothing of it is kept yet, and how often it asks the database."""

from __future__ import annotations

from bench._table import show
from bench._world import country

TASKS, BYTES, QUERIES = 10_000, 60_000, 12


def main() -> None:
    with country(TASKS) as here:
        here.manage("collectstatic", "--noinput", "-v0")
        pages = here.ask("weights")
    rows = [
        (
            page["path"],
            f"{page['bytes'] / 1000:.1f} kB, {page['queries']} queries",
            f"{page['html'] / 1000:.1f} kB of HTML",
            f"{page['bytes'] / BYTES:.2f}",
            f"<= {BYTES // 1000} kB, {QUERIES} queries",
            page["bytes"] <= BYTES and page["queries"] <= QUERIES,
        )
        for page in pages
    ]
    show("Pages, cold, compressed as a browser takes them", rows)


if __name__ == "__main__":
    main()
