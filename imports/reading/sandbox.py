"""Has a received file read by a process of its own, which may die of it; see `reader`."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File

from imports.problems import Refusal, refusal
from imports.reading.beginning import check_beginning
from imports.reading.table_json import table_from_json
from imports.types import Table

# Seconds, for a reader that waits for something instead of working.
TIMEOUT_SECONDS = 90

log = logging.getLogger(__name__)


class ReaderDied(Refusal):
    """The process did not come to an end of its own: it may have been this file, or this moment."""


def read_tables(file: IO[bytes] | File[Any], name: str) -> list[Table]:
    """The tables in the order of the file. ValidationError with one sentence when it cannot be used."""
    check_beginning(file, name)
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        read = _answer(copy, name)
    if "refused" in read:
        raise refusal(read["refused"], **read["values"])
    return [table_from_json(table) for table in read["tables"]]


def _answer(file: IO[bytes], name: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "imports.reading.reader", name]
    # No setting and no password goes along: nothing of them is needed to read a file.
    env = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, stdin=file, capture_output=True, cwd=settings.BASE_DIR, env=env, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        log.warning("“%s” was given up: it was not read within %s seconds.", name, TIMEOUT_SECONDS)
        raise ReaderDied("too_heavy") from None
    if done.returncode < 0:
        log.warning("“%s” was given up: its reader ended with signal %s.", name, -done.returncode)
        raise ReaderDied("too_heavy")
    if done.returncode:
        log.error("“%s” could not be read: %s", name, done.stderr[-4000:].decode(errors="replace"))
        raise ReaderDied("unreadable")
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        log.error("“%s” could not be read: its reader ended without an answer.", name)
        raise ReaderDied("unreadable") from None
    return answer
