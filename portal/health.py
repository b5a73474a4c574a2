"""Two questions from whoever watches the servers: is the process up, and can it do its work."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

import redis
from django.conf import settings
from django.core.cache import cache as shared_cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from notices.jobs import TICK


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Everything a page or a job needs answers too; 503 names what does not."""
    parts = {name: _ask(question) for name, question in CHECKS.items()}
    ready = all(parts.values())
    body = {
        "status": "ok" if ready else "failed",
        **{name: "ok" if well else "failed" for name, well in parts.items()},
        "seconds_since_tick": _seconds_since_tick(),
    }
    return JsonResponse(body, status=200 if ready else 503)


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


def _seconds_since_tick() -> int | None:
    """None when it is not known: the portal has just started, or beat has never run."""
    last = shared_cache.get(TICK)
    return int((timezone.now() - last).total_seconds()) if isinstance(last, datetime) else None


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations, "broker": _broker}
