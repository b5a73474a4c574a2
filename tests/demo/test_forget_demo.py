"""The demonstration never becomes a real installation by accident."""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from audit.models import Event
from committees import actions
from committees.models import Membership, Person
from committees.roles import Role
from demo import accounts
from demo.people import Cast
from portal.env import Misconfigured
from portal.jobs import stop_where_demo_accounts_are_open
from portal.runner.paths import ROOT
from portal.shared.days import today
from tests.support.people import SINCE, Bodies, appoint, make_person
from tests.support.servers import url_of_test_database

pytestmark = pytest.mark.once

STOPS = "accounts of the demonstration, and DEBUG is off: close them with"


@pytest.fixture
def demo(db: None, bodies: Bodies) -> Person:
    """As `load_demo` makes them, with an office and all power."""
    cast = Cast({}, "demo")
    person = cast.person("central.head", "Tổng Bí thư", signs_in=True, staff=True)
    cast.write()
    appoint(person, bodies.top, Role.HEAD, SINCE)
    return person


def sign_in(client: Client, name: str) -> int:
    return client.post("/accounts/login/", {"username": name, "password": "demo"}).status_code


def test_what_the_demo_makes_is_marked_and_nobody_else_is(demo: Person) -> None:
    look_alike = make_person("tw.vptw")
    Person.objects.filter(pk=look_alike.pk).update(email="tw.vptw@demo.invalid")
    assert list(Person.objects.filter(is_demo=True)) == [demo]


def test_an_account_that_was_there_before_stays_a_real_one(db: None) -> None:
    """The demo meets an administrator whom createsuperuser made."""
    real = make_person("admin")
    cast = Cast({}, "demo")
    assert cast.person("admin", "Quản trị hệ thống", signs_in=True, staff=True) == real
    cast.write()
    real.refresh_from_db()
    assert not real.is_demo


def test_neither_worker_nor_beat_begins_where_they_are_open(demo: Person, settings: Any) -> None:
    settings.DEBUG = True
    stop_where_demo_accounts_are_open()
    settings.DEBUG = False
    with pytest.raises(SystemExit) as stopped:
        stop_where_demo_accounts_are_open()
    assert STOPS in str(stopped.value)
    accounts.close_all()
    stop_where_demo_accounts_are_open()


def test_they_sign_in_only_in_a_demonstration(demo: Person, settings: Any) -> None:
    settings.DEBUG = True
    client = Client()
    assert sign_in(client, demo.username) == 302
    assert client.get("/profile/").status_code == 200
    settings.DEBUG = False
    assert client.get("/profile/").status_code == 302, "a session from before is over"
    assert sign_in(Client(), demo.username) == 200
    assert sign_in(Client(), make_person("that").username) == 302


def test_the_start_stops_where_debug_is_off(demo: Person, settings: Any) -> None:
    settings.DEBUG = True
    accounts.refuse_open_accounts()
    settings.DEBUG = False
    with pytest.raises(Misconfigured, match=f"This database holds 1 {STOPS} .*manage.py forget_demo"):
        accounts.refuse_open_accounts()
    with pytest.raises(CommandError, match=STOPS):
        call_command("forget_demo", "--check")
    call_command("forget_demo", stdout=StringIO())
    accounts.refuse_open_accounts()
    call_command("forget_demo", "--check")


def test_one_that_somebody_unlocks_stops_the_start_again(demo: Person, settings: Any) -> None:
    settings.DEBUG = False
    accounts.close_all()
    Person.objects.filter(pk=demo.pk).update(is_active=True)
    with pytest.raises(Misconfigured, match=STOPS):
        accounts.refuse_open_accounts()


def test_forgetting_closes_them_and_leaves_everybody_else(
    demo: Person, bodies: Bodies, settings: Any
) -> None:
    real = make_person("that")
    kept = appoint(real, bodies.top, Role.SECRETARY, SINCE)
    said = StringIO()
    call_command("forget_demo", stdout=said)
    demo.refresh_from_db()
    assert (demo.is_active, demo.is_staff, demo.is_superuser) == (False, False, False)
    assert not demo.has_usable_password()
    assert not Membership.objects.holding_on(today() + timedelta(days=1)).filter(person=demo).exists()
    event = Event.objects.about(demo).get(verb="person_left")
    assert event.by_id is None
    assert {"before": event.before, **event.after} == {
        "before": {"is_staff": True, "is_superuser": True},
        "is_staff": False,
        "is_superuser": False,
        "last_day": (today() - timedelta(days=1)).isoformat(),
    }
    real.refresh_from_db()
    assert (real.is_active, real.has_usable_password()) == (True, True)
    assert list(Membership.objects.holding_on(today() + timedelta(days=1))) == [kept]
    assert "1" in said.getvalue()

    before = Event.objects.count()
    call_command("forget_demo", stdout=said)
    assert Event.objects.count() == before


def test_only_a_demo_account_is_closed_by_the_portal_itself(db: None) -> None:
    real = make_person("that")
    with pytest.raises(Person.DoesNotExist):
        actions.close_demo_account(person=real)
    real.refresh_from_db()
    assert real.is_active


def test_a_database_that_is_away_does_not_stop_the_start(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, worker and beat wait for it; the sign-in refuses demo accounts in any case."""

    def away() -> Any:
        raise OperationalError("connection refused")

    settings.DEBUG = False
    monkeypatch.setattr(accounts, "open_demo_accounts", away)
    accounts.refuse_open_accounts()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "argv",
    [
        ["gunicorn", "portal.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"],
        ["celery", "-A", "portal", "worker"],
        ["celery", "-A", "portal", "beat", "--pidfile="],
    ],
    ids=["web", "worker", "beat"],
)
def test_every_process_stops(broker: str, argv: list[str]) -> None:
    make_person("central.head")
    Person.objects.update(is_demo=True)
    environ = {
        **os.environ,
        "DATABASE_URL": url_of_test_database(),
        "DEBUG": "0",
        "SECRET_KEY": "x" * 40,
        "ALLOWED_HOSTS": "portal.example",
        "PORTAL_URL": "https://portal.example",
        "EMAIL_URL": "folder:",
        "DEFAULT_FROM_EMAIL": "portal@example",
    }
    command = [sys.executable, "-m", *argv]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert STOPS in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
