"""Jobs about people, bodies and accounts. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from committees import password_attempts
from committees.models import SentRequest
from committees.passwords import sending

# A page that stood open longer than this sends anew.
KEPT = timedelta(days=1)


@shared_task
def forget_sent_requests() -> None:
    """Each hour: the answers to forms that nobody sends again."""
    SentRequest.objects.filter(at__lt=timezone.now() - KEPT).delete()


@shared_task
def forget_attempts() -> None:
    """Each hour: counts of tried passwords that hold nobody back any more."""
    password_attempts.forget_old()


@shared_task
def send_password_letters() -> None:
    """Each minute: letters with which people choose their password."""
    sending.send_letters(timezone.now())
