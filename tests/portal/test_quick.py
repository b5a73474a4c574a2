"""`--quick` leaves out what it says, and its list names tests that exist."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.runner import development
from portal.runner.paths import ROOT
from tests.support.quick import COSTLY, LEFT_OUT

pytestmark = pytest.mark.once

TESTS = """
import pytest

@pytest.mark.parametrize("number", [1, 2, 3])
def test_repeated(number): assert number == 1

class TestGroup:
    @pytest.mark.parametrize("number", [1, 2])
    def test_repeated(self, number): assert number == 1

@pytest.mark.slow
def test_slow(): assert False

@pytest.mark.browser
def test_in_a_browser(): assert False

def test_plain(): pass
"""


def run_pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-n", "1", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_what_is_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "test_things.py").write_text(TESTS)
    (tmp_path / "secrecy").mkdir()
    (tmp_path / "secrecy" / "test_secrecy.py").write_text("def test_costly(): assert False\n")
    done = run_pytest("--quick", str(tmp_path))
    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout
    assert LEFT_OUT in done.stdout


@pytest.mark.slow
def test_without_it_everything_runs(tmp_path: Path) -> None:
    (tmp_path / "test_things.py").write_text(TESTS)
    (tmp_path / "secrecy").mkdir()
    (tmp_path / "secrecy" / "test_secrecy.py").write_text("def test_costly(): assert False\n")
    done = run_pytest("-m", "not browser", str(tmp_path))
    assert (done.returncode, "5 failed, 3 passed" in done.stdout) == (1, True), done.stdout
    assert LEFT_OUT not in done.stdout


@pytest.mark.parametrize("costly", sorted(COSTLY))
def test_what_is_listed_exists(costly: str) -> None:
    file, _separator, function = costly.partition("::")
    [path] = (ROOT / "tests").rglob(file)
    assert f"def {function}(" in path.read_text() if function else path.exists()


@pytest.mark.parametrize(
    "arguments, chosen, databases",
    [
        (["--quick"], "", ["sqlite"]),
        (["--quick", "tests/test_x.py"], "", ["sqlite"]),
        ([], "", ["sqlite", "postgresql"]),
        (["--quick"], "/usr/lib/postgresql/15/bin", ["/usr/lib/postgresql/15/bin"]),
    ],
)
def test_on_which_databases(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], chosen: str, databases: list[str]
) -> None:
    asked: list[str] = []

    def run(argv: list[str], env: dict[str, str], **_options: object) -> SimpleNamespace:
        assert argv[-len(arguments) :] == arguments or not arguments
        assert "PYTHONDONTWRITEBYTECODE" not in env, "each process would compile every module"
        asked.append(env["PORTAL_TEST_DATABASE"])
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("PORTAL_TEST_DATABASE", chosen)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PORTAL_TEST_POSTGRESQL", raising=False)
    assert development.run_tests(arguments) == 0
    assert asked == databases


@pytest.mark.parametrize("day", [["--day", "tet"], ["--day=tet"]])
def test_a_day_counts_on_sqlite_alone(monkeypatch: pytest.MonkeyPatch, day: list[str]) -> None:
    asked: list[list[str]] = []

    def run(argv: list[str], **_options: object) -> SimpleNamespace:
        asked.append([argument for argument in argv if argument in {*day, "tests/test_x.py"}])
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.delenv("PORTAL_TEST_DATABASE", raising=False)
    development.run_tests([*day, "tests/test_x.py"])
    assert asked == [[*day, "tests/test_x.py"], ["tests/test_x.py"]]
