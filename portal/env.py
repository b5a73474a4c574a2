"""Reads the settings of an installation from the environment; a bad one is a sentence that says what to set.

Standard library only: run.py imports this module before anything is installed.
"""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import hashlib
import ipaddress
import logging
import os
import re
import secrets
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
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
# What .env may set; .env.example explains each. BEHIND_PROXY is refused by trusted_proxies().
NAMES = {
    *("ALLOWED_HOSTS", "BEHIND_PROXY", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL", "DEBUG", "DEFAULT_FROM_EMAIL"),
    *("EMAIL_URL", "HOST", "LOG_LEVEL", "PING_URL", "PORT", "PORTAL_DEMO_PASSWORD", "PORTAL_URL"),
    *("PORTAL_VAR", "REDIS_URL", "SECRET_KEY", "SECURE_COOKIES", "SECURE_HSTS_SECONDS"),
    *("SECURE_SSL_REDIRECT", "TRUSTED_PROXIES", "WEB_CONCURRENCY", "WORKER_CONCURRENCY"),
}
MAX_SOCKET_PATH_LENGTH = 100  # bytes; the kernel allows 107
PRIVATE = 0o077  # a umask that leaves no right to group and others

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
# `address` or `name <address>`; a name that holds a separator of addresses must be in quotes.
_MAILBOX = re.compile(
    r"""(?:(?:"(?:[^"\\]|\\.)*"|[^()<>\[\]:;@\\,"]*)\s*<(?P<angle>[^<>\s]+)>|(?P<bare>[^<>\s]+))"""
)
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z0-9_-]{50,}")

