"""People's accounts: entered, locked, given a password, kept by the person."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees import appointment_hooks, rules
from committees.actions.addresses import REFUSAL_FIELDS, forget_refusal
from committees.actions.common import PERSON_FIELDS, read_stored, save_and_record
from committees.appointment_hooks import BreakGlass
from committees.models import Body, Membership, Person
from portal.shared.changes import changed_fields, clean_changed_fields, stored_row
from portal.shared.days import today
from portal.shared.verdicts import no, refuse

log = logging.getLogger(__name__)


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
def send_reset_letter(*, person: Person, by: Person) -> Person:
    """Send a person a link with which they choose a password once; until then the old one holds."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    rules.may_send_reset_letter(by, person).or_raise()
    own = by.pk != person.pk and rules.has_power(person) and rules.changed_address(by, person)
    try:
        # Not a letter of the ledger: nobody but the addressee may read the link, administrators least.
        _reset_letter(person).send()
    except OSError as error:
        log.warning("The letter to choose a password for %s did not leave: %s", person.pk, error)
        raise ValidationError(
            _("The letter did not leave the portal; the log says why. Try again when that is mended.")
        ) from error
    record("reset_letter_sent", about=person, by=by, after={"email": person.email}, break_glass=own)
    if own:
        terms = Membership.objects.within(today(), None).filter(person=person)
        bodies = Body.objects.filter(pk__in=terms.values("office__body")).order_by("path")
        appointment_hooks.announce_break_glass(BreakGlass(person, by, list(bodies)))
    return person


def _reset_letter(person: Person) -> EmailMessage:
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    address = reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(person)])
    context = {
        "person": person,
        "url": settings.PORTAL_URL + address,
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }
    with override(person.language):
        subject = gettext("Choose your password for the steering committees portal")
        return EmailMessage(subject, render_to_string("letters/reset.txt", context), to=[person.email])


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
