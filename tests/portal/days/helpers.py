"""What the tests of days share."""

from __future__ import annotations

from datetime import timedelta

from committees.models import Person

People = dict[str, Person]


DAY = timedelta(days=1)
