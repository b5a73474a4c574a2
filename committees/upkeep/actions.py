"""Bodies below one's own and their people: made, entered and corrected by who keeps the members there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from committees import rules
from committees.actions.addresses import forget_refusal
from committees.actions.bodies import open_offices
from committees.actions.common import BODY_FIELDS, PERSON_FIELDS, read_stored, save_and_record
from committees.actions.terms import save_membership
from committees.models import Body, Membership, Office, Person
from committees.passwords.actions import owe_letter
from committees.upkeep.names import propose_code, propose_username
from portal.shared.days import today
from portal.shared.text import fold, tidy

# What its own superior may write of a body: never its place, its level or its end.
BELOW_FIELDS = ("name_vi", "name_en", "short_name", "decision", "note")


@transaction.atomic
def create_body_below(*, body: Body, by: Person) -> Body:
    """Make a body right below its parent, with its offices; without a code it gets the one proposed."""
    if body.parent_id is None:
        raise ValidationError({"parent": _("Say below which body it stands.")})
    # Locked: of two who enter the same name at once, the second is told.
    parent = Body.objects.select_for_update(no_key=True).get(pk=body.parent_id)
    right = rules.may_create_body_below(by, parent).or_raise()
    body.code = tidy(body.code).upper() or propose_code(parent, body.name_vi)
    body.level = body.level or parent.level
    body.chain = body.chain or parent.chain
    levels = Body.Level.values
    if body.level in levels and levels.index(body.level) < levels.index(parent.level):
        raise ValidationError({"level": _("A body does not stand below one of a lower level.")})
    _refuse_same_name(body, parent)
    save_and_record(
        body,
        {},
        BODY_FIELDS,
        verb="body",
        by=by,
        right=right,
        bodies=lambda: [body.pk, parent.pk],
    )
    open_offices([body])
    return body


def _refuse_same_name(body: Body, parent: Body) -> None:
    standing = Body.objects.filter(parent=parent).standing_on(today())
    if other := next((row for row in standing if fold(row.name_vi) == fold(body.name_vi)), None):
        reason = _("There is a body of this name here already: %(code)s.")
        raise ValidationError({"name_vi": reason % {"code": other.code}})


@transaction.atomic
def edit_body_below(*, body: Body, values: Mapping[str, str], by: Person) -> Body:
    """Change how a body is called and what is noted of it, from above."""
    body = Body.objects.select_for_update(no_key=True).get(pk=body.pk)
    right = rules.may_edit_body_below(by, body).or_raise()
    before = read_stored(body, BODY_FIELDS)
    for name in BELOW_FIELDS:
        setattr(body, name, values.get(name, getattr(body, name)))
    return save_and_record(
        body,
        before,
        BODY_FIELDS,
        verb="body",
        by=by,
        right=right,
        bodies=lambda: [body.pk, body.parent_id],
    )


@transaction.atomic
def add_person(
    *, name: str, email: str, office: Office, starts_on: date, by: Person, decision: str = ""
) -> Membership:
    """Enter somebody who has no account yet and appoint them; a letter lets them choose a password.

    An account is entered with an office only: whoever keeps a body makes none that nobody answers for.
    """
    # Locked: of two who enter the same person at once, the second is told.
    Body.objects.select_for_update(no_key=True).get(pk=office.body_id)
    right = rules.may_keep_office(by, office).or_raise()
    email = tidy(email)
    _refuse_known_address(email)
    person = Person(username=propose_username(email), name=tidy(name), email=email)
    person.set_unusable_password()
    save_and_record(
        person,
        {},
        PERSON_FIELDS,
        verb="person",
        by=by,
        right=right,
        bodies=lambda: [office.body_id],
    )
    owe_letter(person, by)
    term = Membership(person=person, office=office, starts_on=starts_on, decision=tidy(decision))
    return save_membership(membership=term, by=by)


def _refuse_known_address(email: str, but: Person | None = None) -> None:
    if not email:
        raise ValidationError({"email": _("Write the work e-mail: the letter goes there.")})
    others = Person.objects.filter(email__iexact=email)
    if other := (others.exclude(pk=but.pk) if but else others).first():
        reason = _("This address belongs to an account already: %(username)s. Choose that person.")
        raise ValidationError({"email": reason % {"username": other.username}})


@transaction.atomic
def change_person(*, person: Person, values: Mapping[str, str], by: Person) -> Person:
    """Correct the name, work e-mail or telephone of somebody."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    right = rules.may_change_person(by, person).or_raise()
    before = read_stored(person, PERSON_FIELDS)
    for name in ("name", "email", "phone"):
        setattr(person, name, tidy(values.get(name, getattr(person, name))))
    if person.email.casefold() != str(before["email"]).casefold():
        _refuse_known_address(person.email, person)
    forget_refusal(person, before)
    served = Membership.objects.within(today(), None).filter(person=person)
    return save_and_record(
        person,
        before,
        PERSON_FIELDS,
        verb="person",
        by=by,
        right=right,
        bodies=lambda: list(served.values_list("office__body_id", flat=True).distinct()),
    )
