"""Fixtures of the tests in this folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.portal.days.helpers import People


@pytest.fixture
def act_as(client: Client, people: People) -> Callable[[str], Client]:
    def enter(name: str) -> Client:
        people[name].language = "en"
        people[name].save(update_fields=["language"])
        client.force_login(people[name])
        return client

    return enter
