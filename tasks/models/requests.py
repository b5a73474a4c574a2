"""Requests of a lead body for a later day, or to be freed of a task."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from audit.models import both_names
from committees.models import Person
from portal.shared.day_fields import DayField, days_in_range
from tasks.models.common import LONG_PLAIN_TEXT, nobody_twice
from tasks.models.tasks import Task


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
    reason = models.TextField(_("reason"), validators=LONG_PLAIN_TEXT)
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
    decision = models.TextField(_("words of the decision"), blank=True, validators=LONG_PLAIN_TEXT)
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
                condition=nobody_twice(("by", "on_behalf_of"), ("decided_by", "decided_for")),
                name="request_not_decided_by_its_requester",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_for__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="request_decided_by_and_at",
            ),
            models.CheckConstraint(
                condition=nobody_twice(("decided_by", "decided_for"), ("answered_by", "answered_for")),
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
        """Names the request in its present state in notices."""
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
