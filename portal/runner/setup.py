"""The database, the demonstration and the static files: at every start, changing only what is out of date."""

import hashlib
import shutil
from pathlib import Path

from portal import env
from portal.runner import console
from portal.runner.paths import PYTHON, ROOT
from portal.runner.steps import explain_full_disk, last_line, run_step, stamp_matches, write_stamp


def set_up(log: Path) -> None:
    manage(log, "prepare")
    collect_static_files(log, stamp=env.var() / "static.stamp", collected=env.var() / "static")


def collect_static_files(log: Path, *, stamp: Path, collected: Path) -> None:
    if stamp_matches(stamp, static_digest(collected)):
        return
    # From an empty folder: a file that was cut short is newer than its source and would be taken for
    # finished, and with a list of files that was cut short collectstatic does not even begin.
    shutil.rmtree(collected, ignore_errors=True)
    manage(log, "collectstatic", "--no-input")
    write_stamp(stamp, static_digest(collected))


def static_digest(collected: Path) -> str:
    """A digest of the locked packages, the source files (size, time), and the content of what is collected.

    The collected files count by their content because a power cut shortens them behind a whole stamp.
    """
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in _files(ROOT / "static"):
        status = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {status.st_size} {status.st_mtime_ns}\n".encode())
    for path in _files(collected):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(collected)} {content}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def manage(log: Path, *command: str) -> None:
    console.print_line(f"manage.py {command[0]} …")
    run_step([str(PYTHON), "manage.py", *command], log, explain_manage_failure)


def explain_manage_failure(output: str, log: Path) -> str:
    if sentence := explain_full_disk(output):
        return sentence
    database_errors = [line for line in output.splitlines() if "OperationalError: " in line]
    if database_errors:
        reason = database_errors[-1].partition("OperationalError: ")[2].strip()
        return f"The database does not answer: start it, or set DATABASE_URL to one that does ({reason})."
    if "Traceback" in output:
        return f"{last_line(output)} (The whole story is in {log}.)"
    return last_line(output).removeprefix("CommandError: ")
