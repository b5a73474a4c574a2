"""run.py: what is missing is one sentence; what it starts, it stops; what it kept, it keeps."""

import ast
import errno
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import run

pytestmark = pytest.mark.once

NOT_COPIED = shutil.ignore_patterns(".*", "var", "tests", "__pycache__", "node_modules", "test-results")
TESTS_OWN = (
    "PORTAL_VAR",
    "PORTAL_ENV_FILE",
    "PORTAL_TEST_HOME",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
)


@pytest.fixture
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portal in a folder of its own, with the environment that is already there."""
    folder = tmp_path_factory.mktemp("portal") / "p"
    shutil.copytree(run.ROOT, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(run.VENV)
    return folder


def environment(**more: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in TESTS_OWN}, **more}


def once(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "run.py", *arguments]
    env = environment(**environ)
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- what is missing ------------------------------------------------------------------------


def test_an_old_python_can_read_it_and_is_told() -> None:
    source = (run.ROOT / "run.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    old = f"import sys; sys.version_info = (3, 9, 2, 'final', 0); exec(compile({source!r}, 'run.py', 'exec'))"
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True)
    assert done.returncode == 1
    assert (
        done.stderr == "The portal needs Python 3.11 or newer; this is 3.9: install one and start with it.\n"
    )


def test_without_venv_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else "there")
    name = f"python3.{sys.version_info[1]}-venv"
    with pytest.raises(run.Stop, match=f"install {name}, e.g. sudo apt-get install {name}"):
        run.make_venv(tmp_path / "log")


def test_a_full_disk_is_said_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=120_000_000))
    with pytest.raises(run.Stop, match=r"The disk is full: .* has 120 MB free of 500 needed"):
        run.need_room(tmp_path, run.ROOM_FOR_FRESH_INSTALL)


@pytest.mark.parametrize(
    "output, sentence",
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "A downloaded package is not the one"),
        (
            "Retrying after NewConnectionError\nERROR: No matching distribution",
            "The package index cannot be reached",
        ),
        ("something\nERROR: else", "Installing failed: ERROR: else The whole story is in"),
    ],
)
def test_why_installing_failed(output: str, sentence: str) -> None:
    assert run._why_pip_failed(output, Path("log")).startswith(sentence)


def test_a_full_disk_while_running_is_a_sentence_too() -> None:
    assert run._sentence(OSError(errno.ENOSPC, "No space left on device")).startswith("The disk is full")
    assert run._sentence(ValueError("a fault of ours")) == ""


def test_a_taken_port(copy: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = once(copy, PORT=str(port))
    sentence = (
        f"Port {port} is taken by another program: stop it, or choose another port,"
        f" e.g. PORT={port % 65535 + 1} python3 run.py.\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


@pytest.mark.parametrize(
    "environ, sentence",
    [
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'.\n"),
        ({"HOST": "no.such.host.invalid"}, "HOST 'no.such.host.invalid' is not an address of this machine"),
        ({"HOST": "192.0.2.1"}, "Cannot listen on 192.0.2.1:8000"),
        ({"PORTAL_VAR": "/dev/null/var"}, "Cannot make the folder /dev/null/var"),
        ({"PORTAL_VAR": "/proc/self"}, "Cannot write to /proc/"),
        ({"PORTAL_ENV_FILE": "run.py"}, "Line 2 of run.py is not KEY=VALUE"),
    ],
)
def test_nonsense_is_one_sentence(copy: Path, environ: dict[str, str], sentence: str) -> None:
    done = once(copy, **environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_setting_of_django_is_one_sentence(copy: Path) -> None:
    done = once(copy, PORT=str(free_port()), DEBUG="0")
    assert done.returncode == 1
    assert done.stderr.startswith("Set SECRET_KEY to at least 32 random characters; DEBUG is off.")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_database_that_does_not_answer(copy: Path) -> None:
    nobody = f"postgresql://portal@127.0.0.1:{free_port()}/portal"
    done = once(copy, PORT=str(free_port()), DEBUG="1", DATABASE_URL=nobody)
    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer: start it, or set DATABASE_URL")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_no_network(copy: Path) -> None:
    (copy / ".venv").unlink()
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
    }
    done = once(copy, PORT=str(free_port()), PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="", **nowhere)
    assert done.returncode == 1
    assert done.stderr.startswith("The package index cannot be reached")
    assert len(done.stderr.splitlines()) == 1


def test_anything_else_is_answered_with_the_usage(copy: Path) -> None:
    done = once(copy, "install")
    assert (done.returncode, done.stdout) == (2, "")
    assert "python3 run.py test" in done.stderr


def test_the_locks_hold_every_direct_name_and_no_host() -> None:
    for name in ("requirements", "requirements-dev"):
        locked = (run.ROOT / f"{name}.txt").read_text()
        assert "://" not in locked
        for line in (run.ROOT / f"{name}.in").read_text().splitlines():
            if line and line[0].isalpha():
                requirement, _hash, reason = line.partition("#")
                package = requirement.split("[")[0].split(">")[0].strip()
                assert f"\n{package}==" in f"\n{locked}".replace("_", "-")
                assert reason.strip(), f"{package} has no reason beside it"


# --- a life ---------------------------------------------------------------------------------


@pytest.fixture
def portal(copy: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        argv = [sys.executable, "run.py"]
        env = environment(PORT=str(port), PYTHONDONTWRITEBYTECODE="1")
        # A file, not a pipe: nobody reads while the test waits.
        with open(copy / "console", "ab") as console:
            runner = subprocess.Popen(argv, cwd=copy, env=env, stdout=console, stderr=console, text=True)
        started.append(runner)
        return runner

    port = free_port()
    start.folder, start.port = copy, port  # type: ignore[attr-defined]
    yield start
    for runner in started:
        if runner.poll() is None:
            runner.terminate()
            runner.wait(60)


def get(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait(
    what: Callable[[], Any], folder: Path, runner: subprocess.Popen[str] | None = None, seconds: float = 120
) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert runner is None or runner.poll() is None, (folder / "console").read_text()[-4000:]
        assert time.monotonic() < until, (folder / "console").read_text()[-4000:]
        time.sleep(0.1)


def living(folder: Path) -> dict[int, str]:
    """Every process that works in this folder, and its command."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder):
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
    return found


