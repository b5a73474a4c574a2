"""Questions about many tasks and orders. The day is passed in; the clock is not read here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, Subquery, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from committees import access
from committees.access import Asker
from committees.models import Body
from committees.roles import RESTRICTED_READERS
from portal.shared.days import VIETNAM
from portal.shared.text import fold, number_key
from tasks.lifecycle import (
    COUNTED,
    CURRENT,
    DUE_SOON_DAYS,
    FIVE,
    GIVEN,
    LEVELS_ABOVE,
    OPEN,
    RUNNING,
    UNISSUED,
    Pace,
    Standing,
    State,
    View,
)

if TYPE_CHECKING:
    from tasks.models import Order, OrderRelation, Task  # noqa: F401 - named in the base classes

Tally = dict[str, int]
"""The five numbers of `FIVE`, `given` (their sum), and `suspended` and `withdrawn` beside them."""


def _rows_of(model: str) -> Any:
    """The manager of a model that stands above this module: querysets are below models."""
    return apps.get_model("tasks", model)._default_manager


ISSUED = ~Q(state__in=UNISSUED) & Q(assigned_at__isnull=False)


A_HANDFUL = 10
"""Bodies whose parts are few enough to be looked up one by one."""


def _one_of(keys: models.QuerySet[Any, Any], *, few: bool) -> Q:
    """Rows with one of the keys that a subquery gives, found by their index even beside an OR.

    PostgreSQL turns no IN of a subquery into an index search once it stands beside an OR; an array it does.
    It walks through an array for every row, though: many keys are better hashed, as an IN is.
    """
    if few and connection.vendor == "postgresql":
        array = ArraySubquery(keys, template="(ARRAY(%(subquery)s))")
        shape = {"template": "(%(expressions)s)", "arg_joiner": " = ANY "}
        return Q(Func(F("pk"), array, **shape, output_field=models.BooleanField()))
    return Q(pk__in=keys)


def _given_or_received(bodies: list[int] | models.QuerySet[Any], *, former: bool, few: bool) -> Q:
    parts = _rows_of("Part").filter(body__in=bodies).order_by().values("task_id")
    received = ISSUED & (Q(lead__in=bodies) | _one_of(parts.exclude(kind="former_lead"), few=few))
    if former:
        # It was issued when they led it, whatever became of it since.
        received |= _one_of(parts.filter(kind="former_lead"), few=few)
    return Q(assigner__in=bodies) | received


def led_before(person: Asker, on: date | None = None) -> models.QuerySet[Any, Any]:
    """The parts of former leads in whose bodies the person reads; of restricted tasks by a trusted office."""
    parts: models.QuerySet[Any, Any] = _rows_of("Part").filter(kind="former_lead").order_by()
    bodies = access.reach(person, "view_tasks", on)
    parts = parts if bodies is None else parts.filter(body__in=bodies)
    trusted = access.bodies_as(person, RESTRICTED_READERS, on)
    return parts.filter(Q(task__secrecy="normal") | Q(body__in=trusted))


CONTINUOUS = ("continuous", "recurring")
"""Kinds of deadline without an end: of a cycle each occurrence has a day and is counted by it."""


class TaskQuerySet(models.QuerySet["Task"]):
    # Who sees what

    def visible_to(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """The only source of tasks for every door: given by a body of theirs, or received once issued.

        Without what their bodies only led before: that is read as it was then, so no condition, order or
        count may ask of it as it is now. See `led_before`.
        """
        return self._in_scope(person, on, former=False)

    def readable_by(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """For a door that shows one task and turns it back by `reading`: with what was led before."""
        return self._in_scope(person, on, former=True)

    def led_before(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """What a body of theirs led before and they see by nothing else, the last taken away first."""
        parts = led_before(person, on)
        until = parts.filter(task=OuterRef("pk")).order_by("-ended_at").values("ended_at")[:1]
        seen = _rows_of("Task").visible_to(person, on).filter(pk=OuterRef("pk"))
        tasks = self.filter(~Exists(seen), pk__in=parts.values("task_id"))
        return tasks.annotate(led_until=Subquery(until)).order_by("-led_until", "-pk")

    def _in_scope(self, person: Asker, on: date | None, *, former: bool) -> TaskQuerySet:
        if person.is_superuser and person.is_active:
            return self
        seen = self._read_in(access.reach(person, "view_tasks", on), former=former)
        trusted = access.bodies_as(person, RESTRICTED_READERS, on)
        if not trusted:
            return seen.filter(secrecy="normal")
        # One list beside the rows: asked row by row it would look dearer than reading the whole table.
        return seen.filter(Q(secrecy="normal") | _given_or_received(trusted, former=former, few=False))

    def _read_in(self, bodies: list[int] | models.QuerySet[Any] | None, *, former: bool) -> TaskQuerySet:
        """Given by one of the bodies (None: of all), or received by one and issued."""
        if bodies is None:
            return self
        if bodies == []:
            return self.none()
        few = isinstance(bodies, list) and len(bodies) <= A_HANDFUL
        return self.filter(_given_or_received(bodies, former=former, few=few))

    def of_body(self, body: Body | models.QuerySet[Any]) -> TaskQuerySet:
        """Tasks the body (or any of the bodies) gave or has a part in."""
        return self.filter(self.part_q(body, "any"))

    @staticmethod
    def part_q(body: Body | models.QuerySet[Any], part: str) -> Q:
        """The condition that a body plays a part: assigner, lead, co_lead, coordinating or any."""
        bodies = [body] if isinstance(body, Body) else body
        if part == "assigner":
            return Q(assigner__in=bodies)
        if part == "lead":
            return Q(lead__in=bodies)
        parts = _rows_of("Part").filter(task=OuterRef("pk"), body__in=bodies)
        if part in ("co_lead", "coordinating", "former_lead"):
            return Q(Exists(parts.filter(kind=part)))
        return Q(assigner__in=bodies) | Q(lead__in=bodies) | Q(Exists(parts.exclude(kind="former_lead")))

    # Where they stand

    def issued(self) -> TaskQuerySet:
        return self.filter(ISSUED)

    def counted(self) -> TaskQuerySet:
        """What the five-way count holds: issued, not suspended, not withdrawn."""
        return self.filter(state__in=COUNTED)

    def open(self) -> TaskQuerySet:
        return self.filter(state__in=OPEN)

    def unfinished(self) -> TaskQuerySet:
        """Neither done nor off the books: being prepared, open, or stopped for a time."""
        return self.filter(state__in=(*UNISSUED, *OPEN, State.SUSPENDED))

    def running(self) -> TaskQuerySet:
        """With the lead, whose clock runs: neither submitted nor stopped."""
        return self.filter(state__in=RUNNING)

    def overdue(self, on: date) -> TaskQuerySet:
        """Open, and the deadline passed with no submission that stopped the clock in time."""
        return self.standing(Standing.OVERDUE, on)

    def due_soon(self, on: date) -> TaskQuerySet:
        return self.standing(Standing.DUE_SOON, on)

    def standing(self, standing: str, on: date, due: str = CURRENT) -> TaskQuerySet:
        """Tasks with this standing on the day; `in_time` holds the due-soon ones too."""
        return self.filter(_standing_q(standing, on, due))

    def pace(self, pace: str, on: date, due: str = CURRENT) -> TaskQuerySet:
        """Open tasks of one of the three colours: exactly those that its count promises."""
        return self.filter(pace_q(pace, on, due))

    def tally(self, on: date, due: str = CURRENT) -> Tally:
        """The five-way count on the day, its sum, and what stands beside it."""
        return self.tallies_where(on, {"": Q()}, due)[""]

    def tallies_where(self, on: date, where: dict[str, Q], due: str = CURRENT) -> dict[str, Tally]:
        """The same count for each of some conditions, by its name, in one query."""
        columns = {str(name): _standing_q(name, on, due) for name in FIVE}
        columns |= {str(state): Q(state=state) for state in (State.SUSPENDED, State.WITHDRAWN)}
        counts = {
            f"{key}_{name}": Count("pk", filter=condition & column)
            for key, condition in where.items()
            for name, column in columns.items()
        }
        found = self.order_by().aggregate(**counts)
        tallies = {key: {name: found[f"{key}_{name}"] for name in columns} for key in where}
        return {key: {"given": sum(five[name] for name in FIVE), **five} for key, five in tallies.items()}

    def tallies(self, on: date, by: str, due: str = CURRENT, **beside: Q) -> dict[Any, Tally]:
        """The same count for each value of a field, such as `lead_id`, in one query.

        `beside` names conditions whose tasks are counted too; they are not in the sum.
        """
        numbers = {str(name): Count("pk", filter=_standing_q(name, on, due)) for name in FIVE}
        numbers |= {name: Count("pk", filter=condition) for name, condition in beside.items()}
        rows = self.counted().order_by().values(by).annotate(**numbers)
        return {
            row.pop(by): {"given": sum(row[name] for name in FIVE), **row} for row in (dict(r) for r in rows)
        }

    def risks(self, on: date, by: str, due: str = CURRENT) -> dict[Any, int]:
        """How many tasks are at risk for each value of a field, in one query that reads only those.

        Asked apart from the tally: the indexes that count the standings do not hold the warning.
        """
        rows = self.pace(Pace.AT_RISK, on, due).order_by().values_list(by)
        return dict(rows.annotate(n=Count("pk")))

    def tally_and_paces(self, on: date, due: str = CURRENT) -> Tally:
        """The five ways and, beside them, the three colours of what is open."""
        tally = self.tally(on, due)
        return {**tally, **paces(tally, self.pace(Pace.AT_RISK, on, due).count())}

    def in_view(self, view: str, on: date, due: str = CURRENT) -> TaskQuerySet:
        """The tasks of one quick view, or of `given`: exactly those that its count promises."""
        return self.counted() if view == GIVEN else self.filter(_view_q(view, on, due))

    def views(self, on: date, due: str = CURRENT) -> dict[str, int]:
        """How many tasks each quick view holds, and how many of those waiting have a deadline."""
        numbers = {str(view): Count("pk", filter=_view_q(view, on, due)) for view in View}
        dated = Count("pk", filter=_view_q(View.SUBMITTED, on, due) & Q(**{f"{due}__isnull": False}))
        return self.order_by().aggregate(**numbers, submitted_dated=dated)

    def under(self, task: int) -> TaskQuerySet:
        """Every task below the one with this key, however deep."""
        return self.filter(pk__in=RawSQL(_below(), [task]))  # noqa: S611 - the key is a parameter

    # How they are read

    def matching(self, words: str) -> TaskQuerySet:
        """Every word of the text occurs, with or without Vietnamese marks."""
        tasks = self
        for word in fold(words).split():
            tasks = tasks.filter(search_text__contains=word)
        return tasks

    def for_list(self) -> TaskQuerySet:
        """With what a row of a list shows, so that twenty rows cost as many queries as one."""
        return self.select_related("lead", "assigner", "order")

    def late_first(self) -> TaskQuerySet:
        """By deadline, those without one last; stable."""
        return self.order_by(F("due_on").asc(nulls_last=True), "pk")


def _below() -> str:
    """Down the tree by its index; UNION and not UNION ALL, so that a circle would end.

    PostgreSQL guesses ten times as many rows for each level, and reads the whole table to join them: asked
    for the tasks below each row apart (OFFSET 0 keeps that apart) it looks them up.
    """
    children = "JOIN tasks_task child ON child.parent_id = below.id"
    if connection.vendor == "postgresql":
        children = "CROSS JOIN LATERAL (SELECT id FROM tasks_task WHERE parent_id = below.id OFFSET 0) child"
    first = "SELECT id FROM tasks_task WHERE parent_id = %s"
    return (
        f"WITH RECURSIVE below (id) AS ({first} UNION SELECT child.id FROM below {children})"  # noqa: S608
        " SELECT id FROM below"
    )


_SUBMITTED_ON = TruncDate("submitted_at", tzinfo=VIETNAM)


def _in_its_day(due: str) -> Q:
    """Submitted by midnight of the deadline's day in Vietnam, at the moment the system logged it."""
    return Q(LessThanOrEqual(_SUBMITTED_ON, F(due)))


