"""A small client: keep-alive connections, as many at once as asked, each request read whole."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from statistics import median


class Caller:
    """One connection that asks the same thing again and again."""

    def __init__(self, port: int, path: str, session: str = "") -> None:
        cookie = f"Cookie: sessionid={session}\r\n" if session else ""
        self.request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\n".encode()
        self.port, self.line = port, socket.create_connection(("127.0.0.1", port), 30)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def first_byte(self) -> float:
        """Milliseconds until the answer begins; it is read to its end before this returns."""
        began = time.perf_counter()
        self.line.sendall(self.request)
        received = self._more()
        waited = (time.perf_counter() - began) * 1000
        self._rest(received)
        return waited

    def ask(self) -> bytes:
        self.line.sendall(self.request)
        return self._rest(b"")

    def _rest(self, received: bytes) -> bytes:
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(received[:400].decode())
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        parts, got = [body], len(body)
        while got < length:
            parts.append(self._more())
            got += len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bytes:
        if not (some := self.line.recv(262_144)):
            raise RuntimeError("The server hung up.")
        return some


def per_second(make: Callable[[], Caller], seconds: float, at_once: int = 8) -> float:
    """Requests answered a second by so many connections at once."""
    until, counts, failures = time.monotonic() + seconds, [0] * at_once, []

    def work(index: int) -> None:
        try:
            caller = make()
            while time.monotonic() < until:
                caller.ask()
                counts[index] += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[index]) for index in range(at_once)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / (time.monotonic() - began)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def typical(times: list[float]) -> float:
    return median(times)
