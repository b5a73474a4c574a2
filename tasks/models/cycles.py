"""The cycle of a recurring task."""

from __future__ import annotations

from datetime import date
from itertools import takewhile

from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
)
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import format_day
from tasks.cycles import Cycle


class Recurrence(models.Model):
    """The cycle of a recurring task: each occurrence is a task of its own under it, made by a job."""

    class Every(models.TextChoices):
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")
        HALF_YEAR = "half_year", _("every half-year")
        YEAR = "year", _("every year")

    class Stop(models.TextChoices):
        GIVER = "giver", _("The body that gives its tasks was dissolved.")
        LEAD = "lead", _("The lead body was dissolved. Change the lead, then let the cycle go on.")
        ABOVE = "above", _("The task above is due earlier. Have its deadline extended, or end the cycle.")
        DEPTH = "depth", _("Its tasks would stand below the fourth level. Move the task further up first.")

    task = models.OneToOneField(
        "tasks.Task", verbose_name=_("task"), on_delete=models.CASCADE, related_name="recurrence"
    )
    every = models.CharField(_("how often"), max_length=10, choices=Every)
    month = models.PositiveSmallIntegerField(
        _("month in the period"),
        default=1,
        help_text=_("1 for the first month of the quarter, half-year or year."),
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    day = models.PositiveSmallIntegerField(
        _("day"),
        help_text=_("1 (Monday) to 7 of a week, else 1 to 31; the last day where the month is shorter."),
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    starts_on = DayField(_("first day of the cycle"))
    until = DayField(_("last day of the cycle"))
    made_until = DayField(
        _("made up to"), null=True, editable=False, help_text=_("Periods that began by this day are made.")
    )
    stop = models.CharField(_("why it stopped"), max_length=10, choices=Stop, blank=True, editable=False)
    stopped_for = DayField(_("first day that is not made"), null=True, editable=False)

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = (
            days_in_range("recurrence_days_in_range", "starts_on", "until"),
            models.CheckConstraint(
                condition=Q(stop="", stopped_for__isnull=True) | ~Q(stop="") & Q(stopped_for__isnull=False),
                name="cycle_stopped_for_a_day",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("starts_on")),
                name="cycle_ends_after_it_starts",
                violation_error_message=_("The last day of the cycle is not before its first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_every_display()}: {self.task}"

    @property
    def name(self) -> str:
        """Names the cycle with the reason of its stop in notices."""
        return f"cycle-{self.pk}-{self.stop}"

    @property
    def cycle(self) -> Cycle:
        return Cycle(self.every, self.day, self.starts_on, self.until, self.month)

    def to_make(self, on: date) -> list[tuple[date, date]]:
        """First day and due day of the periods that have begun by the day and are not made yet."""
        begun = takewhile(lambda period: period[0] <= on, self.cycle.occurrences(self.made_until))
        return [period for period in begun if self.made_until is None or period[0] > self.made_until]


def cycle_words(cycle: Cycle) -> str:
    """For example: every month on day 25, from 01/09/2026 to 31/12/2027. Day 31 is the last of any month."""
    day = gettext("the last day") if cycle.day == 31 else gettext("day %(day)s") % {"day": cycle.day}
    match cycle.every:
        case "week":
            rhythm = gettext("every week on %(weekday)s") % {"weekday": WEEKDAYS[cycle.day - 1]}
        case "month":
            rhythm = gettext("every month on %(day)s") % {"day": day}
        case _:
            every = Recurrence.Every(cycle.every).label
            rhythm = gettext("%(every)s on %(day)s of month %(month)s") % {
                "every": every,
                "day": day,
                "month": cycle.month,
            }
    days = {"cycle": rhythm, "first": format_day(cycle.starts_on), "last": format_day(cycle.until)}
    return gettext("%(cycle)s, from %(first)s to %(last)s") % days
