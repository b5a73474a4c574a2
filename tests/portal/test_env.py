"""The environment: every value that is missing or makes no sense is one sentence that says what to set."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.mail.message import sanitize_address

from portal import env
from portal.runner.paths import ROOT
from tests.support.running_portal import REAL
from tests.support.servers import OURS

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path / "var"))


def manage(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "manage.py", *command]
    return subprocess.run(argv, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True)


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
            "PORTAL_URL must look like https://portal.example.gov.vn, without a path",
        ),
        (
            {**REAL, "PORTAL_URL": "http://portal.example"},
            "PORTAL_URL is http:// but cookies go over https only",
        ),
        ({**REAL, "EMAIL_URL": ""}, "Set EMAIL_URL: where letters are sent"),
        ({**REAL, "EMAIL_URL": "mail.example"}, "EMAIL_URL must look like smtp://"),
        ({**REAL, "DEFAULT_FROM_EMAIL": ""}, "Set DEFAULT_FROM_EMAIL: the sender people see on letters."),
        ({**REAL, "DATABASE_URL": "mysql://h/name"}, "DATABASE_URL must look like postgresql://"),
        ({**REAL, "DATABASE_URL": "postgresql://h:port/name"}, "DATABASE_URL cannot be read: its port"),
        (
            {**REAL, "DEFAULT_FROM_EMAIL": "Cổng, Ban Chỉ đạo <portal@example.gov.vn>"},
            "DEFAULT_FROM_EMAIL must be one address, such as Portal <portal@example.gov.vn>;",
        ),
        (
            {**REAL, "CSRF_TRUSTED_ORIGINS": "https://portal.example/"},
            "CSRF_TRUSTED_ORIGINS: write https://portal.example instead of 'https://portal.example/'",
        ),
        (
            {**REAL, "ALLOWED_HOSTS": "https://portal.example"},
            "ALLOWED_HOSTS: write portal.example instead of 'https://portal.example'",
        ),
        (
            {**REAL, "ALLOWED_HOSTS": "other.example"},
            "PORTAL_URL leads to portal.example, which ALLOWED_HOSTS does not name",
        ),
        (
            {**REAL, "SECURE_SSL_REDIRECT": "1"},
            "SECURE_SSL_REDIRECT=1 sends every request round for ever",
        ),
        ({**REAL, "BEHIND_PROXY": "1"}, "BEHIND_PROXY is no longer read: set TRUSTED_PROXIES"),
        ({"PORTAL_ENV_FILE": "/nowhere/env"}, "Cannot read /nowhere/env (No such file or directory)"),
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


PROCESSES = {
    "web": ["gunicorn", "portal.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"],
    "worker": ["celery", "-A", "portal", "worker"],
    "beat": ["celery", "-A", "portal", "beat", "--pidfile="],
}


def ends(process: str, **environ: str) -> tuple[int, str]:
    """How a process ends by itself that cannot begin, and all that it says."""
    argv = [sys.executable, "-m", *PROCESSES[process]]
    env = {**os.environ, **environ}
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "environ, sentence",
    [
        ({"DEBUG": "0"}, "Set SECRET_KEY to at least 32 random characters; DEBUG is off."),
        ({**REAL, "ALLOWED_HOSTS": "portal.example:443"}, "ALLOWED_HOSTS: write portal.example instead"),
        ({**REAL, "DEFAULT_FROM_EMAIL": "a@b.vn, c@d.vn"}, "DEFAULT_FROM_EMAIL must be one address"),
        ({**REAL, "CSRF_TRUSTED_ORIGINS": "portal.example"}, "CSRF_TRUSTED_ORIGINS: write https://portal"),
    ],
)
@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_says_it_and_ends(process: str, environ: dict[str, str], sentence: str) -> None:
    code, said = ends(process, **environ)
    assert code != 0
    assert sentence in said
    assert "Traceback" not in said


def refusal(name: str, value: str, monkeypatch: pytest.MonkeyPatch, **more: str) -> str:
    """The sentence that a value of a setting gets; nothing when it is taken."""
    for key, setting in {**REAL, **more, name: value}.items():
        monkeypatch.setenv(key, setting)
    readers: dict[str, Callable[[], object]] = {
        "ALLOWED_HOSTS": env.allowed_hosts,
        "PORTAL_URL": env.portal_url,
        "CSRF_TRUSTED_ORIGINS": lambda: env.trusted_origins("https://portal.example"),
        "DEFAULT_FROM_EMAIL": env.sender,
        "EMAIL_URL": env.email,
        "REDIS_URL": lambda: env.redis_url(0),
        "DATABASE_URL": env.database,
        "TRUSTED_PROXIES": env.trusted_proxies,
        "PING_URL": env.ping_url,
        "SECRET_KEY": env.secret_key,
        "PORT": lambda: env.number("PORT", 8000, 1, 65535),
    }
    try:
        readers[name]()
    except env.Misconfigured as sentence:
        return str(sentence)
    return ""


@pytest.mark.parametrize(
    "name, value, words",
    [
        # Each passed the start, and failed at the first request, sign-in or letter.
        ("ALLOWED_HOSTS", "https://a.vn", "write a.vn instead of 'https://a.vn'"),
        ("ALLOWED_HOSTS", "a.vn:8000", "write a.vn instead"),
        ("ALLOWED_HOSTS", "a.vn/", "write a.vn instead"),
        ("ALLOWED_HOSTS", "a.vn, https://b.vn/portal", "write b.vn instead of 'https://b.vn/portal'"),
        ("ALLOWED_HOSTS", "a.vn b.vn", "separated by commas"),
        ("ALLOWED_HOSTS", "*.a.vn", "write .a.vn instead of '*.a.vn'"),
        ("ALLOWED_HOSTS", "::1", "write [::1] instead"),
        ("ALLOWED_HOSTS", "10.0.0.300", "host names alone"),
        ("ALLOWED_HOSTS", "cổng.vn", "host names alone"),
        ("ALLOWED_HOSTS", "a.vn\u200b", "another sign that cannot be seen"),
        ("ALLOWED_HOSTS", ",", "Set ALLOWED_HOSTS: the host names people open"),
        ("PORTAL_URL", "https://a.vn/portal", "without a path"),
        ("PORTAL_URL", "https://a.vn?x=1", "without a path"),
        ("PORTAL_URL", "https://a b.vn", "cannot be read"),
        ("PORTAL_URL", "https://me:pw@a.vn", "must look like"),
        ("PORTAL_URL", "ftp://a.vn", "must look like"),
        ("CSRF_TRUSTED_ORIGINS", "https://a.vn/", "write https://a.vn instead"),
        ("CSRF_TRUSTED_ORIGINS", "https://a.vn/portal", "write https://a.vn instead"),
        ("CSRF_TRUSTED_ORIGINS", "https://a.vn:443", "write https://a.vn instead"),
        ("CSRF_TRUSTED_ORIGINS", "http://a.vn:80", "write http://a.vn instead"),
        ("CSRF_TRUSTED_ORIGINS", "a.vn", "write https://a.vn instead"),
        ("CSRF_TRUSTED_ORIGINS", "https://a.vn, b.vn", "write https://b.vn instead"),
        ("CSRF_TRUSTED_ORIGINS", "https://*.a.vn/", "write https://*.a.vn instead"),
        ("CSRF_TRUSTED_ORIGINS", "https://a.vn https://b.vn", "cannot be read"),
        ("DEFAULT_FROM_EMAIL", "Cổng, Ban <a@b.vn>", "stands in double quotes"),
        ("DEFAULT_FROM_EMAIL", "a@b.vn, c@d.vn", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "a@b.vn; c@d.vn", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "portal", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "portal@", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "@b.vn", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "Portal <a@b.vn", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "Portal a@b.vn", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "<a@b.vn> Portal", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "Portal (Ban) <a@b.vn>", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "cổng@b.vn", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "a..b@b.vn", "must be one address"),
        ("DEFAULT_FROM_EMAIL", "Portal\n<a@b.vn>", "holds a line break"),
        ("EMAIL_URL", "smtp://h:587/?tls=true1", "tls must be 1 or 0, not 'true1'"),
        ("EMAIL_URL", "smtp://h:587/?starttls=1", "'starttls' after the question mark means nothing"),
        ("EMAIL_URL", "smtps://h/?tls=1", "'tls' after the question mark means nothing"),
        ("EMAIL_URL", "smtp://h/mail", "must look like"),
        ("EMAIL_URL", "smtp://me@h", "both user and password"),
        ("EMAIL_URL", "smtp://me:pa#ss@h", "cannot be read"),
        ("EMAIL_URL", "smtp://me:pa/ss@h", "cannot be read"),
        ("EMAIL_URL", "smtp://h:0", "cannot be read"),
        ("EMAIL_URL", "folder:/mail", "must look like"),
        ("REDIS_URL", "redis://h/5", "leave out what follows the host"),
        ("REDIS_URL", "redis://h?db=5", "'db' after the question mark means nothing"),
        ("REDIS_URL", "rediss://h?ssl_cert_reqs=maybe", "ssl_cert_reqs must be one of"),
        ("REDIS_URL", "unix://:pw@/run/r.sock", "must look like"),
        ("REDIS_URL", "unix:///run/r.sock?db=3", "must look like"),
        ("DATABASE_URL", "postgresql://h/a/b", "must look like"),
        ("DATABASE_URL", "postgresql://h", "must look like"),
        ("DATABASE_URL", "postgresql://h/a?sslmod=require", "'sslmod' after the question mark means nothing"),
        ("DATABASE_URL", "postgresql://h/a?sslmode=on", "sslmode must be one of disable, allow"),
        ("DATABASE_URL", "postgresql://u:p#w@h/a", "cannot be read"),
        ("DATABASE_URL", "sqlite://portal.sqlite3", "must look like"),
        ("DATABASE_URL", "sqlite:", "must look like"),
        ("DATABASE_URL", "sqlite:///", "must look like"),
        ("DATABASE_URL", "sqlite:portal.sqlite3", "must look like"),
        ("DATABASE_URL", "postgresql://h/a?connect_timeout=soon", "connect_timeout must be a whole number"),
        ("DATABASE_URL", "postgresql:///a?host=h&port=none", "port must be a whole number"),
        ("TRUSTED_PROXIES", "proxy.example", "must be addresses or networks"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "has host bits set"),
        ("TRUSTED_PROXIES", "10.0.0.1 10.0.0.2", "must be addresses or networks"),
        ("TRUSTED_PROXIES", "0.0.0.0/0", "is everybody"),
        ("TRUSTED_PROXIES", "*", "must be addresses or networks"),
        ("PING_URL", "watch.example", "must look like"),
        ("SECRET_KEY", "x" * 40 + "\u00a0" + "y", "another sign that cannot be seen"),
        ("SECRET_KEY", "   ", "give it at least 32 random characters"),
        ("PORT", "8" * 5_000, "must be a whole number from 1 to 65535"),
        ("PORT", "８０００", "must be a whole number from 1 to 65535"),
    ],
)
def test_what_makes_no_sense_is_said_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    sentence = refusal(name, value, monkeypatch)
    assert sentence.count(name) >= 1
    assert words in sentence


@pytest.mark.parametrize(
    "name, value",
    [
        ("ALLOWED_HOSTS", "a.vn, .b.vn, 10.0.0.1, [::1], localhost, my_host"),
        ("ALLOWED_HOSTS", "*"),
        ("PORTAL_URL", "https://a.vn/"),
        ("PORTAL_URL", "http://10.0.0.1:8000"),
        ("CSRF_TRUSTED_ORIGINS", "https://a.vn, http://b.vn:8000, https://*.c.vn"),
        ("CSRF_TRUSTED_ORIGINS", "HTTPS://A.vn"),
        ("DEFAULT_FROM_EMAIL", "portal@example.gov.vn"),
        ("DEFAULT_FROM_EMAIL", "Cổng Ban Chỉ đạo TP. Huế <portal@example.gov.vn>"),
        ("DEFAULT_FROM_EMAIL", '"Cổng, Ban" <portal@example.gov.vn>'),
        ("DEFAULT_FROM_EMAIL", "<a.b+c@localhost>"),
        ("EMAIL_URL", "smtp://me:p%23w@h:587/?tls=yes"),
        ("REDIS_URL", "redis://:pw@h:6379/"),
        ("REDIS_URL", "rediss://h?ssl_cert_reqs=none"),
        ("DATABASE_URL", "postgresql://u:p@h/a?sslmode=verify-full&sslrootcert=/etc/ca.pem"),
        ("DATABASE_URL", "sqlite:////folder/name.sqlite3"),
        ("TRUSTED_PROXIES", "127.0.0.1, 10.1.2.0/24, ::1, 2001:db8::/32"),
    ],
)
def test_what_makes_sense_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert refusal(name, value, monkeypatch) == ""


@pytest.mark.parametrize(
    "name, value",
    [
        ("EMAIL_URL", "smtp://me:geheim/x@h"),
        ("DATABASE_URL", "postgresql://u:geheim#1@h/a"),
        ("REDIS_URL", "redis://:geheim?@h"),
        ("SECRET_KEY", "geheim"),
        ("SECRET_KEY", "geheim\u200b" * 9),
    ],
)
def test_no_sentence_shows_a_password(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    sentence = refusal(name, value, monkeypatch)
    assert sentence.startswith(name)
    assert "geheim" not in sentence


def test_a_sender_that_is_taken_can_write_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", '"Cổng, Ban" <portal@example.gov.vn>')
    assert sanitize_address(env.sender(), "utf-8").endswith("<portal@example.gov.vn>")


@pytest.mark.parametrize(
    "portal, hosts",
    [
        ("https://portal.example", ["portal.example"]),
        ("https://Portal.Example:8443", ["PORTAL.example"]),
        ("https://a.portal.example", [".portal.example"]),
        ("https://portal.example", [".portal.example"]),
        ("https://[::1]:8000", ["[::1]"]),
        ("https://portal.example", ["*"]),
        ("http://localhost:8000", []),
    ],
)
def test_the_portals_own_address_is_one_that_it_answers(portal: str, hosts: list[str]) -> None:
    env.need_named(portal, hosts)


@pytest.mark.parametrize("hosts", [["example"], [".b.portal.example"], ["portal.example.vn"]])
def test_the_portals_own_address_is_missing(hosts: list[str]) -> None:
    with pytest.raises(
        env.Misconfigured, match=r"leads to portal\.example, which ALLOWED_HOSTS does not name"
    ):
        env.need_named("https://portal.example", hosts)


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
