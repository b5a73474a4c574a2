"""A second start of `python3 run.py`, and the memory of all its processes, beside what bare ones take."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench._table import show
from portal.runner.paths import ROOT

# The demonstration: what a start finds that nobody has configured.
OURS = (
    *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "PORTAL_URL"),
    *("HOST", "WEB_CONCURRENCY", "WORKER_CONCURRENCY", "PING_URL"),
)
STARTS = 3
# Seconds after which each process has done something: the jobs of a minute have run, and pages were read.
SETTLED = 65
PAGES = ("/accounts/login/", "/healthz", "/readyz")
SECONDS, MEGABYTES = 4.0, 350

# Django without an app, in a web server and a worker of as many processes as ours, and a beat.
BARE_DJANGO = "import django\nfrom django.conf import settings\nsettings.configure()\ndjango.setup()\n"
BARE_SITE = (
    BARE_DJANGO + "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
)
BARE_JOBS = "from celery import Celery\napp = Celery('bare', broker='memory://')\n"


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="portal-start-", dir="/tmp"))
    try:
        with _portal(folder):
            pass
        times, memory = [], 0.0
        for number in range(STARTS):
            with _portal(folder) as (program, port, seconds):
                times.append(seconds)
                if number == STARTS - 1:
                    memory = _settled_memory(program, port)
        bare_seconds = min(_bare_start() for _start in range(STARTS))
        bare_memory = _bare_memory(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = min(times)
    show(
        f"A second start, best of {STARTS}, and the memory of all processes",
        [
            (
                "until the sign-in page answers",
                f"{seconds:.1f} s",
                f"{bare_seconds:.1f} s, a Python that sets up Django",
                f"{seconds / bare_seconds:.1f}",
                f"<= {SECONDS:.0f} s",
                seconds <= SECONDS,
            ),
            (
                "memory after the first minute's jobs, shared pages counted once",
                f"{memory:.0f} MB",
                f"{bare_memory:.0f} MB, as many processes of bare Django and Celery",
                f"{memory / bare_memory:.1f}",
                f"<= {MEGABYTES} MB",
                memory <= MEGABYTES,
            ),
        ],
    )


@contextmanager
def _portal(folder: Path) -> Iterator[tuple[int, int, float]]:
    """The portal as `run.py` starts it: process, port, and the seconds until the sign-in page answered."""
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if name not in OURS}
    environ |= {"PORT": str(port), "PORTAL_VAR": str(folder / "var"), "PORTAL_ENV_FILE": os.devnull}
    began = time.monotonic()
    with open(folder / "run.log", "ab") as log:
        program = subprocess.Popen([sys.executable, "run.py"], cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        while not _answers(port, "/accounts/login/"):
            if program.poll() is not None:
                raise RuntimeError((folder / "run.log").read_text()[-2000:])
            time.sleep(0.02)
        yield program.pid, port, time.monotonic() - began
    finally:
        program.send_signal(signal.SIGINT)
        program.wait()


def _settled_memory(pid: int, port: int) -> float:
    for page in PAGES * 10:
        _answers(port, page)
    time.sleep(SETTLED)
    return _memory(pid)


def _memory(*pids: int) -> float:
    """Of processes and all below them, in MB: a page that several share counts once."""
    kilobytes = 0
    for pid in pids:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes += sum(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
        for thread in Path(f"/proc/{pid}/task").iterdir():
            kilobytes += int(_memory(*map(int, (thread / "children").read_text().split())) * 1024)
    return kilobytes / 1024


def _bare_start() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", BARE_DJANGO], check=True)
    return time.monotonic() - began


def _bare_memory(folder: Path) -> float:
    (folder / "bare_site.py").write_text(BARE_SITE)
    (folder / "bare_jobs.py").write_text(BARE_JOBS)
    port = _free_port()
    celery = ["celery", "--quiet", "-A", "bare_jobs"]
    commands: Sequence[list[str]] = (
        ["gunicorn", "bare_site", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--no-control-socket"],
        [*celery, "worker", "-c", "2", "--loglevel", "ERROR"],
        [*celery, "beat", "--loglevel", "ERROR", "--pidfile=", "--schedule", str(folder / "schedule")],
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        time.sleep(10)
        return _memory(*(program.pid for program in started))
    finally:
        for program in started:
            program.terminate()
        for program in started:
            program.wait()


def _answers(port: int, page: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=20) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
