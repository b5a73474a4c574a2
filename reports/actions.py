"""Asking for a file, making it, and letting it expire."""

from __future__ import annotations

import logging
from datetime import datetime
from tempfile import TemporaryFile
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.http import QueryDict
from django.utils import timezone, translation

from audit.actions import record
from committees import access
from committees.models import Person
from notices import actions as notices
from portal.shared.background import queue
from portal.shared.days import today
from reports import documents, rules
from reports import exports as exporting
from reports.exports import Question
from reports.models import KEPT, TRIES, Export
from reports.notice_kinds import FAILED, READY

log = logging.getLogger(__name__)

JOB = "reports.jobs.make_export"

AGAIN = 3
"""Times that a file is drawn while rows come and go, until it has as many as it says."""


@transaction.atomic
def ask_export(*, by: Person, report: str, format: str, data: QueryDict) -> Export:
    """Ask for a list or report as a file: what the person sees of it when it is made, for seven days."""
    rules.may_ask(by).or_raise()
    question = Question(report, format, data, by, today())
    question.refuse_nonsense()
    question.refuse_too_much(rows := question.count())
    export = Export.objects.create(
        report=report,
        format=format,
        filters=question.address(),
        body=question.body,
        as_of=question.on,
        language=translation.get_language()[:2],
        by=by,
        at=timezone.now(),
        rows=rows,
        file_name=exporting.file_name(question),
    )
    _hand_on(export)
    _tell(export, by)
    return export


@transaction.atomic
def ask_export_again(*, export: Export, by: Person) -> Export:
    """Make a file anew that failed, expired, or was made while the person held other offices."""
    export = Export.objects.select_for_update().get(pk=export.pk)
    rules.may_make_again(by, export).or_raise()
    export.as_of, export.at = today(), timezone.now()
    question = Question.of(export)
    question.refuse_nonsense()
    question.refuse_too_much(rows := question.count())
    if old := export.file.name:
        transaction.on_commit(lambda: default_storage.delete(old), robust=True)
    export.file, export.rows, export.file_name = "", rows, exporting.file_name(question)
    export.state, export.tries, export.problem, export.body = Export.State.WAITING, 0, "", question.body
    export.language = translation.get_language()[:2]
    export.started_at = export.ready_at = export.expires_at = None
    export.save()
    _hand_on(export)
    _tell(export, by)
    return export


def make_export(pk: int, *, tell: bool) -> Export | None:
    """Make a file that was asked for; None when another holds it. It may be run twice, or after a crash.

    `tell`: whoever asked does not wait for it and is told by a notice.
    """
    now = timezone.now()
    export = _claim(pk, now)
    if export is None:
        return None
    if export.tries > TRIES:
        return _fail(export, Export.Problem.BROKE, tell=tell)
    if not export.by.is_active:
        return _fail(export, Export.Problem.LOCKED, tell=tell)
    try:
        Question.of(export).refuse_nonsense()
        return _make(export, now, tell=tell)
    except ValidationError:
        return _fail(export, Export.Problem.CONDITION, tell=tell)
    except Exception:
        # Whatever it was, whoever waits is told, and a worker that dies is met by the count of tries.
        log.exception("Export %s could not be made.", pk)
        return _fail(export, Export.Problem.BROKE, tell=tell)


def expire_exports(*, now: datetime) -> int:
    """Delete the files whose days are over; gives how many."""
    gone = 0
    for export in Export.objects.to_expire(now).iterator():
        # First the file: a row that still says ready is met again, a file without a row never.
        default_storage.delete(export.file.name or "")
        found = Export.objects.to_expire(now).filter(pk=export.pk)
        gone += found.update(state=Export.State.EXPIRED, file="")
    return gone


def _claim(pk: int, now: datetime) -> Export | None:
    waiting = Export.objects.to_make(now).filter(pk=pk)
    taken = waiting.update(state=Export.State.MAKING, started_at=now, tries=F("tries") + 1)
    return Export.objects.select_related("by", "body__parent").get(pk=pk) if taken else None


def _make(export: Export, now: datetime, *, tell: bool) -> Export | None:
    with translation.override(export.language), access.asking_once(), TemporaryFile() as file:
        export.rights = exporting.rights_of(export.by)
        for _again in range(AGAIN):
            file.seek(0)
            file.truncate()
            expected = Question.of(export).count()
            document = exporting.document_of(export, expected, now)
            export.rows = documents.draw(document, export.format, file)
            if not expected or export.rows == expected:
                break
        file.seek(0)
        export.file.save(f"{uuid4().hex}.{export.format}", File(file), save=False)
    return _finish(export, READY if tell else "", state=Export.State.READY, problem="")


def _fail(export: Export, problem: Export.Problem, *, tell: bool) -> Export | None:
    return _finish(export, FAILED if tell else "", state=Export.State.FAILED, problem=problem)


@transaction.atomic
def _finish(export: Export, kind: str, *, state: str, problem: str) -> Export | None:
    """Only whoever still holds it says what became of it; another's file is not kept."""
    now = timezone.now()
    held = Export.objects.filter(pk=export.pk, state=Export.State.MAKING, started_at=export.started_at)
    export.state, export.problem, export.ready_at, export.expires_at = state, problem, now, now + KEPT
    names = ("state", "problem", "ready_at", "expires_at", "rows", "rights")
    values = {name: getattr(export, name) for name in names}
    if not held.update(**values, file=export.file.name or ""):
        if export.file:
            default_storage.delete(export.file.name or "")
        return None
    if kind:
        notices.owe([export.by], kind, about=export, occasion=f"{export.at:%Y%m%d%H%M%S}")
    return export


def _hand_on(export: Export) -> None:
    """Leave a large one to a worker; whoever asks for a small one waits for it."""
    if not exporting.is_small(export):
        queue(JOB, export.pk)


def _tell(export: Export, by: Person) -> None:
    after = {"report": export.report, "format": export.format, "filters": export.filters, "rows": export.rows}
    record("export_asked", about=export, by=by, after=after, bodies=[export.body_id])
