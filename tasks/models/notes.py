"""What people write about a task: how far it is, and what they have to say."""

from __future__ import annotations

from django.core.validators import (
    MaxValueValidator,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models import Person
from tasks.models.common import LONG_PLAIN_TEXT
from tasks.models.tasks import Task


class Progress(models.Model):
    """A note on how far the work is; `report` marks the words of a submission."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="progress")
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    percent = models.PositiveSmallIntegerField(
        _("percent"), validators=[MaxValueValidator(100, _("At most 100."))]
    )
    note = models.TextField(_("what was done"), validators=LONG_PLAIN_TEXT)
    report = models.PositiveSmallIntegerField(_("submission number"), null=True, editable=False)

    class Meta:
        verbose_name = _("progress note")
        verbose_name_plural = _("progress notes")
        ordering = ("-at", "-pk")
        constraints = (models.CheckConstraint(condition=Q(percent__lte=100), name="progress_percent_to_100"),)

    def __str__(self) -> str:
        return f"{self.percent} %"


class Comment(models.Model):
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    text = models.TextField(_("comment"), validators=LONG_PLAIN_TEXT)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:80]
