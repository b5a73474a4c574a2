"""Being away: a deputy holds the offices meanwhile, by terms that are dated like all others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import changes, record, snapshot
from committees import appointment_hooks, rules
from committees.access import Right
from committees.appointment_hooks import Appointment
from committees.models import Absence, Membership, MembershipQuerySet, Person
from portal.shared.changes import changed_fields, clean_changed_fields
from portal.shared.days import format_day, today
from portal.shared.text import tidy_row

ABSENCE_FIELDS = ("person", "deputy", "starts_on", "ends_on", "reason")
MAX_ABSENCE = timedelta(days=365)
ONE_DAY = timedelta(days=1)


@transaction.atomic
def save_absence(*, absence: Absence, by: Person) -> Absence:
    """Name a deputy for the days on which a person is away, or change the days."""
    old = Absence.objects.select_related("person").filter(pk=absence.pk).first()
    _lock_people(absence.person_id, absence.deputy_id)
    right = rules.may_keep_absences(by, old.person if old else absence.person).or_raise()
    rules.may_name_deputy(by, absence.person, absence.deputy).or_raise()
    own = by.pk == absence.deputy_id
    if old is None:
        absence.by, absence.at = by, timezone.now()
    _check_absence(absence, old)
    before, days = _event_values(old) if old else {}, _days_of_terms(absence)
    absence.save()
    _update_terms(absence)
    _record("absence_changed" if old else "absence_entered", absence, before, by, right, break_glass=own)
    update_deputy_terms(absence.deputy_id, *([old.deputy_id] if old else []), by=by, right=right)
    _announce_terms(absence, days, by, own=own)
    return absence


@transaction.atomic
def end_absence(*, absence: Absence, by: Person) -> None:
    """The person is back: from this moment their deputy holds nothing of theirs."""
    absence = Absence.objects.select_related("person", "deputy").get(pk=absence.pk)
    _lock_people(absence.person_id, absence.deputy_id)
    right = rules.may_keep_absences(by, absence.person).or_raise()
    if absence.ends_on < today():
        raise ValidationError(_("This absence is over: there is nothing to end."))
    finish_absence(absence, by, right)


def finish_absence(absence: Absence, by: Person | None, right: Right | None) -> None:
    """End an absence without asking a rule: the caller did, as when one of the two leaves for good."""
    before, begun = _event_values(absence), absence.starts_on < today()
    if begun:
        absence.ends_on = today() - ONE_DAY
        absence.save(update_fields=["ends_on"])
    bodies = _bodies_of(absence)
    for term in _deputy_terms(absence):
        _end_term(term)
    record("absence_ended", about=absence, by=by, right=right, before=before, bodies=bodies)
    if not begun:
        absence.delete()  # no whole day of it counted; the event keeps what it was
    update_deputy_terms(absence.deputy_id, by=by, right=right)


def update_deputy_terms(*people: int, by: Person | None, right: Right | None) -> None:
    """Let what deputies hold for these people, and they for others, follow a change of their terms."""
    concerned = Q(person__in=people) | Q(deputy__in=people)
    absences = Absence.objects.filter(concerned, ends_on__gte=today()).select_related("person", "deputy")
    for absence in absences.order_by("pk"):
        before = _event_values(absence)
        _update_terms(absence)
        _record("absence_changed", absence, before, by, right)


def _lock_people(*people: int) -> None:
    """Lock the rows of people in one order, so that two absences entered at once wait for each other."""
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))


def _check_absence(absence: Absence, old: Absence | None) -> None:
    """Check what an edit touches: where the deputy left meanwhile, reason and last day can still change."""
    tidy_row(absence, ABSENCE_FIELDS)
    changed = changed_fields(absence, old)
    clean_changed_fields(absence, changed)
    _check_days(absence, changed)
    _check_deputy(absence, old, changed)
    if changed.isdisjoint({"person", "deputy", "starts_on", "ends_on"}):
        return
    if not _own_terms(absence).exists():
        sentence = _("%(person)s holds no office on these days, so there is nothing to stand in for.")
        raise ValidationError(sentence % {"person": absence.person})
    others = Absence.objects.filter(starts_on__lte=absence.ends_on, ends_on__gte=absence.starts_on)
    others = others.exclude(pk=absence.pk)
    if others.filter(person=absence.person).exists():
        raise ValidationError(
            {"starts_on": _("Another absence is entered for some of these days. End or change that one.")}
        )
    if others.filter(person=absence.deputy).exists():
        sentence = _("%(person)s is away too on some of these days. Choose somebody else.")
        raise ValidationError({"deputy": sentence % {"person": absence.deputy}})


def _check_days(absence: Absence, changed: set[str]) -> None:
    if changed.isdisjoint({"starts_on", "ends_on"}):
        return
    if absence.ends_on < absence.starts_on:
        raise ValidationError({"ends_on": _("The last day is not before the first day.")})
    if "starts_on" in changed and absence.starts_on < today():
        raise ValidationError({"starts_on": _("Begin today or later: the past stays as it was.")})
    if "ends_on" in changed and absence.ends_on < today():
        raise ValidationError({"ends_on": _("Not a day that has passed. To end it now, end the absence.")})
    if absence.ends_on - absence.starts_on > MAX_ABSENCE:
        raise ValidationError(
            {"ends_on": _("At most a year. For longer, appoint somebody else to the office.")}
        )


def _check_deputy(absence: Absence, old: Absence | None, changed: set[str]) -> None:
    if old and "person" in changed:
        raise ValidationError({"person": _("Enter another absence for another person.")})
    if changed.isdisjoint({"deputy", "starts_on"}):
        return
    if absence.deputy_id == absence.person_id:
        raise ValidationError({"deputy": _("Choose somebody else: nobody stands in for themself.")})
    if old and old.starts_on <= today():
        raise ValidationError(
            {"deputy": _("It has begun: the deputy and the first day stay. End it and enter another one.")}
        )
    if not absence.deputy.is_active:
        raise ValidationError({"deputy": _("This account is locked. Choose somebody else.")})
    if not Person.objects.beside(absence.person, today()).filter(pk=absence.deputy_id).exists():
        raise ValidationError({"deputy": _("Choose somebody who holds an office in one of the same bodies.")})


def _own_terms(absence: Absence) -> MembershipQuerySet:
    """The terms that the deputy takes over; what the person holds as a deputy is not passed on."""
    terms = Membership.objects.within(absence.starts_on, absence.ends_on)
    return terms.filter(person=absence.person_id, absence=None).select_related("office__body")


def _deputy_terms(absence: Absence) -> MembershipQuerySet:
    """The deputy's terms that are not over."""
    return Membership.objects.within(today(), None).filter(absence=absence)


