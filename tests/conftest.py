"""The plumbing of every test; people, tasks and the like are made in modules beside this one."""

import gc
import os
import shutil
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase

from tests.support.admin_door import enter, rows  # noqa: F401 - fixtures
from tests.support.imports import read_here, received  # noqa: F401 - fixtures
from tests.support.kept_counts import kept_counts_hold  # noqa: F401 - fixtures
from tests.support.office import in_english  # noqa: F401 - fixtures
from tests.support.people import bodies, bodies_and_people, order, people, task_at  # noqa: F401 - fixtures
from tests.support.running_portal import portal_copy, running_portal  # noqa: F401 - fixtures
from tests.support.servers import broker, smtp, smtp_server, worker  # noqa: F401 - fixtures
from tests.support.tree import tree  # noqa: F401 - fixtures
from tests.support.zones import zone  # noqa: F401 - fixtures

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SAY = "say"  # a property of this name is said once more at the end
LACKS = "This machine has no "  # a skip that begins so is said once more at the end


def pytest_configure() -> None:
    # Hashing slowly is the point of a password hasher, and of no test.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    plain = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }  # nothing is collected for tests
    django_settings.STORAGES = {**django_settings.STORAGES, "staticfiles": plain}
    # A thread of the live server waits for the next request of a browser; its connection must not wait
    # with it, or the database of the tests cannot be dropped.
    django_settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    # The browser's driver keeps an event loop in this thread, which makes Django refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=short_ones_last)
    if CHROMIUM or os.environ.get("CI"):
        return
    skip = pytest.mark.skip(
        reason=f"{LACKS}Chromium: the browser tests did not run (apt-get install chromium)."
    )
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


def short_ones_last(test: pytest.Item) -> tuple[bool, bool]:
    """Slow tests first, those with real transactions before others: they wait for processes of their own.

    Meanwhile the other processes of the tests have work, and what is left at the end is short.
    """
    marker = test.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(getattr(test, "fixturenames", ()))
    transactional = bool(fixtures or (marker and marker.kwargs.get("transaction")))
    return not test.get_closest_marker("slow"), not transactional


def pytest_collection_finish() -> None:
    # What was imported stays to the end: the collector need not walk it again and again.
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for _say, figures in (row for row in report.user_properties if row[0] == SAY):
            terminalreporter.write_line(figures)
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}
    for reason in sorted(reasons):
        if LACKS in reason:
            terminalreporter.write_line(reason.removeprefix("Skipped: "), yellow=True)


@pytest.fixture(autouse=True)
def folders_and_cache(settings: Any, tmp_path: Any) -> None:
    """Nothing that one test leaves behind is there for the next."""
    from django.core.cache import cache

    settings.MEDIA_ROOT = tmp_path / "files"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> None:
    """A test with real transactions is cleaned by emptying every table.

    The audit trail refuses that, and SQLite, which deletes row by row, would count what is deleted.
    """
    names = ("audit.migrations.0002_append_only", "tasks.migrations.0002_kept_counts")
    guards = [import_module(name) for name in names]
    case: Any = TransactionTestCase
    empty = case._fixture_teardown

    def lifted(test: TransactionTestCase) -> None:
        with connection.schema_editor() as editor:
            for guard in guards:
                guard.backward(None, editor)
        try:
            empty(test)
        finally:
            with connection.schema_editor() as editor:
                for guard in guards:
                    guard.forward(None, editor)

    case._fixture_teardown = lifted


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium; it refuses its sandbox to root."""
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox"] if os.getuid() == 0 else []}
