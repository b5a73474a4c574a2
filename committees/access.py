"""Who may do what on which body: the only door to guardian.

An office holds permissions on its body (guardian rows); a membership that holds on the day gives
them to a person. Three directions, one definition: `right` (this person, this body; `allows` is its
yes or no), `bodies` (every body for this person), `people` (every person for this body). For the
reading permissions an office that also holds `view_subtree` reaches every body below its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from committees.models import (
    Absence,
    Body,
    BodyGroupObjectPermission,
    BodyQuerySet,
    Membership,
    Office,
    Person,
)
from committees.roles import DEFAULTS, PERMISSIONS, Role
from portal.shared.days import today
from portal.shared.prepared import PreparedRows

Value = TypeVar("Value")
Asker = Person | AnonymousUser
Grants = dict[int, frozenset[str]]
# Body id and codename → whose deputy gives that right there, where only a deputy's office gives it.
Absent = dict[tuple[int, str], Person]

READING = frozenset({"view_tasks", "view_audit"})
SUBTREE = "view_subtree"

# Bodies that a query names one by one; more are told by the roots they stand under.
MAX_NAMED_BODIES = 500

_remembered: ContextVar[dict[Any, Any] | None] = ContextVar("remembered", default=None)
_permission_ids: dict[str, int] = {}


@dataclass(frozen=True)
class Right:
    """What lets a person act: a permission on a body, in their own name or as deputy of who is away."""

    person: Person
    permission: str
    body: Body
    on_behalf_of: Person | None = None


def on_behalf_of(right: Right | None) -> Person | None:
    """The second name beside the doer's, to be kept with what was done; None where they act for themself."""
    return right.on_behalf_of if right else None


def right(person: Asker, permission: str, body: Body | None, on: date | None = None) -> Right | None:
    """What lets this person do this on this body on the day (today when not given), if anything does.

    A right of their own goes before the same right on behalf of somebody else.
    """
    if body is None or not isinstance(person, Person) or not person.is_active:
        return None
    if person.is_superuser:
        return Right(person, permission, body)
    above = body.ancestor_ids()
    grants, absent = _read_rights(person, on or today())
    if permission in grants.get(body.pk, ()):
        return Right(person, permission, body, absent.get((body.pk, permission)))
    for pk in above if permission in READING else ():
        if {SUBTREE, permission} <= grants.get(pk, frozenset()):
            return Right(person, permission, body, absent.get((pk, permission)) or absent.get((pk, SUBTREE)))
    return None


def right_above(person: Asker, permission: str, body: Body | None) -> Right | None:
    """The same right today on a body above this one, the nearest that gives it."""
    if body is None or not isinstance(person, Person) or not person.is_active:
        return None
    grants, absent = _read_rights(person, today())
    for pk in reversed(body.ancestor_ids()):
        if person.is_superuser or permission in grants.get(pk, ()):
            above = _read_once((pk, "body"), partial(Body.objects.get, pk=pk))
            return Right(person, permission, above, absent.get((pk, permission)))
    return None


def own_first(rights: Iterable[Right | None]) -> Right | None:
    """Of rights that would each do: the first of the person's own, else the first on behalf of another."""
    of_another: Right | None = None
    for candidate in rights:
        if candidate and candidate.on_behalf_of is None:
            return candidate
        of_another = of_another or candidate
    return of_another


def lent_first(rights: Iterable[Right | None]) -> Right | None:
    """Of rights that are all needed: the first on behalf of somebody else, without whom none would do."""
    needed = [right for right in rights if right]
    return next((right for right in needed if right.on_behalf_of), needed[0] if needed else None)


def allows(person: Asker, permission: str, body: Body | None, on: date | None = None) -> bool:
    """May this person do this on this body on the day (today when not given)?"""
    return right(person, permission, body, on) is not None


