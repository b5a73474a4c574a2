"""A mail server that misbehaves: `python -m tests.support.chaos.sink PORT FILE`.

It refuses every 37th message for now, and hangs up after every 91st without an answer: having kept the
first of these, not the second, and so on. Each message that it keeps is a line of the file.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from aiosmtpd.controller import Controller

REFUSED, DROPPED = 37, 91


@dataclass
class Moody:
    file: IO[str]
    came: int = 0
    dropped: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.came += 1
        if self.came % DROPPED == 0:
            self.dropped += 1
            if self.dropped % 2:
                self.keep(envelope, answered=False)
            raise ConnectionResetError
        if self.came % REFUSED == 0:
            return "451 4.3.0 come back later"
        self.keep(envelope, answered=True)
        return "250 2.0.0 kept"

    def keep(self, envelope: Any, *, answered: bool) -> None:
        """Before the answer, so that whoever reads 250 knows it is in the file."""
        row = {
            "at": time.time(),
            "to": envelope.rcpt_tos,
            "answered": answered,
            "message": envelope.content.decode("latin-1"),
        }
        self.file.write(json.dumps(row) + "\n")
        self.file.flush()


def main(port: str, path: str) -> None:
    with Path(path).open("a", encoding="ascii") as file:
        controller = Controller(Moody(file), hostname="127.0.0.1", port=int(port), ready_timeout=30)
        controller.start()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
        controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
