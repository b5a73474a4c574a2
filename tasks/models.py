"""Orders, the tasks they give, the parts bodies play in them, and what was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product, takewhile
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    URLValidator,
)
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from audit.models import both_names
from committees import access
from committees.access import Asker
from committees.models import Body, Person
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import day_of
from portal.shared.text import LONG_TEXT, fold, number_key, validate_one_line, validate_plain
from portal.shared.verdicts import Sentence
from tasks.cycles import Cycle
from tasks.lifecycle import CURRENT, DUE_SOON_DAYS, OPEN, RUNNING, UNISSUED, Pace, Standing, State
from tasks.querysets import OrderQuerySet, OrderRelationQuerySet, TaskQuerySet

PLAIN: list[Any] = [validate_plain]
LONG: list[Any] = [validate_plain, MaxLengthValidator(LONG_TEXT)]

PLACEHOLDER = "Nhiệm vụ mật"
"""All that the title of a secret task says beside its number."""


def _nobody_twice(before: tuple[str, str], after: tuple[str, str]) -> Q:
    """No person stands on both sides: who did it and on whose behalf, and who judged it and on whose."""
    apart = Q()
    for one, other in product(before, after):
        apart &= Q(**{f"{one}__isnull": True}) | Q(**{f"{other}__isnull": True}) | ~Q(**{one: F(other)})
    return apart


class Order(models.Model):
    """The document that gives tasks, kept in the register of the body that gives them."""

    class Kind(models.TextChoices):
        RESOLUTION = "resolution", _("resolution")
        DIRECTIVE = "directive", _("directive")
        DECISION = "decision", _("decision")
        REGULATION = "regulation", _("regulation")
        CONCLUSION = "conclusion", _("conclusion notice")
        PROGRAMME = "programme", _("programme")
        PLAN = "plan", _("plan")
        PROJECT = "project", _("project")
        LETTER = "letter", _("official letter")
        TELEGRAM = "telegram", _("urgent telegram")
        MINUTES = "minutes", _("minutes")
        OTHER = "other", _("other document")

    body = models.ForeignKey(
        Body,
        verbose_name=_("body that gives the tasks"),
        on_delete=models.PROTECT,
        related_name="orders",
    )
    number = models.CharField(_("number"), max_length=120, validators=PLAIN)
    kind = models.CharField(_("type"), max_length=20, choices=Kind)
    issuer = models.CharField(
        _("issuer"), max_length=250, blank=True, validators=PLAIN, help_text=_("As the document names it.")
    )
    issued_on = DayField(_("date"), null=True, blank=True)
    issued_words = models.CharField(
        _("date in the document's words"), max_length=120, blank=True, validators=PLAIN
    )
    signer = models.CharField(_("signer"), max_length=250, blank=True, validators=PLAIN)
    abstract = models.TextField(_("abstract"), blank=True, validators=LONG)
    ask_until = DayField(
        _("last day to ask for an extension"),
        null=True,
        blank=True,
        help_text=_("After this day nobody can ask for a later deadline. Empty: no last day."),
    )
    file = models.FileField(_("file"), upload_to="orders/%Y/%m/", blank=True, max_length=250)
    file_name = models.CharField(_("file name"), max_length=250, blank=True, editable=False)
    created_by = models.ForeignKey(
        Person,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    number_key = models.CharField(max_length=120, editable=False, default="", db_index=True)
    issuer_key = models.CharField(max_length=250, editable=False, default="")
    search_text = models.TextField(editable=False, default="")

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = (F("issued_on").desc(nulls_last=True), "-pk")
        constraints = (
            days_in_range("order_days_in_range", "issued_on", "ask_until"),
            models.UniqueConstraint(
                fields=("body", "number", "issued_on"),
                name="one_order_with_a_number_and_day",
                violation_error_message=_("This body already has an order with this number and date."),
            ),
        )

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number_key = number_key(self.number)
        self.issuer_key = fold(self.issuer)
        self.search_text = fold(f"{self.number} {self.issuer} {self.signer} {self.abstract}")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("orders:detail", args=[self.pk])


class OrderRelation(models.Model):
    """What a document does to another: a plan implements a directive, a decision replaces one."""

    class Kind(models.TextChoices):
        IMPLEMENTS = "implements", _("implements")
        AMENDS = "amends", _("amends")
        REPLACES = "replaces", _("replaces")

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="relations"
    )
    kind = models.CharField(_("what it does"), max_length=10, choices=Kind)
    other = models.ForeignKey(
        Order, verbose_name=_("to the order"), on_delete=models.PROTECT, related_name="related_by"
    )
    by = models.ForeignKey(Person, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("entered at"))

    objects: ClassVar[OrderRelationQuerySet] = OrderRelationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("relation between orders")
        verbose_name_plural = _("relations between orders")
        ordering = ("kind", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(order=F("other")), name="order_not_related_to_itself"),
            models.UniqueConstraint(
                fields=("order", "kind", "other"),
                name="one_relation_of_a_kind",
                violation_error_message=_("This relation is already entered."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order} {self.get_kind_display()} {self.other}"

    @property
    def is_older(self) -> bool:
        """Dated before what it speaks of: allowed, and said."""
        days = self.order.issued_on, self.other.issued_on
        return bool(days[0] and days[1] and days[0] < days[1])

    @property
    def words(self) -> str:
        """What the order does to the other, as a heading over the other's number."""
        return {
            "implements": str(_("Carries out")),
            "amends": str(_("Amends")),
            "replaces": str(_("Replaces")),
        }[self.kind]

    @property
    def words_back(self) -> str:
        """What is done to the other, as a heading over the order's number."""
        back = {
            "implements": _("Carried out by"),
            "amends": _("Amended by"),
            "replaces": _("Replaced by"),
        }
        return str(back[self.kind])


