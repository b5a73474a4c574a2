"""The bodies that help in a task, and those that led it before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees import access
from committees.access import Asker
from committees.models import Body, Person
from committees.roles import RESTRICTED_READERS
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import day_of
from tasks.lifecycle import (
    DUE_SOON_DAYS,
    OPEN,
    RUNNING,
    Standing,
)
from tasks.models.common import LONG_PLAIN_TEXT, PLAIN_TEXT

MAX_WORK_LENGTH = 500


class PartQuerySet(models.QuerySet["Part"]):
    def helping(self) -> PartQuerySet:
        """Bodies that help, without those that once led the task and only read on."""
        return self.exclude(kind=Part.Kind.FORMER_LEAD)

    def late(self, on: date) -> PartQuerySet:
        """Contributions that are not delivered although their own deadline has passed."""
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

    task = models.ForeignKey(
        "tasks.Task", verbose_name=_("task"), on_delete=models.CASCADE, related_name="parts"
    )
    body = models.ForeignKey(Body, verbose_name=_("body"), on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(_("part"), max_length=15, choices=Kind)
    work = models.CharField(
        _("its share of the work"), max_length=MAX_WORK_LENGTH, blank=True, validators=PLAIN_TEXT
    )
    due_on = DayField(_("its own deadline"), null=True, blank=True)
    contribution = models.TextField(
        _("what it contributed"), blank=True, editable=False, validators=LONG_PLAIN_TEXT
    )
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
    # Only of a former lead: the task with its parts and cycle as it was then. It reads nothing later.
    then = models.JSONField(null=True, editable=False, encoder=DjangoJSONEncoder)
    # The order of that moment as a key too: a former lead may still open it.
    order = models.ForeignKey(
        "tasks.Order",
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
        """By its own deadline and delivery; None for what is no longer asked for."""
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
        """Calendar days to its own deadline, negative when late; counted at the delivery once made."""
        if self.due_on is None:
            return None
        return (self.due_on - (day_of(self.delivered_at) if self.delivered_at else on)).days

    @property
    def was_returned(self) -> bool:
        return bool(self.contribution) and self.delivered_at is None


def led_before(person: Asker, on: date | None = None) -> models.QuerySet[Any, Any]:
    """Parts of former leads whose tasks the person reads; of restricted tasks only by an office that may."""
    parts: models.QuerySet[Any, Any] = Part.objects.filter(kind="former_lead").order_by()
    bodies = access.reach(person, "view_tasks", on)
    parts = parts if bodies is None else parts.filter(body__in=bodies)
    trusted = access.bodies_as(person, RESTRICTED_READERS, on)
    return parts.filter(Q(task__secrecy="normal") | Q(body__in=trusted))
