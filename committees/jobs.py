"""Jobs about people and bodies. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task

from committees import attempts


@shared_task
def forget_attempts() -> None:
    """Each hour: counts of tried passwords that hold nobody back any more."""
    attempts.forget_old()