class Import(models.Model):
    """A received file on its way to drafts under one order: read, corrected by a person, written or not."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        FAILED = "failed", _("could not be read")
        READY = "ready", _("waiting for a look")
        WRITTEN = "written", _("written as drafts")
        UNDONE = "undone", _("undone")
        DROPPED = "dropped", _("dropped")

    GIVEN_UP = (State.READING, State.FAILED, State.READY)
    """What may be dropped."""

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="imports"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", max_length=250)
    file_name = models.CharField(_("file name"), max_length=250)
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    total = models.PositiveIntegerField(_("rows in the file"), default=0)
    checked = models.PositiveIntegerField(_("rows checked so far"), default=0)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    """How often its reading was begun."""
    read_since = models.DateTimeField(null=True, editable=False)
    """When whoever reads it last gave a sign of life."""
    problem = models.CharField(_("why it could not be read"), max_length=40, blank=True)
    """A code of `importing.problems.REFUSALS`, and the values of its sentence."""
    problem_values = models.JSONField(default=dict, blank=True, editable=False)
    read_again_at = models.DateTimeField(null=True, editable=False)
    """When somebody last said what a column means, and the file went to be read again."""
    columns = models.JSONField(_("what columns mean"), default=dict, blank=True)
    """Key of a heading → the field that it means in this file, as `ColumnMeaning` has it for every file."""
    passed_over = models.JSONField(_("what was not read"), default=list, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(problem="") | ~Q(state="failed") & Q(problem=""),
                name="import_failed_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("orders:import", args=[self.order_id, self.pk])

    def drafts(self) -> TaskQuerySet:
        return Task.objects.filter(import_rows__of=self)


class ColumnMeaning(models.Model):
    """What a heading means in every received table that one body reads, as somebody said."""

    body = models.ForeignKey(
        Body, verbose_name=_("body"), on_delete=models.CASCADE, related_name="column_meanings"
    )
    key = models.CharField(max_length=250, editable=False)
    heading = models.CharField(_("heading"), max_length=250, validators=PLAIN)
    field = models.CharField(_("means"), max_length=20)
    """A field of the rows of an import."""

    class Meta:
        verbose_name = _("meaning of a column")
        verbose_name_plural = _("meanings of columns")
        ordering = ("key",)
        constraints = (
            models.UniqueConstraint(fields=("body", "key"), name="one_meaning_of_a_column_for_a_body"),
        )

    def __str__(self) -> str:
        return self.heading


class ImportRow(models.Model):
    """One row of a received file: what stood there, what was made of it, and what a person made of that."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField(_("row"))
    read = models.JSONField(_("what stood in the file"))
    values = models.JSONField(_("what it means"))
    problems = models.JSONField(_("what is unsure"), default=list)
    left_out = models.BooleanField(_("left out"), default=False)
    task = models.ForeignKey(
        "Task", verbose_name=_("task"), on_delete=models.SET_NULL, null=True, related_name="import_rows"
    )

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("of", "position"), name="one_imported_row_at_a_position"),
        )

    def __str__(self) -> str:
        return str(self.position)


