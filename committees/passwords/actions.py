"""Owing a letter with a link to choose a password. Sending it is in `sending`, a minute later at most."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.actions import record
from committees import appointment_hooks, rules
from committees.appointment_hooks import BreakGlass
from committees.models import Body, Membership, PasswordLetter, Person
from portal.shared.days import today
from portal.shared.text import tidy

# One mailbox may serve a whole office; beyond this it is no longer somebody's own.
MAX_ACCOUNTS_OF_AN_ADDRESS = 5


@transaction.atomic
def send_reset_letter(*, person: Person, by: Person) -> Person:
    """Send a person a link with which they choose a password once; until then the old one holds."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    right = rules.may_send_reset_letter(by, person).or_raise()
    own = by.pk != person.pk and rules.has_power(person) and rules.changed_address(by, person)
    owe_letter(person, by)
    record(
        "reset_letter_sent",
        about=person,
        by=by,
        right=right,
        after={"email": person.email},
        break_glass=own,
    )
    if own:
        terms = Membership.objects.within(today(), None).filter(person=person)
        bodies = Body.objects.filter(pk__in=terms.values("office__body")).order_by("path")
        appointment_hooks.announce_break_glass(BreakGlass(person, by, list(bodies)))
    return person


@transaction.atomic
def send_first_letter(*, person: Person, by: Person) -> Person:
    """Send the letter for a first password again, to somebody who has not chosen one yet."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    right = rules.may_send_first_letter(by, person).or_raise()
    owe_letter(person, by)
    record("reset_letter_sent", about=person, by=by, right=right, after={"email": person.email})
    return person


@transaction.atomic
def ask_reset_letter(*, account: str, address: str) -> None:
    """Somebody at this address of the network forgot a password: whoever is meant gets a letter.

    `account` is what was typed, an account name or an e-mail. Nobody is told whether it is there.
    """
    for person in _people_of(tidy(account)):
        # Two letters that wait say no more than one, and a stranger who asks fills no mailbox.
        waits = PasswordLetter.objects.filter(person=person, next_attempt_at__isnull=False).exists()
        if not waits and rules.may_get_letter(person) and rules.chose_address(person):
            owe_letter(person, None)
            after = {"email": person.email, "address": address}
            record("reset_letter_asked", about=person, by=None, after=after)


def _people_of(account: str) -> list[Person]:
    people: QuerySet[Person] = Person.objects.select_for_update(no_key=True)
    named = people.filter(Q(username=account) | Q(email__iexact=account)).order_by("pk")
    rows = list(named[: MAX_ACCOUNTS_OF_AN_ADDRESS + 1])
    return rows if len(rows) <= MAX_ACCOUNTS_OF_AN_ADDRESS else []


def owe_letter(person: Person, by: Person | None) -> PasswordLetter:
    """Called inside an action: a change that is rolled back sends nothing.

    Not a letter of the ledger: nobody but the addressee may read the link, administrators least.
    """
    return PasswordLetter.objects.create(
        person=person, by=by, address=person.email, next_attempt_at=timezone.now()
    )
