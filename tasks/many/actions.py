"""One verb on many tasks: kept with what was seen of each, then each done in a transaction of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.serializers import ValidationError as InputError

from audit.models import Event
from committees import access
from committees.models import Person
from portal.shared.background import queue
from portal.shared.days import VIETNAM, today
from portal.shared.verdicts import Refused, not_now, refuse
from tasks.actions.common import EVENTS_OUTSIDE_FORMS, lock_with_ancestors
from tasks.many import values as many_values
from tasks.models import Run, RunRow, Task
from tasks.pages.story import HEADINGS
from tasks.urging.selection import Outlook
from tasks.verbs import VERBS, Verb

log = logging.getLogger(__name__)

# Tasks of one run; more are for a narrower list.
MAX_TASKS = 10_000

# So few are done before the answer is sent; more go on in the background.
FEW = 50

# Tasks that are read and asked about together.
CHUNK = 500

# After so long a job leaves the rest to the next minute's, so that the worker serves others too.
SECONDS_OF_A_JOB = 240

KEPT = timedelta(days=30)

JOB = "tasks.jobs.carry_out_run"

# The same words for a task that is none and for one that the person may not see.
NOT_SEEN = gettext_lazy("There is no such task, or you cannot see it.")
TOO_MANY = gettext_lazy("At most %(most)s tasks at once; these are %(count)s. Narrow the list first.")

EITHER = gettext_lazy("Name the tasks by their ids, or by a filter.")

Result = tuple[str, str]


@transaction.atomic
def prepare_run(
    *,
    verb: Verb,
    keys: Sequence[int],
    by: Person,
    question: str = "",
    seen: Mapping[Any, int] | None = None,
) -> Run:
    """Keep what was chosen, each with the version that was seen; what cannot be done now says why.

    `seen` names versions that were read before, by the key as it is written; of the others it is that of now.
    """
    keys = list(dict.fromkeys(keys))
    if not keys:
        raise ValidationError({"tasks": _("Choose at least one task.")})
    if len(keys) > MAX_TASKS:
        raise ValidationError({"tasks": TOO_MANY % {"most": MAX_TASKS, "count": len(keys)}})
    run = Run.objects.create(by=by, verb=verb.name, question=question, prepared_at=timezone.now())
    with access.asking_once():
        for start in range(0, len(keys), CHUNK):
            RunRow.objects.bulk_create(_rows(run, keys[start : start + CHUNK], seen or {}))
    return run


def _rows(run: Run, keys: Sequence[int], seen: Mapping[Any, int]) -> Iterator[RunRow]:
    verb, rows = VERBS[run.verb], Task.objects.each_visible_to(run.by).filter(pk__in=keys).for_list()
    tasks = (rows.prefetch_related("parts") if verb.issues else rows).in_bulk()
    outlooks = _outlooks(verb, list(tasks.values()), run.by)
    for key in keys:
        row = RunRow(run=run, key=key, at=run.prepared_at)
        if key not in tasks:
            row.outcome, row.reason = RunRow.Outcome.MISSING, str(NOT_SEEN)
        else:
            row.version, outlook = seen.get(str(key), tasks[key].version), outlooks[key]
            row.reason = outlook.words
            if not outlook.verdict:
                row.outcome, row.reason = RunRow.Outcome.REFUSED, str(outlook.verdict.reason)
        yield row


def _outlooks(verb: Verb, tasks: Sequence[Task], by: Person) -> dict[int, Outlook]:
    foresee = verb.many.foresee if verb.many else None
    if foresee:
        return foresee(tasks, by)
    return {task.pk: Outlook(verb.rule(by, task), _not_clear(task) if verb.issues else "") for task in tasks}


def _not_clear(task: Task) -> str:
    """What whoever proposes or approves a task reads on its own page: no reason to refuse."""
    unclear = "; ".join(str(clear.label) for clear in task.unclear())
    words = [f"{_('Not clear yet:')} {unclear}"] if unclear else []
    return ". ".join([*words, *task.day_warnings(today())])


@transaction.atomic
def start_run(*, run: Run, by: Person, values: dict[str, Any], left_out: Collection[int] = ()) -> Run:
    """Begin: from now each chosen task is done, but those that the person leaves out."""
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk, by=by)
    if run.state != Run.State.PREPARED:
        refuse(not_now(_("This was begun already. Its result stands on its page.")))
    run.rows.waiting().filter(key__in=left_out).update(outcome=RunRow.Outcome.LEFT)
    run.state, run.values, run.started_at = Run.State.RUNNING, values, timezone.now()
    run.save(update_fields=["state", "values", "started_at"])
    return run


def hand_over(run: Run, *, wait: bool = False) -> None:
    """A few are done once the start is committed, before the answer; more in the background.

    With `wait`, a few are done here, for an answer that holds their outcomes: where a one-time key keeps
    the whole request in one transaction, each still stands or falls by itself inside it.
    """
    few = run.rows.waiting().count() <= FEW
    if few and wait:
        carry_out(run.pk)
    elif few:
        # Robust: what fails here is logged, and the job of the next minute takes it up.
        transaction.on_commit(partial(carry_out, run.pk), robust=True)
    else:
        queue(JOB, run.pk)


def carry_out(pk: int) -> None:
    """Do what is left of a run. It may run twice, at once, or again after a crash."""
    until = time.monotonic() + SECONDS_OF_A_JOB
    while do_next(pk) and time.monotonic() < until:
        pass


@transaction.atomic
def do_next(pk: int) -> bool:
    """Do the next task of a run; False when nothing is left to do here.

    The row of the run is locked meanwhile; a second worker leaves the work to the one that holds it. The
    outcome is written with the change itself: after a crash both are there or neither.
    """
    running = Run.objects.running().select_for_update(of=("self",), no_key=True, skip_locked=True)
    run = running.select_related("by").filter(pk=pk).first()
    if run is None:
        return False
    row = run.rows.waiting().first()
    if row is None:
        run.state, run.finished_at = Run.State.DONE, timezone.now()
        run.save(update_fields=["state", "finished_at"])
        return False
    with translation.override(run.by.language), access.asking_once():
        row.outcome, row.reason = _do(run, row)
    row.at = timezone.now()
    row.save(update_fields=["outcome", "reason", "at"])
    return True


def _do(run: Run, row: RunRow) -> Result:
    """One task as its own page would do it: seen now, allowed now, and as it was when it was chosen."""
    outcome, verb = RunRow.Outcome, VERBS[run.verb]
    try:
        with transaction.atomic():
            task = Task.objects.each_visible_to(run.by).filter(pk=row.key).only("pk").first()
            if task is None:
                return outcome.MISSING, str(NOT_SEEN)
            task = lock_with_ancestors(task)
            if task.version != row.version:
                return outcome.CHANGED, _what_changed(task)
            many_values.do(verb, task, run.by, many_values.check(verb, run.values))
    except Refused as refusal:
        return outcome.REFUSED, str(refusal.verdict.reason)
    except ValidationError as error:
        return outcome.REFUSED, many_values.sentence_of(error)
    except InputError as error:
        # Whoever was named when it began is gone.
        return outcome.REFUSED, many_values.sentence_of(many_values.as_problems(error))
    except (OperationalError, InterfaceError):
        # Of the database, not of this task: all is rolled back, and the next job begins with this row.
        raise
    except Exception:
        # One task that cannot be done must not keep the others from it; the log has the reason.
        log.exception("Run %s, task %s", run.pk, row.key)
        return outcome.FAILED, _("The portal failed at this task. Nothing of it was written.")
    return outcome.DONE, ""


def _what_changed(task: Task) -> str:
    event = Event.objects.about(task).exclude(verb__in=EVENTS_OUTSIDE_FORMS).order_by("pk").last()
    if event is None or event.verb not in HEADINGS:
        return _("It was changed after you chose it. Look at it anew first.")
    return _("%(who)s, %(when)s: %(what)s. You have not seen that yet.") % {
        "who": event.by_name,
        "when": f"{event.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
        "what": HEADINGS[event.verb].text,
    }


def forget_runs() -> None:
    """Drop old lists of results, and what was chosen and never begun; the events stay."""
    old = Run.objects.exclude(state=Run.State.RUNNING).filter(prepared_at__lt=timezone.now() - KEPT)
    old.delete()
