"""Whatever a test did with tasks, the kept counts say afterwards what a new count says."""

from collections.abc import Iterator

import pytest

from tasks.models.kept_counts import differences


@pytest.fixture
def kept_counts_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """Asked when the test is done, if it had a database."""
    marker = request.node.get_closest_marker("django_db")
    transactional = bool(marker and marker.kwargs.get("transaction"))
    fixtures = {"transactional_db"} if transactional else {"db"} if marker else set()
    used = fixtures | {"db", "transactional_db"} & set(request.fixturenames)
    for name in sorted(used, reverse=True)[:1]:
        request.getfixturevalue(name)
    yield
    if used:
        assert differences() == {}
