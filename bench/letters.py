"""Letters through a real SMTP server, as two workers send them, against a loop of smtplib."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench._table import show
from bench._world import answer, country

TASKS, LETTERS = 10_000, 1_500
SENDERS = 2
"""Workers that send at once: `remind` and `help_send`."""

START = 8.0
"""Seconds after which both begin, however long each took to be there."""


def main() -> None:
    rows = []
    with country(TASKS) as whole, _smtp_server() as port:
        for senders in (1, SENDERS):
            with whole.copied() as here:
                here.ask("plan_letters", str(LETTERS))
                at = str(time.time() + START)
                started = [here.start("send_letters", str(port), at) for _sender in range(senders)]
                done = [answer(one) for one in started]
                count, seconds, size = here.ask("send_bare", str(port))
            spent = max(ended for _count, _began, ended in done) - min(
                began for _count, began, _ended in done
            )
            ours, floor = count / spent, count / seconds
            rows.append(
                (
                    f"{count} letters of {size} bytes on average, {senders} at work",
                    f"{ours:.0f}/s",
                    f"{floor:.0f}/s",
                    f"{ours / floor:.2f}",
                    ">= 0.80",
                    ours >= 0.8 * floor,
                )
            )
    show("Letters through an SMTP server", rows)


@contextmanager
def _smtp_server() -> Iterator[int]:
    """aiosmtpd in a process of its own, throwing away what it takes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    sink = "aiosmtpd.handlers.Sink"
    argv = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", sink]
    server = subprocess.Popen(argv)
    try:
        until = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < until:
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