def bodies(person: Asker, permission: str, on: date | None = None) -> BodyQuerySet:
    """Every body on which this person may do this on the day; used as a subquery."""
    if not person.is_active:
        return Body.objects.none()
    if person.is_superuser:
        return Body.objects.all()
    day = on or today()
    own = Q(pk__in=_granted_bodies(person, permission, day))
    if permission not in READING:
        return Body.objects.filter(own)
    roots = (
        Body.objects.filter(pk__in=_granted_bodies(person, permission, day))
        .filter(pk__in=_granted_bodies(person, SUBTREE, day))
        .annotate(below=ExpressionWrapper(OuterRef("path"), output_field=CharField()))
        .filter(below__startswith=F("path"))
    )
    return Body.objects.filter(own | Exists(roots))


def reach(person: Asker, permission: str, on: date | None = None) -> list[int] | BodyQuerySet | None:
    """The bodies that `bodies` gives, in the form that a search through many rows is quickest with.

    Their ids when they are few; None when they are all there are; else a subquery. Asked at once:
    inside a larger query the database cannot know that it is few bodies, and reads every row.
    """
    if not person.is_active:
        return []
    if person.is_superuser:
        return None
    day = on or today()
    return _read_once((person.pk, permission, day), lambda: _find_reach(read_held(person, day), permission))


def people(permission: str, body: Body, on: date | None = None) -> QuerySet[Person]:
    """Everybody whose office lets them do this on this body on the day; superusers are not counted."""
    terms = Membership.objects.holding_on(on or today())

    def holding(codename: str, place: int) -> Q:
        offices = _granted_offices(codename, [place])
        return Q(pk__in=terms.filter(office__in=offices).values("person_id"))

    reached = holding(permission, body.pk)
    for above in body.ancestor_ids() if permission in READING else []:
        # Of one body, though not of one office: two offices of a person in it work together.
        reached |= holding(permission, above) & holding(SUBTREE, above)
    return Person.objects.filter(reached, is_active=True, is_superuser=False)


def people_of_many(
    permission: str,
    body_ids: Any,
    on: date | None = None,
    *,
    roles: Collection[Role] = (),
    among: Collection[int] = (),
) -> dict[int, list[int]]:
    """Body id → ids of the people that `people` gives for it, in two queries for any number of bodies.

    `body_ids` may be a subquery. With `roles`, only through offices of these roles; with `among`, only these
    people.
    """
    if permission in READING:
        raise ValueError("Reading also comes from the bodies above: ask for one body at a time.")
    return people_in_many(permission, body_ids, on, roles=roles, among=among)


def people_in_many(
    permission: str,
    body_ids: Any,
    on: date | None = None,
    *,
    roles: Collection[Role] = (),
    among: Collection[int] = (),
) -> dict[int, list[int]]:
    """Body id → ids of those whom an office in the body itself lets do this.

    Of the reading permissions these are not all: others may read from the bodies above.
    """
    rows = BodyGroupObjectPermission.objects.filter(
        permission_id=permission_id(permission), content_object_id__in=body_ids
    )
    if roles:
        rows = rows.filter(group_id__in=Office.objects.filter(role__in=list(roles)).values("pk"))
    terms = Membership.objects.holding_on(on or today()).filter(office_id__in=rows.values("group_id"))
    terms = terms.filter(person__is_active=True, person__is_superuser=False)
    if among:
        terms = terms.filter(person__in=among)
    holders: dict[int, set[int]] = {}
    for office_id, person_id in terms.values_list("office_id", "person_id"):
        holders.setdefault(office_id, set()).add(person_id)
    holders_by_body: dict[int, set[int]] = {}
    for body_id, office_id in rows.values_list("content_object_id", "group_id"):
        holders_by_body.setdefault(body_id, set()).update(holders.get(office_id, ()))
    return {body_id: sorted(people) for body_id, people in holders_by_body.items() if people}


