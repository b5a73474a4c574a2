"""The work on an issued task: the lead body accepts, reports and submits, those who help comment."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import snapshot
from committees import access
from committees.access import on_behalf_of
from committees.models import Person
from portal.shared import uploads
from tasks import rules, secrecy
from tasks.actions.common import (
    NO_OFFICE_IN_LEAD,
    clean_text,
    confirmers,
    holds_office,
    lock,
    move,
    notify,
    notify_helping_bodies,
    record_event,
)
from tasks.lifecycle import ACCEPT, DECLINE, SUBMIT, State
from tasks.models import Comment, Evidence, Progress, Task
from tasks.models.evidence import MAX_EVIDENCE_TITLE_LENGTH


@transaction.atomic
def accept(*, task: Task, by: Person) -> Task:
    """Take the task on."""
    return move(task, ACCEPT, by, rules.may_accept)


@transaction.atomic
def decline(*, task: Task, by: Person, reason: str) -> Task:
    """Refuse the task; it goes back to the approver, who decides anew."""
    reason = clean_text(task, reason, "reason", required=_("Say why your body cannot take this task."))
    task = move(task, DECLINE, by, rules.may_decline, reason=reason, assigned_by=None, assigned_at=None)
    notify_helping_bodies(task, "help_ended", by, title=task.title)
    recipients = access.people("assign_tasks", task.assigner) | access.people("draft_tasks", task.assigner)
    notify(recipients, "task_declined", task, by, body=task.assigner, reason=reason)
    return task


@transaction.atomic
def report_progress(*, task: Task, by: Person, percent: int, note: str) -> Progress:
    """Say how far the work is; the first report also accepts the task."""
    task = lock(task)
    right = rules.may_report_progress(by, task).or_raise()
    now = timezone.now()
    progress = Progress(task=task, by=by, at=now, percent=percent, note=clean_text(task, note, "note"))
    if not progress.note and not secrecy.is_secret(task):
        raise ValidationError({"note": _("Say in a sentence what was done.")})
    progress.full_clean(exclude=("note",))
    progress.save()
    before = snapshot(task, ("state", "percent"))
    task.state, task.percent, task.progressed_at = State.IN_PROGRESS, percent, now
    task.version += 1
    task.save(update_fields=["state", "percent", "progressed_at", "version"])
    record_event(
        task,
        "task_progressed",
        by,
        right=right,
        before=before,
        after={**snapshot(task, ("state", "percent")), "note": progress.note},
    )
    return progress


@transaction.atomic
def name_people(*, task: Task, by: Person, leader: Person | None, contact: Person | None) -> Task:
    """Name the leader in charge and the contact of the lead body."""
    task = lock(task)
    right = rules.may_name_people(by, task).or_raise()
    before = snapshot(task, ("leader", "contact"))
    for field, person in (("leader", leader), ("contact", contact)):
        # A person who is named already may have left since; the other name can still be changed.
        if person and person.pk != before[field] and not holds_office(person, task.lead):
            raise ValidationError({field: NO_OFFICE_IN_LEAD})
    task.leader, task.contact = leader, contact
    after = snapshot(task, ("leader", "contact"))
    if after == before:
        return task
    task.version += 1
    task.save(update_fields=["leader", "contact", "version"])
    record_event(task, "task_people_named", by, right=right, before=before, after=after)
    return task


@transaction.atomic
def add_evidence(
    *,
    task: Task,
    by: Person,
    kind: str,
    title: str = "",
    file: File[Any] | None = None,
    url: str = "",
    document: str = "",
) -> Evidence:
    """Attach a file, a link or the number of a document that shows the result."""
    task = lock(task)
    right = rules.may_add_evidence(by, task).or_raise()
    evidence = _save_evidence(task, by=by, kind=kind, title=title, file=file, url=url, document=document)
    after = {"evidence": evidence.pk, "title": evidence.title}
    record_event(task, "evidence_added", by, right=right, after=after)
    return evidence


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: Person) -> Evidence:
    """Take evidence back before the task is submitted; the row and the file stay for the record."""
    lock(evidence.task)
    evidence = Evidence.objects.select_related("task__lead").get(pk=evidence.pk)
    right = rules.may_remove_evidence(by, evidence).or_raise()
    if evidence.removed_at is None:
        evidence.removed_by, evidence.removed_at = by, timezone.now()
        evidence.save(update_fields=["removed_by", "removed_at"])
        before = {"evidence": evidence.pk, "title": evidence.title}
        record_event(evidence.task, "evidence_removed", by, right=right, before=before)
    return evidence


@transaction.atomic
def submit(*, task: Task, by: Person, report: str) -> Task:
    """Report the task as done: from this moment its clock stands still until the assigner decides."""
    current = lock(task)
    right = rules.may_submit(by, current).or_raise()
    report = clean_text(task, report, "report", required=_("Say in a sentence or two what the result is."))
    now, number = timezone.now(), current.submissions + 1
    Progress.objects.create(task=current, by=by, at=now, percent=100, note=report, report=number)
    values = {
        "submitted_by": by,
        "submitted_for": on_behalf_of(right),
        "submitted_at": now,
        "submissions": number,
        "percent": 100,
        "progressed_at": now,
    }
    task = move(task, SUBMIT, by, rules.may_submit, right=right, reason=report, **values)
    notify(confirmers(task), "task_submitted", task, by, body=task.assigner)
    return task


@transaction.atomic
def add_comment(*, task: Task, by: Person, text: str) -> Comment:
    """Say something about the task to everybody who sees it."""
    task = lock(task)
    right = rules.may_contribute(by, task).or_raise()
    text = clean_text(task, text, "text", required=_("Write your comment first."))
    comment = Comment.objects.create(task=task, by=by, at=timezone.now(), text=text)
    record_event(task, "comment_added", by, right=right, after={"comment": comment.pk, "text": text})
    return comment


@transaction.atomic
def mark_posted(*, task: Task, by: Person) -> Task:
    """Note that the task was entered in theodoinq.dcs.vn as well, so that nobody types it twice."""
    task = lock(task)
    right = rules.may_mark_posted(by, task).or_raise()
    before = snapshot(task, ("posted_at", "posted_by"))
    task.posted_at, task.posted_by = timezone.now(), by
    task.save(update_fields=["posted_at", "posted_by"])
    after = snapshot(task, ("posted_at", "posted_by"))
    record_event(task, "task_posted", by, right=right, before=before, after=after)
    return task


def _save_evidence(
    task: Task, *, by: Person, kind: str, title: str, file: File[Any] | None, url: str, document: str
) -> Evidence:
    evidence = Evidence(
        task=task,
        by=by,
        at=timezone.now(),
        kind=kind,
        url=url.strip(),
        document=clean_text(task, document, "document"),
    )
    missing = {
        Evidence.Kind.FILE: None if file else {"file": _("Choose a file.")},
        Evidence.Kind.LINK: None if evidence.url else {"url": _("Give the address of the page.")},
        Evidence.Kind.DOCUMENT: None
        if evidence.document
        else {"document": _("Give the number of the document.")},
    }
    if kind not in missing:
        raise ValidationError({"kind": _("Evidence is a file, a link or a document number.")})
    if problem := missing[Evidence.Kind(kind)]:
        raise ValidationError(problem)
    if (evidence.url or file) and secrecy.is_secret(task):
        raise ValidationError({"url" if evidence.url else "file": secrecy.ONLY_A_PAPER})
    if kind == Evidence.Kind.FILE and file:
        try:
            uploads.check_file(file)
        except ValidationError as error:
            raise ValidationError({"file": error.messages}) from error
        evidence.file_name, evidence.size = uploads.clean_name(file.name or ""), file.size or 0
        file.name = uploads.stored_name(evidence.file_name)
        evidence.file = file
    evidence.title = (
        clean_text(task, title, "title", max_length=MAX_EVIDENCE_TITLE_LENGTH)
        or (evidence.file_name or evidence.url or evidence.document)[:MAX_EVIDENCE_TITLE_LENGTH]
    )
    evidence.full_clean()
    evidence.save()
    return evidence
