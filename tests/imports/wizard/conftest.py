"""Fixtures of the tests in this folder."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.imports.wizard.helpers import People, signed_in


@pytest.fixture
def secretary(client: Client, people: People) -> Client:
    return signed_in(client, people["secretary"])
