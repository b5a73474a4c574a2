"""Somebody leaves: every office, absence and sign-in of theirs ends. Their tasks: tasks/actions/leaving."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees import rules
from committees.access import Right
from committees.actions.absences import finish_absence, follow
from committees.actions.common import MEMBERSHIP_FIELDS
from committees.models import Absence, Membership, MembershipQuerySet, Person
from portal.shared.days import today
from portal.shared.verdicts import not_now, refuse


@transaction.atomic
def close_account(*, person: Person, by: Person, last_day: date) -> Person:
    """End all that a person holds on their last day, and from now on nobody is signed in as them."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    right = rules.may_close(by, person).or_raise()
    if last_day > today():
        raise ValidationError(
            {"last_day": _("Today or earlier. For a later day, end the terms on that day and do this then.")}
        )
    terms = list(_running(person, last_day))
    if not person.is_active and not terms:
        refuse(not_now(_("This person has left already: the account is locked and no office is held.")))
    if any(last_day < term.starts_on <= today() for term in terms):
        raise ValidationError({"last_day": _("A term of theirs began after this day. Choose a later day.")})
    for absence in Absence.objects.filter(Q(person=person) | Q(deputy=person), ends_on__gte=today()):
        finish_absence(absence, by, right)
    for term in terms:
        _end(term, last_day, by, right)
    follow(person.pk, by=by, right=right)
    person.is_active = False
    # A session lives as long as the password's hash: a new one ends them all, also after an unlocking.
    person.set_unusable_password()
    person.save(update_fields=["is_active", "password"])
    after = {"last_day": last_day}
    record("person_left", about=person, by=by, right=right, after=after, bodies=_bodies(terms))
    return person


def _running(person: Person, last_day: date) -> MembershipQuerySet:
    """Terms of their own that hold today or later; what ended before stays as it was."""
    terms = Membership.objects.within(today(), None).filter(person=person, absence=None)
    return terms.exclude(ends_on=last_day).select_related("office")


def _end(term: Membership, last_day: date, by: Person, right: Right | None) -> None:
    """A term that would only have begun later is taken back; its event keeps what it was."""
    before = snapshot(term, MEMBERSHIP_FIELDS)
    bodies = [term.office.body_id]
    if term.starts_on > last_day:
        record("membership_removed", about=term, by=by, right=right, before=before, bodies=bodies)
        term.delete()
        return
    term.ends_on = last_day
    term.save(update_fields=["ends_on"])
    old, new = changes(before, snapshot(term, MEMBERSHIP_FIELDS))
    record("membership_changed", about=term, by=by, right=right, before=old, after=new, bodies=bodies)


def _bodies(terms: list[Membership]) -> list[int]:
    return [term.office.body_id for term in terms]
