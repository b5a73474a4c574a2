"""run.py: what is missing is one sentence; what it starts, it stops; what it kept, it keeps."""

import ast
import errno
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import run
from tests.test_env import REAL

pytestmark = pytest.mark.once

NOT_COPIED = shutil.ignore_patterns(".*", "var", "tests", "__pycache__", "node_modules", "test-results")
TESTS_OWN = (
    "PORTAL_VAR",
    "PORTAL_ENV_FILE",
    "PORTAL_TEST_HOME",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "PORTAL_PARTS_FILE",
)


@pytest.fixture
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portal in a folder of its own, with the environment that is already there."""
    folder = tmp_path_factory.mktemp("portal") / "p"
    shutil.copytree(run.ROOT, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(run.VENV)
    return folder


def environment(**more: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in TESTS_OWN}, **more}


def once(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "run.py", *arguments]
    env = environment(**environ)
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- what is missing ------------------------------------------------------------------------


def test_an_old_python_can_read_it_and_is_told() -> None:
    source = (run.ROOT / "run.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    old = f"import sys; sys.version_info = (3, 9, 2, 'final', 0); exec(compile({source!r}, 'run.py', 'exec'))"
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True)
    assert done.returncode == 1
    assert (
        done.stderr == "The portal needs Python 3.11 or newer; this is 3.9: install one and start with it.\n"
    )


def test_without_venv_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else "there")
    name = f"python3.{sys.version_info[1]}-venv"
    with pytest.raises(run.Stop, match=f"install {name}, e.g. sudo apt-get install {name}"):
        run.make_venv(tmp_path / "log")


def test_a_full_disk_is_said_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=120_000_000))
    with pytest.raises(run.Stop, match=r"The disk is full: .* has 120 MB free of 500 needed"):
        run.need_room(tmp_path, run.ROOM_FOR_FRESH_INSTALL)


@pytest.mark.parametrize(
    "output, sentence",
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "A downloaded package is not the one"),
        (
            "Retrying after NewConnectionError\nERROR: No matching distribution",
            "The package index cannot be reached",
        ),
        ("something\nERROR: else", "Installing failed: ERROR: else The whole story is in"),
    ],
)
def test_why_installing_failed(output: str, sentence: str) -> None:
    assert run._why_pip_failed(output, Path("log")).startswith(sentence)


def test_a_full_disk_while_running_is_a_sentence_too() -> None:
    assert run._sentence(OSError(errno.ENOSPC, "No space left on device")).startswith("The disk is full")
    assert run._sentence(ValueError("a fault of ours")) == ""


def test_a_taken_port(copy: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = once(copy, PORT=str(port))
    sentence = (
        f"Port {port} is taken by another program: stop it, or choose another port,"
        f" e.g. PORT={port % 65535 + 1} python3 run.py.\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


@pytest.mark.parametrize(
    "environ, sentence",
    [
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'.\n"),
        ({"HOST": "no.such.host.invalid"}, "HOST 'no.such.host.invalid' is not an address of this machine"),
        ({"HOST": "192.0.2.1"}, "Cannot listen on 192.0.2.1:8000"),
        ({"PORTAL_VAR": "/dev/null/var"}, "Cannot make the folder /dev/null/var"),
        ({"PORTAL_VAR": "/proc/self/fd"}, "Cannot write to /proc/"),
        ({"WEB_CONCURRENCY": "two"}, "WEB_CONCURRENCY must be a whole number from 1 to 64, not 'two'."),
        ({"WORKER_CONCURRENCY": "1"}, "WORKER_CONCURRENCY must be a whole number from 2 to 64, not '1'."),
        ({"PORTAL_ENV_FILE": "run.py"}, "Line 2 of run.py is not KEY=VALUE"),
    ],
)
def test_nonsense_is_one_sentence(copy: Path, environ: dict[str, str], sentence: str) -> None:
    done = once(copy, **environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_others_can_enter_is_one_sentence(copy: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = once(copy, PORTAL_VAR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"The folder {tmp_path} is open to other users of this machine: close it")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_setting_of_django_is_one_sentence(copy: Path) -> None:
    done = once(copy, PORT=str(free_port()), DEBUG="0")
    assert done.returncode == 1
    assert done.stderr.startswith("Set SECRET_KEY to at least 32 random characters; DEBUG is off.")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_database_that_does_not_answer(copy: Path) -> None:
    nobody = f"postgresql://portal@127.0.0.1:{free_port()}/portal"
    done = once(copy, PORT=str(free_port()), DEBUG="1", DATABASE_URL=nobody)
    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer: start it, or set DATABASE_URL")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_no_network(copy: Path) -> None:
    (copy / ".venv").unlink()
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
    }
    done = once(copy, PORT=str(free_port()), PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="", **nowhere)
    assert done.returncode == 1
    assert done.stderr.startswith("The package index cannot be reached")
    assert len(done.stderr.splitlines()) == 1


def test_anything_else_is_answered_with_the_usage(copy: Path) -> None:
    done = once(copy, "install")
    assert (done.returncode, done.stdout) == (2, "")
    assert "python3 run.py test" in done.stderr


def test_every_link_between_the_documents_leads_somewhere() -> None:
    pages = [*run.ROOT.glob("*.md"), *run.ROOT.glob("docs/**/*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)[)#]", page.read_text("utf-8"))
    ]
    assert len(links) > 20
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_the_locks_hold_every_direct_name_and_no_host() -> None:
    for name in ("requirements", "requirements-dev"):
        locked = (run.ROOT / f"{name}.txt").read_text()
        assert "://" not in locked
        for line in (run.ROOT / f"{name}.in").read_text().splitlines():
            if line and line[0].isalpha():
                requirement, _hash, reason = line.partition("#")
                package = requirement.split("[")[0].split(">")[0].strip()
                assert f"\n{package}==" in f"\n{locked}".replace("_", "-")
                assert reason.strip(), f"{package} has no reason beside it"


# --- parts that die -------------------------------------------------------------------------


class Console:
    """What is said, in the place of the terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = []
        monkeypatch.setattr(run, "say", self.lines.append)

    def own(self) -> list[str]:
        """Without what the parts themselves say."""
        return [line for line in self.lines if " | " not in line]


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Console:
    return Console(monkeypatch)