def oldest(folder: Path, words: str) -> int:
    """The first process with these words in its command: the parent of its like; 0 when there is none."""
    return min((pid for pid, command in living(folder).items() if words in command), default=0)


@pytest.mark.slow
def test_starts_serves_heals_stops_and_keeps(portal: Any) -> None:
    folder, port = portal.folder, portal.port
    runner = portal()
    wait(lambda: get(port, "/readyz") == 200, folder, runner)
    wait(
        lambda: (
            "celery@" in (folder / "console").read_text() and "ready." in (folder / "console").read_text()
        ),
        folder,
    )
    assert get(port, "/healthz") == 200
    assert "The portal is ready" in (folder / "console").read_text()

    second = once(folder, PORT=str(free_port()))
    assert (
        second.stderr == "The portal is already running from this folder: stop it first, or use that one.\n"
    )
    assert second.returncode == 1

    for words in ("gunicorn", "valkey-server", "celery --quiet -A portal worker"):
        before = oldest(folder, words)
        assert before, words  # a kill of 0 would be our own end
        os.kill(before, signal.SIGKILL)
        wait(lambda words=words, before=before: oldest(folder, words) not in (0, before), folder)  # type: ignore[misc]
    wait(lambda: get(port, "/readyz") == 200, folder, runner)

    with closing(sqlite3.connect(folder / "var" / "portal.sqlite3")) as database:
        database.execute("INSERT INTO django_session VALUES ('kept', '', '2030-01-01')")
        database.commit()
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(60) == 0
    assert living(folder) == {}
    assert not (folder / "var" / "broker" / "broker.sock").exists()

    runner = portal()
    wait(lambda: get(port, "/readyz") == 200, folder, runner)
    runner.send_signal(signal.SIGINT)
    assert runner.wait(60) == 0
    assert living(folder) == {}
    with closing(sqlite3.connect(folder / "var" / "portal.sqlite3")) as database:
        assert database.execute(
            "SELECT count(*) FROM django_session WHERE session_key = 'kept'"
        ).fetchone() == (1,)


@pytest.mark.slow
def test_a_runner_that_is_killed_takes_everything_along(portal: Any) -> None:
    runner = portal()
    wait(lambda: get(portal.port, "/readyz") == 200, portal.folder, runner)
    runner.kill()
    runner.wait()
    wait(lambda: living(portal.folder) == {}, portal.folder, seconds=60)
