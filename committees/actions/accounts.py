"""People's accounts: entered, locked, given a password, kept by the person."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees import rules
from committees.actions.addresses import REFUSAL_FIELDS, forget_refusal
from committees.actions.common import PERSON_FIELDS, read_stored, save_and_record
from committees.models import Person
from portal.shared.changes import changed_fields, clean_changed_fields, stored_row
from portal.shared.verdicts import no, refuse


@transaction.atomic
def save_person(*, person: Person, by: Person | None) -> Person:
    """Enter or change a person. Only a superuser makes, changes or unmakes a superuser."""
    before = read_stored(person, PERSON_FIELDS)
    if by is not None:
        rules.may_change_account(by, person).or_raise()
        if before.get("is_superuser"):
            rules.may_change_account(by, Person.objects.get(pk=person.pk)).or_raise()
        _refuse_shutting_oneself_out(person, by)
    forget_refusal(person, before)
    return save_and_record(person, before, PERSON_FIELDS, verb="person", by=by)


@transaction.atomic
def set_password(*, person: Person, new_password: str, by: Person) -> Person:
    """Give a person a new password; wherever they are signed in, they are signed out."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    rules.may_set_password(by, person).or_raise()
    try:
        validate_password(new_password, person)
    except ValidationError as error:
        raise ValidationError({"new_password": error.messages}) from error
    person.set_password(new_password)
    person.save(update_fields=["password"])
    record("password_set", about=person, by=by)
    return person


@transaction.atomic
def save_own_profile(*, person: Person, by: Person) -> Person:
    """A person keeps their own language, e-mail and telephone."""
    if person.pk != by.pk:
        refuse(no(_("You can change only your own profile.")))
    fields = ("language", "email", "phone")
    before = read_stored(person, fields)
    clean_changed_fields(person, changed_fields(person, stored_row(person)).intersection(fields))
    forget_refusal(person, before)
    person.save(update_fields=(*fields, *REFUSAL_FIELDS))
    old, new = changes(before, snapshot(person, fields))
    if new:
        record("profile_changed", about=person, by=by, before=old, after=new)
    return person


@transaction.atomic
def change_own_password(*, person: Person, password: str) -> Person:
    """Replace one's own password, after the form asked for the old one; the password is in no event."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record("password_changed", about=person, by=person)
    return person


@transaction.atomic
def note_sign_in(*, person: Person, address: str = "") -> None:
    """Write down that a person signed in, and from which address."""
    record("signed_in", about=person, by=person, after={"address": address} if address else None)


def _refuse_shutting_oneself_out(person: Person, by: Person) -> None:
    """Nobody locks or demotes their own account: the last administrator could lock everybody out."""
    if person.pk != by.pk:
        return
    if not person.is_active:
        raise ValidationError(
            {"is_active": _("You cannot lock your own account. Ask another administrator.")}
        )
    if not person.is_staff:
        raise ValidationError(
            {"is_staff": _("You cannot end your own administration. Ask another administrator.")}
        )
