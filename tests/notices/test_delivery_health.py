"""A silence is seen: /readyz, the first page of the admin, and the ping to a watcher outside."""

import http.server
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from committees.models import Person
from notices.delivery import health
from notices.jobs import tick
from notices.models import CalendarDay, Letter, Notice, Policy
from portal import admin, env
from portal.shared.days import VIETNAM, today
from tests.support.people import Bodies, TaskAt

People = dict[str, Person]


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=VIETNAM)


def owe(person: Person, moment: datetime, **values: Any) -> Notice:
    on = moment.astimezone(VIETNAM).date()
    return Notice.objects.create(
        key=f"k{moment}",
        person=person,
        kind="x",
        about_type="x",
        about_id=1,
        on=on,
        not_before=moment,
        **values,
    )


@pytest.mark.parametrize(
    "due, now, late",
    [
        ("2026-11-25T08:00", "2026-11-25T08:30", False),  # the morning is at work
        ("2026-11-25T08:00", "2026-11-25T23:00", False),  # may be a policy of the afternoon
        ("2026-11-24T15:00", "2026-11-25T09:59", False),  # news after the letter of the day
        ("2026-11-25T07:59", "2026-11-25T10:00", True),
        ("2026-11-27T15:00", "2026-11-29T12:00", False),  # Friday's news over the weekend
        ("2026-11-27T15:00", "2026-11-30T10:01", True),
    ],
)
def test_late_is_what_a_working_morning_left_behind(people: People, due: str, now: str, late: bool) -> None:
    CalendarDay.objects.create(day=at("2026-11-24T00:00").date(), is_working=False, name="Ngày Văn hóa")
    owe(people["officer"], at(due))
    seen = health.check_delivery(at(now))
    assert seen.unsent_late is late
    assert seen.seconds_oldest_unsent == (at(now) - at(due)).total_seconds()


def test_news_that_waits_for_a_letter_of_the_afternoon_is_not_late(people: People, bodies: Bodies) -> None:
    Policy.objects.create(body=bodies.lead, hour=at("2026-11-26T14:30").time())
    owe(people["officer"], at("2026-11-25T17:00"))
    assert not health.check_delivery(at("2026-11-26T16:29")).unsent_late
    assert health.check_delivery(at("2026-11-26T16:31")).unsent_late


def test_what_is_not_due_or_told_or_dropped_waits_for_nothing(people: People) -> None:
    now = timezone.now()
    owe(people["officer"], now + timedelta(hours=1))
    owe(people["officer"], now - timedelta(days=9), state="told")
    owe(people["officer"], now - timedelta(days=8), state="dropped", dropped_because="x")
    assert health.check_delivery().seconds_oldest_unsent is None


def test_refusals_and_red_addresses_are_counted(people: People) -> None:
    def letter(who: str, **values: Any) -> None:
        Letter.objects.create(person=people[who], on=today(), message_id=f"<{who}>", **values)

    letter("officer", state="failed", failure="refused", attempts=3)
    letter("head", state="failed", failure="put_off", attempts=1, next_attempt_at=timezone.now())
    letter("member", state="sent", attempts=2, sent_at=timezone.now())
    letter("sister", state="sent", attempts=1, sent_at=timezone.now())
    Person.objects.filter(pk=people["helper"].pk).update(address_refused_at=timezone.now())
    seen = health.check_delivery()
    assert (seen.letters_failed_today, seen.letters_given_up_today, seen.addresses_refused) == (3, 1, 1)
    with translation.override("en"):
        said = " ".join(str(row[1]) for row in admin.delivery_warnings())
    assert "Letters given up today: 1." in said


def test_readyz_says_late_and_stays_ready(client: Client, broker: str, people: People) -> None:
    cache.set(health.TICK_CACHE_KEY, timezone.now() - timedelta(hours=1))
    owe(people["officer"], timezone.now() - timedelta(days=40))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "late")
    assert (answer.json()["clock"], answer.json()["letters"]) == ("late", "late")


def test_the_admin_says_it_on_its_first_page(client: Client, people: People) -> None:
    client.force_login(people["staff"])
    owe(people["officer"], timezone.now() - timedelta(days=40))
    cache.set(health.TICK_CACHE_KEY, timezone.now())
    page = client.get("/admin/", headers={"accept-language": "en"}).content.decode()
    assert page.count("<strong>") >= 1
    Notice.objects.all().delete()
    assert admin.delivery_warnings() == []


@pytest.fixture
def watcher() -> Iterator[Any]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pinged.append(self.path)
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    pinged: list[str] = []
    status = [200]
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server, pinged, status
    server.shutdown()
    server.server_close()


def test_each_tick_pings_unless_something_is_late(people: People, settings: Any, watcher: Any) -> None:
    server, pinged, _status = watcher
    settings.PING_URL = f"http://127.0.0.1:{server.server_port}/ping/abc"
    tick()
    assert pinged == ["/ping/abc"]
    owe(people["officer"], timezone.now() - timedelta(days=40))
    tick()
    assert len(pinged) == 1


def test_a_watcher_that_fails_stops_nothing_and_is_not_named(
    people: People, settings: Any, watcher: Any, caplog: Any
) -> None:
    server, _pinged, status = watcher
    status[0] = 500
    for address in (f"http://127.0.0.1:{server.server_port}/secret", "http://127.0.0.1:9/secret"):
        settings.PING_URL = address
        tick()
    assert len([record for record in caplog.records if "PING_URL" in record.message]) == 2
    assert "secret" not in caplog.text
    assert cache.get(health.TICK_CACHE_KEY)


@pytest.mark.parametrize("value", ["ftp://x/y", "watch", "https://", "http://x:nonsense/"])
def test_a_nonsense_ping_url_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PING_URL", value)
    with pytest.raises(env.Misconfigured, match="PING_URL"):
        env.ping_url()


def test_no_ping_url_calls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PING_URL", raising=False)
    assert env.ping_url() == ""


def test_a_task_waits_for_nobody_when_the_letter_is_not_due(people: People, task_at: TaskAt) -> None:
    task_at("assigned")
    assert not health.check_delivery().unsent_late
