"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest

from committees.models import Person
from tests.support.people import make_person


@pytest.fixture
def person(db: None) -> Person:
    return make_person("thuky")
