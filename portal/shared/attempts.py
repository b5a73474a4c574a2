"""How often something was tried from one place lately. Counted in the shared cache, by every process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Attempts:
    """At most `limit` failures in `seconds` from the first one. A cache that is away counts none."""

    name: str
    limit: int
    seconds: int

    def left(self, who: str) -> int:
        """How many tries are left; never below zero."""
        return max(0, self.limit - int(cache.get(self._key(who)) or 0))

    def failed(self, who: str) -> None:
        key = self._key(who)
        cache.add(key, 0, self.seconds)
        try:
            cache.incr(key)
        except ValueError:  # the time ran out between the two calls
            cache.set(key, 1, self.seconds)

    def forget(self, who: str) -> None:
        cache.delete(self._key(who))

    def _key(self, who: str) -> str:
        # What people type may hold anything, a password in the wrong field too.
        return f"attempts:{self.name}:{hashlib.sha256(who.encode()).hexdigest()}"
