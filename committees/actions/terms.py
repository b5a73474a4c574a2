"""Terms: who holds which office, from which day to which."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import rules
from committees.actions.absences import follow
from committees.actions.common import MEMBERSHIP_FIELDS, save, stored
from committees.models import Membership, Office, Person

HOLDS = ("person", "office", "starts_on", "ends_on")
"""Who holds what and when: only a change of these can make two terms overlap."""


@transaction.atomic
def save_membership(*, membership: Membership, by: Person | None) -> Membership:
    """Appoint a person to an office for a term, or correct the term."""
    Person.objects.select_for_update(no_key=True).get(pk=membership.person_id)
    before = stored(membership, MEMBERSHIP_FIELDS)
    if by is not None:
        _may_keep(membership, before, by)
    if membership.absence_id:
        raise ValidationError(_("A deputy's term follows the absence. Change or end the absence instead."))
    membership.clean()  # a term that ends before it starts overlaps nothing, or anything
    if any(before.get(name) != now for name, now in snapshot(membership, HOLDS).items()):
        _refuse_overlap(membership)
    save(
        membership,
        before,
        MEMBERSHIP_FIELDS,
        verb="membership",
        by=by,
        bodies=lambda: [membership.office.body_id],
    )
    follow(membership.person_id, by=by)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date, by: Person) -> Membership:
    """End a term on a day; from the next day it gives nothing."""
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    membership.ends_on = ends_on
    return save_membership(membership=membership, by=by)


def _may_keep(membership: Membership, before: dict[str, object], by: Person) -> None:
    """Ask for the body the office belongs to, and for the one it belonged to before."""
    offices = Office.objects.filter(pk__in={membership.office_id, before.get("office", membership.office_id)})
    for office in offices.select_related("body"):
        rules.may_manage_members(by, office.body).or_raise()


def _refuse_overlap(membership: Membership) -> None:
    """One person holds one office once at a time; another office at the same time is another term."""
    if membership.starts_on is None:
        return  # said beside the field when the row is checked
    terms = Membership.objects.within(membership.starts_on, membership.ends_on).exclude(pk=membership.pk)
    # What they hold as a deputy gives way to an office of their own.
    own = terms.filter(person=membership.person_id, office=membership.office_id, absence=None)
    other = own.first()
    if other:
        until = f"{other.ends_on:%d/%m/%Y}" if other.ends_on else "…"
        message = _("This person already holds this office from %(start)s to %(end)s. End that term first.")
        raise ValidationError({"starts_on": message % {"start": f"{other.starts_on:%d/%m/%Y}", "end": until}})
