"""Jobs of the portal's clock. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from notices import daily_run
from notices.delivery import health, sender
from portal.shared.days import today

# After so long `remind` leaves the rest to its next run, well before Celery would stop it mid-letter.
RUN_SECONDS = 400


@shared_task
def remind() -> None:
    """Each ten minutes: what is due by its policy goes, and what the run before could not do."""
    daily_run.remind(today(), seconds=RUN_SECONDS, at=timezone.now())


@shared_task
def help_send() -> None:
    """A minute after `remind`, the same: what is still to go is sent by two, each with a hundred letters.

    It plans too: after an outage it may come first, and a letter of what was owed before would be the day's.
    """
    daily_run.remind(today(), seconds=RUN_SECONDS, at=timezone.now())


@shared_task
def tell_at_once() -> None:
    """Every few minutes: what happened, to those who chose not to wait for the letter of the day."""
    sender.send_at_once(today(), seconds=RUN_SECONDS, at=timezone.now())


@shared_task
def tick() -> None:
    """Shows that beat and a worker are alive, here and to the watcher outside."""
    cache.set(health.TICK_CACHE_KEY, timezone.now(), None)
    health.ping_watcher()
