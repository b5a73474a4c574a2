"""Files made on request: what was asked for, by whom, and where the file lies until it expires."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees.models import Body, Person
from portal.shared.day_fields import DayField

# How long a file lies there.
KEPT = timedelta(days=7)

# Longer than a worker may take: who holds a file so long has died.
STUCK = timedelta(minutes=15)

TRIES = 3


class ExportQuerySet(models.QuerySet["Export"]):
    def to_make(self, now: datetime) -> ExportQuerySet:
        """Asked for and not taken up, or left behind by a worker that died."""
        left = Q(state=Export.State.MAKING, started_at__lt=now - STUCK)
        return self.filter(Q(state=Export.State.WAITING) | left)

    def to_expire(self, now: datetime) -> ExportQuerySet:
        return self.filter(state=Export.State.READY, expires_at__lte=now)


class Export(models.Model):
    """A list or report as a file. The filter is the query string of the page it was asked for on."""

    class Report(models.TextChoices):
        LIST = "list", _("task list")
        LATE = "late", _("late tasks")
        COUNTS = "counts", _("five-way count")
        WEEKLY = "weekly", _("weekly report")
        MEETING = "meeting", _("meeting report")

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel"
        DOCX = "docx", "Word"
        PDF = "pdf", "PDF"

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MAKING = "making", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    class Problem(models.TextChoices):
        BROKE = (
            "broke",
            _("Something went wrong while it was made. Make it again, or tell an administrator."),
        )
        CONDITION = (
            "condition",
            _("What a condition names is gone, or you no longer see it. Choose the list anew."),
        )
        LOCKED = "account_locked", _("The account of whoever asked for it is locked.")

    report = models.CharField(_("report"), max_length=10, choices=Report)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    filters = models.TextField(_("filter"), blank=True)
    body = models.ForeignKey(
        Body,
        verbose_name=_("body whose form it has"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    as_of = DayField(_("as of"))
    language = models.CharField(_("language"), max_length=2, choices=Person.Language)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="exports")
    at = models.DateTimeField(_("when"))
    started_at = models.DateTimeField(_("started at"), null=True)
    ready_at = models.DateTimeField(_("ready at"), null=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    file = models.FileField(_("file"), upload_to="exports/%Y/%m/", blank=True, max_length=250)
    file_name = models.CharField(_("file name"), max_length=250)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(_("why it failed"), max_length=20, choices=Problem, blank=True)
    # A digest of what the person's offices allowed when it was made: with others they get no old file.
    rights = models.CharField(max_length=64, blank=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state="failed", problem__in=("broke", "condition", "account_locked"))
                | (~Q(state="failed") & Q(problem="")),
                name="export_problem_when_failed",
            ),
        )
        indexes = (models.Index(fields=("state", "expires_at"), name="export_to_do"),)

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("reports:export", args=[self.pk])

    @property
    def is_on_its_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.MAKING)
