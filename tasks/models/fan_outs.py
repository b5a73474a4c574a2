"""One task given to many bodies at once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees import access
from committees.access import Asker
from committees.models import Body, Person
from portal.shared.day_fields import DayField, days_in_range
from tasks.models.common import PLAIN_TEXT
from tasks.models.tasks import MAX_APPROVAL_LENGTH, MAX_TITLE_LENGTH, Task


class FanOutQuerySet(models.QuerySet["FanOut"]):
    def visible_to(self, person: Asker) -> FanOutQuerySet:
        """Fan-outs that a body of the person gives, of tasks that they may see; the lead body sees none."""
        return self.read_by(person).filter(task__in=Task.objects.visible_to(person))

    def read_by(self, person: Asker) -> FanOutQuerySet:
        """Like `visible_to`, for fan-outs of tasks that the person is known to see."""
        reads = access.reach(person, "view_tasks")
        return self if reads is None else self.filter(giver__in=reads)

    def pressing_first(self) -> FanOutQuerySet:
        """Those that wait or run, then the others from the last that ended; without those called off."""
        rows = self.exclude(state=FanOut.State.CANCELLED)
        return rows.order_by(F("finished_at").desc(nulls_first=True), "-pk")

    def waiting(self) -> FanOutQuerySet:
        """Nothing happens until somebody starts the fan-out or calls it off."""
        return self.filter(state__in=FanOut.WAITING)

    def running(self) -> FanOutQuerySet:
        return self.filter(state=FanOut.State.RUNNING)

    def with_progress(self) -> FanOutQuerySet:
        """With the number of bodies (`total`), of tasks (`made`) and of bodies passed over (`left_out`)."""
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
    title = models.CharField(_("task"), max_length=MAX_TITLE_LENGTH, validators=PLAIN_TEXT)
    deliverable = models.CharField(_("deliverable"), max_length=500, blank=True, validators=PLAIN_TEXT)
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
    approval = models.CharField(_("approval on paper"), max_length=MAX_APPROVAL_LENGTH, blank=True)
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
        """Names the fan-out in its present state in notices."""
        return f"fan-out-{self.pk}-{self.state}"


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def waiting(self) -> RecipientQuerySet:
        """Without a task yet, and not passed over."""
        return self.filter(task__isnull=True, skipped="")


class Recipient(models.Model):
    """One body of a fan-out with its task once that is made, or why it was passed over."""

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