def _after_its_day(due: str) -> Q:
    return Q(GreaterThan(_SUBMITTED_ON, F(due)))


def _standing_q(standing: str, on: date, due: str = CURRENT) -> Q:
    """The condition of one standing on a day. The five of `FIVE` never overlap and together are `COUNTED`.

    A submission stops the clock; a task sent back runs on as if it had never stopped.
    """
    done, waiting, running = Q(state=State.COMPLETED), Q(state=State.SUBMITTED), Q(state__in=RUNNING)
    dayless = Q(**{f"{due}__isnull": True})
    match standing:
        case Standing.NO_DEADLINE:
            return Q(state__in=OPEN) & dayless
        case Standing.DONE_ON_TIME:
            return done & (dayless | _in_its_day(due))
        case Standing.DONE_LATE:
            return done & _after_its_day(due)
        case Standing.IN_TIME:
            return (running & Q(**{f"{due}__gte": on})) | (waiting & _in_its_day(due))
        case Standing.DUE_SOON:
            soon = {f"{due}__gte": on, f"{due}__lte": on + timedelta(days=DUE_SOON_DAYS)}
            return running & Q(**soon)
        case Standing.OVERDUE:
            # The first condition follows from the others; it names the index of the open tasks.
            late = (running & Q(**{f"{due}__lt": on})) | (waiting & _after_its_day(due))
            return Q(state__in=OPEN, **{f"{due}__isnull": False}) & late
    raise ValueError(f"no such standing: {standing}")


