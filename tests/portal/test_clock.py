"""The tests pass on any day and at any hour: what keeps them so."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from portal.runner.paths import ROOT
from portal.shared.days import VIETNAM, start_of, today
from tests.support import clock

pytestmark = pytest.mark.once

TESTS = Path(__file__).parents[1]
READS_THE_CLOCK = {"today", "now", "localdate", "localtime", "utcnow", "time_ns"}


def read_while_importing(node: ast.AST) -> Iterator[ast.Call]:
    """Calls that read the clock when the module is imported: not the bodies of functions, but what decorates
    them and their defaults."""
    if isinstance(node, ast.Lambda):
        return
    children = ast.iter_child_nodes(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        children = iter([*node.decorator_list, node.args])
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in READS_THE_CLOCK:
            yield node
    for child in children:
        yield from read_while_importing(child)


@pytest.mark.parametrize(
    "source, calls",
    [
        ("DUE = today() + 30 * DAY", 1),
        ("@pytest.mark.parametrize('day', [today(), today() - DAY])\ndef test_a(day): ...", 2),
        ("BROKEN = {'confirmed_at': timezone.now()}", 1),
        ("def late(on=date.today()): ...", 1),
        ("class Dates:\n    first = days.today()", 1),
        ("def test_a():\n    assert today()", 0),
        ("later = lambda: today()", 0),
        ("DUE = date(2026, 10, 14)", 0),
    ],
)
def test_what_counts_as_reading_the_clock_while_importing(source: str, calls: int) -> None:
    assert len(list(read_while_importing(ast.parse(source)))) == calls


def test_no_test_reads_the_clock_while_it_is_imported() -> None:
    """The day may end before the test runs, and the processes of xdist would name it differently."""
    found = [
        f"{path.name}:{call.lineno}: {ast.unparse(call)}"
        for path in sorted(TESTS.rglob("*.py"))
        for call in read_while_importing(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "at, slow, waits",
    [
        ("23:58:30", False, 0),
        ("23:59:30", False, 30),
        ("23:59:59", False, 1),
        ("00:00:01", False, 0),
        ("23:58:30", True, 90),
        ("23:56:00", True, 0),
    ],
)
def test_a_test_that_midnight_would_cut_in_two_waits(
    at: str, slow: bool, waits: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    if slow:
        request.applymarker(pytest.mark.slow)
    with time_machine.travel(datetime.fromisoformat(f"2026-12-31 {at}").replace(tzinfo=VIETNAM), tick=False):
        clock.wait_for_midnight(request.node)
    assert [round(seconds) for seconds in slept] == ([waits] if waits else [])


@pytest.mark.usefixtures("plain_day")
def test_a_plain_day_is_plain() -> None:
    assert today() == clock.PLAIN_DAY
    assert (today().weekday(), today().day) == (2, 14)


def test_the_days_are_what_their_names_say() -> None:
    days = {name: clock.moment_of(name) for name in clock.DAYS}
    assert days["month-end"].date() == date(2026, 12, 1) - timedelta(days=1)
    assert days["month-start"].day == 1
    assert days["sunday"].weekday() == 6
    assert days["monday-after-tet"].weekday() == 0
    assert (days["leap-day"].month, days["leap-day"].day) == (2, 29)
    midnight = start_of(date(2027, 1, 1))
    assert midnight - days["new-year-midnight"] == timedelta(minutes=2)
    # The year has begun in Vietnam and not yet where servers count.
    assert days["new-year-small-hours"] - midnight == timedelta(minutes=10)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["leap-day", "any"])
def test_a_run_is_asked_for_under_a_chosen_day(tmp_path: Path, name: str) -> None:
    days = sorted(str(clock.moment_of(day).date()) for day in clock.DAYS)
    wanted = ["2028-02-29"] if name == "leap-day" else days
    test = tmp_path / "test_asked.py"
    test.write_text(
        "import pytest\n"
        "from portal.shared.days import today\n"
        f"def test_day(): assert str(today()) in {wanted}\n"
        "@pytest.mark.slow\n"
        f"def test_with_real_programs(): assert str(today()) not in {wanted} or '{today()}' in {wanted}\n"
    )
    pytest_here = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    command = [*pytest_here, "-n", "1", "--day", name, str(test)]
    # As if this run itself knew of no chosen day.
    env = {
        name: value for name, value in os.environ.items() if name not in (clock.CHOSEN, clock.SECONDS_AHEAD)
    }
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout
    said = next(line for line in done.stdout.splitlines() if line.startswith("day: "))
    assert said.split()[1].rstrip(",") in clock.DAYS
