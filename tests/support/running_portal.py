"""The portal in a folder of its own, started with run.py as a person starts it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from portal.runner.paths import ROOT, VENV

NOT_COPIED = shutil.ignore_patterns(".*", "var", "tests", "__pycache__", "node_modules", "test-results")
# Variables of this test process that a portal of its own must not inherit.
NOT_INHERITED = (
    "PORTAL_VAR",
    "PORTAL_ENV_FILE",
    "PORTAL_TEST_HOME",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "PORTAL_PARTS_FILE",
    "PYTHONDONTWRITEBYTECODE",
)
# What a real installation sets.
REAL = {
    "SECRET_KEY": "x" * 40,
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_URL": "https://portal.example",
    "EMAIL_URL": "smtp://mail.example",
    "DEFAULT_FROM_EMAIL": "portal@example",
}


@pytest.fixture
def portal_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository that shares the environment of this one."""
    folder = tmp_path_factory.mktemp("portal") / "p"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(VENV)
    return folder


def environment(**more: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in NOT_INHERITED}, **more}


def run_portal(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`python3 run.py …` to its end."""
    argv = [sys.executable, "run.py", *arguments]
    env = environment(**environ)
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> int:
    """The status of the answer; 0 without one."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class RunningPortal:
    """Starts run.py in the copy, as often as a test asks; what is said on its console is in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.console = folder / "console"
        self.runners: list[subprocess.Popen[str]] = []

    def without_demo(self) -> None:
        """Starts several times as fast."""
        (self.folder / "demo" / "management" / "commands" / "load_demo.py").unlink()

    @property
    def runner(self) -> subprocess.Popen[str]:
        return self.runners[-1]

    def start(self) -> None:
        env = environment(PORT=str(self.port))
        # A file, not a pipe: nobody reads while the test waits.
        with open(self.console, "ab") as console:
            argv = [sys.executable, "run.py"]
            runner = subprocess.Popen(
                argv, cwd=self.folder, env=env, stdout=console, stderr=console, text=True
            )
        self.runners.append(runner)

    def get(self, path: str) -> int:
        return get(self.port, path)

    def printed(self) -> str:
        return self.console.read_text()

    def wait_for(self, condition: Callable[[], Any], seconds: float = 300) -> None:
        """Fails with the end of the console when the time is over or the runner has ended by itself."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.runner.poll() in (None, -9), self.printed()[-4000:]
            assert time.monotonic() < deadline, self.printed()[-4000:]
            time.sleep(0.1)

    def processes(self) -> dict[int, str]:
        """The command of every process that works in this folder."""
        commands = {}
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink().is_relative_to(self.folder):
                    commands[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
        return commands

    def oldest(self, text: str) -> int:
        """The first process with this text in its command: the parent of its like; 0 when there is none."""
        return min((pid for pid, command in self.processes().items() if text in command), default=0)

    def kill(self) -> None:
        self.runner.kill()
        self.runner.wait()


@pytest.fixture
def running_portal(portal_copy: Path) -> Iterator[RunningPortal]:
    portal = RunningPortal(portal_copy)
    yield portal
    for runner in portal.runners:
        if runner.poll() is None:
            runner.terminate()
            runner.wait(60)
