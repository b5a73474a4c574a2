"""Terms: who holds which office from which day to which, who is away, and who stands in."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from committees.roles import Role
from portal.shared.day_fields import DayField, days_in_range
from portal.shared.days import format_day
from portal.shared.text import fold, validate_plain


class Absence(models.Model):
    """A person is away from one day to another, both included; a deputy holds their offices meanwhile.

    The deputy's rights are dated memberships like all others: one for each term of the absent person.
    """

    person = models.ForeignKey(
        "committees.Person", verbose_name=_("who is away"), on_delete=models.PROTECT, related_name="absences"
    )
    deputy = models.ForeignKey(
        "committees.Person", verbose_name=_("deputy"), on_delete=models.PROTECT, related_name="stands_in"
    )
    starts_on = DayField(_("from"))
    ends_on = DayField(_("to"), help_text=_("The last day that counts."))
    reason = models.CharField(_("reason"), max_length=250, blank=True, validators=[validate_plain])
    by = models.ForeignKey(
        "committees.Person",
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    at = models.DateTimeField(_("entered at"), editable=False)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("-starts_on", "-pk")
        constraints = (
            days_in_range("absence_days_in_range", "starts_on", "ends_on"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="absence_with_another_deputy"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first day."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {format_day(self.starts_on)} – {format_day(self.ends_on)}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def holding_on(self, day: date) -> MembershipQuerySet:
        """Terms that hold on the day, first and last day included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def within(self, first: date, last: date | None) -> MembershipQuerySet:
        """Terms that hold on at least one of the days; no last day is for ever."""
        terms = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first))
        return terms.filter(starts_on__lte=last) if last else terms

    def with_absence(self, on: date) -> MembershipQuerySet:
        """With whom a deputy stands in for, and until when a holder is away on the day (`away_until`)."""
        away = Absence.objects.filter(person=OuterRef("person"), starts_on__lte=on, ends_on__gte=on)
        terms = self.select_related("person", "office__body", "absence__person")
        return terms.annotate(away_until=Subquery(away.values("ends_on")[:1]))

    def in_order(self, *, own_first: bool = False) -> MembershipQuerySet:
        """Head first, then by the order of the roles and the name; a deputy after whom they stand in for."""
        ranks = [models.When(office__role=role, then=rank) for rank, role in enumerate(Role.values)]
        own = F("absence").asc(nulls_first=True)
        rank = models.Case(*ranks)
        first = (own, rank) if own_first else (rank, own)
        return self.order_by(*first, "person__name", "pk")


class TermFields(models.Model):
    """From which day to which, under which decision, and for what."""

    starts_on = DayField(_("from"))
    ends_on = DayField(_("to"), null=True, blank=True, help_text=_("The last day that counts."))
    position = models.CharField(_("position"), max_length=250, blank=True, validators=[validate_plain])
    position_en = models.CharField(
        _("position in English"), max_length=250, blank=True, validators=[validate_plain]
    )
    decision = models.CharField(_("decision number"), max_length=120, blank=True, validators=[validate_plain])
    fields = models.CharField(
        _("fields in charge"),
        max_length=500,
        blank=True,
        validators=[validate_plain],
        help_text=_("Pillars this person is in charge of, one after another with a semicolon."),
    )

    class Meta:
        abstract = True


class Membership(TermFields):
    """A person holds an office from one day to another, both included, under a decision."""

    person = models.ForeignKey(
        "committees.Person", verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    office = models.ForeignKey(
        "committees.Office", verbose_name=_("office"), on_delete=models.PROTECT, related_name="memberships"
    )
    absence = models.ForeignKey(
        Absence,
        verbose_name=_("as deputy during"),
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="terms",
    )

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("office", "-starts_on", "pk")
        constraints = (
            days_in_range("membership_days_in_range", "starts_on", "ends_on"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first day."),
            ),
        )
        indexes = (
            models.Index(fields=("person", "starts_on", "ends_on", "office"), name="membership_of_person"),
            models.Index(fields=("office", "starts_on", "ends_on", "person"), name="membership_of_office"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.title}"

    @property
    def title(self) -> str:
        """The position as the decision names it, else the role."""
        if get_language() == "en" and self.position_en:
            return self.position_en
        return self.position or str(self.office.get_role_display())

    def clean(self) -> None:
        """The constraint's sentence, beside the field that a form shows."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day is not before the first day.")})

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def in_charge_of(self, pillar: str) -> bool:
        """Is the pillar one of the fields this person is in charge of?"""
        return bool(pillar) and fold(pillar) in {fold(field) for field in self.fields.split(";")}


class ProposedTerm(TermFields):
    """An administrator's own appointment, or a change of it, until another administrator decides."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for another administrator")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    person = models.ForeignKey(
        "committees.Person", verbose_name=_("person"), on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        "committees.Office", verbose_name=_("office"), on_delete=models.PROTECT, related_name="+"
    )
    term = models.ForeignKey(
        Membership,
        verbose_name=_("term that it changes"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING, editable=False)
    proposed_by = models.ForeignKey(
        "committees.Person",
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    proposed_at = models.DateTimeField(_("proposed at"), editable=False)
    decided_by = models.ForeignKey(
        "committees.Person",
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    class Meta:
        verbose_name = _("proposed term")
        verbose_name_plural = _("proposed terms")
        ordering = ("-pk",)
        constraints = (
            days_in_range("proposed_term_days_in_range", "starts_on", "ends_on"),
            models.UniqueConstraint(
                fields=("person", "office"),
                condition=Q(state="waiting"),
                name="one_waiting_term_for_a_person_and_office",
                violation_error_message=_("This appointment waits already for another administrator."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("person"))),
                name="proposed_term_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="proposed_term_decided_when_decided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.office}"