def _update_terms(absence: Absence) -> None:
    """Make the deputy's terms what the absence and the person's own terms say, from today on."""
    current = {term.office_id: term for term in _deputy_terms(absence)}
    for own in _own_terms(absence):
        term = current.pop(own.office_id, None) or Membership(
            person_id=absence.deputy_id, office=own.office, absence=absence, starts_on=today()
        )
        if not _copy_own_term(term, own, absence):
            current[own.office_id] = term
    for term in current.values():
        _end_term(term)


def _copy_own_term(term: Membership, own: Membership, absence: Absence) -> bool:
    """Write the deputy's term as a copy of the person's; False when there is none to be."""
    if term.person_id != absence.deputy_id:
        return False
    if term.pk is None or term.starts_on > today():
        term.starts_on = max(own.starts_on, absence.starts_on, today())
    term.ends_on = min(own.ends_on or absence.ends_on, absence.ends_on)
    if term.ends_on < term.starts_on or term.ends_on < today() or _holds_it_anyway(term, own):
        return False
    for name in ("position", "position_en", "decision", "fields"):
        setattr(term, name, getattr(own, name))
    term.save()
    return True


def _holds_it_anyway(term: Membership, own: Membership) -> bool:
    """Another term of the deputy gives the same office then; fields in charge are not the office's."""
    others = Membership.objects.within(term.starts_on, term.ends_on).exclude(pk=term.pk)
    return not own.fields and others.filter(person=term.person_id, office=term.office_id).exists()


def _end_term(term: Membership) -> None:
    """End a deputy's term now; the days on which it held stay on record."""
    if term.starts_on < today():
        term.ends_on = today() - ONE_DAY
        term.save(update_fields=["ends_on"])
    elif term.pk:
        term.delete()


Days = dict[int, tuple[date, date | None]]


def _days_of_terms(absence: Absence) -> Days:
    """Key of each current term of the deputy → its first and last day."""
    terms = _deputy_terms(absence) if absence.pk else ()
    return {term.pk: (term.starts_on, term.ends_on) for term in terms}


def _announce_terms(absence: Absence, before: Days, by: Person, *, own: bool) -> None:
    """Announce a deputy's terms that are new or have other days, as every appointment is announced."""
    for term in _deputy_terms(absence).select_related("office__body").order_by("pk"):
        if before.get(term.pk) != (term.starts_on, term.ends_on):
            appointment_hooks.announce_appointment(Appointment(term, by, new=term.pk not in before, own=own))


def _event_values(absence: Absence) -> dict[str, Any]:
    terms = absence.terms.select_related("office__body").order_by("pk")
    offices = "; ".join(
        f"{term.office} ({_format_end(term.starts_on)} – {_format_end(term.ends_on)})" for term in terms
    )
    return {**snapshot(absence, ABSENCE_FIELDS), "offices": offices}


def _record(
    verb: str,
    absence: Absence,
    before: dict[str, Any],
    by: Person | None,
    right: Right | None,
    *,
    break_glass: bool = False,
) -> None:
    old, new = changes(before, _event_values(absence))
    if new:
        bodies = _bodies_of(absence)
        record(
            verb,
            about=absence,
            by=by,
            right=right,
            before=old,
            after=new,
            bodies=bodies,
            break_glass=break_glass,
        )


def _bodies_of(absence: Absence) -> list[int]:
    return list(_own_terms(absence).values_list("office__body_id", flat=True))


def _format_end(day: date | None) -> str:
    return format_day(day) if day else "…"