def pace_q(pace: str, on: date, due: str = CURRENT) -> Q:
    """The condition of one colour on a day; the three never overlap and together are `OPEN`."""
    match pace:
        case Pace.LATE:
            return _standing_q(Standing.OVERDUE, on, due)
        case Pace.AT_RISK:
            # A warning stands only while the lead is at work, says a constraint.
            return Q(risk_days__isnull=False, **{f"{due}__gte": on})
        case Pace.ON_SCHEDULE:
            in_time = _standing_q(Standing.IN_TIME, on, due) & Q(risk_days__isnull=True)
            return in_time | _standing_q(Standing.NO_DEADLINE, on, due)
    raise ValueError(f"no such pace: {pace}")


def paces(tally: Tally, at_risk: int) -> Tally:
    """The three colours out of the five ways, once it is known how many are at risk."""
    on_schedule = tally[Standing.IN_TIME] + tally[Standing.NO_DEADLINE] - at_risk
    return {"on_schedule": on_schedule, "at_risk": at_risk, "late": tally[Standing.OVERDUE]}


def _view_q(view: str, on: date, due: str = CURRENT) -> Q:
    running, dayless = Q(state__in=RUNNING), Q(**{f"{due}__isnull": True})
    match view:
        case View.PREPARED:
            return Q(state__in=UNISSUED)
        case View.SUSPENDED | View.WITHDRAWN:
            return Q(state=view)
        case View.SUBMITTED:
            return Q(state=State.SUBMITTED) & (dayless | _in_its_day(due))
        case View.IN_TIME:
            return running & Q(**{f"{due}__gt": on + timedelta(days=DUE_SOON_DAYS)})
        case View.CONTINUOUS:
            return running & dayless & Q(due_kind__in=CONTINUOUS)
        case View.NO_DEADLINE:
            return running & dayless & ~Q(due_kind__in=CONTINUOUS)
    return _standing_q(view, on, due)


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, person: Asker, on: date | None = None) -> OrderQuerySet:
        """Orders of a body whose tasks the person reads, and every order above a task the person sees."""
        if person.is_superuser and person.is_active:
            return self
        seen: TaskQuerySet = _rows_of("Task").visible_to(person, on)
        reads = access.reach(person, "view_tasks", on)
        if reads is None:
            return self
        own = Q(body__in=reads)
        above = Q()
        for level in range(LEVELS_ABOVE + 1):
            order = f"{'parent__' * level}order"
            above |= Q(pk__in=seen.filter(**{f"{order}__isnull": False}).values(f"{order}_id"))
        # Of a task that a body of theirs led before: the order that it stood under then.
        then = led_before(person, on).filter(order__isnull=False).values("order_id")
        return self.filter(own | above | Q(pk__in=then))

    def matching(self, words: str) -> OrderQuerySet:
        """Every word occurs, or the number is written so: without case, marks, spaces and hyphens."""
        said, key = Q(), number_key(words)
        for word in fold(words).split():
            said &= Q(search_text__contains=word)
        return self.filter(said | Q(number_key__contains=key) if key else said)

    def best_first(self, words: str) -> OrderQuerySet:
        """The order of that number, then those whose number begins so, then the rest; each newest first."""
        key = number_key(words)
        if not key:
            return self
        near = Case(When(number_key=key, then=0), When(number_key__startswith=key, then=1), default=2)
        return self.order_by(near, F("issued_on").desc(nulls_last=True), "-pk")

    def issued_by(self, words: str) -> OrderQuerySet:
        """Every word stands in the issuer's name; an order that names none is its body's."""
        orders = self
        for word in fold(words).split():
            own = Q(issuer_key="", body__search_text__contains=word)
            orders = orders.filter(Q(issuer_key__contains=word) | own)
        return orders

    def of_year(self, year: int) -> OrderQuerySet:
        """Dated in the year; where the day is not known, by the document's own words."""
        worded = Q(issued_on=None, issued_words__contains=str(year))
        return self.filter(Q(issued_on__year=year) | worded)


