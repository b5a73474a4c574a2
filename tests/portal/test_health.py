"""/healthz and /readyz: what they say, to whom, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notices.delivery.health import TICK_CACHE_KEY
from portal import health


@pytest.fixture(autouse=True)
def forget_migrations() -> None:
    health._migrated.cache_clear()


@pytest.mark.django_db
def test_healthz_asks_nobody(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert not queries.captured_queries


@pytest.mark.django_db
def test_ready_when_everything_answers(client: Client, broker: str) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "ok",
            **dict.fromkeys(("database", "migrations", "broker", "clock", "letters"), "ok"),
            "seconds_since_tick": None,
            "seconds_oldest_unsent": None,
            "letters_failed_today": 0,
            "letters_given_up_today": 0,
            "addresses_refused": 0,
            "failing_parts": {},
        },
    )


@pytest.mark.django_db
def test_says_how_long_ago_beat_ticked(client: Client, broker: str) -> None:
    cache.set(TICK_CACHE_KEY, timezone.now() - timedelta(seconds=90))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert 90 <= answer.json()["seconds_since_tick"] < 120


HOSTS = ["10.1.2.3", "10.1.2.3:8000", "[::1]", "portal.internal", "a b", "x" * 300, ""]


@pytest.mark.django_db
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_knows_only_an_address(
    client: Client, broker: str, settings: Any, host: str, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path, HTTP_HOST=host)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/healthz/", "/readyz/x", "/admin/"])
def test_no_other_page_answers_a_host_that_is_not_named(client: Client, settings: Any, path: str) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]
    assert client.get(path, HTTP_HOST="10.1.2.3").status_code == 400


@pytest.mark.django_db
def test_parts_that_keep_dying_are_named(client: Client, broker: str, settings: Any, tmp_path: Any) -> None:
    file = tmp_path / "parts.json"
    settings.FAILING_PARTS_FILE = str(file)
    assert client.get("/readyz").json()["failing_parts"] == {}
    file.write_text('{"beat": "2026-11-30T17:02:11+07:00"}')
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "late"), "pages are served"
    assert answer.json()["failing_parts"] == {"beat": "2026-11-30T17:02:11+07:00"}
    file.write_text("{}")
    assert client.get("/readyz").json()["status"] == "ok"


@pytest.mark.django_db
@pytest.mark.parametrize("torn", ["", "{", '"x"', "\x00\x00"])
def test_a_torn_list_of_parts_stops_no_probe(
    client: Client, broker: str, settings: Any, tmp_path: Any, torn: str
) -> None:
    (tmp_path / "parts.json").write_text(torn)
    settings.FAILING_PARTS_FILE = str(tmp_path / "parts.json")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_without_a_broker(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["broker"], answer.json()["database"]) == (
        "failed",
        "failed",
        "ok",
    )


@pytest.mark.django_db
def test_not_ready_before_migrations(client: Client, broker: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "failed")


@pytest.mark.django_db
def test_no_session_is_read_and_nothing_secret_is_said(client: Client, broker: str, settings: Any) -> None:
    health._migrated()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/readyz")
    assert len(queries) <= 5
    assert "session" not in " ".join(query["sql"] for query in queries.captured_queries)
    assert settings.SECRET_KEY not in answer.content.decode()
    assert str(settings.DATABASES["default"]["NAME"]) not in answer.content.decode()
