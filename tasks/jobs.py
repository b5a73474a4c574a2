"""Jobs of the tasks. Each may run twice, late, or in two workers at once."""

from __future__ import annotations

import logging

from celery import shared_task

from portal.shared.days import today
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.many import actions as many_actions
from tasks.models import FanOut, Run
from tasks.models.kept_counts import differences, recount

logger = logging.getLogger(__name__)


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
def carry_out_run(pk: int) -> None:
    """Queued when a verb is carried out on many tasks."""
    many_actions.carry_out(pk)


@shared_task
def carry_out_runs() -> None:
    """Each minute: go on with what a crash or an absent broker left; each in a job of its own."""
    for pk in Run.objects.running().values_list("pk", flat=True):
        carry_out_run.delay(pk)


@shared_task
def forget_runs() -> None:
    """Each hour: results of a month ago, and what was chosen and never begun."""
    many_actions.forget_runs()


@shared_task
def make_occurrences() -> None:
    """Each hour: make the tasks of the periods that have begun, after an outage those of all it missed."""
    actions.make_occurrences(on=today())


@shared_task
def recount_tasks() -> None:
    """Each night: one row again for each kept count. Were any wrong, somebody should know why."""
    if wrong := differences():
        logger.error("%d kept counts of tasks were wrong; they are counted again.", len(wrong))
    recount()
