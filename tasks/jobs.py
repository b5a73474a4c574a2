"""Jobs of the tasks. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

from celery import shared_task

from portal.shared.days import today
from tasks import actions
from tasks.models import FanOut, Import


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


@shared_task
def read_import(pk: int) -> None:
    """Queued when a file is received."""
    actions.read_import(pk)


@shared_task
def read_imports() -> None:
    """Each minute: files that a crash or an absent broker left unread; what can never be read is told so."""
    actions.fail_old_imports()
    for pk in Import.objects.filter(state=Import.State.READING).values_list("pk", flat=True):
        read_import.delay(pk)
