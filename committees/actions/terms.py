"""Terms: who holds which office, from which day to which."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees import access, appointment_hooks, rules
from committees.access import Right
from committees.actions.absences import ONE_DAY, update_deputy_terms
from committees.actions.common import MEMBERSHIP_FIELDS, read_stored, save_and_record
from committees.appointment_hooks import Appointment
from committees.models import Membership, Office, Person
from portal.shared.days import format_day, today

# Who holds what and when: only a change of these can make two terms overlap.
OVERLAP_FIELDS = ("person", "office", "starts_on", "ends_on")

# What of a term gives rights; position and decision are words.
RIGHTS_FIELDS = (*OVERLAP_FIELDS, "fields")


@transaction.atomic
def save_membership(*, membership: Membership, by: Person | None) -> Membership:
    """Appoint a person to an office for a term, or correct the term; the heads concerned are told."""
    Person.objects.select_for_update(no_key=True).get(pk=membership.person_id)
    before = read_stored(membership, MEMBERSHIP_FIELDS)
    right = _right_to_fill(membership, before, by) if by is not None else None
    own = by is not None and any(
        rules.acts_for_oneself(by, person) for person in _holders(membership, before)
    )
    if membership.absence_id:
        raise ValidationError(_("A deputy's term follows the absence. Change or end the absence instead."))
    membership.clean()  # a term that ends before it starts overlaps nothing, or anything
    if any(before.get(name) != now for name, now in snapshot(membership, OVERLAP_FIELDS).items()):
        _refuse_overlap(membership)
    save_and_record(
        membership,
        before,
        MEMBERSHIP_FIELDS,
        verb="membership",
        by=by,
        right=right,
        bodies=lambda: [membership.office.body_id],
        break_glass=own,
    )
    update_deputy_terms(membership.person_id, by=by, right=right)
    after = snapshot(membership, MEMBERSHIP_FIELDS)
    if by is not None and any(before.get(name) != after[name] for name in RIGHTS_FIELDS):
        appointment_hooks.announce_appointment(Appointment(membership, by, new=not before, own=own))
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date | None = None, by: Person) -> Membership:
    """End a term after its last day, or at once: from this moment it gives nothing."""
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if ends_on is not None:
        membership.ends_on = ends_on
        return save_membership(membership=membership, by=by)
    right = _right_to_fill(membership, snapshot(membership, MEMBERSHIP_FIELDS), by)
    if membership.absence_id:
        raise ValidationError(_("A deputy's term follows the absence. Change or end the absence instead."))
    if membership.ends_on and membership.ends_on < today():
        raise ValidationError(_("This term is over: there is nothing to end."))
    own = rules.acts_for_oneself(by, membership.person)
    close_term(membership, today() - ONE_DAY, by, right, break_glass=own)
    update_deputy_terms(membership.person_id, by=by, right=right)
    if membership.pk:
        appointment_hooks.announce_appointment(Appointment(membership, by, new=False, own=own))
    return membership


def close_term(
    term: Membership, last_day: date, by: Person | None, right: Right | None, *, break_glass: bool = False
) -> None:
    """Let a term end on a day; one that would only have begun later is taken back, its event keeps it."""
    facts: dict[str, Any] = {
        "about": term,
        "by": by,
        "right": right,
        "bodies": [term.office.body_id],
        "break_glass": break_glass,
    }
    before = snapshot(term, MEMBERSHIP_FIELDS)
    if term.starts_on > last_day:
        record("membership_removed", before=before, **facts)
        term.delete()
        return
    term.ends_on = last_day
    term.save(update_fields=["ends_on"])
    old, new = changes(before, snapshot(term, MEMBERSHIP_FIELDS))
    record("membership_changed", before=old, after=new, **facts)


def _right_to_fill(membership: Membership, before: dict[str, object], by: Person) -> Right | None:
    """The right to fill the office, for the office and person of now and of before the change.

    Of several rights that are all needed, one on behalf of somebody else is named.
    """
    offices = Office.objects.filter(pk__in={membership.office_id, before.get("office", membership.office_id)})
    people = _holders(membership, before)
    rights = [
        rules.may_fill_office(by, person, office).or_raise()
        for office in offices.select_related("body__parent")
        for person in people
    ]
    return access.lent_first(rights)


def _holders(membership: Membership, before: dict[str, object]) -> list[Person]:
    """Who holds the term now, and who held it before this change."""
    keys = {membership.person_id, before.get("person", membership.person_id)}
    return list(Person.objects.in_bulk(keys).values())


def _refuse_overlap(membership: Membership) -> None:
    """One person holds one office once at a time; another office at the same time is another term."""
    if membership.starts_on is None:
        return  # said beside the field when the row is checked
    terms = Membership.objects.within(membership.starts_on, membership.ends_on).exclude(pk=membership.pk)
    # What they hold as a deputy gives way to an office of their own.
    own = terms.filter(person=membership.person_id, office=membership.office_id, absence=None)
    other = own.first()
    if other:
        until = format_day(other.ends_on) if other.ends_on else "…"
        message = _("This person already holds this office from %(start)s to %(end)s. End that term first.")
        raise ValidationError({"starts_on": message % {"start": format_day(other.starts_on), "end": until}})
