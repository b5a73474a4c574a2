"""Switching off letters by one click in a letter, without signing in (RFC 8058).

The link names a person and kinds, is signed, and holds for 60 days. It can do nothing but this: switch
kinds that are no duty to the portal only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from committees.models import Person
from notices import kinds
from notices.kinds import Kind
from notices.preferences import is_switchable, switchable_kinds

LINK_LIFETIME = timedelta(days=60)
SALT = "notices.unsubscribe"


@dataclass(frozen=True)
class UnsubscribeRequest:
    person: Person
    kinds: list[Kind]


def unsubscribe_url(person: Person, names: Iterable[str]) -> str:
    """The address for the kinds in a letter that may be switched off; empty when none may."""
    free = sorted(name for name in set(names) if kinds.known(name) and is_switchable(kinds.get(name)))
    if not free:
        return ""
    token = signing.dumps([person.pk, free], salt=SALT)
    return settings.PORTAL_URL + reverse("notices:unsubscribe", args=[token])


def read_token(token: str) -> UnsubscribeRequest | None:
    """Person and kinds of a link; None if nobody signed it, it is too old, or the person is locked."""
    try:
        pk, names = signing.loads(token, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return None
    person = Person.objects.filter(pk=pk, is_active=True).first()
    free = {kind.name for kind in switchable_kinds()}
    # Asked again: what was free when the letter was written may be a duty now.
    return UnsubscribeRequest(person, [kinds.get(name) for name in names if name in free]) if person else None
