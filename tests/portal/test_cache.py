"""The cache keeps what it is given, and forgets rather than fails while its server is away."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from notices.delivery.health import TICK_CACHE_KEY
from notices.jobs import tick
from portal import env
from portal.cache import ForgivingRedisCache
from portal.runner.paths import ROOT

pytestmark = pytest.mark.once

APPS = ("portal", "demo", "imports", "reminders", "reports", "tasks", "notices", "committees", "audit")
AWAY = "unix:///nowhere/broker.sock?db=1"


def use(settings: Any, location: str) -> None:
    settings.CACHES = {"default": {"BACKEND": "portal.cache.ForgivingRedisCache", "LOCATION": location}}


def test_it_keeps_what_it_is_given(broker: str) -> None:
    kept = ForgivingRedisCache(env.redis_url(1), {})
    kept.set("tick", "08:00", None)
    assert kept.get("tick") == "08:00"
    assert kept.get("nothing", "–") == "–"


def test_while_it_is_away_nothing_fails_and_nothing_is_kept() -> None:
    away = ForgivingRedisCache(AWAY, {})
    away.set("tick", "08:00")
    assert (away.get("tick"), away.get("tick", "–")) == (None, "–")


@pytest.mark.django_db
def test_the_clock_ticks_and_its_state_is_told_without_it(client: Client, settings: Any, broker: str) -> None:
    for location, ticked in ((AWAY, False), (env.redis_url(1), True)):
        use(settings, location)
        tick()
        answer = client.get("/readyz").json()
        assert (answer["database"], answer["broker"]) == ("ok", "ok"), location
        assert (answer["seconds_since_tick"] is not None) is ticked, location
    cache.set(TICK_CACHE_KEY, timezone.now() - timedelta(seconds=90), None)
    assert 90 <= client.get("/readyz").json()["seconds_since_tick"] < 120


def test_the_portal_asks_for_no_more_than_forgives() -> None:
    """Every other verb of Django's cache raises while the server is away."""
    sources = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    asking = [source for source in sources if "from django.core.cache import" in source]
    asked = {verb for source in asking for verb in re.findall(r"\bcache\.(\w+)\(", source)}
    assert asked == {"get", "set"} == {name for name in vars(ForgivingRedisCache) if not name.startswith("_")}
