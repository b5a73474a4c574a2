"""The environment: every value that is missing or makes no sense is one sentence that says what to set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import run
from portal import env

pytestmark = pytest.mark.once

REAL = {
    "SECRET_KEY": "x" * 40,
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_URL": "https://portal.example",
    "EMAIL_URL": "smtp://mail.example",
    "DEFAULT_FROM_EMAIL": "portal@example",
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*REAL, "DATABASE_URL", "REDIS_URL", "DEBUG"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path / "var"))


def manage(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "manage.py", *command]
    return subprocess.run(argv, cwd=run.ROOT, env={**os.environ, **environ}, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "environ, sentence",
    [
        ({"DEBUG": "maybe"}, "DEBUG must be 1 or 0, not 'maybe'."),
        ({"DEBUG": "0"}, "Set SECRET_KEY to at least 32 random characters; DEBUG is off."),
        ({**REAL, "SECRET_KEY": "short"}, "SECRET_KEY is too short: give it at least 32 random characters."),
        (
            {**REAL, "ALLOWED_HOSTS": ""},
            "Set ALLOWED_HOSTS: the host names people open, separated by commas.",
        ),
        (
            {**REAL, "PORTAL_URL": ""},
            "Set PORTAL_URL: the address people open; it is written into every letter.",
        ),
        (
            {**REAL, "PORTAL_URL": "portal"},
            "PORTAL_URL must look like https://portal.example.gov.vn, not 'portal'.",
        ),
        (
            {**REAL, "PORTAL_URL": "http://portal.example"},
            "PORTAL_URL is http:// but cookies go over https only",
        ),
        ({**REAL, "EMAIL_URL": ""}, "Set EMAIL_URL: where letters are sent"),
        ({**REAL, "EMAIL_URL": "mail.example"}, "EMAIL_URL must look like smtp://"),
        ({**REAL, "DEFAULT_FROM_EMAIL": ""}, "Set DEFAULT_FROM_EMAIL: the sender people see on letters."),
        ({**REAL, "DATABASE_URL": "mysql://h/name"}, "DATABASE_URL must look like postgresql://"),
        (
            {**REAL, "DATABASE_URL": "postgresql://h:port/name"},
            "DATABASE_URL cannot be read: Port could not be cast",
        ),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must look like redis://"),
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'."),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'."),
        ({"PORTAL_VAR": "/proc/nowhere"}, "Cannot make the folder /proc/nowhere"),
    ],
)
def test_nonsense_is_one_sentence(environ: dict[str, str], sentence: str) -> None:
    done = manage("check", **environ)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "program", [["gunicorn", "--check-config", "portal.wsgi"], ["celery", "-A", "portal", "beat"]]
)
def test_the_servers_say_it_too(program: list[str]) -> None:
    argv = [sys.executable, "-m", *program]
    environ = {**os.environ, "DEBUG": "0"}
    done = subprocess.run(argv, cwd=run.ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Set SECRET_KEY to at least 32 random characters; DEBUG is off." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "environ, on",
    [
        ({}, True),
        ({"SECRET_KEY": "x"}, False),
        ({"DATABASE_URL": "x"}, False),
        ({"ALLOWED_HOSTS": "x"}, False),
        ({"SECRET_KEY": "x", "DEBUG": "on"}, True),
        ({"DEBUG": "no"}, False),
    ],
)
def test_debug_is_on_only_where_nothing_real_is_set(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], on: bool
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert env.debug() is on


def test_the_secret_key_is_made_once_and_kept_private() -> None:
    first = env.secret_key()
    assert len(first) >= 50
    assert env.secret_key() == first
    assert (env.var() / "secret_key").stat().st_mode & 0o777 == 0o600


def test_postgresql_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://b%40n:p%3Aw@db.example:5433/portal?sslmode=require")
    found = env.database()
    assert [found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "portal",
        "b@n",
        "p:w",
        "db.example",
        "5433",
    ]
    assert found["OPTIONS"]["sslmode"] == "require"


def test_postgresql_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal@/portal?host=%2Frun%2Fpg")
    assert (env.database()["HOST"], env.database()["PORT"]) == ("/run/pg", "")


@pytest.mark.parametrize(
    "value, cache, broker",
    [
        ("redis://:pw@h:6380", "redis://:pw@h:6380/1", "redis://:pw@h:6380/0"),
        (
            "rediss://h/5?ssl_cert_reqs=required",
            "rediss://h/1?ssl_cert_reqs=required",
            "rediss://h/0?ssl_cert_reqs=required",
        ),
        ("unix:///run/r.sock", "unix:///run/r.sock?db=1", "redis+socket:///run/r.sock?virtual_host=0"),
    ],
)
def test_redis_url(monkeypatch: pytest.MonkeyPatch, value: str, cache: str, broker: str) -> None:
    monkeypatch.setenv("REDIS_URL", value)
    assert (env.redis_url(1), env.celery_url(env.redis_url(0))) == (cache, broker)


def test_a_long_folder_gets_a_short_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path / ("long-" * 30)))
    assert len(str(env.broker_socket())) <= env.LONGEST_SOCKET_PATH
    assert env.broker_socket() == env.broker_socket()


@pytest.mark.parametrize(
    "value, port, tls, ssl",
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp://me%40x:pw@mail.example:587/?tls=1", 587, True, False),
        ("smtps://mail.example", 465, False, True),
    ],
)
def test_email_url(monkeypatch: pytest.MonkeyPatch, value: str, port: int, tls: bool, ssl: bool) -> None:
    monkeypatch.setenv("EMAIL_URL", value)
    found = env.email()
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)


def test_the_env_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "env"
    file.write_text("# a comment\n\nexport EMAIL_URL='smtp://file'\nALLOWED_HOSTS = a,b\n")
    monkeypatch.setenv("PORTAL_ENV_FILE", str(file))
    monkeypatch.setenv("EMAIL_URL", "smtp://environment")
    monkeypatch.setenv("ALLOWED_HOSTS", "")
    monkeypatch.delenv("ALLOWED_HOSTS")
    env.read_file()
    assert (os.environ["EMAIL_URL"], env.many("ALLOWED_HOSTS")) == ("smtp://environment", ["a", "b"])


def test_a_line_of_the_env_file_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "env").write_text("DEBUG=1\nnonsense\n")
    monkeypatch.setenv("PORTAL_ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("DEBUG", "1")
    with pytest.raises(env.Misconfigured, match="Line 2 of env is not KEY=VALUE: 'nonsense'"):
        env.read_file()


def test_every_setting_is_in_the_example() -> None:
    said = (run.ROOT / ".env.example").read_text(encoding="utf-8")
    read = [*REAL, "DATABASE_URL", "REDIS_URL", "DEBUG", "HOST", "PORT", "PORTAL_VAR", "PORTAL_DEMO_PASSWORD"]
    assert [name for name in read if f"#{name}=" not in said] == []
