"""Addresses that the mail server refuses for good, and how they are trusted again."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from committees import rules
from committees.models import Person
from portal.shared.verdicts import not_now, refuse

REFUSAL_FIELDS = ("address_refused_at", "address_answer")


@transaction.atomic
def refuse_address(*, person: Person, address: str, answer: str) -> bool:
    """Mail nothing more to an address that the server refused; False when that is known or it changed."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.address_refused_at or person.email != address:
        return False
    person.address_refused_at, person.address_answer = timezone.now(), answer[:500]
    person.save(update_fields=REFUSAL_FIELDS)
    record(
        "address_refused", about=person, by=None, after={"email": address, "answer": person.address_answer}
    )
    return True


@transaction.atomic
def accept_address(*, person: Person, by: Person) -> Person:
    """Mail to an address again that the mail server refused."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    rules.may_change_account(by, person).or_raise()
    if person.address_refused_at is None:
        refuse(not_now(_("No mail to this address was refused.")))
    before = {"email": person.email, "answer": person.address_answer}
    forget_refusal(person)
    person.save(update_fields=REFUSAL_FIELDS)
    record("address_accepted", about=person, by=by, before=before)
    return person


def forget_refusal(person: Person, before: Mapping[str, object] | None = None) -> None:
    """Trust a person's address again; with `before`, only when it differs from the address there."""
    if before is None or before.get("email") != person.email:
        person.address_refused_at, person.address_answer = None, ""
