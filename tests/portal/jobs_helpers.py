"""What the tests of jobs share."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(true: Callable[[], bool], seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the worker did not come to it"
        time.sleep(0.2)
