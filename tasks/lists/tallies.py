"""The five-way counts of all that a person sees, by body: what rests is kept, what is open is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import add
from typing import Any, Literal

from django.db.models import Count, F, Q, QuerySet, Sum, Value

from committees.access import Asker
from committees.models import Body
from committees.stand_ins import rows_seen_by
from tasks.lifecycle import CURRENT, FIVE, OPEN, Pace, Standing, State
from tasks.models import KeptCount, Task
from tasks.models.counting import Tally, overdue_q, standing_q
from tasks.models.kept_counts import lists_beside, seen_by_helping
from tasks.models.tasks import add_up_views, view_rows

# The columns that the kept counts know.
By = Literal["lead_id", "assigner_id"]

# What the statement counts; how many are in time is told by these.
NUMBERS = (
    *("open", "overdue", "no_deadline", "at_risk"),
    *(str(name) for name in (Standing.DONE_ON_TIME, Standing.DONE_LATE, State.SUSPENDED, State.WITHDRAWN)),
)


def tallies_seen_by(person: Asker, on: date, by: By, due: str = CURRENT) -> dict[Any, Tally]:
    """Body → the five-way count of what it leads, or gave, and the person sees.

    As `TaskQuerySet.tallies` counts; with what is at risk, suspended and withdrawn beside it.
    """
    return _add_up_rows(rows_seen_by(_tallies, person, on, by, due))


def _tallies(person: Asker, on: date, _body: None, by: By, due: str) -> QuerySet[Any, Any]:
    return _together(_members(person, on, due, F(by)))


def views_seen_by(person: Asker, on: date, due: str = CURRENT) -> dict[str, int]:
    """How many tasks each quick view of all that the person sees holds, as `TaskQuerySet.views` counts them.

    In one statement: a task that is confirmed meanwhile is in one of its counts.
    """
    return add_up_views(rows_seen_by(_views, person, on, due))


def _views(person: Asker, on: date, _body: None, due: str) -> QuerySet[Any, Any]:
    late = "late" if due == CURRENT else "first_late"
    kept = KeptCount.objects.visible_to(person).order_by().annotate(place=Value(0), endless=Value(False))
    rows = kept.values_list("state", "place", late, "endless").annotate(n=Sum("number"))
    # Whatever else is known of them, they are being prepared: their index alone tells how many there are.
    prepared = (
        Task.objects.prepared_for(person)
        .order_by()
        .annotate(draft=Value(State.DRAFT), place=Value(0), late=Value(False), endless=Value(False))
    )
    drafts = prepared.values_list("draft", "place", "late", "endless").annotate(n=Count("pk"))
    opened, mixed = lists_beside(person)
    return view_rows([*opened, *mixed], on, due, [drafts, rows])


def tallies_of_body(person: Asker, body: Body, on: date) -> tuple[dict[str, Tally], int]:
    """Of what the body gave (`assigner`) and of what it leads (`lead`); and how many of its tasks are open.

    As far as the person sees them.
    """
    tallies = _add_up_rows(rows_seen_by(_tallies_of_body, person, on, body=body), ("assigner", "lead", "any"))
    # Of "any" only the open ones were counted.
    return tallies, tallies.pop("any")["given"]


def _tallies_of_body(person: Asker, on: date, body: Body) -> QuerySet[Any, Any]:
    members = [
        member
        for part in ("assigner", "lead")
        for member in _members(person, on, CURRENT, Value(part), part, body)
    ]
    of_body = Task.objects.visible_to(person).of_body(body).open()
    return _together([*members, _member(of_body, Value("any"), {"open": Count("pk")})])


def _members(
    person: Asker, on: date, due: str, group: Any, part: str = "", body: Body | None = None
) -> list[QuerySet[Any, Any]]:
    """One row for each group from each of the places that hold a part of the count.

    With a body, of the tasks in which it plays the part alone: lead or assigner, which the kept counts know.
    """
    where = Q((part, body)) if body else Q()
    visible = Task.objects.visible_to(person).filter(where)
    opened, mixed = ([visible.open()], seen_by_helping(person, body)) if body else lists_beside(person)
    open_counts = {
        "open": Count("pk"),
        "overdue": Count("pk", filter=overdue_q(on, due)),
        "no_deadline": Count("pk", filter=Q(**{f"{due}__isnull": True})),
    }
    done, late = Q(state=State.COMPLETED), Q(**{"late" if due == CURRENT else "first_late": True})
    on_time_name, late_name = str(Standing.DONE_ON_TIME), str(Standing.DONE_LATE)
    outside = {str(state): Q(state=state) for state in (State.SUSPENDED, State.WITHDRAWN)}
    kept_counts = {on_time_name: done & ~late, late_name: done & late, **outside}
    mixed_counts = {
        "open": Q(state__in=OPEN),
        **{str(name): standing_q(name, on, due) for name in FIVE if name != Standing.IN_TIME},
        **outside,
    }
    return [
        *(_member(tasks, group, open_counts) for tasks in opened),
        # Apart: the indexes that count the standings do not hold the warning.
        _member(visible.pace(Pace.AT_RISK, on, due), group, {"at_risk": Count("pk")}),
        _member(
            KeptCount.objects.visible_to(person).filter(where),
            group,
            {name: Sum("number", filter=condition, default=0) for name, condition in kept_counts.items()},
        ),
        *(
            _member(
                tasks.filter(where), group, {name: Count("pk", filter=q) for name, q in mixed_counts.items()}
            )
            for tasks in mixed
        ),
    ]


def _member(rows: QuerySet[Any, Any], group: Any, counts: dict[str, Any]) -> QuerySet[Any, Any]:
    columns = {name: counts.get(name, Value(0)) for name in NUMBERS}
    member: QuerySet[Any, Any] = rows.order_by().annotate(group=group).values("group").annotate(**columns)
    return member.values_list("group", *NUMBERS)


def _together(members: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    """In one statement, so that a task which is confirmed meanwhile is counted once."""
    return members[0].union(*members[1:], all=True)


def _add_up_rows(rows: Iterable[tuple[Any, ...]], groups: Iterable[str] = ()) -> dict[Any, Tally]:
    # Thousands of rows: added as lists, named at the end.
    sums: dict[Any, list[int]] = {group: [0] * len(NUMBERS) for group in groups}
    for group, *counts in rows:
        before = sums.get(group)
        sums[group] = list(map(add, before, counts)) if before else counts
    return {group: _tally(dict(zip(NUMBERS, numbers, strict=True))) for group, numbers in sums.items()}


def _tally(numbers: dict[str, int]) -> Tally:
    in_time = numbers.pop("open") - numbers["overdue"] - numbers["no_deadline"]
    numbers["in_time"] = in_time
    return {"given": sum(numbers[name] for name in FIVE), **numbers}


def add_up(tallies: Iterable[Tally]) -> Tally:
    """The sum of the counts of groups that have no task in common."""
    total = dict.fromkeys(
        ("given", *map(str, FIVE), "at_risk", str(State.SUSPENDED), str(State.WITHDRAWN)), 0
    )
    for tally in tallies:
        for name in total:
            total[name] += tally[name]
    return total
