"""Jobs of the tasks. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task

from portal.shared.days import today
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


@shared_task
def make_occurrences() -> None:
    """Each hour: the tasks of the periods that have begun, after an outage those of all it missed."""
    actions.make_occurrences(on=today())


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
