"""run.py: whatever is missing on the machine or wrong in a setting is one sentence."""

import ast
import errno
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import run
from portal.runner import machine
from portal.runner.console import UserError
from portal.runner.paths import ROOT
from tests.support.running_portal import free_port, run_portal

pytestmark = pytest.mark.once


def test_an_old_python_can_read_it_and_is_told() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
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
    with pytest.raises(UserError, match=f"install {name}, e.g. sudo apt-get install {name}"):
        run.make_environment(tmp_path / "log")


def test_a_full_disk_is_said_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=120_000_000))
    with pytest.raises(UserError, match=r"The disk is full: .* has 120 MB free of 500 needed"):
        machine.need_space(tmp_path, machine.SPACE_TO_INSTALL)


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
    assert run.explain_pip_failure(output, Path("log")).startswith(sentence)


def test_a_full_disk_while_running_is_a_sentence_too() -> None:
    assert run.explain_error(OSError(errno.ENOSPC, "No space left on device")).startswith("The disk is full")
    assert run.explain_error(ValueError("a fault of ours")) == ""


def test_a_taken_port(portal_copy: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_portal(portal_copy, PORT=str(port))
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
def test_nonsense_is_one_sentence(portal_copy: Path, environ: dict[str, str], sentence: str) -> None:
    done = run_portal(portal_copy, **environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_others_can_enter_is_one_sentence(portal_copy: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = run_portal(portal_copy, PORTAL_VAR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"The folder {tmp_path} is open to other users of this machine: close it")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_setting_of_django_is_one_sentence(portal_copy: Path) -> None:
    done = run_portal(portal_copy, PORT=str(free_port()), DEBUG="0")
    assert done.returncode == 1
    assert done.stderr.startswith("Set SECRET_KEY to at least 32 random characters; DEBUG is off.")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_database_that_does_not_answer(portal_copy: Path) -> None:
    nobody = f"postgresql://portal@127.0.0.1:{free_port()}/portal"
    done = run_portal(portal_copy, PORT=str(free_port()), DEBUG="1", DATABASE_URL=nobody)
    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer: start it, or set DATABASE_URL")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_no_network(portal_copy: Path) -> None:
    (portal_copy / ".venv").unlink()
    nowhere = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
    }
    done = run_portal(
        portal_copy, PORT=str(free_port()), PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="", **nowhere
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The package index cannot be reached")
    assert len(done.stderr.splitlines()) == 1


def test_anything_else_is_answered_with_the_usage(portal_copy: Path) -> None:
    done = run_portal(portal_copy, "install")
    assert (done.returncode, done.stdout) == (2, "")
    assert "python3 run.py test" in done.stderr


def test_it_needs_no_installed_package_and_no_settings(portal_copy: Path) -> None:
    """`-S` hides every installed package, as on a machine that has nothing but Python."""
    code = "import sys, run; print(sorted({'django', 'celery', 'portal.settings'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=portal_copy, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


@pytest.mark.parametrize("part", ["portal/env.py", "portal/runner/broker.py", "portal"])
def test_a_copy_that_is_not_whole_is_one_sentence(portal_copy: Path, part: str) -> None:
    path = portal_copy / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = run_portal(portal_copy)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        r"A part of the portal is missing \(.*\): take a whole copy of the portal\.\n", done.stderr
    )
