"""Fixtures of the tests that start a copy of the whole portal."""

from tests.support.browser import desk, phone  # noqa: F401 - fixtures
from tests.support.running_portal import portal_copy, running_portal  # noqa: F401 - fixtures
