"""What people write about a task: how far it is, and what they have to say."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import (
    MaxValueValidator,
)
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Person
from tasks.models.common import LONG_PLAIN_TEXT, Searchable
from tasks.models.scope import among
from tasks.models.tasks import Task


class Progress(Searchable):
    """A note on how far the work is; `report` marks the words of a submission."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="progress")
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    percent = models.PositiveSmallIntegerField(
        _("percent"), validators=[MaxValueValidator(100, _("At most 100."))]
    )
    note = models.TextField(_("what was done"), validators=LONG_PLAIN_TEXT)
    report = models.PositiveSmallIntegerField(_("submission number"), null=True, editable=False)

    SEARCHED = ("note",)

    class Meta:
        verbose_name = _("progress note")
        verbose_name_plural = _("progress notes")
        ordering = ("-at", "-pk")
        constraints = (models.CheckConstraint(condition=Q(percent__lte=100), name="progress_percent_to_100"),)

    def __str__(self) -> str:
        return f"{self.percent} %"


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, person: Asker) -> CommentQuerySet:
        """Those about tasks that the person sees; what was said before issue only for those of the assigner.

        `tasks.pages.story` asks the same of one task.
        """
        bodies = access.reach(person, "view_tasks")
        after_issue = Q(at__gte=F("task__assigned_at"))
        known = Q() if bodies is None else after_issue | among("task__assigner", bodies)
        return self.filter(known, task__in=Task.objects.visible_to(person))


class Comment(Searchable):
    """What somebody has to say about a task to everybody who sees it."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(Person, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    text = models.TextField(_("comment"), validators=LONG_PLAIN_TEXT)

    SEARCHED = ("text",)

    objects: ClassVar[CommentQuerySet] = CommentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:80]
