"""What changes people, bodies, offices and memberships: one function, one transaction, one event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import TypeVar

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees import access, rules
from committees.models import Body, Membership, Office, Person
from committees.roles import Role
from portal.shared.text import tidy_row
from portal.shared.verdicts import no, refuse

T = TypeVar("T", bound=models.Model)

PERSON_FIELDS = ("username", "name", "email", "phone", "language", "is_active", "is_staff", "is_superuser")
BODY_FIELDS = (
    "code",
    "kind",
    "level",
    "chain",
    "parent",
    "name_vi",
    "name_en",
    "short_name",
    "standing_agency",
    "decision",
    "established_on",
    "dissolved_on",
    "note",
)
MEMBERSHIP_FIELDS = (
    "person",
    "office",
    "starts_on",
    "ends_on",
    "position",
    "position_en",
    "decision",
    "fields",
)


@transaction.atomic
def save_person(*, person: Person, by: Person | None) -> Person:
    """Enter or change a person. Only a superuser makes, changes or unmakes a superuser."""
    before = _stored(person, PERSON_FIELDS)
    if by is not None:
        rules.may_change_account(by, person).or_raise()
        if before.get("is_superuser"):
            rules.may_change_account(by, Person.objects.get(pk=person.pk)).or_raise()
        _refuse_shutting_oneself_out(person, by)
    return _save(person, before, PERSON_FIELDS, verb="person", by=by)


@transaction.atomic
def set_password(*, person: Person, new_password: str, by: Person) -> Person:
    """Give a person a new password; wherever they are signed in, they are signed out."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    rules.may_change_account(by, person).or_raise()
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
    before = _stored(person, fields)
    person.full_clean(exclude=[f.name for f in Person._meta.fields if f.name not in fields])
    person.save(update_fields=fields)
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


@transaction.atomic
def save_body(*, body: Body, by: Person | None) -> Body:
    """Enter or change a body; a new one gets its nine offices with the default permissions."""
    if by is not None:
        rules.may_administer(by).or_raise()
    before = _stored(body, BODY_FIELDS)
    _refuse_circle(body)
    _save(body, before, BODY_FIELDS, verb="body", by=by, bodies=lambda: [body.pk, body.parent_id])
    if not before:
        open_offices([body])
    return body


def open_offices(bodies: Iterable[Body]) -> None:
    """The nine offices of each body with what each may do by default (DESIGN §3)."""
    places = [(body, role) for body in bodies for role in Role]
    groups = Group.objects.bulk_create([Group(name=f"{body.pk}:{role}") for body, role in places])
    offices = [
        Office(group=group, body=body, role=role) for group, (body, role) in zip(groups, places, strict=True)
    ]
    Office.objects.bulk_create(offices)
    access.grant_defaults(offices)


@transaction.atomic
def set_office_permissions(*, office: Office, permissions: Collection[str], by: Person) -> Office:
    """Change what an office may do on its body; no other body's office changes."""
    rules.may_administer(by).or_raise()
    office = (
        Office.objects.select_for_update(no_key=True, of=("self",)).select_related("body").get(pk=office.pk)
    )
    before = sorted(access.permissions_of(office))
    access.set_permissions(office, permissions)
    after = sorted(permissions)
    if before != after:
        record(
            "office_permissions_changed",
            about=office,
            by=by,
            bodies=[office.body_id],
            before={"permissions": before},
            after={"permissions": after},
        )
    return office


@transaction.atomic
def save_membership(*, membership: Membership, by: Person | None) -> Membership:
    """Appoint a person to an office for a term, or correct the term."""
    Person.objects.select_for_update(no_key=True).get(pk=membership.person_id)
    before = _stored(membership, MEMBERSHIP_FIELDS)
    if by is not None:
        _may_keep(membership, before, by)
    membership.clean()  # a term that ends before it starts overlaps nothing, or anything
    _refuse_overlap(membership)
    return _save(
        membership,
        before,
        MEMBERSHIP_FIELDS,
        verb="membership",
        by=by,
        bodies=lambda: [membership.office.body_id],
    )


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date, by: Person) -> Membership:
    """End a term on a day; from the next day it gives nothing."""
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    membership.ends_on = ends_on
    return save_membership(membership=membership, by=by)


def _refuse_shutting_oneself_out(person: Person, by: Person) -> None:
    """Else the last administrator could lock the door from outside."""
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


def _may_keep(membership: Membership, before: dict[str, object], by: Person) -> None:
    """Ask for the body the office belongs to, and for the one it belonged to before."""
    offices = Office.objects.filter(pk__in={membership.office_id, before.get("office", membership.office_id)})
    for office in offices.select_related("body"):
        rules.may_manage_members(by, office.body).or_raise()


def _refuse_overlap(membership: Membership) -> None:
    """One person holds one office once at a time; another office at the same time is another term."""
    if membership.starts_on is None:
        return  # said beside the field when the row is checked
    terms = Membership.objects.filter(person=membership.person_id, office=membership.office_id)
    terms = terms.exclude(pk=membership.pk).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=membership.starts_on)
    )
    if membership.ends_on:
        terms = terms.filter(starts_on__lte=membership.ends_on)
    other = terms.first()
    if other:
        until = f"{other.ends_on:%d/%m/%Y}" if other.ends_on else "…"
        message = _("This person already holds this office from %(start)s to %(end)s. End that term first.")
        raise ValidationError({"starts_on": message % {"start": f"{other.starts_on:%d/%m/%Y}", "end": until}})


def _refuse_circle(body: Body) -> None:
    if body._state.adding or body.parent_id is None:
        return
    if body.parent_id == body.pk:
        raise ValidationError({"parent": _("A body cannot be its own superior.")})
    parent = Body.objects.get(pk=body.parent_id)
    if body.pk in parent.ancestor_ids():
        raise ValidationError(
            {"parent": _("This body is already above that one: the tree would be a circle.")}
        )


def _stored(thing: models.Model, fields: Iterable[str]) -> dict[str, object]:
    """The row as the database holds it now; empty for a new one."""
    if thing.pk is None:
        return {}
    row = type(thing)._default_manager.filter(pk=thing.pk).first()
    return snapshot(row, fields) if row else {}


def _save(
    thing: T,
    before: dict[str, object],
    fields: tuple[str, ...],
    *,
    verb: str,
    by: Person | None,
    bodies: Callable[[], list[int | None]] = list,
) -> T:
    """Check, write and record; an edit that changes nothing writes no event."""
    tidy_row(thing, fields)
    thing.full_clean()
    thing.save()
    old, new = changes(before, snapshot(thing, fields))
    if new:
        verb = f"{verb}_{'changed' if before else 'entered'}"
        record(verb, about=thing, by=by, before=old if before else {}, after=new, bodies=bodies())
    return thing
