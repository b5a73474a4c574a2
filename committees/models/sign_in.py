"""What is counted and kept while people sign in and send forms."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models.people import Person
from portal.shared.days import day_of, format_day


class SentRequest(models.Model):
    """A form or API request that was done, with its answer: whoever sends it again gets the answer again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    content = models.BinaryField(default=bytes)
    messages = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "key", "digest"), name="one_answer_for_a_sent_request"),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.key}"


class PasswordLetterQuerySet(models.QuerySet["PasswordLetter"]):
    def waiting(self, now: datetime) -> PasswordLetterQuerySet:
        """Those to be tried at this moment; what another sender has in hand comes later."""
        return self.filter(next_attempt_at__lte=now)

    def given_up(self) -> PasswordLetterQuerySet:
        """Refused so often that nobody tries again."""
        return self.filter(
            sent_at__isnull=True, next_attempt_at__isnull=True, attempts__gt=len(settings.LETTER_PAUSES)
        )


class PasswordLetter(models.Model):
    """A letter with a link to choose a password that somebody is owed. The link itself is kept nowhere.

    It is written when the letter is sent: whoever reads the database finds no way into an account.
    """

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="password_letters"
    )
    by = models.ForeignKey(
        Person,
        verbose_name=_("asked for by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: asked for on the page for a forgotten password."),
    )
    address = models.EmailField(_("address"))
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # None: nobody tries (again).
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, db_index=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    answer = models.CharField(_("why it did not leave"), max_length=500, blank=True)

    objects: ClassVar[PasswordLetterQuerySet] = PasswordLetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("letter to choose a password")
        verbose_name_plural = _("letters to choose a password")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(next_attempt_at__isnull=True),
                name="password_letter_sent_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}, {format_day(day_of(self.asked_at))}"


class PasswordAttempts(models.Model):
    """How many passwords were tried for one account or network since a moment; see `password_attempts`."""

    key = models.CharField(max_length=64, primary_key=True)
    number = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("password attempts")
        verbose_name_plural = _("password attempts")

    def __str__(self) -> str:
        return f"{self.number} since {self.since:%d/%m/%Y %H:%M}"
