"""Somebody leaves: every office, absence and sign-in of theirs ends. Their tasks: tasks/actions/leaving."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees import rules
from committees.access import Right
from committees.actions.absences import ONE_DAY, finish_absence, update_deputy_terms
from committees.actions.terms import close_term
from committees.models import Absence, Membership, Person
from portal.shared.days import today
from portal.shared.verdicts import not_now, refuse


@transaction.atomic
def close_account(*, person: Person, by: Person, last_day: date | None = None) -> Person:
    """End all that a person holds after a last day, or at once; from now on nobody is signed in as them."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    right = rules.may_close(by, person).or_raise()
    return _close(person, by, right, last_day)


@transaction.atomic
def close_demo_account(*, person: Person) -> Person:
    """Close an account of the demonstration at once: nobody signs in with it, and it holds nothing.

    The portal itself does it, so nobody's right is asked. The row stays: the trail and the tasks name it.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk, is_demo=True)
    before = snapshot(person, ("is_staff", "is_superuser"))
    person.is_staff = person.is_superuser = False
    person.save(update_fields=["is_staff", "is_superuser"])
    return _close(person, None, None, None, before)


def _close(
    person: Person,
    by: Person | None,
    right: Right | None,
    last_day: date | None,
    rights_before: dict[str, Any] | None = None,
) -> Person:
    at_once = last_day is None
    last_day = last_day or today() - ONE_DAY
    if last_day > today():
        raise ValidationError(
            {"last_day": _("Today or earlier. For a later day, end the terms on that day and do this then.")}
        )
    # Those that hold today or later; what ended before stays as it was.
    own = Membership.objects.within(today(), None).filter(person=person, absence=None)
    terms = list(own.exclude(ends_on=last_day).select_related("office"))
    if not person.is_active and not terms:
        refuse(not_now(_("This person has left already: the account is locked and no office is held.")))
    if not at_once and any(last_day < term.starts_on <= today() for term in terms):
        raise ValidationError({"last_day": _("A term of theirs began after this day. Choose a later day.")})
    for absence in Absence.objects.filter(Q(person=person) | Q(deputy=person), ends_on__gte=today()):
        finish_absence(absence, by, right)
    for term in terms:
        close_term(term, last_day, by, right)
    update_deputy_terms(person.pk, by=by, right=right)
    person.is_active = False
    # A session lives as long as the password's hash: a new one ends them all, also after an unlocking.
    person.set_unusable_password()
    person.save(update_fields=["is_active", "password"])
    old, new = changes(rights_before or {}, snapshot(person, tuple(rights_before or ())))
    after = {**new, "last_day": last_day}
    bodies = [term.office.body_id for term in terms]
    record("person_left", about=person, by=by, right=right, before=old, after=after, bodies=bodies)
    return person
