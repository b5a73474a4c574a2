"""A task: who gave it to whom, by when, and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.core.validators import (
    MaxValueValidator,
)
from django.db import connection, models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Least, StrIndex
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Body, Person
from committees.roles import RESTRICTED_READERS
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import day_of, format_day
from portal.shared.text import fold
from portal.shared.verdicts import Sentence
from tasks.cycles import Cycle
from tasks.lifecycle import (
    COUNTED,
    CURRENT,
    FIVE,
    GIVEN,
    OPEN,
    RUNNING,
    UNDO_FOR,
    UNISSUED,
    Pace,
    Standing,
    State,
    View,
)
from tasks.models.common import LONG_PLAIN_TEXT, PLAIN_TEXT, Searchable, nobody_twice
from tasks.models.counting import (
    ISSUED,
    Tally,
    pace_q,
    paces,
    standing_of,
    standing_q,
    view_columns,
    view_of,
    view_q,
)
from tasks.models.cycles import Recurrence
from tasks.models.parts import Part, led_before
from tasks.models.scope import Reading, among, are_few, given_or_received, one_of

MAX_TITLE_LENGTH = 500
MAX_APPROVAL_LENGTH = 250

# What decides, beside its bodies and its deadline, who sees a task and how it stands.
DECIDES = ("state", "submitted_at", "secrecy", "assigned_at", "due_kind")

# All that the title of a secret task says beside its number.
PLACEHOLDER_TITLE = "Nhiệm vụ mật"


class TaskQuerySet(models.QuerySet["Task"]):
    # Who sees what

    def visible_to(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """The only source of tasks for every door: given by a body of theirs, or received once issued.

        Without what their bodies only led before: that is read as it was then, so no condition, order or
        count may ask of it as it is now. See `led_before`.
        """
        return self._in_scope(person, on, former=False)

    def readable_by(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """With what their bodies led before, for doors that show such a task as it was then."""
        return self._in_scope(person, on, former=True)

    def each_visible_to(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """`visible_to`, asked of each row by itself: for one task, or those of one order or parent."""
        return self._in_scope(person, on, former=False, each=True)

    def each_readable_by(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """`readable_by`, asked of each row by itself."""
        return self._in_scope(person, on, former=True, each=True)

    def led_before(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """Tasks that a body of theirs led before and that they see by nothing else, last taken away first."""
        parts = led_before(person, on)
        until = parts.filter(task=OuterRef("pk")).order_by("-ended_at").values("ended_at")[:1]
        visible = Task.objects.visible_to(person, on).filter(pk=OuterRef("pk"))
        tasks = self.filter(~Exists(visible), pk__in=parts.values("task_id"))
        return tasks.annotate(led_until=Subquery(until)).order_by("-led_until", "-pk")

    def _in_scope(self, person: Asker, on: date | None, *, former: bool, each: bool = False) -> TaskQuerySet:
        if person.is_superuser and person.is_active:
            return self
        bodies = access.reach(person, "view_tasks", on)
        seen = self._read_in(bodies, former=former, each=each)
        trusted = access.bodies_as(person, RESTRICTED_READERS, on)
        if isinstance(bodies, list) and set(bodies) <= set(trusted):
            # They read as much of a restricted task as of any other.
            return seen
        return seen._not_restricted(trusted, former=former, each=each)

    def _not_restricted(self, trusted: list[int], *, former: bool, each: bool = False) -> TaskQuerySet:
        """Without restricted tasks, but those of the bodies in which an office may read them."""
        if not trusted:
            return self.filter(secrecy="normal")
        # One list beside the rows of a list: asked of each it would look dearer than reading the whole table.
        reading = Reading.EACH if each else Reading.LIST
        return self.filter(Q(secrecy="normal") | given_or_received(trusted, former=former, reading=reading))

    def visible_apart(self, person: Asker, on: date | None = None) -> list[TaskQuerySet]:
        """`visible_to` as lists that have no task in common: for what reads all of them, such as a count.

        Given by one of the bodies, else led by one, else helped by one; last what is restricted of all three.
        Each is read in an index alone; one OR over many bodies makes PostgreSQL read every task there is.
        """
        bodies = access.reach(person, "view_tasks", on)
        if bodies is None or person.is_superuser or are_few(bodies):
            return [self.visible_to(person, on)]
        given, led = among("assigner", bodies), among("lead", bodies)
        helping = Part.objects.filter(among("body", bodies)).exclude(kind="former_lead").order_by()
        helped = one_of(helping.values("task_id"), few=True)
        apart = (given, ISSUED & led & ~given, ISSUED & helped & ~given & (~led | Q(lead=None)))
        lists = [self.filter(condition, secrecy="normal") for condition in apart]
        trusted = access.bodies_as(person, RESTRICTED_READERS, on)
        if not trusted:
            return lists
        restricted = self.exclude(secrecy="normal")
        if not (isinstance(bodies, list) and set(trusted) <= set(bodies)):
            return [*lists, restricted.visible_to(person, on)]
        theirs = given_or_received(trusted, former=False, reading=Reading.LIST)
        return [*lists, restricted.filter(theirs)]

    def prepared_for(self, person: Asker, on: date | None = None) -> TaskQuerySet:
        """What is not issued yet and the person sees: only who gives it does."""
        unissued = self.filter(state__in=UNISSUED)
        if person.is_superuser and person.is_active:
            return unissued
        bodies = access.reach(person, "view_tasks", on)
        trusted = access.bodies_as(person, RESTRICTED_READERS, on)
        readable = unissued.filter(Q(secrecy="normal") | among("assigner", trusted))
        return readable if bodies is None else readable.filter(among("assigner", bodies))

    def _read_in(
        self, bodies: list[int] | models.QuerySet[Any] | None, *, former: bool, each: bool
    ) -> TaskQuerySet:
        """Given by one of the bodies (None: of all), or received by one and issued."""
        if bodies is None:
            return self
        if bodies == []:
            return self.none()
        few = are_few(bodies)
        reading = Reading.EACH if each else Reading.ARRAY if few else Reading.LIST
        return self.filter(given_or_received(bodies, former=former, reading=reading))

    def of_body(self, body: Body | models.QuerySet[Any]) -> TaskQuerySet:
        """Tasks the body (or any of the bodies) gave or has a part in."""
        return self.filter(self.part_q(body, "any"))

    def helped_by(self, bodies: list[int] | models.QuerySet[Any]) -> TaskQuerySet:
        """Tasks in which one of the bodies helps, looked up by their keys."""
        parts = Part.objects.helping().filter(body__in=bodies).order_by()
        return self.filter(self.keys_q(parts.values("task_id")))

    @staticmethod
    def keys_q(keys: models.QuerySet[Any, Any], column: str = "pk") -> Q:
        """The condition of a key being one of those that a subquery gives: some thousands at most."""
        return one_of(keys, few=True, column=column)

    @staticmethod
    def part_q(body: Body | models.QuerySet[Any], part: str) -> Q:
        """The condition that a body plays a part: assigner, lead, co_lead, coordinating or any."""
        bodies = [body] if isinstance(body, Body) else body
        if part == "assigner":
            return Q(assigner__in=bodies)
        if part == "lead":
            return Q(lead__in=bodies)
        parts = Part.objects.filter(task=OuterRef("pk"), body__in=bodies)
        if part in ("co_lead", "coordinating", "former_lead"):
            return Q(Exists(parts.filter(kind=part)))
        helped = Part.objects.helping().filter(body__in=bodies).order_by().values("task_id")
        return Q(assigner__in=bodies) | Q(lead__in=bodies) | one_of(helped, few=isinstance(body, Body))

    # Where they stand

    def issued(self) -> TaskQuerySet:
        return self.filter(ISSUED)

    def counted(self) -> TaskQuerySet:
        """What the five-way count holds: issued, not suspended, not withdrawn."""
        return self.filter(state__in=COUNTED)

    def open(self) -> TaskQuerySet:
        return self.filter(state__in=OPEN)

    def closed(self) -> TaskQuerySet:
        """All that is not open: done, stopped, withdrawn, or not given yet."""
        return self.exclude(state__in=OPEN)

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
        return self.filter(standing_q(standing, on, due))

    def pace(self, pace: str, on: date, due: str = CURRENT) -> TaskQuerySet:
        """Open tasks of one of the three colours: exactly those that its count promises."""
        return self.filter(pace_q(pace, on, due))

    def tally(self, on: date, due: str = CURRENT) -> Tally:
        """The five-way count on the day, its sum, and what stands beside it."""
        return self.tallies_where(on, {"": Q()}, due)[""]

    def tallies_where(self, on: date, where: dict[str, Q], due: str = CURRENT) -> dict[str, Tally]:
        """The five-way count for each condition, by its name, in one query."""
        columns = {str(name): standing_q(name, on, due) for name in FIVE}
        columns |= {str(state): Q(state=state) for state in (State.SUSPENDED, State.WITHDRAWN)}
        counts = {
            f"{key}_{name}": Count("pk", filter=condition & column)
            for key, condition in where.items()
            for name, column in columns.items()
        }
        numbers = self.order_by().aggregate(**counts)
        tallies = {key: {name: numbers[f"{key}_{name}"] for name in columns} for key in where}
        return {key: {"given": sum(five[name] for name in FIVE), **five} for key, five in tallies.items()}

    def tallies(
        self, on: date, by: str, due: str = CURRENT, states: Iterable[State] = COUNTED, **beside: Q
    ) -> dict[Any, Tally]:
        """The five-way count for each value of a field, such as `lead_id`, in one query.

        `beside` names conditions whose tasks are counted too; they are not in the sum. Those of states
        outside the five are there only if `states` names them.
        """
        numbers = {str(name): Count("pk", filter=standing_q(name, on, due)) for name in FIVE}
        numbers |= {name: Count("pk", filter=condition) for name, condition in beside.items()}
        rows = self.filter(state__in=states).order_by().values(by).annotate(**numbers)
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
        return self.counted() if view == GIVEN else self.filter(view_q(view, on, due))

    def views(self, on: date, due: str = CURRENT) -> dict[str, int]:
        """How many tasks each quick view holds, and how many of those waiting have a deadline."""
        return count_views([self], on, due)

    def under(self, task: int) -> TaskQuerySet:
        """Every task below the one with this key, however deep."""
        return self.filter(pk__in=RawSQL(_below(), [task]))  # noqa: S611 - the key is a parameter

    # How they are read

    def matching(self, words: str) -> TaskQuerySet:
        """Every word of the text occurs, with or without Vietnamese marks."""
        return self.filter(self.words_q(words))

    @staticmethod
    def words_q(words: str, *, by_index: bool = True) -> Q:
        """The condition of `matching`. PostgreSQL has an index of each three letters that stand together.

        Not by it: of words that stand in very many tasks it would find them all. Then all words are one
        condition, of which PostgreSQL expects a third of the rows: it walks through them one after the other.
        """
        all_words = fold(words).split()
        if by_index or not all_words:
            return Q(*(Q(search_text__contains=word) for word in all_words))
        places: list[Any] = [StrIndex(F("search_text"), Value(word)) for word in all_words]
        return Q(GreaterThan(Least(*places) if len(places) > 1 else places[0], 0))

    def for_list(self) -> TaskQuerySet:
        """With what a row of a list shows, so that twenty rows cost as many queries as one."""
        long_texts = ("description", "search_text", "order__abstract", "order__search_text")
        of_bodies = [f"{body}__search_text" for body in ("lead", "assigner")]
        return self.select_related("lead", "assigner", "order").defer(*long_texts, *of_bodies)

    def late_first(self) -> TaskQuerySet:
        """By deadline, those without one last; stable."""
        return self.order_by(F("due_on").asc(nulls_last=True), "pk")


def count_views(
    lists: Sequence[TaskQuerySet],
    on: date,
    due: str = CURRENT,
    kept: Sequence[models.QuerySet[Any, Any]] = (),
) -> dict[str, int]:
    """What `TaskQuerySet.views` gives, for lists that have no task in common; in one query."""
    return add_up_views(view_rows(lists, on, due, kept))


def view_rows(
    lists: Sequence[TaskQuerySet],
    on: date,
    due: str = CURRENT,
    kept: Sequence[models.QuerySet[Any, Any]] = (),
) -> models.QuerySet[Any, Any]:
    """The rows that `add_up_views` counts.

    Grouped by the few columns that decide, and put into its view afterwards: a condition for each view would
    be asked of every task, and be longer to write than to ask. `kept` has such rows counted before.
    """
    columns = view_columns(on, due)
    counted: list[models.QuerySet[Any, Any]] = [
        tasks.order_by().annotate(**columns).values_list("state", *columns).annotate(n=Count("pk"))
        for tasks in lists
    ]
    first, *others = [*counted, *kept]
    return first.union(*others, all=True) if others else first


def count_first_views(
    lists: Sequence[TaskQuerySet], on: date, due: str, most: int
) -> tuple[dict[str, int], list[int]]:
    """What `count_views` gives, of so many tasks at most and one more; and their keys.

    Open ones first: the others are not even looked for once these are enough.
    """
    columns = view_columns(on, due)
    rows = [tasks.order_by().annotate(**columns).values_list("pk", "state", *columns) for tasks in lists]
    opened, closed = ([tasks.filter(q) for tasks in rows] for q in (Q(state__in=OPEN), ~Q(state__in=OPEN)))
    first = list(opened[0].union(*opened[1:], *closed, all=True)[: most + 1])
    counted = Counter(row[1:] for row in first)
    return add_up_views((*row, number) for row, number in counted.items()), [row[0] for row in first]


def add_up_views(rows: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    """Rows of a state, of the columns of `view_columns` and of how many there are, by quick view."""
    numbers = dict.fromkeys((*View.values, "submitted_dated"), 0)
    for state, place, late, endless, number in rows:
        view = view_of(state, place, late=bool(late), endless=bool(endless))
        numbers[view] += number
        if view == View.SUBMITTED and place:
            numbers["submitted_dated"] += number
    return numbers


def count_all(lists: Sequence[TaskQuerySet]) -> int:
    """How many tasks are in lists that have no task in common; in one query."""
    first, *others = lists
    if not others:
        return first.order_by().count()
    numbers: list[models.QuerySet[Any, Any]] = [
        tasks.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values_list("n")
        for tasks in lists
    ]
    return sum(n for (n,) in numbers[0].union(*numbers[1:], all=True))


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


def code_of(key: int) -> str:
    return f"NV-{key:05d}"


class Task(Searchable):
    """A duty given by one body (the assigner) to one accountable lead body."""

    class DueKind(models.TextChoices):
        DAY = "day", _("a day")
        PERIOD = "period", _("a month, quarter or year")
        RELATIVE = "relative", _("so many days after an event")
        RECURRING = "recurring", _("recurring")
        CONTINUOUS = "continuous", _("continuous")
        NONE = "none", pgettext_lazy("deadline", "none")

    class Priority(models.TextChoices):
        NORMAL = "normal", _("normal")
        URGENT = "urgent", _("urgent")

    class Secrecy(models.TextChoices):
        NORMAL = "normal", _("normal")
        RESTRICTED = "restricted", _("restricted")
        SECRET = "secret", _("secret")

    class Programme(models.TextChoices):
        NQ57 = "nq57", _("Resolution 57-NQ/TW")
        DA06 = "da06", _("Project 06")
        REFORM = "reform", _("administrative reform")
        OTHER = "other", _("other")

    # Where it comes from
    order = models.ForeignKey(
        "tasks.Order",
        verbose_name=_("order"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
    )
    number = models.CharField(_("number in the order"), max_length=40, blank=True, validators=PLAIN_TEXT)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("task above"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    parent_words = models.CharField(
        _("task above, in the order's words"), max_length=200, blank=True, validators=PLAIN_TEXT
    )
    pillar = models.CharField(_("pillar"), max_length=120, blank=True, validators=PLAIN_TEXT, db_index=True)
    programme = models.CharField(_("programme"), max_length=10, choices=Programme, default=Programme.NQ57)
    # What
    title = models.CharField(_("task"), max_length=MAX_TITLE_LENGTH, validators=PLAIN_TEXT)
    title_en = models.CharField(
        _("task in English"), max_length=MAX_TITLE_LENGTH, blank=True, validators=PLAIN_TEXT
    )
    description = models.TextField(_("description"), blank=True, validators=LONG_PLAIN_TEXT)
    deliverable = models.CharField(_("deliverable"), max_length=500, blank=True, validators=PLAIN_TEXT)
    deliverable_kind = models.CharField(
        _("type of deliverable"), max_length=120, blank=True, validators=PLAIN_TEXT
    )
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=2, null=True, blank=True)
    target_unit = models.CharField(_("unit of the target"), max_length=60, blank=True, validators=PLAIN_TEXT)
    authority = models.CharField(_("approving level"), max_length=250, blank=True, validators=PLAIN_TEXT)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    secrecy = models.CharField(_("secrecy"), max_length=10, choices=Secrecy, default=Secrecy.NORMAL)
    # Who
    assigner = models.ForeignKey(
        Body, verbose_name=_("assigner"), on_delete=models.PROTECT, related_name="tasks_given"
    )
    lead = models.ForeignKey(
        Body,
        verbose_name=_("lead"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks_led",
    )
    lead_words = models.CharField(
        _("lead, in the order's words"), max_length=500, blank=True, validators=PLAIN_TEXT
    )
    leader = models.ForeignKey(
        Person,
        verbose_name=_("leader in charge"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    contact = models.ForeignKey(
        Person, verbose_name=_("contact"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # When
    start_on = DayField(_("start"), null=True, blank=True)
    due_kind = models.CharField(_("kind of deadline"), max_length=12, choices=DueKind, default=DueKind.DAY)
    due_on = DayField(_("deadline"), null=True, blank=True)
    due_words = models.CharField(
        _("deadline in the order's words"), max_length=250, blank=True, validators=PLAIN_TEXT
    )
    original_due_on = DayField(_("original deadline"), null=True, blank=True, editable=False)
    after_days = models.PositiveSmallIntegerField(
        _("days after the event"), null=True, blank=True, validators=[MaxValueValidator(3650)]
    )
    after_event = models.CharField(
        _("event that the deadline follows"), max_length=250, blank=True, validators=PLAIN_TEXT
    )
    happened_on = DayField(_("day of the event"), null=True, blank=True, editable=False)
    occurrence_on = DayField(_("day in the cycle of the task above"), null=True, blank=True, editable=False)
    weight = models.PositiveSmallIntegerField(
        _("share of the task above, in percent"),
        null=True,
        blank=True,
        editable=False,
        validators=[MaxValueValidator(100)],
    )
    due_version = models.PositiveIntegerField(default=1, editable=False)
    unsure = models.JSONField(
        _("fields that a person must look at before it is issued"), default=list, blank=True, editable=False
    )
    # Set by `as_read_by` for a body that led the task before: it reads what was there until then.
    read_until: datetime | None = None
    # How it stands
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT, editable=False)
    suspended_from = models.CharField(max_length=12, choices=State, blank=True, editable=False)
    percent = models.PositiveSmallIntegerField(
        _("progress"), default=0, editable=False, validators=[MaxValueValidator(100)]
    )
    progressed_at = models.DateTimeField(_("last update"), null=True, editable=False)
    submissions = models.PositiveSmallIntegerField(default=0, editable=False)
    risk_days = models.PositiveSmallIntegerField(_("days late expected"), null=True, editable=False)
    risk_remedy = models.TextField(_("remedy"), blank=True, editable=False, validators=LONG_PLAIN_TEXT)
    risk_by = models.ForeignKey(
        Person,
        verbose_name=_("risk told by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    risk_at = models.DateTimeField(_("risk told at"), null=True, editable=False)
    escalation_stopped_at = models.DateTimeField(_("escalation stopped at"), null=True, editable=False)
    escalation_stopped_by = models.ForeignKey(
        Person,
        verbose_name=_("escalation stopped by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    superseded_by = models.ForeignKey(
        "self",
        verbose_name=_("replaced by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="supersedes",
    )
    created_by = models.ForeignKey(
        Person,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    assigned_by = models.ForeignKey(
        Person,
        verbose_name=_("assigned by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    assigned_at = models.DateTimeField(_("assigned at"), null=True, editable=False)
    approval = models.CharField(
        _("approval on paper"), max_length=MAX_APPROVAL_LENGTH, blank=True, editable=False
    )
    submitted_by = models.ForeignKey(
        Person,
        verbose_name=_("reported by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    submitted_for = models.ForeignKey(
        Person,
        verbose_name=_("reported on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("reported at"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        Person,
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    confirmed_for = models.ForeignKey(
        Person,
        verbose_name=_("confirmed on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    posted_at = models.DateTimeField(_("entered in theodoinq.dcs.vn at"), null=True, editable=False)
    posted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    SEARCHED = ("number", "title", "title_en", "deliverable", "description")

    objects: ClassVar[TaskQuerySet] = TaskQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ("pk",)
        default_permissions = ("view", "add", "change")
        constraints = (
            days_in_range("task_days_in_range", "start_on", "due_on", "happened_on"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="task_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(state__in=(*UNISSUED, State.WITHDRAWN)) | Q(lead__isnull=False),
                name="task_issued_with_a_lead",
            ),
            models.CheckConstraint(
                condition=nobody_twice(("submitted_by", "submitted_for"), ("confirmed_by", "confirmed_for")),
                name="task_not_confirmed_by_its_submitter",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True, submitted_for__isnull=True, submitted_at__isnull=True)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="task_submitted_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(state=State.COMPLETED, confirmed_by__isnull=False, confirmed_at__isnull=False)
                | (
                    ~Q(state=State.COMPLETED)
                    & Q(confirmed_by__isnull=True, confirmed_for__isnull=True, confirmed_at__isnull=True)
                ),
                name="task_confirmed_when_completed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.SUBMITTED, State.COMPLETED), submitted_at__isnull=False)
                | Q(state=State.WITHDRAWN)
                | (~Q(state__in=(State.SUBMITTED, State.COMPLETED)) & Q(submitted_at__isnull=True)),
                name="task_submitted_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(start_on__isnull=True) | Q(due_on__gte=F("start_on")),
                name="task_due_after_start",
                violation_error_message=_("The deadline is not before the start."),
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="task_percent_to_100"),
            models.CheckConstraint(
                condition=Q(state=State.SUSPENDED) & ~Q(suspended_from="")
                | ~Q(state=State.SUSPENDED) & Q(suspended_from=""),
                name="task_suspended_from_a_state",
            ),
            models.CheckConstraint(
                condition=~Q(secrecy="secret")
                | Q(
                    title__startswith=PLACEHOLDER_TITLE,
                    title_en="",
                    description="",
                    deliverable="",
                    deliverable_kind="",
                    target__isnull=True,
                    target_unit="",
                    authority="",
                    pillar="",
                    parent_words="",
                    lead_words="",
                    risk_remedy="",
                )
                # Where a number stands, the first space would begin a sentence.
                & ~Q(number__contains=" ")
                & ~Q(after_event__contains=" ")
                & ~Q(approval__contains=" "),
                name="task_secret_holds_no_words",
            ),
            models.CheckConstraint(
                condition=Q(weight__isnull=True) | Q(weight__lte=100), name="task_weight_to_100"
            ),
            models.CheckConstraint(
                condition=Q(risk_days__isnull=True, risk_by__isnull=True, risk_at__isnull=True)
                | Q(risk_days__gte=1, risk_by__isnull=False, risk_at__isnull=False),
                name="task_risk_told_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(risk_days__isnull=True) | Q(state__in=RUNNING, due_on__isnull=False),
                name="task_at_risk_while_it_runs",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True)
                | Q(state=State.WITHDRAWN) & ~Q(superseded_by=F("id")),
                name="task_superseded_when_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(occurrence_on__isnull=True) | Q(parent__isnull=False),
                name="task_occurs_under_its_cycle",
            ),
            models.UniqueConstraint(fields=("parent", "occurrence_on"), name="one_task_for_a_day_of_a_cycle"),
        )
        indexes = (
            # With all that decides who sees a task and how it stands: counting reads no row of the table;
            # for one body or many, for all by the deadline of now, and by the first one.
            models.Index(
                fields=("assigner", "due_on", "id", *DECIDES, "lead"),
                name="task_given",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=("lead", "due_on", "id", *DECIDES, "assigner"),
                name="task_led",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=("due_on", "id", *DECIDES, "assigner", "lead"),
                name="task_due",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=("original_due_on", "id", *DECIDES, "assigner", "lead"),
                name="task_first_due",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=("lead", "due_on", "state"), name="task_at_risk", condition=Q(risk_days__isnull=False)
            ),
            # What is not open, in the order of a list: its first rows are found without sorting all of them.
            models.Index(fields=("due_on", "id"), name="task_closed", condition=~Q(state__in=OPEN)),
            # By its key alone, open or not: thousands of tasks that somebody's bodies help in.
            models.Index(
                fields=("id", *DECIDES, "due_on", "assigner", "lead", "order", "parent"), name="task_helped"
            ),
            # One in fifty: who reads one is asked of these alone.
            models.Index(
                fields=("id", *DECIDES, "due_on", "assigner", "lead", "order", "parent"),
                name="task_restricted",
                condition=~Q(secrecy="normal"),
            ),
            # What is being prepared, one in a hundred: its quick view is counted with every list.
            models.Index(
                fields=("assigner", "secrecy", "id"), name="task_prepared", condition=Q(state__in=UNISSUED)
            ),
            # With all that decides who sees a task and which orders stand over it: the orders of somebody
            # with many bodies are found here alone, without a row of the table.
            models.Index(fields=("assigner", "state", "secrecy", "order", "parent"), name="task_given_state"),
            models.Index(
                fields=("lead", "state", "assigned_at", "assigner", "secrecy", "order", "parent"),
                name="task_led_state",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tasks:detail", args=[self.pk])

    @property
    def code(self) -> str:
        """What people call it by in a letter or on the telephone, whatever its number in the order."""
        return code_of(self.pk) if self.pk else ""

    @property
    def name(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def is_issued(self) -> bool:
        """As the queryset answers it: a draft that was withdrawn was never issued."""
        return self.state not in UNISSUED and self.assigned_at is not None

    @property
    def undo_until(self) -> datetime | None:
        """Until when whoever confirmed it can take that back; None unless it is completed."""
        return self.confirmed_at + UNDO_FOR if self.confirmed_at else None

    def standing(self, on: date, due: str = CURRENT) -> Standing | None:
        """Where the task stands on the day, as the queryset answers it; None outside the count."""
        stopped = day_of(self.submitted_at) if self.submitted_at else None
        return standing_of(self.state, getattr(self, due), stopped, on)

    def days_left(self, on: date, due: str = CURRENT) -> int | None:
        """Calendar days to the deadline, negative when late; counted at the submission once there is one."""
        due_on: date | None = getattr(self, due)
        if due_on is None:
            return None
        return (due_on - (day_of(self.submitted_at) if self.submitted_at else on)).days

    def pace(self, on: date, due: str = CURRENT) -> Pace | None:
        """On schedule, at risk or late, as the queryset answers it; None unless open."""
        standing = self.standing(on, due) if self.state in OPEN else None
        if standing == Standing.OVERDUE:
            return Pace.LATE
        if standing in (Standing.IN_TIME, Standing.DUE_SOON) and self.risk_days is not None:
            return Pace.AT_RISK
        return Pace.ON_SCHEDULE if standing else None

    def clears(self) -> list[Clear]:
        """The six clears (*6 rõ*) that must be told before issue, each with what answers it."""
        return [
            Clear("who", _("who: the lead body"), bool(self.lead_id)),
            Clear("what", _("what: the task"), bool(self.title)),
            Clear("when", _("when: a deadline or a cycle"), self._has_time()),
            Clear("responsibility", _("responsibility: the leader in charge"), bool(self.leader_id)),
            Clear("result", _("result: the deliverable"), bool(self.deliverable)),
            Clear("authority", _("authority: the approving level"), bool(self.authority)),
        ]

    def _has_time(self) -> bool:
        cycles = (self.DueKind.RECURRING, self.DueKind.CONTINUOUS)
        return self.due_on is not None or self.due_kind in cycles or bool(self.waits_for)

    def doubts(self) -> list[str]:
        """Labels of the fields in `unsure`: what the received file was not certain of."""
        labels = {field.name: str(field.verbose_name) for field in self._meta.get_fields() if field.concrete}
        return [labels.get(name) or str(_("bodies that help")) for name in self.unsure]

    @property
    def cycle(self) -> Cycle | None:
        row: Recurrence | None = getattr(self, "recurrence", None)
        return row.cycle if row and self.due_kind == self.DueKind.RECURRING else None

    @property
    def stopped_cycle(self) -> Recurrence | None:
        """Its cycle, when that stands still until somebody mends it."""
        row: Recurrence | None = (
            getattr(self, "recurrence", None) if self.due_kind == self.DueKind.RECURRING else None
        )
        return row if row and row.stop else None

    @property
    def has_plain_day(self) -> bool:
        """Its deadline is a day that was never moved, and nothing more is to be said of it."""
        return bool(self.due_on) and not self.due_words and self.original_due_on in (None, self.due_on)

    @property
    def waits_for(self) -> str:
        """The deadline in words while it waits for the day of its event; empty for every other task."""
        if self.due_kind != self.DueKind.RELATIVE or self.due_on or self.after_days is None:
            return ""
        words = ngettext(
            "%(count)s day after “%(event)s”", "%(count)s days after “%(event)s”", self.after_days
        )
        return words % {"count": self.after_days, "event": self.after_event}

    def day_warnings(self, on: date) -> list[str]:
        """What is odd about its own days, to be looked at once more and not refused."""
        warnings = []
        issued_on = self.order.issued_on if self.order else None
        of_a_part = _("The deadline of a body that helps, %(day)s, lies before the order's date, %(issued)s.")
        for day, sentence in (
            (self.start_on, _("The start %(day)s lies before the order's date, %(issued)s.")),
            (self.due_on, _("The deadline %(day)s lies before the order's date, %(issued)s.")),
            *((part.due_on, of_a_part) for part in (self.parts.all() if issued_on and self.pk else ())),
        ):
            if day and issued_on and day < issued_on:
                warnings.append(sentence % {"day": format_day(day), "issued": format_day(issued_on)})
        if self.due_on and self.due_on < on and not self.is_issued:
            warnings.append(_("The deadline %(day)s has already passed.") % {"day": format_day(self.due_on)})
        return warnings

    def unclear(self) -> list[Clear]:
        return [clear for clear in self.clears() if not clear.told]

    def ancestors(self) -> Iterator[Task]:
        """The tasks above, nearest first; a handful at most. Two edits at once may have closed a circle.

        None for a body that led it before: what stands there now is not what stood there then.
        """
        task, met = None if self.read_until else self.parent, {self.pk}
        while task is not None and task.pk not in met:
            met.add(task.pk)
            yield task
            task = task.parent

    @property
    def is_handed_down(self) -> bool:
        """Given by the lead of the task above, and not by the body that gave the task above too."""
        return self.parent is not None and self.assigner_id != self.parent.assigner_id

    def day_above(self) -> date | None:
        """The day that no deadline from here down passes: the earliest of the tasks above."""
        return min((task.due_on for task in self.ancestors() if task.due_on), default=None)


@dataclass(frozen=True)
class Clear:
    name: str
    label: Sentence
    told: bool
