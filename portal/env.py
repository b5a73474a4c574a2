"""What the environment says, or one sentence about what to set.

Only the standard library: run.py reads this file before anything is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
FLAGS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes


class Misconfigured(Exception):
    """A setting that stops the start; its text is the sentence a person reads."""


def read_file() -> None:
    """Take the KEY=VALUE lines of .env into the environment; what is already set there wins."""
    path = Path(os.environ.get("PORTAL_ENV_FILE") or ROOT / ".env")
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        key, sign, value = line.strip().removeprefix("export ").partition("=")
        if not key or key.startswith("#"):
            continue
        if not sign or not key.strip().isidentifier():
            raise Misconfigured(f"Line {number} of {path.name} is not KEY=VALUE: {line.strip()!r}.")
        os.environ.setdefault(key.strip(), value.strip().strip("\"'"))


def text(name: str, default: str | None = None, why: str = "", choices: Sequence[str] = ()) -> str:
    """The value of a variable; without a default it must be set."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise Misconfigured(f"Set {name}: {why}.")
    if choices and value not in choices:
        raise Misconfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in FLAGS:
        raise Misconfigured(f"{name} must be 1 or 0, not {value!r}.")
    return FLAGS[value]


def number(name: str, default: int, low: int = 0, high: int = 2**31 - 1) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise Misconfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def many(name: str, default: str | None = "", why: str = "") -> list[str]:
    """Values separated by commas."""
    return [part.strip() for part in text(name, default, why).split(",") if part.strip()]


def web_url(name: str, default: str | None, why: str) -> str:
    value = text(name, default, why).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured(f"{name} must look like https://portal.example.gov.vn, not {value!r}.")
    return value


def ping_url() -> str:
    """Where a watcher outside hears each minute that the portal is well; nowhere without it."""
    value = text("PING_URL", "")
    parts = _split("PING_URL", value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise Misconfigured("PING_URL must look like https://watch.example.gov.vn/ping/….")
    return value


def debug() -> bool:
    """On only where nothing of a real installation is set, so that nobody runs one in debug by accident."""
    real = ("DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS")
    return flag("DEBUG", not any(os.environ.get(name) for name in real))


def var() -> Path:
    """The folder of everything this installation keeps: database, files, mail, logs, broker."""
    path = Path(text("PORTAL_VAR", str(ROOT / "var"))).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"Cannot make the folder {path}: {error.strerror}. Set PORTAL_VAR to one."
        ) from None
    return path


def secret_key() -> str:
    """From the environment; in the embedded mode made once and kept beside the data."""
    if os.environ.get("SECRET_KEY"):
        if len(key := os.environ["SECRET_KEY"]) < 32:
            raise Misconfigured("SECRET_KEY is too short: give it at least 32 random characters.")
        return key
    if not debug():
        raise Misconfigured("Set SECRET_KEY to at least 32 random characters; DEBUG is off.")
    path = var() / "secret_key"
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii")


def _write_once(path: Path, content: str) -> None:
    """Web, worker and beat may come here at once: the first file stays, and is never half written."""
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent)  # readable for its owner only
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(content)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    except OSError as error:
        raise Misconfigured(f"Cannot write {path}: {error.strerror}. Make the folder writable.") from None


def database() -> dict[str, Any]:
    """Django's description of the database that DATABASE_URL names; SQLite under var/ without one."""
    value = os.environ.get("DATABASE_URL", "").strip()
    if not value:
        return sqlite(var() / "portal.sqlite3")
    parts = _split("DATABASE_URL", value)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise Misconfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name"
            " or sqlite:////folder/name.sqlite3."
        )
    # Compiling a statement takes PostgreSQL longer than running it: every one here is short.
    options = {"connect_timeout": "5", "options": "-c jit=off", **dict(parse_qsl(parts.query))}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": parts.hostname or options.pop("host", ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # A writer waits for its turn from its first statement; otherwise two readers that
        # both want to write end in "database is locked" without waiting.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
        },
        # A file, not memory: threads and other processes of a test must meet in it.
        "TEST": {"NAME": path.with_name("test.sqlite3")},
    }


def broker_socket() -> Path:
    """Where the bundled broker listens; run.py and manage.py must find the same place."""
    path = var() / "broker" / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    mark = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{mark}" / "broker.sock"


def redis_url(database: int) -> str:
    """One database of the Redis that REDIS_URL names; of the bundled broker without one."""
    value = os.environ.get("REDIS_URL", "").strip()
    if not value:
        return f"unix://{broker_socket()}?db={database}"
    parts = _split("REDIS_URL", value)
    if parts.scheme == "unix" and parts.path:
        return f"unix://{parts.path}?db={database}"
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise Misconfigured(
            "REDIS_URL must look like redis://:password@host:6379 or unix:///folder/redis.sock."
        )
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def celery_url(url: str) -> str:
    """The same address in the words of Celery, which spells a unix socket its own way."""
    if url.startswith("unix://"):
        return url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    return url


def email() -> dict[str, Any]:
    """Django's e-mail settings out of EMAIL_URL; letters become files under var/mail without one."""
    default = "folder:" if debug() else None
    value = text("EMAIL_URL", default, "where letters are sent, such as smtp://user:password@host:587/?tls=1")
    if value == "folder:":
        return {"EMAIL_BACKEND": "notices.mail.FolderBackend"}
    parts = _split("EMAIL_URL", value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured(
            "EMAIL_URL must look like smtp://user:password@host:587/?tls=1, smtps://… or folder:."
        )
    ssl = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "notices.mail.SMTPBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if ssl else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": not ssl and dict(parse_qsl(parts.query)).get("tls") == "1",
        "EMAIL_USE_SSL": ssl,
    }


def _split(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what finds a nonsense port
    except ValueError as error:
        raise Misconfigured(f"{name} cannot be read: {error}.") from None
    return parts