# The connection parameters of libpq (PostgreSQL 15, "Parameter Key Words") that make sense here.
_LIBPQ = {
    *("host", "hostaddr", "port", "user", "password", "passfile", "service", "options", "application_name"),
    *("connect_timeout", "tcp_user_timeout", "keepalives", "keepalives_idle", "keepalives_interval"),
    *("keepalives_count", "channel_binding", "target_session_attrs", "gssencmode", "krbsrvname"),
    *("sslmode", "sslcompression", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslcrldir"),
    *("sslsni", "ssl_min_protocol_version", "ssl_max_protocol_version", "requirepeer"),
}
_LIBPQ_NUMBERS = (
    *("port", "connect_timeout", "tcp_user_timeout", "keepalives", "keepalives_idle", "keepalives_interval"),
    *("keepalives_count", "sslcompression", "sslsni"),
)
_SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_REDIS_TLS = ("ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_CERT_REQS = ("none", "optional", "required")


class Misconfigured(Exception):
    """A setting that stops the start; the message is the sentence that the person at the terminal reads."""


def read_file() -> None:
    """Copies the KEY=VALUE lines of .env into the environment; what is already set there wins."""
    chosen = os.environ.get("PORTAL_ENV_FILE")
    path = Path(chosen or ROOT / ".env")
    if not path.exists() and not chosen:
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise Misconfigured(
            f"Cannot read {path} ({error.strerror}): give this user the right to read it, or set"
            " PORTAL_ENV_FILE to a file of KEY=VALUE lines."
        ) from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path} is not text in UTF-8: save it as UTF-8.") from None
    for number, line in enumerate(lines, 1):
        key, equals, value = line.strip().removeprefix("export ").partition("=")
        if not key or key.startswith("#"):
            continue
        if not equals or not key.strip().isidentifier():
            raise Misconfigured(f"Line {number} of {path.name} is not KEY=VALUE: {line.strip()!r}.")
        key = key.strip()
        if key not in NAMES:
            similar = difflib.get_close_matches(key.upper(), sorted(NAMES), 1)
            raise Misconfigured(
                f"Line {number} of {path.name} sets {key}, which the portal does not know"
                + (f": write {similar[0]}" if similar else "")
                + ". What another program reads belongs in the environment."
            )
        os.environ.setdefault(key, _remove_quotes(value.strip()))


def _remove_quotes(value: str) -> str:
    """Removes quotes around the whole value; quotes around a part belong to the value."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def text(name: str, default: str | None = None, why: str = "", choices: Sequence[str] = ()) -> str:
    """The value of a variable; without a default it must be set, and `why` tells what it is for."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise Misconfigured(f"Set {name}: {why}.")
    if not value.isprintable():
        # The value is not shown because it may be a password.
        raise Misconfigured(f"{name} holds a line break or another sign that cannot be seen: write it anew.")
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
    # int() raises an error of its own for thousands of digits.
    if not _is_number(value) or len(value) > 20 or not low <= int(value) <= high:
        raise Misconfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit()


def many(name: str, default: str | None = "", why: str = "") -> list[str]:
    """Values separated by commas."""
    parts = [part.strip() for part in text(name, default, why).split(",") if part.strip()]
    if not parts and default is None:
        raise Misconfigured(f"Set {name}: {why}.")
    return parts


def allowed_hosts() -> list[str]:
    """The names of ALLOWED_HOSTS, each as a browser sends it, without the port."""
    hosts = many("ALLOWED_HOSTS", "" if debug() else None, "the host names people open, separated by commas")
    for host in hosts:
        if host != "*" and not _is_host(host.removeprefix(".")):
            raise Misconfigured(
                f"ALLOWED_HOSTS: write {_host_in(host)} instead of {host!r}: host names alone, without"
                " scheme, port or path, separated by commas."
            )
    return hosts


def _is_host(value: str) -> bool:
    """A name in ASCII letters, an IPv4 address, or an IPv6 address in brackets."""
    if value.startswith("[") and value.endswith("]"):
        return _is_address(value[1:-1], 6)
    if re.fullmatch(r"[0-9.]+", value):
        return _is_address(value, 4)
    return len(value) <= 253 and bool(_HOST_NAME.fullmatch(value))


def _is_address(value: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(value).version == version
    except ValueError:
        return False


def _host_in(value: str) -> str:
    """The host in an address or in something like one; an example where there is none."""
    if value.startswith("*.") and _is_host(value[2:]):
        return value[1:]
    if _is_address(value, 6):
        return f"[{value}]"
    with contextlib.suppress(ValueError):
        host = urlsplit(value if "://" in value else f"//{value}").hostname or ""
        host = f"[{host}]" if ":" in host else host
        if _is_host(host):
            return host
    return "portal.example.gov.vn"


def portal_url() -> str:
    """Scheme, host and port of PORTAL_URL, with which every link in a letter begins."""
    default = f"http://localhost:{number('PORT', 8000, 1, 65535)}" if debug() else None
    value = text("PORTAL_URL", default, "the address people open; it is written into every letter")
    origin = _origin("PORTAL_URL", value.rstrip("/"))
    if not origin:
        raise Misconfigured(
            "PORTAL_URL must look like https://portal.example.gov.vn, without a path or anything else after"
            f" the host, not {value!r}."
        )
    return origin


def trusted_origins(portal: str) -> list[str]:
    """The origins of CSRF_TRUSTED_ORIGINS as a browser writes them; by default the portal's own."""
    origins = []
    for value in many("CSRF_TRUSTED_ORIGINS", portal):
        # `*.` stands for any subdomain.
        origin = _origin("CSRF_TRUSTED_ORIGINS", value.replace("://*.", "://"))
        wanted = origin.replace("://", "://*.", 1) if "://*." in value else origin
        if wanted != value.lower():
            suggestion = wanted or f"https://{_host_in(value)}"
            raise Misconfigured(
                f"CSRF_TRUSTED_ORIGINS: write {suggestion} instead of {value!r}: scheme and host, with the"
                " port only if it is not the usual one, without a path, separated by commas."
            )
        origins.append(wanted)
    return origins


def _origin(name: str, value: str) -> str:
    """`https://host:port` in lower case without a default port; empty for anything that is not an origin."""
    parts = _split(name, value)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    if parts.scheme not in ("http", "https") or not _is_host(host) or "@" in parts.netloc:
        return ""
    if name == "PORTAL_URL" and (parts.path or parts.query or parts.fragment):
        return ""
    default_port = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default_port) else "")


def need_named(portal: str, hosts: Sequence[str]) -> None:
    """ALLOWED_HOSTS must contain the host of PORTAL_URL, otherwise no link in a letter would be answered."""
    host = _host_in(portal)
    parent_domains = tuple(pattern for pattern in hosts if pattern.startswith("."))
    names = {pattern.removeprefix(".").lower() for pattern in hosts}
    if hosts and "*" not in hosts and host not in names and not host.endswith(parent_domains):
        raise Misconfigured(
            f"PORTAL_URL leads to {host}, which ALLOWED_HOSTS does not name: add it, or correct PORTAL_URL."
        )


def sender() -> str:
    """DEFAULT_FROM_EMAIL: one address, with or without a name."""
    value = text(
        "DEFAULT_FROM_EMAIL", "portal@localhost" if debug() else None, "the sender people see on letters"
    )
    mailbox = _MAILBOX.fullmatch(value)
    local, _at, domain = ((mailbox["angle"] or mailbox["bare"]) if mailbox else "").rpartition("@")
    if not _LOCAL_PART.fullmatch(local) or not _is_host(domain):
        raise Misconfigured(
            "DEFAULT_FROM_EMAIL must be one address, such as Portal <portal@example.gov.vn>; a name with a"
            f' comma or the like stands in double quotes: "Portal, Office" <…>. It is {value!r}.'
        )
    return value


