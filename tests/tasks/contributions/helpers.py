"""What the tests of contributions share."""

from __future__ import annotations

from datetime import timedelta

from committees.models import Person

People = dict[str, Person]


DAY = timedelta(days=1)


SAID = "Đã gửi số liệu tại Công văn 45/STC."
