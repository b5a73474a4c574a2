"""A cache that forgets, rather than fails, while its server is away.

`manage.py` works with no broker running, and a page must not break because one is starting again.
Nothing that must be true may live in the cache alone.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, TimeoutError

log = logging.getLogger(__name__)
AWAY = (ConnectionError, TimeoutError)


class ForgivingRedisCache(RedisCache):
    """The portal asks for no more than these two; what is asked besides fails while the server is away."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _or(default, lambda: RedisCache.get(self, key, default, version))

    def set(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        _or(None, lambda: RedisCache.set(self, key, value, timeout, version))


def _or(otherwise: Any, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except AWAY as error:
        log.debug("The cache is away: %s", error)
        return otherwise
