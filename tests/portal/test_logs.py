"""What the portal logs in operation: one JSON object a line, whatever stands in it."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime

import pytest

from portal.logs import JSONFormatter

pytestmark = pytest.mark.once


def formatted(message: str, *values: object, **more: object) -> dict[str, str]:
    record = logging.LogRecord("tasks.jobs", logging.WARNING, __file__, 1, message, values, None)
    for name, value in more.items():
        setattr(record, name, value)
    line = JSONFormatter().format(record)
    assert len(line.splitlines()) == 1
    said: dict[str, str] = json.loads(line)
    return said


def test_a_message_is_one_line_with_its_moment_level_and_place() -> None:
    said = formatted("Thư %s\nchưa gửi", "12")
    assert (said["level"], said["logger"], said["message"]) == ("WARNING", "tasks.jobs", "Thư 12\nchưa gửi")
    assert datetime.fromisoformat(said["at"]).utcoffset() is not None
    assert "exception" not in said


def test_an_exception_stands_in_the_same_line() -> None:
    try:
        raise OSError("Hết chỗ trên đĩa")
    except OSError:
        said = formatted("Không ghi được", exc_info=sys.exc_info())
    assert said["exception"].startswith("Traceback")
    assert said["exception"].endswith("OSError: Hết chỗ trên đĩa")
