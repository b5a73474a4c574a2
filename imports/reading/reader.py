"""Reads one received file in a process of its own: `python -m imports.reading.reader NAME < file`.

What it read is printed as JSON. It knows no settings and no database, may write no file, and has so much
memory and time and no more: whatever a file does to it, nothing else comes to harm.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from typing import IO, Any

from django.core.exceptions import ValidationError

from imports.reading.files import tables
from imports.reading.table_json import table_to_json

# Bytes of address space; 150 MB read 5,000 rows.
MAX_MEMORY = 640 * 1024 * 1024

# Of the processor; 20,000 rows need ten on a slow one.
MAX_CPU_SECONDS = 30

_PR_SET_PDEATHSIG = 1


def limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # letters and pages come first


def die_with_parent() -> None:
    """A worker that is killed outright leaves no reading behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def answer(file: IO[bytes], name: str) -> dict[str, Any]:
    try:
        return {"tables": [table_to_json(table) for table in tables(file, name)]}
    except ValidationError as error:
        return {"refused": error.code, "values": error.params or {}}


def main() -> None:
    die_with_parent()
    limit_resources()
    with open(0, "rb", closefd=False) as file:
        read = answer(file, sys.argv[1])
    json.dump(read, sys.stdout, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