def trusted_proxies() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The networks from which X-Forwarded-For and X-Forwarded-Proto are believed."""
    if text("BEHIND_PROXY", ""):
        raise Misconfigured(
            "BEHIND_PROXY is no longer read: set TRUSTED_PROXIES to the address of the reverse proxy,"
            " e.g. TRUSTED_PROXIES=127.0.0.1, and take BEHIND_PROXY out."
        )
    networks = []
    for value in many("TRUSTED_PROXIES"):
        try:
            network = ipaddress.ip_network(value)
        except ValueError as error:
            raise Misconfigured(
                "TRUSTED_PROXIES must be addresses or networks separated by commas, such as"
                f" 127.0.0.1, 10.1.2.0/24: {error}."
            ) from None
        if network.prefixlen == 0:
            raise Misconfigured(
                f"TRUSTED_PROXIES: {value} is everybody, so anybody could choose an address: name the proxy."
            )
        networks.append(network)
    return networks


def ping_url() -> str:
    """The address that is called each minute while the portal is well; empty without PING_URL."""
    value = text("PING_URL", "")
    parts = _split("PING_URL", value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or " " in value):
        raise Misconfigured("PING_URL must look like https://watch.example.gov.vn/ping/….")
    return value


def debug() -> bool:
    """On by default only where nothing of a real installation is set, so that none runs in debug unawares."""
    real = ("DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS")
    return flag("DEBUG", not any(os.environ.get(name) for name in real))


def var() -> Path:
    """The folder of everything that this installation keeps: made if missing, refused if others can enter."""
    chosen = text("PORTAL_VAR", "")
    path = (ROOT / Path(chosen or "var").expanduser()).resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.stat()
        if status.st_mode & PRIVATE and not chosen and status.st_uid == os.getuid():
            path.chmod(0o700)
            return path
    except OSError as error:
        raise Misconfigured(
            f"Cannot make the folder {path}: {error.strerror}. Set PORTAL_VAR to one."
        ) from None
    if status.st_mode & PRIVATE:
        # A folder that somebody chose is not changed here: others may need it, as they need /tmp.
        raise Misconfigured(
            f"The folder {path} is open to other users of this machine: close it with chmod 700 {path},"
            " or set PORTAL_VAR to a folder of the portal's own."
        )
    return path


def keep_private() -> None:
    """From now on this process and its children write files that only their own user can read."""
    os.umask(PRIVATE)


def secret_key() -> str:
    """SECRET_KEY; with DEBUG on, one that is made once and kept in a file beside the data."""
    if os.environ.get("SECRET_KEY"):
        if len(key := text("SECRET_KEY", "")) < 32:
            raise Misconfigured("SECRET_KEY is too short: give it at least 32 random characters.")
        return key
    if not debug():
        raise Misconfigured("Set SECRET_KEY to at least 32 random characters; DEBUG is off.")
    path = var() / "secret_key"
    try:
        return _read_key(path) or _make_key(path)
    except OSError as error:
        raise Misconfigured(
            f"Cannot keep the secret key in {path} ({error.strerror}): make it readable and the folder"
            " writable, or set SECRET_KEY."
        ) from None


def _read_key(path: Path) -> str:
    """The key in the file; empty if the file is missing, empty or damaged."""
    try:
        key = path.read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""
    return key if _KEY.fullmatch(key) else ""


def _make_key(path: Path) -> str:
    """Makes the key once, however many processes ask at the same time; the others read the first one's.

    A damaged key cannot be restored, and nothing starts without a key. So the file is set aside: everybody
    signs in again, and links in letters that were sent before stop working.
    """
    with _locked(path.parent):
        if key := _read_key(path):
            return key
        if path.exists():
            aside = path.with_name(f"{path.name}.set-aside-{time.strftime('%Y%m%d-%H%M%S')}")
            path.rename(aside)
            logging.getLogger(__name__).warning(
                "The secret key in %s was torn and lies in %s now. A new one was made: everybody signs in"
                " again, and links in letters sent before no longer work.",
                path,
                aside.name,
            )
        key = secrets.token_urlsafe(50)
        _write_atomically(path, key)
        return key


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_atomically(path: Path, content: str) -> None:
    """After a power cut there is either the whole file or none."""
    handle, draft = tempfile.mkstemp(dir=path.parent)  # readable for its owner only
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def database() -> dict[str, Any]:
    """The entry of DATABASES for DATABASE_URL; without it SQLite in the folder of var()."""
    value = text("DATABASE_URL", "")
    if not value:
        return sqlite(var() / "portal.sqlite3")
    parts = _split("DATABASE_URL", value)
    if parts.scheme == "sqlite" and re.fullmatch("/.*[^/]", parts.path) and not (parts.netloc or parts.query):
        return sqlite(Path(unquote(parts.path)))
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name or "/" in name:
        raise Misconfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name"
            " or sqlite:////folder/name.sqlite3."
        )
    given = _options("DATABASE_URL", parts, _LIBPQ)
    if given.get("sslmode", "prefer") not in _SSLMODES:
        raise Misconfigured(f"DATABASE_URL: sslmode must be one of {', '.join(_SSLMODES)}.")
    for name_of_number in _LIBPQ_NUMBERS:
        if not _is_number(given.get(name_of_number, "0")):
            raise Misconfigured(f"DATABASE_URL: {name_of_number} must be a whole number.")
    # Without the JIT: compiling takes longer than running statements as short as these.
    options = {"connect_timeout": "5", "options": "-c jit=off", **given}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
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
        # Takes the write lock at the first statement: two readers that both begin to write later would
        # fail at once with "database is locked".
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
        },
        # A file instead of memory, because threads and other processes of a test share it.
        "TEST": {"NAME": path.with_name("test.sqlite3")},
    }


def broker_socket() -> Path:
    """Where the bundled broker listens; in the temporary folder if the path under var() is too long."""
    path = var() / "broker" / "broker.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_LENGTH:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{digest}" / "broker.sock"


def redis_url(database: int) -> str:
    """The address of one numbered database of REDIS_URL; without it, of the bundled broker."""
    value = text("REDIS_URL", "")
    if not value:
        return f"unix://{broker_socket()}?db={database}"
    parts = _split("REDIS_URL", value)
    if parts.scheme == "unix" and parts.path and not (parts.netloc or parts.query):
        return f"unix://{parts.path}?db={database}"
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise Misconfigured(
            "REDIS_URL must look like redis://:password@host:6379 or unix:///folder/redis.sock."
        )
    if parts.path not in ("", "/"):
        raise Misconfigured(
            "REDIS_URL: leave out what follows the host: the portal uses the databases 0 and 1 of a server"
            " of its own."
        )
    given = _options("REDIS_URL", parts, _REDIS_TLS if parts.scheme == "rediss" else ())
    if given.get("ssl_cert_reqs", "required") not in _CERT_REQS:
        raise Misconfigured(f"REDIS_URL: ssl_cert_reqs must be one of {', '.join(_CERT_REQS)}.")
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def celery_url(url: str) -> str:
    """Celery writes the address of a Unix socket differently."""
    if url.startswith("unix://"):
        return url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    return url


def email() -> dict[str, Any]:
    """Django's e-mail settings from EMAIL_URL; with DEBUG on, by default, letters become files in var()."""
    default = "folder:" if debug() else None
    value = text("EMAIL_URL", default, "where letters are sent, such as smtp://user:password@host:587/?tls=1")
    if value == "folder:":
        return {"EMAIL_BACKEND": "notices.delivery.mail.FolderBackend"}
    parts = _split("EMAIL_URL", value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
        raise Misconfigured(
            "EMAIL_URL must look like smtp://user:password@host:587/?tls=1, smtps://… or folder:."
        )
    if bool(parts.username) != bool(parts.password):
        raise Misconfigured("EMAIL_URL must hold both user and password, or neither.")
    ssl = parts.scheme == "smtps"
    # smtps is encrypted from its first byte: there `tls` is refused.
    tls = _options("EMAIL_URL", parts, () if ssl else ("tls",)).get("tls", "0").lower()
    if tls not in FLAGS:
        raise Misconfigured(f"EMAIL_URL: tls must be 1 or 0, not {tls!r}.")
    return {
        "EMAIL_BACKEND": "notices.delivery.mail.SMTPBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if ssl else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": FLAGS[tls],
        "EMAIL_USE_SSL": ssl,
    }


def _split(name: str, value: str) -> SplitResult:
    """Splits an address; the sentence for a bad one shows none of it, because it may hold a password."""
    hint = "in a user name or password write @ as %40, : as %3A, / as %2F, ? as %3F and # as %23"
    try:
        parts = urlsplit(value)
        invalid = parts.port == 0 or bool(parts.fragment) or any(character.isspace() for character in value)
    except ValueError:
        invalid = True
    if invalid:
        raise Misconfigured(f"{name} cannot be read: its port or another part makes no sense; {hint}.")
    return parts


def _options(name: str, parts: SplitResult, known: Collection[str]) -> dict[str, str]:
    """The options after the question mark; an unknown one is refused because it would have no effect."""
    given = parse_qsl(parts.query, keep_blank_values=True)
    unknown = [option for option, _value in given if option not in known]
    if unknown:
        advice = f"there may be {', '.join(sorted(known))}" if known else "leave it out"
        raise Misconfigured(f"{name}: {unknown[0]!r} after the question mark means nothing here; {advice}.")
    return dict(given)
