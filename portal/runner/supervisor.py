"""Keeps broker, web, worker and beat running until somebody stops the portal."""

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from portal import env
from portal.runner import console
from portal.runner.broker import broker_process
from portal.runner.paths import PYTHON
from portal.runner.processes import Process

DEMO_ACCOUNTS = """Demo accounts, all with the password "{password}":
  admin                                          runs people, bodies and the calendar, at /admin/
  central.head, central.secretary                Central Steering Committee
  government.head, government.secretary          Government Steering Committee
  inspector                                      reads what they gave out
  nghean.head, nghean.secretary, nghean.officer  one province; so bacninh, tuyenquang, quangtri, khanhhoa …
"""
# Beat first, so that no new job comes; then the worker ends its jobs; the broker last of all.
STOP_ORDER = ("beat", "worker", "web", "broker")


def portal_processes(
    host: str, port: int, *, web_processes: int, worker_processes: int, logs: Path
) -> list[Process]:
    """The programs of the portal in the order of starting."""
    shared_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(env.var())  # noqa: S108
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [
        *(str(PYTHON), "-m", "gunicorn", "portal.wsgi:application", "--bind", address),
        *("--worker-class", "gthread", "--threads", "4", "--workers", str(web_processes)),
        *("--graceful-timeout", "20", "--no-control-socket", "--worker-tmp-dir", shared_memory),
        # Loaded once, and the processes share what they do not change.
        "--preload",
        *("--log-level", "warning"),
    ]
    celery = [str(PYTHON), "-m", "celery", "--quiet"]
    worker = [
        *(*celery, "-A", "portal", "worker", "-c", str(worker_processes), "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle"),
    ]
    beat = [*celery, "-A", "portal.clock", "beat", "--loglevel", "INFO", "--pidfile="]
    broker = [] if os.environ.get("REDIS_URL") else [broker_process(logs)]
    return [
        *broker,
        Process("web", web, logs, 25),
        Process("worker", worker, logs, 60),
        Process("beat", beat, logs, 5),
    ]


class Supervisor:
    """Starts dead processes again, and names in the file `status` those that keep dying."""

    def __init__(self, processes: list[Process], status: Path) -> None:
        self.processes, self.status = processes, status
        self.written_status: dict[str, str] | None = None
        self.stop_requested, self.stop_at_once = threading.Event(), threading.Event()
        # Only the processes of this supervisor read the file: one that another left behind is not believed.
        os.environ["PORTAL_PARTS_FILE"] = str(status)

    def handle_signals(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._request_stop)

    def _request_stop(self, _signal: int, _frame: object) -> None:
        """The first signal stops the processes in order, the second kills them."""
        if self.stop_requested.is_set():
            self.stop_at_once.set()
        self.stop_requested.set()

    def run(self, wait_until_ready: Iterator[bool]) -> None:
        """Returns when everything is stopped; `wait_until_ready` is advanced once in each round."""
        try:
            while not self.stop_requested.is_set():
                now = time.monotonic()
                for process in self.processes:
                    process.check(now)
                self.write_status()
                next(wait_until_ready, None)
                self.stop_requested.wait(0.2)
        finally:
            self.stop()

    def write_status(self) -> None:
        """The processes that keep dying, each with the moment of its first death; /readyz shows them."""
        failing = {
            process.name: process.failing_since.isoformat(timespec="seconds")
            for process in self.processes
            if process.failing and process.failing_since
        }
        if failing == self.written_status:
            return
        draft = self.status.with_name(f"{self.status.name}.new")
        try:
            draft.write_text(json.dumps(failing), encoding="ascii")
            draft.replace(self.status)
        except OSError as error:
            console.print_line(
                f"Cannot write {self.status} ({error.strerror}): /readyz does not know which parts fail."
            )
        self.written_status = failing

    def stop(self) -> None:
        console.print_line("Stopping …")
        for process in sorted(self.processes, key=lambda process: STOP_ORDER.index(process.name)):
            process.stop(self.stop_at_once)
        console.print_line("Stopped.")


def announce_when_ready(host: str, port: int) -> Iterator[bool]:
    """Yields False until the portal answers, then prints once where to go."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    name = f"[{reached}]" if ":" in reached else reached
    while not answers(f"http://{name}:{port}/healthz"):
        yield False
    local = reached in ("127.0.0.1", "::1", "localhost")
    shown = "localhost" if reached in ("127.0.0.1", "::1") else name
    console.print_line(f"\nThe portal is ready: open http://{shown}:{port}/ in a browser. Ctrl-C stops it.")
    if env.debug():
        password = os.environ.get("PORTAL_DEMO_PASSWORD") or "demo"
        console.print_line(DEMO_ACCOUNTS.format(password=password))
        if reached != host or not local:
            console.print_line(
                "Anybody who reaches this machine can sign in with them: this is only a demonstration.\n"
            )


def answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
