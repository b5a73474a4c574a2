"""What who keeps a body sees of its upkeep: whom they may appoint, whom a search finds, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from committees import access, rules
from committees.models import Body, Membership, MembershipQuerySet, Office, PasswordLetter, Person
from committees.roles import Role
from portal.shared.text import fold, tidy
from portal.shared.verdicts import Verdict

MAX_HITS = 8
# Terms that are read to find these few: some belong to one person, some match by the address only.
MAX_TERMS_READ = 200
ENDS_SOON = timedelta(days=31)


def fillable(by: Person, body: Body) -> list[Office]:
    """The offices of the body that this person fills."""
    offices = access.with_permissions(body.offices.select_related("body"))
    with access.asking_once():
        return [office for office, held in offices if rules.may_keep_office(by, office, held)]


@dataclass(frozen=True)
class Hit:
    """Somebody who was found, and where they serve as far as the reader may know."""

    person: Person
    term: Membership | None = None


def find_people(by: Person, words: str, near: Body, on: date) -> list[Hit]:
    """People of the bodies whose members the reader may read; and whoever has exactly this e-mail.

    Those who serve in the body or below it come first.
    An address is compared as a whole only: by its parts it could be guessed letter by letter.
    """
    exact = Person.objects.filter(email__iexact=tidy(words), is_active=True).exclude(pk=by.pk)
    hits = {person.pk: Hit(person) for person in exact[:MAX_HITS]}
    wanted = fold(words).split()
    if wanted and "@" not in words:
        terms = sorted(
            _terms_like(by, wanted, on), key=lambda term: not term.office.body.path.startswith(near.path)
        )
        for term in terms:
            if all(word in _readable(term) for word in wanted):
                hits.setdefault(term.person_id, Hit(term.person, term))
    return list(hits.values())[:MAX_HITS]


def _terms_like(by: Person, wanted: list[str], on: date) -> QuerySet[Membership]:
    terms = Membership.objects.within(on, None).filter(absence=None, person__is_active=True)
    terms = terms.filter(office__body__in=access.member_readers(by).values("pk")).exclude(person=by)
    # A position is not kept without marks: such words are compared in `_readable` alone.
    like = Q()
    for word in wanted:
        like |= Q(person__search_text__contains=word) | Q(office__body__search_text__contains=word)
    return terms.filter(like).select_related("person", "office__body").in_order()[:MAX_TERMS_READ]


def _readable(term: Membership) -> str:
    body = term.office.body
    words = (term.person.name, term.person.username, term.title, body.name_vi, body.name_en, body.short_name)
    return fold(" ".join(words))


def bodies_below(body: Body, on: date) -> QuerySet[Body]:
    """Two steps down, with how many people serve in each today."""
    terms = Membership.objects.holding_on(on).filter(office__body=OuterRef("pk"), absence=None)
    counted = terms.order_by().values("office__body").annotate(n=Count("person", distinct=True)).values("n")
    rows = Body.objects.filter(Q(parent=body) | Q(parent__parent=body)).standing_on(on).order_by("path")
    return rows.annotate(people=Coalesce(Subquery(counted), 0))


def with_letters(terms: MembershipQuerySet, body: Body, on: date) -> MembershipQuerySet:
    """With when the last letter to choose a password left, and whether the person serves elsewhere too."""
    letters = PasswordLetter.objects.filter(person=OuterRef("person"), sent_at__isnull=False)
    held = Membership.objects.within(on, None).filter(person=OuterRef("person"), absence=None)
    return terms.annotate(
        letter_at=Subquery(letters.order_by("-pk").values("sent_at")[:1]),
        serves_elsewhere=Exists(held.exclude(office__body__path__startswith=body.path)),
    )


# A term of `with_letters`, and whether the reader may change it.
TermRow = tuple[Membership, Verdict | None]


def missing(by: Person, rows: Sequence[TermRow], on: date) -> dict[str, Any]:
    """What is to be done about the members of a body: passwords never chosen, terms about to end."""
    held = [(term, verdict) for term, verdict in rows if term.ends_on is None or term.ends_on >= on]
    waiting = {term.person_id: term for term, _may in held if not term.person.has_usable_password()}
    ending = [term for term, _may in held if not term.absence_id and _ends_soon(term, on)]
    no_password = [(term, _may_send_letter(by, term, held)) for term in waiting.values()]
    return {"no_password": no_password, "ending": ending}


def _may_send_letter(by: Person, term: Any, rows: Sequence[TermRow]) -> bool:
    """As `may_send_first_letter` answers, from what the page has read: it asks for many people at once.

    Who may fill the offices of a body fills all those of the bodies below it.
    """
    person: Person = term.person
    if rules.is_administrator(by) or person.is_staff or person.is_superuser:
        return bool(rules.may_send_first_letter(by, person))
    fills_all = all(verdict for row, verdict in rows if row.person_id == person.pk and not row.absence_id)
    return fills_all and not term.serves_elsewhere and bool(rules.may_get_letter(person))


def _ends_soon(term: Membership, on: date) -> bool:
    return term.ends_on is not None and on <= term.ends_on <= on + ENDS_SOON


def keepers(terms: Sequence[Membership], rights: Mapping[str, set[str]], on: date) -> list[Person]:
    """Whom to ask about a body: who keeps its members on the day. `rights` are those of each of its roles."""
    keeping = (term for term in terms if "manage_members" in rights[term.office.role] and term.holds_on(on))
    return list({term.person_id: term.person for term in keeping if term.person.is_active}.values())


def lacks(body: Body, role: Role, on: date) -> bool:
    return not Membership.objects.holding_on(on).filter(office__body=body, office__role=role).exists()
