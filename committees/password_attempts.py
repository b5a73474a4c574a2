"""How often a password was tried lately. Counted in the database, before the password is looked at.

Before, because guesses that arrive together would otherwise all be answered first and counted after; in the
database, because a cache may be away, and what is away counts nothing.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audit.models import Event
from committees.models import PasswordAttempts, Person

ATTEMPT_PERIOD = timedelta(minutes=15)
ELSEWHERE = "elsewhere"
DEVICE_COOKIE = "known_device"
DEVICE_SALT = "committees.password_attempts.device"
DEVICE_AGE = 180 * 24 * 60 * 60
MAX_PEOPLE_OF_A_DEVICE = 10
SIGN_INS_REMEMBERED = 100


@dataclass(frozen=True)
class Limit:
    """At most `number` tries in 15 minutes from the first one."""

    name: str
    number: int

    def take(self, who: str) -> int:
        """Count one more try, and say how many are left after it; below zero it is one too many."""
        now = timezone.now()
        # Durable: another process must see the count before this one looks at the password.
        with transaction.atomic(durable=True):
            row, _new = PasswordAttempts.objects.select_for_update().get_or_create(
                key=self._key(who), defaults={"since": now}
            )
            if now - row.since >= ATTEMPT_PERIOD:
                row.number, row.since = 0, now
            row.number += 1
            row.save()
        return self.number - row.number

    def give_back(self, who: str) -> None:
        """The last try was right and counts no more; the others stay."""
        rows = PasswordAttempts.objects.filter(key=self._key(who), number__gt=0)
        rows.update(number=F("number") - 1)

    def forget(self, who: str) -> None:
        PasswordAttempts.objects.filter(key=self._key(who)).delete()

    def _key(self, who: str) -> str:
        # What people type may hold anything, a password in the wrong field too.
        return hashlib.sha256(f"{self.name}:{who}".encode()).hexdigest()


NAME_LIMIT = Limit("name", 5)
# High, because a whole office may stand behind one address.
NETWORK_LIMIT = Limit("network", 100)
OLD_PASSWORD_LIMIT = Limit("old password", 5)
# Letters for a forgotten password: those for one account, and those that one network asks for.
LETTER_LIMIT = Limit("password letter", 3)
LETTER_NETWORK_LIMIT = Limit("password letters of a network", 30)


def network_of(address: str) -> str:
    """The network of an address: whoever has one address of IPv6 has all of its /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    prefix = 64 if parsed.version == 6 else 32
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def place_of(request: HttpRequest, username: str) -> str:
    """From where the account is tried: a device or a network that it was signed in from, or elsewhere.

    Each place has a count of its own. All that was never seen before is one place, so changing addresses
    gives nobody more tries; and whoever uses them all up there keeps no one from the own desk.
    """
    person = Person.objects.filter(username=username).first()
    device, people = _read_device(request)
    if person and person.pk in people:
        return f"device {device}"
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    if person and network and network in _networks_of(person):
        return f"network {network}"
    return ELSEWHERE


def is_device(place: str) -> bool:
    return place.startswith("device ")


def remember_device(request: HttpRequest, response: HttpResponse, person: Person, *, secure: bool) -> None:
    """The person signed in: this browser is known from now on."""
    device, people = _read_device(request)
    people = [person.pk, *(pk for pk in people if pk != person.pk)][:MAX_PEOPLE_OF_A_DEVICE]
    value = signing.dumps({"device": device or secrets.token_urlsafe(16), "people": people}, salt=DEVICE_SALT)
    response.set_cookie(
        DEVICE_COOKIE,
        value,
        max_age=DEVICE_AGE,
        path="/accounts/login/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _read_device(request: HttpRequest) -> tuple[str, list[int]]:
    """Its mark and the people who signed in on it; nothing where the cookie is not one of ours."""
    try:
        content = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt=DEVICE_SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return "", []
    return content["device"], content["people"]


def _networks_of(person: Person) -> set[str]:
    """Networks that the account was signed in from lately, as the trail says."""
    events = Event.objects.about(person).filter(verb="signed_in").newest_first()[:SIGN_INS_REMEMBERED]
    return {network_of(event.after.get("address", "")) for event in events}


def forget_old() -> int:
    """Counts that hold nobody back any more; how many there were."""
    return PasswordAttempts.objects.filter(since__lt=timezone.now() - ATTEMPT_PERIOD).delete()[0]