def holders(permission: str, on: date | None = None) -> QuerySet[Membership, Any]:
    """Rows of `body`, `person_id` and `role`: all that `people_of_many` would give, for a larger statement.

    A person who holds two such offices of a body has two rows.
    """
    if permission in READING:
        raise ValueError("Reading also comes from the bodies above: ask for one body at a time.")
    granted = "office__group__bodygroupobjectpermission__"
    terms = Membership.objects.holding_on(on or today()).filter(
        **{granted + "permission_id": permission_id(permission)},
        person__is_active=True,
        person__is_superuser=False,
    )
    named = {"body": F(granted + "content_object_id"), "role": F("office__role")}
    return terms.order_by().values("person_id", **named)


def bodies_as(person: Asker, roles: Collection[Role], on: date | None = None) -> list[int]:
    """Ids of the bodies where the person holds one of the roles on the day: a handful, asked at once."""
    held = read_held(person, on or today()) if person.is_active else []
    return sorted({row.office_body for row in held if row.role in roles})


def grants(person: Asker, on: date | None = None) -> Grants:
    """Body id → what the person's own offices let them do there on the day; break-glass adds nothing."""
    return _read_rights(person, on or today())[0] if person.is_active else {}


def absent(person: Asker, on: date | None = None) -> Absent:
    """Where a right comes only from standing in for somebody: for whom. Rule 6 counts both names."""
    return _read_rights(person, on or today())[1] if person.is_active else {}


def terms_on(person: Asker, body: Body) -> list[Membership]:
    """The terms by which the person serves on the body today: their own before those for who is away."""
    terms = Membership.objects.holding_on(today()).filter(person=person.pk or 0, office__body=body)
    rows = terms.select_related("absence__person").order_by(F("absence").asc(nulls_first=True))
    return _read_once((person.pk, body.pk, "terms"), lambda: list(rows))


def stands_in_for(person: Person) -> set[int]:
    """Keys of the people whose deputy this person is, today or later."""
    absences = Absence.objects.filter(deputy=person.pk, ends_on__gte=today())
    return _read_once((person.pk, "stands in"), lambda: set(absences.values_list("person_id", flat=True)))


def member_readers(person: Asker, on: date | None = None) -> BodyQuerySet:
    """Bodies whose list of members the person may read: their own, those below they oversee, those above."""
    if person.is_superuser or person.is_staff:
        return Body.objects.all()
    mine = Body.objects.filter(offices__in=_offices_of(person, on or today()))
    above = mine.annotate(above=ExpressionWrapper(OuterRef("path"), output_field=CharField())).filter(
        path__startswith=F("above")
    )
    return Body.objects.filter(Q(pk__in=bodies(person, "view_tasks", on).values("pk")) | Exists(above))


@dataclass(frozen=True)
class Link:
    """One chain of *why*: the membership, its office's permission, and the body that it reaches from."""

    membership: Membership
    permission: str
    body: Body
    through_subtree: bool


def explain_right(person: Person, permission: str, body: Body, on: date | None = None) -> list[Link]:
    """The memberships that give this person this permission on this body, as the page prints them."""
    return explain_rights(person, permission, [body], on)[body.pk]


def explain_rights(
    person: Person, permission: str, bodies: Collection[Body], on: date | None = None
) -> dict[int, list[Link]]:
    """Body key → its links, as `explain_right` gives them, for many bodies in three queries."""
    day = on or today()
    reach = {body.pk: [body.pk, *(body.ancestor_ids() if permission in READING else [])] for body in bodies}
    all_keys = sorted({pk for keys in reach.values() for pk in keys})
    grants, _absent = _read_rights(person, day)
    terms = list(
        Membership.objects.holding_on(day)
        .filter(person=person, office__body_id__in=all_keys)
        .select_related("office__body", "person")
    )
    held = permissions_by_office([term.office for term in terms])
    return {
        body.pk: [
            Link(term, permission, term.office.body, term.office.body_id != body.pk)
            for term in terms
            if term.office.body_id in reach[body.pk]
            and permission in held.get(term.office_id, ())
            and (term.office.body_id == body.pk or SUBTREE in grants.get(term.office.body_id, ()))
        ]
        for body in bodies
    }