def child(name: str, tmp_path: Path, *code: str, **more: Any) -> run.Child:
    return run.Child(name, [sys.executable, "-c", *code], tmp_path, 1, **more)


def die(part: run.Child, now: float) -> float:
    """Look until the part has died once more; the moment of its next try."""
    deaths = part.deaths
    until = time.monotonic() + 30
    while part.deaths == deaths:
        assert time.monotonic() < until
        part.look(now)
        time.sleep(0.01)
    return part.start_at


def test_a_part_that_cannot_start_is_tried_again_after_pauses_that_grow(
    tmp_path: Path, console: Console
) -> None:
    part = child("beat", tmp_path, "raise SystemExit('torn')")
    now, pauses = 1000.0, []
    for _death in range(10):
        following = die(part, now)
        pauses.append(following - now)
        now = following
    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    first, second, *_more = console.own()
    assert first == "beat ended with code 1; starting it again."
    assert second.startswith("beat ended with code 1: 2 deaths in a row since ")
    assert second.endswith(f"the next try is in 1 seconds. Its last words are in {part.log}.")
    assert "torn" in part.log.read_text()


@pytest.mark.parametrize("argv", [["/nowhere/program"], ["/dev/null"], ["/"]])
def test_a_program_that_is_not_there_stops_nothing(tmp_path: Path, console: Console, argv: list[str]) -> None:
    part = run.Child("worker", argv, tmp_path, 1)
    part.look(0.0)
    part.look(1.0)
    assert (part.deaths, part.failing) == (2, True)
    assert console.own()[0].startswith("worker could not be started (")


def test_a_part_that_lives_again_is_forgiven(tmp_path: Path, console: Console) -> None:
    (tmp_path / "flag").touch()
    part = child(
        "beat",
        tmp_path,
        f"import os, time; os.path.exists({str(tmp_path / 'flag')!r}) and exit(1); time.sleep(60)",
    )
    now = die(part, 1000.0)
    now = die(part, now)
    assert part.failing
    (tmp_path / "flag").unlink()
    part.look(now)
    part.look(now + run.WELL_AFTER - 1)
    assert part.failing, "not yet: it may die again"
    part.look(now + run.WELL_AFTER)
    assert (part.failing, part.failing_since) == (False, None)
    assert console.own()[-1] == "beat runs again."
    part.stop(threading.Event())


