"""Jobs of the tasks. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task

from tasks import actions
from tasks.models import FanOut


@shared_task
def give_fan_out(pk: int) -> None:
    """Queued when a fan-out is started."""
    actions.give_fan_out(pk)


@shared_task
def give_fan_outs() -> None:
    """Each minute: what a crash or an absent broker left goes on; one that fails keeps no other."""
    for pk in FanOut.objects.running().values_list("pk", flat=True):
        give_fan_out.delay(pk)
