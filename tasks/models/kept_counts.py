"""Kept counts: how many tasks are at rest, by who gave and who leads them, added up as they change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import connection, models, transaction
from django.db.models import Case, Count, Q, Sum, When

from committees import access
from committees.access import Asker
from committees.models import Body
from committees.roles import RESTRICTED_READERS
from tasks.lifecycle import AT_REST, CURRENT, FIRST, OPEN, Standing
from tasks.models.counting import ISSUED, standing_q
from tasks.models.parts import Part
from tasks.models.tasks import Task, TaskQuerySet

# What tells the tasks of one row from those of another.
KEY = ("assigner_id", "lead_id", "secrecy", "state", "issued", "late", "first_late")

Counts = dict[tuple[Any, ...], int]


class KeptCountQuerySet(models.QuerySet["KeptCount"]):
    def visible_to(self, person: Asker, on: date | None = None) -> KeptCountQuerySet:
        """Of the tasks that the person sees because a body of theirs gave or leads them.

        Those that they see only because a body helps are no part of it: see `seen_by_helping`.
        """
        if person.is_superuser and person.is_active:
            return self
        bodies, trusted = scope_of(person, on)
        return self.filter(_given_or_led(bodies, Q(issued=True))).filter(
            Q(secrecy="normal") | _given_or_led(trusted, Q(issued=True))
        )

    def added_up(self) -> Counts:
        """Key → how many tasks, as it is kept."""
        rows = self.order_by().values_list(*KEY).annotate(total=Sum("number")).exclude(total=0)
        return {tuple(key): total for *key, total in rows}


class KeptCount(models.Model):
    """So many more (or fewer) tasks at rest with this key; the sum of its rows is the count.

    The database writes a row with every change of a task (tasks/migrations/0002_kept_counts): rows are only
    added, so that two changes of one body's tasks never wait for each other. `recount` folds them.
    """

    # No rows of these bodies are asked for: a count outlives nothing and protects nothing.
    assigner = models.ForeignKey(
        Body, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    lead = models.ForeignKey(
        Body, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", null=True
    )
    secrecy = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    issued = models.BooleanField()
    late = models.BooleanField()
    first_late = models.BooleanField()
    number = models.IntegerField()

    objects: ClassVar[KeptCountQuerySet] = KeptCountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.number:+} {self.state}"


def scope_of(person: Asker, on: date | None) -> tuple[list[int] | models.QuerySet[Any] | None, list[int]]:
    """The bodies whose tasks the person reads (None: all), and those whose restricted ones too."""
    return access.reach(person, "view_tasks", on), access.bodies_as(person, RESTRICTED_READERS, on)


def lists_beside(person: Asker, on: date | None = None) -> tuple[list[TaskQuerySet], list[TaskQuerySet]]:
    """All issued tasks that the person sees and that no kept count of theirs holds, each in one list.

    Lists of open tasks first; then lists of open tasks and of some at rest.
    """
    apart = Task.objects.visible_apart(person, on)
    if len(apart) == 1:
        return [apart[0].open()], seen_by_helping(person)
    given, led, helped, *restricted = apart
    bodies, trusted = scope_of(person, on)
    kept = _given_or_led(bodies, ISSUED) & _given_or_led(trusted, ISSUED)
    beside = Q(state__in=OPEN) | Q(state__in=AT_REST) & ~kept
    return [given.open(), led.open()], [helped, *(tasks.filter(beside) for tasks in restricted)]


def seen_by_helping(person: Asker, of: Body | None = None) -> list[TaskQuerySet]:
    """Tasks at rest that the person sees only because a body of theirs helps: in no kept count of theirs.

    In two parts that have none in common: each is looked up by the keys of the tasks that are helped in,
    which an OR would compare with every row. Of what one body gave or leads, a part can only be empty where
    that body is the person's own, and is left out.
    """
    if person.is_superuser and person.is_active:
        return []
    bodies, trusted = scope_of(person, None)
    ours, ours_restricted = (_given_or_led(these, ISSUED) for these in (bodies, trusted))
    issued = Task.objects.filter(ISSUED, state__in=AT_REST)
    parts = []
    if trusted and not (of and of.pk in trusted):
        restricted = issued.helped_by(trusted).filter(ours).exclude(secrecy="normal")
        parts.append(restricted.exclude(ours_restricted))
    is_theirs = isinstance(bodies, list) and (not bodies or bool(of and of.pk in bodies))
    if bodies is not None and not is_theirs:
        helping = Part.objects.helping().filter(body__in=trusted).order_by().values("task_id")
        readable = Q(secrecy="normal") | ours_restricted | Q(pk__in=helping)
        parts.append(issued.helped_by(bodies).filter(readable).exclude(ours))
    return parts


def _given_or_led(bodies: list[int] | models.QuerySet[Any] | None, issued: Q) -> Q:
    return Q() if bodies is None else Q(assigner__in=bodies) | issued & Q(lead__in=bodies)


def count_again() -> Counts:
    """Key → how many tasks, counted from the tasks themselves."""
    late, first_late = (standing_q(Standing.DONE_LATE, date.max, due) for due in (CURRENT, FIRST))
    flags = {"issued": ISSUED, "late": late, "first_late": first_late}
    named = {name: Case(When(flag, then=True), default=False) for name, flag in flags.items()}
    tasks = Task.objects.filter(state__in=AT_REST).order_by()
    rows = tasks.annotate(**named).values_list(*KEY).annotate(total=Count("pk"))
    return {tuple(key): total for *key, total in rows}


def differences() -> Counts:
    """Key → by how many the kept count is too high; empty when all is as it should be."""
    kept, counted = KeptCount.objects.added_up(), count_again()
    wrong = {key: kept.get(key, 0) - counted.get(key, 0) for key in kept.keys() | counted.keys()}
    return {key: number for key, number in wrong.items() if number}


@transaction.atomic
def recount() -> None:
    """Keep what a new count gives: one row for each key."""
    if connection.vendor == "postgresql":
        # Changes of tasks wait until this is done, and it waits for those under way: read without the lock,
        # a change between the two statements would be counted twice. Nothing else is locked here.
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {KeptCount._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    KeptCount.objects.all().delete()
    KeptCount.objects.bulk_create(_rows(count_again()), batch_size=5000)


def _rows(counts: Counts) -> Iterable[KeptCount]:
    return [KeptCount(**dict(zip(KEY, key, strict=True)), number=number) for key, number in counts.items()]
