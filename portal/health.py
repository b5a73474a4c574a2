"""Two questions from whoever watches the servers: is the process up, and can it do its work."""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from notices import silence

log = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Everything a page or a job needs answers too; 503 names what does not.

    What is only late is said and answered 200: to restart a web process sends no letter.
    """
    parts = {name: _ask(question) for name, question in CHECKS.items()}
    ready = all(parts.values())
    heard = _heard() if ready else {}
    failing = failing_parts()
    late = bool(failing) or "late" in heard.values()
    body = {
        "status": "failed" if not ready else "late" if late else "ok",
        **{name: "ok" if well else "failed" for name, well in parts.items()},
        **heard,
        "failing_parts": failing,
    }
    return JsonResponse(body, status=200 if ready else 503)


def _heard() -> dict[str, Any]:
    """The clock and the letters, in words and in figures."""
    heard = silence.look()
    figures = {name: value for name, value in asdict(heard).items() if name != "unsent_late"}
    return {
        "clock": "late" if heard.clock_late else "ok",
        "letters": "late" if heard.unsent_late else "ok",
        **figures,
    }


def failing_parts() -> dict[str, str]:
    """Parts that the supervisor starts in vain, each with the moment since when (ISO 8601)."""
    if not settings.FAILING_PARTS_FILE:
        return {}
    try:
        return dict(json.loads(Path(settings.FAILING_PARTS_FILE).read_text(encoding="ascii")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read: %s", settings.FAILING_PARTS_FILE, error)
        return {}


def _ask(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (Error, redis.RedisError):
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _broker() -> bool:
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
        return bool(client.ping())


def _migrations() -> bool:
    if not _migrated():
        _migrated.cache_clear()
        return False
    return True


@cache
def _migrated() -> bool:
    """Reads every migration file, so a yes is remembered; nothing un-applies them while the portal runs."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations, "broker": _broker}
