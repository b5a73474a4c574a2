"""The commands of those who work on the portal: tests, checks, benchmarks. Each returns an exit code."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from portal.runner import console
from portal.runner.console import UserError
from portal.runner.paths import PYTHON, ROOT, VENV


def run_tests(arguments: list[str]) -> int:
    """All tests on SQLite (`--day` counts there), then on PostgreSQL; with `--quick` on SQLite alone.

    PORTAL_TEST_DATABASE names one database to run them on; PORTAL_TEST_POSTGRESQL the folder of another
    server's programs than those of the wheel. pytest's own summary is the last thing printed.
    """
    chosen = os.environ.get("PORTAL_TEST_DATABASE")
    postgresql = os.environ.get("PORTAL_TEST_POSTGRESQL", "postgresql")
    # Dozens of processes load the same modules: compiled once, by the first of them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    databases = [chosen] if chosen else ["sqlite"] if "--quick" in arguments else ["sqlite", postgresql]
    own_processes = any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments)
    for database in databases:
        console.print_line(f"\n=== Tests on {database} ===")
        options = [] if own_processes else ["-n", str(processes(arguments)), "--dist", "worksteal"]
        options += arguments
        if database != "sqlite" and not chosen:
            options = without_day(options)
            options += [] if "-m" in arguments else ["-m", "not once or both"]
        done = subprocess.run(
            [str(PYTHON), "-m", "pytest", *options],
            cwd=ROOT,
            env={**environment, "PORTAL_TEST_DATABASE": database},
        )
        if done.returncode:
            return done.returncode
    return 0


def processes(arguments: list[str]) -> int:
    """As many as there are cores; one more for slow tests, which wait for processes of their own."""
    cores = min(os.cpu_count() or 1, 4)
    return max(2, cores if "--quick" in arguments else cores + 1)


def without_day(arguments: list[str]) -> list[str]:
    """What a day changes does not depend on the database: one of the two is asked."""
    kept = [argument for argument in arguments if not argument.startswith("--day=")]
    if "--day" in kept:
        at = kept.index("--day")
        del kept[at : at + 2]
    return kept


def run_checks() -> int:
    """Runs every check, as many at once as there are cores, then names those that failed."""
    failed, named = [], list(checks())
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        results = threads.map(_check, [argv for _name, argv in named])
        for (name, _argv), done in zip(named, results, strict=True):
            if done.returncode:
                failed.append(name)
            output = (done.stdout + done.stderr).strip()
            console.print_line(
                f"{'FAILED' if done.returncode else 'ok':<6} {name}"
                + (f"\n{output}" if done.returncode else "")
            )
            if name == "translations" and not done.returncode and "gettext" in output:
                console.print_line(output)
    console.print_line(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _check(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def checks() -> Iterator[tuple[str, list[str]]]:
    """The name and the command of each check."""
    programs = VENV / "bin"
    manage_py = [str(PYTHON), "manage.py"]
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))
    yield "ruff", [str(programs / "ruff"), "check", "."]
    yield "format", [str(programs / "ruff"), "format", "--check", "."]
    if templates:
        yield "templates", [str(programs / "djade"), "--check", "--target-version", "5.2", *templates]
    yield "types", [str(programs / "mypy"), "."]
    yield "floors", [str(programs / "lint-imports"), "--no-logo"]
    yield "migrations", [*manage_py, "makemigrations", "--check", "--dry-run"]
    yield "django", [*manage_py, "check", "--fail-level", "WARNING"]
    yield "translations", [*manage_py, "check_translations"]
    yield "map", [*manage_py, "draw_map", "--check"]
    yield "rules", [*manage_py, "write_rules", "--check"]


def choose_benchmarks(arguments: list[str]) -> list[str]:
    """The modules of bench/ with these names; all without any."""
    names = [argument for argument in arguments if argument != "--json"]
    known = [path.stem for path in sorted(ROOT.glob("bench/*.py")) if not path.name.startswith("_")]
    chosen = [name for name in known if not names or name in names]
    if not chosen:
        raise UserError(
            f"There is no such benchmark; there are: {', '.join(known)}."
            if known
            else "There is no benchmark in bench/ yet."
        )
    return chosen


def run_benchmarks(names: list[str], *, as_json: bool) -> int:
    """Runs each in a process of its own; the highest exit code."""
    options = ["--json"] if as_json else []
    return max(
        subprocess.run([str(PYTHON), "-m", f"bench.{name}", *options], cwd=ROOT).returncode for name in names
    )
