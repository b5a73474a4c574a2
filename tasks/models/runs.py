"""One verb carried out on many tasks: what was chosen, and what became of each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees.models import Person


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, person: Person) -> RunQuerySet:
        """Their own only: what somebody chose says what they may read."""
        return self.filter(by=person)

    def running(self) -> RunQuerySet:
        return self.filter(state=Run.State.RUNNING)


class Run(models.Model):
    """One verb that a person carries out on many tasks; each of `rows` is one task with its outcome."""

    class State(models.TextChoices):
        PREPARED = "prepared"
        RUNNING = "running"
        DONE = "done"

    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    # As the API takes them, read anew for each row: by then a body or a person named here may be gone.
    values = models.JSONField(default=dict, blank=True)
    # The conditions of the list in which the tasks were chosen, for the way back.
    question = models.TextField(blank=True)
    prepared_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[RunQuerySet] = RunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("pk",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("tasks:run", args=[self.pk])

    def counts(self) -> dict[str, int]:
        """Outcome → how many rows, in one query; `total` is their sum."""
        numbers = dict.fromkeys(RunRow.Outcome.values, 0)
        numbers |= dict(self.rows.order_by().values_list("outcome").annotate(n=Count("pk")))
        return {**numbers, "total": sum(numbers.values())}


class RunRowQuerySet(models.QuerySet["RunRow"]):
    def waiting(self) -> RunRowQuerySet:
        return self.filter(outcome=RunRow.Outcome.WAITING)

    def not_done(self) -> RunRowQuerySet:
        """What somebody should look at: neither done, nor waiting, nor left out by the person."""
        outcome = RunRow.Outcome
        return self.exclude(outcome__in=(outcome.WAITING, outcome.DONE, outcome.LEFT))


class RunRow(models.Model):
    """One chosen task: as it was seen, and what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("to be done")
        DONE = "done", _("done")
        REFUSED = "refused", _("not possible")
        CHANGED = "changed", _("changed meanwhile")
        MISSING = "missing", _("not found")
        LEFT = "left", _("left out")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="rows")
    # No foreign key: somebody may name a task that is none, and a draft may be taken back meanwhile.
    key = models.PositiveBigIntegerField()
    version = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    reason = models.TextField(blank=True)
    at = models.DateTimeField(null=True)

    objects: ClassVar[RunRowQuerySet] = RunRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("pk",)
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("run", "key"), name="one_row_for_a_task_in_a_run"),)
        indexes = (
            models.Index(fields=("run", "id"), condition=Q(outcome="waiting"), name="run_rows_waiting"),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.outcome}"
