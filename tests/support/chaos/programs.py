"""The portal's processes as a real installation has them: killed at any moment, and started again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from portal.runner.broker import FLAGS, find_program
from portal.runner.machine import make_private_folder
from portal.runner.paths import ROOT
from portal.runner.processes import die_with_parent
from tests.support.servers import url_of_test_database

WORKERS, BEATS = 4, 2


@dataclass
class Program:
    """One of them, in a process group of its own; what it says goes on in one file, however often it dies."""

    name: str
    argv: list[str]
    environ: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0

    def start(self) -> None:
        self.start_at = time.monotonic() + 1  # not before, should it end by itself
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self, pause: float) -> None:
        """With all its children; it is due again after the pause."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process, self.start_at = None, time.monotonic() + pause

    def kill_child(self) -> None:
        """Only the process in which the worker runs its jobs."""
        for child in self.children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[int]:
        if self.process is None or not self.is_alive:
            return []
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def ask(self) -> None:
        """To end when its job is done."""
        if self.process:
            self.process.terminate()

    def wait(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            if self.process:
                self.process.wait(20)
        if self.is_alive:
            self.kill(0)

    def said(self, pattern: str) -> list[str]:
        return re.findall(pattern, self.log.read_text(errors="replace")) if self.log.exists() else []


@dataclass
class House:
    """All of them, with their folders."""

    home: Path
    port: int
    broker_folder: Path
    random: Random
    deadline: float
    programs: dict[str, Program] = field(default_factory=dict)
    kills: list[tuple[float, str]] = field(default_factory=list)
    """When, and what: the time is taken when the process is dead."""
    _read: int = 0
    _letters: int = 0

    @property
    def sink(self) -> Path:
        return self.home / "sink"

    @property
    def socket(self) -> Path:
        return self.broker_folder / "broker.sock"

    def add(self, name: str, *argv: str, **environ: str) -> Program:
        url = url_of_test_database()
        # PostgreSQL then tells which of them holds a lock.
        named = f"{url}{'&' if '?' in url else '?'}application_name={name}"
        given = {**os.environ, **PRODUCTION, "DATABASE_URL": named, **environ}
        given |= {"REDIS_URL": f"unix://{self.socket}", "EMAIL_URL": f"smtp://127.0.0.1:{self.port}"}
        self.programs[name] = Program(name, list(argv), given, self.home / f"{name}.log")
        return self.programs[name]

    def named(self, prefix: str) -> list[Program]:
        return [program for name, program in self.programs.items() if name.startswith(prefix)]

    def until(self, true: Callable[[], bool], every: float = 0.02) -> None:
        """Wait, and keep alive what is killed meanwhile."""
        while not true():
            if time.monotonic() > self.deadline:
                raise TimeoutError
            self.look()
            time.sleep(every)

    def has_sent(self, letters: int) -> bool:
        """Have so many come in at the mail server?"""
        with self.sink.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        self._letters += new.count(b"\n")
        return self._letters >= letters

    def runs(self) -> set[str]:
        """Of the morning's job, by the key that beat gave each: those that were done."""
        done = r"remind\[([0-9a-f-]+)\] succeeded"
        return {key for worker in self.named("worker") for key in worker.said(done)}

    def look(self) -> None:
        """Start what is due, and what ended by itself."""
        for program in self.programs.values():
            if not program.is_alive and time.monotonic() >= program.start_at:
                program.start()

    def close(self) -> None:
        """First those who work, then what they work with."""
        busy = self.named("beat") + self.named("worker")
        for some in (busy, self.named("broker") + self.named("sink")):
            for program in some:
                program.ask()
            for program in some:
                program.wait()

    def strike(self, what: str, target: Program | None = None) -> None:
        """Kill one of a kind as soon as one is at work. What is killed comes back after a moment."""
        self.until(lambda: bool(target or self._at_work(what)))
        victim = target or self.random.choice(self._at_work(what))
        if what == "child":
            victim.kill_child()
        else:
            victim.kill(pause=self.random.uniform(0.2, 2))
        if what == "broker and its data":
            shutil.rmtree(self.broker_folder)
            make_private_folder(self.broker_folder)
        self.kills.append((time.time(), what))

    def _at_work(self, what: str) -> list[Program]:
        kind = "worker" if what == "child" else what.split()[0]
        alive = [program for program in self.named(kind) if program.is_alive]
        # A worker that has no child yet is still starting.
        return [one for one in alive if one.children()] if kind == "worker" else alive


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "tests.support.chaos.settings",
    "DEBUG": "0",
    "SECRET_KEY": "for-a-test-of-two-minutes-and-nothing-else",
    "ALLOWED_HOSTS": "portal.invalid",
    "PORTAL_URL": "https://portal.invalid",
    "DEFAULT_FROM_EMAIL": "portal@demo.invalid",
}


@contextmanager
def house(home: Path, broker_folder: Path, random: Random, patience: float) -> Iterator[House]:
    """Everything, started by the first look and ended here."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = House(home, port, broker_folder, random, time.monotonic() + patience)
    _furnish(made)
    try:
        yield made
    finally:
        made.close()


def _furnish(made: House) -> None:
    made.sink.touch()
    made.add("sink", sys.executable, "-m", "tests.support.chaos.sink", str(made.port), str(made.sink))
    make_private_folder(made.broker_folder)
    here = ("--unixsocket", str(made.socket), "--dir", str(made.broker_folder))
    made.add("broker", find_program(), *FLAGS, *here)
    celery = (sys.executable, "-m", "celery", "-A", "portal")
    for number in range(WORKERS):
        flags = f"-c 1 -n worker{number}@chaos --without-gossip --without-mingle --loglevel INFO"
        made.add(f"worker{number}", *celery, "worker", *flags.split())
    for number in range(BEATS):
        schedule = made.home / f"beat{number}.schedule"
        # At this level it says which job it sent.
        kept = ("--pidfile=", "--schedule", str(schedule))
        made.add(f"beat{number}", *celery, "beat", *kept, "--loglevel", "DEBUG", LOG_LEVEL="DEBUG")