class OrderRelationQuerySet(models.QuerySet["OrderRelation"]):
    def around(self, order: Order) -> OrderRelationQuerySet:
        """Its own relations, all that it carries out up to the top, all that carries it out; and by what
        any of these was replaced."""
        return self.filter(pk__in=RawSQL(_AROUND, [order.pk] * 4))  # noqa: S611 - the key is a parameter

    def above(self, order: Order) -> OrderRelationQuerySet:
        """What the order does to others, and these to others in turn, by every kind."""
        return self.filter(pk__in=RawSQL(_ALL_ABOVE, [order.pk]))  # noqa: S611 - the key is a parameter


# UNION and not UNION ALL, so that a circle would end.
_AROUND = """
WITH RECURSIVE up (id, next) AS (
    SELECT id, other_id FROM tasks_orderrelation WHERE kind = 'implements' AND order_id = %s
    UNION SELECT one.id, one.other_id FROM tasks_orderrelation one JOIN up ON one.order_id = up.next
    WHERE one.kind = 'implements'
), down (id, next) AS (
    SELECT id, order_id FROM tasks_orderrelation WHERE kind = 'implements' AND other_id = %s
    UNION SELECT one.id, one.order_id FROM tasks_orderrelation one JOIN down ON one.other_id = down.next
    WHERE one.kind = 'implements'
)
SELECT id FROM up UNION SELECT id FROM down
UNION SELECT id FROM tasks_orderrelation WHERE order_id = %s OR other_id = %s
UNION SELECT id FROM tasks_orderrelation
    WHERE kind = 'replaces' AND other_id IN (SELECT next FROM up UNION SELECT next FROM down)
"""

_ALL_ABOVE = """
WITH RECURSIVE up (id, next) AS (
    SELECT id, other_id FROM tasks_orderrelation WHERE order_id = %s
    UNION SELECT one.id, one.other_id FROM tasks_orderrelation one JOIN up ON one.order_id = up.next
)
SELECT id FROM up
"""
