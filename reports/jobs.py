"""Jobs of the reports. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reports import actions
from reports.models import Export


@shared_task
def make_export(pk: int) -> None:
    """Queued when a large file is asked for."""
    actions.make_export(pk, tell=True)


@shared_task
def make_exports() -> None:
    """Each minute: what an absent broker or a worker that died left behind."""
    for pk in Export.objects.to_make(timezone.now()).values_list("pk", flat=True):
        make_export.delay(pk)


@shared_task
def expire_exports() -> None:
    """Each hour: files whose days are over go."""
    actions.expire_exports(now=timezone.now())
