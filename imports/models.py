"""A received file on its way to drafts: the file, its rows, and what its columns mean."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees.models import Body, Person
from tasks.models import Order, Task
from tasks.models.common import PLAIN_TEXT
from tasks.models.tasks import TaskQuerySet


class Import(models.Model):
    """A received file on its way to drafts under one order: read, corrected by a person, written or not."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        FAILED = "failed", _("could not be read")
        READY = "ready", _("waiting for a look")
        WRITTEN = "written", _("written as drafts")
        UNDONE = "undone", _("undone")
        DROPPED = "dropped", _("dropped")

    DROPPABLE_STATES = (State.READING, State.FAILED, State.READY)

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
    # How often its reading was begun.
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    # When whoever reads it last gave a sign of life.
    read_since = models.DateTimeField(null=True, editable=False)
    # A code of `imports.problems.REFUSALS`, and the values of its sentence.
    problem = models.CharField(_("why it could not be read"), max_length=40, blank=True)
    problem_values = models.JSONField(default=dict, blank=True, editable=False)
    # When somebody last said what a column means, and the file went to be read again.
    read_again_at = models.DateTimeField(null=True, editable=False)
    # Key of a heading → the field that it means in this file, as `ColumnMeaning` has it for every file.
    columns = models.JSONField(_("what columns mean"), default=dict, blank=True)
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
    heading = models.CharField(_("heading"), max_length=250, validators=PLAIN_TEXT)
    # A field of the rows of an import.
    field = models.CharField(_("means"), max_length=20)

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
        Task, verbose_name=_("task"), on_delete=models.SET_NULL, null=True, related_name="import_rows"
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