class Task(models.Model):
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
        Order, verbose_name=_("order"), on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    number = models.CharField(_("number in the order"), max_length=40, blank=True, validators=PLAIN)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("task above"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    parent_words = models.CharField(
        _("task above, in the order's words"), max_length=200, blank=True, validators=PLAIN
    )
    pillar = models.CharField(_("pillar"), max_length=120, blank=True, validators=PLAIN, db_index=True)
    programme = models.CharField(_("programme"), max_length=10, choices=Programme, default=Programme.NQ57)
    # What
    title = models.CharField(_("task"), max_length=500, validators=PLAIN)
    title_en = models.CharField(_("task in English"), max_length=500, blank=True, validators=PLAIN)
    description = models.TextField(_("description"), blank=True, validators=LONG)
    deliverable = models.CharField(_("deliverable"), max_length=500, blank=True, validators=PLAIN)
    deliverable_kind = models.CharField(
        _("type of deliverable"), max_length=120, blank=True, validators=PLAIN
    )
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=2, null=True, blank=True)
    target_unit = models.CharField(_("unit of the target"), max_length=60, blank=True, validators=PLAIN)
    authority = models.CharField(_("approving level"), max_length=250, blank=True, validators=PLAIN)
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
        _("lead, in the order's words"), max_length=500, blank=True, validators=PLAIN
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
        _("deadline in the order's words"), max_length=250, blank=True, validators=PLAIN
    )
    original_due_on = DayField(_("original deadline"), null=True, blank=True, editable=False)
    after_days = models.PositiveSmallIntegerField(
        _("days after the event"), null=True, blank=True, validators=[MaxValueValidator(3650)]
    )
    after_event = models.CharField(
        _("event that the deadline follows"), max_length=250, blank=True, validators=PLAIN
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
    read_until: datetime | None = None
    """Set by `reading.as_read_by` for a body that led it before: it reads what was there until then."""
    # How it stands
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT, editable=False)
    suspended_from = models.CharField(max_length=12, choices=State, blank=True, editable=False)
    percent = models.PositiveSmallIntegerField(
        _("progress"), default=0, editable=False, validators=[MaxValueValidator(100)]
    )
    progressed_at = models.DateTimeField(_("last update"), null=True, editable=False)
    submissions = models.PositiveSmallIntegerField(default=0, editable=False)
    risk_days = models.PositiveSmallIntegerField(_("days late expected"), null=True, editable=False)
    risk_remedy = models.TextField(_("remedy"), blank=True, editable=False, validators=LONG)
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
    approval = models.CharField(_("approval on paper"), max_length=250, blank=True, editable=False)
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
    search_text = models.TextField(editable=False, default="")

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
                condition=_nobody_twice(("submitted_by", "submitted_for"), ("confirmed_by", "confirmed_for")),
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
                    title__startswith=PLACEHOLDER,
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
            models.Index(fields=("assigner", "due_on", "id"), name="task_given", condition=Q(state__in=OPEN)),
            models.Index(fields=("lead", "due_on", "id"), name="task_led", condition=Q(state__in=OPEN)),
            # With all that decides who sees a task and how it stands: counting reads no row of the table;
            # by the deadline of now, and by the first one.
            models.Index(
                fields=(
                    *("due_on", "id", "state", "submitted_at"),
                    *("secrecy", "assigned_at", "assigner", "lead"),
                ),
                name="task_due",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=(
                    *("original_due_on", "id", "state", "submitted_at"),
                    *("secrecy", "assigned_at", "assigner", "lead"),
                ),
                name="task_first_due",
                condition=Q(state__in=OPEN),
            ),
            models.Index(
                fields=("lead", "due_on", "state"), name="task_at_risk", condition=Q(risk_days__isnull=False)
            ),
            models.Index(fields=("assigner", "state"), name="task_given_state"),
            models.Index(fields=("lead", "state"), name="task_led_state"),
        )

    def __str__(self) -> str:
        return self.name

    def folded(self) -> str:
        """What a search compares; whoever writes tasks in bulk sets `search_text` to it."""
        return fold(f"{self.number} {self.title} {self.title_en} {self.deliverable} {self.description}")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = self.folded()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("tasks:detail", args=[self.pk])

    @property
    def code(self) -> str:
        """What people call it by in a letter or on the telephone, whatever its number in the order."""
        return f"NV-{self.pk:05d}" if self.pk else ""

    @property
    def name(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def is_issued(self) -> bool:
        """As the queryset answers it: a draft that was withdrawn was never issued."""
        return self.state not in UNISSUED and self.assigned_at is not None

    def standing(self, on: date, due: str = CURRENT) -> Standing | None:
        """Where the task stands on the day, as the queryset answers it; None outside the count."""
        stopped = day_of(self.submitted_at) if self.submitted_at else None
        due_on: date | None = getattr(self, due)
        if self.state == State.COMPLETED:
            late = stopped is not None and due_on is not None and stopped > due_on
            return Standing.DONE_LATE if late else Standing.DONE_ON_TIME
        if self.state not in OPEN:
            return None
        if due_on is None:
            return Standing.NO_DEADLINE
        if (stopped or on) > due_on:
            return Standing.OVERDUE
        soon = stopped is None and due_on <= on + timedelta(days=DUE_SOON_DAYS)
        return Standing.DUE_SOON if soon else Standing.IN_TIME

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
        """What in the received file was not certain, in words."""
        columns = {one.name: str(one.verbose_name) for one in self._meta.get_fields() if one.concrete}
        return [columns.get(name) or str(_("bodies that help")) for name in self.unsure]

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
    def waits_for(self) -> str:
        """The deadline in words while it waits for the day of its event; empty for every other task."""
        if self.due_kind != self.DueKind.RELATIVE or self.due_on or self.after_days is None:
            return ""
        said = ngettext(
            "%(count)s day after “%(event)s”", "%(count)s days after “%(event)s”", self.after_days
        )
        return said % {"count": self.after_days, "event": self.after_event}

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
                warnings.append(sentence % {"day": f"{day:%d/%m/%Y}", "issued": f"{issued_on:%d/%m/%Y}"})
        if self.due_on and self.due_on < on and not self.is_issued:
            warnings.append(
                _("The deadline %(day)s has already passed.") % {"day": f"{self.due_on:%d/%m/%Y}"}
            )
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
        """Given by the lead of the task above, and not by whoever gave that one to many or in a cycle."""
        return self.parent is not None and self.assigner_id != self.parent.assigner_id

    def day_above(self) -> date | None:
        """The day that no deadline from here down passes: the earliest of the tasks above."""
        return min((one.due_on for one in self.ancestors() if one.due_on), default=None)


@dataclass(frozen=True)
class Clear:
    name: str
    label: Sentence
    told: bool


class PartQuerySet(models.QuerySet["Part"]):
    def helping(self) -> PartQuerySet:
        """Bodies that help, without those that once led the task and only read on."""
        return self.exclude(kind=Part.Kind.FORMER_LEAD)

    def late(self, on: date) -> PartQuerySet:
        """Not delivered, and its own day has passed."""
        return self.waiting().filter(due_on__lt=on)

    def waiting(self) -> PartQuerySet:
        """Contributions that are still to be delivered: the task is at work."""
        return self.helping().filter(delivered_at__isnull=True, task__state__in=RUNNING)


class Part(models.Model):
    """A body that helps: co-lead or coordinating. The one accountable lead is the task's own column.

    A body that led the task before keeps a part as former lead: it reads what was done until `ended_at`.
    """

    class Kind(models.TextChoices):
        CO_LEAD = "co_lead", _("co-lead")
        COORDINATING = "coordinating", _("coordinating")
        FORMER_LEAD = "former_lead", _("former lead")

    HELPING_CHOICES = Kind.choices[:2]
    HELPING = (Kind.CO_LEAD, Kind.COORDINATING)

    task = models.ForeignKey(Task, verbose_name=_("task"), on_delete=models.CASCADE, related_name="parts")
    body = models.ForeignKey(Body, verbose_name=_("body"), on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(_("part"), max_length=15, choices=Kind)
    work = models.CharField(_("its share of the work"), max_length=500, blank=True, validators=PLAIN)
    due_on = DayField(_("its own deadline"), null=True, blank=True)
    contribution = models.TextField(_("what it contributed"), blank=True, editable=False, validators=LONG)
    delivered_by = models.ForeignKey(
        Person,
        verbose_name=_("delivered by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True, editable=False)
    ended_at = models.DateTimeField(_("led until"), null=True, editable=False)
    # Of a former lead: the task as it was then, by column, with its parts and cycle. It reads nothing later.
    then = models.JSONField(null=True, editable=False, encoder=DjangoJSONEncoder)
    # The order in it once more, as a key: that one it may still open.
    order = models.ForeignKey(
        Order,
        verbose_name=_("order then"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    objects: ClassVar[PartQuerySet] = PartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = pgettext_lazy("row", "part")
        verbose_name_plural = _("parts")
        ordering = ("kind", "pk")
        constraints = (
            days_in_range("part_day_in_range", "due_on"),
            models.CheckConstraint(
                condition=Q(delivered_by__isnull=True, delivered_at__isnull=True)
                | Q(delivered_by__isnull=False, delivered_at__isnull=False),
                name="part_delivered_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(kind="former_lead", ended_at__isnull=False, then__isnull=False)
                | ~Q(kind="former_lead") & Q(ended_at__isnull=True, then__isnull=True, order__isnull=True),
                name="part_of_a_former_lead_ended",
            ),
            models.UniqueConstraint(
                fields=("task", "body"),
                name="one_part_for_a_body_in_a_task",
                violation_error_message=_("This body already has a part in the task."),
            ),
        )
        indexes = (
            models.Index(fields=("body", "task", "kind"), name="part_of_body"),
            # Each list of tasks asks whether its reader led something before: few rows in a large table.
            models.Index(fields=("body", "task"), name="part_led_before", condition=Q(kind="former_lead")),
            models.Index(
                fields=("due_on", "id"),
                name="part_due",
                condition=Q(delivered_at__isnull=True, due_on__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.body} ({self.get_kind_display()})"

    def standing(self, on: date) -> Standing | None:
        """On its own account, by its own day; None for what is not asked for any more."""
        if self.delivered_at:
            late = self.due_on is not None and day_of(self.delivered_at) > self.due_on
            return Standing.DONE_LATE if late else Standing.DONE_ON_TIME
        if self.kind == self.Kind.FORMER_LEAD or self.task.state not in OPEN:
            return None
        if self.due_on is None:
            return Standing.NO_DEADLINE
        if self.due_on < on:
            return Standing.OVERDUE
        soon = self.due_on <= on + timedelta(days=DUE_SOON_DAYS)
        return Standing.DUE_SOON if soon else Standing.IN_TIME

    def days_left(self, on: date) -> int | None:
        """Calendar days to its own day, negative when late; counted at the delivery once there is one."""
        if self.due_on is None:
            return None
        return (self.due_on - (day_of(self.delivered_at) if self.delivered_at else on)).days

    @property
    def was_returned(self) -> bool:
        return bool(self.contribution) and self.delivered_at is None


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def waiting(self) -> MilestoneQuerySet:
        """Still to be reached: the task is at work."""
        return self.filter(done_on__isnull=True, task__state__in=RUNNING)


class Milestone(models.Model):
    """A mark on the way to the deadline that the lead body reaches by a day of its own."""

    task = models.ForeignKey(
        Task, verbose_name=_("task"), on_delete=models.CASCADE, related_name="milestones"
    )
    due_on = DayField(_("day"))
    words = models.CharField(
        _("what is to be reached"),
        max_length=250,
        blank=True,
        validators=[validate_plain, validate_one_line],
    )
    done_on = DayField(_("reached on"), null=True, blank=True)
    done_by = models.ForeignKey(
        Person,
        verbose_name=_("marked by"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    done_at = models.DateTimeField(_("marked at"), null=True, editable=False)

    objects: ClassVar[MilestoneQuerySet] = MilestoneQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ("due_on", "pk")
        constraints = (
            days_in_range("milestone_days_in_range", "due_on", "done_on"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by__isnull=True, done_at__isnull=True)
                | Q(done_on__isnull=False, done_by__isnull=False, done_at__isnull=False),
                name="milestone_done_on_by_and_at",
            ),
        )
        indexes = (
            models.Index(fields=("due_on", "id"), name="milestone_due", condition=Q(done_on__isnull=True)),
        )

    def __str__(self) -> str:
        return milestone_words(self.due_on, self.words, self.done_on)

    def standing(self, on: date) -> Standing | None:
        """By its own day and the day on which it was reached; None while the task does not run."""
        if self.done_on:
            return Standing.DONE_LATE if self.done_on > self.due_on else Standing.DONE_ON_TIME
        if self.task.state not in OPEN:
            return None
        if self.due_on < on:
            return Standing.OVERDUE
        soon = self.due_on <= on + timedelta(days=DUE_SOON_DAYS)
        return Standing.DUE_SOON if soon else Standing.IN_TIME

    def days_left(self, on: date) -> int:
        """Calendar days to its day, negative when late; counted at the day it was reached once it was."""
        return (self.due_on - (self.done_on or on)).days


def milestone_words(due_on: date, words: str, done_on: date | None) -> str:
    """A milestone on one line: its day, what is to be reached, and the day on which it was."""
    text = f"{due_on:%d/%m/%Y}: {words}" if words else f"{due_on:%d/%m/%Y}"
    if done_on is None:
        return text
    reached = gettext("reached %(day)s") % {"day": f"{done_on:%d/%m/%Y}"}
    return f"{text} ({reached})"


class Recurrence(models.Model):
    """The cycle of a recurring task: each occurrence is a task of its own under it, made by a job."""

    class Every(models.TextChoices):
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")
        HALF_YEAR = "half_year", _("every half-year")
        YEAR = "year", _("every year")

    class Stop(models.TextChoices):
        GIVER = "giver", _("The body that gives its tasks was dissolved.")
        LEAD = "lead", _("The lead body was dissolved. Change the lead, then let the cycle go on.")
        ABOVE = "above", _("The task above is due earlier. Have its deadline extended, or end the cycle.")
        DEPTH = "depth", _("Its tasks would stand below the fourth level. Move the task further up first.")

    task = models.OneToOneField(
        Task, verbose_name=_("task"), on_delete=models.CASCADE, related_name="recurrence"
    )
    every = models.CharField(_("how often"), max_length=10, choices=Every)
    month = models.PositiveSmallIntegerField(
        _("month in the period"),
        default=1,
        help_text=_("1 for the first month of the quarter, half-year or year."),
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    day = models.PositiveSmallIntegerField(
        _("day"),
        help_text=_("1 (Monday) to 7 of a week, else 1 to 31; the last day where the month is shorter."),
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    starts_on = DayField(_("first day of the cycle"))
    until = DayField(_("last day of the cycle"))
    made_until = DayField(
        _("made up to"), null=True, editable=False, help_text=_("Periods that began by this day are made.")
    )
    stop = models.CharField(_("why it stopped"), max_length=10, choices=Stop, blank=True, editable=False)
    stopped_for = DayField(_("first day that is not made"), null=True, editable=False)

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = (
            days_in_range("recurrence_days_in_range", "starts_on", "until"),
            models.CheckConstraint(
                condition=Q(stop="", stopped_for__isnull=True) | ~Q(stop="") & Q(stopped_for__isnull=False),
                name="cycle_stopped_for_a_day",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("starts_on")),
                name="cycle_ends_after_it_starts",
                violation_error_message=_("The last day of the cycle is not before its first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_every_display()}: {self.task}"

    @property
    def name(self) -> str:
        """The cycle with why it stands still: what a notice tells of."""
        return f"cycle-{self.pk}-{self.stop}"

    @property
    def cycle(self) -> Cycle:
        return Cycle(self.every, self.day, self.starts_on, self.until, self.month)

    def to_make(self, on: date) -> list[tuple[date, date]]:
        """First day and due day of the periods that have begun by the day and are not made yet."""
        begun = takewhile(lambda one: one[0] <= on, self.cycle.occurrences(self.made_until))
        return [one for one in begun if self.made_until is None or one[0] > self.made_until]


class FanOutQuerySet(models.QuerySet["FanOut"]):
    def visible_to(self, person: Asker) -> FanOutQuerySet:
        """Of a body whose tasks the person reads, over a task that they see: its lead learns of none."""
        return self.read_by(person).filter(task__in=Task.objects.visible_to(person))

    def read_by(self, person: Asker) -> FanOutQuerySet:
        """The same over tasks of which it is known that the person sees them."""
        reads = access.reach(person, "view_tasks")
        return self if reads is None else self.filter(giver__in=reads)

    def pressing_first(self) -> FanOutQuerySet:
        """What waits or runs, then what ended last; what was called off is not told."""
        rows = self.exclude(state=FanOut.State.CANCELLED)
        return rows.order_by(F("finished_at").desc(nulls_first=True), "-pk")

    def waiting(self) -> FanOutQuerySet:
        """Nothing happens until somebody starts it, or calls it off."""
        return self.filter(state__in=FanOut.WAITING)

    def running(self) -> FanOutQuerySet:
        return self.filter(state=FanOut.State.RUNNING)

    def with_progress(self) -> FanOutQuerySet:
        """`total` bodies, of which so many have their task (`made`) or were passed over (`left_out`)."""
        return self.annotate(
            total=Count("recipients"),
            made=Count("recipients__task"),
            left_out=Count("recipients", filter=~Q(recipients__skipped="")),
        )


class FanOut(models.Model):
    """One task given to many bodies at once: each of `recipients` gets a task of its own under it."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        RUNNING = "running", _("being given")
        STOPPED = "stopped", _("stopped half-way")
        DONE = "done", _("given")
        CANCELLED = "cancelled", _("cancelled")

    class Stop(models.TextChoices):
        STATE = "state", _("The task above is no longer at work. Start again when it is.")
        GIVER = "giver", _("Another body leads the task above now. Cancel the rest.")
        DEADLINE = "deadline", _("The task above is due earlier now. Cancel the rest and prepare it anew.")
        DISSOLVED = "dissolved", _("The body that gives it was dissolved. Cancel the rest.")

    WAITING = (State.PREPARED, State.STOPPED)

    task = models.ForeignKey(
        Task, verbose_name=_("task above"), on_delete=models.PROTECT, related_name="fan_outs"
    )
    giver = models.ForeignKey(
        Body, verbose_name=_("body that gives"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PREPARED)
    title = models.CharField(_("task"), max_length=500, validators=PLAIN)
    deliverable = models.CharField(_("deliverable"), max_length=500, blank=True, validators=PLAIN)
    due_on = DayField(_("deadline"), null=True, blank=True)
    by = models.ForeignKey(Person, verbose_name=_("prepared by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("prepared at"))
    approved_by = models.ForeignKey(
        Person, verbose_name=_("approved by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_for = models.ForeignKey(
        Person,
        verbose_name=_("approved on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approval = models.CharField(_("approval on paper"), max_length=250, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    stop = models.CharField(_("why it stopped"), max_length=10, choices=Stop, blank=True)

    objects: ClassVar[FanOutQuerySet] = FanOutQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("fan-out")
        verbose_name_plural = _("fan-outs")
        ordering = ("pk",)
        constraints = (
            days_in_range("fan_out_day_in_range", "due_on"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="fan_out_approved_by_and_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("running", "done")) | Q(approved_by__isnull=False),
                name="fan_out_runs_once_approved",
            ),
            models.CheckConstraint(
                condition=Q(state="stopped") & ~Q(stop="") | ~Q(state="stopped") & Q(stop=""),
                name="fan_out_stopped_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        # By its code: events and logs reach people who may not read a restricted task.
        return _("Fan-out of %(task)s") % {"task": self.task.code}

    def get_absolute_url(self) -> str:
        return reverse("tasks:fan_out", args=[self.task_id, self.pk])

    @property
    def name(self) -> str:
        """The fan-out in its present state: what a notice tells of."""
        return f"fan-out-{self.pk}-{self.state}"


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def waiting(self) -> RecipientQuerySet:
        """Without a task yet, and not passed over."""
        return self.filter(task__isnull=True, skipped="")


class Recipient(models.Model):
    """One body of a fan-out and, once it was made, its task; or why it was passed over."""

    class Skipped(models.TextChoices):
        DISSOLVED = "dissolved", _("dissolved meanwhile")
        HAS_ONE = "has_one", _("already has a task under this one")
        NOT_BELOW = "not_below", _("the giver may no longer give it tasks")

    fan_out = models.ForeignKey(FanOut, on_delete=models.CASCADE, related_name="recipients")
    body = models.ForeignKey(Body, verbose_name=_("body"), on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField(
        Task, verbose_name=_("task"), on_delete=models.PROTECT, null=True, related_name="recipient"
    )
    skipped = models.CharField(_("why it was passed over"), max_length=10, choices=Skipped, blank=True)

    objects: ClassVar[RecipientQuerySet] = RecipientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("body of a fan-out")
        verbose_name_plural = _("bodies of a fan-out")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("fan_out", "body"), name="one_recipient_for_a_body_in_a_fan_out"),
        )

    def __str__(self) -> str:
        return str(self.body)


class Progress(models.Model):
    """A note on how far the work is; `report` marks the words of a submission."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="progress")
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    percent = models.PositiveSmallIntegerField(
        _("percent"), validators=[MaxValueValidator(100, _("At most 100."))]
    )
    note = models.TextField(_("what was done"), validators=LONG)
    report = models.PositiveSmallIntegerField(_("submission number"), null=True, editable=False)

    class Meta:
        verbose_name = _("progress note")
        verbose_name_plural = _("progress notes")
        ordering = ("-at", "-pk")
        constraints = (models.CheckConstraint(condition=Q(percent__lte=100), name="progress_percent_to_100"),)

    def __str__(self) -> str:
        return f"{self.percent} %"


class Evidence(models.Model):
    """What shows that the work was done: a file, a link or the number of a document."""

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        LINK = "link", _("link")
        DOCUMENT = "document", _("document number")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("what it is"), max_length=250, validators=PLAIN)
    file = models.FileField(_("file"), upload_to="evidence/%Y/%m/", blank=True, max_length=250)
    file_name = models.CharField(max_length=250, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0, editable=False)
    url = models.CharField(
        _("link"), max_length=500, blank=True, validators=[URLValidator(("http", "https")), validate_plain]
    )
    document = models.CharField(_("document number"), max_length=120, blank=True, validators=PLAIN)
    by = models.ForeignKey(
        Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField(_("when"), editable=False)
    removed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=(Q(kind="file") & ~Q(file=""))
                | (Q(kind="link") & ~Q(url=""))
                | (Q(kind="document") & ~Q(document="")),
                name="evidence_holds_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True, removed_at__isnull=True)
                | Q(removed_by__isnull=False, removed_at__isnull=False),
                name="evidence_removed_by_and_at",
            ),
        )

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    text = models.TextField(_("comment"), validators=LONG)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:80]


class RequestQuerySet(models.QuerySet["Request"]):
    def waiting(self) -> RequestQuerySet:
        """Not decided yet, or answered with another day that the requester has not answered."""
        return self.filter(state__in=Request.WAITING)


class Request(models.Model):
    """The lead body asks the assigner for a later day, or to be freed of the task. One at a time."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("extension")
        WITHDRAWAL = "withdrawal", _("withdrawal")

    class State(models.TextChoices):
        OPEN = "open", _("waiting for a decision")
        COUNTERED = "countered", _("answered with another day")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        DECLINED = "declined", _("other day declined")
        CANCELLED = "cancelled", _("taken back")

    WAITING = (State.OPEN, State.COUNTERED)
    PEOPLE = ("by", "on_behalf_of", "decided_by", "decided_for", "answered_by", "answered_for")

    task = models.ForeignKey(Task, verbose_name=_("task"), on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    reason = models.TextField(_("reason"), validators=LONG)
    from_due_on = DayField(_("deadline when asked"), null=True)
    proposed_on = DayField(_("proposed day"), null=True)
    counter_on = DayField(_("day offered instead"), null=True)
    by = models.ForeignKey(Person, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        Person,
        verbose_name=_("asked on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(
        Person, verbose_name=_("decided by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_for = models.ForeignKey(
        Person,
        verbose_name=_("decided on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision = models.TextField(_("words of the decision"), blank=True, validators=LONG)
    # Of a day that was offered instead: who of the lead body accepted or declined it.
    answered_by = models.ForeignKey(
        Person, verbose_name=_("answered by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_for = models.ForeignKey(
        Person,
        verbose_name=_("answered on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)

    objects: ClassVar[RequestQuerySet] = RequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ("pk",)
        constraints = (
            days_in_range("request_days_in_range", "proposed_on", "counter_on"),
            models.UniqueConstraint(
                fields=("task",),
                condition=Q(state__in=("open", "countered")),
                name="one_open_request_for_a_task",
            ),
            models.CheckConstraint(
                condition=_nobody_twice(("by", "on_behalf_of"), ("decided_by", "decided_for")),
                name="request_not_decided_by_its_requester",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_for__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="request_decided_by_and_at",
            ),
            models.CheckConstraint(
                condition=_nobody_twice(("decided_by", "decided_for"), ("answered_by", "answered_for")),
                name="request_not_answered_by_its_decider",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True, answered_for__isnull=True, answered_at__isnull=True)
                | Q(answered_by__isnull=False, answered_at__isnull=False, counter_on__isnull=False),
                name="request_answered_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(kind="withdrawal", proposed_on__isnull=True)
                | Q(kind="extension", proposed_on__gt=F("from_due_on")),
                name="request_asks_for_a_later_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.task}"

    @property
    def name(self) -> str:
        """The request in its present state: what a notice tells of."""
        return f"{self.pk}-{self.state}"

    @property
    def asker(self) -> str:
        return both_names(self.by, self.on_behalf_of)

    @property
    def decider(self) -> str:
        return both_names(self.decided_by, self.decided_for)

    @property
    def given_on(self) -> date | None:
        """The day that the decision gave, whichever side named it."""
        return self.counter_on or self.proposed_on if self.state == self.State.APPROVED else None