@contextmanager
def remembering(answers: dict[Any, Any]) -> Iterator[None]:
    """Inside, these are the answers about a person; see `stand_ins`."""
    token = _remembered.set(dict(answers))
    try:
        yield
    finally:
        _remembered.reset(token)


@contextmanager
def asking_once() -> Iterator[None]:
    """Inside, each person's grants are read once: for a page that asks a dozen rules at one moment."""
    if _remembered.get() is not None:
        yield
        return
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def permissions_of(office: Office) -> set[str]:
    """Codenames that the office holds on its body."""
    rows = BodyGroupObjectPermission.objects.filter(group_id=office.pk, content_object_id=office.body_id)
    return set(rows.values_list("permission__codename", flat=True))


def permissions_by_office(offices: Iterable[Office]) -> dict[int, set[str]]:
    """Office key → codenames it holds on its body, for many offices in one query."""
    rows = BodyGroupObjectPermission.objects.filter(group_id__in=[office.pk for office in offices])
    held: dict[int, set[str]] = {}
    for group_id, codename in rows.values_list("group_id", "permission__codename"):
        held.setdefault(group_id, set()).add(codename)
    return held


def with_permissions(offices: QuerySet[Office]) -> list[tuple[Office, set[str]]]:
    """Each office with the codenames it holds on its body, in one query."""
    codename = F("group__bodygroupobjectpermission__permission__codename")
    rows: dict[int, tuple[Office, set[str]]] = {}
    for office in offices.annotate(codename=codename):
        held = rows.setdefault(office.pk, (office, set()))[1]
        if office.codename:
            held.add(office.codename)
    return list(rows.values())


def set_permissions(office: Office, codenames: Collection[str]) -> None:
    """Make the office hold exactly these on its body. Called by actions only."""
    unknown = set(codenames) - set(PERMISSIONS)
    if unknown:
        raise ValueError(f"unknown permissions: {sorted(unknown)}")
    rows = BodyGroupObjectPermission.objects.filter(group_id=office.pk, content_object_id=office.body_id)
    wanted = {permission_id(codename) for codename in codenames}
    rows.exclude(permission_id__in=wanted).delete()
    BodyGroupObjectPermission.objects.bulk_create(
        [
            BodyGroupObjectPermission(permission_id=pk, group_id=office.pk, content_object_id=office.body_id)
            for pk in sorted(wanted)
        ],
        ignore_conflicts=True,
    )


def grant_defaults(offices: Iterable[Office]) -> None:
    """Give new offices what their role may do by default."""
    BodyGroupObjectPermission.objects.bulk_create(
        [
            BodyGroupObjectPermission(
                permission_id=permission_id(codename), group_id=office.pk, content_object_id=office.body_id
            )
            for office in offices
            for codename in sorted(DEFAULTS[Role(office.role)])
        ]
    )


def permission_id(codename: str) -> int:
    """The key of a body permission. A constant in the query: joining on codename costs 80 times more."""
    if codename not in _permission_ids:
        rows = Permission.objects.filter(content_type__app_label="committees", content_type__model="body")
        _permission_ids.update(rows.values_list("codename", "pk"))
    return _permission_ids[codename]


def forget_permission_ids(**_signal: Any) -> None:
    """Read the keys of permissions anew: after a migration they may be others."""
    _permission_ids.clear()


class Held(NamedTuple):
    """An office that a person holds, with one of the permissions it gives; None when it gives none.

    `absent` is whom a deputy stands in for in it.
    """

    office_body: int
    role: str
    body: int
    path: str
    permission: int
    absent: int | None
    absent_name: str | None


