"""A synthetic country for measuring: a tree of bodies over four levels, their people, and many tasks.

Written in bulk and without events: nobody did any of it. The same sizes give the same rows, whatever
the machine; days are counted from the day on which it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction

from committees import access
from committees.models import Body, BodyGroupObjectPermission, Membership, Office, Person
from committees.roles import DEFAULTS, Role
from demo.bulk_insert import Row, bulk_insert, next_key, reset_sequences
from portal.shared.days import VIETNAM
from portal.shared.text import account_key, fold, number_key
from tasks.lifecycle import OPEN, UNISSUED, State
from tasks.models import Order, Part, Task
from tasks.models.kept_counts import recount

TITLE_VERBS = ("Ban hành", "Xây dựng", "Triển khai", "Rà soát", "Hoàn thiện", "Sơ kết", "Kiểm tra", "Kết nối")
TITLE_OBJECTS = (
    "kế hoạch chuyển đổi số",
    "cơ sở dữ liệu dùng chung",
    "dịch vụ công trực tuyến toàn trình",
    "hạ tầng số và vùng lõm sóng",
    "quy chế quản lý dữ liệu",
    "chương trình phát triển nguồn nhân lực số",
    "nền tảng định danh và xác thực điện tử",
    "nhiệm vụ khoa học, công nghệ trọng điểm",
)
PILLARS = ("Thể chế", "Hạ tầng số", "Nhân lực", "Khoa học, công nghệ", "Chuyển đổi số", "")
PROVINCES, MINISTRIES = 34, 22
TASKS_PER_ORDER = 20
PART_KINDS = (Part.Kind.COORDINATING.value, Part.Kind.COORDINATING.value, Part.Kind.CO_LEAD.value)
# In which order the seats of a body are filled, one person each.
ROLES_IN_ORDER = (
    Role.SECRETARY,
    Role.OFFICER,
    Role.HEAD,
    Role.MEMBER,
    Role.DEPUTY,
    Role.STANDING_MEMBER,
    Role.ASSISTANT,
)

# Of a thousand tasks: 150 are open, and two thirds of these are late (100 in a thousand).
TASKS_PER_THOUSAND = {
    State.COMPLETED: 820,
    State.IN_PROGRESS: 100,
    State.ASSIGNED: 30,
    State.SUBMITTED: 20,
    State.WITHDRAWN: 10,
    State.SUSPENDED: 10,
    State.PROPOSED: 5,
    State.DRAFT: 5,
}


@dataclass(frozen=True)
class Place:
    """A body as the loader knows it, with the bodies it gives tasks to."""

    pk: int
    path: str
    level: str
    below: list[int] = field(default_factory=list)


@dataclass
class Country:
    """What was made so far; each step reads what the step before it wrote down here."""

    today: date
    random: Random = field(default_factory=lambda: Random(57))  # noqa: S311 - the same every time, on purpose
    places: list[Place] = field(default_factory=list)
    offices: dict[tuple[int, Role], int] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    # Body → one person who holds an office there.
    holder: dict[int, int] = field(default_factory=dict)


def load(*, bodies: int, people: int, tasks: int, today: date) -> None:
    """Write a new country of these sizes beside what is there."""
    country = Country(today)
    with transaction.atomic(), _trusted():
        _pour_bodies(country, bodies)
        _pour_offices(country)
        _pour_people(country, people)
        terms = ("person_id", "office_id", "starts_on", "ends_on")
        bulk_insert(Membership, terms, _memberships(country))
        _pour_tasks(country, tasks)
        reset_sequences([Body, Group, BodyGroupObjectPermission, Person, Membership, Order, Task, Part])
        recount()
    _tell_the_planner()


@contextmanager
def _trusted() -> Iterator[None]:
    """Spare the database asking for each of millions of keys whether it exists: they were made a moment ago.

    No trigger keeps a count either: they are counted at the end. Only a superuser of PostgreSQL may; for
    others the load takes longer and is the same.
    """
    with connection.cursor() as cursor:
        may = False
        if connection.vendor == "postgresql":
            cursor.execute("SHOW is_superuser")
            may = cursor.fetchone() == ("on",)
        if may:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        if may:
            cursor.execute("SET LOCAL session_replication_role = origin")


def _tell_the_planner() -> None:
    vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")


# --- bodies and offices -------------------------------------------------------------------------


def _pour_bodies(country: Country, count: int) -> None:
    bulk_insert(
        Body,
        ("id", "code", "kind", "level", "chain", "parent_id", "path", "name_vi", "name_en", "search_text"),
        _bodies(country, next_key(Body), count),
    )


def _bodies(country: Country, first: int, count: int) -> Iterator[Row]:
    """The centre; under it the government with its ministries, and the provinces with their communes."""
    ministries, provinces = min(MINISTRIES, count // 20), max(1, min(PROVINCES, count // 10))
    for number in range(count):
        above, level = _where(number, ministries, provinces)
        parent = country.places[above] if above >= 0 else None
        pk = first + number
        place = Place(pk, f"{parent.path if parent else ''}{pk:06d}.", level)
        if parent:
            parent.below.append(number)
        country.places.append(place)
        kind = Body.Kind.AGENCY if level == "ministry" else Body.Kind.COMMITTEE
        chain = Body.Chain.STATE if level in ("ministry", "government") else Body.Chain.PARTY
        name, name_en = f"Cơ quan thử tải số {pk}", f"Load test body {pk}"
        code = f"SCALE-{pk}"
        parent_id = parent.pk if parent else None
        folded = fold(f"{code}  {name} {name_en}")
        yield pk, code, kind.value, level, chain.value, parent_id, place.path, name, name_en, folded


def _where(number: int, ministries: int, provinces: int) -> tuple[int, str]:
    """The body above the n-th, and its level."""
    if number < 2:
        return number - 1, ("central", "government")[number]
    if number < 2 + ministries:
        return 1, "ministry"
    if number < 2 + ministries + provinces:
        return 0, "provincial"
    return 2 + ministries + number % provinces, "commune"


def _pour_offices(country: Country) -> None:
    pk = next_key(Group)
    for place in country.places:
        for role in Role:
            country.offices[place.pk, role] = pk
            pk += 1
    seats = country.offices.items()
    bulk_insert(Group, ("id", "name"), ((pk, f"{body}:{role}") for (body, role), pk in seats))
    bulk_insert(
        Office, ("group_id", "body_id", "role"), ((pk, body, role.value) for (body, role), pk in seats)
    )
    held = {role: sorted(map(access.permission_id, DEFAULTS[role])) for role in Role}
    grants = ((permission, group, body) for (body, role), group in seats for permission in held[role])
    bulk_insert(BodyGroupObjectPermission, ("permission_id", "group_id", "content_object_id"), grants)


# --- people and memberships ---------------------------------------------------------------------


def _pour_people(country: Country, count: int) -> None:
    first = next_key(Person)
    country.people = list(range(first, first + count))
    nobody_knows = make_password(None)
    rows = (
        (pk, f"scale.{pk}", nobody_knows, f"Người thử tải {pk}", f"scale.{pk}@demo.invalid", f"scale.{pk}")
        for pk in country.people
    )
    bulk_insert(
        Person,
        ("id", "username", "account_key", "password", "name", "email", "search_text"),
        ((*row[:2], account_key(row[1]), *row[2:5], fold(f"{row[3]} {row[1]} {row[4]}")) for row in rows),
    )


def _memberships(country: Country) -> Iterator[Row]:
    """One office for each, body after body; a second one for a quarter; one term in twenty has ended."""
    random, places = country.random, country.places
    long_ago, gone = country.today - timedelta(days=600), country.today - timedelta(days=30)
    for index, person in enumerate(country.people):
        body = places[index % len(places)].pk
        role = ROLES_IN_ORDER[index // len(places) % len(ROLES_IN_ORDER)]
        country.holder.setdefault(body, person)
        # The first two seats of a body are always held: somebody has to read and be reminded.
        ended = index >= 2 * len(places) and random.random() < 0.05
        yield person, country.offices[body, role], long_ago, gone if ended else None
        if random.random() < 0.25:
            other = places[int(random.random() * len(places))].pk
            if other != body:
                yield person, country.offices[other, Role.STANDING_MEMBER], long_ago, None


# --- orders, tasks and parts --------------------------------------------------------------------

TASK_COLUMNS = (
    *("id", "order_id", "number", "pillar", "title", "deliverable", "assigner_id", "lead_id"),
    *("due_kind", "due_on", "original_due_on", "state", "suspended_from", "percent", "progressed_at"),
    *("assigned_at", "submitted_by_id", "submitted_at", "confirmed_by_id", "confirmed_at", "secrecy"),
    *("submissions", "search_text"),
)


def _pour_tasks(country: Country, count: int) -> None:
    if not count:
        return
    parts: list[Row] = []
    order, task = next_key(Order), next_key(Task)
    givers = _givers(country, -(-count // TASKS_PER_ORDER))
    bulk_insert(
        Order,
        ("id", "body_id", "number", "kind", "issuer", "issued_on", "search_text", "number_key"),
        (_order(country, order + index, giver) for index, giver in enumerate(givers)),
    )
    numbered = ((task + index, order + index // TASKS_PER_ORDER) for index in range(count))
    rows = (_task(country, pk, of, givers[of - order], parts) for pk, of in numbered)
    bulk_insert(Task, TASK_COLUMNS, rows)
    bulk_insert(Part, ("task_id", "body_id", "kind"), parts)


def _givers(country: Country, count: int) -> list[Place]:
    """Who gives each order: few bodies give most. A commune gives now and then, to itself."""
    givers = [place for place in country.places if place.below] or country.places
    some = country.random
    return [
        country.places[_skewed(some, len(country.places))]
        if some.random() < 0.05
        else givers[_skewed(some, len(givers))]
        for _each in range(count)
    ]


def _skewed(random: Random, count: int) -> int:
    """An index below the count, the low ones often."""
    return int(random.random() ** 2.5 * count)


def _order(country: Country, pk: int, giver: Place) -> Row:
    number = f"{pk}-KH/THU"
    issued_on = country.today - timedelta(days=country.random.randrange(30, 700))
    return pk, giver.pk, number, Order.Kind.PLAN.value, "", issued_on, fold(number), number_key(number)


def _task(country: Country, pk: int, order: int, giver: Place, parts: list[Row]) -> Row:
    random = country.random
    lead = country.places[giver.below[_skewed(random, len(giver.below))]] if giver.below else giver
    state = random.choices(*_STATES)[0]
    if random.random() < 1 / 3:
        parts.extend(_parts(country, pk, giver, lead))
    due_on, submitted_at = _days(country, state)
    submitted_by, confirmed_by = _hands(country, giver, lead)
    issued = state not in UNISSUED
    title, folded = _title(random.randrange(len(TITLE_VERBS)), random.randrange(len(TITLE_OBJECTS)))
    done = state == State.COMPLETED
    return (
        *(pk, order, str(pk), random.choice(PILLARS), title, "Báo cáo kết quả", giver.pk, lead.pk),
        *(
            "day" if due_on else "none",
            due_on,
            due_on,
            state.value,
            "in_progress" if state == "suspended" else "",
        ),
        *(100 if done else 50 if state == State.IN_PROGRESS else 0, _noon(country.today, 3)),
        *(_noon(due_on or country.today, 400) if issued else None,),
        *(submitted_by if submitted_at else None, submitted_at),
        *(
            confirmed_by if done else None,
            submitted_at + timedelta(days=2) if done and submitted_at else None,
        ),
        *("restricted" if random.random() < 0.02 else "normal", 1 if submitted_at else 0),
        f"{pk} {folded}",
    )


_STATES = (list(TASKS_PER_THOUSAND), list(TASKS_PER_THOUSAND.values()))


@cache
def _title(deed: int, thing: int) -> tuple[str, str]:
    title = f"{TITLE_VERBS[deed]} {TITLE_OBJECTS[thing]}"
    return title, fold(f"{title}  Báo cáo kết quả ")


def _days(country: Country, state: State) -> tuple[date | None, datetime | None]:
    """The deadline, and the moment of the submission where the state has one."""
    random, day = country.random, timedelta(days=1)
    if state not in (*OPEN, State.COMPLETED):
        return country.today + random.randrange(-60, 200) * day, None
    if state == State.COMPLETED:
        due_on = country.today - random.randrange(30, 730) * day
        return due_on, _noon(due_on, random.randrange(0, 20) if random.random() < 0.8 else -9)
    if random.random() < 0.05:
        return None, _noon(country.today, 1) if state == State.SUBMITTED else None
    late = random.random() < 0.7
    due_on = country.today + (-random.randrange(1, 300) if late else random.randrange(0, 200)) * day
    return due_on, _noon(country.today, 0 if late else 1) if state == State.SUBMITTED else None


def _noon(day: date, days_before: int) -> datetime:
    return datetime.combine(day - timedelta(days=days_before), time(12), VIETNAM)


def _hands(country: Country, giver: Place, lead: Place) -> tuple[int, int]:
    """Who reports and who confirms: never the same person."""
    anybody = country.people
    by, confirmer = country.holder.get(lead.pk, anybody[0]), country.holder.get(giver.pk, anybody[-1])
    return by, confirmer if confirmer != by else anybody[0] if by != anybody[0] else anybody[-1]


def _parts(country: Country, task: int, giver: Place, lead: Place) -> list[Row]:
    """One to three other bodies, mostly beside the lead."""
    random, beside = country.random, giver.below
    bodies = {
        country.places[
            beside[random.randrange(len(beside))] if beside else random.randrange(len(country.places))
        ].pk
        for _each in range(random.randint(1, 3))
    }
    return [(task, body, random.choice(PART_KINDS)) for body in sorted(bodies - {lead.pk, giver.pk})]
