"""The register of orders, and what one order does to another."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import connection, models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Body, Person
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.text import fold, number_key
from tasks.lifecycle import LEVELS_ABOVE
from tasks.models.common import LONG_PLAIN_TEXT, PLAIN_TEXT
from tasks.models.parts import led_before
from tasks.models.tasks import Task


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, person: Asker, on: date | None = None) -> OrderQuerySet:
        """Orders of a body whose tasks the person reads, and every order above a task the person sees."""
        if person.is_superuser and person.is_active:
            return self
        reads = access.reach(person, "view_tasks", on)
        if reads is None:
            return self
        if reads == []:
            return self.none()
        return self.filter(pk__in=_keys_visible_to(person, reads, on))

    def each_visible_to(self, person: Asker, on: date | None = None) -> OrderQuerySet:
        """`visible_to`, asked of each row by itself: for one order, or those of one page."""
        reads = access.reach(person, "view_tasks", on)
        if reads is None or (person.is_superuser and person.is_active):
            return self
        if reads == []:
            return self.none()
        seen = Task.objects.each_visible_to(person, on)
        above = Q(body__in=reads)
        for level in range(LEVELS_ABOVE + 1):
            above |= Q(Exists(seen.filter(**{f"{'parent__' * level}order": OuterRef("pk")})))
        return self.filter(above | Q(Exists(led_before(person, on).filter(order=OuterRef("pk")))))

    def matching(self, words: str) -> OrderQuerySet:
        """Every word occurs, or the number is written so: without case, marks, spaces and hyphens."""
        all_words, key = Q(), number_key(words)
        for word in fold(words).split():
            all_words &= Q(search_text__contains=word)
        return self.filter(all_words | Q(number_key__contains=key) if key else all_words)

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


def _keys_visible_to(person: Asker, reads: list[int] | models.QuerySet[Any], on: date | None) -> RawSQL:
    """The keys of the orders of these bodies, of those of all tasks that the person sees, and of those above.

    One list and no OR of lists: PostgreSQL would look through the longer one again for every order. Each task
    is read once and only its two keys are kept; then the few tasks above are looked up one by one (OFFSET 0
    keeps that apart, see `tasks._below`).
    """
    # Of a task that a body of theirs led before: the order that it stood under then.
    then = led_before(person, on).filter(order__isnull=False).values_list("order_id")
    own = Order.objects.filter(body__in=reads).values_list("pk")
    seen = [tasks.values_list("order_id", "parent_id") for tasks in Task.objects.visible_apart(person, on)]
    compiled = [rows.order_by().query.sql_with_params() for rows in (*seen, own, then)]
    statements = [statement for statement, _params in compiled]
    above = "JOIN tasks_task task ON task.id = up.parent_id"
    if connection.vendor == "postgresql":
        columns = "SELECT order_id, parent_id FROM tasks_task WHERE id = up.parent_id OFFSET 0"
        above = f"CROSS JOIN LATERAL ({columns}) task"
    return RawSQL(  # noqa: S611 - what is not constant is a parameter
        f"WITH RECURSIVE seen (order_id, parent_id) AS ({' UNION ALL '.join(statements[:-2])}),"  # noqa: S608
        " up (order_id, parent_id) AS (SELECT order_id, parent_id FROM seen"
        f" UNION SELECT task.order_id, task.parent_id FROM up {above})"
        f" SELECT order_id FROM up WHERE order_id IS NOT NULL UNION {' UNION '.join(statements[-2:])}",
        [value for _statement, params in compiled for value in params],
    )


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
    number = models.CharField(_("number"), max_length=120, validators=PLAIN_TEXT)
    kind = models.CharField(_("type"), max_length=20, choices=Kind)
    issuer = models.CharField(
        _("issuer"),
        max_length=250,
        blank=True,
        validators=PLAIN_TEXT,
        help_text=_("As the document names it."),
    )
    issued_on = DayField(_("date"), null=True, blank=True)
    issued_words = models.CharField(
        _("date in the document's words"), max_length=120, blank=True, validators=PLAIN_TEXT
    )
    signer = models.CharField(_("signer"), max_length=250, blank=True, validators=PLAIN_TEXT)
    abstract = models.TextField(_("abstract"), blank=True, validators=LONG_PLAIN_TEXT)
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


class OrderRelationQuerySet(models.QuerySet["OrderRelation"]):
    def around(self, order: Order) -> OrderRelationQuerySet:
        """The relations of an order, of all that it carries out and all that carries it out, however far.

        Those by which any of these orders was replaced are among them.
        """
        return self.filter(pk__in=RawSQL(_AROUND, [order.pk] * 4))  # noqa: S611 - the key is a parameter

    def above(self, order: Order) -> OrderRelationQuerySet:
        """What the order does to others, and these to others in turn, by relations of every kind."""
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


class OrderRelation(models.Model):
    """What one order does to another: a plan implements a directive, a decision replaces another."""

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
        """Dated before the other order: allowed, but pages point it out."""
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
