"""Milestones on the way to a deadline."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees.models import Person
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import format_day
from portal.shared.text import validate_one_line, validate_plain
from tasks.lifecycle import (
    DUE_SOON_DAYS,
    OPEN,
    RUNNING,
    Standing,
)

MAX_WORDS_LENGTH = 250


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def waiting(self) -> MilestoneQuerySet:
        """Still to be reached: the task is at work."""
        return self.filter(done_on__isnull=True, task__state__in=RUNNING)


class Milestone(models.Model):
    """A mark on the way to the deadline that the lead body reaches by a day of its own."""

    task = models.ForeignKey(
        "tasks.Task", verbose_name=_("task"), on_delete=models.CASCADE, related_name="milestones"
    )
    due_on = DayField(_("day"))
    words = models.CharField(
        _("what is to be reached"),
        max_length=MAX_WORDS_LENGTH,
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
    text = f"{format_day(due_on)}: {words}" if words else format_day(due_on)
    if done_on is None:
        return text
    reached = gettext("reached %(day)s") % {"day": format_day(done_on)}
    return f"{text} ({reached})"
