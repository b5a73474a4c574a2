"""How each person wants to be told of what: the choices, what was chosen, and the action that keeps it."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from committees.models import Person
from notices import kinds
from notices.kinds import Kind
from notices.models import NoticeQuerySet, Preference
from portal.shared.verdicts import no, refuse

How = Preference.How


def offered_choices(kind: Kind) -> tuple[How, ...]:
    """What may be chosen: a reminder comes with the letter of its morning, a duty always by letter."""
    if kind.planned:
        return (How.DAILY,)
    return (How.DAILY, How.AT_ONCE) if kind.duty else (How.DAILY, How.AT_ONCE, How.PORTAL)


def is_switchable(kind: Kind) -> bool:
    """Whether a person may read it in the portal only."""
    return How.PORTAL in offered_choices(kind)


def switchable_kinds() -> list[Kind]:
    return [kind for kind in kinds.every() if is_switchable(kind)]


def wanted_at_once(notices: NoticeQuerySet) -> NoticeQuerySet:
    """The notices whose reader chose not to wait for the letter of the day."""
    may = [kind.name for kind in kinds.every() if How.AT_ONCE in offered_choices(kind)]
    chosen = Preference.objects.filter(person=OuterRef("person"), kind=OuterRef("kind"), how=How.AT_ONCE)
    return notices.filter(Exists(chosen), kind__in=may)


def read_preferences(person: Person) -> dict[str, How]:
    """Every kind → how the person is told of it; of what was never chosen, with the letter of the day."""
    chosen = {row.kind: How(row.how) for row in person.preferences.all()}
    return {
        kind.name: how if (how := chosen.get(kind.name, How.DAILY)) in offered_choices(kind) else How.DAILY
        for kind in kinds.every()
    }


@transaction.atomic
def save_preferences(*, person: Person, by: Person, chosen: Mapping[str, str]) -> None:
    """Keep how a person wants to be told of the kinds that are named; the others stay as they are."""
    if person.pk != by.pk:
        refuse(no(_("You can change only your own preferences.")))
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    before = read_preferences(person)
    after = before | _checked(chosen)
    changed = sorted(name for name in after if after[name] != before[name])
    if not changed:
        return
    person.preferences.filter(kind__in=changed).delete()
    Preference.objects.bulk_create(
        Preference(person=person, kind=name, how=after[name]) for name in changed if after[name] != How.DAILY
    )
    record(
        "preferences_changed",
        about=person,
        by=by,
        before={"preferences": [_line(name, before[name]) for name in changed]},
        after={"preferences": [_line(name, after[name]) for name in changed]},
    )


def _checked(chosen: Mapping[str, str]) -> dict[str, How]:
    problems = {name: reason for name, how in chosen.items() if (reason := _why_not(name, how))}
    if problems:
        raise ValidationError(problems)
    return {name: How(how) for name, how in chosen.items()}


def _why_not(name: str, how: str) -> str:
    if not kinds.known(name):
        return str(_("There is no kind of notice of this name."))
    if how in offered_choices(kinds.get(name)):
        return ""
    if how == How.PORTAL:
        return str(_("This is about a duty: its letter always comes."))
    return str(_("Choose one of the ways that are offered for it."))


def _line(name: str, how: How) -> str:
    """A preference as an event keeps it, in the language of whoever changes it."""
    return f"{kinds.get(name).label}: {how.label}"