def _held_by(person_id: int, day: date) -> QuerySet[Membership, tuple[Any, ...]]:
    """All that the person's offices give on the day: the columns of `Held`."""
    granted = "office__group__bodygroupobjectpermission__"
    columns = (
        *("office__body_id", "office__role"),
        *(granted + name for name in ("content_object_id", "content_object__path", "permission_id")),
        *("absence__person_id", "absence__person__name"),
    )
    # In one order: who is deputy of two people in one body always acts for the same of them.
    terms = Membership.objects.holding_on(day).filter(person=person_id).order_by("absence_id", "pk")
    return terms.values_list(*columns)


_read_held_rows = PreparedRows(_held_by, -1, date(1, 1, 1))


def read_held(person: Asker, day: date) -> list[Held]:
    """All that the person's offices give on the day."""
    return _read_once((person.pk, day), lambda: [Held(*row) for row in _read_held_rows(person.pk or 0, day)])


def _read_once(key: Any, read: Callable[[], Value]) -> Value:
    """What `read` gives; inside `asking_once` it is called once for a key."""
    memo = _remembered.get()
    if memo is None:
        return read()
    if key not in memo:
        memo[key] = read()
    value: Value = memo[key]
    return value


def _offices_of(person: Asker, day: date) -> QuerySet[Membership, Any]:
    return Membership.objects.holding_on(day).filter(person=person.pk or 0).values("office_id")


def _granted_bodies(
    person: Asker, permission: str, day: date
) -> QuerySet[BodyGroupObjectPermission, dict[str, Any]]:
    rows = BodyGroupObjectPermission.objects.filter(permission_id=permission_id(permission))
    return rows.filter(group_id__in=_offices_of(person, day)).values("content_object_id")


def _find_reach(held: list[Held], permission: str) -> list[int] | BodyQuerySet | None:
    wanted, subtree = permission_id(permission), permission_id(SUBTREE)
    own = {row.body: row.path for row in held if row.permission == wanted}
    overseen = {row.body for row in held if row.permission == subtree} if permission in READING else set()
    roots = [path for body, path in own.items() if body in overseen]
    if not roots:
        return sorted(own)
    whole = Q(pk__in=sorted(own))
    for root in roots:
        whole |= Q(path__startswith=root)
    bodies = Body.objects.filter(whole).order_by()
    few = list(bodies.values_list("pk", flat=True)[: MAX_NAMED_BODIES + 1])
    if len(few) <= MAX_NAMED_BODIES:
        return few
    return bodies if Body.objects.exclude(whole).exists() else None


def _granted_offices(
    permission: str, body_ids: list[int]
) -> QuerySet[BodyGroupObjectPermission, dict[str, Any]]:
    rows = BodyGroupObjectPermission.objects.filter(permission_id=permission_id(permission))
    return rows.filter(content_object_id__in=body_ids).values("group_id")


def _read_rights(person: Asker, day: date) -> tuple[Grants, Absent]:
    """What the person's own offices give on the day, on every body."""
    return _read_once((person.pk, day, "rights"), lambda: _split_rights(read_held(person, day)))


def _split_rights(held: list[Held]) -> tuple[Grants, Absent]:
    """Body id → codenames from the person's offices; and which of them only as somebody's deputy."""
    grants: dict[int, set[str]] = {}
    own: set[tuple[int, str]] = set()
    absent: Absent = {}
    for row in held:
        if not row.permission:
            continue
        right = (row.body, _codename(row.permission))
        grants.setdefault(row.body, set()).add(right[1])
        if row.absent:
            absent.setdefault(right, Person(pk=row.absent, name=row.absent_name or ""))
        else:
            own.add(right)
    names = {body_id: frozenset(codenames) for body_id, codenames in grants.items()}
    return names, {right: person for right, person in absent.items() if right not in own}


def _codename(key: int) -> str:
    permission_id(SUBTREE)  # reads all of them
    return next(name for name, pk in _permission_ids.items() if pk == key)
