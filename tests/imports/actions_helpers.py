"""What the tests of actions share."""

from __future__ import annotations

from committees.models import Person

People = dict[str, Person]
