"""A part that dies is started again, the others go on, and the status names those that keep dying."""

import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from portal.runner import console as portal_console
from portal.runner.broker import set_files_aside
from portal.runner.processes import HEALTHY_AFTER, Process
from portal.runner.supervisor import Supervisor

pytestmark = pytest.mark.once


class Console:
    """What is said, in the place of the terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = []
        monkeypatch.setattr(portal_console, "print_line", self.lines.append)

    def own(self) -> list[str]:
        """Without what the parts themselves say."""
        return [line for line in self.lines if " | " not in line]


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Console:
    return Console(monkeypatch)


def process(name: str, tmp_path: Path, *code: str, **more: Any) -> Process:
    return Process(name, [sys.executable, "-c", *code], tmp_path, 1, **more)


def die(part: Process, now: float) -> float:
    """Look until the part has died once more; the moment of its next try."""
    deaths = part.deaths
    until = time.monotonic() + 30
    while part.deaths == deaths:
        assert time.monotonic() < until
        part.check(now)
        time.sleep(0.01)
    return part.start_at


def test_a_part_that_cannot_start_is_tried_again_after_pauses_that_grow(
    tmp_path: Path, console: Console
) -> None:
    part = process("beat", tmp_path, "raise SystemExit('torn')")
    now, pauses = 1000.0, []
    for _death in range(10):
        following = die(part, now)
        pauses.append(following - now)
        now = following
    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    first, second, *_more = console.own()
    assert first == "beat ended with code 1; starting it again."
    assert second.startswith("beat ended with code 1: 2 deaths in a row since ")
    assert second.endswith(f"the next try is in 1 seconds. Its last words are in {part.log}.")
    assert "torn" in part.log.read_text()


@pytest.mark.parametrize("argv", [["/nowhere/program"], ["/dev/null"], ["/"]])
def test_a_program_that_is_not_there_stops_nothing(tmp_path: Path, console: Console, argv: list[str]) -> None:
    part = Process("worker", argv, tmp_path, 1)
    part.check(0.0)
    part.check(1.0)
    assert (part.deaths, part.failing) == (2, True)
    assert console.own()[0].startswith("worker could not be started (")


def test_a_part_that_lives_again_is_forgiven(tmp_path: Path, console: Console) -> None:
    (tmp_path / "flag").touch()
    part = process(
        "beat",
        tmp_path,
        f"import os, time; os.path.exists({str(tmp_path / 'flag')!r}) and exit(1); time.sleep(60)",
    )
    now = die(part, 1000.0)
    now = die(part, now)
    assert part.failing
    (tmp_path / "flag").unlink()
    part.check(now)
    part.check(now + HEALTHY_AFTER - 1)
    assert part.failing, "not yet: it may die again"
    part.check(now + HEALTHY_AFTER)
    assert (part.failing, part.failing_since) == (False, None)
    assert console.own()[-1] == "beat runs again."
    part.stop(threading.Event())


@pytest.mark.parametrize("dead", ["beat", "worker", "web", "broker"])
def test_the_others_go_on_and_the_status_names_the_dead(tmp_path: Path, console: Console, dead: str) -> None:
    lives = "import time; time.sleep(60)"
    parts = [
        process(name, tmp_path, "exit(7)" if name == dead else lives)
        for name in ("broker", "web", "worker", "beat")
    ]
    supervisor = Supervisor(parts, tmp_path / "parts.json")
    thread = threading.Thread(target=supervisor.run, args=(iter(()),))
    thread.start()
    try:
        wait_for(lambda: parts_of(tmp_path) == [dead], "the status does not name it")
        time.sleep(1)
        assert thread.is_alive()
        others = [part for part in parts if part.name != dead]
        assert all(part.popen and part.popen.poll() is None for part in others)
        assert [part.deaths for part in others] == [0, 0, 0]
    finally:
        supervisor.stop_requested.set()
        thread.join(20)
    assert not thread.is_alive()


def parts_of(folder: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return list(json.loads((folder / "parts.json").read_text()))
    return []


def wait_for(what: Callable[[], Any], complaint: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, complaint
        time.sleep(0.05)


def test_a_status_of_yesterday_is_overwritten(tmp_path: Path, console: Console) -> None:
    (tmp_path / "parts.json").write_text('{"beat": "2026-01-01T00:00:00+07:00"}')
    Supervisor([], tmp_path / "parts.json").write_status()
    assert parts_of(tmp_path) == []


def test_a_status_that_cannot_be_written_stops_nothing(tmp_path: Path, console: Console) -> None:
    (tmp_path / "parts.json").mkdir()
    supervisor = Supervisor([], tmp_path / "parts.json")
    supervisor.write_status()
    supervisor.write_status()
    assert len(console.own()) == 1
    assert console.own()[0].startswith(f"Cannot write {tmp_path / 'parts.json'}")


def test_a_broker_that_dies_twice_begins_empty_and_throws_nothing_away(
    tmp_path: Path, console: Console
) -> None:
    kept = tmp_path / "broker"
    (kept / "appendonlydir").mkdir(parents=True)
    (kept / "appendonlydir" / "manifest").write_text("torn")
    part = process("broker", tmp_path, "exit(1)", repair=lambda: set_files_aside(kept))
    now = die(part, 1000.0)
    assert (kept / "appendonlydir").exists(), "one death may have any reason"
    for _death in range(3):
        now = die(part, now)
        (kept / "appendonlydir").mkdir(exist_ok=True)
    aside = [path for path in kept.iterdir() if ".set-aside-" in path.name]
    assert [(path / "manifest").read_text() for path in aside] == ["torn"], "once, not at each death"
    assert any(f"that lies in {aside[0]} now" in line for line in console.own())
