"""The whole portal as run.py starts it: it serves, heals, stops, and survives what was torn."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from portal.runner.paths import PYTHON
from tests.support.running_portal import REAL, RunningPortal, environment, free_port, run_portal

pytestmark = pytest.mark.once


@pytest.mark.slow
def test_starts_serves_heals_stops_and_keeps(running_portal: RunningPortal) -> None:
    portal, var = running_portal, running_portal.folder / "var"
    portal.start()
    portal.wait_for(lambda: portal.get("/readyz") == 200)
    portal.wait_for(lambda: "celery@" in portal.printed() and "ready." in portal.printed())
    assert portal.get("/healthz") == 200
    assert "The portal is ready" in portal.printed()

    second = run_portal(portal.folder, PORT=str(free_port()))
    assert (
        second.stderr == "The portal is already running from this folder: stop it first, or use that one.\n"
    )
    assert second.returncode == 1

    for command in ("gunicorn", "valkey-server", "celery --quiet -A portal worker"):
        before = portal.oldest(command)
        assert before, command  # a kill of 0 would be our own end
        os.kill(before, signal.SIGKILL)
        portal.wait_for(lambda command=command, before=before: portal.oldest(command) not in (0, before))  # type: ignore[misc]
    portal.wait_for(lambda: portal.get("/readyz") == 200)

    with closing(sqlite3.connect(var / "portal.sqlite3")) as database:
        database.execute("INSERT INTO django_session VALUES ('kept', '', '2030-01-01')")
        database.commit()
    portal.runner.send_signal(signal.SIGTERM)
    assert portal.runner.wait(60) == 0
    assert portal.processes() == {}
    assert not (var / "broker" / "broker.sock").exists()

    portal.start()
    portal.wait_for(lambda: portal.get("/readyz") == 200)
    portal.runner.send_signal(signal.SIGINT)
    assert portal.runner.wait(60) == 0
    assert portal.processes() == {}
    with closing(sqlite3.connect(var / "portal.sqlite3")) as database:
        assert database.execute(
            "SELECT count(*) FROM django_session WHERE session_key = 'kept'"
        ).fetchone() == (1,)


@pytest.mark.slow
def test_a_runner_that_is_killed_takes_everything_along(running_portal: RunningPortal) -> None:
    running_portal.without_demo()
    running_portal.start()
    running_portal.wait_for(lambda: running_portal.get("/readyz") == 200)
    running_portal.kill()
    running_portal.wait_for(lambda: running_portal.processes() == {}, seconds=60)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def spoil(path: Path) -> None:
    """Other bytes in its middle, as a bad sector leaves them."""
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\xff" * 200 + content[middle:])


def the(folder: Path, pattern: str) -> Path:
    return next(folder.glob(pattern))


def tear_schedule(var: Path) -> None:
    """What beat kept before it kept nothing."""
    (var / "beat").mkdir()
    (var / "beat" / "schedule.dat").write_bytes(b"\x80\x00torn")
    (var / "beat" / "schedule.db").write_bytes(b"\x00" * 10)


def tear_rest(var: Path) -> None:
    (var / "run.lock").write_bytes(b"\x00" * 9)
    (var / "parts.json").write_bytes(b"{")
    for path in (var / "log").glob("*.log"):
        path.unlink()
        path.mkdir()


# Torn together before one start; what would hide another's damage waits for a later one.
TORN: list[dict[str, Callable[[Path], object]]] = [
    {
        "beat's old schedule": tear_schedule,
        "the stamp of the static files": lambda var: (var / "static.stamp").write_bytes(b"\xff\xfe"),
        "the secret key": lambda var: (var / "secret_key").write_bytes(b""),
        "the broker's file, cut short": lambda var: cut(the(var, "broker/appendonlydir/*.incr.aof")),
        "the lock, the list of parts, the logs": tear_rest,
    },
    {
        "the list of the static files": lambda var: cut(var / "static" / "staticfiles.json"),
        "the broker's file, in its middle": lambda var: spoil(the(var, "broker/appendonlydir/*.incr.aof")),
    },
    {
        "the broker's manifest": lambda var: the(var, "broker/appendonlydir/*.manifest").write_bytes(
            b"\x00" * 99
        ),
    },
]


@pytest.mark.slow
def test_whatever_is_torn_all_parts_come_up(running_portal: RunningPortal) -> None:
    """Beat and the runner are killed outright, files are torn, and the next start heals itself."""
    portal, var = running_portal, running_portal.folder / "var"
    portal.without_demo()
    portal.start()
    portal.wait_for(lambda: all_up(portal))
    for damages in TORN:
        os.kill(portal.oldest("-A portal.clock beat"), signal.SIGKILL)
        portal.kill()
        portal.wait_for(lambda: portal.processes() == {}, seconds=60)
        for tear in damages.values():
            tear(var)
        portal.console.write_text(f"--- {', '.join(damages)}\n")
        portal.start()
        portal.wait_for(lambda: all_up(portal))
    assert [path for path in var.rglob("*") if path.lstat().st_mode & 0o077] == []
    assert [path.name for path in var.glob("secret_key.set-aside-*")]
    assert len(list(var.glob("broker/appendonlydir.set-aside-*"))) == 2, "cut short alone is mended"
    portal.runner.send_signal(signal.SIGTERM)
    assert portal.runner.wait(60) == 0

    # The data of a demonstration as a real installation, by accident: one sentence, and nothing is started.
    account = "Person.objects.create(username='central.head', is_demo=True)"
    code = f"from committees.models import Person; {account}"
    argv = [str(PYTHON), "manage.py", "shell", "-v", "0", "-c", code]
    subprocess.run(argv, cwd=portal.folder, env=environment(), check=True)
    done = run_portal(portal.folder, PORT=str(portal.port), DEBUG="0", **REAL)
    assert done.returncode == 1
    assert re.match(r"This database holds 1 accounts of the demonstration, and DEBUG is off", done.stderr)
    assert len(done.stderr.splitlines()) == 1


def all_up(portal: RunningPortal) -> bool:
    """The broker answers, all parts run, and the sign-in page comes with its static files."""
    parts = ("valkey-server", "gunicorn", "-A portal worker", "-A portal.clock beat")
    return (
        portal.get("/readyz") == 200
        and all(portal.oldest(part) for part in parts)
        and portal.get("/accounts/login/") == 200
    )


@pytest.mark.slow
def test_pages_are_served_while_beat_and_the_worker_cannot_start(running_portal: RunningPortal) -> None:
    portal = running_portal
    modules = [portal.folder / "portal" / name for name in ("jobs.py", "clock.py")]
    whole = [module.read_text() for module in modules]
    for module in modules:
        module.write_text("raise RuntimeError('a package is broken')")
    portal.without_demo()
    portal.start()
    portal.wait_for(lambda: set(failing_parts(portal.port)) == {"beat", "worker"})
    assert portal.get("/readyz") == 200
    assert portal.get("/accounts/login/") == 200
    printed = portal.printed()
    assert "worker ended with code 1: 2 deaths in a row since" in printed
    assert "The other parts go on" in printed
    for module, text in zip(modules, whole, strict=True):
        module.write_text(text)
    portal.wait_for(lambda: portal.oldest("-A portal.clock beat") and portal.oldest("-A portal worker"))


def failing_parts(port: int) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return dict(json.load(answer)["failing_parts"])
    except OSError:
        return {}
