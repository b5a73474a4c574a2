"""Jobs of the tasks. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task

from portal.shared.days import today
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.models import FanOut


@shared_task
def give_fan_out(pk: int) -> None:
    """Queued when a fan-out is started."""
    fan_out_actions.give_fan_out(pk)


@shared_task
def give_fan_outs() -> None:
    """Each minute: go on with what a crash or an absent broker left; each in a job of its own."""
    for pk in FanOut.objects.running().values_list("pk", flat=True):
        give_fan_out.delay(pk)


@shared_task
def make_occurrences() -> None:
    """Each hour: make the tasks of the periods that have begun, after an outage those of all it missed."""
    actions.make_occurrences(on=today())