@pytest.mark.parametrize("dead", ["beat", "worker", "web", "broker"])
def test_the_others_go_on_and_the_status_names_the_dead(tmp_path: Path, console: Console, dead: str) -> None:
    lives = "import time; time.sleep(60)"
    parts = [
        child(name, tmp_path, "exit(7)" if name == dead else lives)
        for name in ("broker", "web", "worker", "beat")
    ]
    supervisor = run.Supervisor(parts, tmp_path / "parts.json")
    thread = threading.Thread(target=supervisor.run, args=(iter(()),))
    thread.start()
    try:
        wait_for(lambda: parts_of(tmp_path) == [dead], "the status does not name it")
        time.sleep(1)
        assert thread.is_alive()
        others = [part for part in parts if part.name != dead]
        assert all(part.process and part.process.poll() is None for part in others)
        assert [part.deaths for part in others] == [0, 0, 0]
    finally:
        supervisor.enough.set()
        thread.join(20)
    assert not thread.is_alive()


def parts_of(folder: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return list(json.loads((folder / "parts.json").read_text()))
    return []


def wait_for(what: Callable[[], Any], complaint: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, complaint
        time.sleep(0.05)


def test_a_status_of_yesterday_is_overwritten(tmp_path: Path, console: Console) -> None:
    (tmp_path / "parts.json").write_text('{"beat": "2026-01-01T00:00:00+07:00"}')
    run.Supervisor([], tmp_path / "parts.json").write_status()
    assert parts_of(tmp_path) == []


def test_a_status_that_cannot_be_written_stops_nothing(tmp_path: Path, console: Console) -> None:
    (tmp_path / "parts.json").mkdir()
    supervisor = run.Supervisor([], tmp_path / "parts.json")
    supervisor.write_status()
    supervisor.write_status()
    assert len(console.own()) == 1
    assert console.own()[0].startswith(f"Cannot write {tmp_path / 'parts.json'}")


def test_a_broker_that_dies_twice_begins_empty_and_throws_nothing_away(
    tmp_path: Path, console: Console
) -> None:
    kept = tmp_path / "broker"
    (kept / "appendonlydir").mkdir(parents=True)
    (kept / "appendonlydir" / "manifest").write_text("torn")
    part = child("broker", tmp_path, "exit(1)", mend=lambda: run.set_broker_files_aside(kept))
    now = die(part, 1000.0)
    assert (kept / "appendonlydir").exists(), "one death may have any reason"
    for _death in range(3):
        now = die(part, now)
        (kept / "appendonlydir").mkdir(exist_ok=True)
    aside = [path for path in kept.iterdir() if ".set-aside-" in path.name]
    assert [(path / "manifest").read_text() for path in aside] == ["torn"], "once, not at each death"
    assert any(f"that lies in {aside[0]} now" in line for line in console.own())


# --- what is kept ---------------------------------------------------------------------------


def test_what_is_open_to_others_is_closed(tmp_path: Path) -> None:
    var, outside = tmp_path / "var", tmp_path / "outside"
    outside.touch()
    outside.chmod(0o644)
    for name, mode in (
        ("", 0o700),
        ("log", 0o755),
        ("log/web.log", 0o644),
        ("files", 0o700),
        ("files/x.pdf", 0o666),
    ):
        path = var / name
        if "." in name:
            path.write_text("x")
        else:
            path.mkdir()
        path.chmod(mode)
    (var / "link").symlink_to(outside)
    run.need_closed(var)
    modes = {path.name: path.stat().st_mode & 0o777 for path in var.rglob("*") if path.name != "link"}
    assert modes == {"log": 0o700, "web.log": 0o600, "files": 0o700, "x.pdf": 0o600}
    assert outside.stat().st_mode & 0o777 == 0o644, "what a link leads to is not ours"


def test_what_belongs_to_somebody_else_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").touch()
    (tmp_path / "x").chmod(0o644)

    def refuse(self: Path, mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(
        run.Stop, match="/x is open to other users of this machine and belongs to somebody else"
    ):
        run.need_closed(tmp_path)


@pytest.mark.parametrize("torn", [b"", b"\xff\xfe", b"\x00" * 64, b"abc"])
def test_a_torn_stamp_stands_for_nothing(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "stamp").write_bytes(torn)
    assert not run._holds(tmp_path / "stamp", "a" * 64)
    assert not run._holds(tmp_path / "missing", "a" * 64)
    assert not run._holds(tmp_path, "a" * 64)
    (tmp_path / "stamp").write_text("a" * 64)
    assert run._holds(tmp_path / "stamp", "a" * 64)


@pytest.mark.parametrize("harm", ["cut", "empty", "gone", "more"])
def test_a_torn_file_among_the_collected_is_seen(tmp_path: Path, harm: str) -> None:
    """The stamp may be whole and what it stands for not: after a power cut the files are shorter."""
    page = tmp_path / "staticfiles.json"
    page.write_text('{"paths": {}}')
    before = run._static_mark(tmp_path)
    assert run._static_mark(tmp_path) == before
    if harm == "gone":
        page.unlink()
    elif harm == "more":
        (tmp_path / "other").touch()
    else:
        page.write_text({"cut": '{"pat', "empty": ""}[harm])
    assert run._static_mark(tmp_path) != before


# --- a life ---------------------------------------------------------------------------------


@pytest.fixture
def portal(copy: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        argv = [sys.executable, "run.py"]
        env = environment(PORT=str(port), PYTHONDONTWRITEBYTECODE="1")
        # A file, not a pipe: nobody reads while the test waits.
        with open(copy / "console", "ab") as console:
            runner = subprocess.Popen(argv, cwd=copy, env=env, stdout=console, stderr=console, text=True)
        started.append(runner)
        return runner

    port = free_port()
    start.folder, start.port = copy, port  # type: ignore[attr-defined]
    yield start
    for runner in started:
        if runner.poll() is None:
            runner.terminate()
            runner.wait(60)


def get(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait(
    what: Callable[[], Any], folder: Path, runner: subprocess.Popen[str] | None = None, seconds: float = 120
) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert runner is None or runner.poll() is None, (folder / "console").read_text()[-4000:]
        assert time.monotonic() < until, (folder / "console").read_text()[-4000:]
        time.sleep(0.1)


def living(folder: Path) -> dict[int, str]:
    """Every process that works in this folder, and its command."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder):
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
    return found


def oldest(folder: Path, words: str) -> int:
    """The first process with these words in its command: the parent of its like; 0 when there is none."""
    return min((pid for pid, command in living(folder).items() if words in command), default=0)


@pytest.mark.slow
def test_starts_serves_heals_stops_and_keeps(portal: Any) -> None:
    folder, port = portal.folder, portal.port
    runner = portal()
    wait(lambda: get(port, "/readyz") == 200, folder, runner)
    wait(
        lambda: (
            "celery@" in (folder / "console").read_text() and "ready." in (folder / "console").read_text()
        ),
        folder,
    )
    assert get(port, "/healthz") == 200
    assert "The portal is ready" in (folder / "console").read_text()

    second = once(folder, PORT=str(free_port()))
    assert (
        second.stderr == "The portal is already running from this folder: stop it first, or use that one.\n"
    )
    assert second.returncode == 1

    for words in ("gunicorn", "valkey-server", "celery --quiet -A portal worker"):
        before = oldest(folder, words)
        assert before, words  # a kill of 0 would be our own end
        os.kill(before, signal.SIGKILL)
        wait(lambda words=words, before=before: oldest(folder, words) not in (0, before), folder)  # type: ignore[misc]
    wait(lambda: get(port, "/readyz") == 200, folder, runner)

    with closing(sqlite3.connect(folder / "var" / "portal.sqlite3")) as database:
        database.execute("INSERT INTO django_session VALUES ('kept', '', '2030-01-01')")
        database.commit()
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(60) == 0
    assert living(folder) == {}
    assert not (folder / "var" / "broker" / "broker.sock").exists()

    runner = portal()
    wait(lambda: get(port, "/readyz") == 200, folder, runner)
    runner.send_signal(signal.SIGINT)
    assert runner.wait(60) == 0
    assert living(folder) == {}
    with closing(sqlite3.connect(folder / "var" / "portal.sqlite3")) as database:
        assert database.execute(
            "SELECT count(*) FROM django_session WHERE session_key = 'kept'"
        ).fetchone() == (1,)


@pytest.mark.slow
def test_a_runner_that_is_killed_takes_everything_along(portal: Any) -> None:
    runner = portal()
    wait(lambda: get(portal.port, "/readyz") == 200, portal.folder, runner)
    runner.kill()
    runner.wait()
    wait(lambda: living(portal.folder) == {}, portal.folder, seconds=60)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def spoil(path: Path) -> None:
    """Other bytes in its middle, as a bad sector leaves them."""
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\xff" * 200 + content[middle:])


def the(folder: Path, pattern: str) -> Path:
    return next(folder.glob(pattern))


def tear_schedule(var: Path) -> None:
    """What beat kept before it kept nothing."""
    (var / "beat").mkdir()
    (var / "beat" / "schedule.dat").write_bytes(b"\x80\x00torn")
    (var / "beat" / "schedule.db").write_bytes(b"\x00" * 10)


def tear_rest(var: Path) -> None:
    (var / "run.lock").write_bytes(b"\x00" * 9)
    (var / "parts.json").write_bytes(b"{")
    for path in (var / "log").glob("*.log"):
        path.unlink()
        path.mkdir()


TORN: dict[str, Callable[[Path], object]] = {
    "beat's old schedule": tear_schedule,
    "the stamp of the static files": lambda var: (var / "static.stamp").write_bytes(b"\xff\xfe"),
    "the list of the static files": lambda var: cut(var / "static" / "staticfiles.json"),
    "the secret key": lambda var: (var / "secret_key").write_bytes(b""),
    "the broker's file, cut short": lambda var: cut(the(var, "broker/appendonlydir/*.incr.aof")),
    "the broker's file, in its middle": lambda var: spoil(the(var, "broker/appendonlydir/*.incr.aof")),
    "the broker's manifest": lambda var: the(var, "broker/appendonlydir/*.manifest").write_bytes(
        b"\x00" * 99
    ),
    "the lock, the list of parts, the logs": tear_rest,
}


@pytest.mark.slow
def test_whatever_is_torn_all_parts_come_up(portal: Any) -> None:
    """Beat and the runner are killed outright, a file is torn, and the next start heals itself."""
    folder, port, var = portal.folder, portal.port, portal.folder / "var"
    # Nine starts, and none of them needs the demo's tasks.
    (folder / "portal" / "management" / "commands" / "load_demo.py").unlink()
    runner = portal()
    wait(lambda: all_up(folder, port), folder, runner, seconds=300)
    for what, tear in TORN.items():
        os.kill(oldest(folder, "-A portal beat"), signal.SIGKILL)
        runner.kill()
        runner.wait()
        wait(lambda: living(folder) == {}, folder, seconds=60)
        tear(var)
        (folder / "console").write_text(f"--- {what}\n")
        runner = portal()
        wait(lambda: all_up(folder, port), folder, runner)
    assert [path for path in var.rglob("*") if path.lstat().st_mode & 0o077] == []
    assert [path.name for path in var.glob("secret_key.set-aside-*")]
    assert len(list(var.glob("broker/appendonlydir.set-aside-*"))) == 2, "cut short alone is mended"
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(60) == 0

    # The data of a demonstration as a real installation, by accident: one sentence, and nothing is started.
    account = "Person.objects.create(username='central.head', is_demo=True)"
    code = f"from committees.models import Person; {account}"
    argv = [str(run.PYTHON), "manage.py", "shell", "-v", "0", "-c", code]
    subprocess.run(argv, cwd=folder, env=environment(), check=True)
    done = once(folder, PORT=str(port), DEBUG="0", **REAL)
    assert done.returncode == 1
    assert re.match(r"This database holds 1 accounts of the demonstration, and DEBUG is off", done.stderr)
    assert len(done.stderr.splitlines()) == 1


def all_up(folder: Path, port: int) -> bool:
    """The pages answer, and beat has had its first job done by a worker through the broker."""
    parts = ("valkey-server", "gunicorn", "-A portal worker", "-A portal beat")
    return get(port, "/readyz") == 200 and all(oldest(folder, part) for part in parts) and page(port)


def page(port: int) -> bool:
    """A page with its static files: the sign-in."""
    return get(port, "/accounts/login/") == 200


@pytest.mark.slow
def test_pages_are_served_while_beat_and_the_worker_cannot_start(portal: Any) -> None:
    folder, port = portal.folder, portal.port
    jobs = folder / "portal" / "jobs.py"
    whole = jobs.read_text()
    jobs.write_text("raise RuntimeError('a package is broken')")
    (folder / "portal" / "management" / "commands" / "load_demo.py").unlink()
    runner = portal()
    wait(lambda: set(failing(port)) == {"beat", "worker"}, folder, runner)
    assert get(port, "/readyz") == 200
    assert page(port)
    said = (folder / "console").read_text()
    assert "beat ended with code 1: 2 deaths in a row since" in said
    assert "The other parts go on" in said
    jobs.write_text(whole)
    wait(lambda: oldest(folder, "-A portal beat") and oldest(folder, "-A portal worker"), folder, runner)


def failing(port: int) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return dict(json.load(answer)["failing_parts"])
    except OSError:
        return {}
