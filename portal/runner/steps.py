"""Programs that run to their end during the set-up, and the stamps that save running them again."""

import contextlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from portal.runner.console import UserError
from portal.runner.paths import ROOT

# `(output, log)` of a program that failed -> the sentence to show.
Explanation = Callable[[str, Path], str]


def run_step(argv: list[str], log: Path, explain: Explanation, umask: int = -1, **environ: str) -> None:
    """Appends all output to the log; a program that fails ends the set-up with `explain(output, log)`."""
    done = subprocess.run(
        argv,
        cwd=ROOT,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=umask,
    )
    output = done.stdout + done.stderr
    with contextlib.suppress(OSError), open(log, "a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(argv)}\n{output}")
    if done.returncode:
        raise UserError(explain(output, log))


def explain_full_disk(output: str) -> str:
    """A sentence if the output complains of a full disk, otherwise an empty text."""
    signs = ("No space left on device", "Errno 28", "disk is full", "Disk quota")
    if any(sign in output for sign in signs):
        return "The disk is full: make room (a fresh install takes 500 MB) and start again."
    return ""


def last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given."


def write_stamp(stamp: Path, content: str) -> None:
    try:
        stamp.write_text(content)
    except OSError as error:
        raise UserError(
            explain_full_disk(str(error)) or f"Cannot write {stamp} ({error.strerror})."
        ) from None


def stamp_matches(stamp: Path, wanted: str) -> bool:
    """False also for a stamp that is missing or damaged: what it stands for is then made again."""
    try:
        return stamp.read_bytes() == wanted.encode()
    except OSError:
        return False
