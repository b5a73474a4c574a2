"""One supervised program: started, watched, started again when it dies, stopped with all its children."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO

from portal.runner import console
from portal.runner.paths import ROOT

MAX_LOG_SIZE = 10_000_000  # bytes
# Seconds between a death and the next start, doubled after each death.
MIN_PAUSE, MAX_PAUSE = 0.5, 60.0
# Seconds that a program must live before its earlier deaths are forgotten.
HEALTHY_AFTER = 60.0
PR_SET_PDEATHSIG = 1

try:
    _prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
except (OSError, AttributeError):
    _prctl = None
_parent = os.getpid()


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel ends this child when its parent is killed outright."""
    if _prctl:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != _parent:
        os._exit(1)


class Process:
    """A program in a process group of its own, with its output on the console and in a log.

    However often it dies it is started again, after a pause that grows; the other programs go on meanwhile.
    """

    def __init__(
        self,
        name: str,
        argv: list[str],
        logs: Path,
        stop_timeout: float,
        repair: Callable[[], None] | None = None,
    ) -> None:
        self.name, self.argv, self.stop_timeout = name, argv, stop_timeout
        self.log = logs / f"{name}.log"
        # Called once when the program has died twice in a row, before the third start.
        self.repair = repair
        self.popen: subprocess.Popen[bytes] | None = None
        self.started_at = self.start_at = 0.0
        self.deaths = 0  # in a row
        self.failing_since: datetime | None = None

    @property
    def failing(self) -> bool:
        """True from the second death in a row: a single one is over before anybody looks."""
        return self.deaths > 1

    def start(self, now: float) -> None:
        self.started_at = now
        try:
            self.popen = subprocess.Popen(
                self.argv,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "portal.settings"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # Ctrl-C then reaches the supervisor alone, which stops the programs in order.
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        except (OSError, subprocess.SubprocessError) as error:
            self.record_death(now, f"could not be started ({error})")
            return
        threading.Thread(target=self._copy_output, args=(self.popen.stdout,), daemon=True).start()

    def _copy_output(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError):
            if self.log.exists() and self.log.stat().st_size > MAX_LOG_SIZE:
                self.log.replace(self.log.with_suffix(".log.1"))
        with contextlib.ExitStack() as stack:
            try:
                log = stack.enter_context(open(self.log, "ab", buffering=0))
            except OSError:
                log = None
            for line in pipe:
                # A full disk or a closed terminal must not stop what is running.
                with contextlib.suppress(OSError):
                    if log:
                        log.write(line)
                console.print_line(f"{self.name:<6} | {line.decode(errors='replace').rstrip()}")

    def check(self, now: float) -> None:
        """Starts the program if it is due; records its death or its recovery."""
        if self.popen is None:
            if now >= self.start_at:
                self.start(now)
            return
        code = self.popen.poll()
        if code is not None:
            self.kill_group()
            self.popen = None
            self.record_death(now, f"ended with code {code}")
        elif self.deaths and now - self.started_at >= HEALTHY_AFTER:
            if self.failing:
                console.print_line(f"{self.name} runs again.")
            self.deaths, self.failing_since = 0, None

    def record_death(self, now: float, how: str) -> None:
        if now - self.started_at >= HEALTHY_AFTER:
            self.deaths = 0
        self.deaths += 1
        if self.deaths == 1:
            self.failing_since = datetime.now().astimezone()
        pause = min(MIN_PAUSE * 2 ** min(self.deaths - 1, 16), MAX_PAUSE)
        self.start_at = now + pause
        if not self.failing:
            console.print_line(f"{self.name} {how}; starting it again.")
            return
        since = f"{self.failing_since:%H:%M:%S on %d/%m/%Y}"
        console.print_line(
            f"{self.name} {how}: {self.deaths} deaths in a row since {since}. The other parts go on;"
            f" the next try is in {pause:g} seconds. Its last words are in {self.log}."
        )
        if self.deaths == 2 and self.repair:
            self.repair()

    def stop(self, at_once: threading.Event) -> None:
        """Terminates the program and kills what is left of its group after `stop_timeout` or `at_once`."""
        if self.popen is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.popen.terminate()
        deadline = time.monotonic() + self.stop_timeout
        while self.popen.poll() is None and time.monotonic() < deadline and not at_once.is_set():
            time.sleep(0.05)
        self.kill_group()
        self.popen.wait()

    def kill_group(self) -> None:
        if self.popen:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
