"""What is counted and kept while people sign in and send forms."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from committees.models.people import Person


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
