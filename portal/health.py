"""/healthz and /readyz for whatever watches the servers: is the process up, and can it do its work."""

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

from notices.delivery import health

log = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether everything that pages and jobs need answers; 503 if something does not.

    Late letters and a stopped clock are reported with 200, because restarting a web process would not help.
    """
    results = {name: _passes(check) for name, check in CHECKS.items()}
    ready = all(results.values())
    lateness = _lateness() if ready else {}
    failing = failing_parts()
    late = bool(failing) or "late" in lateness.values()
    body = {
        "status": "failed" if not ready else "late" if late else "ok",
        **{name: "ok" if passed else "failed" for name, passed in results.items()},
        **lateness,
        "failing_parts": failing,
    }
    return JsonResponse(body, status=200 if ready else 503)


def _lateness() -> dict[str, Any]:
    """The clock and the letters, each as "ok" or "late", and the figures behind it."""
    report = health.check_delivery()
    figures = {name: value for name, value in asdict(report).items() if name != "unsent_late"}
    return {
        "clock": "late" if report.clock_late else "ok",
        "letters": "late" if report.unsent_late else "ok",
        **figures,
    }


def failing_parts() -> dict[str, str]:
    """The parts that keep dying, each with the moment of its first death (ISO 8601)."""
    if not settings.FAILING_PARTS_FILE:
        return {}
    try:
        return dict(json.loads(Path(settings.FAILING_PARTS_FILE).read_text(encoding="ascii")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read: %s", settings.FAILING_PARTS_FILE, error)
        return {}


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
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
    """Remembered once it is true, because it reads every migration file."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations, "broker": _broker}
