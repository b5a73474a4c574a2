"""What the machine must offer before anything is started; what is missing is a UserError."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import stat
from pathlib import Path
from typing import IO

from portal.runner.console import UserError

# Bytes.
SPACE_TO_INSTALL = 500_000_000
SPACE_TO_RUN = 50_000_000


def need_space(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise UserError(
            f"The disk is full: {folder} has {free // 1_000_000} MB free of {wanted // 1_000_000} needed."
            " Make room and start again."
        )


def need_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise UserError(
                f"The disk is full: nothing can be written to {folder}. Make room and start again."
            ) from None
        raise UserError(
            f"Cannot write to {folder} ({error.strerror}). Give this user the right to write there."
        ) from None


def need_port(host: str, port: int) -> None:
    """Binds the port for a moment: gunicorn would report a taken one only after the whole set-up."""
    try:
        family, kind, proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror:
        raise UserError(
            f"HOST {host!r} is not an address of this machine: set HOST to one, e.g. 127.0.0.1."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} is taken by another program: stop it, or choose another port,"
                f" e.g. PORT={port % 65535 + 1} python3 run.py."
            ) from None
        if error.errno == errno.EACCES:
            raise UserError(
                f"Port {port} is not allowed for this user: set PORT to one above 1023."
            ) from None
        raise UserError(f"Cannot listen on {host}:{port} ({error.strerror}): set HOST and PORT.") from None


def make_private_folder(folder: Path) -> None:
    """Makes the folder for this user alone, or refuses one that somebody else made.

    In a temporary folder that all users share, another user may have taken the name.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.lstat().st_uid != os.getuid() or folder.is_symlink():
        raise UserError(f"{folder} belongs to somebody else: remove it and start again.")
    folder.chmod(0o700)


def close_to_others(var: Path) -> None:
    """Takes all rights of group and others from every file and folder that the portal keeps."""
    for folder, folders, files in os.walk(var):
        for name in [*folders, *files]:
            path = Path(folder, name)
            with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                _close_file(path)


def _close_file(path: Path) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode) or not mode & 0o077:
        return
    try:
        path.chmod(stat.S_IMODE(mode) & 0o700)
    except PermissionError:
        raise UserError(
            f"{path} is open to other users of this machine and belongs to somebody else: give it to this"
            f" user, or close it with chmod go-rwx {path}."
        ) from None


def take_lock(folder: Path) -> IO[str]:
    """Allows one running portal per folder; the kernel releases the lock however this process ends."""
    lock = open(folder / "run.lock", "a")  # noqa: SIM115 - held open for as long as the portal runs
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UserError(
            "The portal is already running from this folder: stop it first, or use that one."
        ) from None
    return lock
