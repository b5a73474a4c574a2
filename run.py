#!/usr/bin/env python3
"""Set up, run, test and check the portal on a machine that has nothing but Python.

    python3 run.py                  set up what is missing, then run until Ctrl-C
    python3 run.py test [pytest…]   run the tests on SQLite, then on PostgreSQL
    python3 run.py test --quick     run the daily loop: quick tests, on SQLite only
    python3 run.py check            lint, format, types, floors, migrations, translations
    python3 run.py bench [name…] [--json]    run the benchmarks

Only the standard library, and written so that an old Python can still say that it is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is known of the Python
    sys.exit(
        "The portal needs Python 3.11 or newer; this is %d.%d: install one and start with it."  # noqa: UP031
        % sys.version_info[:2]
    )

import errno
import hashlib
import importlib.util
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

try:
    from portal import env
    from portal.runner import console, development
    from portal.runner.console import UserError
    from portal.runner.machine import (
        SPACE_TO_INSTALL,
        SPACE_TO_RUN,
        close_to_others,
        need_port,
        need_space,
        need_writable,
        take_lock,
    )
    from portal.runner.paths import PYTHON, ROOT, VENV
    from portal.runner.setup import set_up
    from portal.runner.steps import explain_full_disk, last_line, run_step, stamp_matches, write_stamp
    from portal.runner.supervisor import Supervisor, announce_when_ready, portal_processes
except ImportError as error:
    sys.exit(f"A part of the portal is missing ({error}): take a whole copy of the portal.")

# The environment holds programs and no data: another user of the machine may run them.
PROGRAMS_UMASK = 0o022


# --- the environment ------------------------------------------------------------------------


def install(lock: str, log: Path) -> None:
    """Makes .venv and installs what the lock names, unless that very lock was installed before."""
    stamp = VENV / f".installed-{lock}"
    wanted = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    if environment_works():
        if stamp_matches(stamp, wanted):
            return
    else:
        need_space(ROOT, SPACE_TO_INSTALL)
        make_environment(log)
    console.print_line(f"Installing {lock} …")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--retries", "2"]
    pip += ["--disable-pip-version-check"]
    # PIP_USER in the environment would send everything past the .venv.
    run_step([*pip, "--require-hashes", "-r", lock], log, explain_pip_failure, PROGRAMS_UMASK, PIP_USER="0")
    write_stamp(stamp, wanted)


def environment_works() -> bool:
    """False also when the Python that .venv was made from has gone or is another one now."""
    try:
        done = subprocess.run(
            [str(PYTHON), "-c", "import sys, pip; print(sys.version_info[:2] >= (3, 11))"],
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == "True"


def make_environment(log: Path) -> None:
    # Debian leaves ensurepip out of its python3.
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise UserError(
            f"This Python cannot make an environment: install {name}, e.g. sudo apt-get install {name}."
        )
    console.print_line("Making .venv …")
    run_step([sys.executable, "-m", "venv", "--clear", str(VENV)], log, explain_venv_failure, PROGRAMS_UMASK)


def explain_venv_failure(output: str, log: Path) -> str:
    return (
        explain_full_disk(output) or f"Making .venv failed: {last_line(output)} The whole story is in {log}."
    )


def explain_pip_failure(output: str, log: Path) -> str:
    if explain_full_disk(output):
        return explain_full_disk(output)
    if "DO NOT MATCH THE HASHES" in output:
        return "A downloaded package is not the one that the lock names: check your package mirror."
    unreachable = (
        "NewConnectionError",
        "Max retries",
        "Temporary failure",
        "timed out",
        "ConnectionError",
        "ProxyError",
    )
    if any(sign in output for sign in unreachable):
        return "The package index cannot be reached: connect this machine, or set PIP_INDEX_URL."
    return f"Installing failed: {last_line(output)} The whole story is in {log}."


# --- the commands ---------------------------------------------------------------------------


def start() -> int:
    """Whatever is wrong with the settings or the machine is said before anything is installed."""
    env.read_file()
    env.keep_private()
    host, port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, 1, 65535)
    web_processes = env.number("WEB_CONCURRENCY", 2, 1, 64)
    worker_processes = env.number("WORKER_CONCURRENCY", 2, 2, 64)
    var = env.var()
    need_writable(var)
    lock = take_lock(var)
    close_to_others(var)
    need_port(host, port)
    need_space(var, SPACE_TO_RUN)
    logs = var / "log"
    need_writable(logs)
    install("requirements.txt", logs / "setup.log")
    set_up(logs / "setup.log")
    # The set-up may have taken minutes, and somebody the port.
    need_port(host, port)
    processes = portal_processes(
        host, port, web_processes=web_processes, worker_processes=worker_processes, logs=logs
    )
    supervisor = Supervisor(processes, var / "parts.json")
    supervisor.handle_signals()
    supervisor.run(announce_when_ready(host, port))
    lock.close()
    return 0


def install_for_development() -> None:
    env.read_file()
    logs = env.var() / "log"
    need_writable(logs)
    install("requirements-dev.txt", logs / "setup.log")


def test(arguments: list[str]) -> int:
    install_for_development()
    return development.run_tests(arguments)


def check() -> int:
    install_for_development()
    return development.run_checks()


def bench(arguments: list[str]) -> int:
    chosen = development.choose_benchmarks(arguments)
    install_for_development()
    return development.run_benchmarks(chosen, as_json="--json" in arguments)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "": lambda _arguments: start(),
    "test": test,
    "check": lambda _arguments: check(),
    "bench": bench,
}


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    name, *rest = arguments or [""]
    if name not in COMMANDS or (rest and name in ("", "check")):
        print(__doc__, file=sys.stderr)
        return 2
    # Until the supervisor handles signals: whatever ends the set-up also ends the program it waits for.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        return COMMANDS[name](rest)
    except KeyboardInterrupt:
        console.print_line("Stopped.")
        return 130
    except Exception as error:
        sentence = explain_error(error)
        if not sentence:
            raise
        print(sentence, file=sys.stderr)
        return 1


def explain_error(error: Exception) -> str:
    """The sentence for a person; an empty text for a fault of this program, which shows its traceback."""
    if isinstance(error, UserError | env.Misconfigured):
        return str(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return explain_full_disk("Errno 28")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
