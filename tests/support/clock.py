"""Which day it is while the tests run: the machine's, or one that is chosen with `--day`.

`python3 run.py test --day tet` puts the clock of pytest's own processes on a day that is unlike others,
`--day any` on one of them by chance. Programs that a test starts (workers, servers, browsers) keep the
machine's clock, and so do the slow tests and those in a browser.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Generator, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from portal.shared.days import VIETNAM, start_of, today

# Moments in Vietnam.
DAYS = {
    "month-end": "2026-11-30 10:00",
    "month-start": "2027-04-01 07:30",
    "sunday": "2027-03-14 15:00",
    "tet": "2027-02-06 09:00",
    "monday-after-tet": "2027-02-15 08:00",
    "leap-day": "2028-02-29 10:00",
    "before-midnight": "2026-12-15 23:58",
    "new-year-midnight": "2026-12-31 23:58",
    "new-year-small-hours": "2027-01-01 00:10",
}

# A Wednesday in the middle of a month, far from holidays.
PLAIN_DAY = date(2026, 10, 14)

# Chosen once: the processes of xdist inherit both.
CHOSEN = "PORTAL_TEST_DAY"
SECONDS_AHEAD = "PORTAL_TEST_SECONDS_AHEAD"


def pytest_addoption(parser: pytest.Parser) -> None:
    what = "run the quick tests on a day that is unlike others; `any` takes one of them by chance"
    parser.addoption("--day", type=resolve, choices=list(DAYS), help=what)


def resolve(name: str) -> str:
    return os.environ.setdefault(CHOSEN, random.choice(list(DAYS))) if name == "any" else name


def pytest_configure(config: pytest.Config) -> None:
    if name := config.getoption("--day"):
        os.environ.setdefault(SECONDS_AHEAD, str(moment_of(name).timestamp() - time.time()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The test with all its fixtures on the chosen day, which goes on from one test to the next."""
    if not item.config.getoption("--day") or keeps_the_machines_day(item):
        return (yield)
    with time_machine.travel(time.time() + float(os.environ[SECONDS_AHEAD]), tick=True):
        return (yield)


def keeps_the_machines_day(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("slow", "browser"))


def moment_of(name: str) -> datetime:
    return datetime.fromisoformat(DAYS[name]).replace(tzinfo=VIETNAM)


def pytest_report_header(config: pytest.Config) -> str | None:
    name = config.getoption("--day")
    return f"day: {name}, {DAYS[name]} in Vietnam" if name else None


@pytest.fixture(autouse=True)
def never_across_midnight(request: pytest.FixtureRequest) -> None:
    wait_for_midnight(request.node)


def wait_for_midnight(test: pytest.Item) -> None:
    """A test may ask twice which day it is: one that midnight could cut in two begins after it."""
    margin = timedelta(minutes=3 if test.get_closest_marker("slow") else 1)
    left = start_of(today() + timedelta(days=1)) - datetime.now(VIETNAM)
    if left < margin:
        time.sleep(left.total_seconds() + 0.01)


@pytest.fixture
def plain_day() -> Iterator[Any]:
    """For a test that counts on an ordinary day, or that needs to know the day before it runs."""
    with time_machine.travel(start_of(PLAIN_DAY) + timedelta(hours=9), tick=True) as clock:
        yield clock
