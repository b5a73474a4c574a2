"""Jobs of received files. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task

from imports import actions


# Shorter than other jobs: 20,000 rows need less than a minute.
@shared_task(soft_time_limit=240, time_limit=300)
def read_import(pk: int) -> None:
    """Queued when a file is received, and when the one before it is read."""
    actions.read_import(pk)


@shared_task
def read_imports() -> None:
    """Each minute: a file that a crash or an absent broker left unread; the next one comes after it."""
    pk = actions.next_import()
    if pk is not None:
        read_import.delay(pk)
