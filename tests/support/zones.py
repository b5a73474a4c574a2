"""The server may stand anywhere: Django has set the process to Vietnam, a test moves it."""

import os
import time
from collections.abc import Iterator

import pytest

ZONES = {"UTC": 0, "Asia/Ho_Chi_Minh": 7, "America/New_York": -5}
"""Zones, with the hours that a clock there is ahead of UTC in winter."""


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
